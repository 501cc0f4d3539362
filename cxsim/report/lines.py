"""Where lines end and why: people by stage and cause, in one world or in two."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxsim.ledger.figures import Figure
from cxsim.report.numbers import COUNTED
from cxsim.study.comparison import PlanResult
from cxsim.study.paired import Estimate, PairedDifference, Reach, estimate, estimate_count, paired_difference, student_t
from cxsim.study.runs import Runs
from cxsim.study.verdict import REASONS

End = tuple[str, str]  # stage, cause

SHOWN = 8  # ways in which people moved

Numbers = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


@dataclass(frozen=True)
class Ended:
    """People whose line ended at a stage for a cause, mean with interval."""

    stage: str
    cause: str
    people: Estimate


@dataclass(frozen=True)
class Row:
    """One figure, or one way in which lines end, in both worlds; `good` as in `cxsim.ledger.figures`."""

    label: str
    unit: str
    good: int
    base: Estimate
    plan: Estimate
    change: PairedDifference


def figure_row(plan: PlanResult, figure: Figure) -> Row:
    """A figure in the base and in the plan."""
    before, after = (plan.per_replication[f"{world}_{figure.name}"].to_numpy(float) for world in ("base", "plan"))
    return _row(figure.meaning, figure.unit, figure.good, before, after, plan.reach)


def _row(label: str, unit: str, good: int, base: Numbers, plan: Numbers, reach: Reach) -> Row:
    """From the values of every replication, shape (replications,), in the same order."""
    of_unit = estimate_count if unit in COUNTED else estimate
    change = paired_difference(base, plan, good, reach)
    return Row(label, unit, good, of_unit(base, reach), of_unit(plan, reach), change)


def ended(runs: Runs) -> list[Ended]:
    """Every stage and cause of one world, most people first."""
    people = runs.ended()
    return [
        Ended(stage, REASONS.get(cause, cause), estimate_count(people[stage, cause], student_t))
        for stage, cause in _most_first(people, people)
    ]


def moved(table: pd.DataFrame) -> list[Ended]:
    """Rescued lines or broken loops, as `PlanResult` has them: the most frequent ways."""
    rows = table.head(SHOWN)[["stage", "cause", "people", "low", "high"]].itertuples(index=False)
    return [Ended(stage, REASONS.get(cause, cause), Estimate(*people)) for stage, cause, *people in rows]


def ended_in_both(base: Runs, plan: PlanResult) -> list[Row]:
    """Every stage and cause of two worlds, most people in the base first."""
    before, after = base.ended(), plan.runs.ended()
    return [
        _row(
            f"{stage}: {REASONS.get(cause, cause)}", "people", -1, before[stage, cause], after[stage, cause], plan.reach,
        )
        for stage, cause in _most_first(before | after, before)
    ]  # fmt: skip


def _most_first(ends: Iterable[End], people: Mapping[End, Numbers]) -> list[End]:
    return sorted(ends, key=lambda end: -people[end].sum())
