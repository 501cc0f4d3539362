"""Branching: each customer brings R others on average, so that a seed brings 1 / (1 - R) customers in all."""

import numpy as np
from scipy import special

from cxsim.analysis.verification.limit import Limit, Numbers, Series, listed, live_to
from cxsim.engine.measures import Measure
from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import Scenario

GENERATIONS = np.arange(1.0, 7.0)
SEEDS = "seeds"


def reproduction(scenario: Scenario) -> float:
    """R: the chance that a customer refers one friend, when satisfaction does not matter."""
    return float(special.expit(scenario.telling.refer_base))


def _series(scenario: Scenario) -> list[Series]:
    r = reproduction(scenario)
    in_all = 1.0 / (1.0 - r)
    # At most this share of those asked is a customer already (or asked by two), so R is at least so much of itself.
    taken = scenario.segment[SEEDS].share * in_all
    least = r * (1.0 - taken)
    to_come = r**scenario.market.horizon_weeks * in_all
    return [
        Series("customers of a generation for each seed", "generation", GENERATIONS, lambda at: r**at, r**GENERATIONS - least**GENERATIONS),
        listed("customers in all for each seed", "seeds", {"each": in_all}, in_all - 1.0 / (1.0 - least) + to_come),
    ]  # fmt: skip


def _measure(model: LoyaltyModel) -> list[Numbers]:
    """A call is followed at the start of the next week, so that generation g buys in week g."""
    live_to(model, model.settings.market.horizon_weeks)
    bought = model.state.tally[:, 0, Measure.first_purchases].astype(float)
    seeds = np.count_nonzero(model.state.people["segment"] == list(model.settings.segment).index(SEEDS))
    return [bought[GENERATIONS.astype(int)] / seeds, np.array([bought.sum() / seeds])]


BRANCHING = Limit(
    name="branching",
    title="Referrals, a branching process",
    formula="R^g customers of generation g and 1 / (1 - R) in all for each seed",
    reference="Galton & Watson (1875); Harris (1963), The Theory of Branching Processes",
    bias="friends who are customers already, at most share of seeds / (1 - R) of those asked; generations after the horizon",
    series=_series,
    measure=_measure,
)  # fmt: skip
