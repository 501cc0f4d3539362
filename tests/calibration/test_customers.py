"""Protects forecasts of single customers, and that purchases possible at given times only never become a market.

Intervals are counted on twins made by the model itself. Nothing that was held back, and no purchase after a day, may be seen by
what was fitted before.
"""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxsim.analysis.calibration.calibrate import calibrate
from cxsim.analysis.calibration.customers import forecast_customers
from cxsim.analysis.calibration.observed import observe
from cxsim.analysis.closed_forms.bg_bb import BgBb
from cxsim.analysis.closed_forms.bg_nbd import BgNbd
from cxsim.data import DataError, lattice, read
from cxsim.data.histories import Histories
from cxsim.data.records import records_of_purchases

PEOPLE, DAYS, SPLIT = 1500, 500, 250


def people_who_buy(seed: int = 3) -> pd.DataFrame:
    """BG/NBD lives by the day, each with a scale of amounts of their own; plain loops, none of the code under test."""
    rates = stats.gamma.rvs(0.8, scale=1.0 / 60.0, size=PEOPLE, random_state=seed)
    leaves = stats.beta.rvs(0.8, 2.5, size=PEOPLE, random_state=seed + 1)
    scales = 1.0 / stats.gamma.rvs(4.0, scale=1.0 / 30.0, size=PEOPLE, random_state=seed + 2)
    entries = stats.uniform.rvs(0.0, 90.0, size=PEOPLE, random_state=seed + 3)
    waits = iter(stats.expon.rvs(size=200 * PEOPLE, random_state=seed + 4))
    chances = iter(stats.uniform.rvs(size=200 * PEOPLE, random_state=seed + 5))
    amounts = iter(stats.gamma.rvs(3.0, size=200 * PEOPLE, random_state=seed + 6))
    rows = []
    for person in range(PEOPLE):
        at, repeat = entries[person], False
        while at < DAYS:
            rows.append((f"c{person}", int(at), next(amounts) * scales[person]))
            if repeat and next(chances) < leaves[person]:
                break
            at, repeat = at + next(waits) / rates[person], True
    bought = pd.DataFrame(rows, columns=["customer_id", "day", "amount"])
    bought["date"] = (pd.Timestamp("2023-01-01") + pd.to_timedelta(bought.pop("day"), unit="D")).dt.date
    return bought


@pytest.fixture(scope="module")
def bought():
    return people_who_buy()


@pytest.fixture(scope="module")
def known(bought, tmp_path_factory):
    """What was bought in the first half, as a file."""
    path = tmp_path_factory.mktemp("known") / "purchases.csv"
    first = bought[bought["date"] <= date(2023, 1, 1) + pd.Timedelta(days=SPLIT)]
    first.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def forecast(known):
    data = read(known)
    records = records_of_purchases(data, (data.end - data.start).days)
    return data, forecast_customers(records, BgNbd, (DAYS - SPLIT) / 7.0, seed=1)


def test_intervals_hold_what_customers_did(bought, forecast):
    """Made by the model: at least 95% of 1,500, less three binomial standard errors (.56% each; false alarm below 1 in 700)."""
    data, made = forecast
    later = bought[bought["date"] > data.end].drop_duplicates(["customer_id", "date"]).groupby("customer_id")
    count, spent = (
        made.table["customer_id"].map(each).fillna(0.0).to_numpy(float)
        for each in (later.size(), bought[bought["date"] > data.end].groupby("customer_id")["amount"].sum())
    )
    table = made.table
    again = (table["frequency"] > 0).to_numpy()
    least = 0.95 - 3.0 * np.sqrt(0.95 * 0.05 / len(table))
    for low, high, real in (("purchases_low", "purchases_high", count), ("value_low", "value_high", spent)):
        held = ((table[low] <= real) & (real <= table[high])).to_numpy()
        assert held.mean() > least, low
        assert held[again].mean() > 0.95 - 3.0 * np.sqrt(0.95 * 0.05 / again.sum()), low
    assert table["purchases"].sum() == pytest.approx(count.sum(), rel=0.12)
    assert table["value"].sum() == pytest.approx(spent.sum(), rel=0.2)
    assert table.loc[~again, "alive"].isna().all()  # BG/NBD says nothing of them
    assert table.loc[again, "alive"].between(0.0, 1.0).all()


