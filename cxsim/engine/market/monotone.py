"""Monotone cubic interpolation (Fritsch & Butland 1984), to the bit that of SciPy's `PchipInterpolator`.

SciPy's own brings its optimisers and sparse matrices with it, half a second at every start.
"""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


class MonotoneCubic:
    """A curve through points that rises where they rise, falls where they fall, and never swings beyond them.

    Args:
        x: places in ascending order, shape (points,), at least three.
        y: heights there, shape (points,).
    """

    def __init__(self, x: Numbers, y: Numbers) -> None:
        width = np.diff(x)
        slope = np.diff(y) / width
        tangent = _tangents(width, slope)
        bend = (tangent[:-1] + tangent[1:] - 2 * slope) / width
        self._x = x
        self._coefficients = np.stack([y[:-1], tangent[:-1], (slope - tangent[:-1]) / width - bend, bend / width])

    def __call__(self, at: Numbers) -> Numbers:
        """Heights at these places; beyond the ends the last pieces go on."""
        piece = np.clip(np.searchsorted(self._x, at, side="right") - 1, 0, len(self._x) - 2)
        away = at - self._x[piece]
        height, tangent, square, cube = self._coefficients[:, piece]
        heights: Numbers = height + tangent * away + square * (away * away) + cube * (away * away * away)
        return heights


def _tangents(width: Numbers, slope: Numbers) -> Numbers:
    """At each point the weighted harmonic mean of the slopes beside it; 0 where they differ in sign."""
    before, after = width[1:] + 2 * width[:-1], 2 * width[1:] + width[:-1]
    turns = (np.sign(slope[1:]) != np.sign(slope[:-1])) | (slope[1:] == 0) | (slope[:-1] == 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        inverse = (after / slope[:-1] + before / slope[1:]) / (after + before)
    tangents = np.zeros(len(slope) + 1)
    tangents[1:-1][~turns] = 1.0 / inverse[~turns]
    tangents[0] = _at_end(width[0], width[1], slope[0], slope[1])
    tangents[-1] = _at_end(width[-1], width[-2], slope[-1], slope[-2])
    return tangents


def _at_end(width: float, next_width: float, slope: float, next_slope: float) -> float:
    """By three points, held to their shape."""
    tangent = ((2 * width + next_width) * slope - width * next_slope) / (width + next_width)
    if np.sign(tangent) != np.sign(slope):
        return 0.0
    if np.sign(slope) != np.sign(next_slope) and abs(tangent) > 3.0 * abs(slope):
        return 3.0 * slope
    return tangent
