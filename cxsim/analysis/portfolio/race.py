"""A race of plans: those that are behind by more than luck explains drop out, until the best is known well enough.

Successive elimination (Even-Dar, Mannor & Mansour 2006, "Action elimination and stopping conditions for the multi-armed
bandit and reinforcement learning problems", Journal of Machine Learning Research 7, 1079-1105) with Student's t for
pairs that share their luck, as Nelson & Matejcik (1995, Management Science 41(12), 1935-1945) ask for under common random
numbers. Bonferroni's inequality pays for every pair and every look, so nothing is assumed of how plans are correlated,
and no plan has to be ahead of the others by anything.
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]
# Which runners are observed, and at how many replications: values and costs, each of shape (runners, replications).
Observe = Callable[[Whole, int], tuple[Numbers, Numbers]]

CONFIDENCE = 0.95
OF_COSTS = 0.2  # share of all doubt that is spent on costs; the rest is for who is ahead
OF_A_LOOK = 0.2  # share of what doubt is left that each look spends
GROWTH = 1.5  # replications from look to look


@dataclass(frozen=True)
class Ranking:
    """How a race ended. With probability `CONFIDENCE` all of this is true at once, for normal observations.

    Attributes:
        chosen: the runner chosen.
        left: runners that may be the best of those within the budget, the chosen one first, then by mean.
        behind: how far the chosen one is behind the best within the budget, at most.
        unclear: runners of `left` whose cost could not be told from the budget; one of them might be better still.
        replications: of each runner that is left.
        looks: how often the race was looked at.
        out: after how many replications each of the others dropped out, by runner.
    """

    chosen: int
    left: list[int]
    behind: float
    unclear: list[int]
    replications: int
    looks: int
    out: dict[int, int]


def race(
    observe: Observe, runners: int, budget: float, tolerance: float, first: int, most_runs: int, worlds: int = 1
) -> Ranking:
    """Find the runner with the highest mean among those whose mean cost is within the budget.

    From look to look those still in are observed half as often again. A runner drops out when its cost is above the budget
    for certain, or when it is behind one that is within the budget for certain. The race ends when nobody can be
    better than the leader by more than the tolerance, or when the next look would take too many runs.

    Args:
        observe: asked for all replications from the first on; replications are independent, runners share their luck.
        runners: how many; number 0 has to cost nothing.
        budget: for the mean cost.
        tolerance: a difference in value that does not matter.
        first: replications of the first look, at least 3.
        most_runs: observations in all.
        worlds: replications go round so many worlds; each look has seen all as often. `first` is a multiple of it.

    Raises:
        ValueError: if there are too few replications for the first look.
    """
    if first < 3:
        raise ValueError(f"the first look takes {first} replications; it needs at least 3")
    still, count, runs = np.arange(runners), first, runners * first
    out: dict[int, int] = {}
    for look in itertools.count(1):
        values, costs = observe(still, count)
        doubt = (1.0 - CONFIDENCE) * OF_A_LOOK * (1.0 - OF_A_LOOK) ** (look - 1)  # all looks together: 1 - CONFIDENCE
        low, high = _cost_interval(costs, OF_COSTS * doubt / runners)
        ahead = _at_most_ahead(values, (1.0 - OF_COSTS) * doubt / max(1, runners - 1))
        within = high <= budget  # nan is neither within the budget nor possible
        stays = (low <= budget) & ~np.isnan(values).any(axis=1) & ~((ahead < 0.0) & within).any(axis=1)
        out |= {int(runner): count for runner in still[~stays]}
        still, values, within, ahead = still[stays], values[stays], within[stays], ahead[np.ix_(stays, stays)]
        means = values.mean(axis=1)
        leader = int(np.argmax(np.where(within, means, -np.inf)))
        behind = max(0.0, float(ahead[:, leader].max(initial=0.0)))
        more = worlds * math.ceil(GROWTH * count / worlds) - count
        if behind <= tolerance or len(still) == 1 or runs + len(still) * more > most_runs:
            break
        count, runs = count + more, runs + len(still) * more
    order = [leader, *(place for place in np.argsort(-means, kind="stable") if place != leader)]
    return Ranking(
        chosen=int(still[leader]),
        left=[int(still[place]) for place in order],
        behind=behind,
        unclear=[int(still[place]) for place in order if not within[place]],
        replications=count,
        looks=look,
        out=out,
    )


def _cost_interval(costs: Numbers, doubt: float) -> tuple[Numbers, Numbers]:
    """Two-sided intervals of mean costs, shape (runners,) each; exact where nothing varies."""
    count = costs.shape[1]
    mean = costs.mean(axis=1)
    half = stats.t.isf(doubt / 2.0, count - 1) * costs.std(axis=1, ddof=1) / np.sqrt(count)
    slack = 1e-9 * np.abs(mean)  # a rounding is no breach
    return mean - half, mean + half - slack


def _at_most_ahead(values: Numbers, doubt: float) -> Numbers:
    """[i, l]: how far i is ahead of l at most, upper limits of paired differences of means, shape (runners, runners)."""
    count = values.shape[1]
    quantile = stats.t.isf(doubt, count - 1) / np.sqrt(count)
    centred = values - values.mean(axis=1, keepdims=True)
    squares = centred @ centred.T / (count - 1)
    own = np.diag(squares)
    spread = np.sqrt(np.maximum(own[:, None] + own[None, :] - 2.0 * squares, 0.0))
    means = values.mean(axis=1)
    ahead: Numbers = means[:, None] - means[None, :] + quantile * spread
    np.fill_diagonal(ahead, 0.0)
    return ahead
