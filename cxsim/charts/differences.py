"""Paired differences with intervals: a forest plot."""

import pandas as pd
from matplotlib.axes import Axes

from cxsim.charts.look import INK, LINE, LOOP, NEUTRAL, new_axes
from cxsim.ledger.figures import FIGURE
from cxsim.study.comparison import Comparison

SHOWN = ("loops", "lines", "advocates", "purchases", "satisfaction", "nps_true", "margin", "net_margin")


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
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:+.0%}")
    ax.set_xlabel(
        f"change against {comparison.base_name} (share of its value), 95% interval of {comparison.replications} pairs"
    )
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.set_title(f"What {result.name} changes", loc="left", fontweight="bold", color=INK)
    return ax


def _one(ax: Axes, place: int, name: str, row: "pd.Series[float]") -> None:
    size = abs(float(row["base"]))
    middle, low, high = (float(row[key]) for key in ("difference", "low", "high"))
    decided = low > 0.0 or high < 0.0
    good = FIGURE[name].good
    colour = NEUTRAL if not decided or not good else LOOP if good * middle > 0.0 else LINE
    ax.plot([low / size, high / size], [place, place], color=colour, linewidth=3, solid_capstyle="butt")
    ax.plot(middle / size, place, "o", color=colour, markersize=7)
    digits = ",.2f" if size < 10 else ",.0f"
    ax.annotate(
        f"{middle:+{digits}}", (max(high, middle) / size, place), xytext=(8, 0), textcoords="offset points",
        va="center", fontsize=8, color=INK,
    )  # fmt: skip
