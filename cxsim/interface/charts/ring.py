"""The ring: stages in a circle, those who go on upon it, and those whose line ended trailing off where it did."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba_array
from matplotlib.patches import Wedge

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.phrases import whole
from cxsim.data.histories import Numbers
from cxsim.interface.charts.flow_layout import STAGES, Stream, streams_of
from cxsim.interface.charts.look import (
    COLOURS,
    INK,
    PALE,
    bare,
    caption,
    mean_of,
    new_axes,
    shown,
    text_size,
    title,
    written,
)
from cxsim.interface.charts.words import FLOW_WORDS

DOTS: Final = 400  # at most, in one ring
INSIDE, OUTSIDE = 0.74, 1.0  # radii of the ring
PITCH: Final = 0.066  # from one dot to the next
GOLDEN: Final = (5.0**0.5 - 1.0) / 2.0  # multiples of it spread dots evenly, without luck


def ring(source: Runs | Comparison, plan: str | None = None, ax: Axes | None = None) -> Axes:
    """Where stories stand at the horizon, a dot for so many people; for a comparison the base beside the plan.

    Green dots are loops, blue ones first cycles still open: both are upon the ring, but where on it says nothing. Orange
    dots are lines: they trail off at the stage in which they ended.

    Args:
        source: runs, or a comparison.
        plan: name of a plan of the comparison, the first when left out.
        ax: where to draw; a figure of its own when left out.
    """
    streams = streams_of(source, plan)
    ax = ax or new_axes(4.6 * len(streams), 5.4)
    each = _people_of_a_dot(max(stream.amounts["considered"].mean for stream in streams))
    stages = [
        stage for stage in STAGES if stage != "loyalty" or any(s.amounts["lines_loyalty"].mean > 0 for s in streams)
    ]
    rings = [_Ring(ax, stream, ["expectation", *stages], each) for stream in streams]
    beyond = max(1.15, *(one.reach for one in rings)) + 0.1
    top = max(one.top for one in rings) + 0.1
    for place, one in enumerate(rings):
        one.draw(2.0 * beyond * place, beyond, top)
    ax.set_xlim(-beyond, 2.0 * beyond * len(streams) - beyond, auto=True)
    ax.set_ylim(-beyond, top + 0.5, auto=True)  # may grow, so that a circle is one
    ax.set_aspect("equal", adjustable="datalim")
    ax.set_xticks([])
    ax.set_yticks([])
    bare(ax)
    title(ax, FLOW_WORDS["title"])
    counted = mean_of(source.replications, "pair" if isinstance(source, Comparison) else "replication")
    caption(
        ax,
        f"One dot: {each:,} {'person' if each == 1 else 'people'}; {counted}. Those upon the ring are spread evenly.",
    )
    return ax


def _people_of_a_dot(people: float) -> int:
    """The smallest of 1, 2, 5, 10, 20 ... with which there are not too many dots."""
    sizes = (int(step * 10**power) for power in range(12) for step in (1, 2, 5))
    return next(size for size in sizes if people <= size * DOTS)


class _Ring:
    """One world's ring."""

    def __init__(self, ax: Axes, stream: Stream, stages: list[str], each: int) -> None:
        self.ax, self.stream, self.stages, self.each = ax, stream, stages, each
        self.wide = 2.0 * np.pi / len(stages)  # of a sector
        self.dot = 0.42 * text_size("small")
        self.trails = {stage: _trail(self._dots(f"lines_{stage}"), 0.9 * self.wide) for stage in stages[1:]}

    @property
    def top(self) -> float:
        """How high the highest trail reaches."""
        middles = {stage: self._middle(place) for place, stage in enumerate(self.stages)}
        heights = [radius * np.sin(middles[stage] + angle) for stage, (angle, radius) in self.trails.items()]
        return float(np.max(np.concatenate(heights), initial=OUTSIDE))

    def _middle(self, place: int) -> float:
        return np.pi / 2 - (place + 0.5) * self.wide

    @property
    def reach(self) -> float:
        """How far the longest trail reaches."""
        return float(max([OUTSIDE, *(radius.max() for _, radius in self.trails.values() if len(radius))]))

    def draw(self, x: float, beyond: float, top: float) -> None:
        """Draw it about (x, 0), with its name and numbers above `top`, within `beyond` to both sides."""
        for place, stage in enumerate(self.stages):
            middle = self._middle(place)
            start, end = np.degrees([middle - self.wide / 2, middle + self.wide / 2])
            sector = Wedge((x, 0.0), OUTSIDE, start + 1.0, end - 1.0, width=OUTSIDE - INSIDE, color=PALE, linewidth=0)
            self.ax.add_patch(sector)
            inner = 0.38 if place == len(self.stages) - 1 else 0.53  # the last word keeps clear of the first
            self.ax.text(
                x + inner * np.cos(middle), inner * np.sin(middle), FLOW_WORDS[stage], ha="center", va="center",
                fontsize="small", color=INK,
            )  # fmt: skip
            angle, radius = self.trails.get(stage, (np.zeros(0), np.zeros(0)))
            fading = np.clip(1.0 - 1.2 * (radius - OUTSIDE), 0.3, 1.0)
            self._plot(x, middle + angle, radius, "line", fading)
        self._going(x)
        self.ax.text(
            x, top + 0.3, shown(self.stream.name, 36), ha="center", fontsize="small", fontweight="bold", color=INK
        )
        for key, word, meaning, aside in (
            ("loops", "loops", "loop", -0.62),
            ("new", "new_short", "first_cycle", 0.0),
            ("lines", "lines", "line", 0.62),
        ):
            said = f"{FLOW_WORDS[word]} {whole(self.stream.amounts[key].mean)}"
            self.ax.text(
                x + aside * beyond, top + 0.08, said, ha="center", fontsize="small", color=written(COLOURS[meaning])
            )

    def _going(self, x: float) -> None:
        """Loops and first cycles upon the ring, mixed evenly."""
        loops, first_cycles = self._dots("loops"), self._dots("new")
        angle, radius = _upon(loops + first_cycles)
        order = np.argsort((np.arange(len(angle)) * GOLDEN) % 1.0, kind="stable")
        for some, meaning in ((order[:loops], "loop"), (order[loops:], "first_cycle")):
            self._plot(x, angle[some], radius[some], meaning, np.ones(len(some)))

    def _plot(self, x: float, angle: Numbers, radius: Numbers, meaning: str, alpha: Numbers) -> None:
        colours = to_rgba_array([COLOURS[meaning]] * len(alpha))
        colours[:, 3] = alpha
        self.ax.scatter(x + radius * np.cos(angle), radius * np.sin(angle), s=self.dot**2, color=colours, linewidths=0)

    def _dots(self, key: str) -> int:
        return round(self.stream.amounts[key].mean / self.each)


def _upon(count: int) -> tuple[Numbers, Numbers]:
    """Angles and radii of so many dots spread evenly upon the ring."""
    number = np.arange(count, dtype=np.float64)
    margin = 0.16 * (OUTSIDE - INSIDE)
    depth = (number * GOLDEN) % 1.0
    return (number + 0.5) * (2.0 * np.pi / max(1, count)), INSIDE + margin + depth * (OUTSIDE - INSIDE - 2 * margin)


def _trail(count: int, wide: float) -> tuple[Numbers, Numbers]:
    """Angles, from the middle of a sector, and radii of so many dots outwards, row behind row."""
    angles: list[Numbers] = [np.zeros(0)]
    radii: list[Numbers] = [np.zeros(0)]
    left, row = count, 0
    while left:
        radius = OUTSIDE + (row + 1.2) * PITCH
        some = min(left, int(radius * wide / PITCH))
        angles.append((np.arange(some, dtype=np.float64) - (some - 1) / 2) * (PITCH / radius))
        radii.append(np.full(some, radius))
        left, row = left - some, row + 1
    return np.concatenate(angles), np.concatenate(radii)
