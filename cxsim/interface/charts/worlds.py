"""A plan in every uncertain world: in how many it wins, and the spread across worlds beside that of luck."""

import numpy as np
from matplotlib.axes import Axes

from cxsim.analysis.phrases import short_signed, typeset
from cxsim.analysis.sensitivity.over_worlds import OverWorlds
from cxsim.interface.charts.look import INK, LINE, LOOP, NEUTRAL, PALE, caption, new_axes, shown, thick, title

COLOURS = {"wins": LOOP, "loses": LINE, "undecided": NEUTRAL}


def worlds(result: OverWorlds, plan: str = "the plan", figure: str = "its figure", ax: Axes | None = None) -> Axes:
    """One line a world from the worst to the best: the plan's advantage with the 95% interval that luck leaves.

    Green where it wins beyond doubt, orange where it loses, grey where luck could turn it. The band is the middle 95% of
    the worlds.

    Args:
        result: from `cxsim.analysis.sensitivity.over_worlds`.
        plan: its name.
        figure: what the advantage is in, with its unit.
        ax: where to draw; a figure of its own when left out.
    """
    rows = result.table.sort_values("advantage", kind="stable")
    ax = ax or new_axes(8.0, 4.8)
    places = np.arange(len(rows))
    ax.axvspan(*result.middle, color=PALE, linewidth=0)
    for verdict, colour in COLOURS.items():
        some = (rows["verdict"] == verdict).to_numpy()
        ax.hlines(places[some], rows["low"][some], rows["high"][some], color=colour, linewidth=thick(0.8), alpha=0.6)
        ax.plot(rows["advantage"][some], places[some], "o", color=colour, markersize=thick(2.5))
    ax.axvline(0.0, color=INK, linewidth=thick(0.5))
    ax.set_yticks([])
    ax.set_ylabel("worlds, from the worst to the best")
    ax.xaxis.set_major_formatter(lambda value, _: typeset(short_signed(value)) if abs(value) > 1e-9 else "0")
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.set_xlabel(f"advantage in {shown(figure)}")
    title(ax, f"{shown(plan, 40)} wins in {result.wins} of {len(rows)} worlds")
    caption(
        ax,
        f"Green: wins; orange: loses; grey: luck could turn it (95% interval over {result.replications} pairs). "
        "Pale band: the middle 95% of the worlds.",
    )
    return ax
