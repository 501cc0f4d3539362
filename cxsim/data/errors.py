"""What is wrong with a data file, said so that the person who exported it can mend it."""

from pathlib import Path


class DataError(ValueError):
    """A file that cannot be read safely: where, what was given, and what to do about it.

    Attributes:
        path: the file.
        line: its line, from 1; None when the whole file is meant.
        message: what is wrong.
        remedy: what to do about it.
    """

    def __init__(self, path: Path, message: str, remedy: str, line: int | None = None) -> None:
        self.path, self.line, self.message, self.remedy = path, line, message, remedy
        where = f"{path}, line {line}" if line else str(path)
        super().__init__(f"{where}: {message}\n    {remedy}")
