"""Protects the export as a whole: the same call gives the same bytes, and what cannot be done is said in words."""

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from markets import EVERYTHING_HAPPENS, scenario_from

from cxsim.analysis.export import export
from cxsim.analysis.export.calendar import START, days_of, times_of
from cxsim.analysis.results.folder import ResultsExistError
from cxsim.interface.cli import export as command
from cxsim.scenario import ScenarioError, load
from cxsim.scenario.calendar import first_day

ROOT = Path(__file__).parents[2]
MARKET = scenario_from(EVERYTHING_HAPPENS, "market.people=60")
PLAN = scenario_from(EVERYTHING_HAPPENS, "market.people=60", "brand.focal.use.quality=0.9", 'name="better"')
SMALL = ("--set", "market.people=60", "--set", "market.horizon_weeks=20")


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_call_writes_the_same_bytes_and_another_replication_does_not(tmp_path):
    for name, replication in (("one", 0), ("two", 0), ("other", 1)):
        export(MARKET, PLAN, folder=tmp_path / name, replication=replication)
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")
    other = bytes_of(tmp_path / "other")
    assert all(content != other[name] for name, content in bytes_of(tmp_path / "one").items())


def test_a_plan_adds_its_own_tables_and_leaves_those_of_the_scenario_as_they_are():
    alone, both = export(MARKET), export(MARKET, PLAN)
    assert [*both] == [*list(alone)[:5], *(f"{name}_in_plan" for name in list(alone)[:5]), "truth"]
    for name in alone:
        pd.testing.assert_frame_equal(both[name][list(alone[name])], alone[name])


def test_files_hold_what_is_returned_and_the_manifest_says_how_to_repeat_it(tmp_path):
    tables = export(MARKET, folder=tmp_path / "out", seed=3, replication=2, start="2011-02-28")
    for name, table in tables.items():
        written = pd.read_csv(tmp_path / "out" / f"{name}.csv")
        assert list(written) == list(table) and len(written) == len(table)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert (manifest["seed"], manifest["replication"], manifest["start"]) == (3, 2, "2011-02-28")
    assert manifest["scenario"]["scenario"]["market"]["people"] == 60


def test_days_and_times_count_from_the_start():
    day = first_day("2024-02-26")
    weeks = pd.Series([0.0, 0.5, 1 - 1e-9, 1.0]).to_numpy()
    assert days_of(weeks, day).astype(str).tolist() == [
        f"{each}T00:00:00" for each in ("2024-02-26", "2024-02-29", "2024-03-03", "2024-03-04")
    ]
    assert times_of(weeks, day).astype(str).tolist()[1:] == [
        "2024-02-29T12:00:00", "2024-03-03T23:59:59", "2024-03-04T00:00:00",
    ]  # fmt: skip


@pytest.mark.parametrize("start", ["2025-13-40", "yesterday", "", "06.01.2025", "2025-01-06T10:00", 20250106])
def test_a_wrong_date_is_said_in_words(start):
    with pytest.raises(ValueError, match="is not a day; write it like 2027-01-04"):
        export(MARKET, start=start)


@pytest.mark.parametrize("start", ["1970-01-01", "0001-01-01", "9999-01-01", date(2300, 1, 1)])
def test_a_date_too_far_away_is_said_in_words(start):
    with pytest.raises(ValueError, match="too far away; allowed are 1971-01-01 to 2199-12-31"):
        export(MARKET, start=start)


def test_a_plan_about_another_market_is_refused():
    with pytest.raises(ScenarioError, match=r"market\.people: is 61 in the plan and 60 in the base"):
        export(MARKET, scenario_from(EVERYTHING_HAPPENS, "market.people=61"))


def test_a_folder_with_something_in_it_is_left_alone_unless_asked(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ResultsExistError):
        export(MARKET, folder=tmp_path)
    export(MARKET, folder=tmp_path, overwrite=True)
    assert (tmp_path / "mine.txt").read_text() == "mine" and (tmp_path / "truth.csv").exists()


# ---- the command -----------------------------------------------------------------------------------------------------


def test_the_command_writes_every_table(cxsim, tmp_path):
    out = tmp_path / "out"
    plan = ("--set", "intervention.better carrier.coverage=0.5")
    code, said, err = cxsim("export", "online-retailer", "plans/online-retailer-delivery", "-o", out, *SMALL, *plan)
    assert (code, err) == (0, "")
    assert "truth.csv" in said and "60 rows" in said and "simulated" in said
    names = ("transactions", "events", "rfm", "surveys", "episodes")
    tables = {f"{name}{mark}.csv" for name in names for mark in ("", "_in_plan")}
    assert {path.name for path in out.iterdir()} == {*tables, "truth.csv", "manifest.json"}


def test_the_command_takes_another_day_seed_and_replication(cxsim, tmp_path):
    out = tmp_path / "out"
    more = ("--start-date", "2030-01-07", "--seed", 4, "--replication", 2)
    assert cxsim("export", "online-retailer", "-o", out, *SMALL, *more)[0] == 0
    manifest = json.loads((out / "manifest.json").read_text())
    assert (manifest["start"], manifest["seed"], manifest["replication"]) == ("2030-01-07", 4, 2)


def test_the_command_says_what_is_wrong_in_words(cxsim, tmp_path):
    code, _, err = cxsim("export", "online-retailer", "-o", tmp_path / "out", *SMALL, "--start-date", "2025-13-40")
    assert code == 2 and err.startswith("cxsim: the start date '2025-13-40' is not a day")
    assert not (tmp_path / "out").exists()


def test_a_market_with_a_start_is_exported_from_its_own_day(tmp_path):
    dated = load("online-retailer", ["market.people=50", "market.horizon_weeks=10", "market.start=2019-02-04"])
    days = pd.to_datetime(export(dated)["transactions"]["date"])
    assert pd.Timestamp("2019-02-04") <= days.min() and days.max() < pd.Timestamp("2019-02-04") + pd.Timedelta(weeks=10)
    option = next(each for each in command.export.params if each.name == "start_date")
    assert option.help.endswith(f"or else {START}.")


# ---- the page --------------------------------------------------------------------------------------------------------


def test_a_longer_run_begins_with_the_shorter_one():
    longer = export(scenario_from(EVERYTHING_HAPPENS, "market.people=200", "market.horizon_weeks=80"))["transactions"]
    shorter = export(scenario_from(EVERYTHING_HAPPENS, "market.people=200"))["transactions"]
    end = pd.Timestamp(START) + pd.Timedelta(weeks=40)
    pd.testing.assert_frame_equal(longer[longer["date"] < end].reset_index(drop=True), shorter)
    assert len(longer) > len(shorter)


def test_the_page_names_every_column():
    page = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
    missing = {
        column
        for table in export(MARKET, PLAN).values()
        for column in table
        if f"`{column}`" not in page and not column.startswith("plan_")
    }
    assert not missing
