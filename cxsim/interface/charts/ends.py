"""Names beside the ends of curves, so that no legend is needed."""

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cxsim.data.histories import Numbers
from cxsim.interface.charts.look import size_of, text_size, thick, written

LETTER = 0.6  # width of a letter, in its size
ROW = 1.4  # height of a line of text, in its size


class End(NamedTuple):
    """A curve's name, where it ends, and its colour."""

    name: str
    height: float
    colour: str


def name_ends(ax: Axes, ends: list[End], start: float, end: float, ticks: int = 7) -> None:
    """Write each curve's name beside its end, apart from the others, with a line to it.

    Call it last, after title and caption: the limits of both axes are final afterwards.

    Args:
        ax: with the curves.
        ends: one for each curve.
        start: where the curves begin.
        end: where they end.
        ticks: about how many, fewer where their names are long.
    """
    bottom, top = ax.get_ylim()
    ax.set_ylim(bottom, top)
    points = size_of(ax)
    size = text_size("small")
    rows = [end.name.count("\n") + 1 for end in ends]
    letters = max(len(line) for each in ends for line in each.name.split("\n"))
    room = min(0.6, (LETTER * letters * size + 2.0 * size) / points[0])
    ax.set_xlim(start, end + room / (1.0 - room) * (end - start))
    places = MaxNLocator(nbins=ticks, integer=True).tick_values(start, end)
    ax.set_xticks([start, *(place for place in places if start < place <= end)])
    ax.spines["bottom"].set_bounds(start, end)
    order = np.argsort([each.height for each in ends], kind="stable")
    apart = ROW * size / points[1] * (top - bottom)
    heights = _kept_apart(np.array([ends[place].height for place in order]), apart * np.array(rows)[order], bottom, top)
    beside = end + 0.03 * (end - start)
    for place, height in zip(order, heights, strict=True):
        name, at, colour = ends[place]
        ax.plot([end, beside], [at, height], color=colour, linewidth=thick(0.4))
        ax.text(beside, height, f" {name}".replace("\n", "\n "), color=written(colour), fontsize="small", va="center")


def _kept_apart(wanted: Numbers, tall: Numbers, bottom: float, top: float) -> Numbers:
    """Middles as near to the wanted ones (rising) as they can be for words so tall, within bottom and top."""
    steps = np.cumsum(tall) - tall / 2 - tall[0] / 2  # middles of words that touch, from the first on
    groups: list[list[float]] = []
    for each in wanted - steps:  # isotonic regression: pool neighbours that would come too close
        groups.append([float(each)])
        while len(groups) > 1 and np.mean(groups[-2]) >= np.mean(groups[-1]):
            groups[-2:] = [groups[-2] + groups[-1]]
    level = np.concatenate([np.full(len(group), np.mean(group)) for group in groups])
    highest = top - tall[-1] / 2 - steps[-1]
    return np.asarray(np.clip(level, min(bottom + tall[0] / 2, highest), highest) + steps)
