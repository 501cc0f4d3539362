"""How many replications: until a difference is known well enough, or until its sign is.

**To a half-width: two stages** (Stein 1945). The first stage of n0 replications gives a standard deviation s0, and it
alone sets the number, N = max(n0, (t s0 / h)^2) with t of n0 - 1 degrees of freedom. The mean of all N, give or take
t s0 / sqrt(N) <= h, holds the truth in at least 95% of experiments, exactly, if replications are normal: nobody looks
at the mean to decide when to stop. It costs (t / 1.96)^2 as many replications as if the spread had been known: 1.33
for n0 = 10, 1.14 for 20.

**To a decision: an always-valid interval.** Whoever stops as soon as an ordinary interval leaves zero out will sooner
or later find a difference where there is none. A confidence sequence holds the truth at every number of replications
at once with 95% probability, so it may be looked at after each. This one is the Gaussian mixture of likelihood ratios
of Student's t (Wang and Ramdas 2024, arXiv:2310.03722, after Lai 1976): with effects of `EFFECT` standard deviations
mixed in, the hypothesis "the mean is m" has

    M(n) = g^(-1/2) ((1 + q) / (1 + q / g))^(n/2),   g = 1 + n EFFECT^2,   q = n (mean - m)^2 / ((n - 1) s^2),

a martingale of mean 1 if it is true (and replications are normal), which by Ville's inequality ever exceeds 1 / 0.05
with probability at most 0.05. The interval is every m with M(n) < 20. It is 1.6 to 1.8 times as wide as the ordinary
one: the price of looking.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from cxsim.analysis.compare.intervals import (
    CONFIDENCE,
    HalfWidthFactor,
    Numbers,
    distinct,
    estimate,
    one_world,
    quantile_of_t,
    student_t,
)

Result = TypeVar("Result")

EFFECT = 1.0  # in standard deviations of a difference; intervals are shortest, by a little, for effects of this size
FEWEST = 5  # with fewer replications, the always-valid interval has no end
MOST = 500
FEW_VALUES = 5  # distinct differences: rare events, far from normal


class Until(Protocol):
    """When to stop."""

    @property
    def figure(self) -> str:
        """Whose difference is looked at."""
        ...

    def half_width_factor(self, first: int) -> HalfWidthFactor:
        """How far the intervals of a study that stopped so must reach to hold what they promise.

        Args:
            first: how many were lived before anybody looked.
        """
        ...

    def wanted(self, differences: dict[str, Numbers], first: int) -> int:
        """How many replications there should be, by what is known so far; no more than there are, to stop.

        Args:
            differences: of the figure, by plan, shape (replications,) each.
            first: how many were lived before anybody looked.
        """
        ...

    def said(self, differences: dict[str, Numbers], first: int) -> str:
        """What came of it, in words."""
        ...


@dataclass(frozen=True)
class HalfWidth:
    """Until the 95% interval of a figure's difference reaches at most so far to each side, for every plan.

    Attributes:
        figure: one of every market (`net_margin`), or what a mechanism of base or plan counts.
        half_width: in its unit.

    Raises:
        ValueError: if the half-width is not above zero. Whether there is such a figure, only the scenarios say.
    """

    figure: str
    half_width: float

    def __post_init__(self) -> None:
        if not 0.0 < self.half_width < math.inf:
            raise ValueError(f"the half-width is {self.half_width:g}; it must be above 0, in the unit of {self.figure}")

    def half_width_factor(self, first: int) -> HalfWidthFactor:
        """That of two stages, for every figure: the spread of the first replications, whatever all of them show."""
        return after_first_stage(first)

    def wanted(self, differences: dict[str, Numbers], first: int) -> int:
        """What the first stage says, for the plan that varies most."""
        return max(replications_for(values[:first], self.half_width) for values in differences.values())

    def said(self, differences: dict[str, Numbers], first: int) -> str:
        """Each plan's difference with the half-width that was reached."""
        lines = [
            f"The spread over the first {first} replications set their number, and the reach of all intervals (two stages after Stein, 95%):"
        ]
        for name, values in differences.items():
            mean, half = two_stages(values, first)
            short = f"; {_number(self.half_width)} was asked for" if half > self.half_width else ""
            lines.append(f"  {name}: {self.figure} {mean:+,.6g} give or take {_number(half)}{short}")
        return "\n".join(lines)


