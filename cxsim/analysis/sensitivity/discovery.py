"""When does a plan fail: a box of conditions in plain words, judged on points that had no part in finding it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxsim.analysis.sensitivity.factor import Factor, Numbers
from cxsim.analysis.sensitivity.prim import ALARM, Box, Counts, best_box, count, quasi_p

HELD_OUT = 1.0 / 3.0
FEWEST_POINTS = 30


@dataclass(frozen=True)
class Discovery:
    """Where a plan loses.

    Attributes:
        factors: one a parameter.
        box: the conditions found; without restrictions when nothing separates.
        separates: whether the held-out points confirm the box: the chance of a false alarm is at most 5%.
        found: counts on the points that shaped the box; too good by the search.
        held_out: counts on the points held out; the honest ones.
        conditions: one row a restriction: key, label, sign ("<" or ">"), value, condition in words, least and most (of
            its range), quasi_p on the points that shaped the box and p_held_out on the others.
        trajectory: one row a peel on the points that shaped the box: coverage, density, share (of all points inside),
            restricted (number of parameters).
    """

    factors: Sequence[Factor] = field(repr=False)
    box: Box = field(repr=False)
    separates: bool
    found: Counts
    held_out: Counts
    conditions: pd.DataFrame = field(repr=False)
    trajectory: pd.DataFrame = field(repr=False)

    def sentence(self, plan: str = "the plan") -> str:
        """When the plan loses, in words, with coverage and density on the held-out points."""
        base = self.held_out
        everywhere = f"it loses at {base.lost} of {base.points} points held out"
        if not self.separates:
            return f"Nothing separates the points at which {plan} loses from the others ({everywhere})."
        said = list(self.conditions["condition"])
        when = " and ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)
        return (
            f"{plan[:1].upper()}{plan[1:]} {'mostly loses' if base.density > 0.5 else 'loses more often'} when {when}. On points held out it loses in {base.density:.0%} "
            f"of these cases ({base.inside_lost} of {base.inside}), which are {base.coverage:.0%} of all its losses "
            f"({everywhere})."
        )


def discover(points: Numbers, lost: NDArray[np.bool_], factors: Sequence[Factor], seed: int = 1) -> Discovery:
    """Find the conditions under which a plan loses, and confirm them on a third of the points, held out.

    Which of the boxes of the peeling trajectory tells best, and which of its restrictions count, is decided on two
    thirds of the points. The held-out third is used once, for one test at 5%.

    Args:
        points: one row a point, whatever its replications, shape (n, k); independently drawn as for `regional`.
        lost: whether the plan loses there, shape (n,).
        factors: one a column.
        seed: of the split.

    Raises:
        ValueError: if there are fewer than 30 points, or the plan loses everywhere or nowhere.
    """
    points, lost = np.asarray(points, float), np.asarray(lost, bool)
    if len(points) < FEWEST_POINTS:
        raise ValueError(f"{len(points)} points are too few to find a box; take {FEWEST_POINTS} at least, better 200")
    if lost.all() or not lost.any():
        raise ValueError(f"the plan {'loses' if lost.all() else 'wins'} at all {len(lost)} points; there is no box")
    order = np.argsort(stats.uniform.rvs(size=len(points), random_state=seed))
    out, used = np.split(order, [round(HELD_OUT * len(points))])
    box, boxes = best_box(points[used], lost[used])
    held_out = count(box, points[out], lost[out])
    return Discovery(
        factors,
        box,
        bool(box.restrictions) and held_out.p <= ALARM,
        count(box, points[used], lost[used]),
        held_out,
        _conditions(box, points, lost, factors, used, out),
        _trajectory(boxes, points[used], lost[used]),
    )


def _conditions(
    box: Box,
    points: Numbers,
    lost: NDArray[np.bool_],
    factors: Sequence[Factor],
    used: NDArray[np.intp],
    out: NDArray[np.intp],
) -> pd.DataFrame:
    rows = []
    for place, end in box.restrictions:
        factor, column, value = factors[place], points[:, place], float(getattr(box, end)[place])
        p = [quasi_p(box, (place, end), points[some], lost[some]) for some in (used, out)]
        rows.append((factor.key, factor.label, ">" if end == "low" else "<", value,
                     _in_words(factor, column, end, value), factor.low, factor.high, *p))  # fmt: skip
    names = ["key", "label", "sign", "value", "condition", "least", "most", "quasi_p", "p_held_out"]
    return pd.DataFrame(rows, columns=names)


def _in_words(factor: Factor, column: Numbers, end: str, value: float) -> str:
    """A restriction as in "failure rate is above 14%" or "friends asked is at most 2": no whole number is cut in half."""
    if factor.words:
        left = factor.words[int(np.ceil(value)) :] if end == "low" else factor.words[: int(np.floor(value)) + 1]
        return f"{factor.label} is {' or '.join(left)}"
    if (column == np.round(column)).all():
        return f"{factor.label} is at {'least' if end == 'low' else 'most'} {factor.say(np.ceil(value) if end == 'low' else np.floor(value))}"
    return f"{factor.label} is {'above' if end == 'low' else 'below'} {factor.say(value)}"


def _trajectory(boxes: Sequence[Box], points: Numbers, lost: NDArray[np.bool_]) -> pd.DataFrame:
    rows = []
    for box in boxes:
        counts = count(box, points, lost)
        restricted = len({place for place, _ in box.restrictions})
        rows.append((counts.coverage, counts.density, counts.inside / counts.points, restricted))
    return pd.DataFrame(rows, columns=["coverage", "density", "share", "restricted"]).rename_axis("peel")
