"""From the base to the plan, stream by stream: money or people."""

import textwrap
from typing import Final, Literal

from matplotlib.axes import Axes

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.intervals import Estimate
from cxsim.analysis.compare.waterfall import Waterfall, of_loops, of_margin
from cxsim.analysis.phrases import money, span, typeset, whole
from cxsim.interface.charts.look import (
    INK,
    LINE,
    LOOP,
    NEUTRAL,
    PLAN,
    bare,
    caption,
    mean_of,
    new_axes,
    shown,
    signed,
    thick,
    title,
)
from cxsim.interface.charts.rows import LABEL_WIDTH, beside, room_beside
from cxsim.interface.charts.source import chosen

HEIGHT: Final = 0.5  # of a bar


def waterfall(
    comparison: Comparison, plan: str | None = None, of: Literal["margin", "loops"] = "margin", ax: Axes | None = None
) -> Axes:
    """What turns the base's net margin (or loops) into the plan's: bars that begin where the one before ended.

    Green adds, orange takes away, grey is undecided (its 95% interval holds zero) or has no interval. The base is the
    line from which the first bar starts; the last bar, in ink, is what the plan changes in all, and below it stands
    where that leads.

    Args:
        comparison: base and plans.
        plan: name of a plan, the first when left out.
        of: "margin", discounted net margin by stream, or "loops", repeat buyers still with the brand.
        ax: where to draw; a figure of its own when left out.
    """
    result = chosen(comparison, plan)
    found = (of_margin if of == "margin" else of_loops)(comparison.base_runs, result)
    what = "net margin" if of == "margin" else "loops"
    ax = ax or new_axes(8.0, 2.0 + 0.5 * (len(found.steps) + 3))
    change = len(found.steps) + 1
    last = change + 1
    ends = _bars(ax, found, change)
    low, high = min(ends), max(ends)
    wide = (high - low) or 1.0
    ax.plot([0.0, 0.0], [-0.5, last + 0.5], color=INK, linewidth=thick(0.5), zorder=1)
    ax.set_xlim(low - 0.03 * wide, high + 0.03 * wide)
    ax.set_ylim(last + 0.55, -0.55)
    names = [f"{what}, base", *(step.name for step in found.steps), "change", f"{what}, plan"]
    ax.set_yticks(range(last + 1), [textwrap.fill(name, LABEL_WIDTH) for name in names], fontsize="small", color=INK)
    ax.set_xticks([])
    ax.tick_params(axis="y", length=0)
    bare(ax)
    amount = signed(found.net.mean)
    currency = shown(comparison.base.market.currency, 8)
    title(ax, f"Where {money(currency, amount)} comes from" if of == "margin" else f"Where {amount} loops come from")
    caption(ax, _caption(comparison, result.name, found, of))
    texts = [
        _plain(found.base),
        *(_change(step.change) for step in found.steps),
        _change(found.net),
        _plain(found.plan),
    ]
    room_beside(ax, texts)
    for place, (strong, soft) in enumerate(texts):
        beside(ax, place, strong, soft, bold=place in (0, change, last))
    return ax


def _bars(ax: Axes, found: Waterfall, total: int) -> list[float]:
    """Draw the streams one after the other and the sum below; how far they reach."""
    at, ends = 0.0, [0.0]
    for place, step in enumerate(found.steps, start=1):
        change = step.change
        known = change.decided or change.low == change.high  # a sum that is the same in all pairs is no luck
        colour = NEUTRAL if not known else LOOP if change.mean > 0.0 else LINE
        ax.barh(place, change.mean, HEIGHT, left=at, color=colour, zorder=2)
        _whisker(ax, place, at, change)
        ends += [at + end for end in (change.mean, change.low, change.high) if end == end]
        at += change.mean
        ax.plot([at, at], [place, place + 1], color=NEUTRAL, linewidth=thick(0.4), zorder=1)
    ax.barh(total, found.net.mean, HEIGHT, color=PLAN, zorder=2)
    _whisker(ax, total, 0.0, found.net)
    return [*ends, *(end for end in (found.net.mean, found.net.low, found.net.high) if end == end)]


def _whisker(ax: Axes, place: int, start: float, value: Estimate) -> None:
    """The 95% interval of where a bar ends, below the bar, where it is seen on any colour."""
    if value.low < value.high:
        below = place + 0.5 * HEIGHT + 0.1
        ax.plot([start + value.low, start + value.high], [below, below], color=INK, linewidth=thick(0.6), zorder=3)


def _plain(value: Estimate) -> tuple[str, str]:
    return whole(value.mean), span(value.low, value.high)


def _change(value: Estimate) -> tuple[str, str]:
    return signed(value.mean), typeset(span(value.low, value.high, signed))


def _caption(comparison: Comparison, name: str, found: Waterfall, of: str) -> str:
    count = comparison.replications
    interval = ", 95% intervals below the bars" if count > 1 else ", so no interval"
    said = f"{shown(name)} against {shown(comparison.base_name)}, {mean_of(count, 'pair')}{interval}. "
    net = span(found.net.low, found.net.high, signed)
    said += f"Change in all: {signed(found.net.mean)}{f' ({typeset(net)})' if net else ''}. "
    if of == "loops":
        return f"{said}People. Of first cycles and new people only the mean is kept."
    currency = shown(comparison.base.market.currency, 8)
    return f"{said}{currency}, discounted, {comparison.base.market.horizon_weeks} weeks; volume is counted at the base's price."
