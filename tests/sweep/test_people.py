"""Protects the table of everybody's story: it says what the run says, in the same bytes, and never fills the memory."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from studies import STUDY, lived, sums, written

from cxsim.analysis.sweep import blocks as tables
from cxsim.analysis.sweep import read_people, read_runs
from cxsim.engine.outcomes.status import STATUSES
from cxsim.engine.simulate import simulate
from cxsim.engine.state import MONEY_UNIT
from cxsim.scenario import load

FEW = (
    STUDY.replace("points = 9", "points = 2")
    .replace("draws = 3", "draws = 1")
    .replace("replications = 5", "replications = 2")
)
SEGMENTS = """
[segment.loud]
share = 0.5
telling.base = 1.0
[segment.quiet]
share = 0.5
"""


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("people")
    market = (
        (written(folder, FEW).parent / "market.toml").read_text().replace("horizon_weeks = 8", "horizon_weeks = 60")
    )
    lived(written(folder, FEW, market + SEGMENTS), folder / "out")
    return folder / "out"


def test_every_row_is_a_person_of_the_run(out):
    row = read_runs(out).loc[0]
    values = [f"{key}={row[key]}" for key in ("brand.ours.use.quality", "telling.bad")]
    scenario = load(out.parent / "market.toml", values)
    alone = simulate(scenario, 3, 0)
    people = read_people(out).query("run == 0").set_index("person")
    bonds, outcome = alone.state.bonds[:, 0], alone.outcome
    assert people.index.tolist() == list(range(60))
    assert people["status"].tolist() == [STATUSES[status] for status in outcome.status]
    assert people["segment"].tolist() == [["loud", "quiet"][number] for number in alone.state.people["segment"]]
    assert people.loc[people["status"] != "line", ["stage", "cause"]].isna().all(axis=None)
    ended = people["status"] == "line"
    assert ended.any() and people.loc[ended, ["stage", "cause"]].notna().all(axis=None)
    for column, field in (
        ("purchases", "purchases"),
        ("loop_purchases", "loop_purchases"),
        ("failures", "complaints"),
        ("referred", "converts"),
        ("customer", "customer"),
        ("satisfaction", "satisfaction"),
    ):
        np.testing.assert_array_equal(people[column].to_numpy(float), bonds[field].astype(float))
    np.testing.assert_array_equal(people["margin"], outcome.margin / MONEY_UNIT)


def test_people_add_up_to_the_figures(out):
    runs, people = read_runs(out).set_index("run"), read_people(out)
    assert len(people) == 60 * len(runs)
    counts = people.groupby("run")["status"].value_counts().unstack(fill_value=0)
    for status, figure in (("loop", "loops"), ("line", "lines"), ("new", "new"), ("never", "never")):
        found = counts[status] if status in counts else pd.Series(0, runs.index)
        np.testing.assert_array_equal(found, runs[figure])
    at = people[people["status"] == "line"].groupby("run")["stage"].value_counts().unstack(fill_value=0)
    np.testing.assert_array_equal(at["use"], runs["lines_use"])
    by_run = people.groupby("run")
    np.testing.assert_array_equal(by_run["purchases"].sum(), runs["purchases"])
    np.testing.assert_array_equal(by_run["customer"].sum(), runs["customers"])
    assert runs["purchases"].min() > 0


def test_rows_are_written_in_groups_as_they_come(out, tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "ROWS_OF_A_GROUP", 130)
    lived(out.parent / "study.toml", tmp_path / "out")
    (file,) = (tmp_path / "out" / "people").iterdir()
    groups = pq.ParquetFile(file).metadata
    assert [groups.row_group(place).num_rows for place in range(groups.num_row_groups)] == [180, 180, 120]
    assert read_people(tmp_path / "out").equals(read_people(out))


def test_people_are_kept_only_if_asked_for_and_change_nothing_else(out, tmp_path):
    study = written(tmp_path, FEW.replace("people = true\n", ""), (out.parent / "market.toml").read_text())
    lived(study, tmp_path / "out")
    assert not (tmp_path / "out" / "people").exists()
    with pytest.raises(FileNotFoundError, match="no complete block"):
        read_people(tmp_path / "out")
    there = sums(tmp_path / "out")
    assert {name: value for name, value in sums(out).items() if "people" not in name} == there


def test_failed_runs_have_no_people(tmp_path):
    (tmp_path / "points.csv").write_text("intervention.Check twice.start_week,intervention.Check twice.end_week\n5,2\n")
    text = 'scenario = "market.toml"\nplans = ["plan.toml"]\nreplications = 1\npeople = true\ndesign = {kind = "table", file = "points.csv"}\n'
    lived(written(tmp_path, text), tmp_path / "out")
    assert set(read_people(tmp_path / "out")["run"]) == {0}
    assert read_people(tmp_path / "out", columns=["status"]).columns.tolist() == ["run", "person", "status"]
