"""What a study will take, from a few of its runs: time and disk."""

import io
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cxsim.ledger.figures import FIGURES
from cxsim.sweep.design.space import Key
from cxsim.sweep.plan import Plan, chunker
from cxsim.sweep.store.folder import parquet_writer
from cxsim.sweep.store.left import Left
from cxsim.sweep.store.rows import LONG, long_tables
from cxsim.sweep.store.tables import runs_table
from cxsim.sweep.workers import preload  # noqa: F401  # compiles, so that the runs measured do not
from cxsim.sweep.workers.work import live_chunk

RUNS_TRIED = 8  # spread over the scenarios
SECONDS_TO_TRY = 10.0


@dataclass(frozen=True)
class Estimate:
    """What a study will take.

    Attributes:
        seconds_a_run: of one core.
        bytes_a_run: on disk.
        runs: how many.
        tried: how many were lived to find out.
    """

    seconds_a_run: float
    bytes_a_run: float
    runs: int
    tried: int

    def seconds(self, workers: int) -> float:
        """Wall time with so many workers, all busy."""
        return self.seconds_a_run * self.runs / workers

    @property
    def bytes(self) -> float:
        """Disk for all runs."""
        return self.bytes_a_run * self.runs


def estimate(plan: Plan) -> Estimate:
    """Live a few runs of a study and weigh them; nothing is written."""
    keys, left, seconds = _tried(plan)
    lower, upper = (_weight(plan, keys[:count], left[:count]) for count in (len(keys) - len(keys) // 2, len(keys)))
    each = (upper - lower) / max(len(keys) // 2, 1)
    runs, blocks = plan.space.runs, plan.space.blocks
    frame = max(upper - each * len(keys), 0.0)  # what a file weighs without rows
    return Estimate(seconds / len(keys), each + frame * blocks / runs, runs, len(keys))


def _tried(plan: Plan) -> tuple[list[Key], list[Left], float]:
    chunk_of = chunker(plan)
    scenarios = np.linspace(0, len(plan.grid) - 1, RUNS_TRIED).round().astype(int)
    keys: list[Key] = []
    left: list[Left] = []
    seconds = 0.0
    for place, scenario in enumerate(scenarios):
        key = Key(place, int(scenario), place)
        done = live_chunk(chunk_of([key]))
        keys.append(key)
        left.append(Left.unpacked(done.left[place], len(FIGURES)))
        seconds += done.seconds
        if seconds > SECONDS_TO_TRY:
            break
    return keys, left, seconds


def _weight(plan: Plan, keys: list[Key], left: list[Left]) -> int:
    long = [LONG[name][0] for name in long_tables(plan.reading.study)]
    return sum(_bytes(table_of(plan.grid, keys, left)) for table_of in (runs_table, *long))


def _bytes(table: pa.Table) -> int:
    target = io.BytesIO()
    with parquet_writer(target, table.schema) as writer:
        writer.write(table)
    return target.tell()
