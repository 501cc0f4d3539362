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

from cxsim.ledger.figures import FIGURE
from cxsim.scenario.wording import nearest
from cxsim.study.paired import CONFIDENCE, Numbers, Reach, estimate, student_t

Result = TypeVar("Result")

EFFECT = 1.0  # in standard deviations of a difference; intervals are shortest, by a little, for effects of this size
FEWEST = 5  # with fewer replications, the always-valid interval has no end
MOST = 500


class Until(Protocol):
    """When to stop."""

    @property
    def figure(self) -> str:
        """Whose difference is looked at."""
        ...

    @property
    def reach(self) -> Reach:
        """How far the intervals of a study that stopped so must reach to hold what they promise."""
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

    Raises:
        ValueError: if there is no such figure, or the half-width is not above zero.
    """

    figure: str
    half_width: float

    def __post_init__(self) -> None:
        check_figure(self.figure)
        if not 0.0 < self.half_width < math.inf:
            raise ValueError(f"the half-width is {self.half_width:g}; it must be above 0, in the unit of {self.figure}")

    @property
    def reach(self) -> Reach:
        """The ordinary one: nobody looked at a mean before the end."""
        return student_t

    def wanted(self, differences: dict[str, Numbers], first: int) -> int:
        """What the first stage says, for the plan that varies most."""
        return max(replications_for(values[:first], self.half_width) for values in differences.values())

    def said(self, differences: dict[str, Numbers], first: int) -> str:
        """Each plan's difference with the half-width that was reached."""
        lines = [f"The spread over the first {first} replications set their number (two stages after Stein, 95%):"]
        for name, values in differences.items():
            mean, half = two_stages(values, first)
            short = f"; {_number(self.half_width)} was asked for" if half > self.half_width else ""
            lines.append(f"  {name}: {self.figure} {mean:+,.6g} give or take {_number(half)}{short}")
        return "\n".join(lines)


@dataclass(frozen=True)
class Decided:
    """Until it is decided for every plan whether a figure is higher or lower than in the base.

    Raises:
        ValueError: if there is no such figure.
    """

    figure: str

    def __post_init__(self) -> None:
        check_figure(self.figure)

    @property
    def reach(self) -> Reach:
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
            "itself), so they are wider than those of a number fixed beforehand."
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
    interval = estimate(values, always_valid)
    return interval.low > 0.0 or interval.high < 0.0


def always_valid(replications: int) -> float:
    """Half-width, in standard deviations, of the 95% interval that holds at every number of replications at once."""
    g = 1.0 + replications * EFFECT**2
    k = (math.sqrt(g) / (1.0 - CONFIDENCE)) ** (2.0 / replications)
    if k >= g:
        return math.inf  # too few to exclude anything
    return math.sqrt((replications - 1) / replications * (k - 1.0) / (1.0 - k / g))


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
    known, stage = values[np.isfinite(values)], values[:first][np.isfinite(values[:first])]
    mean = float(np.mean(known)) if len(known) else math.nan
    if len(stage) < 2 or np.ptp(stage) == 0.0:  # values that do not differ say nothing of how they would
        return mean, math.nan
    return mean, _spread(stage) / math.sqrt(len(known))


def _spread(first: Numbers) -> float:
    """The half-width of a single replication, t s0."""
    return student_t(len(first)) * math.sqrt(len(first)) * float(np.std(first, ddof=1))


def check_figure(name: str) -> None:
    """Refuse what is no figure.

    Raises:
        ValueError: with the nearest name, or all of them.
    """
    if name not in FIGURE:
        raise ValueError(
            f"there is no figure {name!r}. {nearest(name, list(FIGURE)) or 'Figures: ' + ', '.join(FIGURE)}"
        )


def _number(value: float) -> str:
    return "an unknown amount (the first replications did not differ)" if math.isnan(value) else f"{value:,.4g}"
