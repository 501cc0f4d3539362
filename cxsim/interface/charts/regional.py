"""Where it goes wrong: how the values of each factor are spread where the result is bad, and where it is good."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cxsim.analysis.sensitivity.answer import rows_of
from cxsim.analysis.sensitivity.factor import Factor, Numbers
from cxsim.interface.charts.look import (
    INK,
    LINE,
    LOOP,
    NEUTRAL,
    bare,
    caption,
    new_axes,
    shown,
    text_size,
    thick,
    title,
    written,
)

MOST = 6  # factors shown, those that differ most
HEIGHT = 0.3
LEAST_P = 0.001  # that is told exactly


def regional(
    table: pd.DataFrame,
    points: Numbers,
    bad: NDArray[np.bool_],
    factors: Sequence[Factor],
    groups: tuple[str, str] = ("it loses", "it wins"),
    ax: Axes | None = None,
) -> Axes:
    """Two lines of strokes a factor, orange where the result is bad and green where it is good, with their medians.

    They lie along the range that was tried, which stands beside the factor.

    Args:
        table: from `cxsim.analysis.sensitivity.regional`.
        points: shape (n, k).
        bad: which points are bad, shape (n,).
        factors: k of them.
        groups: what bad and good points are called.
        ax: where to draw; a figure of its own when left out.
    """
    places = {factor.key: place for place, factor in enumerate(factors)}
    rows = rows_of(table.head(MOST))
    ax = ax or new_axes(8.0, 1.7 + 0.75 * len(rows))
    for line, row in enumerate(rows):
        place = places[str(row.key)]
        factor, column = factors[place], points[:, place]
        for group, at, colour in ((bad, line, LINE), (~bad, line + HEIGHT, LOOP)):
            along = _along(factor, column[group])
            ax.plot(
                along, np.full(len(along), at), "|",
                color=colour, markersize=text_size(), markeredgewidth=thick(0.7), alpha=0.6,
            )  # fmt: skip
            if not factor.words:
                ax.plot(np.median(along), at, "o", color="white", markeredgecolor=INK, zorder=3)
        p = f"p {row.p_holm:.2g}" if row.p_holm >= LEAST_P else f"p below {LEAST_P:g}"
        told = f"{shown(factor.label, 36)}   (distance {row.distance:.2f}, {p})"
        ax.text(0.0, line - 0.22, told, color=INK, va="bottom")
        tried = shown(", ".join(factor.words) or f"{factor.number(factor.low)} to {factor.say(factor.high)}", 36)
        ax.text(1.0, line - 0.22, tried, fontsize="small", color=written(NEUTRAL), ha="right", va="bottom")
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(len(rows) - 0.45, -0.6)
    ax.set_xticks([])
    ax.set_yticks([])
    bare(ax)
    title(ax, f"Where {groups[0]}, and where {groups[1]}")
    caption(
        ax,
        f"Above, orange: the {int(bad.sum()):,} cases where {groups[0]}; below, green: the {int((~bad).sum()):,} where "
        f"{groups[1]}. Circles: medians; p corrected for the number of factors.",
    )
    return ax


def _along(factor: Factor, values: Numbers) -> Numbers:
    """How far along the range, on the factor's own scale."""
    if factor.log:
        return np.asarray(np.log(values / factor.low) / np.log(factor.high / factor.low))
    return np.asarray((values - factor.low) / (factor.high - factor.low))
