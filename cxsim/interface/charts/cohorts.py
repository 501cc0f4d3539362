"""Retention by cohort of first purchase, as a map: who came when, and how many of them had stayed so many weeks later."""

import math
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.intervals import Estimate, estimate, estimate_within, student_t
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.phrases import decimals, typeset, week, whole
from cxsim.engine.outcomes.figures import SHARE
from cxsim.interface.charts.look import (
    FIRST_CYCLE,
    INK,
    NEUTRAL,
    bare,
    caption,
    mean_of,
    new_axes,
    shown,
    smallest,
    title,
    written,
)
from cxsim.interface.charts.source import ChartSource, worlds_of
from cxsim.scenario.calendar import day_of

MOST: Final = 8  # cohorts drawn; where there are more, neighbours are one
FEW: Final = 10.0  # people in a cohort, below which a share is luck
DARKEST: Final = 0.55  # of the blue, so that words on it can be read
Key = tuple[int, int]  # cohort (its first week, from 0), weeks since the first purchase


class _Cell(NamedTuple):
    """A cell of the map; no change without a base."""

    kept: Estimate
    change: Estimate | None


def cohorts(source: Runs | Comparison, plan: str | None = None, ax: Axes | None = None) -> Axes:
    """Share of each cohort of first-time buyers whose line has not ended, by weeks since the first purchase.

    The darker, the more have stayed. Of a comparison the plan is drawn, with the change against the base beneath in points:
    bold where its 95% interval leaves zero out. Only ages that a whole cohort has reached are shown.

    Args:
        source: runs, or a comparison.
        plan: name of a plan of the comparison, the first when left out.
        ax: where to draw; a figure of its own when left out.
    """
    worlds = worlds_of(source, plan)
    cells, people = _cells(worlds), _people(worlds.runs)
    rows, columns = sorted({key[0] for key in cells}), sorted({key[1] for key in cells})
    ax = ax or new_axes(8.0, 2.4 + 0.55 * max(3, len(rows)))
    blue = LinearSegmentedColormap.from_list("kept", ["#FFFFFF", FIRST_CYCLE])
    for (cohort, age), cell in cells.items():
        corner = columns.index(age), rows.index(cohort)
        ax.add_patch(Rectangle(corner, 0.96, 0.94, color=blue(DARKEST * cell.kept.mean), linewidth=0))
        _words(ax, corner[0] + 0.48, corner[1] + 0.47, cell)
    ax.set_xlim(0.0, max(1, len(columns)))
    ax.set_ylim(max(1, len(rows)), 0.0)
    ax.set_xticks([place + 0.48 for place in range(len(columns))], [whole(age) for age in columns], fontsize="small")
    labels = [_named(worlds.runs, cohort, people[cohort]) for cohort in rows]
    ax.set_yticks([place + 0.47 for place in range(len(rows))], labels, fontsize="small", color=INK)
    ax.tick_params(length=0)
    ax.set_xlabel("weeks since the first purchase")
    bare(ax)
    if not cells:
        ax.text(0.5, 0.5, _nothing(worlds.runs), ha="center", va="center", color=INK)
    title(ax, "Who stays, by when they came")
    caption(ax, _caption(worlds, list(cells.values())))
    return ax


def _nothing(runs: Runs) -> str:
    """Why there is no map."""
    if runs.cohorts.empty and runs.figures["first_purchases"].sum() > 0.0:
        return "These results were written before\ncohorts were kept: run them again"
    return "No cohort is large and old enough"


def kept_shares(runs: Runs) -> dict[Key, np.ndarray]:
    """Share kept in every replication, shape (replications,), by cohort and age; cohorts merged to at most `MOST`."""
    table = _merged(runs)
    if table.empty:
        return {}
    kept = table.pivot_table(index="replication", columns=["cohort", "weeks"], values=["people", "kept"], aggfunc="sum")
    with np.errstate(invalid="ignore"):
        shares = kept["kept"] / kept["people"].where(kept["people"] > 0)
    return {
        (int(cohort), int(age)): shares[cohort, age].to_numpy(float)
        for cohort, age in shares.columns
        if age > 0 and kept["people"][cohort, age].mean() >= FEW
    }


def _merged(runs: Runs) -> pd.DataFrame:
    """The table of cohorts with neighbours as one, of ages that all of them have reached."""
    table = runs.cohorts.astype({"cohort": int, "weeks": int})
    begins = np.unique(table["cohort"])
    if len(begins) <= MOST:
        return table
    step = int(begins[1] - begins[0])
    together = math.ceil(len(begins) / MOST)
    wide = step * together
    table = table.assign(merged=table["cohort"] // wide * wide)
    table = table[table["weeks"] % wide == 0]
    whole_ones = table.groupby(["merged", "weeks"])["cohort"].transform("nunique") == together
    return table[whole_ones].drop(columns="cohort").rename(columns={"merged": "cohort"})


def _cells(worlds: ChartSource) -> dict[Key, _Cell]:
    after = kept_shares(worlds.runs)
    before = kept_shares(worlds.base) if worlds.base else {}
    reach = worlds.plan.half_width_factor if worlds.plan else student_t
    return {
        key: _Cell(
            estimate_within(shares, SHARE, reach),
            estimate(100.0 * (shares - before[key]), reach) if key in before else None,
        )
        for key, shares in after.items()
    }


def _people(runs: Runs) -> dict[int, float]:
    """Mean size of each cohort drawn."""
    table = _merged(runs)
    young = table[table["weeks"] == 0].groupby(["replication", "cohort"])["people"].sum()
    means = young.groupby("cohort").mean()
    return dict(zip(means.index.tolist(), means.tolist(), strict=True))


def _named(runs: Runs, cohort: int, people: float) -> str:
    """When they came, and how many they were."""
    start = runs.scenario.market.start
    when = f"from {day_of(cohort, start).isoformat()}" if start else f"from week {week(cohort)}"
    return f"{when}\n{whole(people)} people"


def _words(ax: Axes, x: float, y: float, cell: _Cell) -> None:
    """The share, and beneath it the change in points."""
    alone = cell.change is None or math.isnan(cell.change.mean)
    ax.text(x, y, f"{cell.kept.mean:.0%}", ha="center", va="center" if alone else "bottom", fontsize="small", color=INK)
    if cell.change is None or alone:
        return
    ax.annotate(
        typeset(decimals(1, signed=True)(cell.change.mean)), (x, y), xytext=(0.0, -0.15), textcoords="offset fontsize",
        ha="center", va="top", fontsize=smallest(), color=INK if cell.change.decided else written(NEUTRAL),
        fontweight="bold" if cell.change.decided else "normal",
    )  # fmt: skip


def _caption(worlds: ChartSource, cells: list[_Cell]) -> str:
    count = worlds.runs.replications
    said = f"Share whose line has not ended, {mean_of(count, 'pair' if worlds.base else 'replication')}. "
    changes = [cell.change for cell in cells if cell.change is not None]
    if changes:
        said = f"{shown(worlds.runs.scenario.name)}. {said}Beneath: change against {shown(worlds.names_of_base)} in points. "
    halves = [100.0 * (cell.kept.high - cell.kept.low) / 2.0 for cell in cells]
    known = [half for half in halves if math.isfinite(half)]
    if count > 1 and known:
        bold = " (bold: its interval leaves zero out)" if changes else ""
        said += f"95% intervals of the shares reach at most {decimals(1)(max(known))} points to each side{bold}. "
    return f"{said}Cohorts of fewer than {FEW:g} people are left out."
