"""A CSV file as text: what separates its columns, its heading, and its cells with the lines they stand in."""

import csv
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
import pandas as pd

from cxsim.calibration.data.encoding import encoding_of, opened
from cxsim.calibration.data.headings import Layout, recognised
from cxsim.calibration.data.problems import DataError

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_CELLS_AT_ONCE = 1_500_000  # about 100 MB of text in memory, however long or wide the file is
_LONGEST_HEADING = 1 << 16
_MORE_FIELDS = re.compile(r"Expected (\d+) fields in line (\d+), saw (\d+)")
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none"})  # in any case


@dataclass(frozen=True)
class Table:
    """A CSV file, opened: how it is written, and its cells on demand.

    Attributes:
        path: the file.
        sha256: fingerprint of its bytes.
        encoding: as Python names it.
        delimiter: what separates columns.
        heading: the cells of the first line that is not blank.
        first_line: the line after the heading, from 1.
        assumptions: how it is read, in words.
    """

    path: Path
    sha256: str
    encoding: str
    delimiter: str
    heading: tuple[str, ...]
    first_line: int
    assumptions: tuple[str, ...]

    def columns(self, layout: Layout) -> dict[str, int]:
        """Where the columns of a layout stand, by their canonical names.

        Raises:
            DataError: if one is missing or there are two of a kind.
        """
        return layout.find(self.path, self.heading, self.first_line - 1)

    def says(self, columns: dict[str, int]) -> list[str]:
        """Which columns go by another name, and which are not used, in words."""
        heading = self.heading
        renamed = [f"{heading[at]!r} is taken for {column}." for column, at in columns.items() if heading[at] != column]
        unused = [repr(name) for at, name in enumerate(heading) if at not in columns.values()]
        return [*renamed, f"Not used: {', '.join(unused)}."] if unused else renamed

    def chunks(self, columns: dict[str, int], *, headless: bool = False) -> Iterator[pd.DataFrame]:
        """The cells of some columns as text, in pieces; the index is the line in the file.

        A line break within quotes is not counted as a line.

        Args:
            columns: name of each column to be had, and its place.
            headless: True when the first line is data already.

        Raises:
            DataError: if a line has more fields than the heading, or a quote is never closed.
        """
        skipped = self.first_line - 1 - headless
        wide = len(self.heading)
        try:
            with (
                opened(self.path) as file,
                pd.read_csv(
                    file,
                    sep=self.delimiter,
                    header=None,
                    names=range(wide),
                    skiprows=skipped,
                    dtype=str,
                    na_filter=False,
                    skip_blank_lines=False,
                    skipinitialspace=True,
                    encoding=self.encoding,
                    chunksize=max(1, _CELLS_AT_ONCE // wide),
                ) as pieces,
            ):
                for piece in pieces:
                    if not isinstance(piece.index, pd.RangeIndex):  # pandas took extra fields for row names
                        raise self._too_many_fields(skipped + 1, wide + piece.index.nlevels)
                    part = piece[list(columns.values())].set_axis(list(columns), axis=1)
                    part.index = piece.index + skipped + 1
                    yield part
        except pd.errors.EmptyDataError:
            return
        except pd.errors.ParserError as error:
            if more := _MORE_FIELDS.search(str(error)):
                raise self._too_many_fields(int(more[2]), int(more[3])) from None
            raise DataError(
                self.path, f"cannot be read as a table ({error}).", "Look for a quote that is never closed."
            ) from None

    def whole(self, columns: dict[str, int], *, headless: bool = False) -> pd.DataFrame:
        """All cells of some columns, without lines that are blank in all of them; see `chunks`.

        Raises:
            DataError: also if no line is left.
        """
        pieces = [*self.chunks(columns, headless=headless)]
        cells = pd.concat(pieces) if pieces else pd.DataFrame(columns=list(columns), dtype=str)
        blank = np.all([cells[name].str.strip() == "" for name in cells], axis=0)
        if blank.all():
            raise no_rows(self.path)
        return pd.DataFrame(cells[~blank])

    def _too_many_fields(self, line: int, fields: int) -> DataError:
        return DataError(
            self.path,
            f"{fields} fields, but the heading has {len(self.heading)}.",
            f"Columns are separated by {_DELIMITERS[self.delimiter]}. Put a field that holds one into double quotes, "
            "for example an amount with a decimal comma.",
            line,
        )


def open_table(path: str | Path) -> Table:
    """Find out how a CSV file is written.

    Columns may be separated by commas, semicolons, tabs or bars; the heading decides. Text may be UTF-8, UTF-16 with
    its mark, or Windows-1252, packed with gzip or not.

    Raises:
        DataError: if the file cannot be opened, is empty or no text.
    """
    path = Path(path)
    encoding, in_words = encoding_of(path)
    line, heading_line = _first_line(path, encoding)
    rows = {delimiter: _cells(heading_line, delimiter) for delimiter in _DELIMITERS}
    delimiter = max(rows, key=lambda mark: (recognised(rows[mark]), len(rows[mark])))
    assumptions = [in_words]
    if len(rows[delimiter]) > 1:
        assumptions.append(f"Columns are separated by {_DELIMITERS[delimiter]}.")
    with path.open("rb") as raw:
        sha256 = hashlib.file_digest(raw, "sha256").hexdigest()
    return Table(path, sha256, encoding, delimiter, tuple(rows[delimiter]), line + 1, tuple(assumptions))


def first_of(which: "pd.Series[bool]") -> tuple[int, int]:
    """Place and line of the first row that is True."""
    place = int(which.to_numpy().argmax())
    return place, int(which.index.to_numpy()[place])


def no_rows(path: Path) -> DataError:
    """The refusal of a file without data."""
    return DataError(path, "has a heading but no rows.", "Check the filter of the export.")


def _first_line(path: Path, encoding: str) -> tuple[int, str]:
    """Number and text of the first line that is not blank."""
    with opened(path) as file, io.TextIOWrapper(file, encoding=encoding) as text:
        for number in count(1):
            line = text.readline(_LONGEST_HEADING)
            if line.strip():
                return number, line
            if not line:
                break
    raise DataError(path, "the file is empty.", "Check the export.")


def _cells(line: str, delimiter: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))]
