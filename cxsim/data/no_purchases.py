"""Rows of a purchase list that are no purchases: sums of a spreadsheet, cells that were merged, what went back at once."""

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxsim.data.errors import DataError
from cxsim.data.rows import PurchaseRows

MOST_WITHOUT_CUSTOMER = 0.1  # of the rows
_WORDS = (
    r"totals?|(?:sub|grand|sous|zwischen|gesamt)[ _-]?(?:totale?s?|summe|ergebnis)|gesamt|insgesamt|summen?|sum|ergebnis|"
    r"totaal|totale|somme|suma"
)
_SUM = re.compile(rf"(?:^|.*\s)(?:{_WORDS})(?:$|[\s:].*)", re.IGNORECASE)
_ALIKE = 0.001  # a sum differs from what it sums by rounding only
_SMALL_SHARE, _LARGE_SHARE, _TIMES_THE_NEXT = 0.02, 0.25, 10.0


def refuse_missing_customers(path: Path, rows: PurchaseRows, missing: NDArray[np.bool_]) -> None:
    """Refuse a file in which many rows name no customer.

    Raises:
        DataError: with the way out.
    """
    if missing.sum() > MOST_WITHOUT_CUSTOMER * len(missing):
        raise DataError(
            path,
            f"{missing.sum():,} of {len(missing):,} rows have no customer_id.",
            "In merged cells only the first row of a customer holds the id: unmerge them and fill it down. Leave out "
            "purchases of people who are not known.",
            rows.first_line(missing),
        )


def refuse_sums(path: Path, rows: PurchaseRows) -> list[str]:
    """Refuse rows in which a spreadsheet has summed others; says which customer may be one.

    Raises:
        DataError: naming the id, its rows and its share of the money.
    """
    money = _money_by_id(rows)
    whole = float(money.sum())
    called_so = [number for number, name in enumerate(rows.ids) if name and _SUM.fullmatch(name)]
    share = float(money[called_so].sum()) / whole if whole else 0.0
    if share >= _SMALL_SHARE:
        raise _summed(path, rows, called_so, share)
    if called_so:
        return [f"Customer {rows.ids[called_so[0]]!r} is called like a sum: remove its rows if it is one."]
    if len(money) < 3 or not whole:
        return []
    largest, next_ = (int(place) for place in np.argsort(money)[:-3:-1])
    share = float(money[largest]) / whole
    if abs(share - 0.5) <= _ALIKE:
        raise _summed(path, rows, [largest], share)
    if share >= _LARGE_SHARE and money[largest] >= _TIMES_THE_NEXT * money[next_]:
        return [f"{rows.ids[largest]!r} has {share:.0%} of all money: is this one customer?"]
    return []


def _money_by_id(rows: PurchaseRows) -> NDArray[np.float64]:
    amounts = np.zeros(len(rows.lines)) if rows.amount is None else np.nan_to_num(np.maximum(rows.amount, 0.0))
    money = np.bincount(rows.customer, weights=amounts, minlength=len(rows.ids)).astype(np.float64)
    money[[not name for name in rows.ids]] = 0.0
    return money


def _summed(path: Path, rows: PurchaseRows, ids: list[int], share: float) -> DataError:
    own = np.isin(rows.customer, ids)
    count = f"{own.sum():,} row{'s' * bool(own.sum() > 1)}"
    more = f" and {len(ids) - 1} more like it have" if len(ids) > 1 else " has"
    return DataError(
        path,
        f"customer_id {rows.ids[ids[0]]!r}{more} {count} and {share:.0%} of all money: sums of a spreadsheet.",
        "Remove the rows that sum up others. If it is a customer after all, give it another id.",
        rows.first_line(own),
    )


def gone_the_same_day(rows: PurchaseRows, day: NDArray[np.int32], left: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which purchases were returned on the day they were made, so that the customer spent nothing then.

    Args:
        rows: of the file.
        day: of each row, counted from 1970, shape (rows,).
        left: which rows are not dropped already, shape (rows,).
    """
    gone = np.zeros(len(left), dtype=bool)
    if rows.amount is None or not np.any(back := left & (rows.amount < 0)):
        return gone
    key: NDArray[np.int64] = rows.customer.astype(np.int64) * (int(day.max()) + 1) + day
    days_with_returns = np.unique(key[back])
    those = np.flatnonzero(left & np.isin(key, days_with_returns) & ~np.isnan(rows.amount))
    place = np.searchsorted(days_with_returns, key[those])
    spent = np.zeros(len(days_with_returns), np.int64)  # in whole units, so that the order of rows does not matter
    np.add.at(spent, place, np.rint(rows.amount[those] * 100.0).astype(np.int64))
    gone[those] = (spent[place] <= 0) & (rows.amount[those] >= 0)
    return gone
