"""Protects results on disk: whole or not at all, nothing of the user's lost, and enough said to repeat them."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from markets import EVERYTHING_HAPPENS, scenario_from
from random_markets import OFFERS, TRAITS, as_toml, value_inside

import cxsim
from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.runs import run
from cxsim.analysis.results.folder import ResultsExistError
from cxsim.analysis.results.writing import KEYS, comparison_json, runs_json, write_comparison, write_runs
from cxsim.engine.fingerprint import rules
from cxsim.scenario import Scenario, load
from cxsim.scenario.writing import scenario_hash

PLAN = """
[[intervention]]
name = "better"
effect = [{parameter = "use.quality", add = 0.1}]
"""
SEGMENTS = """
loyalty.satisfaction_weight = 1.5
[segment.young]
share = 0.4
loyalty.leave_a = 1.2
[segment.old]
share = 0.6
"""
TABLES = {"figures", "weeks", "lines", "retention", "referrals", "loop_lengths"}
TABLES |= {"differences", "matrix", "rescued", "broken", "money", "cohorts", "trade", "waterfall", "funnel"}
TEXTS = {"summary.md", "comparison.json", "base.toml", "plan-1.toml", "manifest.json"}
SMALL = ("market.people=80", "market.horizon_weeks=12")


@pytest.fixture(scope="module")
def runs():
    return run(scenario_from('name = "base"\n' + EVERYTHING_HAPPENS, *SMALL), replications=2, seed=7)


@pytest.fixture(scope="module")
def comparison():
    base = scenario_from('name = "base"\n' + EVERYTHING_HAPPENS, *SMALL)
    plan = scenario_from('name = "plan, \\"quoted\\" | piped"\n' + EVERYTHING_HAPPENS + PLAN, *SMALL)
    return compare(base, plan, replications=2, seed=7)


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ---- what is written ------------------------------------------------------------------------------------------------


def test_runs_are_written_as_tables_a_summary_and_a_manifest(runs, tmp_path):
    write_runs(runs, tmp_path / "out")
    tables = (
        "figures",
        "weeks",
        "lines",
        "retention",
        "referrals",
        "loop_lengths",
        "cohorts",
        "summary",
        "trade",
        "funnel",
    )
    names = {*(f"{table}.csv" for table in tables), "summary.md", "scenario.toml", "manifest.json"}
    assert set(contents(tmp_path / "out")) == names
    weeks = pd.read_csv(tmp_path / "out" / "weeks.csv")
    assert len(weeks) == 2 * 12 * 2  # replications, weeks, brands
    assert "satisfaction" in (tmp_path / "out" / "summary.md").read_text()


def test_a_comparison_is_written_with_its_verdict(comparison, tmp_path):
    write_comparison(comparison, tmp_path / "new" / "out")
    out = tmp_path / "new" / "out"
    assert set(contents(out)) == {f"{name}.csv" for name in TABLES} | TEXTS
    assert comparison.verdict() in (out / "summary.md").read_text()
    matrix = pd.read_csv(out / "matrix.csv")
    assert matrix["people"].sum() == pytest.approx(80)
    assert set(matrix["plan"]) == {'plan, "quoted" | piped'}


@pytest.mark.parametrize("table", ["figures", "weeks", "lines"])
def test_rows_begin_with_scenario_seed_and_replication(runs, tmp_path, table):
    write_runs(runs, tmp_path / "out")
    written = pd.read_csv(tmp_path / "out" / f"{table}.csv")
    assert list(written.columns[:3]) == KEYS == ["scenario", "seed", "replication"]
    assert set(written["seed"]) == {7} and set(written["replication"]) == {0, 1}


def test_csv_and_parquet_hold_the_same_values(comparison, runs, tmp_path):
    for write, what in ((write_comparison, comparison), (write_runs, runs)):
        write(what, tmp_path / write.__name__ / "csv", "csv")
        write(what, tmp_path / write.__name__ / "parquet", "parquet")
        tables = list((tmp_path / write.__name__ / "csv").glob("*.csv"))
        assert len(tables) >= 4
        for path in tables:
            plain = pd.read_csv(path)
            packed = pd.read_parquet(tmp_path / write.__name__ / "parquet" / f"{path.stem}.parquet")
            assert list(plain.columns) == list(packed.columns)
            for column in plain:
                if pd.api.types.is_numeric_dtype(plain[column]):
                    np.testing.assert_array_equal(
                        plain[column].to_numpy(float), packed[column].to_numpy(float, na_value=np.nan)
                    )
                else:
                    assert plain[column].tolist() == packed[column].astype(str).tolist()


# ---- the manifest ---------------------------------------------------------------------------------------------------


def manifest_of(runs, folder):
    write_runs(runs, folder)
    return json.loads((folder / "manifest.json").read_text())


def test_the_manifest_says_versions_seed_and_replications(runs, tmp_path):
    manifest = manifest_of(runs, tmp_path / "out")
    assert manifest["cxsim"] == cxsim.__version__
    assert set(manifest["packages"]) == {"mesa", "numba", "numpy", "scipy", "pandas", "pydantic"}
    assert manifest["packages"]["numpy"] == np.__version__
    assert manifest["rules"] == rules() and manifest["system"] and manifest["processor"]
    assert manifest["commit"] is None or len(manifest["commit"]) == 40
    assert (manifest["seed"], manifest["replications"]) == (7, 2)
    assert manifest["scenarios"]["base"]["sha256"] == scenario_hash(runs.scenario)


def test_the_fingerprint_follows_every_file_in_which_numbers_are_made(tmp_path, monkeypatch):
    for room in ("engine", "scenario"):
        shutil.copytree(Path(cxsim.__file__).parent / room, tmp_path / room)
    monkeypatch.setattr("cxsim.engine.fingerprint.ENGINE", tmp_path / "engine")
    seen = [rules.__wrapped__()]
    assert seen == [rules()]
    for file in ("engine/outcomes/money.py", "engine/branching.py", "engine/journey/use.py", "scenario/schedule.py"):
        with (tmp_path / file).open("a") as source:
            source.write("# changed\n")
        assert rules.__wrapped__() not in seen
        seen.append(rules.__wrapped__())


@pytest.mark.parametrize("name", ["online-retailer", "subscription", "plans/b2b-software-response-team"])
def test_the_scenario_in_the_manifest_is_the_same_market(tmp_path, name):
    scenario = load(name, ["market.people=20", "market.horizon_weeks=5"])
    runs = run(scenario, replications=1)
    manifest = manifest_of(runs, tmp_path / "out")
    kept = manifest["scenarios"][scenario.name]
    again = Scenario.model_validate(kept["scenario"])
    assert scenario_hash(again) == kept["sha256"] == scenario_hash(scenario)
    assert again.segments() == scenario.segments()
    pd.testing.assert_frame_equal(run(again, replications=1).figures, runs.figures, check_exact=True)


def test_the_hash_changes_with_every_parameter():
    base = scenario_from("")
    hashes = {scenario_hash(base)}
    keys = TRAITS + [f"brand.focal.{key}" for key in OFFERS]
    for key in keys:
        short = key.removeprefix("brand.focal.")
        changed = next(
            scenario
            for place in (0.37, 0.61, 0.05, 0.95)
            if (scenario := scenario_from(as_toml({key: value_inside(short, place)}))) != base
        )
        hashes.add(scenario_hash(changed))
    assert len(hashes) == len(keys) + 1


@pytest.mark.parametrize(
    "text",
    [
        "market.people = 9999",
        'name = "x"',
        "brand.focal = {}\nbrand.other.use.quality = 0.6",
        '[evidence."use.memory"]\nevidence = "fitted"\nsource = "least squares on 412 answers to a survey of May 2025"',
        '[[intervention]]\nname = "a"\neffect = [{parameter = "use.quality", add = 0.1}]',
    ],
)
def test_the_hash_changes_with_all_else(text):
    assert scenario_hash(scenario_from(text)) != scenario_hash(scenario_from(""))


def test_the_hash_tells_a_segments_own_value_from_the_markets():
    inherits = scenario_from(SEGMENTS)
    own = scenario_from(SEGMENTS, "segment.young.loyalty.satisfaction_weight=2.0")  # 2.0 is the default
    assert inherits.segments() != own.segments()
    assert scenario_hash(inherits) != scenario_hash(own)


def test_the_hash_is_about_the_links_and_not_about_where_their_file_lies(tmp_path):
    text = 'market.people = 3\nmarket.links = {kind = "file", edges = "friends.csv"}\n'
    hashes = []
    for folder, links in (("here", "0,1\n"), ("there", "0,1\n"), ("elsewhere", "0,2\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "friends.csv").write_text(links)
        hashes.append(scenario_hash(scenario_from(text, folder=tmp_path / folder)))
    assert hashes[0] == hashes[1] != hashes[2]


# ---- what is never lost ---------------------------------------------------------------------------------------------


def test_a_folder_that_holds_anything_is_refused(runs, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ResultsExistError, match="--overwrite"):
        write_runs(runs, tmp_path)
    assert contents(tmp_path) == {"mine.txt": b"mine"}


def test_a_file_is_no_folder(runs, tmp_path):
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path / "file", tmp_path / "file" / "out"):
        with pytest.raises(ResultsExistError, match="file"):
            write_runs(runs, place, overwrite=True)
    assert contents(tmp_path) == {"file": b"mine"}


def test_overwriting_leaves_the_users_own_files_alone(runs, tmp_path):
    write_runs(runs, tmp_path)
    (tmp_path / "notes.md").write_text("mine")
    (tmp_path / "figures.csv").write_text("old")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "figures.csv").write_text("mine")
    write_runs(runs, tmp_path, overwrite=True)
    after = contents(tmp_path)
    assert (after["notes.md"], after["mine/figures.csv"]) == (b"mine", b"mine")
    assert after["figures.csv"] != b"old"


def test_overwriting_leaves_no_table_of_the_earlier_results(runs, comparison, tmp_path):
    write_runs(runs, tmp_path)
    (tmp_path / "rescued.csv").write_text("mine")  # the earlier results have no such table
    write_comparison(comparison, tmp_path, "parquet", overwrite=True)
    assert set(contents(tmp_path)) == {f"{name}.parquet" for name in TABLES} | TEXTS | {"rescued.csv"}
    assert contents(tmp_path)["rescued.csv"] == b"mine"


@pytest.mark.parametrize("damage", ["no JSON", "[]", "{}", '{"files": 3}', '{"files": ["../outside.txt", 5]}'])
def test_a_damaged_manifest_stops_nobody_and_reaches_nothing_outside(runs, tmp_path, damage):
    (tmp_path / "outside.txt").write_text("mine")
    out = tmp_path / "out"
    write_runs(runs, out)
    (out / "manifest.json").write_text(damage)
    write_runs(runs, out, overwrite=True)
    assert json.loads((out / "manifest.json").read_text())["seed"] == 7
    assert (tmp_path / "outside.txt").read_text() == "mine"


@pytest.mark.parametrize("overwrite", [False, True])
def test_nothing_is_half_written_when_a_table_fails(comparison, tmp_path, monkeypatch, overwrite):
    out = tmp_path / "out"
    if overwrite:
        write_comparison(comparison, out)
    before = contents(tmp_path)
    written = []

    def fails_at_the_third(table, path, **options):
        written.append(path)
        if len(written) == 3:
            raise OSError("no space left on device")
        path.write_text("new")

    monkeypatch.setattr(pd.DataFrame, "to_csv", fails_at_the_third)
    with pytest.raises(OSError, match="no space"):
        write_comparison(comparison, out, overwrite=overwrite)
    assert len(written) == 3
    assert contents(tmp_path) == before
    assert out.exists() == overwrite
    assert not [path for path in tmp_path.iterdir() if path != out]


# ---- JSON -----------------------------------------------------------------------------------------------------------


def strictly(text):
    """JSON without NaN or Infinity, which other languages cannot read."""
    return json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


def test_json_of_a_comparison_is_strict_and_complete(comparison):
    result = strictly(comparison_json(comparison))
    plan = result["plans"]['plan, "quoted" | piped']
    assert plan["verdict"] == comparison.verdict()
    assert plan["matrix"]["line"].keys() == {"never", "new", "line", "loop"}
    assert {row["figure"] for row in plan["differences"]} >= {"loops", "lines", "net_margin"}


def test_json_of_a_single_replication_has_null_where_there_is_no_interval(runs):
    single = run(runs.scenario, replications=1)
    rows = {row["figure"]: row for row in strictly(runs_json(single))["figures"]}
    assert rows["loops"]["mean"] >= 0 and rows["loops"]["low"] is None
