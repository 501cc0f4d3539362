"""The blocks of a study: which runs are missing, and where finished ones are written.

Their tables are `runs` (a row a run: parameters and figures), `weeks` (run, week and brand), `people` (run and person).

Those with many rows a run are written while they are put together: memory holds one group of rows, not a block.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cxsim.analysis.sweep.folder import RUNS, StudyFolder, block_file
from cxsim.analysis.sweep.journal import Journal
from cxsim.analysis.sweep.numbering import Space
from cxsim.analysis.sweep.parameters import Value
from cxsim.analysis.sweep.study import Study
from cxsim.analysis.workers.run_record import PEOPLE, Key, RunRecord
from cxsim.analysis.workers.threads import Silent
from cxsim.engine.measures import Measure
from cxsim.engine.outcomes.status import STATUSES, Status, places_of_causes, stage_name
from cxsim.engine.outcomes.weekly import column_of, unit_of, unit_of_count
from cxsim.engine.state import MONEY_UNIT, Stage

ROWS_OF_A_GROUP = 100_000  # a run's rows stay together

TableOf = Callable[[Space, Sequence[Key], Sequence[RunRecord]], pa.Table]

_WORD = pa.dictionary(pa.int32(), pa.string())
_FRONT = (
    ("run", pa.int64()), ("id", pa.string()), ("point", pa.int64()), ("world", pa.int64()), ("plan", _WORD),
    ("replication", pa.int64()), ("seed", pa.int64()),
)  # fmt: skip
_STAGES = [stage_name(stage) for stage in Stage]
_NONE = np.zeros(0, np.int64)
_MEASURES = [(column_of(measure), unit_of(measure)) for measure in Measure]


def design_table(name: str, values: pd.DataFrame) -> pa.Table:
    """The points or worlds with their numbers in front."""
    numbers = pa.table({name: pa.array(range(len(values)), pa.int64())})
    for key in values.columns:
        numbers = numbers.append_column(str(key), pa.array(values[key].tolist()))
    return numbers


def values_of(table: pa.Table) -> pd.DataFrame:
    """The points or worlds back from their table; numbers, flags and words keep their types."""
    keys = table.column_names[1:]
    return pd.DataFrame({key: table[key].to_pandas() for key in keys}, index=range(table.num_rows))


def runs_table(space: Space, keys: Sequence[Key], left: Sequence[RunRecord]) -> pa.Table:
    """One row a run; a figure is null where there was nothing to measure, all are where the run failed."""
    places = [space.place(key.scenario) for key in keys]
    front: list[list[Any]] = [
        [key.run for key in keys],
        [space.run_id(key) for key in keys],
        [point for point, _, _ in places],
        [world for _, world, _ in places],
        [plan for _, _, plan in places],
        [key.replication for key in keys],
        [space.seed] * len(keys),
    ]
    columns = {name: pa.array(values, kind) for (name, kind), values in zip(_FRONT, front, strict=True)}
    values = [space.values(key.scenario) for key in keys]
    for design in (space.points, space.worlds):
        for field in design_table("number", design).schema:
            if field.name != "number":
                columns[field.name] = pa.array([row[field.name] for row in values], field.type)
    nothing = np.full(len(space.figures), np.nan)
    figures = np.array([nothing if each.figures is None else each.figures for each in left]).reshape(
        -1, len(space.figures)
    )
    for number, name in enumerate(space.figures):
        columns[name] = pa.array(figures[:, number], from_pandas=True)  # nan becomes null
    columns["error"] = pa.array([each.error or None for each in left], pa.string())
    return pa.table(columns)


def weeks_table(space: Space, keys: Sequence[Key], left: Sequence[RunRecord]) -> pa.Table:
    """One row a run, week and brand; counts are whole, money in currency, times in weeks. Failed runs have no rows."""
    names = _all_of(space, space.brands)
    lived = [(key, each.weeks) for key, each in zip(keys, left, strict=True) if each.weeks is not None]
    runs, weeks, brands = [_NONE], [_NONE], [_NONE]
    for key, columns_of_run in lived:
        own = [names.index(name) for name in space.brands[space.place(key.scenario)[2]]]
        rows = len(columns_of_run[0])
        runs.append(np.full(rows, key.run))
        weeks.append(np.repeat(np.arange(rows // len(own)), len(own)))
        brands.append(np.tile(own, rows // len(own)))
    kept = [*_MEASURES, *((name, unit_of_count(name)) for name in space.counts)]
    counts = list(zip(*([_NONE] * len(kept), *(columns_of_run for _, columns_of_run in lived)), strict=True))
    columns = {
        "run": pa.array(np.concatenate(runs)),
        "week": pa.array(np.concatenate(weeks), pa.int32()),
        "brand": pa.DictionaryArray.from_arrays(pa.array(np.concatenate(brands), pa.int32()), pa.array(names)),
    }
    for (name, unit), of_runs in zip(kept, counts, strict=True):
        column = np.concatenate(of_runs, dtype=np.int64)
        columns[name] = pa.array(column if unit == 1.0 else column * unit)
    return pa.table(columns)


def people_table(space: Space, keys: Sequence[Key], left: Sequence[RunRecord]) -> pa.Table:
    """One row a run and person, their story with the focal brand at the horizon. Failed runs have no rows."""
    lived = [(key, each.people) for key, each in zip(keys, left, strict=True) if each.people is not None]
    segments = [space.segments[space.place(key.scenario)[2]] for key, _ in lived]
    people = [each for _, each in lived]
    return _people_table([key.run for key, _ in lived], people, segments, _all_of(space, space.segments), space.causes)


def _people_table(
    runs: Sequence[int],
    people: Sequence[NDArray[np.void]],
    segments: Sequence[Sequence[str]],
    names: Sequence[str],
    causes: Mapping[int, str],
) -> pa.Table:
    """One row a run and person.

    Args:
        runs: their numbers.
        people: of each run, records of `PEOPLE`, shape (people,).
        segments: names of the segments, of each run.
        names: of all segments there are.
        causes: what they are called, by number.
    """
    counts = [len(each) for each in people]
    everybody = np.concatenate([np.zeros(0, PEOPLE), *people])
    own = [
        np.array([names.index(name) for name in each])[of["segment"]] for each, of in zip(segments, people, strict=True)
    ]
    line = everybody["status"] == Status.line
    return pa.table(
        {
            "run": pa.array(np.repeat(np.array(runs, np.int64), counts)),
            "person": pa.array(np.concatenate([np.zeros(0, np.int32), *(np.arange(each, dtype=np.int32) for each in counts)])),
            "segment": _words(np.concatenate([np.zeros(0, np.int64), *own]), names),
            "status": _words(everybody["status"], STATUSES),
            "stage": _words(everybody["stage"], _STAGES, line),
            "cause": _words(places_of_causes(everybody["cause"], causes), list(causes.values()), line),
            "customer": pa.array(everybody["customer"]),
            "purchases": pa.array(everybody["purchases"].astype(np.int32)),
            "loop_purchases": pa.array(everybody["loop_purchases"].astype(np.int32)),
            "failures": pa.array(everybody["complaints"].astype(np.int32)),
            "referred": pa.array(everybody["converts"].astype(np.int32)),
            "satisfaction": pa.array(everybody["satisfaction"], from_pandas=True),
            "margin": pa.array(everybody["margin"] / MONEY_UNIT),
        }
    )  # fmt: skip


def _words(
    numbers: NDArray[np.generic], words: Sequence[str], where: NDArray[np.bool_] | None = None
) -> pa.DictionaryArray:
    """The words that numbers stand for; null except where asked."""
    places = pa.array(numbers.astype(np.int32), mask=None if where is None else ~where)
    return pa.DictionaryArray.from_arrays(places, pa.array(words, pa.string()))


def _all_of(space: Space, names: Mapping[str, Sequence[str]]) -> list[str]:
    """Every name that the market or a plan has, in a fixed order."""
    return list(dict.fromkeys(name for plan in space.plans for name in names[plan]))


def rows_of_weeks(left: RunRecord) -> int:
    """How many rows a run has in `weeks`."""
    return 0 if left.weeks is None else len(left.weeks[0])


def rows_of_people(left: RunRecord) -> int:
    """How many rows a run has in `people`."""
    return 0 if left.people is None else len(left.people)


LONG: dict[str, tuple[TableOf, Callable[[RunRecord], int]]] = {
    "weeks": (weeks_table, rows_of_weeks),
    "people": (people_table, rows_of_people),
}  # tables by name: what makes one of some runs, and how many rows a run has


def long_tables(study: Study) -> list[str]:
    """Which of them a study keeps."""
    return [name for name in LONG if getattr(study, name)]


class GrowingTable:
    """A table of `LONG` under way.

    Args:
        name: of the table.
        space: the runs.
        writer: of its file.
    """

    def __init__(self, name: str, space: Space, writer: pq.ParquetWriter) -> None:
        self._table_of, self._count_of = LONG[name]
        self._space, self._writer = space, writer
        self._keys: list[Key] = []
        self._left: list[RunRecord] = []
        self._rows = 0

    def add(self, key: Key, left: RunRecord) -> None:
        """The rows of a run; runs come in their order."""
        self._keys.append(key)
        self._left.append(left)
        self._rows += self._count_of(left)
        if self._rows >= ROWS_OF_A_GROUP:
            self.flush()

    def flush(self) -> None:
        """Write what there is as a group of its own."""
        if self._rows:
            self._writer.write(self._table_of(self._space, self._keys, self._left))
        self._keys, self._left, self._rows = [], [], 0


class _Open(NamedTuple):
    journal: Journal
    keys: list[Key]


class BlockWriter:
    """The blocks of a study while it is lived; only those with runs under way are open, and nothing is kept in memory.

    Args:
        store: the folder.
        space: the runs.
        long: names of the tables with many rows a run that are kept, `weeks` or `people` or both.
        progress: is told of every run that is finished.
    """

    def __init__(self, store: StudyFolder, space: Space, long: Sequence[str], progress: Silent) -> None:
        self._store, self._space, self._long, self._progress = store, space, long, progress
        self._open: dict[int, _Open] = {}
        self._block_of: dict[int, int] = {}  # the runs of open blocks that are still missing

    def chunks(self, size: Callable[[], int]) -> Iterator[list[Key]]:
        """The missing runs, block by block, in chunks of the size asked for at the time.

        Runs of a replication that differ by interventions alone, which may share a past, stay together if a chunk holds
        them; after those, runs of a scenario.
        """
        complete = self._store.complete_blocks()
        for block in self._store.begun_blocks() & complete:
            self._store.drop_journal(block)
        for block in range(self._space.blocks):
            if block in complete:
                self._progress.found(len(self._space.keys_of(block)))
                continue
            chunk: list[Key] = []
            for family in self._begin(block):
                if chunk and len(chunk) + len(family) > size():
                    yield chunk
                    chunk = []
                chunk += family
                while len(chunk) > (count := size()):
                    yield chunk[:count]
                    chunk = chunk[count:]
            if chunk:
                yield chunk

    def _begin(self, block: int) -> list[list[Key]]:
        opened = self._open[block] = _Open(self._store.journal(block), self._space.keys_of(block))
        there = opened.journal.runs
        self._progress.found(len(there))
        missing = [key for key in opened.keys if key.run not in there]
        self._block_of |= {key.run: block for key in missing}
        if not missing:
            self._commit(block)
        first: dict[tuple[Value, ...], int] = {}  # scenario of a market
        market = {
            each: first.setdefault(self._space.market(each), each)
            for each in dict.fromkeys(key.scenario for key in missing)
        }
        missing.sort(key=lambda key: (market[key.scenario], key.replication, key.scenario))
        return [list(own) for _, own in groupby(missing, lambda key: (market[key.scenario], key.replication))]

    def finished(self, key: Key, left: bytes) -> None:
        """Write what a run left; with the last run of a block, the block. A run that comes twice counts once."""
        block = self._block_of.get(key.run)
        if block is None:
            return
        journal, keys = self._open[block]
        journal.add(key.run, left)
        del self._block_of[key.run]
        self._progress.lived(1)
        if len(journal.runs) == len(keys):
            self._commit(block)

    def _commit(self, block: int) -> None:
        """Write the tables of a complete block, its runs last, and drop its journal."""
        journal, keys = self._open.pop(block)
        with journal, ExitStack() as files:
            long = [self._rows(name, block, files) for name in self._long]
            short = []
            for key in keys:
                left = RunRecord.unpacked(journal.payload(key.run), len(self._space.figures))
                for rows in long:
                    rows.add(key, left)
                short.append(RunRecord(left.figures, error=left.error))
            for rows in long:
                rows.flush()
        self._store.write_table(runs_table(self._space, keys, short), block_file(RUNS, block))
        self._store.drop_journal(block)

    def _rows(self, name: str, block: int, files: ExitStack) -> GrowingTable:
        table_of, _ = LONG[name]
        schema = table_of(self._space, [], []).schema
        return GrowingTable(
            name, self._space, files.enter_context(self._store.written(block_file(name, block), schema))
        )

    def close(self) -> None:
        """Close the journals; they stay for whoever resumes."""
        for journal, _ in self._open.values():
            journal.close()
