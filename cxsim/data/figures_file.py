"""Reading a file of business figures: TOML, or a table of two columns (figure, value)."""

import difflib
from collections.abc import Iterable
from pathlib import Path

from cxsim.data.errors import DataError
from cxsim.data.figures import ASKED, BY_KEY, Figures, Value, contradiction, understood
from cxsim.data.opening import open_table
from cxsim.scenario.toml_file import read_toml

_KNOWN = f"Figures known here: {', '.join(asked.key for asked in ASKED)}."


def read_figures(path: str | Path) -> Figures:
    """What a file says of a firm.

    Args:
        path: a TOML file with one key a figure, or a table (CSV, a workbook, Parquet) with the columns figure and value.

    Raises:
        DataError: naming file, line, figure, what was given and what is allowed.
        ScenarioError: if it is no TOML.
    """
    path = Path(path)
    path, rows = _of_toml(path) if path.suffix.lower() == ".toml" else _of_table(path)
    figures: dict[str, Value] = {}
    for key, given, line in rows:
        if key not in BY_KEY:
            near = difflib.get_close_matches(key, BY_KEY, n=1)
            raise DataError(
                path, f"there is no figure {key!r}.", f"Did you mean {near[0]!r}?" if near else _KNOWN, line
            )
        if key in figures:
            raise DataError(path, f"{key} is there twice.", "Give each figure once.", line)
        try:
            figures[key] = understood(BY_KEY[key], given)
        except ValueError as error:
            message, _, remedy = str(error).partition("\n    ")
            raise DataError(path, message, remedy, line) from None
    if not figures:
        raise DataError(path, "there is no figure in it.", _KNOWN)
    wrong = contradiction(figures)
    if wrong:
        message, _, remedy = wrong.partition(". ")
        raise DataError(path, f"{message}.", remedy)
    return figures


def _of_toml(path: Path) -> tuple[Path, Iterable[tuple[str, object, int | None]]]:
    file = read_toml(path)
    return path, [(key, value, file.lines.get((key,))) for key, value in file.values.items()]


def _of_table(path: Path) -> tuple[Path, Iterable[tuple[str, object, int | None]]]:
    table = open_table(path)
    if len(table.heading) != 2:
        given = ", ".join(table.heading)
        raise DataError(
            table.path,
            f"a file of figures has two columns; the heading is {given!r}.",
            "Put this above: figure,value",
            table.first_line - 1,
        )
    cells = table.whole({"figure": 0, "value": 1})
    rows = [(str(key).strip().lower(), str(value).strip(), int(line)) for line, key, value in cells.itertuples()]
    first = table.heading[0].strip().lower()
    if first in BY_KEY:  # no heading at all: the first line is a figure already
        rows.insert(0, (first, table.heading[1].strip(), table.first_line - 1))
    return table.path, [row for row in rows if row[1]]
