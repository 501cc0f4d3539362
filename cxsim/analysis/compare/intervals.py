"""Differences between plans, as pairs: the same customers with the same luck in both."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

Numbers = NDArray[np.float64]

CONFIDENCE = 0.95
SAME = 1e-9  # of the largest value: less than this apart, numbers differ by rounding
MOST_REPLICATIONS = 1_000_000


@dataclass(frozen=True)
class Estimate:
    """A mean over replications with its 95% interval.

    Attributes:
        mean: of the replications with something to measure.
        low: end of the interval; nan where there are too few replications for one, the mean itself where no spread was
            seen among them: then there is no interval either, since no spread seen is not certainty.
        high: likewise.
        replications: how many the spread was looked for in; 0 where that is not known.
    """

    mean: float
    low: float
    high: float
    replications: int = 0

    @property
    def decided(self) -> bool:
        """Whether there is an interval and it leaves zero out."""
        return self.low < self.high and (self.low > 0.0 or self.high < 0.0)


@dataclass(frozen=True)
class HalfWidthFactor:
    """How far 95% intervals reach to each side, in standard deviations of one replication.

    Attributes:
        name: what the files of results call it; a name that was written once stays.
        factor: by the number of replications that the mean is of, and of those that the spread is known from.
        first: the spread is that of so many first replications, which set the number of all; of all of them when None.
    """

    name: str
    factor: Callable[[int, int], float] = field(repr=False)
    first: int | None = None

    def __call__(self, replications: int) -> float:
        """For a mean of so many replications, inf where they are too few."""
        return self.factor(replications, self.first or replications)

    def spread(self, values: Numbers) -> Numbers:
        """The values, nan left out, whose spread counts."""
        stage = values[: self.first]
        return stage[np.isfinite(stage)]

    def half_width(self, values: Numbers, replications: int) -> float:
        """Of the mean of so many replications, with the spread of these values; inf where they are too few to tell."""
        stage = self.spread(values)
        if len(stage) < 2:
            return math.inf
        wide = self.factor(replications, len(stage))
        return wide * float(np.std(stage, ddof=1)) if math.isfinite(wide) else math.inf


@dataclass(frozen=True)
class PairedDifference:
    """Plan minus base, replication by replication.

    Attributes:
        estimate: mean difference with interval.
        sd: standard deviation of the differences.
        wins: share of replications in which the plan is better (nan where neither way is better).
        more_replications: how many more would decide the sign if mean and spread stay as they are; 0 when decided,
            None when no number would, or no spread was seen.
        variance_saved: share of the variance of independent seeds that pairing removes, 1 - var(B - A) / (var A + var B).
    """

    estimate: Estimate
    sd: float
    wins: float
    more_replications: int | None
    variance_saved: float

    @property
    def decided(self) -> bool:
        """Whether there is an interval and it leaves zero out."""
        return self.estimate.decided


@cache
def quantile_of_t(degrees: int) -> float:
    """How far Student's t of so many degrees of freedom lies from 0, to each side, in 95%."""
    return float(special.stdtrit(degrees, 0.5 + CONFIDENCE / 2.0))


def _of_t(replications: int, of_spread: int) -> float:
    return quantile_of_t(replications - 1) / math.sqrt(replications)


student_t = HalfWidthFactor("student_t", _of_t)  # for a number of replications that was fixed beforehand


LIVES_OF_A_WORLD: Final = 2  # the least that tells luck from the world


def _of_one(replications: int, of_spread: int) -> float:
    """Lives of one world are no two worlds: where worlds differ most, their spread is known from half as many values."""
    worlds = of_spread // LIVES_OF_A_WORLD
    if worlds < 2:
        return math.inf
    of_all_lives = (of_spread - 1.0) / (of_spread - LIVES_OF_A_WORLD)  # the variance of worlds to that of their lives
    return quantile_of_t(worlds - 1) * math.sqrt((1.0 + LIVES_OF_A_WORLD / replications) * of_all_lives)


