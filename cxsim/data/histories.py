"""What a repeat-buying model needs to know of each customer: how often, how recently, how long watched."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Histories:
    """Purchase histories of a cohort, one entry a customer, times in weeks.

    Attributes:
        repeats: x, repeat purchases (the first one not counted), shape (customers,).
        last: t_x, from the first purchase to the last one; 0 without repeats.
        age: T, from the first purchase to the end of the data.
    """

    repeats: Numbers
    last: Numbers
    age: Numbers

    def __post_init__(self) -> None:
        if not len(self.repeats) == len(self.last) == len(self.age):
            raise ValueError("repeats, last and age must be equally long")
        if np.any((self.repeats < 0) | (self.last < 0) | (self.last > self.age)):
            raise ValueError("each customer needs repeats of 0 or more and 0 <= last <= age")

    def __len__(self) -> int:
        return len(self.repeats)

    def distinct(self) -> tuple["Histories", Numbers]:
        """The different histories among these, and how many customers share each."""
        rows = np.column_stack([self.repeats, self.last, self.age])
        different, counts = np.unique(rows, axis=0, return_counts=True)
        return Histories(different[:, 0], different[:, 1], different[:, 2]), counts.astype(float)
