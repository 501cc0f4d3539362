"""What calibration needs of each kind of data: something to fit, figures to reproduce, and a part held back to judge by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.analysis.calibration.cohort import Cohort
from cxsim.analysis.calibration.holdout import (
    Holdout,
    held_back_purchases,
    held_back_retention,
    renewed_after_periods,
    simulated_curve,
)
from cxsim.analysis.calibration.moments import (
    FittedFigure,
    as_checks,
    moments_of_course,
    moments_of_purchases,
    moments_of_retention,
    score_of_purchases,
    score_of_retention,
)
from cxsim.analysis.calibration.repeat_buying import AnyFit, Rhythm, fit_contract, fit_rhythm
from cxsim.analysis.calibration.season import season_warnings
from cxsim.analysis.closed_forms.bg_nbd import BgNbd
from cxsim.analysis.closed_forms.pareto_nbd import ParetoNbd
from cxsim.data import ContractCohort, DataError, Retention, Rfm, Transactions, lattice, read
from cxsim.data.histories import Numbers
from cxsim.data.records import CustomerRecords, records_of_customers, records_of_purchases
from cxsim.data.rfm import TimeUnit
from cxsim.scenario.parameter import WEEKS_PER_YEAR

SHARE_TO_FIT = 2 / 3  # of the time covered, when nothing else is asked for
CUSTOMERS_ASSUMED = 1_000  # behind a retention table that gives shares only
FEWEST_WEEKS_HELD_BACK = 2
WEEKS_OF = {"week": 1.0, "month": WEEKS_PER_YEAR / 12.0, "quarter": WEEKS_PER_YEAR / 4.0, "year": WEEKS_PER_YEAR}
PRICE = "purchase.price"
MOST_PEOPLE = 50_000  # in a market made from purchases alone; a larger one only takes longer


@dataclass(frozen=True)
class HeldBack:
    """The part of the data that is used for judging only.

    Attributes:
        customers: how many there are in it.
        weeks: how long simulated customers have to be watched.
        curve: the figures held back, and those before, as a simulated cohort has them.
        judge: makes the holdout from the curves of simulated cohorts.
    """

    customers: int
    weeks: float
    curve: Callable[[Cohort], Numbers]
    judge: Callable[[Sequence[Numbers], Rhythm], Holdout]


@dataclass(frozen=True, eq=False)
class Cohorts:
    """Whose purchases are used to fit, for records that are linked to them by id.

    Attributes:
        known: ids of all customers of the data.
        used: of those who are used to fit, shape (customers,).
        ages: how long each of these was watched, weeks.
        purchases: how many each has made by then, the first included.
        until: the last day that is used; None where the data name no days.
        bought: how often each bought after one day and up to another, shape (customers,); of data that name days.
    """

    known: NDArray[np.object_]
    used: NDArray[np.object_]
    ages: Numbers
    purchases: Numbers
    until: date | None
    bought: Callable[[date, date], Numbers]


@dataclass(frozen=True)
class Observed:
    """A firm's records, ready to calibrate on.

    Attributes:
        name: of the file.
        sha256: of its bytes.
        summary: what was read, dropped and assumed, in words, line by line.
        period: what the fit used, in words.
        warnings: what a reader should know.
        fit: fits the closed forms; takes the market's `loyalty.departure`, or None when the data may choose.
        moments: figures that a simulated market should reproduce; takes the closed form chosen, whose score comes first.
        watch_weeks: how long simulated customers have to be watched for the moments.
        facts: values read off the data, with how, by short key (`purchase.price`) or full key.
        market_of_its_own: values by which the market without experience becomes this cohort.
        held_back: what was held back; or in words, why nothing was.
        weekly: real cumulative repeat purchases, for purchases only.
        records: the customers one by one; None of a retention table.
        doubts: what the records say against a fit, in words.
        cohorts: whose purchases these are; None of a retention table.
    """

    name: str
    sha256: str
    summary: tuple[str, ...]
    period: str
    warnings: tuple[str, ...]
    fit: Callable[[str | None], Rhythm]
    moments: Callable[[AnyFit], list[FittedFigure]]
    watch_weeks: float
    facts: dict[str, tuple[float, str]]
    market_of_its_own: dict[str, object]
    held_back: HeldBack | str
    weekly: pd.DataFrame | None = field(default=None, repr=False)
    records: CustomerRecords | None = field(default=None, repr=False)
    doubts: Callable[[AnyFit], tuple[str, ...]] = lambda _: ()
    cohorts: Cohorts | None = field(default=None, repr=False)

    @property
    def by_opportunity(self) -> bool:
        """Whether purchases are possible at given times only, so that no market in which they come at any time fits."""
        return self.records is not None and self.records.by_opportunity


def observe(
    path: Path,
    until: date | int | None = None,
    period_weeks: float | None = None,
    cohort: str | None = None,
    time_unit: TimeUnit | None = None,
) -> Observed:
    """Read a file of purchases, customers or retention and make it ready.

    Args:
        path: a CSV file (`cxsim.data.read`).
        until: last day to fit for purchases, last period for a retention table; None holds a third back.
        period_weeks: length of a period of a retention table, weeks; None takes what its column is called.
        cohort: which column of a retention table with several.
        time_unit: what the times of a table of customers count; None takes weeks, and warns where they look like days.

    Raises:
        DataError: if the file cannot be read safely, or `until` does not fit it.
    """
    data = read(path, time_unit=time_unit)
    if isinstance(data, Retention):
        if isinstance(until, date):
            raise DataError(
                path, f"is a retention table, and {until} is a day.", "Give --until the number of a period."
            )
        return observed_retention(data, until, period_weeks, cohort)
    if isinstance(until, int):
        raise DataError(path, f"has no numbered periods, and {until} is a number.", "Give --until a day: 2025-06-30.")
    if isinstance(data, Transactions):
        return observed_purchases(data, until)
    if until is not None:
        raise DataError(path, "shows one moment in time, so nothing can be held back.", "Leave --until out.")
    return observed_customers(data)


def observed_purchases(data: Transactions, until: date | None = None) -> Observed:
    """Purchases up to the end of day `until` (two thirds of the time when None) to fit, the rest to judge by."""
    at = until or data.start + timedelta(days=round((data.end - data.start).days * SHARE_TO_FIT))
    split = data.split(at)
    histories = split.histories
    _refuse_few_days(data)
    seen = lattice.of_purchases(data)
    points = seen if seen is not None and seen.matter else None
    cohort = len(histories)
    read = f"{data.rows:,} rows: {data.purchases:,} purchases of {len(data.customers):,} customers, {data.start} to {data.end}"
    summary = (read, *(str(each) for each in data.treatment), *data.assumptions)
    if split.left_out:
        summary += (f"{split.left_out:,} customers first bought after {at}: left out of the cohort",)
    summary += _of_lattice(seen)
    whole = data.split(data.end).warnings  # of all customers; what matters is said of those who are used to fit
    weekly = data.weekly_repeats(entered_by=at)
    facts = {}
    if data.mean_amount is not None and data.mean_amount > 0:
        facts[PRICE] = (round(data.mean_amount, 2), "mean spending per purchase")

    def moments(fit: AnyFit) -> list[FittedFigure]:
        course = moments_of_course(histories, _repeats_by_third(data, histories.age))
        return score_of_purchases(fit, histories) + as_checks(moments_of_purchases(histories) + course)

    return Observed(
        name=data.path.name,
        sha256=data.sha256,
        summary=summary,
        period=f"purchases of {cohort:,} customers from {data.start} to {at}",
        warnings=(*(each for each in data.warnings if each not in whole), *split.warnings),
        fit=lambda departure: fit_rhythm(histories, departure),
        moments=moments,
        watch_weeks=float(histories.age.max()),
        facts=facts,
        market_of_its_own=_people_and_entries(data.entries_by_day[: (at - data.start).days + 1], len(weekly)),
        held_back=_purchases_after(data, at, weekly.astype(float), cohort),
        weekly=pd.DataFrame({"week": np.arange(1, len(weekly) + 1), "actual_cumulative_repeat_purchases": weekly}),
        records=records_of_purchases(data, (at - data.start).days, points),
        doubts=lambda fit: (
            season_warnings(fit.model, data.first_days[:cohort] / 7.0, weekly.astype(float), data.start)
            if isinstance(fit.model, BgNbd | ParetoNbd)
            else ()
        ),
        cohorts=Cohorts(
            data.customers,
            data.customers[:cohort],
            histories.age,
            histories.repeats + 1.0,
            at,
            partial(_bought, data, cohort),
        ),
    )


def _refuse_few_days(data: Transactions) -> None:
    """A rhythm cannot be told from a few days, and that they are a lattice cannot be told either.

    Raises:
        DataError: saying on how many days purchases lie.
    """
    days = len(np.unique(data.days))
    if days <= lattice.FEWEST_POINTS:
        raise DataError(
            data.path,
            f"all {data.purchases:,} purchases lie on {days} different days.",
            "Take a longer period; if the dates were rounded when they were exported (to the year, say), export the real ones.",
        )


def _of_lattice(seen: lattice.Opportunities | None) -> tuple[str, ...]:
    """What a lattice means for the fit, in words; nothing where there is none."""
    if seen is None:
        return ()
    if not seen.matter:
        return (f"{seen.words} So few are taken that purchases may as well come at any time.",)
    return (f"{seen.words} So customers are counted by opportunities, one a {seen.unit}, and not by weeks.",)


def _purchases_after(data: Transactions, at: date, real: Numbers, customers: int) -> HeldBack | str:
    fitted = int((at - data.start).days + 1) // 7
    if fitted < 1:
        return f"up to {at} there is no whole week to fit, from which one could forecast"
    if len(real) - fitted < FEWEST_WEEKS_HELD_BACK:
        return f"after {at} there are no two whole weeks of data to judge by"
    first = data.first_days[:customers] / 7.0
    return HeldBack(
        customers=customers,
        weeks=float(len(real)),
        curve=lambda cohort: simulated_curve(cohort, first, len(real)),
        judge=lambda curves, rhythm: held_back_purchases(curves, rhythm, first, real, fitted),
    )


def _repeats_by_third(data: Transactions, age: Numbers) -> Numbers:
    """Repeat purchases of each of the first customers by a third and two thirds of their time, shape (2, customers)."""
    customers = len(age)
    number = np.repeat(np.arange(customers), np.diff(data.offsets[: customers + 1]))
    since_first = (data.days[: len(number)] - data.first_days[number]) / 7.0
    thirds = [
        np.bincount(number[since_first <= age[number] * part / 3.0], minlength=customers) - 1.0 for part in (1, 2)
    ]
    return np.array(thirds)


def _bought(data: Transactions, customers: int, after: date, until: date) -> Numbers:
    """How often each of the first customers bought after a day and up to another."""
    number = np.repeat(np.arange(customers), np.diff(data.offsets[: customers + 1]))
    days = data.days[: len(number)]
    within = (days > (after - data.start).days) & (days <= (until - data.start).days)
    return np.bincount(number[within], minlength=customers).astype(float)


def _people_and_entries(entries: NDArray[np.int64], weeks: int) -> dict[str, object]:
    """The cohort's own size and days of entry; a large cohort in proportion."""
    people = int(entries.sum())
    if people > MOST_PEOPLE:
        up_to = np.rint(np.cumsum(entries) * (MOST_PEOPLE / people)).astype(np.int64)
        entries = np.diff(up_to, prepend=np.int64(0))
    last = int(np.flatnonzero(entries)[-1]) + 1
    return {
        "market.people": int(entries.sum()),
        "market.horizon_weeks": weeks,
        "market.entry_step_weeks": 1.0 / 7.0,
        "market.entry_counts": [int(each) for each in entries[:last]],
    }


