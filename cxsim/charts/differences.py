"""Paired differences with intervals: a forest plot."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxsim.charts.look import INK, LINE, LOOP, NEUTRAL, new_axes, shown
from cxsim.ledger.figures import FIGURE
from cxsim.study.comparison import Comparison

# Without net promoter scores: their zero is arbitrary, so a share of their value says nothing.
SHOWN = ("loops", "lines", "advocates", "purchases", "satisfaction", "margin", "net_margin")


def differences(comparison: Comparison, plan: str | None = None, ax: Axes | None = None) -> Axes:
    """Each figure's paired difference as a share of its base value, with its 95% interval.

    Green is better for the brand, orange worse; grey means the interval includes no change.
    """
    result = comparison.plans[plan] if plan else next(iter(comparison.plans.values()))
    ax = ax or new_axes(8.0, 4.2)
    rows = result.differences.set_index("figure").loc[
        [name for name in SHOWN if name in result.differences["figure"].values]
    ]
    rows = rows[rows["base"].abs() > 0.0]
    for place, (name, row) in enumerate(rows.iterrows()):
        _one(ax, place, str(name), row)
    ax.axvline(0.0, color=INK, linewidth=0.8)
    ax.set_yticks(range(len(rows)), [f"{str(name).replace('_', ' ')}" for name in rows.index])
    ax.invert_yaxis()
    ax.margins(x=0.25)
    ax.xaxis.set_major_formatter(lambda value, _: f"{100.0 * value:+.3g}%" if abs(value) > 1e-9 else "0%")
    pairs = comparison.replications
    interval = f"bars: 95% interval over {pairs:,} pairs" if pairs > 1 else "one pair, so no interval"
    ax.set_xlabel(f"change against {shown(comparison.base_name)}\n(share of its value; {interval})")
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.set_title(f'What "{shown(result.name, 46)}" changes', loc="left", fontweight="bold", color=INK)
    return ax


def _one(ax: Axes, place: int, name: str, row: "pd.Series[float]") -> None:
    size = abs(float(row["base"]))
    middle, low, high = (float(row[key]) for key in ("difference", "low", "high"))
    decided = low > 0.0 or high < 0.0
    good = FIGURE[name].good
    colour = NEUTRAL if not decided or not good else LOOP if good * middle > 0.0 else LINE
    ax.plot([low / size, high / size], [place, place], color=colour, linewidth=3, solid_capstyle="butt")
    ax.plot(middle / size, place, "o", color=colour, markersize=7)
    less = middle < 0.0
    end = np.fmin(low, middle) if less else np.fmax(high, middle)  # one replication has no interval
    ax.annotate(
        _signed(middle), (float(end) / size, place), xytext=(-8 if less else 8, 0), textcoords="offset points",
        ha="right" if less else "left", va="center", fontsize=8, color=INK,
    )  # fmt: skip


def _signed(value: float) -> str:
    if value == 0.0:
        return "0"
    if abs(value) < 1e-3:
        return f"{value:+.4f}"
    return f"{value:+,.0f}" if abs(value) >= 100.0 else f"{value:+.2g}"
