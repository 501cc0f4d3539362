"""Differences between plans, as pairs: the same customers with the same luck in both."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Numbers = NDArray[np.float64]
Reach = Callable[[int], float]  # half-width of an interval, in standard deviations, by the number of replications

CONFIDENCE = 0.95
MOST_REPLICATIONS = 1_000_000


@dataclass(frozen=True)
class Estimate:
    """A mean over replications with its 95% interval (nan where there are too few for one)."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class PairedDifference:
    """Plan minus base, replication by replication.

    Attributes:
        estimate: mean difference with interval.
        sd: standard deviation of the differences.
        wins: share of replications in which the plan is better (nan where neither way is better).
        more_replications: how many more would decide the sign if mean and spread stay as they are; 0 when decided,
            None when no number would.
        variance_saved: share of the variance of independent seeds that pairing removes, 1 - var(B - A) / (var A + var B).
    """

    estimate: Estimate
    sd: float
    wins: float
    more_replications: int | None
    variance_saved: float

    @property
    def decided(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.estimate.low > 0.0 or self.estimate.high < 0.0


@cache
def student_t(replications: int) -> float:
    """Half-width of Student's 95% interval, for a number of replications that was fixed beforehand."""
    return float(stats.t.ppf(0.5 + CONFIDENCE / 2.0, replications - 1)) / math.sqrt(replications)


def estimate(values: Numbers, reach: Reach = student_t) -> Estimate:
    """Mean and 95% interval of independent replications, shape (replications,); nan values are left out."""
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return Estimate(math.nan, math.nan, math.nan)
    mean = float(np.mean(known))
    wide = reach(len(known)) if len(known) > 1 else math.inf
    if not math.isfinite(wide):
        return Estimate(mean, math.nan, math.nan)
    half = wide * float(np.std(known, ddof=1))
    return Estimate(mean, mean - half, mean + half)


def estimate_count(values: Numbers, reach: Reach = student_t) -> Estimate:
    """Like `estimate` for counts of people, whose interval cannot reach below zero."""
    result = estimate(values, reach)
    return Estimate(result.mean, max(0.0, result.low), result.high) if result.low == result.low else result


def paired_difference(base: Numbers, plan: Numbers, good: int, reach: Reach = student_t) -> PairedDifference:
    """Compare two arrays of one figure, shape (replications,), paired by replication.

    Args:
        base: the figure in the base.
        plan: the figure in the plan, same replications in the same order.
        good: +1 when more is better, -1 when less is, 0 when neither.
        reach: half-width of the interval, in standard deviations.
    """
    difference = plan - base
    known = np.isfinite(difference)
    difference = difference[known]
    count = len(difference)
    sd = float(np.std(difference, ddof=1)) if count > 1 else math.nan
    apart = float(np.var(base[known], ddof=1) + np.var(plan[known], ddof=1)) if count > 1 else math.nan
    result = estimate(difference, reach)
    return PairedDifference(
        estimate=result,
        sd=sd,
        wins=float(np.mean(good * difference > 0.0)) if good and count else math.nan,
        more_replications=_more_to_decide(result, sd, count, reach),
        variance_saved=1.0 - sd**2 / apart if apart > 0.0 else math.nan,
    )


def _more_to_decide(result: Estimate, sd: float, count: int, reach: Reach) -> int | None:
    """Replications to add until the half-width falls below the mean difference."""
    if count < 2 or result.mean == 0.0:
        return None
    if result.low > 0.0 or result.high < 0.0:
        return 0

    def decides(replications: int) -> bool:
        return reach(replications) * sd < abs(result.mean)

    too_few, enough = count, 2 * count
    while not decides(enough):
        too_few, enough = enough, 2 * enough
        if too_few > MOST_REPLICATIONS:
            return None
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        too_few, enough = (too_few, middle) if decides(middle) else (middle, enough)
    return enough - count
