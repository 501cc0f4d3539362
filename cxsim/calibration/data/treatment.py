"""What was done with the rows of a file that are not simply kept."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Action = Literal["dropped", "merged", "kept"]


@dataclass(frozen=True)
class Treated:
    """Rows of one kind, and what became of them.

    Attributes:
        what: the kind, and the treatment, in words.
        action: dropped (they count for nothing but what is said), merged into another row, or kept.
        rows: how many.
        line: the first of them, from 1.
    """

    what: str
    action: Action
    rows: int
    line: int

    def __str__(self) -> str:
        return f"{self.rows:,} rows {self.action}: {self.what} (first in line {self.line})"


class Sorting:
    """Goes through the rows of a file; every row is dropped for one reason at most.

    Attributes:
        left: which rows are left, shape (rows,).
        treatment: what was done so far.
    """

    def __init__(self, left: NDArray[np.bool_], lines: NDArray[np.int32]) -> None:
        self.left = left
        self.treatment: list[Treated] = []
        self._lines = lines

    def drop(self, which: NDArray[np.bool_], what: str) -> int:
        """Drop the rows of a kind that are still left; says how many."""
        rows = self.note(which & self.left, "dropped", what)
        self.left &= ~which
        return rows

    def note(self, which: NDArray[np.bool_], action: Action, what: str) -> int:
        """Record what became of some rows; says how many they are."""
        rows = int(which.sum())
        if rows:
            self.treatment.append(Treated(what, action, rows, int(self._lines[np.argmax(which)])))
        return rows