def observed_customers(data: Rfm) -> Observed:
    """An RFM summary, all of it to fit: it shows one moment in time, so nothing can be held back."""
    histories = data.histories
    seen = lattice.of_customers(histories)
    points = seen if seen is not None and seen.matter else None
    days = np.rint((histories.age.max() - histories.age) * 7.0).astype(int)
    facts = {}
    if data.amounts is not None and np.nansum(data.amounts) > 0:
        facts[PRICE] = (round(float(np.nanmean(data.amounts)), 2), "mean of the customers' mean spending")
    return Observed(
        name=data.path.name,
        sha256=data.sha256,
        summary=(f"{data.rows:,} customers", *data.assumptions, *_of_lattice(seen)),
        period=f"{data.rows:,} customers watched for up to {histories.age.max():.0f} weeks",
        warnings=data.warnings,
        fit=lambda departure: fit_rhythm(histories, departure),
        moments=lambda fit: score_of_purchases(fit, histories) + as_checks(moments_of_purchases(histories)),
        watch_weeks=float(histories.age.max()),
        facts=facts,
        market_of_its_own=_people_and_entries(np.bincount(days).astype(np.int64), int(np.ceil(histories.age.max()))),
        held_back="a table of customers shows one moment in time",
        records=records_of_customers(data, points),
        cohorts=Cohorts(
            data.customers, data.customers, histories.age, histories.repeats + 1.0, None, lambda *_: np.zeros(0)
        ),
    )


