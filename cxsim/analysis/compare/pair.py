"""The same people in base and plan: what one replication says, person by person."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxsim.analysis.compare.members import members_of_pair
from cxsim.engine.outcomes.status import Outcomes, Status
from cxsim.engine.simulate import Run, RunTables
from cxsim.engine.state import MONEY_UNIT, Stage
from cxsim.scenario.mechanism import MOST_CAUSES

Counts = NDArray[np.int64]

SHOWN_PERSONS = 10


@dataclass(frozen=True)
class Pair:
    """What one replication of base and plan says, person by person."""

    base: RunTables
    plan: RunTables
    matrix: Counts  # (4, 4) people by status in the base x in the plan
    rescued: Counts  # (stages, causes) where and why the rescued lines ended in the base
    broken: Counts  # (stages, causes) where and why the broken loops end in the plan
    rescued_margin: float  # what the rescued people earned more
    gain: NDArray[np.float64]  # (weeks,) discounted margin of the plan less that of the base
    cost: NDArray[np.float64]  # (weeks,) discounted intervention cost of the plan less that of the base
    rescued_persons: list[int]  # a few of them, with short stories
    members: dict[str, float]  # of a loyalty programme, and what each earned; empty without one


def pair_of(base: Run, plan: Run) -> Pair:
    """What changed for whom, when the same people with the same luck lived both."""
    before, after = base.outcome, plan.outcome
    matrix = np.bincount(before.status.astype(np.int64) * 4 + after.status, minlength=16).reshape(4, 4)
    rescued = (before.status == Status.line) & (after.status == Status.loop)
    broken = (before.status == Status.loop) & (after.status == Status.line)
    return Pair(
        base.tables,
        plan.tables,
        matrix,
        _by_stage_and_cause(before, rescued),
        _by_stage_and_cause(after, broken),
        float((after.margin[rescued] - before.margin[rescued]).sum()) / MONEY_UNIT,
        plan.margin - base.margin,
        plan.cost - base.cost,
        _shortest_stories(plan, rescued),
        members_of_pair(base, plan),
    )


def _shortest_stories(plan: Run, people: NDArray[np.bool_]) -> list[int]:
    """A few of these people, those with the fewest purchases first: their lives are quickly told."""
    numbers = np.flatnonzero(people)
    purchases = plan.state.bonds["purchases"][numbers].sum(axis=1)
    return [int(person) for person in numbers[np.argsort(purchases, kind="stable")][:SHOWN_PERSONS]]


def _by_stage_and_cause(outcome: Outcomes, people: NDArray[np.bool_]) -> Counts:
    places = outcome.stage[people].astype(np.int64) * MOST_CAUSES + outcome.cause[people]
    return np.bincount(places, minlength=len(Stage) * MOST_CAUSES).reshape(len(Stage), MOST_CAUSES)
