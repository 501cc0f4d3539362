"""When a plan fails: the ranges in which it mostly loses, within all that was tried."""

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cxsim.analysis.sensitivity.discovery import Discovery
from cxsim.interface.charts.look import INK, LINE, NEUTRAL, PALE, bare, caption, new_axes, shown, title, written

HEIGHT = 0.3


def boxes(discovery: Discovery, plan: str = "the plan", ax: Axes | None = None) -> Axes:
    """One line a restricted parameter: pale all that was tried, orange where the plan mostly loses.

    Coverage and density, below, are those of the points held out. When nothing separates, no box is drawn.
    """
    rows = list(discovery.conditions.groupby("label", sort=False)) if discovery.separates else []
    ax = ax or new_axes(8.0, 1.9 + 0.85 * max(1, len(rows)))
    for place, (label, of_one) in enumerate(rows):
        least, most = float(of_one["least"].iloc[0]), float(of_one["most"].iloc[0])
        bounds = {str(sign): float(value) for sign, value in zip(of_one["sign"], of_one["value"], strict=True)}
        share = {sign: (value - least) / (most - least) for sign, value in bounds.items()}
        low, high = share.get(">", 0.0), share.get("<", 1.0)
        ax.add_patch(Rectangle((0.0, place - HEIGHT / 2), 1.0, HEIGHT, color=PALE, linewidth=0))
        ax.add_patch(Rectangle((low, place - HEIGHT / 2), high - low, HEIGHT, color=LINE, linewidth=0))
        ax.text(0.0, place - HEIGHT / 2 - 0.06, shown(" and ".join(of_one["condition"]), 90), color=INK, va="bottom")
        say = next(factor.say for factor in discovery.factors if factor.label == label)
        for at, value, side in ((0.0, least, "left"), (1.0, most, "right")):
            ax.text(
                at, place + HEIGHT / 2 + 0.04, say(value), fontsize="small", color=written(NEUTRAL), ha=side, va="top"
            )
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(max(1, len(rows)) - 0.35, -0.75)
    ax.set_xticks([])
    ax.set_yticks([])
    bare(ax)
    if not rows:
        ax.text(0.5, 0.0, "Nothing separates where it loses\nfrom where it wins", ha="center", va="center", color=INK)
    title(ax, f"When {shown(plan, 46)} loses")
    caption(ax, _caption(discovery))
    return ax


def _caption(discovery: Discovery) -> str:
    out, found = discovery.held_out, discovery.found
    everywhere = f"It loses at {out.lost} of all {out.points} points held out"
    if not discovery.separates:
        return f"{everywhere}; box sought on {found.points} others."
    return (
        "Orange: the range in which it loses more often; pale: all that was tried. "
        f"Held out: it loses at {out.inside_lost} of {out.inside} points inside (density {out.density:.0%}), which are "
        f"{out.coverage:.0%} of its losses (coverage). {everywhere}; box found on {found.points} others."
    )
