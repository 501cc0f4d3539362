"""A table in a Parquet file: its columns have kinds already, so that its cells become texts that can be read in one way."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cxsim.data.errors import DataError
from cxsim.data.table import CELLS_AT_ONCE, Table, fingerprint
from cxsim.data.workbook import text_of

_MOST_ROWS = 1 << 31  # rows are counted in 32 bits


@dataclass(frozen=True)
class ParquetTable(Table):
    """A Parquet file, opened; its first row of data is row 1."""

    def chunks(self, columns: dict[str, int], *, headless: bool = False) -> Iterator[pd.DataFrame]:
        """The cells of some columns as text, in pieces; the index is the row, from 1.

        Raises:
            DataError: if a column holds lists or records, or the file is damaged.
        """
        row = 1
        with _read(self.path) as file:
            names = [file.schema_arrow.names[place] for place in columns.values()]
            for name, place in zip(names, columns.values(), strict=True):
                kind = file.schema_arrow.field(place).type
                if kind.num_fields or "binary" in str(kind):
                    raise DataError(self.path, f"{name} holds {kind}, no single values.", "Write one value a cell.")
            for batch in file.iter_batches(max(1, CELLS_AT_ONCE // len(self.heading)), columns=names):
                texts = {column: _texts(batch.column(name)) for column, name in zip(columns, names, strict=True)}
                yield pd.DataFrame(texts, range(row, row + len(batch)), dtype=str)
                row += len(batch)


def open_parquet(path: Path) -> ParquetTable:
    """Find the columns of a Parquet file.

    Raises:
        DataError: if it is damaged, or pyarrow is not installed.
    """
    with _read(path) as file:
        heading, rows = tuple(file.schema_arrow.names), file.metadata.num_rows
    if rows >= _MOST_ROWS:
        raise DataError(path, f"{rows:,} rows are too many.", f"Allowed: fewer than {_MOST_ROWS:,}.")
    if len(set(heading)) < len(heading):
        raise DataError(path, "two columns have the same name.", "Give each column a name of its own.")
    said = "The file is Parquet: numbers and days are what its columns say; rows are counted from 1."
    return ParquetTable(path, fingerprint(path), tuple(name.strip() for name in heading), 1, (said,))


@contextmanager
def _read(path: Path) -> Iterator[Any]:
    """The file, as pyarrow reads it; whatever it objects to becomes a `DataError`."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise DataError(
            path, "reading Parquet needs the package pyarrow.", "Install it: pip install 'cxsim[parquet]'"
        ) from None
    try:
        with pq.ParquetFile(path) as file:
            yield file
    except (pa.ArrowException, OSError):
        raise DataError(path, "the Parquet file is damaged or cut short.", "Export it again.") from None


def _texts(column: Any) -> list[str]:
    return ["" if value is None or value != value else text_of(value)[0] for value in column.to_pylist()]
