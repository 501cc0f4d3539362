"""Who was rescued: everybody by their story in the base and in the plan."""

from typing import Final

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.plan_result import PlanResult
from cxsim.analysis.phrases import estimated, whole
from cxsim.engine.outcomes.status import STATUSES
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
    title,
    written,
)
from cxsim.interface.charts.source import chosen

LARGEST: Final = 0.94  # side of the largest tile
READABLE: Final = 0.5  # side from which a tile can be written on


def matrix(comparison: Comparison, plan: str | None = None, ax: Axes | None = None) -> Axes:
    """The matrix never/new/line/loop in the base (rows) x in the plan (columns), mean people.

    Those for whom something changed are tiles by area: green is better for the brand, orange worse, grey neither. Those for whom
    nothing did, usually many more, are a ground of numbers alone.

    Args:
        comparison: base and plans.
        plan: name of a plan, the first when left out.
        ax: where to draw; a figure of its own when left out.
    """
    result = chosen(comparison, plan)
    ax = ax or new_axes(6.5, 5.9)
    values = result.matrix.to_numpy()
    largest = max(1e-9, *(values[row, column] for row in range(4) for column in range(4) if row != column))
    for row in range(4):
        for column in range(4):
            people = float(values[row, column])
            side = 1.0 if row == column else LARGEST * (people / largest) ** 0.5
            _tile(ax, row, column, people, side)
    ax.set_xlim(0, 4)
    ax.set_ylim(4, 0)
    ax.set_aspect("equal")
    ax.set_anchor("NW")
    ax.set_xticks([place + 0.5 for place in range(4)], STATUSES, color=INK)
    ax.set_yticks([place + 0.5 for place in range(4)], STATUSES, color=INK)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_xlabel(f"with {shown(result.name, 42)}", color=INK)
    ax.set_ylabel(f"in {shown(comparison.base_name, 42)}", color=INK)
    ax.tick_params(length=0)
    bare(ax)
    title(ax, "The same people in base and plan")
    caption(ax, _caption(comparison, result))
    return ax


def _tile(ax: Axes, row: int, column: int, people: float, side: float) -> None:
    """A tile with its number on it, or above it if the tile is too small."""
    seen, same = people > 0.5, row == column
    if seen:
        corner = (column + (1 - side) / 2, row + (1 - side) / 2)
        ground = dict(facecolor="white", edgecolor=PALE, hatch="////", zorder=0)
        look = ground if same else dict(color=_colour(row, column))
        ax.add_patch(Rectangle(corner, side, side, linewidth=0, **look))
    above = seen and not same and side < READABLE
    ax.text(
        column + 0.5, row + 0.5 - (side / 2 + 0.02 if above else 0.0), whole(people), ha="center",
        va="bottom" if above else "center", color=INK if seen else written(NEUTRAL),
    )  # fmt: skip


def _colour(row: int, column: int) -> str:
    """A loop gained is better; a loop lost, or a line instead of an open story, is worse."""
    before, after = STATUSES[row], STATUSES[column]
    if after == "loop":
        return LOOP
    return LINE if before == "loop" or (before, after) == ("new", "line") else NEUTRAL


def _caption(comparison: Comparison, result: PlanResult) -> str:
    rescued, broken = estimated(result.rescued_people), estimated(result.broken_people)
    intervals = " (95% intervals)" if comparison.replications > 1 else ""
    return (
        f"People, {mean_of(comparison.replications, 'pair')}{intervals}. Lines that became loops: {rescued}; loops that became lines: "
        f"{broken}. Tiles by area: green better, orange worse, grey neither. Hatched: nothing changed, to no scale."
    )
