"""Which runs are missing, and where finished ones are written."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import NamedTuple

from cxsim.ledger.figures import FIGURES
from cxsim.sweep.design.grid import Grid
from cxsim.sweep.design.space import Key, KeySpace
from cxsim.sweep.progress import Silent
from cxsim.sweep.store.folder import RUNS, Store, block_file
from cxsim.sweep.store.journal import Journal
from cxsim.sweep.store.left import Left
from cxsim.sweep.store.rows import LONG, Rows
from cxsim.sweep.store.tables import runs_table


class _Open(NamedTuple):
    journal: Journal
    keys: list[Key]


class Book:
    """The blocks of a study while it is lived; only those with runs under way are open, and nothing is kept in memory.

    Args:
        store: the folder.
        grid: the scenarios.
        space: the runs.
        long: names of the tables with many rows a run that are kept, `weeks` or `people` or both.
        progress: is told of every run that is finished.
    """

    def __init__(self, store: Store, grid: Grid, space: KeySpace, long: Sequence[str], progress: Silent) -> None:
        self._store, self._grid, self._space, self._long, self._progress = store, grid, space, long, progress
        self._open: dict[int, _Open] = {}
        self._block_of: dict[int, int] = {}  # the runs of open blocks that are still missing

    def chunks(self, size: Callable[[], int]) -> Iterator[list[Key]]:
        """The missing runs, block by block, in chunks of the size asked for at the time; a scenario's stay together."""
        complete = self._store.complete_blocks()
        for block in self._store.begun_blocks() & complete:
            self._store.drop_journal(block)
        for block in range(self._space.blocks):
            if block in complete:
                self._progress.found(len(self._space.keys_of(block)))
                continue
            missing = self._begin(block)
            while missing:
                count = size()
                yield missing[:count]
                missing = missing[count:]

    def _begin(self, block: int) -> list[Key]:
        opened = self._open[block] = _Open(self._store.journal(block), self._space.keys_of(block))
        there = opened.journal.runs
        self._progress.found(len(there))
        missing = [key for key in opened.keys if key.run not in there]
        self._block_of |= {key.run: block for key in missing}
        if not missing:
            self._commit(block)
        return sorted(missing, key=lambda key: (key.scenario, key.replication))

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
                left = Left.unpacked(journal.payload(key.run), len(FIGURES))
                for rows in long:
                    rows.add(key, left)
                short.append(Left(left.figures, error=left.error))
            for rows in long:
                rows.flush()
        self._store.write_table(runs_table(self._grid, keys, short), block_file(RUNS, block))
        self._store.drop_journal(block)

    def _rows(self, name: str, block: int, files: ExitStack) -> Rows:
        table_of, _ = LONG[name]
        schema = table_of(self._grid, [], []).schema
        return Rows(name, self._grid, files.enter_context(self._store.written(block_file(name, block), schema)))

    def close(self) -> None:
        """Close the journals; they stay for whoever resumes."""
        for journal, _ in self._open.values():
            journal.close()