def test_intervals_are_not_so_wide_that_they_hold_anything(forecast):
    """Luck of whole purchases aside, a customer expected to buy often has a bounded interval."""
    table = forecast[1].table
    often = table[table["purchases"] > 5.0]
    assert len(often) > 20
    assert (often["purchases_high"] < 4.0 * often["purchases"]).all()
    assert (often["purchases_low"] < often["purchases"]).all() and (often["purchases_high"] > often["purchases"]).all()


def test_what_was_held_back_is_judged_from_what_was_known_before(bought, known, tmp_path):
    """The same forecast from the first part alone and from a file with all of it that is told where to stop."""
    whole = tmp_path / "whole.csv"
    bought.to_csv(whole, index=False)
    data, first = read(whole), read(known)
    records = records_of_purchases(data, (first.end - first.start).days)
    assert records.earlier is not None
    alone = records_of_purchases(first, (first.end - first.start).days)
    assert alone.earlier is None
    for name in ("repeats", "last", "age"):
        assert np.array_equal(getattr(records.earlier.histories, name), getattr(alone.histories, name)), name
    days = bought.drop_duplicates(["customer_id", "date"])
    after = days[(days["date"] > first.end) & days["customer_id"].isin(set(first.customers))]
    assert records.earlier.later.sum() == len(after)
    made = forecast_customers(records, BgNbd, 10.0, seed=1)
    assert made.judged is not None
    assert made.judged.covered > 0.93 and made.judged.low <= made.judged.real <= made.judged.high


def test_the_folder_holds_a_line_for_each_customer(cxsim, known, tmp_path):
    out = tmp_path / "out"
    code, said, _ = cxsim("calibrate", known, "--draws", 50, "--horizon-weeks", 26, "-o", out)
    assert code == 0 and "Each customer by themselves" in said
    table = pd.read_csv(out / "customers.csv", dtype={"customer_id": str})
    assert len(table) == len(read(known).customers) and table["customer_id"].is_unique
    assert (table["purchases_low"] <= table["purchases_high"]).all()
    assert "in the 26 weeks after the end of the data" in (out / "report.md").read_text()


# ---- purchases at opportunities ------------------------------------------------------------------------------------------


def gifts(dates: pd.DatetimeIndex, people: int = 600, seed: int = 5) -> pd.DataFrame:
    """BG/BB lives on a lattice of dates."""
    gives = stats.beta.rvs(1.2, 0.75, size=people, random_state=seed)
    leaves = stats.beta.rvs(0.66, 2.78, size=people, random_state=seed + 1)
    luck = iter(stats.uniform.rvs(size=2 * people * len(dates), random_state=seed + 2))
    rows = []
    for person in range(people):
        first = person % 2
        rows.append((person, dates[first]))
        for day in dates[first + 1 :]:
            if next(luck) < leaves[person]:
                break
            if next(luck) < gives[person]:
                rows.append((person, day))
    return pd.DataFrame(rows, columns=["customer_id", "date"])


@pytest.mark.parametrize(
    ("rule", "many", "unit"),
    [("YS", 9, "year"), ("YE", 9, "year"), ("QS", 16, "quarter"), ("ME", 24, "month"), ("BMS", 24, "month"), ("W", 40, "week"), ("28D", 20, "28 days")],
)  # fmt: skip
def test_lattices_are_seen(rule, many, unit, tmp_path):
    path = tmp_path / "gifts.csv"
    gifts(pd.date_range("2012-01-01", periods=many, freq=rule)).to_csv(path, index=False)
    seen = lattice.of_purchases(read(path))
    assert seen is not None and seen.matter and seen.unit == unit
    assert seen.histories.age.max() == many - 1


def test_purchases_on_any_day_are_on_no_lattice(known):
    assert lattice.of_purchases(read(known)) is None


def test_seldom_purchases_on_one_weekday_may_come_at_any_time(bought, tmp_path):
    """Dates rounded to Mondays: a customer who buys ten times a year hardly meets another purchase in the same week."""
    path = tmp_path / "mondays.csv"
    rounded = pd.to_datetime(bought["date"]).dt.to_period("W").dt.start_time
    bought.assign(date=rounded.dt.date).to_csv(path, index=False)
    seen = lattice.of_purchases(read(path))
    assert seen is not None and seen.unit == "week"
    assert not lattice.Opportunities("week", 1.0, None, seen.histories, 0.05).matter


