"""A table in a sheet of a workbook (.xlsx): read as CSV would be, or refused where a CSV file would hide something.

What a spreadsheet shows and what is in it are not the same. Refused, with the cell: a formula that was never calculated,
an error such as #N/A, merged cells, hidden rows and columns with data, something beside the table, numbers of more
digits than spreadsheets keep, and texts that look like dates or numbers among real ones, which could be read in two ways.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pandas as pd

from cxsim.data.cells import is_doubtful, is_number
from cxsim.data.errors import DataError
from cxsim.data.table import CELLS_AT_ONCE, Table, fingerprint
from cxsim.data.workbook import Beside, Cell, SheetRow, Workbook, address, open_workbook

_MOST_NAMED = 20  # sheets in a message
_MOST_TITLES = 10  # rows above a heading
_DAY_LAST = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}\b.*", re.ASCII)  # or the month
_MANY_DIGITS = re.compile(r"-?[1-9]\d{15,}(?:[.].*)?|.*e\+?\d\d+", re.ASCII)
_SHOW = "Show all rows (clear the filter), or copy the rows that count to a sheet of their own."
_NO_VALUE = {
    "error": ("{at} holds the error {text}.", "Correct it, or empty the cell."),
    "formula": (
        "{at} holds a formula that was never calculated.",
        "Open the workbook in a spreadsheet program and save it; it then holds the values too.",
    ),
    "digits": (
        "{at} is a number of more digits than spreadsheets keep.",
        "Ids have to be text where they come from; here digits are lost.",
    ),
}
_DOUBT = {
    "day": "day and month of the real ones may have been exchanged when the file was opened",
    "number": "what the comma or point of the text means cannot be told",
}


@dataclass(frozen=True)
class SheetTable(Table):
    """A sheet of a workbook, opened.

    Attributes:
        file: the workbook.
        sheet: the name of the sheet.
        left: the column in which the table begins, from 1.
    """

    file: Path
    sheet: str
    left: int

    def chunks(self, columns: dict[str, int], *, headless: bool = False) -> Iterator[pd.DataFrame]:
        """The cells of some columns as text, in pieces; the index is the row as the spreadsheet numbers it.

        Raises:
            DataError: if a cell of these columns cannot be read safely, or something stands beside the table.
        """
        beside, watch = Beside(), _Watch(self, columns)
        places = [self.left + place for place in columns.values()]
        with open_workbook(self.file) as book:
            rows = book.rows(self.sheet, beside)
            below = (row for row in rows if row.number >= self.first_line - headless)
            while piece := list(islice(below, max(1, CELLS_AT_ONCE // len(self.heading)))):
                texts = []
                for row in piece:
                    watch.see(row)
                    held = {cell.column: cell.text for cell in row.cells}
                    texts.append([held.get(place, "") for place in places])
                yield pd.DataFrame(texts, [row.number for row in piece], list(columns), dtype=str)
        watch.see_beside(beside)


class _Watch:
    """Refuses what is not safe in the columns that are used, row by row.

    Args:
        table: the table.
        columns: name and place of those used.
    """

    def __init__(self, table: SheetTable, columns: dict[str, int]) -> None:
        self._path, self._heading = table.path, table.first_line - 1
        self._names = {table.left + place: name for name, place in columns.items()}
        self._within = range(table.left, table.left + len(table.heading))
        self._first: dict[tuple[int, str], tuple[int, Cell]] = {}  # row and cell, by column (0: any) and what it is

    def see(self, row: SheetRow) -> None:
        """Look at the next row."""
        if row.hidden and any(cell.column in self._names for cell in row.cells):
            raise self._refused(row.number, "this row is hidden, so it is not clear whether it counts.", _SHOW)
        for cell in row.cells:
            if cell.column in self._names:
                self._see_cell(row.number, cell)
            elif cell.column not in self._within and cell.text.strip():
                said = f"{address(row.number, cell.column)} holds {cell.text[:40]!r}, outside the columns that have a heading."
                raise self._refused(
                    row.number, said, "Give its column a heading, delete it, or move it to another sheet."
                )

    def _see_cell(self, row: int, cell: Cell) -> None:
        kind = _kind(cell)
        if kind in _NO_VALUE:
            message, remedy = _NO_VALUE[kind]
            raise self._refused(row, message.format(at=address(row, cell.column), text=cell.text), remedy)
        where = cell.column if kind in ("day", "text day") else 0  # how decimals are written holds for a whole table
        if kind is None or (where, kind) in self._first:
            return
        self._first[where, kind] = row, cell
        real = kind.removeprefix("text ")
        if {(where, real), (where, f"text {real}")} <= self._first.keys():
            raise self._two_kinds(self._first[where, f"text {real}"], self._first[where, real], real)

    def _two_kinds(self, text: tuple[int, Cell], real: tuple[int, Cell], kind: str) -> DataError:
        """A spreadsheet that takes 3/4 for the fourth of March leaves 13/4 a text: both in one column are a warning."""
        (row, cell), (other_row, other) = text, real
        at, other_at = address(row, cell.column), address(other_row, other.column)
        message = f"{at} is the text {cell.text!r}, while {other_at} is a real {kind}, {other.text}: {_DOUBT[kind]}."
        return self._refused(row, message, f"Check them, and turn all into real {kind}s.")

    def see_beside(self, beside: Beside) -> None:
        """Look at what is told after the last row: merged cells, hidden columns."""
        for first, last, left, right in beside.merged:
            if last >= self._heading and any(left <= column <= right for column in self._names):
                area = f"{address(first, left)}:{address(last, right)}"
                raise self._refused(
                    max(first, self._heading), f"the cells {area} are merged.", "Unmerge them, and fill in every cell."
                )
        for column, name in self._names.items():
            if any(left <= column <= right for left, right in beside.hidden):
                message = f"the column {name!r} ({address(0, column)}) is hidden."
                raise self._refused(self._heading, message, "Show it, or delete it.")

    def _refused(self, row: int, message: str, remedy: str) -> DataError:
        return DataError(self._path, message, remedy, row)


def _kind(cell: Cell) -> str | None:
    """What has to be known of a cell: that it has no value, or can be read in a way that others of its kind decide."""
    if cell.kind == "number":
        return "digits" if _MANY_DIGITS.fullmatch(cell.text) else "number" if "." in cell.text else None
    if cell.kind == "text":
        text = cell.text.strip()
        return "text day" if _DAY_LAST.fullmatch(text) else "text number" if is_doubtful(text) else None
    return cell.kind


def open_sheet(path: Path, sheet: str | None) -> SheetTable:
    """Find the table in a sheet.

    Its heading is the first row that holds anything; rows of one text above a row of several are a title.

    Args:
        path: the workbook.
        sheet: its name; None takes the only one that holds anything.

    Raises:
        DataError: if there are several or none, or the file is no workbook.
    """
    with open_workbook(path) as book:
        sheet = _sheet(book, sheet)
        place = path.with_name(f"{path.name}#{sheet}")
        titles, heading = _heading(book.rows(sheet), place)
    left, right = heading.cells[0].column, heading.cells[-1].column
    held = {cell.column: cell.text.strip() for cell in heading.cells}
    names = tuple(held.get(column, "") for column in range(left, right + 1))
    assumptions = [f"The sheet {sheet!r} is read; its heading is row {heading.number}."]
    if titles:
        said = "; ".join(repr(row.cells[0].text.strip()[:60]) for row in titles)
        assumptions.append(f"What stands above the heading is a title: {said}.")
    return SheetTable(place, fingerprint(path), names, heading.number + 1, tuple(assumptions), path, sheet, left)


def _sheet(book: Workbook, wanted: str | None) -> str:
    """The sheet to read, by its name in any case, or the only one that holds anything."""
    if wanted is not None:
        found = [name for name in book.sheets if name == wanted] or [
            name for name in book.sheets if name.casefold() == wanted.strip().casefold()
        ]
        if not found:
            raise DataError(
                book.path, f"there is no sheet {wanted!r}.", f"Its sheets: {_listed(book, [*book.sheets])}."
            )
        return found[0]
    full = [name for name in book.sheets if next(book.rows(name), None)]
    if not full:
        raise DataError(book.path, "no sheet of the workbook holds anything.", "Check the export.")
    if len(full) > 1:
        raise DataError(
            book.path,
            f"{len(full)} sheets hold something, and which one is meant is not guessed: {_listed(book, full)}.",
            f"Name one behind the file: '{book.path}#{full[0]}'",
        )
    return full[0]


def _listed(book: Workbook, names: list[str]) -> str:
    listed = [f"{name!r}{' (hidden)' * book.sheets[name]}" for name in names[:_MOST_NAMED]]
    return ", ".join([*listed, *([f"and {len(names) - _MOST_NAMED} more"] if len(names) > _MOST_NAMED else [])])


def _heading(rows: Iterator[SheetRow], path: Path) -> tuple[list[SheetRow], SheetRow]:
    """The rows of the title, and the heading.

    Raises:
        DataError: if there is nothing.
    """
    titles: list[SheetRow] = []
    for row in rows:
        texts = all(cell.kind == "text" and not is_number(cell.text) for cell in row.cells)
        if len(row.cells) > 1 and texts:
            return titles, row
        titles.append(row)
        if not texts or len(titles) > _MOST_TITLES:
            break
    if titles:
        return [], titles[0]
    raise DataError(path, "the sheet is empty.", "Check the name of the sheet.")
