"""Retention and loops by the time since the first purchase, in the base and in the plan (Kaplan-Meier)."""

import textwrap
from typing import Final, Literal

import numpy as np
from matplotlib.axes import Axes

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.intervals import estimate, estimate_within
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.phrases import decimals, estimated, typeset
from cxsim.data.histories import Numbers
from cxsim.engine.outcomes.figures import SHARE
from cxsim.interface.charts.ends import End, name_ends
from cxsim.interface.charts.look import INK, caption, mean_of, new_axes, open_box, shown, title
from cxsim.interface.charts.source import ChartSource, worlds_of

Curve = Literal["kept", "looped"]
TITLES: Final = {"kept": "How many stay", "looped": "How many come back"}
LABEL_WIDTH: Final = 20  # letters
AXES: Final = {"kept": "share whose line has not ended", "looped": "share who bought again"}


def retention(
    source: Runs | Comparison, plan: str | None = None, curve: Curve = "kept", ax: Axes | None = None
) -> Axes:
    """Kaplan-Meier curves since the first purchase: who is still open at the horizon counts as censored.

    Args:
        source: runs, or a comparison: then the base in grey and the plan in ink.
        plan: name of a plan of the comparison, the first when left out.
        curve: "kept", the share whose line has not ended yet, or "looped", the share who have bought again.
        ax: where to draw; a figure of its own when left out.
    """
    worlds = worlds_of(source, plan)
    ax = ax or new_axes()
    weeks = np.unique(worlds.runs.retention["weeks"].to_numpy(float))
    ends: list[End] = []
    for name, runs, colour in worlds.shown:
        shares = shares_of(runs, curve)
        middle, low, high = _with_band(runs, shares, curve)
        if not np.isfinite(middle[-1]):
            continue
        ax.fill_between(weeks, low, high, color=colour, alpha=0.25, linewidth=0)
        ax.plot(weeks, middle, color=colour)
        said = textwrap.fill(shown(name, 40), LABEL_WIDTH)
        ends.append(End(f"{said}\n{middle[-1]:.1%}", float(middle[-1]), colour))
    ax.set_ylim(0.0, 1.0)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    ax.set_xlabel("weeks since the first purchase")
    ax.set_ylabel(AXES[curve])
    open_box(ax)
    title(ax, TITLES[curve])
    caption(ax, _caption(worlds, curve))
    if ends and weeks[-1] > 0.0:
        name_ends(ax, ends, 0.0, float(weeks[-1]))
    else:
        ax.text(0.5, 0.5, "Nobody buys", transform=ax.transAxes, ha="center", color=INK)
    return ax


def shares_of(runs: Runs, curve: Curve) -> Numbers:
    """The curve of every replication, shape (replications, times)."""
    table = runs.retention.pivot(index="replication", columns="weeks", values=curve)
    return np.asarray(table.to_numpy(float))


def _with_band(runs: Runs, shares: Numbers, curve: Curve) -> tuple[Numbers, Numbers, Numbers]:
    """Mean with the 95% interval over replications; a single one has the interval of its own curve (log-log)."""
    if runs.replications == 1:
        low, high = (runs.retention[f"{curve}_{end}"].to_numpy(float) for end in ("low", "high"))
        return shares[0], low, high
    each = [estimate_within(column, SHARE) for column in shares.T]
    middle, low, high = (np.array([getattr(one, name) for one in each]) for name in ("mean", "low", "high"))
    return middle, low, high


def _caption(worlds: ChartSource, curve: Curve) -> str:
    count = worlds.runs.replications
    if count == 1:
        return "Kaplan-Meier; one replication, bands: 95% interval over its buyers."
    said = f"Kaplan-Meier, {mean_of(count, 'pair' if worlds.base else 'replication')}; bands: 95% interval of the mean."
    if worlds.base is None or worlds.plan is None:
        return said
    apart = shares_of(worlds.runs, curve)[:, -1] - shares_of(worlds.base, curve)[:, -1]
    change = estimate(100.0 * apart, worlds.plan.half_width_factor)
    if change.low != change.low:
        return said
    apart_now = typeset(estimated(change, decimals(1, signed=True)))
    return f"{said} Change at the end, paired: {apart_now} points."
