"""The best plan for a budget, as it was found."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from cxsim.analysis.compare.doubt import Doubt
from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.portfolio.front import on_front
from cxsim.analysis.portfolio.menu import PlanMenu
from cxsim.analysis.portfolio.plans import Plan, fixed_cost, words_of
from cxsim.analysis.portfolio.race import Numbers, Ranking
from cxsim.analysis.portfolio.trials import CHECK, Trials
from cxsim.analysis.portfolio.work import KEPT
from cxsim.analysis.sensitivity.regret import Regret
from cxsim.analysis.sweep.parameters import Values
from cxsim.scenario import Scenario

AIMS = {"margin": "discounted margin after its cost", "loops": "loops", "rescued": "rescued lines"}


@dataclass(frozen=True)
class Portfolio:
    """What to do with a budget, and how sure that is.

    Attributes:
        market: without a plan.
        menu: what could be done.
        budget: for the expected discounted cost.
        aim: margin, loops or rescued.
        worlds: values by full key, one a world, all as likely.
        seed: key of all luck.
        all_raced: whether every plan that the budget can hold was in the race.
        climbed: whether plans were found by a heuristic instead of trying all.
        ranking: how the race ended, by number in `raced`.
        raced: the plans in the race.
        tolerance: a difference that does not matter.
        finalists: plans lived again on fresh luck: the chosen one, those it could not be told from, those of the front.
        names: of the finalists: A is the chosen one, "nothing" does nothing.
        check: what each finalist changed on fresh luck, shape (finalists, worlds, replications, figures of `KEPT`).
        regret: of the finalists over the worlds; None where there is only one.
        trials: everything that was lived.
        doubts: what should be known before the chosen plan is believed.
    """

    market: Scenario
    menu: PlanMenu
    budget: float
    aim: str
    worlds: list[Values]
    seed: int
    all_raced: bool
    climbed: bool
    ranking: Ranking
    raced: list[Plan] = field(repr=False)
    tolerance: float
    finalists: list[Plan] = field(repr=False)
    names: list[str]
    check: Numbers = field(repr=False)
    regret: Regret | None = field(repr=False)
    trials: Trials = field(repr=False)
    doubts: tuple[Doubt, ...] = ()

    @property
    def chosen(self) -> Plan:
        """The plan chosen."""
        return self.raced[self.ranking.chosen]

    @property
    def not_told_apart(self) -> list[Plan]:
        """All plans in the race that may be the best, the chosen one first."""
        return [self.raced[runner] for runner in self.ranking.left]

    def fresh(self, plan: Plan, figure: str) -> Estimate:
        """The expected value over the worlds of what a finalist changes, on luck that had no part in the choice."""
        values = self.check[self.finalists.index(plan), :, :, KEPT.index(figure)]
        return estimate(values.mean(axis=0))

    def over_budget(self) -> float:
        """Share of the fresh runs in which the chosen plan cost more than the budget."""
        costs = self.check[self.finalists.index(self.chosen), :, :, KEPT.index("cost")]
        return float(np.mean(costs > self.budget))

    def words(self, plan: Plan) -> str:
        """A plan in words."""
        return words_of(self.menu, plan)

    def letter(self, plan: Plan) -> str:
        """What a plan is called in tables and pictures; only finalists have a name."""
        return self.names[self.finalists.index(plan)] if plan in self.finalists else ""

    def front(self) -> pd.DataFrame:
        """The finalists on fresh luck by cost: letter, plan, every figure with its interval, on_front, chosen."""
        rows = []
        for plan in self.finalists:
            row: dict[str, object] = {"letter": self.letter(plan), "plan": self.words(plan)}
            for figure in KEPT:
                value = self.fresh(plan, figure)
                row |= {figure: value.mean, f"{figure}_low": value.low, f"{figure}_high": value.high}
            rows.append(row)
        table = pd.DataFrame(rows)
        table["on_front"] = on_front(table["cost"].to_numpy(float), table["loops"].to_numpy(float))
        table["chosen"] = [plan == self.chosen for plan in self.finalists]
        return table.sort_values("cost", kind="stable").reset_index(drop=True)

    def tried(self) -> pd.DataFrame:
        """Every plan tried, on the luck it was chosen with: letter, plan, raced, replications, means, impossible.

        Means of the best rows flatter: they are the best for their luck too. `front` has the fair ones.
        """
        rows = []
        for plan in self.trials.found:
            used = self.trials.seen(plan, CHECK)
            row: dict[str, object] = {"letter": self.letter(plan), "plan": self.words(plan)}
            row |= {"fixed_cost": fixed_cost(self.menu, plan), "raced": plan in self.raced, "replications": len(used)}
            means = used.mean(axis=0) if len(used) else np.full(len(KEPT), np.nan)
            row |= dict(zip(KEPT, means, strict=True))
            rows.append({**row, "impossible": self.trials.impossible.get(plan, "")})
        return pd.DataFrame(rows).sort_values(self.aim, ascending=False, kind="stable").reset_index(drop=True)
