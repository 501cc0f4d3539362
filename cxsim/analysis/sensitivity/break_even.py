"""The value of a parameter at which the decision flips: where the plan's advantage changes its sign."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from scipy import optimize

from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.sensitivity.factor import Factor, Numbers, Outcome, outcomes_at

GRID = 5  # values looked at over the range; a decision that flips twice between two of them is not seen
PRECISE = 0.002  # of the range: how closely a flip is located
Advantage = Callable[[float], Numbers]  # a value of the parameter -> plan minus base, shape (replications,)


@dataclass(frozen=True)
class BreakEven:
    """Where the decision flips as one parameter moves and all others stay.

    Attributes:
        factor: what moves.
        value: where the mean advantage changes its sign, nearest to the present value; nan when it does not.
        low: all values between low and high are compatible with being it: there the 95% interval of the paired
            differences holds zero. -inf when that reaches the low end of the range. nan without a value.
        high: the other end; inf when it reaches the high end of the range.
        flips: how often the sign of the mean changes in the range, as far as the grid shows.
        wins_at_low: whether the mean advantage is positive at the low end of the range.
        decided: whether the interval leaves zero out at every value looked at (where there is no flip).
    """

    factor: Factor
    value: float
    low: float
    high: float
    flips: int
    wins_at_low: bool
    decided: bool

    @property
    def said(self) -> str:
        """The value with its interval: "14% (12% to 17%)"; empty without a value."""
        if np.isnan(self.value):
            return ""
        low = f"{self.factor.number(self.low)} to" if np.isfinite(self.low) else "up to"
        high = self.factor.say(self.high) if np.isfinite(self.high) else "the end of the range"
        if not np.isfinite(self.low) and not np.isfinite(self.high):
            return f"{self.factor.say(self.value)} (or anywhere in the range)"
        return f"{self.factor.say(self.value)} ({low} {high})"

    def __str__(self) -> str:
        if np.isnan(self.value):
            end = "" if self.decided else "; its sign is not certain all along"
            does = "wins" if self.wins_at_low else "loses"
            return f"{self.factor.label}: does not flip in the range, the plan {does} throughout{end}"
        times = f"; it flips {self.flips} times in the range, this is the nearest" if self.flips > 1 else ""
        return f"{self.factor.label}: the decision flips at {self.said}{times}"


def break_even(outcome: Outcome, factors: Sequence[Factor], at: Sequence[float], place: int) -> BreakEven:
    """Where the plan's advantage changes its sign as one factor moves through its range.

    The root of the mean paired difference is found by Brent's method. Its interval inverts the paired t test, as
    Fieller's does for a ratio: a value belongs to it unless the interval of the differences there leaves zero out. It
    covers the true value in 95% of studies even with few replications, if the differences are about normal, and may be
    open at an end. Costs `GRID` points, and ten to twenty more when there is a flip.

    Args:
        outcome: the plan's advantage (plan minus base, positive when the plan is better).
        factors: all of them, k.
        at: the present values of all factors, shape (k,); others than `place` stay there.
        place: which factor moves.

    Raises:
        ValueError: if the outcome has fewer than two replications.
    """
    factor = factors[place]
    return break_even_along(along(outcome, at, place), factor, at[place], grid_of(factor))


def along(outcome: Outcome, at: Sequence[float], place: int) -> Advantage:
    """The outcome as a function of one factor, every value lived once."""

    @cache
    def advantage(value: float) -> Numbers:
        point = np.array(at, float)
        point[place] = value
        return np.asarray(outcomes_at(outcome, point[None, :])[0])

    return advantage


def break_even_along(advantage: Advantage, factor: Factor, at: float, values: Sequence[float]) -> BreakEven:
    """`break_even` of a function of one value, looked at from the first of `values` to the last; see there."""
    if len(advantage(factor.low)) < 2:
        raise ValueError("a break-even needs at least two replications, for its interval")

    def known(value: float) -> Estimate:
        return estimate(advantage(value))

    flips = _crossings(lambda value: known(value).mean, values)
    wins = known(factor.low).mean > 0.0
    if not flips:
        decided = all(known(value).decided for value in values)
        return BreakEven(factor, np.nan, np.nan, np.nan, 0, wins, decided)
    nearest = min(flips, key=lambda value: abs(value - at))
    finer = sorted({*values, *flips})
    edges = _crossings(lambda value: known(value).low, finer) + _crossings(lambda value: known(value).high, finer)
    low = max((edge for edge in edges if edge <= nearest), default=-np.inf)
    high = min((edge for edge in edges if edge > nearest), default=np.inf)
    return BreakEven(factor, nearest, low, high, len(flips), wins, False)


def grid_of(factor: Factor) -> list[float]:
    """The values looked at, from low to high."""
    return [float(value) for value in np.linspace(factor.low, factor.high, GRID)]


def _crossings(curve: Callable[[float], float], values: Sequence[float]) -> list[float]:
    """Where a curve crosses zero between neighbouring values."""
    precise = PRECISE * (values[-1] - values[0])
    brackets = [pair for pair in pairwise(values) if (curve(pair[0]) > 0.0) != (curve(pair[1]) > 0.0)]
    return [float(optimize.brentq(curve, *pair, xtol=precise)) for pair in brackets]
