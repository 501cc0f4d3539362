"""From rows to purchases: one a customer and day, customers in order of their first one, whatever order rows are in."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxsim.calibration.data.problems import DataError
from cxsim.calibration.data.rows import Rows
from cxsim.calibration.data.treatment import Sorting

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
        key: customer and day of each row that is left, as one number, sorted.
        row: the row each belongs to.
    """

    customers: NDArray[np.object_]
    offsets: NDArray[np.int64]
    start: int
    days: NDArray[np.int32]
    owner: NDArray[np.int64]
    key: NDArray[np.int64]
    row: NDArray[np.int64]


def merge(rows: Rows, day: NDArray[np.int32], sorting: Sorting) -> Merged:
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
    return Merged(customers, offsets, start, since.astype(np.int32), owner, key, row)


def spending(
    path: Path, rows: Rows, merged: Merged, counts: NDArray[np.bool_]
) -> tuple[NDArray[np.float64] | None, float | None]:
    """What each customer spent, returns taken off, and the mean of a purchase whose amount is known.

    Args:
        path: the file.
        rows: of the file.
        merged: its purchases.
        counts: which rows count, purchases and returns, shape (rows,).

    Returns:
        None and None when no amount is known.

    Raises:
        DataError: if the amounts are too large to be added up.
    """
    if rows.amount is None:
        return None, None
    known = counts & ~np.isnan(rows.amount)
    if np.abs(rows.amount[known]).sum() > _LARGEST:
        raise DataError(path, "the amounts add up to more than can be counted.", "Give them in thousands or millions.")
    owner = merged.owner[rows.customer]
    known &= owner >= 0
    units = np.zeros(len(merged.customers), dtype=np.int64)
    np.add.at(units, owner[known], np.rint(rows.amount[known] * _UNITS).astype(np.int64))
    with_amount = merged.key[known[merged.row]]
    purchases = np.count_nonzero(np.diff(with_amount, prepend=-1))
    if not purchases:
        return None, None
    return units / _UNITS, int(units.sum()) / _UNITS / purchases


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
    rows: Rows, key: NDArray[np.int64], row: NDArray[np.int64], again: NDArray[np.bool_], sorting: Sorting
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
