"""Opening a table, whatever file it is in: text, a sheet of a workbook, or Parquet."""

import re
from pathlib import Path

import pandas as pd

from cxsim.data.cells import MISSING, is_number
from cxsim.data.csv_file import open_csv, opened
from cxsim.data.errors import DataError
from cxsim.data.table import Table, first_of

_OFFICE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # a zip, as .xlsx is one; what .xls and all encrypted ones are
_PARQUET = b"PAR1"
_SHEET = re.compile(r"(.+?\.xls[xm]?)#(.*)", re.IGNORECASE)


def open_table(path: str | Path) -> Table:
    """Find out how a table is written, by what is in its file.

    Args:
        path: CSV, see `open_csv`; a workbook, `sales.xlsx` if one sheet of it holds anything, else `sales.xlsx#January`,
            see `open_sheet`; or Parquet.

    Raises:
        DataError: if the file cannot be opened, is empty or no table.
    """
    path = Path(path)
    named = None if path.exists() else _SHEET.fullmatch(str(path))
    file, sheet = (Path(named[1]), named[2]) if named else (path, None)
    with opened(file) as content:
        start = content.read(4)
    if start in _OFFICE:
        from cxsim.data.spreadsheet import open_sheet

        return open_sheet(file, sheet)
    if start == _PARQUET:
        from cxsim.data.parquet_file import open_parquet

        return open_parquet(file)
    if sheet is not None:
        raise DataError(file, "this is no workbook, so it has no sheets.", f"Leave out what follows the #: {file.name}")
    return open_csv(file)


# ---- a table of values by full key, as a study lives them: numbers, switches and words, written as in a scenario -------

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_WHOLE = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_SWITCHES = {"true": True, "false": False}
_AS_IN_A_SCENARIO = "Write numbers as in a scenario: 1.5, without separators of thousands, and true or false."


def read_plain_table(path: Path) -> pd.DataFrame:
    """Read a table in which every cell holds a value and every column values of one kind.

    Args:
        path: a table with a heading, see `open_table`. Decimals have a point.

    Returns:
        Columns by heading, in the order of the file: whole numbers, floats, booleans or text.

    Raises:
        DataError: naming the line of a cell that is empty or of another kind than the others of its column.
    """
    table = open_table(path)
    heading = table.heading
    if "" in heading or len(set(heading)) < len(heading):
        given = ", ".join(heading)
        message = f"every column needs a heading of its own; given: {given!r}."
        raise DataError(table.path, message, _AS_IN_A_SCENARIO, table.first_line - 1)
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
