"""Reading a table of values by full key, as a study lives them: numbers, switches and words, written as in a scenario."""

import re
from pathlib import Path

import pandas as pd

from cxsim.data.cells import is_number
from cxsim.data.csv_file import MISSING, Table, first_of, open_table
from cxsim.data.errors import DataError

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
