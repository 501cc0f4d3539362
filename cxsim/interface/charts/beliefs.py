"""What one must believe for a plan to pay: from as assumed to the ends of what is plausible, and where the verdict turns."""

import textwrap
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes

from cxsim.analysis.phrases import typeset
from cxsim.analysis.sensitivity.believe import Belief, Beliefs
from cxsim.interface.charts.look import INK, LINE, LOOP, NEUTRAL, caption, new_axes, shown, thick, title

MOST = 10  # assumptions drawn
HEIGHT = 0.42  # of a lane
LABEL_WIDTH = 34  # letters


def beliefs(found: Beliefs, ax: Axes | None = None) -> Axes:
    """A lane for each assumption that turns the verdict, the nearest first; where none does, for the widest.

    Green where the plan is better, orange where it is worse; a diamond where that turns, with its 95% interval.

    Args:
        found: from `cxsim.analysis.sensitivity.believe`.
        ax: where to draw; a figure of its own when left out.
    """
    turning = [each for each in found.beliefs if each.turns]
    drawn = (turning or [each for each in found.beliefs if each.acts])[:MOST]
    ax = ax or new_axes(9.0, 2.2 + 0.62 * len(drawn))
    for lane, belief in enumerate(drawn):
        _lane(ax, lane, belief, found.present.mean > 0.0)
    ax.axvline(0.0, color=NEUTRAL, linewidth=thick(0.5), linestyle="--", zorder=1)
    ax.set_yticks(range(len(drawn)), [_named(each) for each in drawn])
    ax.set_ylim(len(drawn) - 0.4, -0.8)
    ax.set_xlim(-1.3, 1.3)
    ax.set_xticks([-1.0, 0.0, 1.0], ["low end of\nwhat is plausible", "as assumed", "high end of\nwhat is plausible"])
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.tick_params(axis="y", length=0)
    title(ax, "What one must believe" if turning else "Nothing plausible turns it alone")
    caption(
        ax,
        f"Green: the plan is better; orange: worse ({shown(found.figure)}). Diamond: it turns there, with its 95% interval over "
        f"{found.replications} pairs. Each assumption is moved alone.",
    )
    return ax


def _named(belief: Belief) -> str:
    """The assumption with the value assumed."""
    label = textwrap.fill(shown(belief.assumption.label, 80), LABEL_WIDTH)
    return f"{label}\n({typeset(belief.assumption.number(0.0))} assumed)"


def _lane(ax: Axes, lane: int, belief: Belief, pays: bool) -> None:
    """From end to end, in the colour of the verdict there."""
    ends = [-1.0, *([belief.turn] if belief.turns else []), 1.0]
    for begin, end in pairwise(ends):
        better = pays if begin <= 0.0 <= end else not pays
        ax.barh(lane, end - begin, left=begin, height=HEIGHT, color=LOOP if better else LINE, zorder=2)
    number = belief.assumption.number
    for place, side in ((-1.0, "right"), (1.0, "left")):
        _word(ax, place + 0.03 * place, lane, number(place), side)
    if belief.turns:
        low, high = (float(np.clip(end, -1.0, 1.0)) for end in (belief.low, belief.high))
        ax.plot([low, high], [lane, lane], color=INK, linewidth=thick(1.0), zorder=3)
        ax.plot(belief.turn, lane, "D", color="white", markeredgecolor=INK, zorder=4)
        ax.annotate(
            typeset(number(belief.turn)), (belief.turn, lane - HEIGHT / 2.0), xytext=(0, 0.15),
            textcoords="offset fontsize", ha="center", va="bottom", fontsize="small", color=INK,
        )  # fmt: skip


def _word(ax: Axes, x: float, lane: int, text: str, side: str) -> None:
    ax.annotate(typeset(text), (x, lane), ha=side, va="center", fontsize="small", color=INK)
