"""Protects that results are read back exactly as they were, and that what is not whole or not ours is refused clearly."""

import json
import shutil
from dataclasses import fields

import pandas as pd
import pytest
from reported import PLAN, market

from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.stopping import Decided, HalfWidth
from cxsim.analysis.results.reading import NoResultsError, open_results, read_comparison, read_runs
from cxsim.analysis.results.writing import write_comparison, write_runs


def assert_same(one, other):
    """Every field of two results, to the last bit; scenarios by what they are."""
    for each in fields(one):
        mine, yours = getattr(one, each.name), getattr(other, each.name)
        if isinstance(mine, pd.DataFrame):
            pd.testing.assert_frame_equal(mine, yours, check_exact=True, check_dtype=len(mine) > 0)
        elif hasattr(mine, "figures"):
            assert_same(mine, yours)
        elif each.name != "plans":
            assert repr(mine) == repr(yours), each.name  # nan is not itself, but it is written so


@pytest.mark.parametrize("table_format", ["csv", "parquet"])
def test_a_comparison_comes_back_as_it_was(compared, tmp_path, table_format):
    write_comparison(compared, tmp_path / "out", table_format)
    again = read_comparison(open_results(tmp_path / "out"))
    assert_same(compared, again)
    assert list(again.plans) == list(compared.plans)
    for name, plan in compared.plans.items():
        assert_same(plan, again.plans[name])
        assert again.verdict(name) == compared.verdict(name)


def test_rules_by_history_come_back_as_they_were(tmp_path):
    """What a rule does not ask for is kept as nothing, and read as nothing."""
    rule = PLAN.replace("effect", "when = {purchases = '>= 2', customer = true}\neffect", 1)
    comparison = compare(market("base"), market("plan", rule), replications=1)
    write_comparison(comparison, tmp_path / "out")
    again = read_comparison(open_results(tmp_path / "out"))
    assert_same(comparison.plans["plan"], again.plans["plan"])
    assert again.plans["plan"].runs.scenario.intervention == comparison.plans["plan"].runs.scenario.intervention


def test_runs_come_back_as_they_were(ran, tmp_path):
    write_runs(ran, tmp_path / "out")
    assert_same(ran, read_runs(open_results(tmp_path / "out")))


@pytest.mark.parametrize("name", ["NA", "7", "1e3", "nan", "", 'a,b\n"c"'])
def test_a_name_stays_a_name(tmp_path, name):
    comparison = compare(market("base"), market(name, PLAN), replications=1)
    write_comparison(comparison, tmp_path / "out")
    again = read_comparison(open_results(tmp_path / "out"))
    assert list(again.plans) == list(comparison.plans)
    assert_same(next(iter(comparison.plans.values())), next(iter(again.plans.values())))


@pytest.mark.parametrize(
    ("until", "name"), [(Decided("loops"), "always_valid"), (HalfWidth("loops", 0.01), "two_stages_5")]
)
def test_intervals_of_a_number_that_was_not_fixed_stay_so(tmp_path, until, name):
    stopped = compare(market("base"), market("plan", PLAN), replications=5, until=until, most=7)
    write_comparison(stopped, tmp_path / "out")
    assert json.loads((tmp_path / "out" / "comparison.json").read_text())["intervals"] == name
    again = read_comparison(open_results(tmp_path / "out"))
    assert again.stopped == stopped.stopped
    assert again.plans["plan"].difference("loops") == stopped.plans["plan"].difference("loops")


def test_the_scenario_files_in_the_folder_give_the_same_numbers_again(folders, compared, tmp_path):
    base, plan = (folders["comparison"] / name for name in ("base.toml", "plan-1.toml"))
    again = compare(base, plan, replications=3, seed=5)
    pd.testing.assert_frame_equal(again.table(), compared.table(), check_exact=True)
    write_comparison(again, tmp_path / "out")
    hashes = [
        [kept["sha256"] for kept in json.loads((folder / "manifest.json").read_text())["scenarios"].values()]
        for folder in (folders["comparison"], tmp_path / "out")
    ]
    assert hashes[0] == hashes[1]


# ---- what is refused ------------------------------------------------------------------------------------------------


@pytest.fixture
def spoilt(folders, tmp_path):
    """A copy of the comparison's folder, and what opening and reading it says."""
    copy = tmp_path / "copy"
    shutil.copytree(folders["comparison"], copy)

    def says():
        with pytest.raises(NoResultsError) as refusal:
            read_comparison(open_results(copy))
        assert str(copy) in str(refusal.value) and "\n" not in str(refusal.value)
        return str(refusal.value)

    return copy, says


def test_a_folder_that_is_not_there_or_a_file_is_refused(tmp_path):
    with pytest.raises(NoResultsError, match="is not there; give a folder"):
        open_results(tmp_path / "nowhere")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(NoResultsError, match="is a file; give a folder"):
        open_results(tmp_path / "file")
    with pytest.raises(NoResultsError, match=r"no manifest\.json\.$"):
        open_results(tmp_path)


def test_a_folder_whose_writing_was_cut_off_is_refused(spoilt):
    copy, says = spoilt
    (copy / "manifest.json").unlink()
    assert "Writing may have been cut off" in says()


def test_a_missing_table_is_named(spoilt):
    copy, says = spoilt
    (copy / "money.csv").unlink()
    assert "money.csv is missing" in says()


@pytest.mark.parametrize("table", ["figures.csv", "rescued.csv", "comparison.json"])
def test_a_table_edited_by_hand_is_named(spoilt, table):
    copy, says = spoilt
    text = (copy / table).read_text()
    (copy / table).write_text(text.replace("0", "1", 1))
    assert f"{table} is not as cxsim wrote it" in says()


def edited(copy, change):
    record = json.loads((copy / "manifest.json").read_text())
    change(record)
    (copy / "manifest.json").write_text(json.dumps(record))


def scenario_of(record):
    return next(iter(record["scenarios"].values()))["scenario"]


@pytest.mark.parametrize(
    "change, said",
    [
        (lambda record: record.pop("format"), "cxsim 0.1.0 (no format)"),
        (lambda record: record.update(format=99, cxsim="9.9"), "cxsim 9.9 (format 99)"),
        (lambda record: record.pop("seed"), "seed"),
        (lambda record: record.update(seed=6), "do not agree"),
        (lambda record: record.update(replications=400), "do not agree"),
        (lambda record: scenario_of(record)["use"].update(memory=0.9), "changed by hand"),
        (lambda record: scenario_of(record)["use"].update(memory="much"), "cannot be understood"),
        (lambda record: record.update(files=3), "cannot be understood"),
    ],
)
def test_an_edited_manifest_is_refused(spoilt, change, said):
    copy, says = spoilt
    edited(copy, change)
    assert said in says()


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "\x00\xff"])
def test_a_damaged_manifest_is_refused(spoilt, text):
    copy, says = spoilt
    (copy / "manifest.json").write_bytes(text.encode("latin-1"))
    assert "manifest.json" in says()
