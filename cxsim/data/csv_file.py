"""A CSV file: its encoding, its delimiter, its headings and its cells, with the line each stands in."""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO, cast

import pandas as pd

from cxsim.data.errors import DataError
from cxsim.data.table import CELLS_AT_ONCE, Table, fingerprint, recognised

_BLOCK = 1 << 20
_GZIP = b"\x1f\x8b"
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SAVE_AS = "Save it as CSV with encoding UTF-8."


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked when it is gzip; what the disk or gzip objects to becomes a `DataError`."""
    if path.is_dir():
        raise DataError(path, "this is a folder, not a file.", "Name one file in it.")
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
_LONGEST_HEADING = 1 << 16
_MORE_FIELDS = re.compile(r"Expected (\d+) fields in line (\d+), saw (\d+)")
_OPEN_QUOTE = re.compile(r"EOF inside string starting at row (\d+)")


@dataclass(frozen=True)
class CsvTable(Table):
    """A CSV file, opened: how it is written, and its cells on demand.

    Attributes:
        encoding: as Python names it.
        delimiter: what separates columns.
    """

    encoding: str
    delimiter: str

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
                    chunksize=max(1, CELLS_AT_ONCE // wide),
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

    def _too_many_fields(self, line: int, fields: int) -> DataError:
        return DataError(
            self.path,
            f"{fields} fields, but the heading has {len(self.heading)}.",
            f"Columns are separated by {_DELIMITERS[self.delimiter]}. Put a field that holds one into double quotes, "
            "for example an amount with a decimal comma.",
            line,
        )


def open_csv(path: Path) -> CsvTable:
    """Find out how a CSV file is written.

    Columns may be separated by commas, semicolons, tabs or bars; the heading decides, or a line `sep=;` above it. Text may be UTF-8, UTF-16 with
    its mark, or Windows-1252, packed with gzip or not.

    Raises:
        DataError: if the file cannot be opened, is empty or no text.
    """
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
    return CsvTable(path, fingerprint(path), tuple(rows[delimiter]), line + 1, tuple(assumptions), encoding, delimiter)


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
