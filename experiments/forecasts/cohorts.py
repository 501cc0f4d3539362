"""CDNOW's customers, and the wall between what a forecast may know and what it is scored on.

A `Cohort` is what is known at the end of some week. `Cohort.split` gives a shorter cohort and the rest as `Sealed`,
whose only use is to score, or to be drawn beside, a finished `Forecast`. Whoever fits is handed the shorter cohort and nothing else.

Counting follows Fader, Hardie & Lee (2005): purchases of a customer on one day are one purchase, time runs in days from
1 January 1997 and is given in weeks, and the repeat purchases of week w are those up to day 7w - 1.
"""

import os
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.data.histories import Histories, Numbers
from experiments.forecasts.scores import Scores, cumulative_error, individual_scores

PACKAGE = "lifetimes"  # carries the files; it is never imported
FILES = {"sample": "CDNOW_sample.txt", "full": "CDNOW_master.txt"}
SPLIT_WEEK, LAST_WEEK = 39, 78
DAYS = 7
FIRST_DAY = pd.Timestamp("1997-01-01")

Days = NDArray[np.int64]


@dataclass(frozen=True)
class Forecast:
    """What a method says before the sealed weeks are opened.

    Attributes:
        name: of the method.
        cumulative: expected repeat purchases of the cohort by the end of weeks 1, 2, ... up to the last, shape (weeks,).
        individual: expected purchases of each customer in the sealed weeks, shape (customers,).
    """

    name: str
    cumulative: Numbers
    individual: Numbers


@dataclass(frozen=True)
class Cohort:
    """Customers and their repeat purchases up to the end of a week.

    Attributes:
        entered: day of the first purchase, from 0, shape (customers,).
        buyers: customer of each repeat purchase, shape (repeat purchases,).
        days: its day, from 0, in order of the buyers.
        weeks: weeks watched.
    """

    entered: Days
    buyers: Days
    days: Days
    weeks: int

    def __post_init__(self) -> None:
        if self.days.size and self.days.max() >= DAYS * self.weeks:
            raise ValueError(f"a cohort watched for {self.weeks} weeks cannot know of later purchases")

    def __len__(self) -> int:
        return len(self.entered)

    def split(self, week: int) -> tuple["Cohort", "Sealed"]:
        """What is known at the end of `week`, and the rest, sealed."""
        if not self.entered.max() < DAYS * week < DAYS * self.weeks:
            raise ValueError(f"week {week} is not between the last entry and week {self.weeks}")
        known = self.days < DAYS * week
        before = Cohort(self.entered, self.buyers[known], self.days[known], week)
        return before, Sealed(self, week)

    def histories(self) -> Histories:
        """Each customer's repeats, last purchase and age, in weeks since the first purchase."""
        repeats = np.bincount(self.buyers, minlength=len(self)).astype(float)
        last = self.entered.copy()
        np.maximum.at(last, self.buyers, self.days)
        end = DAYS * self.weeks - 1
        return Histories(repeats, (last - self.entered) / DAYS, (end - self.entered) / DAYS)

    def cumulative(self) -> Numbers:
        """Repeat purchases by the end of weeks 1, 2, ..., shape (weeks,)."""
        return np.cumsum(np.bincount(self.days // DAYS, minlength=self.weeks)).astype(float)

    def bought_since(self, week: int) -> Numbers:
        """Each customer's repeat purchases after the end of `week`, shape (customers,)."""
        return np.bincount(self.buyers[self.days >= DAYS * week], minlength=len(self)).astype(float)

    def ages_at(self, week: int) -> Numbers:
        """Weeks since each customer's first purchase at the end of `week`, below 0 for those still to come."""
        return np.asarray((DAYS * week - 1 - self.entered) / DAYS)


class Sealed:
    """The weeks after a split. They answer one question: how good was this finished forecast?"""

    def __init__(self, whole: Cohort, week: int) -> None:
        self.__whole = whole
        self.first_week, self.last_week = week + 1, whole.weeks

    @property
    def weeks(self) -> int:
        """How many weeks are sealed."""
        return self.last_week - self.first_week + 1

    def score(self, forecast: Forecast) -> Scores:
        """Score a forecast that covers every week and every customer."""
        whole, since = self.__whole, self.first_week - 1
        if len(forecast.cumulative) != whole.weeks or len(forecast.individual) != len(whole):
            raise ValueError(f"{forecast.name} must forecast {whole.weeks} weeks and {len(whole)} customers")
        real = whole.cumulative()
        curve, last = cumulative_error(forecast.cumulative[since:], real[since:])
        return Scores(curve, last, *individual_scores(forecast.individual, whole.bought_since(since)))

    def curve(self, after: list[Forecast]) -> Numbers:
        """The real cumulative curve, for a picture of forecasts that are finished."""
        if not after:
            raise ValueError("the sealed weeks are shown beside finished forecasts only")
        return self.__whole.cumulative()


def data_file(name: str) -> Path:
    """The file as the package carries it, or in the folder that the environment variable CXSIM_DATA names.

    Raises:
        FileNotFoundError: saying what to install.
    """
    folder = os.environ.get("CXSIM_DATA")
    if folder and (Path(folder) / name).exists():
        return Path(folder) / name
    try:
        for file in metadata.files(PACKAGE) or []:
            if file.name == name:
                return Path(str(file.locate()))
    except metadata.PackageNotFoundError:
        pass
    raise FileNotFoundError(
        f"{name} is not here. It comes with the package {PACKAGE} 0.11.3 (`pip install --no-deps {PACKAGE}==0.11.3`; "
        "its code is not used), or put it into a folder and name that folder in the environment variable CXSIM_DATA."
    )


def cdnow(which: str = "sample") -> Cohort:
    """The whole record of 78 weeks: the 1/10 sample (2,357 customers) or "full" (23,570)."""
    table = pd.read_csv(data_file(FILES[which]), sep=r"\s+", header=None, skiprows=int(which == "full"), dtype=str)
    customer, date = (table[0], table[1]) if which == "full" else (table[0], table[2])
    day = (pd.to_datetime(date, format="%Y%m%d") - FIRST_DAY).dt.days
    visits = pd.DataFrame({"customer": customer.astype("category").cat.codes, "day": day}).drop_duplicates()
    visits = visits.sort_values(["customer", "day"])
    first = ~visits["customer"].duplicated()
    repeats = visits[~first]
    columns = (visits["day"][first], repeats["customer"], repeats["day"])
    entered, buyers, days = (column.to_numpy(np.int64) for column in columns)
    return Cohort(entered, buyers, days, LAST_WEEK)
