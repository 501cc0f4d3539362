"""Where it goes wrong: how the values of each factor are spread where the result is bad, and where it is good."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cxsim.charts.look import INK, LINE, LOOP, NEUTRAL, new_axes, shown
from cxsim.sensitivity.answer import rows_of
from cxsim.sensitivity.factor import Factor, Numbers

MOST = 6  # factors shown, those that differ most
HEIGHT = 0.3


def regional(
    table: pd.DataFrame,
    points: Numbers,
    bad: NDArray[np.bool_],
    factors: Sequence[Factor],
    groups: tuple[str, str] = ("it loses", "it wins"),
    ax: Axes | None = None,
) -> Axes:
    """Two lines of dots a factor, orange where the result is bad and green where it is good, with their medians.

    Args:
        table: from `cxsim.sensitivity.regional`.
        points: shape (n, k).
        bad: which points are bad, shape (n,).
        factors: k of them.
        groups: what bad and good points are called.
        ax: where to draw; a figure of its own when left out.
    """
    places = {factor.key: place for place, factor in enumerate(factors)}
    rows = rows_of(table.head(MOST))
    ax = ax or new_axes(8.0, 1.7 + 0.95 * len(rows))
    for line, row in enumerate(rows):
        place = places[str(row.key)]
        factor, column = factors[place], points[:, place]
        for group, at, colour in ((bad, line, LINE), (~bad, line + HEIGHT, LOOP)):
            along = _along(factor, column[group])
            ax.plot(along, np.full(len(along), at), "|", color=colour, markersize=10, markeredgewidth=1.0, alpha=0.6)
            ax.plot(np.median(along), at, "o", color="white", markeredgecolor=INK, markersize=6, zorder=3)
        told = f"{shown(factor.label, 60)}   (distance {row.distance:.2f}, p {row.p_holm:.2g})"
        ax.text(0.0, line - 0.22, told, color=INK, va="bottom")
        for at, value, side in ((0.0, factor.low, "left"), (1.0, factor.high, "right")):
            ax.text(at, line + HEIGHT + 0.16, factor.say(value), fontsize=8, color=NEUTRAL, ha=side, va="top")
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(len(rows) - 0.15, -0.65)
    ax.set_xticks([])
    ax.set_yticks([])
    for side in ("top", "right", "left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.set_title(f"Where {groups[0]}, and where {groups[1]}", loc="left", fontweight="bold", color=INK)
    ax.set_xlabel(
        f"orange: the {int(bad.sum()):,} cases where {groups[0]}; green: the {int((~bad).sum()):,} where {groups[1]}\n"
        "circles: medians; p corrected for the number of factors",
        loc="left", fontsize=8, color=NEUTRAL,
    )  # fmt: skip
    return ax


def _along(factor: Factor, values: Numbers) -> Numbers:
    """How far along the range, on the factor's own scale."""
    if factor.log:
        return np.asarray(np.log(values / factor.low) / np.log(factor.high / factor.low))
    return np.asarray((values - factor.low) / (factor.high - factor.low))
