"""Reading a list of purchases: customer_id, date and, if wanted, amount.

What is done with rows that are not plain purchases is counted in `Transactions.treatment`:

- no customer: dropped. More than a tenth of such rows are merged cells, and refused.
- no day that can be used (none, unreadable, before 1970-01-02, after today): dropped. The first of January 1970 is what
  computers write for "no date". More than a tenth of such rows is a file that is misread, and refused.
- a customer that is a sum, "Grand total" or one that has half of all money: refused.
- amount below 0, a return: no purchase, so dropped; the amount is taken off the customer's spending. The purchase that
  was returned stays a purchase, except where nothing is left of what the customer spent that day.
- amount 0: kept; the customer came and took something.
- no amount that can be read: kept, without amount.
- purchases of one customer on one day are one purchase, and their amounts are added: the literature on repeat buying
  counts days with a purchase.

Ten million rows of two million customers (260 MB) took 40 s of processor time and 1.4 GB of memory.
"""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxsim.data.cells import ALLOWED, MISSING, read_days
from cxsim.data.errors import DataError, line_word
from cxsim.data.no_purchases import gone_the_same_day, refuse_missing_customers, refuse_sums
from cxsim.data.opening import open_table
from cxsim.data.purchases import Sorting, Transactions, refuse_too_few
from cxsim.data.rows import PurchaseRows, collect, merge, spending
from cxsim.data.table import PURCHASES, Table

_EARLIEST = np.datetime64("1970-01-02")
_MOST_UNUSABLE = 0.1
_LONG_SILENCE_DAYS = 180
_GONE = "returned on the same day, so that nothing was spent; no purchase"
_FIRST_EVER = "A customer's first purchase in the file is taken for the first one ever."


def read_transactions(path: str | Path, today: date | None = None) -> Transactions:
    """Read a list of purchases, one row a purchase.

    Args:
        path: CSV with the columns customer_id, date and perhaps amount; see `open_table` for how it may be written.
        today: purchases after this day are dropped; None takes the day it is.

    Raises:
        DataError: if the file cannot be read safely, or has fewer than 30 customers.
    """
    table = open_table(path)
    return from_table(table, table.columns(PURCHASES), today or date.today())


def from_table(table: Table, columns: dict[str, int], today: date) -> Transactions:
    """The purchases of a table whose columns are known; see `read_transactions`."""
    rows = collect(table, columns)
    sorting = Sorting(np.ones(len(rows.lines), dtype=bool), rows.lines, line_word(table.path))
    missing = np.array([not text for text in rows.ids])[rows.customer]
    refuse_missing_customers(table.path, rows, missing)
    sorting.drop(missing, "no customer_id")
    doubtful = refuse_sums(table.path, rows)
    day, date_reading = _usable_days(table.path, rows, today, sorting)
    counts = sorting.left.copy()
    sorting.drop(gone_the_same_day(rows, day, counts), _GONE)
    _drop_returns(rows, sorting)
    customers = int(np.count_nonzero(np.bincount(rows.customer[sorting.left])))
    refuse_too_few(table.path, customers, "with a purchase that can be used")
    merged = merge(rows, day, sorting)
    spent = spending(table.path, rows, merged, counts)
    start = date(1970, 1, 1) + timedelta(days=merged.start)
    transactions = Transactions(
        path=table.path,
        sha256=table.sha256,
        rows=len(rows.lines),
        customers=merged.customers,
        offsets=merged.offsets,
        days=merged.days,
        spending=None if spent is None else spent[0],
        paid=None if spent is None else spent[1],
        start=start,
        end=start + timedelta(days=int(merged.days.max())),
        treatment=tuple(sorting.treatment),
        assumptions=(*table.assumptions, *table.says(columns), *date_reading, *rows.assumptions, _FIRST_EVER),
        warnings=(),
    )
    return replace(transactions, warnings=(*doubtful, *_warnings(transactions)))


def _usable_days(path: Path, rows: PurchaseRows, today: date, sorting: Sorting) -> tuple[NDArray[np.int32], list[str]]:
    """The day of each row, counted from 1970; rows without a usable one are dropped.

    Raises:
        DataError: if too many are.
    """
    seen = rows.days_seen()
    days, assumption = read_days(path, seen)
    missing = np.array([text.lower() in MISSING for text in rows.days])
    before = sorting.left.copy()
    for which, what in (
        (missing, "no date"),
        (np.isnat(days) & ~missing, "date cannot be read"),
        (days < _EARLIEST, f"date before {_EARLIEST}"),
        (days > np.datetime64(today), f"date after {today}"),
    ):
        sorting.drop(which[rows.day], what)
    unusable = before & ~sorting.left
    if unusable.sum() > _MOST_UNUSABLE * before.sum():
        raise DataError(
            path,
            f"{unusable.sum():,} of {before.sum():,} dates cannot be used, the first is "
            f"{rows.days[rows.day[np.argmax(unusable)]]!r}.",
            f"Allowed: from {_EARLIEST} to {today}, written {ALLOWED}.",
            rows.first_line(unusable),
        )
    return np.where(np.isnat(days), 0, days.astype(np.int64)).astype(np.int32)[rows.day], assumption


def _drop_returns(rows: PurchaseRows, sorting: Sorting) -> None:
    """Drop returns; remark on amounts of 0 and on missing ones."""
    if rows.amount is None:
        return
    returned = rows.amount < 0
    bought = np.bincount(rows.customer[sorting.left & ~returned], minlength=len(rows.ids)) > 0
    sorting.drop(returned & ~bought[rows.customer], "returns of customers without a purchase; the amount is left out")
    sorting.drop(returned, "returns (amount below 0); the amount is taken off the customer's spending")
    sorting.note(sorting.left & (rows.amount == 0), "kept", "amount 0; counts as a purchase")
    sorting.note(sorting.left & np.isnan(rows.amount), "kept", "no amount that can be read; counts as a purchase")


def _warnings(transactions: Transactions) -> tuple[str, ...]:
    """What has to be said before anybody fits these purchases.

    Raises:
        DataError: if all of them are on one day.
    """
    if transactions.start == transactions.end:
        raise DataError(
            transactions.path,
            f"every purchase is on {transactions.start}.",
            "Take a longer period: at least several months, better more than a year.",
        )
    return (*_silence(transactions), *transactions.split(transactions.end).warnings)


def _silence(transactions: Transactions) -> list[str]:
    """A long time without any purchase, which may be a wrong date."""
    days = np.unique(transactions.days)
    gaps = np.diff(days)
    longest = int(np.argmax(gaps))
    if gaps[longest] <= _LONG_SILENCE_DAYS:
        return []
    last, next_ = (transactions.start + timedelta(days=int(days[place])) for place in (longest, longest + 1))
    return [f"Nobody buys between {last} and {next_}: is one of these dates wrong?"]
