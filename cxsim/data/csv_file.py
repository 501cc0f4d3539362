"""A table from a file, as text: its encoding, its delimiter, its headings and its cells, with the line each stands in."""

import csv
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import pandas as pd

from cxsim.data.cells import MISSING, is_number
from cxsim.data.errors import DataError

# Capitals, spaces, hyphens and underscores do not matter: "Customer ID" is customer_id.
ALSO_CALLED: dict[str, tuple[str, ...]] = {
    "customer_id": ("customer", "id"),
    "date": ("order_date",),
    "amount": ("value", "revenue"),
    "frequency": ("x",),
    "recency": ("t_x",),
    "T": (),
    "monetary_value": ("zbar",),
    "period": ("year", "quarter", "month", "week"),
    "score": ("nps", "csat"),
    "count": ("answers", "responses", "anzahl", "antworten", "n"),
}


@dataclass(frozen=True)
class FileKind:
    """One kind of file: what it is called, which columns it needs, which it may have."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    def __str__(self) -> str:
        optional = "".join(f"[,{column}]" for column in self.optional)
        return f"{self.name}: {','.join(self.required)}{optional}"

    def fits(self, heading: Sequence[str]) -> bool:
        """Whether every required column is there."""
        return all(_places(column, heading) for column in self.required)

    def find(self, path: Path, heading: Sequence[str], line: int) -> dict[str, int]:
        """Where each column stands, by its canonical name; the canonical name goes before others.

        Raises:
            DataError: if a required column is missing, or two columns could be meant.
        """
        places = {}
        for column in (*self.required, *self.optional):
            found = _places(column, heading)
            if len(found) > 1:
                names = " and ".join(repr(heading[place]) for place in found)
                raise DataError(path, f"{names} could both be {column}.", f"Call the right one {column!r}.", line)
            if found:
                places[column] = found[0]
            elif column in self.required:
                raise self._missing(path, column, heading, line)
        return places

    def _missing(self, path: Path, column: str, heading: Sequence[str], line: int) -> DataError:
        given = ", ".join(heading)
        if not recognised(heading):
            message = f"no heading is recognised in {given!r}."
            if any(character.isdigit() for character in given):
                message = f"the first line holds data, not a heading: {given!r}."
            return DataError(path, message, f"Put this heading above the data: {','.join(self.required)}", line)
        other = ", ".join(ALSO_CALLED[column])
        allowed = f"{column} (or: {other})" if other else column
        return DataError(path, f"no column {column}; the heading is {given!r}.", f"Call the column {allowed}.", line)


PURCHASES = FileKind("a list of purchases", ("customer_id", "date"), ("amount",))
RFM = FileKind("a table of customers", ("customer_id", "frequency", "recency", "T"), ("monetary_value",))
RETENTION = FileKind("a retention table", ("period",))  # and one column a cohort, whatever it is called
SCORES = FileKind("survey answers", ("score",), ("count",))


def recognised(heading: Sequence[str]) -> int:
    """How many of some headings are known in any layout."""
    known = {_plain(name) for column, others in ALSO_CALLED.items() for name in (column, *others)}
    return sum(_plain(name) in known for name in heading)


def _places(column: str, heading: Sequence[str]) -> list[int]:
    plain = [_plain(name) for name in heading]
    canonical = [place for place, name in enumerate(plain) if name == _plain(column)]
    others = {_plain(name) for name in ALSO_CALLED[column]}
    return canonical or [place for place, name in enumerate(plain) if name in others]


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).lower()


_BLOCK = 1 << 20
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1")  # xlsx or zip, xls, Parquet
_GZIP = b"\x1f\x8b"
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SAVE_AS = "Save it as CSV with encoding UTF-8."


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked when it is gzip; what the disk or gzip objects to becomes a `DataError`."""
    if path.is_dir():
        raise DataError(path, "this is a folder, not a file.", "Name one CSV file in it.")
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == _GZIP
            raw.seek(0)
            yield cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if packed else raw
    except FileNotFoundError:
        raise DataError(path, "there is no such file.", "Check the name and the folder.") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise DataError(path, "the gzip file is damaged or cut short.", "Export it again, or unpack it.") from None
    except OSError as error:
        raise DataError(
            path, f"cannot be read: {error.strerror or error}.", "Check that the file may be read."
        ) from None


def encoding_of(path: Path) -> tuple[str, str]:
    """Which encoding a text file is in, as Python names it, and in words.

    A byte order mark decides; without one, UTF-8 when every byte allows it, else Windows-1252.

    Raises:
        DataError: when it is no text, or in neither encoding.
    """
    with opened(path) as file:
        start = file.read(4)
    if start in _WORKBOOKS:
        raise DataError(path, "this is a workbook, an archive or a Parquet file, not text.", _SAVE_AS)
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            if not _is_text(path, encoding):
                raise DataError(path, f"begins as {encoding.upper()} but does not go on so.", _SAVE_AS)
            return encoding, f"Text is {'UTF-16' if encoding == 'utf-16' else 'UTF-8'}, as the file's mark says."
    if _is_text(path, "utf-8"):
        return "utf-8", "Text is UTF-8."
    if _is_text(path, "cp1252"):
        return "cp1252", "Text is not UTF-8; it is read as Windows-1252 (Western European)."
    raise DataError(path, "the text is neither UTF-8 nor Windows-1252.", _SAVE_AS)


