"""Members of a loyalty programme against other customers, beside the same people with and without the programme."""

from typing import Final

from matplotlib.axes import Axes

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.intervals import Estimate
from cxsim.analysis.compare.members import members_of
from cxsim.analysis.phrases import estimated, fitting, typeset
from cxsim.interface.charts.look import (
    BASE,
    INK,
    LINE,
    LOOP,
    NEUTRAL,
    PLAN,
    caption,
    mean_of,
    new_axes,
    open_box,
    shown,
    thick,
    title,
    written,
)
from cxsim.interface.charts.source import chosen

HEIGHT: Final = 0.55  # of a bar


def members(comparison: Comparison, plan: str | None = None, ax: Axes | None = None) -> Axes:
    """What other customers, the members without the plan, and the members with it earned the brand, each with interval.

    Args:
        comparison: base and plans; the plan's market names the mechanism `loyalty_programme`.
        plan: name of a plan, the first when left out.
        ax: where to draw; a figure of its own when left out.
    """
    result = chosen(comparison, plan)
    ax = ax or new_axes(8.0, 3.4)
    open_box(ax)
    if result.members.empty:
        ax.text(0.5, 0.5, "Nobody is a member", transform=ax.transAxes, ha="center", color=INK)
        title(ax, "Members and others")
        return ax
    found = members_of(result.members, result.half_width_factor)
    for place, (value, colour) in enumerate(((found.others, NEUTRAL), (found.before, BASE), (found.members, PLAN))):
        _bar(ax, place, value, colour)
    ax.margins(x=0.3)
    effect = found.effect
    _step(ax, 1.0, found.others.mean, found.before.mean, "who they are", NEUTRAL)
    colour = NEUTRAL if not effect.decided else LOOP if effect.mean > 0.0 else LINE
    said = typeset(estimated(effect, fitting(effect.mean, effect.low, effect.high, signed=True)))
    _step(ax, 2.0, found.before.mean, found.members.mean, f"what the plan does: {said}", colour)
    labels = ["other customers,\nwith the plan", "the members,\nwithout the plan", "the members,\nwith the plan"]
    ax.set_yticks(range(3), labels)
    ax.set_ylim(2.6, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.set_xlabel(f"{shown(comparison.base.market.currency, 8)} earned on each of them")
    title(ax, f"Members earn {_said(found.naive)} more than others; the plan makes {_said(effect)} of it")
    pairs = comparison.replications
    interval = "bars: 95% interval" if pairs > 1 else "so no interval"
    caption(
        ax,
        f"{shown(result.name, 40)}: {result.members['members'].mean():,.0f} members, {result.members['others'].mean():,.0f} "
        f"other customers; {mean_of(pairs, 'pair')}, {interval}. The rest would be there without it: who buys much joins.",
    )
    return ax


def _said(value: Estimate) -> str:
    return typeset(fitting(value.mean, most=1)(value.mean))


def _bar(ax: Axes, place: int, value: Estimate, colour: str) -> None:
    ax.barh(place, value.mean, HEIGHT, color=colour, alpha=0.35)
    ax.plot([value.low, value.high], [place, place], color=colour, linewidth=thick(2.0), solid_capstyle="butt")
    ax.annotate(
        typeset(estimated(value, fitting(value.mean, value.low, value.high))),
        (max(0.0, value.mean, value.high), place), xytext=(0.8, 0), textcoords="offset fontsize", va="center",
        fontsize="small", color=INK,
    )  # fmt: skip


def _step(ax: Axes, place: float, start: float, end: float, what: str, colour: str) -> None:
    """An arrow from one mean to the next, between their bars; its words on the side with more room."""
    at, right = place - 0.5, ax.get_xlim()[1]
    ax.annotate("", (end, at), (start, at), arrowprops={"arrowstyle": "->", "color": colour, "linewidth": thick(1.0)})
    before = min(start, end) > right - max(start, end)
    ax.annotate(
        what, (min(start, end) if before else max(start, end), at), xytext=(-0.8 if before else 0.8, 0),
        textcoords="offset fontsize", ha="right" if before else "left", va="center", fontsize="small", color=written(colour),
    )  # fmt: skip
