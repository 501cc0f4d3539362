"""Which factors matter: Sobol indices and Morris's screening as bars with their intervals."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxsim.analysis.sensitivity.factor import Numbers
from cxsim.analysis.sensitivity.sobol import SobolIndices
from cxsim.interface.charts.look import FIRST_CYCLE, INK, LINE, NEUTRAL, PALE, caption, new_axes, shown, thick, title

HEIGHT = 0.34  # of a bar
LABEL_WIDTH = 30  # letters


def indices(result: SobolIndices, of: str = "the result", ax: Axes | None = None) -> Axes:
    """Two bars a factor: its share of the variance alone, and with its interactions; whiskers are 95% intervals.

    Args:
        result: from `cxsim.analysis.sensitivity.sobol`.
        of: whose variance.
        ax: where to draw; a figure of its own when left out.
    """
    rows = result.table.sort_values("total", ascending=False, kind="stable", na_position="last")
    ax = ax or new_axes(9.0, 2.2 + 0.75 * len(rows))
    for name, shift, colour in (("first", -HEIGHT / 2, FIRST_CYCLE), ("total", HEIGHT / 2, PALE)):
        _bars(ax, np.arange(float(len(rows))) + shift, rows, name, colour)
    _named(ax, rows)
    ax.set_xlim(min(0.0, ax.get_xlim()[0]), max(1.0, ax.get_xlim()[1]))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    luck = f"; luck is {result.luck[0]:.0%} of the variance of a single run" if np.isfinite(result.luck[0]) else ""
    ax.set_xlabel(textwrap.fill(f"share of the variance of {shown(of, 90)}", 60))
    title(ax, "How much each factor matters")
    caption(
        ax,
        "Blue: by itself; pale: with interactions; whiskers: 95% intervals. "
        f"{result.points:,} rows of points, {result.replications} replications{luck}.",
    )
    return ax


def screening(table: pd.DataFrame, unit: str, of: str = "the result", ax: Axes | None = None) -> Axes:
    """A bar a factor: the mean size of what it does over its whole range; what luck alone would show is marked.

    Args:
        table: from `cxsim.analysis.sensitivity.morris`.
        unit: of the result.
        of: what is moved.
        ax: where to draw; a figure of its own when left out.
    """
    ax = ax or new_axes(9.0, 2.2 + 0.55 * len(table))
    places = np.arange(float(len(table)))
    _bars(ax, places, table, "mu_star", FIRST_CYCLE)
    ax.plot(table["sigma"], places, "D", color="white", markeredgecolor=INK, markersize=thick(4.0), zorder=3)
    ax.vlines(table["luck"].fillna(0.0), places - 0.35, places + 0.35, color=LINE, linewidth=thick(1.5), zorder=4)
    _named(ax, table)
    ax.set_xlim(left=0.0)
    ax.set_xlabel(textwrap.fill(f"{shown(unit)} over the whole range of a factor: {shown(of, 90)}", 60))
    title(ax, "Which factors matter at all")
    caption(
        ax,
        "Bar: mean size (mu*) with its 95% interval; orange stroke: what luck would show; diamond: how much it differs "
        "from place to place (sigma).",
    )
    return ax


def _bars(ax: Axes, places: Numbers, rows: pd.DataFrame, name: str, colour: str) -> None:
    value = rows[name].to_numpy(float)
    low, high = rows[f"{name}_low"].to_numpy(float), rows[f"{name}_high"].to_numpy(float)
    ax.barh(places, np.nan_to_num(value), height=HEIGHT, color=colour)
    reach = np.clip(np.nan_to_num([value - low, high - value]), 0.0, None)
    ax.errorbar(value, places, xerr=reach, fmt="none", ecolor=NEUTRAL, elinewidth=thick(1.0), capsize=thick(2.0))


def _named(ax: Axes, rows: pd.DataFrame) -> None:
    labels = [textwrap.fill(shown(str(label), 80), LABEL_WIDTH) for label in rows["label"]]
    ax.set_yticks(range(len(rows)), labels)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