def _is_text(path: Path, encoding: str) -> bool:
    with opened(path) as file, io.TextIOWrapper(file, encoding=encoding) as text:
        try:
            while block := text.read(_BLOCK):
                if "\0" in block:
                    raise DataError(path, "holds zero bytes, so it is no text, or UTF-16 without a mark.", _SAVE_AS)
        except UnicodeError:
            return False
    return True


_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SEP = re.compile(r'"?sep=([,;|]|\t|\\t)"?', re.IGNORECASE)  # what Excel writes above a heading
_CELLS_AT_ONCE = 1_500_000  # about 100 MB of text in memory, however long or wide the file is
_LONGEST_HEADING = 1 << 16
_MORE_FIELDS = re.compile(r"Expected (\d+) fields in line (\d+), saw (\d+)")
_OPEN_QUOTE = re.compile(r"EOF inside string starting at row (\d+)")


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

    def columns(self, layout: FileKind) -> dict[str, int]:
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
            begun = _OPEN_QUOTE.search(str(error))
            line = skipped + int(begun[1]) + 1 if begun else None
            raise DataError(
                self.path, "cannot be read as a table.", "Look for a quote that is never closed.", line
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

    Columns may be separated by commas, semicolons, tabs or bars; the heading decides, or a line `sep=;` above it. Text may be UTF-8, UTF-16 with
    its mark, or Windows-1252, packed with gzip or not.

    Raises:
        DataError: if the file cannot be opened, is empty or no text.
    """
    path = Path(path)
    encoding, in_words = encoding_of(path)
    line, heading_line = _first_line(path, encoding)
    assumptions = [in_words]
    marks = [*_DELIMITERS]
    if said := _SEP.fullmatch(heading_line.strip()):
        line, heading_line = _first_line(path, encoding, after=line)
        assumptions.append(f"The line {said[0]!r} above the heading is skipped; it tells spreadsheets the delimiter.")
        marks = [said[1].replace("\\t", "\t")]
    rows = {delimiter: _cells(heading_line, delimiter) for delimiter in marks}
    delimiter = max(rows, key=lambda mark: (recognised(rows[mark]), len(rows[mark])))
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


def _first_line(path: Path, encoding: str, after: int = 0) -> tuple[int, str]:
    """Number and text of the first line that is not blank, of those after a line."""
    with opened(path) as file, io.TextIOWrapper(file, encoding=encoding) as text:
        for number in count(1):
            line = text.readline(_LONGEST_HEADING)
            if line.strip() and number > after:
                return number, line
            if not line:
                break
    raise DataError(path, "the file is empty.", "Check the export.")


def _cells(line: str, delimiter: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))]


# ---- a table of values by full key, as a study lives them: numbers, switches and words, written as in a scenario -------

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_SWITCHES = {"true": True, "false": False}
_AS_IN_A_SCENARIO = "Write numbers as in a scenario: 1.5, without separators of thousands, and true or false."


def read_plain_table(path: Path) -> pd.DataFrame:
    """Read a table in which every cell holds a value and every column values of one kind.

    Args:
        path: CSV with a heading; see `open_table` for how it may be written. Decimals have a point.

    Returns:
        Columns by heading, in the order of the file: whole numbers, floats, booleans or text.

    Raises:
        DataError: naming the line of a cell that is empty or of another kind than the others of its column.
    """
    table = open_table(path)
    heading = table.heading
    if "" in heading or len(set(heading)) < len(heading):
        given = ", ".join(heading)
        raise DataError(path, f"every column needs a heading of its own; given: {given!r}.", _AS_IN_A_SCENARIO, 1)
    cells = table.whole({name: place for place, name in enumerate(heading)})
    return pd.DataFrame({name: _values(table, cells[name].str.strip()) for name in heading}).reset_index(drop=True)


def _values(
    table: Table, texts: "pd.Series[str]"
) -> "pd.Series[int] | pd.Series[float] | pd.Series[bool] | pd.Series[str]":
    missing = texts.str.lower().isin(MISSING)
    if missing.any():
        raise DataError(table.path, f"{texts.name} is empty.", "Every cell needs a value.", first_of(missing)[1])
    numbers = texts.str.fullmatch(_NUMBER)
    if numbers.all():
        whole = bool(texts.str.fullmatch(_WHOLE).all())
        return texts.map(int) if whole else texts.map(float)
    odd = ~numbers & (texts.map(is_number) | bool(numbers.any()))
    if odd.any():
        place, line = first_of(odd)
        raise DataError(table.path, f"{texts.name} is {texts.iloc[place]!r}, no plain number.", _AS_IN_A_SCENARIO, line)
    switches = texts.str.lower().isin([*_SWITCHES])
    return texts.str.lower().map(_SWITCHES) if switches.all() else texts
