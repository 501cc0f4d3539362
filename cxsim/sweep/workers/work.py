"""What a worker does: some runs, one after the other, each to bytes. A run that fails says why and stops nothing."""

import time
from typing import NamedTuple

import numpy as np

from cxsim.ledger.figures import FIGURES
from cxsim.scenario import Scenario
from cxsim.study.lived import live
from cxsim.sweep.design.keys import Record, Values, scenario_with
from cxsim.sweep.store.left import Left, weekly_columns
from cxsim.sweep.store.people import people_of


class Lives(NamedTuple):
    """Some replications of one scenario.

    Attributes:
        record: the market or plan.
        values: of the point and world, by full key.
        runs: (run number, replication) of each.
    """

    record: Record
    values: Values
    runs: list[tuple[int, int]]


class Chunk(NamedTuple):
    """Work for about a second."""

    seed: int
    weeks: bool
    people: bool
    lives: list[Lives]


class Done(NamedTuple):
    """What came of a chunk: seconds it took, and what each run left, by number."""

    seconds: float
    left: dict[int, bytes]


def live_chunk(chunk: Chunk) -> Done:
    """Live all runs of a chunk."""
    start = time.perf_counter()
    left: dict[int, bytes] = {}
    for lives in chunk.lives:
        try:
            scenario = scenario_with(lives.record, lives.values)
        except Exception as error:
            left |= {run: _failed(error).packed() for run, _ in lives.runs}
            continue
        for run, replication in lives.runs:
            left[run] = _live(scenario, chunk, replication).packed()
    return Done(time.perf_counter() - start, left)


def _live(scenario: Scenario, chunk: Chunk, replication: int) -> Left:
    try:
        lived = live(scenario, chunk.seed, replication)
        figures = np.array([lived.figures[figure.name] for figure in FIGURES])
        return Left(
            figures,
            weekly_columns(lived.world.tally) if chunk.weeks else None,
            people_of(lived, scenario) if chunk.people else None,
        )
    except Exception as error:
        return _failed(error)


def _failed(error: Exception) -> Left:
    return Left(error=f"{type(error).__name__}: {error}")
