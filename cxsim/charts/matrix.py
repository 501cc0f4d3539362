"""Who was rescued: everybody by their story in the base and in the plan."""

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cxsim.charts.look import INK, LINE, LOOP, NEUTRAL, PALE, bare, mean_of, new_axes, shown
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
            if people > 0.5:
                corner = (column + (1 - side) / 2, row + (1 - side) / 2)
                ax.add_patch(Rectangle(corner, side, side, color=colour, linewidth=0))
            small = row != column and people > 0.5 and side < 0.4  # too small to write on
            ax.text(
                column + 0.5, row + 0.5 + (side / 2 + 0.1 if small else 0.0), f"{people:,.0f}", ha="center", va="center",
                color=NEUTRAL if people <= 0.5 else INK if small or row == column else "white",
            )  # fmt: skip
    ax.set_xlim(0, 4)
    ax.set_ylim(4, 0)
    ax.set_aspect("equal")
    ax.set_xticks([place + 0.5 for place in range(4)], STATUSES)
    ax.set_yticks([place + 0.5 for place in range(4)], STATUSES)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_xlabel(f"with {shown(result.name, 48)}")
    ax.set_ylabel(f"in {shown(comparison.base_name, 48)}")
    ax.tick_params(length=0)
    bare(ax)
    ax.set_title("The same people in both worlds", loc="left", fontweight="bold", color=INK, pad=12)
    ax.text(
        0, 4.12,
        f"People, {mean_of(comparison.replications, 'pair')}. Pale: nothing changed. Green: better, orange: worse, grey: other.",
        fontsize=8, color=NEUTRAL, va="top",
    )  # fmt: skip
    return ax


def _colour(row: int, column: int) -> str:
    """A loop gained is better; a loop lost, or a line instead of an open story, is worse."""
    before, after = STATUSES[row], STATUSES[column]
    if after == "loop":
        return LOOP
    return LINE if before == "loop" or (before, after) == ("new", "line") else NEUTRAL
