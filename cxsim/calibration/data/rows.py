"""The rows of a purchase list, however many, held in little memory: every text once, every row a few numbers."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.calibration.data.days import day_texts
from cxsim.calibration.data.numbers import Numbers, first_places
from cxsim.calibration.data.problems import DataError
from cxsim.calibration.data.readings import Seen
from cxsim.calibration.data.table import MISSING, Table, no_rows

_ROUNDED_BY_A_SPREADSHEET = re.compile(r"\d[.,]\d+E\+\d+")
_MOST_UNREADABLE = 0.1
_TIMES = "Times of day are cut off; the day counts as it is written, whatever the time zone."


@dataclass
class _Texts:
    """Different texts, numbered in the order in which they come."""

    tidy: Callable[["pd.Series[str]"], "pd.Series[str]"]
    number: dict[str, int] = field(default_factory=dict)

    def add(self, cells: "pd.Series[str]") -> NDArray[np.int32]:
        """The number of each cell's text."""
        codes, texts = pd.factorize(cells)
        number = self.number
        numbers = [number.setdefault(text, len(number)) for text in self.tidy(pd.Series(texts, dtype=str)).tolist()]
        return np.array(numbers, dtype=np.int32)[codes]


@dataclass(frozen=True)
class Rows:
    """All rows that are not blank, in the order of the file; arrays of shape (rows,).

    Attributes:
        lines: where each stands.
        customer: index into `ids`.
        ids: the different ids; "" is none.
        day: index into `days`.
        days: the different days as written, without time of day; "" is none.
        amount: nan where none can be read; None without the column.
        assumptions: how times and amounts are read, in words.
    """

    lines: NDArray[np.int32]
    customer: NDArray[np.int32]
    ids: list[str]
    day: NDArray[np.int32]
    days: list[str]
    amount: NDArray[np.float64] | None
    assumptions: list[str]

    def first_line(self, which: NDArray[np.bool_]) -> int:
        """The line of the first of some rows."""
        return int(self.lines[np.argmax(which)])

    def days_seen(self) -> list[Seen]:
        """Each different day as written, with the first line it stands in."""
        lines = self.lines[first_places(self.day)].tolist()
        return [Seen(text, line) for text, line in zip(self.days, lines, strict=True)]


def collect(table: Table, columns: dict[str, int]) -> Rows:
    """Read all rows of a purchase list.

    Raises:
        DataError: if there are none, ids were rounded, or amounts are no numbers or written in two ways.
    """
    ids, days, amounts = _Texts(_tidy_ids), _Texts(day_texts), Numbers("amount")
    with_times = False
    parts: list[tuple[NDArray[np.int32], ...]] = []
    for piece in table.chunks(columns):
        piece = piece[(piece != "").any(axis=1)]
        lines = piece.index.to_numpy(np.int32)
        parts.append((lines, ids.add(piece["customer_id"]), days.add(piece["date"])))
        with_times = with_times or bool(piece["date"].str.contains(":", regex=False).any())
        if "amount" in columns:
            amounts.add(piece["amount"])
    if not sum(len(part[0]) for part in parts):
        raise no_rows(table.path)
    lines, customer, day = (np.concatenate(column) for column in zip(*parts, strict=True))
    amount, assumptions = _amounts(table, amounts, len(lines)) if "amount" in columns else (None, [])
    if with_times:
        assumptions = [_TIMES, *assumptions]
    rows = Rows(lines, customer, list(ids.number), day, list(days.number), amount, assumptions)
    _refuse_rounded_ids(table, rows)
    return rows


def _tidy_ids(texts: "pd.Series[str]") -> "pd.Series[str]":
    texts = texts.str.strip()
    return texts.mask(texts.str.lower().isin(MISSING), "")


def _amounts(table: Table, amounts: Numbers, rows: int) -> tuple[NDArray[np.float64], list[str]]:
    if (bad := amounts.first_unreadable) and amounts.unreadable > _MOST_UNREADABLE * rows:
        raise DataError(
            table.path,
            f"{amounts.unreadable:,} of {rows:,} amounts are no numbers, the first is {bad.text!r}.",
            "Allowed: 1234.50 or 1.234,50, with or without a currency sign; or leave the column out.",
            bad.line,
        )
    return amounts.values(table.path)


def _refuse_rounded_ids(table: Table, rows: Rows) -> None:
    for number, text in enumerate(rows.ids):
        if "E+" in text and _ROUNDED_BY_A_SPREADSHEET.fullmatch(text):
            raise DataError(
                table.path,
                f"customer_id {text!r} was rounded by a spreadsheet, so that different customers share one id.",
                "Export the ids as text, without opening the file in a spreadsheet in between.",
                rows.first_line(rows.customer == number),
            )
