"""Where lines end and why: people by stage and cause, in one world or in two."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxsim.analysis.compare.intervals import (
    Estimate,
    HalfWidthFactor,
    PairedDifference,
    estimate_count,
    estimate_within,
    paired_difference,
    student_t,
)
from cxsim.analysis.compare.plan_result import PlanResult
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.compare.verdict import REASONS
from cxsim.engine.outcomes.figures import FIGURE, Figure

End = tuple[str, str]  # stage, cause

SHOWN = 8  # ways in which people moved
LINES = FIGURE["lines"]

Numbers = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


@dataclass(frozen=True)
class LinesEnded:
    """People whose line ended at a stage for a cause, mean with interval."""

    stage: str
    cause: str
    people: Estimate


@dataclass(frozen=True)
class Row:
    """One figure, or one way in which lines end, in base and plan; `good` as in `cxsim.engine.outcomes.figures`."""

    label: str
    unit: str
    good: int
    base: Estimate
    plan: Estimate
    change: PairedDifference


def figure_row(plan: PlanResult, figure: Figure) -> Row:
    """A figure in the base and in the plan."""
    before, after = (plan.per_replication[f"{world}_{figure.name}"].to_numpy(float) for world in ("base", "plan"))
    return _row(figure, figure.meaning, before, after, plan.half_width_factor)


def _row(figure: Figure, label: str, base: Numbers, plan: Numbers, half_width_factor: HalfWidthFactor) -> Row:
    """From the values of every replication, shape (replications,), in the same order."""
    before, after = (estimate_within(values, figure.scale, half_width_factor) for values in (base, plan))
    change = paired_difference(base, plan, figure.good, half_width_factor)
    return Row(label, figure.unit, figure.good, before, after, change)


def ended(runs: Runs) -> list[LinesEnded]:
    """Every stage and cause of one world, most people first."""
    people = runs.ended()
    return [
        LinesEnded(stage, REASONS.get(cause, cause), estimate_count(people[stage, cause], student_t))
        for stage, cause in _most_first(people, people)
    ]


def moved(table: pd.DataFrame, replications: int) -> list[LinesEnded]:
    """Rescued lines or broken loops, as `PlanResult` has them, of so many replications: the most frequent ways."""
    rows = table.head(SHOWN)[["stage", "cause", "people", "low", "high"]].itertuples(index=False)
    return [
        LinesEnded(stage, REASONS.get(cause, cause), Estimate(people, low, high, replications))
        for stage, cause, people, low, high in rows
    ]


def ended_in_both(base: Runs, plan: PlanResult) -> list[Row]:
    """Every stage and cause of base and plan, most people in the base first."""
    before, after = base.ended(), plan.runs.ended()
    return [
        _row(
            LINES, f"{stage}: {REASONS.get(cause, cause)}", before[stage, cause], after[stage, cause], plan.half_width_factor
        )
        for stage, cause in _most_first(before | after, before)
    ]  # fmt: skip


def _most_first(ends: Iterable[End], people: Mapping[End, Numbers]) -> list[End]:
    return sorted(ends, key=lambda end: -people[end].sum())