def weeks_of_a(period: str) -> float:
    """How long a period of a retention table is, weeks, by the heading of its column; a year where that says nothing."""
    return WEEKS_OF.get(period.strip().lower(), WEEKS_PER_YEAR)


def _says_how_long(period: str) -> bool:
    return period.strip().lower() in WEEKS_OF


def observed_retention(
    data: Retention, until: int | None, given_weeks: float | None = None, cohort_name: str | None = None
) -> Observed:
    """One cohort of a retention table: periods up to `until` (two thirds when None) to fit, the rest to judge by."""
    cohort = _cohort(data, cohort_name)
    period_weeks = given_weeks or weeks_of_a(data.period)
    periods = len(cohort.survivors) - 1
    last = max(2, round(periods * SHARE_TO_FIT)) if until is None else until
    if not 2 <= last <= periods:
        raise DataError(data.path, f"cannot be split after period {last}.", f"Allowed: 2 to {periods}.")
    customers = cohort.customers or CUSTOMERS_ASSUMED
    to_fit = cohort.survivors[: last + 1]
    warnings: tuple[str, ...] = ()
    if cohort.customers is None:
        warnings = (
            f"{cohort.name!r} gives shares only. Its precision is taken to be that of {customers:,} customers, and with it "
            "all ranges and the choice between sBG and BdW; give counts to replace this guess.",
        )
    if given_weeks is None and not _says_how_long(data.period):
        warnings += (
            f"How long a {data.period} is nobody said: a year is assumed. Call the column month, quarter or year, or say --period-weeks.",
        )
    return Observed(
        name=data.path.name,
        sha256=data.sha256,
        summary=(f"cohort {cohort.name!r} of {data.path.name}: {periods} periods", *data.assumptions),
        period=f"{data.period}s 0 to {last} of {cohort.name!r}",
        warnings=warnings,
        fit=lambda _: fit_contract(to_fit * customers),
        moments=lambda fit: (
            score_of_retention(fit, to_fit, customers, period_weeks)
            + as_checks(moments_of_retention(to_fit, customers, period_weeks))
        ),
        watch_weeks=(last + 0.5) * period_weeks,
        facts={"need.period_weeks": (period_weeks, f"length of a {data.period}")},
        market_of_its_own={
            "market.people": int(min(customers, MOST_PEOPLE)),
            "market.horizon_weeks": int(np.ceil(periods * period_weeks)),
        },
        held_back=_periods_after(cohort, customers, last, period_weeks, data.period),
    )


def _periods_after(
    cohort: ContractCohort, customers: int, last: int, period_weeks: float, period: str
) -> HeldBack | str:
    real = cohort.survivors[cohort.survivors > 0]  # once nobody is left there is nothing more to forecast
    if len(real) - 1 <= last:
        return f"everything up to the last {period} with anybody left was used to fit"
    return HeldBack(
        customers=customers,
        weeks=(len(real) - 0.5) * period_weeks,
        curve=lambda simulated: renewed_after_periods(simulated, len(real), period_weeks),
        judge=lambda curves, rhythm: held_back_retention(curves, rhythm, real, last, period),
    )


def _cohort(data: Retention, name: str | None) -> ContractCohort:
    if name in data.left_out:
        raise data.left_out[name]
    names = [cohort.name for cohort in data.cohorts]
    if name is None and len(names) == 1:
        return data.cohorts[0]
    if name not in names:
        given = "has several cohorts" if name is None else f"has no cohort {name!r}"
        raise DataError(data.path, f"{given}.", f"Name one with --cohort: {', '.join(names)}.")
    return data.cohorts[names.index(name)]
