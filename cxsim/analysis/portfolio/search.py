"""From very many plans to a few worth a careful comparison: halving, and climbing where there are too many to try."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxsim.analysis.portfolio.menu import PlanMenu
from cxsim.analysis.portfolio.plans import Plan, agrees, fixed_cost, neighbours, nothing
from cxsim.analysis.portfolio.trials import RACE, SEARCH, Numbers, Trials, places
from cxsim.analysis.portfolio.work import KEPT

FIRST = 2  # replications of each plan before the first halving
REHEARSALS = 4  # replications of each option by itself
STEPS_TRIED = 15  # neighbours tried together
COST = KEPT.index("cost")


@dataclass
class Search:
    """A search for good plans.

    Attributes:
        trials: where plans are tried.
        aim: which figure of `KEPT` is to be high.
        budget: for the mean cost.
        runs: how many lives it may take.
    """

    trials: Trials
    aim: int
    budget: float
    runs: int

    def halve(self, plans: Sequence[Plan], keep: int, first_replication: int = 0) -> list[Plan]:
        """Try all, keep the better half, try those as often again, until so few are left; best first.

        Successive halving: Karnin, Koren & Somekh (2013), "Almost optimal exploration in multi-armed bandits",
        Proceedings of the 30th International Conference on Machine Learning, 1238-1246. Which plan is dropped by bad luck
        nobody knows.
        """
        left, count = list(plans), FIRST
        while True:
            scores = self.scores(left, first_replication, count)
            order = np.argsort(-scores, kind="stable")
            kept = max(keep, math.ceil(len(left) / 2))
            left = [left[place] for place in order[:kept]]
            if len(left) <= keep:
                return left
            count *= 2

    def scores(self, plans: Sequence[Plan], first_replication: int, count: int) -> Numbers:
        """Means of what is aimed at, shape (plans,); minus infinity where the mean cost is above the budget."""
        at = places(SEARCH, first_replication, count, len(self.trials.worlds))
        means = self.trials.observe(plans, at).mean(axis=1)
        fine = means[:, COST] <= self.budget  # false for plans that cannot be: their means are nan
        return np.where(fine, means[:, self.aim], -np.inf)

    def climb(self) -> None:
        """A plan put together by benefit for its cost, then improved step by step. A heuristic: it may miss the best.

        Every option is tried by itself; those with the most benefit for their cost are taken until the budget is used
        up. Then the most promising steps (one intervention more, less, otherwise, or in place of another) are tried on
        fresh replications, and the best is taken, until none is better or the runs are used up.
        """
        menu = self.trials.menu
        guess = self._rehearse(menu)
        now, tried, first = self._greedy(menu, guess), {nothing(menu)}, REHEARSALS
        while self.trials.runs < self.runs:
            fresh = (plan for plan in neighbours(menu, now) if plan not in tried and guess.cost(plan) <= self.budget)
            steps = sorted(fresh, key=guess.benefit, reverse=True)[:STEPS_TRIED]
            if not steps:
                return
            tried |= {now, *steps}
            now = self.halve([now, *steps], 1, first)[0]
            first += FIRST * 2 ** math.ceil(math.log2(STEPS_TRIED + 1))

    def _rehearse(self, menu: PlanMenu) -> "Guess":
        """What each option brings and costs by itself."""
        alone = [plan for plan in neighbours(menu, nothing(menu)) if fixed_cost(menu, plan) <= self.budget]
        at = places(SEARCH, 0, REHEARSALS, len(self.trials.worlds))
        means = self.trials.observe(alone, at).mean(axis=1)
        known = {plan: (float(row[self.aim]), float(row[COST])) for plan, row in zip(alone, means, strict=True)}
        return Guess({plan: each for plan, each in known.items() if math.isfinite(each[0])})

    def _greedy(self, menu: PlanMenu, guess: "Guess") -> Plan:
        """Options by benefit for their cost, as many as the budget holds."""
        plan = nothing(menu)
        for option in sorted(guess.alone, key=guess.rate, reverse=True):
            both = tuple(a or b for a, b in zip(plan, option, strict=True))
            free = not any(a and b for a, b in zip(plan, option, strict=True))
            if free and agrees(menu, both) and guess.benefit(option) > 0.0 and guess.cost(both) <= self.budget:
                plan = both
        return plan

    def shortlist(self, most: int) -> list[Plan]:
        """Doing nothing, and the plans within the budget that looked best, those tried too little with suspicion."""
        tried = [(plan, self.trials.seen(plan, RACE)) for plan in self.trials.found if any(plan)]
        known = [(plan, rows) for plan, rows in tried if len(rows) > 1 and rows[:, COST].mean() <= self.budget]
        if not known:
            return [nothing(self.trials.menu)]
        spread = math.sqrt(np.mean([rows[:, self.aim].var(ddof=1) for _, rows in known]))
        careful = [rows[:, self.aim].mean() - spread / math.sqrt(len(rows)) for _, rows in known]
        best = np.argsort(-np.array(careful), kind="stable")[: most - 1]
        return [nothing(self.trials.menu), *(known[place][0] for place in best)]


@dataclass(frozen=True)
class Guess:
    """What a plan would bring and cost if its interventions did not touch each other: (benefit, cost) of each alone."""

    alone: dict[Plan, tuple[float, float]]

    def benefit(self, plan: Plan) -> float:
        """The sum of the benefits of its options; minus infinity where one cannot be."""
        return sum(self.alone.get(option, (-math.inf, 0.0))[0] for option in _singles(plan))

    def cost(self, plan: Plan) -> float:
        """The sum of the costs of its options; infinity where one cannot be or is too dear by itself."""
        return sum(self.alone.get(option, (0.0, math.inf))[1] for option in _singles(plan))

    def rate(self, option: Plan) -> float:
        """Benefit for each unit of cost; what costs nothing comes first."""
        benefit, cost = self.alone[option]
        return benefit / cost if cost > 0.0 else math.copysign(math.inf, benefit)


def _singles(plan: Plan) -> list[Plan]:
    """Each of its options as a plan by itself."""
    return [
        tuple(choice if place == own else 0 for own in range(len(plan)))
        for place, choice in itertools.compress(enumerate(plan), plan)
    ]
