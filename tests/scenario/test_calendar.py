"""Protects dates: they mean the weeks they say, wherever weeks are given, and what cannot be meant is said in words."""

from datetime import date

import pandas as pd
import pytest
from markets import scenario_from

from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.portfolio.menu import read_menu
from cxsim.analysis.results.reading import open_results, read_comparison
from cxsim.analysis.results.writing import write_comparison
from cxsim.analysis.sweep.study import read_study
from cxsim.scenario import ScenarioError, load
from cxsim.scenario.calendar import day_of, starting, week_of, with_day
from cxsim.scenario.checks import same_market
from cxsim.scenario.writing import scenario_hash, scenario_text

MARKET = """
[market]
people = 200
horizon_weeks = 60
start = 2027-01-04
[brand.focal]
[brand.rival]
"""
PLAN = """
[[intervention]]
name = "dearer"
start_week = 2027-05-03
end_week = 2027-12-27
effect = [{ parameter = "purchase.price", multiply = 1.05 }]
[[intervention]]
name = "announced"
start_week = 2027-03-01
end_week = 2027-05-03
effect = [{ parameter = "purchase.announced_change", set = 0.05 }]
"""


def weeks_of(scenario):
    return [(item.start_week, item.end_week) for item in scenario.intervention]


def test_days_are_weeks_from_the_start():
    dated = scenario_from(MARKET + PLAN)
    assert weeks_of(dated) == [(17.0, 51.0), (8.0, 17.0)]
    for day, week in (("2027-01-04", 0.0), ("2027-01-11", 1.0), ("2027-01-06", 2 / 7), ("2028-01-03", 52.0)):
        assert week_of(day, "2027-01-04") == week == week_of(date.fromisoformat(day), "2027-01-04")
        assert day_of(week, "2027-01-04").isoformat() == day


def test_a_day_is_the_same_scenario_as_its_week_and_is_written_as_one(tmp_path):
    dated = scenario_from(MARKET + PLAN)
    counted = scenario_from(
        MARKET + PLAN.replace("2027-05-03", "17").replace("2027-12-27", "51").replace("2027-03-01", "8")
    )
    assert dated == counted and scenario_hash(dated) == scenario_hash(counted)
    (tmp_path / "again.toml").write_text(scenario_text(dated))
    assert scenario_hash(load(tmp_path / "again.toml")) == scenario_hash(dated)


def test_days_on_the_command_line_and_in_python():
    given = scenario_from(MARKET + PLAN, "intervention.dearer.start_week=2027-06-07")
    assert given.intervention[0].start_week == 22.0
    later = scenario_from(MARKET + PLAN, "market.start=2027-01-11")
    assert weeks_of(later) == [(16.0, 50.0), (7.0, 16.0)]
    ready = load("plans/restaurant-second-cook", {"market.start": date(2027, 1, 4)})
    name = ready.intervention[0].name
    moved = {"market.start": date(2027, 1, 4), f"intervention.{name}.start_week": date(2027, 2, 1)}
    assert load("plans/restaurant-second-cook", moved).intervention[0].start_week == 4.0


def test_days_of_a_menu(tmp_path):
    file = tmp_path / "menu.toml"
    file.write_text(
        '[[intervention]]\nname = "better"\nstart_week = [2027-03-01, 26]\nend_week = 2027-12-27\n'
        'effect = [{ parameter = "use.quality", add = 0.1 }]\n'
    )
    first, second = read_menu(file, scenario_from(MARKET)).items["better"]
    assert (first.record["start_week"], first.record["end_week"], second.record["start_week"]) == (8.0, 51.0, 26)
    assert first.words == "better after 8 weeks (2027-03-01)"
    with pytest.raises(ScenarioError, match=r"given 2027-12-27; a date needs the day"):
        read_menu(file, scenario_from(MARKET.replace("start = 2027-01-04", "")))


def test_days_of_a_study(tmp_path):
    (tmp_path / "market.toml").write_text(MARKET)
    (tmp_path / "plan.toml").write_text('extends = "market.toml"\n' + PLAN)
    study = tmp_path / "study.toml"
    text = (
        'scenario = "market.toml"\nplans = ["plan.toml"]\n[design]\nkind = "factorial"\n[[factor]]\n'
        'key = "intervention.dearer.start_week"\nvalues = [2027-05-03, 2027-06-07, 30]\n'
    )
    study.write_text(text)
    assert read_study(study).study.factor[0].values == [17.0, 22.0, 30]
    study.write_text(text.replace("2027-06-07", "2026-06-07"))
    with pytest.raises(ScenarioError, match="before the market starts, on 2027-01-04"):
        read_study(study)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["market.start="], "given 2027-05-03; a date needs the day on which week 0 begins"),
        (
            ["intervention.dearer.start_week=2026-12-28"],
            "given 2026-12-28; that is before the market starts, on 2027-01-04",
        ),
        (["intervention.dearer.start_week=2027-02-30"], "given 2027-02-30; that is not a day"),
        (["intervention.dearer.start_week=2027-05-03T10:00:00"], "that is not a day"),
        (["intervention.dearer.end_week=2027-04-05"], "ends (end_week 13) before it starts (start_week 17)"),
        (["market.start=2027-02-30"], "the start date '2027-02-30' is not a day"),
        (["market.start=1850-01-01"], "too far away"),
        (["market.start=5"], "it should be a day, like 2027-01-04"),
        (["intervention.dearer.ramp_weeks=2027-05-03"], "given 2027-05-03; it should be a number"),
        (["market.horizon_weeks=2027-05-03"], "given 2027-05-03; it should be a whole number"),
    ],
)
def test_what_cannot_be_meant_is_said_once_and_where(overrides, said):
    with pytest.raises(ScenarioError) as error:
        scenario_from(MARKET + PLAN, *overrides)
    assert said in str(error.value)
    assert len({problem.message for problem in error.value.problems}) == 1


def test_a_plan_of_another_start_is_about_another_market():
    other = scenario_from(MARKET, "market.start=2027-01-11")
    with pytest.raises(ScenarioError, match=r"market\.start"):
        same_market(scenario_from(MARKET), other, "plan")


def test_weeks_have_a_day_wherever_people_read_them(tmp_path):
    base = scenario_from(MARKET, "market.people=60", "market.horizon_weeks=20")
    plan = scenario_from(MARKET + PLAN, "market.people=60", "market.horizon_weeks=20")
    comparison = compare(base, plan, replications=2)
    write_comparison(comparison, tmp_path / "out")
    for table in ("weeks", "money"):
        written = pd.read_csv(tmp_path / "out" / f"{table}.csv")
        assert written.loc[written["week"] == 3, "day"].unique().tolist() == ["2027-01-25"]
    again = read_comparison(open_results(tmp_path / "out"))
    pd.testing.assert_frame_equal(again.base_runs.weeks, comparison.base_runs.weeks)
    assert "day" not in again.plans[next(iter(again.plans))].weekly
    assert with_day("week 3", 3, base.market.start) == "week 3 (2027-01-25)"
    assert with_day("week 3", 3, "") == "week 3"
    said = [starting(weeks, "") for weeks in (0.0, 1.0, 4.5)]
    assert said == ["from the start", "after 1 week", "after 4.5 weeks"]
    assert starting(3.0, base.market.start) == "after 3 weeks (2027-01-25)"