@pytest.mark.parametrize("weeks", [1.0, 365.25 / 12.0 / 7.0, 365.25 / 7.0])
def test_lattices_of_tables_of_customers_are_seen(weeks):
    counted = Histories(np.array([2.0, 1.0, 0.0, 5.0]), np.array([3.0, 2.0, 0.0, 6.0]), np.array([6.0, 6.0, 5.0, 6.0]))
    seen = lattice.of_customers(Histories(counted.repeats, counted.last * weeks, counted.age * weeks))
    assert seen is not None and seen.weeks == pytest.approx(weeks)
    assert np.array_equal(seen.histories.last, counted.last)


def test_more_purchases_than_opportunities_are_on_no_lattice():
    """Four in three weeks: whole weeks are rounding there."""
    assert lattice.of_customers(Histories(np.array([4.0, 1.0]), np.array([3.0, 2.0]), np.array([6.0, 6.0]))) is None


@pytest.fixture(scope="module")
def yearly(tmp_path_factory):
    path = tmp_path_factory.mktemp("yearly") / "gifts.csv"
    gifts(pd.date_range("2012-01-01", periods=12, freq="YS")).to_csv(path, index=False)
    return path


def test_yearly_donors_are_counted_by_years(cxsim, yearly, tmp_path):
    """BG/NBD gave them a lifetime of millions of weeks; by opportunity, the truth lies in the middle 99.9% of the fit."""
    out = tmp_path / "out"
    code, said, _ = cxsim("calibrate", yearly, "--horizon-weeks", 260, "-o", out)
    assert code == 0 and "There is no calibrated.toml" in said.replace("\n", " ")
    assert {each.name for each in out.iterdir()} == {"customers.csv", "plausible.csv", "report.md", "manifest.json"}
    assert "5 years after the end of the data" in (out / "report.md").read_text()
    records = observe(yearly).records
    made = forecast_customers(records, BgBb, 260.0, seed=1)
    away = (np.log(made.fit.values) - np.log([1.2, 0.75, 0.66, 2.78])) / made.fit.log_errors
    assert np.abs(away).max() < 3.3
    assert made.judged is not None and made.judged.covered > 0.93
    assert json.loads((out / "manifest.json").read_text())["values"] == {}
    code, said, _ = cxsim("report", out, "-o", tmp_path / "page.html")
    assert code == 0


@pytest.mark.parametrize("more", [["--market", "online-retailer"], ["--contact-rate", "0.1"]])
def test_no_market_is_made_of_purchases_at_opportunities(cxsim, yearly, tmp_path, more):
    code, _, error = cxsim("calibrate", yearly, *more, "-o", tmp_path / "out")
    assert code == 2 and "purchases are possible once a year" in error
    with pytest.raises(ValueError, match="purchases are possible once a year"):
        calibrate(observe(yearly))


@pytest.mark.parametrize(("many", "message"), [(3, "3 different days"), (2, "2 different days")])
def test_too_few_opportunities_are_refused(tmp_path, many, message):
    path = tmp_path / "gifts.csv"
    gifts(pd.date_range("2012-01-01", periods=many, freq="YS")).to_csv(path, index=False)
    with pytest.raises(DataError, match=message):
        observe(path, until=date(2012, 6, 1))


@pytest.mark.parametrize(
    ("column", "weeks"), [("month", 365.2425 / 84.0), ("quarter", 365.2425 / 28.0), ("year", 52.0), ("period", 52.0)]
)
def test_a_period_is_as_long_as_its_column_says(tmp_path, column, weeks):
    """Months are months; where the column does not say, a year is assumed, and that it is assumed is said."""
    path = tmp_path / "retention.csv"
    path.write_text(f"{column},count\n0,600\n1,500\n2,430\n3,390\n4,360\n")
    made = observe(path)
    assert made.facts["need.period_weeks"][0] == pytest.approx(weeks, rel=0.01)
    assert any("nobody said" in each for each in made.warnings) == (column == "period")
