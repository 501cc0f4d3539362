"""What each parameter by itself does to the plan's advantage, widest at the top, and where the decision flips."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxsim.analysis.phrases import short_signed, typeset
from cxsim.analysis.sensitivity.break_even import BreakEven
from cxsim.analysis.sensitivity.factor import Factor
from cxsim.analysis.sensitivity.one_at_a_time import OneAtATime
from cxsim.interface.charts.look import INK, LINE, LOOP, NEUTRAL, caption, new_axes, shown, thick, title

HEIGHT = 0.5  # of a bar
LABEL_WIDTH = 30  # letters
GAP = 0.6  # of the text's height, between a bar and its words


def tornado(
    result: OneAtATime, advantage: str = "advantage of the plan", decides: bool = True, ax: Axes | None = None
) -> Axes:
    """Bars from the low to the high value of every parameter, with those values at their ends.

    Green where the plan wins, orange where it loses; grey when the 95% interval of the paired swing holds zero. A diamond
    on the line of no advantage marks the value at which the decision flips.

    Args:
        result: from `cxsim.analysis.sensitivity.one_at_a_time`.
        advantage: what the axis shows, with its unit.
        decides: whether above zero means that a plan wins; else zero is the market as it stands.
        ax: where to draw; a figure of its own when left out.
    """
    rows = result.table
    ax = ax or new_axes(9.0, 1.6 + 0.75 * len(rows))
    for place, flip in enumerate(result.break_evens):
        _bar(ax, place, rows.iloc[place], flip.factor)
        if decides:
            _flip(ax, place, flip)
    ax.axvline(0.0, color=INK, linewidth=thick(0.5))
    ax.axvline(result.present.mean, color=NEUTRAL, linewidth=thick(0.5), linestyle="--")
    ax.set_yticks(range(len(rows)), [_named(flip.factor) for flip in result.break_evens])
    ax.set_ylim(len(rows) - 0.35, -0.75)
    ax.use_sticky_edges = False  # room beside the bars, for their words
    ax.margins(x=0.12)
    ax.xaxis.set_major_formatter(lambda value, _: typeset(short_signed(value)) if abs(value) > 1e-9 else "0")
    ax.set_xlabel(textwrap.fill(shown(advantage, 120), 60))
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.tick_params(axis="y", length=0)
    title(ax, f"What {'the decision hangs on' if decides else 'moves it'}, one thing at a time")
    colours = "Green: it wins; orange: it loses" if decides else "Green: more; orange: less"
    flips = " Diamond: the decision flips there (95% interval over pairs)." if decides else ""
    caption(
        ax,
        f"{colours}; grey: the 95% interval of low against high holds no difference. Dashed: as things are. Mean of "
        f"{result.replications:,} pairs.{flips}",
    )
    return ax


def _named(factor: Factor) -> str:
    """The label, with its unit below it unless percent say it all."""
    label = textwrap.fill(shown(factor.label, 80), LABEL_WIDTH)
    return label if factor.say(factor.low) == factor.number(factor.low) else f"{label}\n({shown(factor.unit)})"


def _bar(ax: Axes, place: int, row: "pd.Series[float]", factor: Factor) -> None:
    ends = [(float(row[f"at_{end}"]), factor.number(float(row[end]))) for end in ("low", "high")]
    (left, left_said), (right, right_said) = sorted(ends, key=lambda end: end[0])
    undecided = float(row["swing_low"]) <= 0.0 <= float(row["swing_high"])
    parts = ((left, min(right, 0.0), LINE), (max(left, 0.0), right, LOOP))
    for begin, end, colour in parts:
        if end > begin:
            ax.barh(place, end - begin, left=begin, height=HEIGHT, color=NEUTRAL if undecided else colour)
    for at, said, side in ((left, left_said, -1), (right, right_said, 1)):
        ax.annotate(
            said, (at, place), xytext=(side * GAP, 0), textcoords="offset fontsize",
            ha="left" if side > 0 else "right", va="center", fontsize="small", color=INK,
        )  # fmt: skip


def _flip(ax: Axes, place: int, flip: BreakEven) -> None:
    if np.isnan(flip.value):
        return
    ax.plot(0.0, place, "D", color="white", markeredgecolor=INK, zorder=3)
    ax.annotate(
        shown(f"flips at {flip.said}", 60), (0.0, place - HEIGHT / 2.0), xytext=(0, 0.2), textcoords="offset fontsize",
        ha="center", va="bottom", fontsize="small", color=INK, bbox={"color": "white", "pad": 0.5},
    )  # fmt: skip
