"""What a plan changes on the way: the flow of the difference, where two flows drawn whole would look alike."""

from typing import Final

from matplotlib.axes import Axes

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.intervals import Estimate
from cxsim.interface.charts.flow_layout import STAGES, Stream, streams_of
from cxsim.interface.charts.look import (
    INK,
    LINE,
    LOOP,
    NEUTRAL,
    PALE,
    bare,
    caption,
    mean_of,
    new_axes,
    shown,
    signed,
    thick,
    title,
    written,
)
from cxsim.interface.charts.words import FLOW_WORDS

WIDE: Final = 0.56  # of a bar; columns are 1 apart
BETTER: Final = {"loops": 1, **{f"lines_{stage}": -1 for stage in STAGES}}  # of the rest neither more nor less is


def changed_flow(comparison: Comparison, plan: str | None = None, ax: Axes | None = None) -> Axes:
    """By how many people more or fewer lines end in each stage, first cycles stay open and loops close: plan less base.

    Bars above the axis are more people, below fewer; green is better for the brand, orange worse, grey undecided (the 95% interval
    holds zero) or neither. The pale band behind is the change in people who are still on their way after each stage: all bars together.

    Args:
        comparison: base and plans.
        plan: name of a plan, the first when left out.
        ax: where to draw; a figure of its own when left out.
    """
    base, stream = streams_of(comparison, plan)
    ax = ax or new_axes(8.0, 4.2)
    ended = [f"lines_{stage}" for stage in STAGES if _happens(stage, base, stream)]
    keys = ["considered", *ended, "new", "loops"]
    _band(ax, stream, ended)
    for place, key in enumerate(keys):
        _bar(ax, place, key, stream.changes[key])
    ax.axhline(0.0, color=INK, linewidth=thick(0.5), zorder=1)
    ax.set_xlim(-0.6, len(keys) - 0.4)
    ax.margins(y=0.16)
    names = ["Set out", *(FLOW_WORDS[key.removeprefix("lines_")] for key in ended), "Still open", "Loops"]
    ax.set_xticks(range(len(keys)), names, fontsize="small", color=INK)
    ax.set_yticks([])
    ax.tick_params(length=0)
    bare(ax)
    title(ax, "What the plan changes on the way")
    caption(ax, _caption(comparison, stream))
    return ax


def _happens(stage: str, *streams: Stream) -> bool:
    return any(stream.amounts[f"lines_{stage}"].mean > 0.0 for stream in streams)


def _band(ax: Axes, stream: Stream, ended: list[str]) -> None:
    """From column to column the change in people still on their way."""
    left = stream.changes["considered"].mean
    for place, key in enumerate([*ended, ""], start=1):
        ax.fill_between([place - 1.0, place], 0.0, left, color=PALE, linewidth=0, zorder=0)
        left -= stream.changes[key].mean if key else 0.0


def _bar(ax: Axes, place: int, key: str, change: Estimate) -> None:
    sign = BETTER.get(key, 0) * (1 if change.mean > 0.0 else -1)
    colour = {1: LOOP, -1: LINE}.get(sign if change.decided else 0, NEUTRAL)
    ax.bar(place, change.mean, WIDE, color=colour, zorder=2)
    low, high = (change.low, change.high) if change.low <= change.high else (change.mean, change.mean)
    if low < high:
        ax.plot([place, place], [low, high], color=INK, linewidth=thick(0.6), zorder=3)
    up = change.mean >= 0.0
    ax.annotate(
        signed(change.mean), (place, max(high, 0.0) if up else min(low, 0.0)),
        xytext=(0.0, 3.0 if up else -3.0), textcoords="offset points", ha="center", va="bottom" if up else "top",
        fontsize="small", color=written(colour) if colour != NEUTRAL else INK, zorder=4,
    )  # fmt: skip


def _caption(comparison: Comparison, stream: Stream) -> str:
    intervals = " and 95% intervals" if comparison.replications > 1 else ""
    return (
        f"People, {shown(stream.name)} less {shown(comparison.base_name)}, {mean_of(comparison.replications, 'pair')}{intervals}: lines that end in a stage, "
        "stories still open, loops. Green: better, orange: worse, grey: undecided or neither. Pale, behind: still on their way after a stage."
    )
