"""Purchases of customers, whatever file they came from, and what was done to the rows on the way."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cxsim.data.errors import DataError
from cxsim.data.histories import Histories

Action = Literal["dropped", "merged", "kept"]


@dataclass(frozen=True)
class Treated:
    """Rows of one kind, and what became of them.

    Attributes:
        what: the kind, and the treatment, in words.
        action: dropped (they count for nothing but what is said), merged into another row, or kept.
        rows: how many.
        line: the first of them, from 1.
        place: what lines are called in the file.
    """

    what: str
    action: Action
    rows: int
    line: int
    place: str = "line"

    def __str__(self) -> str:
        return f"{self.rows:,} rows {self.action}: {self.what} (first in {self.place} {self.line})"


class Sorting:
    """Goes through the rows of a file; every row is dropped for one reason at most.

    Attributes:
        left: which rows are left, shape (rows,).
        treatment: what was done so far.
    """

    def __init__(self, left: NDArray[np.bool_], lines: NDArray[np.int32], place: str = "line") -> None:
        self.left = left
        self.treatment: list[Treated] = []
        self._lines, self._place = lines, place

    def drop(self, which: NDArray[np.bool_], what: str) -> int:
        """Drop the rows of a kind that are still left; says how many."""
        rows = self.note(which & self.left, "dropped", what)
        self.left &= ~which
        return rows

    def note(self, which: NDArray[np.bool_], action: Action, what: str) -> int:
        """Record what became of some rows; says how many they are."""
        rows = int(which.sum())
        if rows:
            self.treatment.append(Treated(what, action, rows, int(self._lines[np.argmax(which)]), self._place))
        return rows


FEWEST_CUSTOMERS = 30  # below that, intervals are so wide that no fit is worth reporting
DAYS_A_WEEK = 7


@dataclass(frozen=True, eq=False)
class Split:
    """The same purchases before and after a day: one part to fit, one to judge by.

    Attributes:
        at: last day of the calibration period.
        weeks: length of the holdout period; 0 when there is none.
        histories: of the cohort, everybody whose first purchase lies in the calibration period, at its end.
        holdout: purchases of each of them after it, shape (customers,).
        left_out: customers who first bought later; they are in neither.
        warnings: what a fit to this cohort has to say.
    """

    at: date
    weeks: float
    histories: Histories
    holdout: NDArray[np.int64]
    left_out: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Transactions:
    """The purchases of a file.

    Attributes:
        path: the file.
        sha256: fingerprint of its bytes.
        rows: how many rows it holds; those of `treatment` that were dropped or merged, and `purchases`, add up to it.
        customers: ids as text, in order of first purchase and then of id, shape (customers,).
        offsets: the purchases of customer i are days[offsets[i]:offsets[i + 1]], shape (customers + 1,).
        days: day of each purchase, counted from `start`; increasing for each customer, shape (purchases,).
        spending: of each customer in the file's currency, returns taken off, shape (customers,); None without amounts.
        paid: how many purchases of each have a known amount, shape (customers,); None without amounts.
        start: day of the first purchase.
        end: day of the last one. The customers are taken as observed until then.
        treatment: what was dropped, merged, or kept with a remark.
        assumptions: how the file is read, in words.
        warnings: what a fit to these purchases has to say.
    """

    path: Path
    sha256: str
    rows: int
    customers: NDArray[np.object_]
    offsets: NDArray[np.int64]
    days: NDArray[np.int32]
    spending: NDArray[np.float64] | None
    paid: NDArray[np.int64] | None
    start: date
    end: date
    treatment: tuple[Treated, ...]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def purchases(self) -> int:
        """How many purchases there are, first ones and repeats."""
        return len(self.days)

    @property
    def mean_amount(self) -> float | None:
        """Spending for each purchase whose amount is known; None without amounts."""
        if self.spending is None or self.paid is None:
            return None
        return math.fsum(self.spending) / int(self.paid.sum())

    @property
    def first_days(self) -> NDArray[np.int32]:
        """Day of each customer's first purchase, counted from `start`; never decreasing, shape (customers,)."""
        return self.days[self.offsets[:-1]]

    @property
    def entries_by_day(self) -> NDArray[np.int64]:
        """How many customers buy for the first time on each day from `start` to `end`, shape (days,)."""
        return np.bincount(self.first_days, minlength=(self.end - self.start).days + 1)

    def weekly_repeats(self, entered_by: date | None = None) -> NDArray[np.int64]:
        """Cumulative repeat purchases at the end of each whole week since `start`, shape (weeks,).

        Week 1 is the first seven days of the file; a last week that is not whole is left out.

        Args:
            entered_by: count only customers whose first purchase is not later; None counts everybody.
        """
        repeat = np.ones(self.purchases, dtype=bool)
        repeat[self.offsets[:-1]] = False
        if entered_by is not None:
            repeat[self.offsets[self._entered_by(entered_by)] :] = False
        length = (self.end - self.start).days + 1
        by_day = np.bincount(self.days[repeat], minlength=length)
        return np.cumsum(by_day)[DAYS_A_WEEK - 1 :: DAYS_A_WEEK]

    def split(self, at: date) -> Split:
        """Histories up to the end of a day, and what the same customers bought afterwards.

        Time is counted in weeks of seven days, from day to day: a purchase on the day of the first one's next week has
        t_x = 1, and T is 0 for somebody who first buys on day `at`.

        Args:
            at: last day of the calibration period; `end` leaves no holdout.

        Raises:
            DataError: if the day is outside the file, or too few customers have bought by then.
        """
        if not self.start < at <= self.end:
            raise DataError(
                self.path,
                f"cannot be split at {at}.",
                f"Allowed: a day after {self.start} and not after {self.end}, the first and last purchase.",
            )
        at_day = (at - self.start).days
        count = self._entered_by(at)
        refuse_too_few(self.path, count, f"buy for the first time by {at}")
        offsets = self.offsets[: count + 1]
        days = self.days[: offsets[-1]]
        before = np.add.reduceat(days <= at_day, offsets[:-1], dtype=np.int64)
        first, last = days[offsets[:-1]], days[offsets[:-1] + before - 1]
        histories = Histories((before - 1).astype(float), (last - first) / DAYS_A_WEEK, (at_day - first) / DAYS_A_WEEK)
        return Split(
            at=at,
            weeks=(self.end - at) / timedelta(weeks=1),
            histories=histories,
            holdout=np.diff(offsets) - before,
            left_out=len(self.customers) - count,
            warnings=warnings_about(histories),
        )

    def _entered_by(self, at: date) -> int:
        """How many customers, counted in order of first purchase, have bought by the end of a day."""
        return int(np.searchsorted(self.first_days, (at - self.start).days, side="right"))


def refuse_too_few(path: Path, customers: int, who: str) -> None:
    """Refuse fewer customers than any fit could be built on.

    Raises:
        DataError: below FEWEST_CUSTOMERS.
    """
    if customers < FEWEST_CUSTOMERS:
        raise DataError(
            path,
            f"only {customers} customers {who}.",
            f"At least {FEWEST_CUSTOMERS} are needed, several hundred for narrow intervals: take a longer period.",
        )


def warnings_about(histories: Histories) -> tuple[str, ...]:
    """What has to be said before anybody fits repeat buying to some histories."""
    customers, repeaters = len(histories), int(np.count_nonzero(histories.repeats))
    if not repeaters:
        return ("Nobody buys twice: the rhythm of repeat buying cannot be fitted. A fit needs some repeats.",)
    if customers < 200 or repeaters < 50:
        return (f"Only {customers} customers, {repeaters} of whom buy again: every interval will be wide.",)
    return ()
