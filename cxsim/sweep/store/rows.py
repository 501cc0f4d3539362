"""Tables with many rows a run, written while they are put together: memory holds one group of rows, not a block."""

from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from cxsim.sweep.design.grid import Grid
from cxsim.sweep.design.space import Key
from cxsim.sweep.design.study import Study
from cxsim.sweep.store.left import Left
from cxsim.sweep.store.tables import people_table, weeks_table

ROWS_OF_A_GROUP = 100_000  # a run's rows stay together

TableOf = Callable[[Grid, Sequence[Key], Sequence[Left]], pa.Table]


def rows_of_weeks(left: Left) -> int:
    """How many rows a run has in `weeks`."""
    return 0 if left.weeks is None else len(left.weeks[0])


def rows_of_people(left: Left) -> int:
    """How many rows a run has in `people`."""
    return 0 if left.people is None else len(left.people)


LONG: dict[str, tuple[TableOf, Callable[[Left], int]]] = {
    "weeks": (weeks_table, rows_of_weeks),
    "people": (people_table, rows_of_people),
}  # tables by name: what makes one of some runs, and how many rows a run has


def long_tables(study: Study) -> list[str]:
    """Which of them a study keeps."""
    return [name for name in LONG if getattr(study, name)]


class Rows:
    """A table of `LONG` under way.

    Args:
        name: of the table.
        grid: the scenarios.
        writer: of its file.
    """

    def __init__(self, name: str, grid: Grid, writer: pq.ParquetWriter) -> None:
        self._table_of, self._count_of = LONG[name]
        self._grid, self._writer = grid, writer
        self._keys: list[Key] = []
        self._left: list[Left] = []
        self._rows = 0

    def add(self, key: Key, left: Left) -> None:
        """The rows of a run; runs come in their order."""
        self._keys.append(key)
        self._left.append(left)
        self._rows += self._count_of(left)
        if self._rows >= ROWS_OF_A_GROUP:
            self.flush()

    def flush(self) -> None:
        """Write what there is as a group of its own."""
        if self._rows:
            self._writer.write(self._table_of(self._grid, self._keys, self._left))
        self._keys, self._left, self._rows = [], [], 0