# Where one more world with its luck would lie: what is not known does not shrink with the number of worlds lived. Exact
# where luck is nothing beside what is not known, and wider than need be where it is not.
one_world = HalfWidthFactor("one_world", _of_one)


def mean_of(values: Numbers) -> float:
    """Mean of replications, shape (replications,); nan values are left out, and nan where nothing else is."""
    known = values[np.isfinite(values)]
    return float(np.mean(known)) if len(known) else math.nan


def estimate(values: Numbers, half_width_factor: HalfWidthFactor = student_t) -> Estimate:
    """Mean and 95% interval of independent replications, shape (replications,); nan values are left out."""
    known = values[np.isfinite(values)]
    if len(known) == 0:
        return Estimate(math.nan, math.nan, math.nan)
    mean, stage = float(np.mean(known)), half_width_factor.spread(values)
    half = half_width_factor.half_width(values, len(known))
    if not math.isfinite(half):
        return Estimate(mean, math.nan, math.nan, len(stage))
    if distinct(stage) == 1:  # exactly no spread, not the rounding of it
        half = 0.0
    return Estimate(mean, mean - half, mean + half, len(stage))


def distinct(values: Numbers) -> int:
    """How many different values there are, but for rounding."""
    if len(values) == 0:
        return 0
    ordered = np.sort(values)
    return 1 + int(np.count_nonzero(ordered[1:] - ordered[:-1] > SAME * max(-ordered[0], ordered[-1])))


def estimate_within(
    values: Numbers, scale: tuple[float, float], half_width_factor: HalfWidthFactor = student_t
) -> Estimate:
    """Like `estimate` for what lies between two ends: the interval is cut there, by which it covers no less."""
    result = estimate(values, half_width_factor)
    if math.isnan(result.low):
        return result
    return replace(result, low=max(scale[0], result.low), high=min(scale[1], result.high))


def estimate_count(values: Numbers, half_width_factor: HalfWidthFactor = student_t) -> Estimate:
    """Like `estimate` for counts of people, whose interval cannot reach below zero."""
    return estimate_within(values, (0.0, math.inf), half_width_factor)


def paired_difference(
    base: Numbers, plan: Numbers, good: int, half_width_factor: HalfWidthFactor = student_t
) -> PairedDifference:
    """Compare two arrays of one figure, shape (replications,), paired by replication.

    Args:
        base: the figure in the base.
        plan: the figure in the plan, same replications in the same order.
        good: +1 when more is better, -1 when less is, 0 when neither.
        half_width_factor: how far intervals reach.
    """
    difference = plan - base
    result, known = estimate(difference, half_width_factor), np.isfinite(difference)
    there = difference[known]
    sd = float(np.std(there, ddof=1)) if len(there) > 1 else math.nan
    apart = float(np.var(base[known], ddof=1) + np.var(plan[known], ddof=1)) if len(there) > 1 else math.nan
    return PairedDifference(
        estimate=result,
        sd=sd,
        wins=float(np.mean(good * there > 0.0)) if good and len(there) else math.nan,
        more_replications=_more_to_decide(difference, result, half_width_factor),
        variance_saved=1.0 - sd**2 / apart if apart > 0.0 else math.nan,
    )


def _more_to_decide(difference: Numbers, result: Estimate, half_width_factor: HalfWidthFactor) -> int | None:
    """Replications to add until the half-width falls below the mean difference; None where the spread does not tell."""
    count = int(np.isfinite(difference).sum())
    if count < 2 or result.mean == 0.0 or result.low == result.high:
        return None
    if result.decided:
        return 0

    stage = half_width_factor.spread(difference)
    sd = float(np.std(stage, ddof=1)) if len(stage) > 1 else math.nan

    def decides(replications: int) -> bool:
        return half_width_factor.factor(replications, len(stage)) * sd < abs(result.mean)

    too_few, enough = count, 2 * count
    while not decides(enough):
        too_few, enough = enough, 2 * enough
        if too_few > MOST_REPLICATIONS:
            return None
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        too_few, enough = (too_few, middle) if decides(middle) else (middle, enough)
    return enough - count
