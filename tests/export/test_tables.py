"""Protects exports: what a firm sees is exactly what the simulated people did, no purchase more and no answer less."""

import numpy as np
import pandas as pd
import pytest
from markets import EVERYTHING_HAPPENS, scenario_from

from cxsim.analysis.export import export, watched
from cxsim.analysis.export.calendar import START
from cxsim.analysis.export.tables import ACTIVITIES
from cxsim.analysis.export.watched import watch
from cxsim.data import read
from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import MONEY_UNIT

MARKET = scenario_from(EVERYTHING_HAPPENS, "brand.focal.need.similar=0.3", "brand.rival.need.similar=0.3")
DAY = pd.Timestamp(START)


@pytest.fixture(scope="module")
def world():
    return watch([MARKET], 1, 0)[0].state


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("export") / "market"
    export(MARKET, folder=folder)
    return folder


@pytest.fixture(scope="module")
def tables():
    return export(MARKET)


def tallied(world, *measures, brand=0):
    return int(sum(world.tally[:, brand, measure].sum() for measure in measures))


# ---- purchases -------------------------------------------------------------------------------------------------------


def test_purchases_read_back_are_the_histories_of_the_world(world, folder):
    data = read(folder / "transactions.csv")
    bonds = world.bonds[:, 0]
    customers = data.customers.astype(int)
    assert sorted(customers) == np.flatnonzero(bonds["purchases"]).tolist()
    merged = sum(each.rows for each in data.treatment if each.action == "merged")
    assert data.rows == data.purchases + merged == bonds["purchases"].sum()
    assert merged < 0.05 * data.rows  # purchases of one customer on one day
    one_a_day = np.diff(data.offsets)
    assert (one_a_day <= bonds["purchases"][customers]).all()
    begin = np.datetime64(data.start) - np.datetime64(DAY.date())
    for days, weeks in ((data.offsets[:-1], "first_bought"), (data.offsets[1:] - 1, "last_bought")):
        day = data.days[days] + begin.astype(int)
        exact = bonds[weeks][customers].astype(float) * 7.0
        assert np.abs(day + 0.5 - exact).max() <= 0.5 + 1e-3  # the record holds single precision


def test_the_rfm_table_read_back_is_what_the_world_holds(world, folder):
    data = read(folder / "rfm.csv")
    bonds = world.bonds[data.customers.astype(int), 0]
    assert data.histories.repeats.tolist() == (bonds["purchases"] - 1).tolist()
    recency, age = bonds["last_bought"] - bonds["first_bought"], MARKET.market.horizon_weeks - bonds["first_bought"]
    assert data.histories.last == pytest.approx(recency, abs=1e-4)
    assert data.histories.age == pytest.approx(age, abs=1e-4)
    assert set(data.amounts) == {MARKET.brand["focal"].purchase.price}


def test_the_amounts_are_the_revenue(world, tables):
    units = np.rint(tables["transactions"]["amount"].to_numpy() * MONEY_UNIT).astype(int)
    assert units.sum() == tallied(world, Measure.revenue_money) - tallied(world, Measure.similar_money) > 0
    mean = tables["transactions"].groupby("customer_id")["amount"].mean()
    assert mean.to_numpy() == pytest.approx(tables["rfm"]["monetary_value"].to_numpy(), abs=1e-4)


def test_each_purchase_is_booked_in_the_week_in_which_it_was_made(world, tables):
    week = (tables["transactions"]["date"] - DAY).dt.days // 7
    weekly = np.bincount(week, minlength=MARKET.market.horizon_weeks)
    assert weekly.tolist() == world.tally[:, 0, Measure.purchases].tolist()


# ---- answers ---------------------------------------------------------------------------------------------------------


def test_answers_are_those_the_survey_counts(world, tables):
    answers = tables["surveys"]
    assert len(answers) == tallied(world, Measure.answers) > 0
    assert (answers["score"] >= 9).sum() == tallied(world, Measure.promoters)
    assert (answers["score"] <= 6).sum() == tallied(world, Measure.detractors)
    assert answers["called_back"].sum() == tallied(world, Measure.callbacks) > 0


# ---- events ----------------------------------------------------------------------------------------------------------

COUNTED = {
    "expects": (Measure.considered,),
    "finds out": (Measure.found,),
    "buys": (Measure.purchases,),
    "buys something similar": (Measure.similar_purchases,),
    "uses": (Measure.uses,),
    "something fails": (Measure.failures,),
    "stays silent": (Measure.silent,),
    "contact, not resolved": (Measure.unresolved,),
    "contact, resolved": (Measure.resolved,),
    "contact, resolved quickly": (Measure.quick,),
    "answers survey": (Measure.answers,),
    "reviews": (Measure.reviews,),
    "refers a friend": (Measure.referrals,),
    "stays": (Measure.stays,),
    "will look around": (Measure.doubts,),
    "line ends": tuple(measure for measure in Measure if measure.name.startswith("lines_")),
}


@pytest.mark.parametrize("brand", [0, 1])
@pytest.mark.parametrize("name", COUNTED)
def test_events_are_as_many_as_were_counted(world, tables, name, brand):
    events = tables["events"]
    of_brand = events[(events["concept:name"] == name) & (events["brand"] == MARKET.brands[brand])]
    assert len(of_brand) == tallied(world, *COUNTED[name], brand=brand) > 0


def test_lines_end_in_the_stage_in_which_they_are_counted(world, tables):
    events = tables["events"]
    ended = events[(events["concept:name"] == "line ends") & (events["brand"] == "focal")]["stage"].value_counts()
    for stage in ("research", "purchase", "use", "support", "loyalty"):
        assert ended.get(stage, 0) == tallied(world, Measure[f"lines_{stage}"])


def test_the_events_of_each_case_are_in_order_and_cases_stand_together(tables):
    events = tables["events"]
    case = events["case:concept:name"].astype(int)
    assert case.is_monotonic_increasing
    assert (events.groupby("case:concept:name")["time:timestamp"].diff().dropna() >= pd.Timedelta(0)).all()
    waiting = (events["concept:name"] == "buys").astype(int) - (events["concept:name"] == "uses")
    assert waiting.groupby(case).cumsum().isin((0, 1)).all()  # what is used was bought just before
    assert events["time:timestamp"].min() >= DAY
    assert events["time:timestamp"].max() < DAY + pd.Timedelta(weeks=MARKET.market.horizon_weeks)


def test_what_a_firm_could_record_holds_no_thought_and_no_truth(tables):
    events = tables["events"]
    assert set(events.loc[events["recorded"], "concept:name"]) == {
        *("gives up checkout", "buys", "buys something similar", "answers survey", "reviews"),
        *("contact, not resolved", "contact, resolved", "contact, resolved quickly"),
    }


def test_every_kind_of_note_has_a_name_of_its_own():
    assert list(ACTIVITIES) == list(Note)
    assert len({name for name, _ in ACTIVITIES.values()}) == len(Note)


# ---- the run ---------------------------------------------------------------------------------------------------------


def test_a_log_that_was_too_small_loses_nothing(tables, monkeypatch):
    monkeypatch.setattr(watched, "NOTES_EXPECTED", 1)
    for name, table in export(MARKET).items():
        pd.testing.assert_frame_equal(table, tables[name])


def test_a_market_in_which_nobody_buys_gives_empty_tables():
    nothing = export(scenario_from("[market]\npeople = 40\nhorizon_weeks = 3\n[need]\nspontaneous_annual = 0.0\n"))
    assert [len(nothing[name]) for name in ("transactions", "rfm", "surveys")] == [0, 0, 0]
    assert len(nothing["truth"]) == 40