@dataclass(frozen=True)
class Decided:
    """Until it is decided for every plan whether a figure is higher or lower than in the base.

    Attributes:
        figure: one of every market (`net_margin`), or what a mechanism of base or plan counts.
    """

    figure: str

    def half_width_factor(self, first: int) -> HalfWidthFactor:
        """The always-valid one."""
        return always_valid

    def wanted(self, differences: dict[str, Numbers], first: int) -> int:
        """A tenth more, at least four, as long as a plan is open."""
        count = len(next(iter(differences.values())))
        return count + max(4, count // 10) if self._open(differences) else count

    def said(self, differences: dict[str, Numbers], first: int) -> str:
        """For which plans it is decided, and what kind of intervals these are."""
        count, left = len(next(iter(differences.values()))), self._open(differences)
        state = f"not decided for {', '.join(left)}" if left else "decided"
        none = [name for name, values in differences.items() if not np.any(values)]
        state += f"; there is no difference at all for {', '.join(none)}" if none else ""
        return (
            f"After {count} replications the sign of the difference in {self.figure} is {state}. The intervals of all "
            "differences hold at any number of replications, however often one looked (always-valid, 95% for each by "
            "itself, if differences are about normal), so they are wider than those of a number fixed beforehand."
            f"{self._few_values(differences)}"
        )

    @staticmethod
    def _few_values(differences: dict[str, Numbers]) -> str:
        """A warning where differences are rare events: then a sign is decided wrongly far more often than 5%."""
        few = [name for name, values in differences.items() if 1 < distinct(values) <= min(FEW_VALUES, len(values) - 1)]
        if not few:
            return ""
        return (
            f" Careful: the differences of {', '.join(few)} take at most {FEW_VALUES} distinct values and are not normal; "
            "simulate more people before this decides anything."
        )

    def _open(self, differences: dict[str, Numbers]) -> list[str]:
        return [name for name, values in differences.items() if np.any(values) and not _decided(values)]


def lived_until(
    until: Until,
    live: Callable[[int, int], list[Result]],
    differences: Callable[[str, list[Result]], dict[str, Numbers]],
    first: int,
    most: int,
) -> tuple[list[Result], str]:
    """Live replications until a rule is content, and say what came of it; how many does not depend on who lives them.

    Args:
        until: the rule.
        live: lives so many replications from a number on.
        differences: of a figure, by plan, in what was lived so far.
        first: replications to begin with.
        most: replications at most.

    Raises:
        ValueError: if `first` is below 5, or `most` below `first`.
    """
    if first < FEWEST:
        raise ValueError(f"{first} replications to begin with; it takes at least {FEWEST} to judge a spread")
    if most < first:
        raise ValueError(f"at most {most} replications, and {first} to begin with")
    lived = live(first, 0)
    while True:
        there = differences(until.figure, lived)
        wanted = min(until.wanted(there, first), most)
        if wanted <= len(lived):
            return lived, until.said(there, first)
        lived += live(wanted - len(lived), len(lived))


def _decided(values: Numbers) -> bool:
    return estimate(values, always_valid).decided


def _at_any_number(replications: int, of_spread: int) -> float:
    """The half-width of the confidence sequence; inf where there are too few to exclude anything."""
    g = 1.0 + replications * EFFECT**2
    k = (math.sqrt(g) / (1.0 - CONFIDENCE)) ** (2.0 / replications)
    if k >= g:
        return math.inf
    return math.sqrt((replications - 1) / replications * (k - 1.0) / (1.0 - k / g))


def _of_two_stages(replications: int, of_spread: int) -> float:
    """Student's t with the degrees of freedom of the first stage."""
    return quantile_of_t(of_spread - 1) / math.sqrt(replications)


always_valid = HalfWidthFactor("always_valid", _at_any_number)  # holds at every number of replications at once
_TWO_STAGES = "two_stages_"


def after_first_stage(first: int) -> HalfWidthFactor:
    """Intervals of a number of replications that the first stage of so many has set (Stein 1945).

    They hold for every figure, not only for the one that was asked about: if replications are normal, the mean of all
    of them is independent of all spreads of the first stage, and only these have set the number. An ordinary interval
    of all replications would cover 92.3% after a first stage of 5, 93.4% after 10 and 94.5% after 20 (in tests).
    """
    return HalfWidthFactor(f"{_TWO_STAGES}{first}", _of_two_stages, first)


def intervals_named(name: str) -> HalfWidthFactor:
    """The half-width factor that files of results call so.

    Raises:
        ValueError: if there is none of this name.
    """
    first = name.removeprefix(_TWO_STAGES)
    if first != name and first.isdecimal():
        return after_first_stage(int(first))
    for factor in (student_t, always_valid, one_world):
        if factor.name == name:
            return factor
    raise ValueError(f"there are no intervals called {name!r}")


def intervals_in_words(name: str) -> str:
    """What the intervals of a comparison are that files of results call so, for people."""
    if name.startswith(_TWO_STAGES):
        return "95%, Student's t with the spread of the first replications, which set the number of all (two stages after Stein), differences paired"
    return {
        student_t.name: "95%, Student's t over replications, differences paired",
        one_world.name: "95%, where one more world with its luck would lie (Student's t, a prediction interval), differences paired; "
        "the worlds are in plausible.csv, each lived twice",
        always_valid.name: "95%, valid at whatever number of replications one stops, differences paired",
    }[name]


def replications_for(first: Numbers, half_width: float) -> int:
    """How many replications a half-width takes, the first stage included (Stein 1945).

    Args:
        first: the first stage, shape (replications,); nan where there was nothing to measure.
        half_width: asked for, in the unit of the values.

    Returns:
        At least as many as the first stage has. Where some have nothing to measure, correspondingly more.
    """
    known = first[np.isfinite(first)]
    if len(known) < 2:
        return len(first)  # nothing to go by
    enough = (_spread(known) / half_width) ** 2 * len(first) / len(known)
    return max(len(first), math.ceil(enough)) if math.isfinite(enough) else len(first)


def two_stages(values: Numbers, first: int) -> tuple[float, float]:
    """Mean and half-width of the 95% interval after both stages; nan where the first stage shows no spread to go by.

    Args:
        values: all replications, shape (replications,); nan where there was nothing to measure.
        first: how many the first stage had.
    """
    known, stage = values[np.isfinite(values)], after_first_stage(first).spread(values)
    mean = float(np.mean(known)) if len(known) else math.nan
    if len(stage) < 2 or distinct(stage) == 1:  # values that do not differ say nothing of how they would
        return mean, math.nan
    return mean, after_first_stage(first).half_width(values, len(known))


def _spread(first: Numbers) -> float:
    """The half-width of a single replication, t s0."""
    return quantile_of_t(len(first) - 1) * float(np.std(first, ddof=1))


def _number(value: float) -> str:
    return "an unknown amount (the first replications did not differ)" if math.isnan(value) else f"{value:,.4g}"
