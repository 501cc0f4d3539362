"""A sweep over two factors as a map: where a plan wins, where it loses, and where that is not decided."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize, TwoSlopeNorm
from matplotlib.patches import Rectangle

from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.phrases import short, typeset
from cxsim.engine.outcomes.figures import FIGURE, Figure
from cxsim.interface.charts.look import (
    FIRST_CYCLE,
    INK,
    LINE,
    LOOP,
    NEUTRAL,
    bare,
    caption,
    new_axes,
    sentence,
    shown,
    title,
    written,
)

MOST: Final = 24  # values of a factor
DARK: Final = 0.75  # the strongest colour, so that words on it can be read


def heat(
    runs: pd.DataFrame,
    x: str,
    y: str,
    figure: str = "net_margin",
    plan: str | None = None,
    base: str = "base",
    ax: Axes | None = None,
) -> Axes:
    """A figure by two factors of a sweep: of a plan less the base, paired; of the base alone where there is no plan.

    Green is better for the brand, orange worse; hatched cells are undecided, their 95% interval holds zero. A figure by
    itself is blue, the darker the more.

    Args:
        runs: from `cxsim.analysis.sweep.read_runs`.
        x: a factor, by the full key that is its column.
        y: another one.
        figure: which figure.
        plan: name of a plan; the only one when left out.
        base: name of what it is held against.
        ax: where to draw; a figure of its own when left out.

    Raises:
        ValueError: if there is no such column or plan, or a factor has too many values for a map.
    """
    plan = plan or _only_plan(runs, base)
    cells = _cells(runs, x, y, figure, plan, base)
    columns, rows = sorted({at for at, _ in cells}), sorted({up for _, up in cells})
    ax = ax or new_axes(2.4 + 0.85 * max(4, len(columns)), 2.0 + 0.5 * max(4, len(rows)))
    means = np.array([cell.mean for cell in cells.values()])
    colours, norm = _scale(means, _figure(figure).good if plan else None)
    for (at, up), cell in cells.items():
        corner = (columns.index(at) + 0.02, rows.index(up) + 0.02)
        undecided = plan is not None and not cell.decided
        ax.add_patch(Rectangle(corner, 0.96, 0.96, color=colours(norm(cell.mean)), linewidth=0))
        if undecided:
            ax.add_patch(
                Rectangle(corner, 0.96, 0.96, fill=False, hatch="///", edgecolor=NEUTRAL, linewidth=0, alpha=0.5)
            )
        ax.text(
            corner[0] + 0.48, corner[1] + 0.48, typeset(short(cell.mean, with_sign=plan is not None)), ha="center", va="center",
            fontsize="small", color=written(NEUTRAL) if undecided else INK,
            bbox={"color": "white", "alpha": 0.8, "pad": 1.0} if undecided else None,
        )  # fmt: skip
    ax.set_xlim(0, len(columns))
    ax.set_ylim(0, len(rows))
    ax.set_xticks([place + 0.5 for place in range(len(columns))], [_value(value) for value in columns])
    ax.set_yticks([place + 0.5 for place in range(len(rows))], [_value(value) for value in rows])
    ax.set_xlabel(shown(x))
    ax.set_ylabel(shown(y))
    ax.tick_params(length=0)
    bare(ax)
    title(ax, f'Where "{shown(plan, 40)}" wins' if plan else sentence(_figure(figure).meaning))
    caption(ax, _caption(runs, figure, plan, len(cells)))
    return ax


def _only_plan(runs: pd.DataFrame, base: str) -> str | None:
    plans = [str(name) for name in runs["plan"].unique() if name != base]
    if len(plans) > 1:
        raise ValueError(f"the study has the plans {', '.join(plans)}; say which one to draw: heat(..., plan=...)")
    return plans[0] if plans else None


def _cells(
    runs: pd.DataFrame, x: str, y: str, figure: str, plan: str | None, base: str
) -> dict[tuple[float | str, float | str], Estimate]:
    """The estimate of every cell; pairs are the same point, world and replication."""
    for key in (x, y, figure):
        if key not in runs.columns:
            raise ValueError(f"the runs have no column {key!r}; they have {', '.join(map(str, runs.columns))}")
    for key in (x, y):
        if runs[key].nunique() > MOST:
            raise ValueError(
                f"{key} has {runs[key].nunique()} values, too many for a map (at most {MOST}); draw a factorial design"
            )
    pairs = runs.pivot_table(index=["point", "world", "replication"], columns="plan", values=figure, observed=True)
    missing = [name for name in (base, plan) if name is not None and name not in pairs.columns]
    if missing:
        raise ValueError(f"the study has no plan {missing[0]!r}; it has {', '.join(map(str, pairs.columns))}")
    values = pairs[plan] - pairs[base] if plan else pairs[base]
    factors = runs.drop_duplicates(["point", "world", "replication"]).set_index(["point", "world", "replication"])
    frame = factors[[x, y]].assign(value=values).dropna(subset=["value"])
    groups = frame.groupby([x, y], observed=True)["value"]
    return {(at, up): estimate(group.to_numpy(float)) for (at, up), group in groups}  # type: ignore[misc]


def _scale(means: np.ndarray, good: int | None) -> tuple[Colormap, Normalize]:
    """Orange to green about zero for differences (turned round where less is better), white to blue for a figure."""
    if good is None:
        return LinearSegmentedColormap.from_list("more", ["#FFFFFF", FIRST_CYCLE]), Normalize(
            float(means.min()) - 1e-12, float(means.max()) + 0.5 * float(np.ptp(means)) + 1e-12
        )
    ends = [LINE, "#FFFFFF", LOOP] if good >= 0 else [LOOP, "#FFFFFF", LINE]
    reach = float(np.abs(means).max()) / DARK or 1.0
    return LinearSegmentedColormap.from_list("worse and better", ends), TwoSlopeNorm(0.0, -reach, reach)


def _figure(name: str) -> Figure:
    """A figure of every market; else what a mechanism counts, of which runs know no more than the name."""
    return FIGURE.get(name) or Figure(name, "count", name.replace("_", " "))


def _value(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else shown(str(value), 20)


def _caption(runs: pd.DataFrame, figure: str, plan: str | None, cells: int) -> str:
    known = _figure(figure)
    what = f"{known.meaning} (in {known.unit.replace('currency', 'the currency')})"
    runs_each = runs.drop_duplicates(["point", "world", "replication"]).shape[0] / max(1, cells)
    if plan is None:
        return f"{sentence(what)}; mean of {runs_each:,.0f} runs in each cell."
    return (
        f"Change of the {what} by the plan; mean of {runs_each:,.0f} pairs in each cell. "
        f"{'Green: better; orange: worse' if known.good else 'Green: more; orange: less'}; "
        "hatched: undecided (95% interval over pairs holds zero, each cell by itself)."
    )
