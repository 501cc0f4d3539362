"""Where lines end, and why: people by stage and cause, in the base and in the plan."""

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.intervals import HalfWidthFactor, Numbers, estimate, estimate_count, student_t
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.phrases import interval, whole
from cxsim.interface.charts.flow_layout import STAGES
from cxsim.interface.charts.look import (
    INK,
    LINE,
    NEUTRAL,
    bare,
    caption,
    mean_of,
    new_axes,
    shown,
    signed,
    thick,
    title,
    written,
)
from cxsim.interface.charts.source import ChartSource, worlds_of
from cxsim.interface.charts.words import STAGE_WORDS

HEIGHT: Final = 0.62  # of a bar
MOST: Final = 10  # causes shown; what is left is one more


class _Row(NamedTuple):
    stage: str
    cause: str
    people: Numbers  # (replications,)
    base: Numbers | None


def endings(source: Runs | Comparison, plan: str | None = None, ax: Axes | None = None) -> Axes:
    """Lines by the stage in which they ended and the cause, mean people, in the order of the story.

    For a comparison the bars are the plan, grey ticks the base, and the change is written behind; grey if undecided.

    Args:
        source: runs, or a comparison.
        plan: name of a plan of the comparison, the first when left out.
        ax: where to draw; a figure of its own when left out.
    """
    worlds = worlds_of(source, plan)
    rows = _rows(worlds)
    ax = ax or new_axes(8.0, 1.6 + 0.27 * (len(rows) + len({row.stage for row in rows})))
    place, ticks, stage = 0, [], ""
    for row in rows:
        if row.stage != stage:
            stage = row.stage
            ax.text(0.0, place, STAGE_WORDS[stage], va="center", fontsize="small", fontweight="bold", color=INK)
            place += 1
        _bar(ax, place, row, worlds.plan.half_width_factor if worlds.plan else student_t)
        ticks.append(place)
        place += 1
    ax.set_yticks(ticks, [row.cause for row in rows], fontsize="small", color=INK)
    ax.set_ylim(max(place, 1) - 0.4, -0.6)
    ax.margins(x=0.02)
    ax.set_xlim(0.0, max(1e-9, ax.get_xlim()[1]) * (1.45 if worlds.base else 1.15))
    ax.set_xticks([])
    ax.tick_params(axis="y", length=0)
    bare(ax)
    if not rows:
        ax.text(0.5, 0.5, "No line ends", transform=ax.transAxes, ha="center", color=INK)
    title(ax, "Where lines end, and why")
    caption(ax, _caption(worlds))
    return ax


def _bar(ax: Axes, place: int, row: _Row, half_width_factor: HalfWidthFactor) -> None:
    people = estimate_count(row.people)
    ax.barh(place, people.mean, height=HEIGHT, color=LINE, alpha=0.75, linewidth=0)
    note = ax.annotate(
        whole(people.mean), (people.mean, place), xytext=(4, 0), textcoords="offset points", va="center", fontsize="small",
        color=written(LINE),
    )  # fmt: skip
    if row.base is None:
        return
    before, change = float(row.base.mean()), estimate(row.people - row.base, half_width_factor)
    ax.plot([before, before], [place - 0.5, place + 0.5], color=NEUTRAL, linewidth=thick(1.3))
    at = max(people.mean, before)
    note.xy = (at, place)
    ax.annotate(
        f"  {interval(change.mean, change.low, change.high, signed)}", (1.0, 0.5), xycoords=note, va="center", fontsize="small",
        color=INK if change.decided else written(NEUTRAL),
    )  # fmt: skip


def _rows(worlds: ChartSource) -> list[_Row]:
    """The largest causes in the order of the story, within a stage the largest first; then all others."""
    after = _people(worlds.runs)
    before = _people(worlds.base) if worlds.base else after
    both = after.index.union(before.index)
    after, before = (table.reindex(both, fill_value=0.0) for table in (after, before))
    size = (after + before).mean(axis=1)
    largest = size.sort_values(ascending=False, kind="stable").index
    shown_ones = largest if len(largest) <= MOST + 1 else largest[:MOST]
    order = sorted(shown_ones, key=lambda key: (STAGES.index(key[0]), -size[key]))
    rows = [
        _Row(stage, cause, _of(after, [(stage, cause)]), _of(before, [(stage, cause)]) if worlds.base else None)
        for stage, cause in order
    ]
    rest = [key for key in largest if key not in set(order)]
    if rest:
        rows.append(_Row("others", f"{len(rest)} others", _of(after, rest), _of(before, rest) if worlds.base else None))
    return rows


def _of(table: pd.DataFrame, keys: list[tuple[str, str]]) -> Numbers:
    """People of these causes together, by replication."""
    return np.asarray(table.loc[keys].to_numpy(float).sum(axis=0))


def _people(runs: Runs) -> pd.DataFrame:
    """People by stage and cause (rows) and replication (columns)."""
    table = runs.lines.pivot_table(index=["stage", "cause"], columns="replication", values="people", aggfunc="sum")
    return table.reindex(columns=np.arange(runs.replications)).fillna(0.0)


def _caption(worlds: ChartSource) -> str:
    count = worlds.runs.replications
    said = f"People whose line with {worlds.runs.scenario.market.focal} has ended after {worlds.runs.scenario.market.horizon_weeks} weeks; "
    if worlds.base is None:
        return f"{said}{mean_of(count, 'replication')}."
    interval = ", with 95% interval; grey: it holds zero" if count > 1 else ""
    return (
        f"{said}{mean_of(count, 'pair')}. Bars: {shown(worlds.plan.name if worlds.plan else '')}; grey ticks: "
        f"{shown(worlds.base.scenario.name)}; behind: change{interval}."
    )
