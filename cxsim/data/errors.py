"""What is wrong with a data file, said so that the person who exported it can mend it."""

import re
from pathlib import Path

_IN_ROWS = re.compile(r"\.xls[xm]#|\.parquet$", re.IGNORECASE)  # a sheet of a workbook, by its name; a file of columns


class DataError(ValueError):
    """A file that cannot be read safely: where, what was given, and what to do about it.

    Attributes:
        path: the file, of a workbook with the sheet behind a #.
        line: its line or row, from 1; None when the whole file is meant.
        message: what is wrong.
        remedy: what to do about it.
    """

    def __init__(self, path: Path, message: str, remedy: str, line: int | None = None) -> None:
        self.path, self.line, self.message, self.remedy = path, line, message, remedy
        where = f"{path}, {line_word(path)} {line}" if line else str(path)
        super().__init__(f"{where}: {message}\n    {remedy}")


def line_word(path: Path) -> str:
    """What the lines of a file are called: rows where a spreadsheet numbers them."""
    return "row" if _IN_ROWS.search(path.name) else "line"
