"""One line a customer: what a forecast of single customers needs, and what it can be judged by."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxsim.data.histories import Histories, Numbers
from cxsim.data.lattice import Opportunities
from cxsim.data.purchases import DAYS_A_WEEK, Transactions
from cxsim.data.rfm import Rfm

WEEK = "week"


@dataclass(frozen=True, eq=False)
class Paid:
    """What customers spent, shapes (customers,).

    Attributes:
        purchases: of each whose amount is known; 0 where none is, or where nothing is left after returns.
        average: amount of one, above 0; anything where `purchases` is 0.
    """

    purchases: Numbers
    average: Numbers


@dataclass(frozen=True, eq=False)
class HeldBackPurchases:
    """The same customers, or those of them who had come by then, at an earlier time, and what they did afterwards.

    Attributes:
        histories: at that time.
        later: purchases of each since, shape (customers,).
        time: how long "since" is, in the unit of the records.
    """

    histories: Histories
    later: Numbers
    time: float


@dataclass(frozen=True, eq=False)
class CustomerRecords:
    """All customers at the end of the data.

    Attributes:
        customers: ids as text, shape (customers,).
        histories: of each.
        paid: of each; None without amounts.
        earlier: to judge by; None where nothing was held back.
        unit: of all times: a week, or from one opportunity to the next.
        weeks: how long that is.
        by_opportunity: whether purchases are possible at opportunities only.
    """

    customers: NDArray[np.object_]
    histories: Histories
    paid: Paid | None
    earlier: HeldBackPurchases | None
    unit: str = WEEK
    weeks: float = 1.0
    by_opportunity: bool = False


def records_of_purchases(data: Transactions, fitted_days: int, lattice: Opportunities | None = None) -> CustomerRecords:
    """The customers of a list of purchases.

    Args:
        data: the list.
        fitted_days: days from the first one that may be used to fit; what comes later was held back.
        lattice: on which all purchases lie, if they are to be counted by opportunities.
    """
    unit, weeks = (WEEK, 1.0) if lattice is None else (lattice.unit, lattice.weeks)
    days = data.days if lattice is None else lattice.number
    assert days is not None  # a list of purchases has a number for each
    per_unit = float(DAYS_A_WEEK) if lattice is None else 1.0
    split = float(fitted_days) if lattice is None else float(days[data.days <= fitted_days].max())
    end = float((data.end - data.start).days) if lattice is None else float(days.max())
    spent = None
    if data.spending is not None and data.paid is not None:
        known = (data.paid > 0) & (data.spending > 0.0)
        average = np.where(known, data.spending / np.maximum(data.paid, 1), 1.0)
        spent = Paid(np.where(known, data.paid, 0).astype(float), average)
    return CustomerRecords(
        customers=data.customers,
        histories=_until(days, data.offsets, end, per_unit),
        paid=spent,
        earlier=_earlier(days, data.offsets, split, end, per_unit),
        unit=unit,
        weeks=weeks,
        by_opportunity=lattice is not None,
    )


def _until(days: NDArray[np.integer], offsets: NDArray[np.int64], end: float, per_unit: float) -> Histories:
    """Histories at a time not before anybody's first purchase; what comes later is not seen."""
    before = np.add.reduceat(days <= end, offsets[:-1], dtype=np.int64)
    first, last = days[offsets[:-1]], days[offsets[:-1] + before - 1]
    since, watched = (np.asarray(time / per_unit, np.float64) for time in (last - first, end - first))
    return Histories((before - 1).astype(float), since, watched)


def _earlier(
    days: NDArray[np.integer], offsets: NDArray[np.int64], split: float, end: float, per_unit: float
) -> HeldBackPurchases | None:
    if split >= end:
        return None
    count = int(np.searchsorted(days[offsets[:-1]], split, side="right"))  # customers come in order of first purchase
    part = offsets[: count + 1]
    known = _until(days[: part[-1]], part, split, per_unit)
    later = np.diff(part) - (known.repeats + 1.0)
    return HeldBackPurchases(known, later, (end - split) / per_unit)


def records_of_customers(data: Rfm, lattice: Opportunities | None = None) -> CustomerRecords:
    """The customers of a table that was computed by somebody: one moment in time."""
    paid = None
    if data.amounts is not None:
        known = data.amounts > 0.0
        over_all = bool(np.any(known & (data.histories.repeats == 0)))  # else only repeat purchases were averaged
        purchases = data.histories.repeats + float(over_all)
        paid = Paid(np.where(known, purchases, 0.0), np.where(known, data.amounts, 1.0))
    if lattice is None:
        return CustomerRecords(data.customers, data.histories, paid, None)
    return CustomerRecords(
        data.customers, lattice.histories, paid, None, lattice.unit, lattice.weeks, by_opportunity=True
    )
