"""What is wrong with a data file, said so that the person who exported it can mend it."""

from pathlib import Path


class DataError(ValueError):
    """A file that cannot be read safely: where, what was given, and what to do about it.

    Attributes:
        path: the file.
        line: its line, from 1; None when the whole file is meant.
    """

    def __init__(self, path: Path, message: str, remedy: str, line: int | None = None) -> None:
        self.path = path
        self.line = line
        where = f"{path}, line {line}" if line else str(path)
        super().__init__(f"{where}: {message}\n    {remedy}")
