"""What a study will take, from a few of its runs: time and disk."""

import io
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from cxsim.analysis.sweep.blocks import LONG, long_tables, runs_table
from cxsim.analysis.sweep.folder import parquet_writer
from cxsim.analysis.sweep.numbering import Space
from cxsim.analysis.sweep.study import Reading
from cxsim.analysis.sweep.sweep import chunker
from cxsim.analysis.sweep.work import live_chunk
from cxsim.analysis.workers import preload  # noqa: F401  # compiles, so that the runs measured do not
from cxsim.analysis.workers.run_record import Key, RunRecord

RUNS_TRIED = 8  # spread over the scenarios
SECONDS_TO_TRY = 10.0


@dataclass(frozen=True)
class Effort:
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


def estimate(reading: Reading, space: Space) -> Effort:
    """Live a few runs of a study and weigh them; nothing is written."""
    keys, left, seconds = _tried(reading, space)
    lower, upper = (
        _weight(reading, space, keys[:count], left[:count]) for count in (len(keys) - len(keys) // 2, len(keys))
    )
    each = (upper - lower) / max(len(keys) // 2, 1)
    runs, blocks = space.runs, space.blocks
    frame = max(upper - each * len(keys), 0.0)  # what a file weighs without rows
    return Effort(seconds / len(keys), each + frame * blocks / runs, runs, len(keys))


def _tried(reading: Reading, space: Space) -> tuple[list[Key], list[RunRecord], float]:
    chunk_of = chunker(reading, space)
    scenarios = np.linspace(0, space.scenarios - 1, RUNS_TRIED).round().astype(int)
    keys: list[Key] = []
    left: list[RunRecord] = []
    seconds = 0.0
    for place, scenario in enumerate(scenarios):
        key = Key(place, int(scenario), place)
        done = live_chunk(chunk_of([key]))
        keys.append(key)
        left.append(RunRecord.unpacked(done.left[place], len(space.figures)))
        seconds += done.seconds
        if seconds > SECONDS_TO_TRY:
            break
    return keys, left, seconds


def _weight(reading: Reading, space: Space, keys: list[Key], left: list[RunRecord]) -> int:
    long = [LONG[name][0] for name in long_tables(reading.study)]
    return sum(_bytes(table_of(space, keys, left)) for table_of in (runs_table, *long))


def _bytes(table: pa.Table) -> int:
    target = io.BytesIO()
    with parquet_writer(target, table.schema) as writer:
        writer.write(table)
    return target.tell()
