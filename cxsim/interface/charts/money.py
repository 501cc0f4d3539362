"""Money over time: what the plan brings and costs, and when it has paid for itself."""

import numpy as np
from matplotlib.axes import Axes

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.plan_result import PlanResult
from cxsim.analysis.phrases import interval, typeset, week, whole
from cxsim.interface.charts.ends import End, name_ends
from cxsim.interface.charts.look import (
    INK,
    LINE,
    LOOP,
    PLAN,
    caption,
    mean_of,
    new_axes,
    open_box,
    shown,
    signed,
    thick,
    title,
)
from cxsim.interface.charts.source import chosen
from cxsim.interface.charts.weeks import ticks_of_weeks, weeks_along
from cxsim.scenario.calendar import with_day


def money(comparison: Comparison, plan: str | None = None, ax: Axes | None = None) -> Axes:
    """Accumulated discounted margin gained (green), cost (orange) and what is left (ink, with its band), by week.

    The week of payback is marked: from it on the mean gain covers the cost for good.

    Args:
        comparison: base and plans.
        plan: name of a plan, the first when left out.
        ax: where to draw; a figure of its own when left out.
    """
    result = chosen(comparison, plan)
    ax = ax or new_axes()
    table, currency = result.weekly, comparison.base.market.currency
    weeks = np.array([week(index) for index in table["week"]], float)
    ax.plot(weeks[[0, -1]], [0.0, 0.0], color=INK, linewidth=thick(0.5))
    ax.fill_between(weeks, table["net_low"], table["net_high"], color=PLAN, alpha=0.2, linewidth=0)
    ends = []
    for word, values, colour, wide in (
        ("margin gained", table["gain"], LOOP, 0.8),
        ("cost", -table["cost"], LINE, 0.8),
        ("what is left", table["net"], PLAN, 1.6),
    ):
        ax.plot(weeks, values, color=colour, linewidth=thick(wide))
        ends.append(End(f"{word}\n{signed(float(values.iloc[-1]))}", float(values.iloc[-1]), colour))
    ax.yaxis.set_major_formatter(lambda value, _: typeset(whole(value)))
    weeks_along(ax, comparison.base.market.start)
    ax.set_ylabel(f"{currency}, accumulated and discounted")
    open_box(ax)
    _mark_payback(ax, result, comparison.base.market.start)
    title(ax, f'What "{shown(result.name, 46)}" earns')
    caption(ax, _caption(comparison, result))
    name_ends(ax, ends, float(weeks[0]), float(weeks[-1]), ticks_of_weeks(comparison.base.market.start))
    return ax


def _mark_payback(ax: Axes, result: PlanResult, start: str) -> None:
    if result.payback is None:
        return
    at, height = week(result.payback), float(result.weekly["net"].iloc[result.payback])
    ax.plot(at, height, "o", color="white", markeredgecolor=PLAN, markersize=thick(5.0), zorder=3)
    ax.annotate(
        with_day(f"paid back by week {at}", result.payback, start), (at, height), xytext=(at, 0.97),
        textcoords=ax.get_xaxis_transform(), fontsize="small", color=INK, ha="center", va="top",
        arrowprops={"arrowstyle": "-", "color": INK, "linewidth": 0.6},
    )  # fmt: skip


def _caption(comparison: Comparison, result: PlanResult) -> str:
    count = comparison.replications
    last = result.weekly.iloc[-1]
    said = f"Against {shown(comparison.base_name)}, {mean_of(count, 'pair')}"
    if count == 1:
        return f"{said}, so no interval."
    net = interval(last["net"], last["net_low"], last["net_high"], signed, replications=count)
    said += f"; band: 95% interval. After {week(int(last['week']))} weeks {net}."
    return said if result.payback is not None else f"{said} It does not pay back in this time."
