"""Who was rescued: everybody by their story in the base and in the plan."""

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cxsim.charts.look import INK, LOOP, NEUTRAL, PALE, STATUS_COLOUR, bare, new_axes
from cxsim.ledger.outcomes import STATUSES
from cxsim.study.comparison import Comparison


def matrix(comparison: Comparison, plan: str | None = None, ax: Axes | None = None) -> Axes:
    """The matrix never/new/line/loop in the base (rows) x in the plan (columns), mean people; tiles by area."""
    result = comparison.plans[plan] if plan else next(iter(comparison.plans.values()))
    ax = ax or new_axes(6.5, 5.6)
    values = result.matrix.to_numpy()
    changed = values.copy()
    changed[range(4), range(4)] = 0.0
    largest = max(1e-9, changed.max())
    for row in range(4):
        for column in range(4):
            people = values[row, column]
            colour = PALE if row == column else _colour(row, column)
            side = 0.94 if row == column else 0.94 * (people / largest) ** 0.5
            if people >= 0.5:
                corner = (column + (1 - side) / 2, row + (1 - side) / 2)
                ax.add_patch(Rectangle(corner, side, side, color=colour, linewidth=0))
            dark = row != column and side > 0.35
            ax.text(
                column + 0.5, row + 0.5, f"{people:,.0f}", ha="center", va="center",
                color="white" if dark else INK if people >= 0.5 else NEUTRAL,
            )  # fmt: skip
    ax.set_xlim(0, 4)
    ax.set_ylim(4, 0)
    ax.set_aspect("equal")
    ax.set_xticks([place + 0.5 for place in range(4)], STATUSES)
    ax.set_yticks([place + 0.5 for place in range(4)], STATUSES)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_xlabel(f"with {result.name}")
    ax.set_ylabel(f"in {comparison.base_name}")
    ax.tick_params(length=0)
    bare(ax)
    ax.set_title("The same people in both worlds", loc="left", fontweight="bold", color=INK, pad=12)
    ax.text(
        0, 4.12,
        f"People, mean of {comparison.replications} pairs. Pale: nothing changed. Green: better, orange: worse, grey: other.",
        fontsize=8, color=NEUTRAL, va="top",
    )  # fmt: skip
    return ax


def _colour(row: int, column: int) -> str:
    if STATUSES[column] == "loop":
        return LOOP
    if STATUSES[column] == "line":
        return STATUS_COLOUR["line"]
    return NEUTRAL
