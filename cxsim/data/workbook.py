"""A workbook (.xlsx) as openpyxl reads it, cell by cell, with what openpyxl passes over: hidden rows, formulas never calculated.

Its reader of single cells is used, and not its reader of sheets: that one believes the size that a sheet says it has,
leaves out rows beyond it, tells nothing of what is hidden or merged, and holds a row in memory however long.
"""

import mmap
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

from cxsim.data.errors import DataError

_OLD = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_STRICT, _BEGINNING = b"purl.oclc.org", 2000  # what the list of its sheets says in its first bytes
_SAVE_AS = "Open it in a spreadsheet program and save it as Excel workbook (.xlsx), or as CSV."
_AGAIN = "Open it in a spreadsheet program and save it again, or save the table as CSV."
_MOST_BYTES = {
    "worksheets/": 512 << 20,
    "sharedStrings": 100 << 20,
}  # of a part, unpacked; a million rows are about 200 MB
_MOST_OF_OTHERS = 50 << 20
_BOMB = 200  # times its size in the file; ordinary sheets 10 to 40
_NO_BOMB = 20 << 20
_MOST_ROWS = 1 << 20  # of a sheet, as every spreadsheet program has it
_MOST_TAGS = 1 << 19  # between the ends of two rows: a row has at most 16,384 cells
_UNTRUE = 1e15  # numbers beyond have more digits than spreadsheets keep


class Cell(NamedTuple):
    """A cell that holds something.

    Attributes:
        column: from 1.
        text: what it holds, as a CSV file would say it; real dates as 2024-12-31, numbers with a decimal point that
            cannot be taken for a separator of thousands.
        kind: "text", "number", "day" or "switch"; "error" and "formula" (never calculated) hold nothing.
    """

    column: int
    text: str
    kind: str


class SheetRow(NamedTuple):
    """A row that holds something; its number, from 1, its cells, and whether it is hidden."""

    number: int
    cells: tuple[Cell, ...]
    hidden: bool


@dataclass
class Beside:
    """What stands in a sheet beside its cells; known when all rows have been read.

    Attributes:
        merged: ranges of merged cells: first row, last row, first column, last column.
        hidden: ranges of hidden columns: first, last.
    """

    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: list[tuple[int, int]] = field(default_factory=list)


def address(row: int, column: int) -> str:
    """A cell as spreadsheets name it: B7."""
    letters = ""
    while column:
        column, place = divmod(column - 1, 26)
        letters = chr(ord("A") + place) + letters
    return f"{letters}{row}" if row else letters


class Workbook:
    """A workbook that is open.

    Attributes:
        path: its file.
        sheets: names of its sheets with cells, and whether each is hidden.
    """

    def __init__(self, path: Path, reader: Any) -> None:
        self.path, self._reader = path, reader
        found = [(sheet, rel.target) for sheet, rel in reader.parser.find_sheets() if rel.Type.endswith("/worksheet")]
        self.sheets = {str(sheet.name): sheet.state != "visible" for sheet, _ in found}
        self._parts = {str(sheet.name): part for sheet, part in found}
        styles = enumerate(reader.wb._cell_styles)
        self._percent = {place for place, style in styles if "%" in _format(reader.wb, style.numFmtId)}

    def rows(self, sheet: str, beside: Beside | None = None) -> Iterator[SheetRow]:
        """The rows of a sheet that hold anything, from the top; `beside` is filled when the last one was read.

        Raises:
            DataError: if the sheet is damaged, or larger than any spreadsheet.
        """
        with _said_plainly(self.path), self._reader.archive.open(self._parts[sheet]) as source:
            parser = _parser(_Bounded(source, self.path), self._reader)
            found = parser.parse()
            while rows := _quietly(found, 1000):
                for number, cells, hidden in rows:
                    if number > _MOST_ROWS:
                        raise _too_large(self.path)
                    full = tuple(self._cell(each) for each in cells if each["value"] is not None)
                    if full:
                        yield SheetRow(number, full, hidden)
            if beside is not None:
                for each in parser.merged_cells.mergeCell if parser.merged_cells else ():
                    beside.merged.append((each.min_row, each.max_row, each.min_col, each.max_col))
                beside.hidden += parser.hidden_columns

    def _cell(self, cell: dict[str, Any]) -> Cell:
        kind, value = cell["data_type"], cell["value"]
        if kind in ("error", "formula"):
            return Cell(cell["column"], str(value), kind)
        return Cell(cell["column"], *text_of(value, cell["style_id"] in self._percent))


@contextmanager
def open_workbook(path: Path) -> Iterator[Workbook]:
    """Open a workbook, if it is one and of a size that can be.

    Raises:
        DataError: saying what the file is instead, or that openpyxl is not installed.
    """
    _refuse_what_is_no_workbook(path)
    try:
        from openpyxl.reader.excel import ExcelReader, apply_stylesheet
    except ImportError:
        raise DataError(
            path, "reading a workbook needs the package openpyxl.", "Install it: pip install 'cxsim[xlsx]'"
        ) from None
    with path.open("rb") as raw:
        with _said_plainly(path), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = ExcelReader(raw, read_only=True, data_only=True, keep_links=False)
            reader.read_manifest()
            reader.read_strings()
            reader.read_workbook()
            apply_stylesheet(reader.archive, reader.wb)
            workbook = Workbook(path, reader)
        with reader.archive:
            yield workbook


