"""Protects experiments that were made: the arms are compared as in the file, lived with the same coverage, and what is no experiment is refused."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from cxsim.analysis.calibration.cohort import live_cohort
from cxsim.analysis.calibration.moments import read_all
from cxsim.analysis.calibration.observed import observe
from cxsim.analysis.calibration.simulated import MarketToFit
from cxsim.analysis.calibration.tried import the_one_tried, told_by_experiment
from cxsim.analysis.experiment.arms import treated_in
from cxsim.analysis.export import export
from cxsim.data import DataError, read_trial
from cxsim.scenario import load

SHOP = """
extends = "rhythm-only"
name = "A shop"
market = { people = 800, horizon_weeks = 40 }
need = { rate_shape = 3.0, rate_scale_weeks = 9.0 }
loyalty = { first_may_leave = true, leave_a = 2.0, leave_b = 18.0 }
support.recovery_weight = 1.5
brand.focal.use = { failure_rate = 0.5, severity = 0.9 }
"""
PLAN = """
name = "Sound goods"
extends = "market.toml"
[[intervention]]
name = "sound goods"
start_week = 10.0
effect = [{ parameter = "use.failure_rate", multiply = 0.2 }]
"""
START = date(2005, 1, 3) + timedelta(weeks=10)


@pytest.fixture(scope="module")
def firm(tmp_path_factory):
    """A firm that gave the plan to half of its customers: its market, its plan, its purchases, and the table of all lives."""
    folder = tmp_path_factory.mktemp("firm")
    market, plan = folder / "market.toml", folder / "plan.toml"
    market.write_text(SHOP, encoding="utf-8")
    plan.write_text(PLAN, encoding="utf-8")
    tables = export(load(market), load(plan, ["intervention.sound goods.coverage=0.5"]), folder=folder / "out")
    return market, plan, folder / "out" / "transactions_in_plan.csv", tables


@pytest.fixture(scope="module")
def observed(firm):
    data = pd.read_csv(firm[2], parse_dates=["date"])
    return observe(firm[2], until=data["date"].max().date())


@pytest.fixture(scope="module")
def trial(firm, observed):
    """A row a customer of the data."""
    treated = firm[3]["truth"].set_index("customer_id")["treated"]
    ids = sorted(int(each) for each in observed.cohorts.known)
    arms = np.where(treated.loc[ids], "treatment", "control")
    return pd.DataFrame({"customer_id": ids, "arm": arms, "start": START.isoformat()})


@pytest.fixture
def told(firm, observed, tmp_path):
    def of(rows):
        path = tmp_path / "experiment.csv"
        rows.to_csv(path, index=False)
        return told_by_experiment(path, firm[1], firm[0], observed)

    return of


def test_the_arms_are_compared_as_their_purchases_say(firm, told, trial):
    """By hand, from the purchases: of those who had bought before, what they bought on days from the start on; the plan gives more."""
    bought = firm[3]["transactions_in_plan"].drop_duplicates(["customer_id", "date"])
    early = bought["date"] < pd.Timestamp(START)
    before = set(bought.loc[early, "customer_id"])
    since = bought[~early].groupby("customer_id").size()
    rows = trial[trial["customer_id"].isin(before)]
    outcome = since.reindex(rows["customer_id"]).fillna(0.0).groupby(rows["arm"].to_numpy())
    mean, error = outcome.mean(), np.sqrt((outcome.var() / outcome.count()).sum())
    (moment,) = told(trial).moments
    assert moment.observed == pytest.approx(mean["treatment"] - mean["control"]) and moment.error == pytest.approx(
        error
    )
    assert moment.observed > 4.0 * moment.error
    given = told(trial.assign(outcome=since.reindex(trial["customer_id"]).fillna(0.0).astype(int).to_numpy()))
    assert given.moments[0].observed == pytest.approx(moment.observed)


def test_the_market_with_the_same_coverage_gives_the_same_difference(firm, told, trial, observed):
    """The twin itself, lived by others: within four errors of both (1 in 16,000); a market in which nothing is tried gives none."""
    one = told(trial)
    assert one.tried.share == pytest.approx(0.5, abs=0.08) and the_one_tried([one]) == one.tried
    moments = list(one.moments)

    def lived(tried):
        setting = MarketToFit(firm[0], load(firm[0]), {}, [], observed.watch_weeks, 3, tried=tried)
        return np.array(
            [read_all(moments, live_cohort(setting.scenario({}), setting.weeks, 3, each), 0)[0] for each in range(4)]
        )

    found = lived(one.tried)
    luck = max(found.std(ddof=1), moments[0].error)
    assert abs(found.mean() - moments[0].observed) < 4.0 * np.hypot(moments[0].error, luck / 2.0)
    assert abs(lived(None).mean()) < 4.0 * luck / 2.0 < found.mean()


def test_compared_are_those_who_had_bought_before_by_what_they_bought_since(firm, told, trial, observed):
    """Exact, from the purchases of a simulated cohort of whom the treated are made to have bought more before, and half to come later."""
    one = told(trial)
    setting = MarketToFit(firm[0], load(firm[0]), {}, [], observed.watch_weeks, 3, tried=one.tried)
    lived = live_cohort(setting.scenario({}), setting.weeks, 3, 0)
    treated = treated_in(lived.state, one.tried.share)[lived.people]
    start, later = int(one.tried.start_week), np.arange(len(treated)) % 2 == 1
    changed = replace(lived, first=np.where(later, start + 1.0, 0.0), purchases=lived.purchases + 7.0 * treated)
    weeks = int(one.moments[0].name.split(" weeks")[0].split()[-1])
    since = lived.purchases[start + weeks] - lived.purchases[start]
    expected = since[treated & ~later].mean() - since[~treated & ~later].mean()
    assert one.moments[0].simulated(changed, 0) == pytest.approx(expected)


def test_whether_somebody_bought_will_do(told, trial):
    rows = trial.assign(outcome=(np.arange(len(trial)) % 3 > 0).astype(int))
    assert "share who bought" in told(rows).moments[0].name
    assert any("whether they bought at all" in line for line in told(rows).summary)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows.assign(arm="treatment"), r"no of .* customers got no plan"),
        (lambda rows: rows.assign(arm="control"), "customers got the plan: there are no two arms"),
        (lambda rows: rows.assign(arm=["green"] + ["control"] * (len(rows) - 1)), "arm is 'green'"),
        (lambda rows: pd.concat([rows, rows.head(1)]), "a customer is there twice"),
        (lambda rows: rows.assign(start="soon"), "start is 'soon', no day"),
        (lambda rows: rows.assign(start="2031-01-01"), "outside the data that are used to fit"),
        (lambda rows: rows.assign(start="1999-01-01"), "outside the data that are used to fit"),
        (lambda rows: rows.assign(start=["2005-02-01"] + ["2005-03-01"] * (len(rows) - 1)), "starts lie from 2005-02-01 to 2005-03-01"),
        (lambda rows: rows.assign(customer_id=["x" + str(each) for each in rows["customer_id"]]), r"\(100%\) are not in the data"),
        (lambda rows: rows.assign(outcome=2.5), "outcome is '2.5'"),
        (lambda rows: rows.assign(outcome=1), "all customers of the experiment bought equally often"),
    ],
)  # fmt: skip
def test_what_is_no_experiment_is_refused(told, trial, change, message):
    with pytest.raises(DataError, match=message):
        told(change(trial))


def test_arms_have_many_names_and_the_file_may_have_other_columns(tmp_path):
    path = tmp_path / "experiment.csv"
    rows = "".join(f"c{each};{'B' if each % 2 else 'a'};03/13/2024;x\n" for each in range(40))
    path.write_text("Customer;variant;start date;note\n" + rows, encoding="utf-8")
    read = read_trial(path)
    assert read.treated.sum() == 20 and read.start == date(2024, 3, 13) and read.outcome is None


def test_a_plan_for_another_market_and_half_of_the_options_are_refused(cxsim, firm, trial, tmp_path):
    path = tmp_path / "experiment.csv"
    trial.to_csv(path, index=False)
    common = ("calibrate", firm[2], "--market", firm[0], "--until", "2005-09-01", "-o", tmp_path / "out")
    for more, message in (
        (("--experiment", path), "belong together"),
        (("--experiment", path, "--tried", "plans/online-retailer-delivery"), "differs from the base for everybody"),
    ):
        code, _, error = cxsim(*common, *more)
        assert code == 2 and message in error and "Traceback" not in error
    assert not (tmp_path / "out").exists()
