"""The doubts about a plan whose verdict stands elsewhere: portfolios, classes and studies keep no lives to doubt."""

from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.doubt import Doubt
from cxsim.analysis.compare.guard import doubts_of
from cxsim.engine.agents import Customer
from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import Scenario

PAIRS = 4  # enough for what a doubt looks at; the numbers of the verdict come from many more


def doubts_about(
    base: Scenario,
    plan: Scenario,
    seed: int = 1,
    workers: int | None = None,
    model: type[LoyaltyModel] = LoyaltyModel,
    customer: type[Customer] = Customer,
) -> list[Doubt]:
    """What a comparison of these two with a few pairs doubts, the gravest first.

    Args:
        base: the market without the plan.
        plan: the same market with it.
        seed: of the luck.
        workers: threads; as many as cores when left out.
        model: the class of the market.
        customer: the class of the customers.

    Raises:
        ScenarioError: if the plan is about another market.
    """
    compared = compare(base, plan, replications=PAIRS, seed=seed, workers=workers, model=model, customer=customer)
    return doubts_of(compared.base_runs, next(iter(compared.plans.values())))
