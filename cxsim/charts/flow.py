"""The flow of people through the stages: lines drop away below where they end, loops arrive at the right."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle

from cxsim.charts.look import FIRST_CYCLE, INK, LINE, LOOP, NEUTRAL, bare, mean_of, new_axes, shown
from cxsim.study.comparison import Comparison
from cxsim.study.runs import Runs

COLUMNS = ("research", "purchase", "use", "support", "loyalty")
WORDS = {"research": "Research", "purchase": "Purchase", "use": "Use", "support": "Support", "loyalty": "Between"}
NODE = 0.05
DROP = 0.32  # how far below the flow a line ends, in units of the flow's height


def flow(source: Runs | Comparison, plan: str | None = None, ax: Axes | None = None) -> Axes:
    """Where everybody's story with the focal brand goes; for a comparison the base above, the plan below.

    Widths are people, means over replications; both flows have the same scale.
    """
    if isinstance(source, Runs):
        rows = {source.scenario.name: _means(source.figures)}
        replications = source.replications
    else:
        result = source.plans[plan] if plan else next(iter(source.plans.values()))
        rows = {source.base_name: _means(source.base_figures), result.name: _means(result.figures)}
        replications = source.replications
    ax = ax or new_axes(9.0, 3.3 * len(rows) + 0.4)
    scale = max(_considered(figures) for figures in rows.values()) or 1.0
    between = any(figures["lines_loyalty"] > 0.0 for figures in rows.values())
    columns = COLUMNS if between else COLUMNS[:-1]
    for place, (name, figures) in enumerate(rows.items()):
        _draw(ax, name, figures, columns, scale, top=-place * 1.75)
    ax.set_xlim(-0.05, len(columns) + 2.55)
    ax.set_ylim(-1.75 * (len(rows) - 1) - 1.0 - DROP - 0.12, 0.22)
    ax.set_xticks([])
    ax.set_yticks([])
    bare(ax)
    ax.set_title("Where lines end and loops begin", loc="left", fontweight="bold", color=INK)
    ax.text(
        0.0, 0.0, f"People who considered the brand; {mean_of(replications, 'replication')}", transform=ax.transAxes,
        fontsize=8, color=NEUTRAL, va="bottom",
    )  # fmt: skip
    return ax


def _means(figures: pd.DataFrame) -> dict[str, float]:
    return {str(name): float(mean) for name, mean in figures.mean().items()}


def _considered(figures: Mapping[str, float]) -> float:
    return figures["lines"] + figures["new"] + figures["loops"]


def _draw(ax: Axes, name: str, figures: Mapping[str, float], columns: Sequence[str], scale: float, top: float) -> None:
    left = _considered(figures)
    ax.text(0.0, top + 0.1, shown(name, 80), fontweight="bold", color=INK)
    _node(ax, 0, top, left / scale, FIRST_CYCLE, f"Expectation\n{left:,.0f}")
    for column, stage in enumerate(columns, start=1):
        lost = figures[f"lines_{stage}"]
        _ribbon(ax, column - 1 + NODE, column, top, top, left / scale, FIRST_CYCLE, 0.35)
        _node(ax, column, top, left / scale, FIRST_CYCLE, WORDS[stage])
        _drop(ax, column, top, left / scale, lost, scale)
        left -= lost
    loops, still_open = figures["loops"] / scale, figures["new"] / scale
    last, end = len(columns), len(columns) + 1
    _ribbon(ax, last + NODE, end, top, top, loops, LOOP, 0.45)
    _node(ax, end, top, loops, LOOP, "")
    ax.text(
        end + 2 * NODE, top - loops / 2, f"Loops {figures['loops']:,.0f}", va="center", color=LOOP, fontweight="bold"
    )
    gap = 0.06
    _ribbon(ax, last + NODE, end, top - loops, top - loops - gap, still_open, FIRST_CYCLE, 0.25)
    _node(ax, end, top - loops - gap, still_open, FIRST_CYCLE, "")
    words = f"First cycle open {figures['new']:,.0f}"
    height = min(top - loops - gap - still_open / 2, top - loops / 2 - 0.13)  # clear of the words above
    ax.text(end + 2 * NODE, height, words, va="center", color=FIRST_CYCLE)


def _node(ax: Axes, x: float, top: float, height: float, colour: str, label: str) -> None:
    ax.add_patch(Rectangle((x, top - height), NODE, height, color=colour, linewidth=0))
    ax.text(x + 2 * NODE, top - 0.03, label, va="top", fontsize=9, color=INK)


def _drop(ax: Axes, x: float, top: float, height: float, lost: float, scale: float) -> None:
    """The line that ends here: from the bottom of the node away to below."""
    if lost <= 0.0:
        return
    width = lost / scale
    bottom = top - 1.0 - DROP
    _ribbon(ax, x + NODE, x + 0.45, top - height + width, bottom + width, width, LINE, 0.55)
    ax.text(x + 0.48, bottom + width / 2, f"{lost:,.0f} lines", va="center", fontsize=8, color=LINE)


def _ribbon(ax: Axes, x0: float, x1: float, top0: float, top1: float, height: float, colour: str, alpha: float) -> None:
    """A band of constant height that swings smoothly from one level to the other."""
    t = np.linspace(0.0, 1.0, 40)
    x = x0 + (x1 - x0) * t
    level = top0 + (top1 - top0) * (3 * t**2 - 2 * t**3)
    edge = np.concatenate([np.column_stack([x, level]), np.column_stack([x, level - height])[::-1]])
    ax.add_patch(Polygon(edge, closed=True, color=colour, alpha=alpha, linewidth=0))
