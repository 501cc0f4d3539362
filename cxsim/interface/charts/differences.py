"""Paired differences with intervals: a forest plot."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.phrases import decimals, short_signed, typeset
from cxsim.engine.outcomes.figures import FIGURE
from cxsim.interface.charts.look import INK, LINE, LOOP, NEUTRAL, caption, new_axes, shown, thick, title
from cxsim.interface.charts.source import chosen

# Without net promoter scores: their zero is arbitrary, so a share of their value says nothing.
SHOWN: Final = ("loops", "lines", "advocates", "purchases", "satisfaction", "margin", "net_margin")


def differences(comparison: Comparison, plan: str | None = None, ax: Axes | None = None) -> Axes:
    """Each figure's paired difference as a share of its base value, with its 95% interval.

    Green is better for the brand, orange worse; grey means the interval includes no change.

    Args:
        comparison: base and plans.
        plan: name of a plan, the first when left out.
        ax: where to draw; a figure of its own when left out.
    """
    result = chosen(comparison, plan)
    ax = ax or new_axes(8.0, 4.4)
    rows = result.differences.set_index("figure").loc[
        [name for name in SHOWN if name in result.differences["figure"].values]
    ]
    rows = rows[rows["base"].abs() > 0.0]
    for place, (name, row) in enumerate(rows.iterrows()):
        _one(ax, place, str(name), row)
    ax.axvline(0.0, color=INK, linewidth=thick(0.5))
    ax.set_yticks(range(len(rows)), [_label(str(name), comparison.base.market.currency) for name in rows.index])
    ax.set_ylim(max(1, len(rows)) - 0.5, -0.5)
    if rows.empty:
        ax.text(0.5, 0.5, "Nothing to compare", transform=ax.transAxes, ha="center", color=INK)
    ax.margins(x=0.25)
    ax.xaxis.set_major_formatter(lambda value, _: f"{100.0 * value:+.3g}%" if abs(value) > 1e-9 else "0%")
    ax.set_xlabel("change, as a share of the base's value")
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.tick_params(axis="y", length=0)
    title(ax, f'What "{shown(result.name, 46)}" changes')
    pairs = comparison.replications
    interval = f"bars: 95% interval over {pairs:,} pairs" if pairs > 1 else "one pair, so no interval"
    caption(
        ax,
        f"Against {shown(comparison.base_name)}; {interval}. Green: better; orange: worse; grey: undecided. In figures: "
        "the change itself.",
    )
    return ax


def _label(figure: str, currency: str) -> str:
    name = figure.replace("_", " ")
    return f"{name} ({shown(currency, 8)})" if FIGURE[figure].unit == "currency" else name


def _one(ax: Axes, place: int, name: str, row: "pd.Series[float]") -> None:
    size = abs(float(row["base"]))
    middle, low, high = (float(row[key]) for key in ("difference", "low", "high"))
    decided = low < high and (low > 0.0 or high < 0.0)
    good = FIGURE[name].good
    colour = NEUTRAL if not decided or not good else LOOP if good * middle > 0.0 else LINE
    ax.plot([low / size, high / size], [place, place], color=colour, linewidth=thick(2.0), solid_capstyle="butt")
    ax.plot(middle / size, place, "o", color=colour)
    less = middle < 0.0
    end = np.fmin(low, middle) if less else np.fmax(high, middle)  # one replication has no interval
    ax.annotate(
        _signed(middle), (float(end) / size, place), xytext=(-0.8 if less else 0.8, 0), textcoords="offset fontsize",
        ha="right" if less else "left", va="center", fontsize="small", color=INK,
    )  # fmt: skip


def _signed(value: float) -> str:
    tiny = 0.0 < abs(value) < 1e-3
    return typeset(decimals(4, signed=True)(value) if tiny else short_signed(value))
