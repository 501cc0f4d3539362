"""Times that lie on a lattice: yearly gifts, a list kept by the month. Between its points nobody could buy.

A model in which purchases happen at any time takes such regularity for fidelity: where nobody can buy twice in a year and many
do every year, it finds customers who never leave. Who counts by opportunities (one a year, say) is not misled.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.data.histories import Histories, Numbers
from cxsim.data.purchases import DAYS_A_WEEK, Transactions

CALENDAR = {"year": 365.25, "quarter": 365.25 / 4.0, "month": 365.25 / 12.0}  # days
CALENDAR_IS_OFF_BY = 3.0  # days at most, from months and years of different length
FEWEST_POINTS = 3  # two dates always have one distance
TAKEN_OFTEN = 0.1  # share of opportunities: when fewer are taken, one more on the same day would be rare


@dataclass(frozen=True, eq=False)
class Opportunities:
    """Purchases counted by the opportunities there were.

    Attributes:
        unit: from one to the next: "year", "month", "week", "14 days".
        weeks: its mean length.
        number: of the opportunity at which each purchase was made, from 0, in the order of the purchases, shape
            (purchases,); None of a table of customers.
        histories: of all customers at the last opportunity, times counted in opportunities since each one's first purchase.
        taken: share of the opportunities between each customer's first repeat and the last one that were taken.
    """

    unit: str
    weeks: float
    number: NDArray[np.int64] | None
    histories: Histories
    taken: float

    @property
    def matter(self) -> bool:
        """Whether so many are taken that purchases at any time would be another story."""
        return self.taken >= TAKEN_OFTEN

    @property
    def words(self) -> str:
        """What is seen in the data."""
        return (
            f"All purchases lie on a lattice, one {self.unit} apart or multiples of it, and of the opportunities between a "
            f"customer's first and last repeat {self.taken:.0%} were taken."
        )


def of_purchases(data: Transactions) -> Opportunities | None:
    """The lattice of a list of purchases; None where there is none of a week or more."""
    days = np.unique(data.days)
    if len(days) < FEWEST_POINTS:
        return None
    for unit, length, numbers in _lattices(days, data.start):
        if len(np.unique(numbers)) == len(days):
            number = numbers[np.searchsorted(days, data.days)]
            first, last = number[data.offsets[:-1]], number[data.offsets[1:] - 1]
            repeats = np.diff(data.offsets) - 1
            histories = Histories(
                repeats.astype(float), (last - first).astype(float), (number.max() - first).astype(float)
            )
            return Opportunities(unit, length / DAYS_A_WEEK, number, histories, _taken(histories))
    return None


def _lattices(days: NDArray[np.int32], start: date) -> Iterator[tuple[str, float, NDArray[np.int64]]]:
    """What could be: unit, its length in days, and the number of the opportunity of each day, coarsest first."""
    dates = pd.DatetimeIndex([start + timedelta(days=int(day)) for day in days])
    for unit, period in (("year", "Y"), ("quarter", "Q"), ("month", "M")):
        numbers = dates.to_period(period).astype("int64").to_numpy()
        yield unit, CALENDAR[unit], numbers - numbers[0]
    step = int(np.gcd.reduce(days - days[0]))
    if step >= DAYS_A_WEEK:
        unit = "week" if step == DAYS_A_WEEK else f"{step} days"
        yield unit, float(step), ((days - days[0]) // step).astype(np.int64)


def of_customers(histories: Histories) -> Opportunities | None:
    """The lattice of a table of customers, times in weeks; None where there is none of a week or more."""
    days = np.concatenate([histories.last, histories.age]) * DAYS_A_WEEK
    for unit, length, most in _steps(np.unique(days[days > 0.0])):
        counted = Histories(
            histories.repeats, *(np.rint(each * DAYS_A_WEEK / length) for each in (histories.last, histories.age))
        )
        if most and np.all(
            counted.repeats <= counted.last
        ):  # more than one at an opportunity: there are others between
            return Opportunities(unit, length / DAYS_A_WEEK, None, counted, _taken(counted))
    return None


def _steps(days: Numbers) -> Iterator[tuple[str, float, bool]]:
    """Unit, length in days, and whether all of some distinct times are multiples of it."""
    if not len(days):
        return
    for unit, length in CALENDAR.items():
        away = np.abs(days - np.rint(days / length) * length)
        yield unit, length, bool(away.max() <= CALENDAR_IS_OFF_BY and days.min() > length / 2.0)
    whole = np.rint(days)
    step = int(np.gcd.reduce(whole.astype(np.int64)))
    unit = "week" if step == DAYS_A_WEEK else f"{step} days"
    yield unit, float(step), bool(np.abs(days - whole).max() < 1e-6 and step >= DAYS_A_WEEK)


def _taken(histories: Histories) -> float:
    """The last opportunity of a history was taken by definition and is left out; 1 where nothing is left."""
    again = histories.repeats > 0
    chances = float(np.sum(histories.last[again] - 1.0))
    return float(np.sum(histories.repeats[again] - 1.0)) / chances if chances else 1.0
