"""Rows of a table of purchases: what each says, and which of them are one purchase, a return, or nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.data.cells import Numbers, Seen, day_texts, first_places, read_ids
from cxsim.data.errors import DataError
from cxsim.data.purchases import Sorting
from cxsim.data.table import Table, no_rows

_ROUNDED_BY_A_SPREADSHEET = re.compile(r"\d[.,]\d+E\+\d+")
_MOST_UNREADABLE = 0.1
_TIMES = "Times of day are cut off; the day counts as it is written, whatever the time zone."


@dataclass
class _Texts:
    """Different texts, numbered in the order in which they come; and what was done to them in words."""

    tidy: Callable[["pd.Series[str]"], tuple["pd.Series[str]", list[str]]]
    number: dict[str, int] = field(default_factory=dict)
    says: list[str] = field(default_factory=list)

    def add(self, cells: "pd.Series[str]") -> NDArray[np.int32]:
        """The number of each cell's text."""
        codes, texts = pd.factorize(cells)
        number = self.number
        tidy, says = self.tidy(pd.Series(texts, dtype=str))
        numbers = [number.setdefault(text, len(number)) for text in tidy.tolist()]
        self.says = self.says or says
        return np.array(numbers, dtype=np.int32)[codes]


@dataclass(frozen=True)
class PurchaseRows:
    """All rows that are not blank, in the order of the file; arrays of shape (rows,).

    Attributes:
        lines: where each stands.
        customer: index into `ids`.
        ids: the different ids; "" is none.
        day: index into `days`.
        days: the different days as written, without time of day; "" is none.
        amount: nan where none can be read; None without the column.
        assumptions: how ids, times and amounts are read, in words.
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


def collect(table: Table, columns: dict[str, int]) -> PurchaseRows:
    """Read all rows of a purchase list.

    Raises:
        DataError: if there are none, ids were rounded, or amounts are no numbers or written in two ways.
    """
    ids, days, amounts = _Texts(read_ids), _Texts(lambda texts: (day_texts(texts), [])), Numbers("amount")
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
    assumptions = [*ids.says, *assumptions]
    rows = PurchaseRows(lines, customer, list(ids.number), day, list(days.number), amount, assumptions)
    _refuse_rounded_ids(table, rows)
    return rows


def _amounts(table: Table, amounts: Numbers, rows: int) -> tuple[NDArray[np.float64], list[str]]:
    if (bad := amounts.first_unreadable) and amounts.unreadable > _MOST_UNREADABLE * rows:
        raise DataError(
            table.path,
            f"{amounts.unreadable:,} of {rows:,} amounts are no numbers, the first is {bad.text!r}.",
            "Allowed: 1234.50 or 1.234,50, with or without a currency sign; or leave the column out.",
            bad.line,
        )
    return amounts.values(table.path)


def _refuse_rounded_ids(table: Table, rows: PurchaseRows) -> None:
    for number, text in enumerate(rows.ids):
        if "E+" in text and _ROUNDED_BY_A_SPREADSHEET.fullmatch(text):
            raise DataError(
                table.path,
                f"customer_id {text!r} was rounded by a spreadsheet, so that different customers share one id.",
                "Export the ids as text, without opening the file in a spreadsheet in between.",
                rows.first_line(rows.customer == number),
            )


_UNITS = 10_000  # money is added up in whole ten-thousandths, so that the sum does not depend on the order of rows
_LARGEST = 9e18 / _UNITS


@dataclass(frozen=True)
class Merged:
    """Purchases in order of customer and day.

    Attributes:
        customers: ids, shape (customers,).
        offsets: where each customer's purchases begin, shape (customers + 1,).
        start: the first day, counted from 1970.
        days: days from `start`, shape (purchases,).
        owner: place among `customers` of each id of the rows; -1 without purchase.
        span: days from the first to the last, both counted.
        key: customer and day of each row that is left, as one number (customer * span + day), sorted.
        row: the row each belongs to.
    """

    customers: NDArray[np.object_]
    offsets: NDArray[np.int64]
    start: int
    days: NDArray[np.int32]
    owner: NDArray[np.int64]
    span: int
    key: NDArray[np.int64]
    row: NDArray[np.int64]


def merge(rows: PurchaseRows, day: NDArray[np.int32], sorting: Sorting) -> Merged:
    """Merge the rows that are left; there must be some.

    Args:
        rows: of the file.
        day: of each row, counted from 1970, shape (rows,).
        sorting: which rows are left; told which were merged.
    """
    left = np.flatnonzero(sorting.left)
    customer, days = rows.customer[left], day[left]
    start, span = int(days.min()), int(np.ptp(days)) + 1
    owner, customers = _in_order_of_first_purchase(rows.ids, customer, days)
    key = owner[customer] * span + (days - start)
    order = np.argsort(key, kind="stable")
    key, row = key[order], left[order]
    again = np.diff(key, prepend=-1) == 0
    _note_merged(rows, key, row, again, sorting)
    owners, since = np.divmod(key[~again], span)
    offsets = np.searchsorted(owners, np.arange(len(customers) + 1))
    return Merged(customers, offsets, start, since.astype(np.int32), owner, span, key, row)


def spending(
    path: Path, rows: PurchaseRows, merged: Merged, counts: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.int64]] | None:
    """What each customer spent, returns taken off, and at how many purchases whose amount is known, shape (customers,) each.

    Args:
        path: the file.
        rows: of the file.
        merged: its purchases.
        counts: which rows count, purchases and returns, shape (rows,).

    Returns:
        None when no amount is known.

    Raises:
        DataError: if the amounts are too large to be added up.
    """
    if rows.amount is None:
        return None
    known = counts & ~np.isnan(rows.amount)
    if np.abs(rows.amount[known]).sum() > _LARGEST:
        raise DataError(path, "the amounts add up to more than can be counted.", "Give them in thousands or millions.")
    owner = merged.owner[rows.customer]
    known &= owner >= 0
    units = np.zeros(len(merged.customers), dtype=np.int64)
    np.add.at(units, owner[known], np.rint(rows.amount[known] * _UNITS).astype(np.int64))
    with_amount = np.unique(merged.key[known[merged.row]])
    if not len(with_amount):
        return None
    purchases = np.bincount(with_amount // merged.span, minlength=len(units))
    return units / _UNITS, purchases


def _in_order_of_first_purchase(
    ids: list[str], customer: NDArray[np.int32], days: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """The place of each id among those who bought (-1 for others), and their ids in that order."""
    never = np.iinfo(np.int32).max
    first = np.full(len(ids), never, dtype=np.int32)
    np.minimum.at(first, customer, days)
    bought = np.flatnonzero(first < never)
    names = np.array(ids, dtype=object)[bought]
    by_name = np.array(sorted(range(len(names)), key=names.tolist().__getitem__))  # ten times faster than argsort
    order = by_name[np.argsort(first[bought][by_name], kind="stable")]
    place = np.full(len(ids), -1, dtype=np.int64)
    place[bought[order]] = np.arange(len(order))
    return place, names[order]


def _note_merged(
    rows: PurchaseRows, key: NDArray[np.int64], row: NDArray[np.int64], again: NDArray[np.bool_], sorting: Sorting
) -> None:
    """Record the rows merged into another; those that repeat customer, day and amount may be copies of it."""
    merged, copies = np.zeros((2, len(rows.lines)), dtype=bool)
    merged[row[again]] = True
    if rows.amount is not None:
        several = np.flatnonzero(again | np.append(again[1:], False))
        amount = np.nan_to_num(rows.amount[row[several]], nan=-1.0)  # amounts below 0 are dropped already
        order = np.lexsort((amount, key[several]))
        same = (np.diff(key[several][order]) == 0) & (np.diff(amount[order]) == 0)
        copies[row[several[order[1:][same]]]] = True
    sorting.note(copies, "merged", "same customer, day and amount as another row; the amount counts again")
    sorting.note(merged & ~copies, "merged", "same customer and day as another row; amounts are added")
