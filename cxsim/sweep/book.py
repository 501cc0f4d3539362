"""Which runs are missing, and where finished ones are written."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from cxsim.ledger.figures import FIGURES
from cxsim.sweep.journal import Journal
from cxsim.sweep.left import Left
from cxsim.sweep.progress import Silent
from cxsim.sweep.space import Key, KeySpace
from cxsim.sweep.store import Store
from cxsim.sweep.tables import Grid, runs_table, weeks_table


class _Open(NamedTuple):
    journal: Journal
    keys: list[Key]


class Book:
    """The blocks of a study while it is lived; only those with runs under way are open, and nothing is kept in memory.

    Args:
        store: the folder.
        grid: the scenarios.
        space: the runs.
        weeks: whether the weekly table is kept.
        progress: is told of every run that is finished.
    """

    def __init__(self, store: Store, grid: Grid, space: KeySpace, weeks: bool, progress: Silent) -> None:
        self._store, self._grid, self._space, self._weeks, self._progress = store, grid, space, weeks, progress
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
        journal, keys = self._open.pop(block)
        journal.close()
        payloads = journal.payloads()
        left = [Left.unpacked(payloads[key.run], len(FIGURES)) for key in keys]
        weeks = weeks_table(self._grid, keys, left) if self._weeks else None
        self._store.commit(block, runs_table(self._grid, keys, left), weeks)

    def close(self) -> None:
        """Close the journals; they stay for whoever resumes."""
        for journal, _ in self._open.values():
            journal.close()
