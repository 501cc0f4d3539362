"""The funnel in percent: of the journeys in which the brand is considered, how many find, choose, buy, use, come back."""

import textwrap
from typing import Final

from matplotlib.axes import Axes

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.funnel import FunnelStep, funnel_of
from cxsim.analysis.compare.intervals import student_t
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.phrases import DASH, decimals, span
from cxsim.interface.charts.look import BASE, INK, PLAN, bare, caption, mean_of, new_axes, shown, title
from cxsim.interface.charts.rows import LABEL_WIDTH, beside, room_beside
from cxsim.interface.charts.source import ChartSource, worlds_of

HEIGHT: Final = 0.3  # of a bar; base and plan share a row


def funnel(source: Runs | Comparison, plan: str | None = None, ax: Axes | None = None) -> Axes:
    """How far journeys come, in percent of those in which the brand is considered; base in grey, plan in ink.

    Who buys by habit need not search. The last two steps are each of those who bought: who had trouble may come back, too.

    Args:
        source: runs, or a comparison.
        plan: name of a plan of the comparison, the first when left out.
        ax: where to draw; a figure of its own when left out.
    """
    worlds = worlds_of(source, plan)
    steps = funnel_of(worlds.runs, worlds.base, worlds.plan.half_width_factor if worlds.plan else student_t)
    ax = ax or new_axes(8.0, 5.2)
    for place, step in enumerate(steps):
        _row(ax, place, step)
    ax.set_xlim(0.0, 1.0)
    ax.set_ylim(len(steps) - 0.4, -0.6)
    ax.set_yticks(
        range(len(steps)), [textwrap.fill(step.name, LABEL_WIDTH) for step in steps], fontsize="small", color=INK
    )
    ax.set_xticks([])
    ax.tick_params(axis="y", length=0)
    bare(ax)
    title(ax, "How far journeys come")
    caption(ax, _caption(worlds, steps))
    texts = [_said(step, place == 0) for place, step in enumerate(steps)]
    room_beside(ax, texts)
    for place, (strong, soft) in enumerate(texts):
        beside(ax, place, strong, soft)
    return ax


def _row(ax: Axes, place: int, step: FunnelStep) -> None:
    both = [(step.base, BASE), (step.share, PLAN)] if step.base is not None else [(step.share, PLAN)]
    for number, (share, colour) in enumerate(both):
        if share.mean != share.mean:
            continue
        at = place + HEIGHT * (number - (len(both) - 1) / 2)
        ax.barh(at, share.mean, HEIGHT, color=colour)


def _said(step: FunnelStep, first: bool) -> tuple[str, str]:
    """The shares, and the change in points or how many journeys that are."""
    if step.share.mean != step.share.mean:
        return DASH, ""
    now = _percent(step.share.mean)
    if first:
        return now, f"{decimals(0)(step.journeys)} journeys"
    if step.base is None or step.change is None:
        return now, span(100.0 * step.share.low, 100.0 * step.share.high, decimals(1))
    write = decimals(1, signed=True)
    change = 100.0 * step.change.mean, 100.0 * step.change.low, 100.0 * step.change.high
    between = span(change[1], change[2], write) if step.change.low < step.change.high else ""
    was = DASH if step.base.mean != step.base.mean else _percent(step.base.mean)
    return f"{was} \N{RIGHTWARDS ARROW} {now}", between or write(change[0])


def _percent(share: float) -> str:
    return f"{decimals(1)(100.0 * share)}%"


def _caption(worlds: ChartSource, steps: list[FunnelStep]) -> str:
    count = worlds.runs.replications
    several = worlds.base is not None
    said = f"Of all journeys in which {shown(worlds.runs.scenario.market.focal)} is considered; {mean_of(count, 'pair' if several else 'replication')}. "
    if worlds.base is not None:
        small = ", beneath the 95% interval of the change in points" if count > 1 else ", beneath the change in points"
        said += f"Grey: {shown(worlds.base.scenario.name)}; dark: {shown(worlds.runs.scenario.name)}{small}. "
    elif count > 1:
        said += "Beneath: 95% intervals. "
    return said + "The last two are each of those who bought. Needs in which it is not considered are counted nowhere."