def _refuse_what_is_no_workbook(path: Path) -> None:
    with path.open("rb") as raw:
        if raw.read(4) == _OLD:
            with mmap.mmap(raw.fileno(), 0, access=mmap.ACCESS_READ) as whole:
                if whole.find(_ENCRYPTED) >= 0:
                    raise DataError(path, "the workbook is protected by a password.", "Save it without a password.")
            raise DataError(path, "this is a workbook of the old kind (.xls), or another old Office file.", _SAVE_AS)
    with _said_plainly(path), zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        sheets = next((part for part in parts if part.filename.endswith("workbook.xml")), None)
        strict = sheets is not None and _STRICT in archive.open(sheets).read(_BEGINNING)
    names = {part.filename for part in parts}
    if any(name.endswith("workbook.bin") for name in names):
        raise DataError(path, "this is a binary workbook (.xlsb).", _SAVE_AS)
    if "[Content_Types].xml" not in names and "content.xml" in names:
        raise DataError(path, "this is an OpenDocument file (.ods).", _SAVE_AS)
    if "[Content_Types].xml" not in names or not any("worksheets/" in name for name in names):
        raise DataError(path, "this is a zip archive but no workbook.", "Unpack it, or name the table itself.")
    if strict:
        raise DataError(path, "this is a workbook of the kind Strict Open XML.", _SAVE_AS)
    for part in parts:
        most = next((most for name, most in _MOST_BYTES.items() if name in part.filename), _MOST_OF_OTHERS)
        inflated = part.file_size > max(_NO_BOMB, _BOMB * part.compress_size)
        if part.filename.endswith((".xml", ".rels")) and (part.file_size > most or inflated):
            raise _too_large(path)


def _too_large(path: Path) -> DataError:
    message = "the workbook is larger inside than any table of customers."
    return DataError(path, message, "Delete empty rows and columns and what is no data, or save the table as CSV.")


@contextmanager
def _said_plainly(path: Path) -> Iterator[None]:
    """Whatever a file that is no proper workbook makes of zipfile, the XML reader or openpyxl becomes a `DataError`."""
    try:
        yield
    except DataError:
        raise
    except Exception:
        raise DataError(path, "is damaged: it cannot be read as a workbook.", _AGAIN) from None


class _Bounded:
    """The text of a sheet on its way to the XML reader, refused where a single row would fill the memory."""

    def __init__(self, source: IO[bytes], path: Path) -> None:
        self._source, self._path, self._tags = source, path, 0

    def read(self, size: int = -1) -> bytes:
        block = self._source.read(size)
        end = block.rfind(b"row>")
        self._tags = block.count(b"<", end) if end >= 0 else self._tags + block.count(b"<")
        if self._tags > _MOST_TAGS:
            raise _too_large(self._path)
        return block


def _quietly(rows: Iterator[Any], count: int) -> list[Any]:
    """The next rows, without openpyxl's warnings about what it does not use."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return list(islice(rows, count))


def _parser(source: _Bounded, reader: Any) -> Any:
    """Reads a sheet from the top: number, cells and hiddenness of its rows, then hidden columns and merged cells."""
    from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser

    class Parser(WorkSheetParser):  # type: ignore[misc]
        hidden_columns: list[tuple[int, int]] = []

        def parse_row(self, row: Any) -> tuple[int, list[dict[str, Any]], bool]:
            number, cells = super().parse_row(row)
            self.row_dimensions.clear()  # formats of rows, which would only fill memory
            return number, cells, row.get("hidden") in ("1", "true")

        def parse_cell(self, element: Any) -> dict[str, Any]:
            cell: dict[str, Any] = super().parse_cell(element)
            computed = element.find(FORMULA_TAG) is not None
            if cell["data_type"] == "e":
                cell |= {"data_type": "error", "value": element.findtext(VALUE_TAG) or cell["value"] or "#"}
            elif computed and cell["value"] is None and element.get("t") != "str":  # that is an empty text
                cell |= {"data_type": "formula", "value": "="}
            return cell

        def parse_column_dimensions(self, col: Any) -> None:
            if col.get("hidden") in ("1", "true"):
                self.hidden_columns = [*self.hidden_columns, (int(col.get("min")), int(col.get("max")))]

        def _passed_over(self, element: Any) -> None:
            """What a sheet holds beside cells, and nothing is made of."""

        parse_formatting = parse_sheet_protection = parse_extensions = parse_legacy = _passed_over
        parse_row_breaks = parse_col_breaks = parse_custom_views = _passed_over

    book = reader.wb
    return Parser(source, reader.shared_strings, True, book.epoch, book._date_formats, book._timedelta_formats)


def _format(book: Any, number: int) -> str:
    """How numbers of a style are shown, without what is shown as it stands."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE

    own = number - BUILTIN_FORMATS_MAX_SIZE
    shown = BUILTIN_FORMATS.get(number, "") if own < 0 else str(book._number_formats[own])
    return "".join(part for place, part in enumerate(shown.split('"')) if not place % 2)


def text_of(value: object, percent: bool = False) -> tuple[str, str]:
    """A value as a CSV file would say it, and its kind; a share that is shown in percent says so."""
    if isinstance(value, bool):
        return str(value).upper(), "switch"
    if isinstance(value, int | float | Decimal):
        return _digits(value, percent), "number"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" "), "day"
    if isinstance(value, date):
        return value.isoformat(), "day"
    return str(value), "text"


def _digits(value: float | Decimal, percent: bool) -> str:
    """A number with a decimal point; never three decimals alone, which could be a separator of thousands."""
    if isinstance(value, int) and not percent:
        return str(value)
    exact = Decimal(str(value)) * (100 if percent else 1)
    if exact == exact.to_integral_value() and abs(exact) < _UNTRUE:
        return f"{exact:.0f}" + "%" * percent
    mantissa, e, power = str(exact if percent else value).lower().partition("e")
    whole, point, decimals = mantissa.partition(".")
    return whole + point + decimals + "0" * (len(decimals) == 3) + e + power + "%" * percent
