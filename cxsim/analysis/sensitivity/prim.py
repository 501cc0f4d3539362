"""Boxes in parameter space in which a plan mostly loses, found by patient peeling.

Friedman & Fisher (1999), "Bump hunting in high-dimensional data", Statistics and Computing 9, 123-143. Of every peel
the gain for each point given up counts, so that whole-numbered parameters, where a peel takes a whole level away, are
not preferred. Coverage, density and quasi-p-values are those of Bryant & Lempert (2010), "Thinking inside the box",
Technological Forecasting and Social Change 77, 34-49.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cxsim.analysis.sensitivity.factor import Numbers

PEEL = 0.1  # share of the points in the box that a peel gives up
LEAST_SHARE = 0.05  # of all points; a smaller box is not looked at
LEAST_POINTS = 5
ALARM = 0.05

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Box:
    """Open bounds of every parameter, infinite where there is no restriction.

    Attributes:
        low: shape (k,).
        high: shape (k,).
    """

    low: Numbers
    high: Numbers

    def holds(self, points: Numbers) -> Flags:
        """Which points lie inside, shape (n,)."""
        return np.asarray(((points > self.low) & (points < self.high)).all(axis=1))

    @property
    def restrictions(self) -> list[tuple[int, str]]:
        """(parameter, "low" or "high") of every bound there is."""
        return [(place, end) for place in range(len(self.low)) for end in ("low", "high")
                if np.isfinite(getattr(self, end)[place])]  # fmt: skip

    def without(self, place: int, end: str) -> "Box":
        """The box with one restriction lifted."""
        low, high = self.low.copy(), self.high.copy()
        (low if end == "low" else high)[place] = -np.inf if end == "low" else np.inf
        return Box(low, high)


@dataclass(frozen=True)
class Counts:
    """Points of interest and all points, inside a box and everywhere."""

    inside_lost: int
    inside: int
    lost: int
    points: int

    @property
    def coverage(self) -> float:
        """Share of the points of interest that lie in the box."""
        return self.inside_lost / self.lost if self.lost else np.nan

    @property
    def density(self) -> float:
        """Share of the points in the box that are of interest."""
        return self.inside_lost / self.inside if self.inside else np.nan

    @property
    def contrast(self) -> float:
        """Share of the points of interest inside less share of all others inside (Youden's J)."""
        others = self.points - self.lost
        return self.coverage - (self.inside - self.inside_lost) / others if others and self.lost else np.nan

    @property
    def p(self) -> float:
        """Chance of so many points of interest inside if they lay anywhere (Fisher's exact test, one-sided)."""
        return float(stats.hypergeom.sf(self.inside_lost - 1, self.points, self.lost, self.inside))


def count(box: Box, points: Numbers, lost: Flags) -> Counts:
    """What lies in a box."""
    inside = box.holds(points)
    return Counts(int((inside & lost).sum()), int(inside.sum()), int(lost.sum()), len(lost))


def peel(points: Numbers, lost: Flags) -> list[Box]:
    """The trajectory of boxes, from all points to the smallest or purest, each a peel tighter than the one before.

    Args:
        points: shape (n, k).
        lost: the points of interest, shape (n,).
    """
    k = points.shape[1]
    boxes = [Box(np.full(k, -np.inf), np.full(k, np.inf))]
    inside = np.arange(len(points))
    least = max(LEAST_POINTS, LEAST_SHARE * len(points))
    while not lost[inside].all():
        density = lost[inside].mean()
        peels = [(place, end, keep) for place, end, keep in _peels(points[inside]) if keep.sum() >= least]
        if not peels:
            break
        place, end, keep = max(peels, key=lambda peel: (lost[inside][peel[2]].mean() - density) / (~peel[2]).sum())
        bound = _between(points[inside, place], keep, end)
        low, high = boxes[-1].low.copy(), boxes[-1].high.copy()
        (low if end == "low" else high)[place] = bound
        boxes.append(Box(low, high))
        inside = inside[keep]
    return boxes


def _peels(points: Numbers) -> Iterator[tuple[int, str, Flags]]:
    """Every way to give up the lowest or highest points, at least one, with what is kept."""
    for place, column in enumerate(points.T):
        if column.min() < column.max():
            yield place, "low", column > np.quantile(column, PEEL, method="lower")
            yield place, "high", column < np.quantile(column, 1.0 - PEEL, method="higher")


def _between(column: Numbers, keep: Flags, end: str) -> float:
    """Halfway between what is kept and what is given up."""
    if end == "low":
        return float(column[keep].min() + column[~keep].max()) / 2.0
    return float(column[keep].max() + column[~keep].min()) / 2.0


def quasi_p(box: Box, restriction: tuple[int, str], points: Numbers, lost: Flags) -> float:
    """Chance of as many points of interest in the box if this restriction did nothing.

    Binomial, with the density of the box without the restriction. "Quasi" on the points that shaped the box, for the
    search picked the restriction because it looked good there.
    """
    inside, wider = count(box, points, lost), count(box.without(*restriction), points, lost)
    return float(stats.binom.sf(inside.inside_lost - 1, inside.inside, wider.density)) if wider.inside else 1.0


def best_box(points: Numbers, lost: Flags) -> tuple[Box, list[Box]]:
    """The box that tells best (contrast) once restrictions that luck explains are lifted, and the whole trajectory."""
    boxes = peel(points, lost)
    kept = [_without_luck(box, points, lost) for box in boxes]
    return max(kept, key=lambda box: count(box, points, lost).contrast), boxes


def _without_luck(box: Box, points: Numbers, lost: Flags) -> Box:
    """The box without restrictions whose quasi-p-value is above `ALARM`, the worst lifted first."""
    while box.restrictions:
        p, worst = max((quasi_p(box, bound, points, lost), bound) for bound in box.restrictions)
        if p <= ALARM:
            break
        box = box.without(*worst)
    return box
