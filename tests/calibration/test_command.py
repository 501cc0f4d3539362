"""Protects `cxsim calibrate` as people type it: a scenario that runs, mistakes answered in words, nothing half-written."""

from pathlib import Path

import pytest

RETENTION = "year,regular_pct,premium_pct\n0,100,100\n1,63.1,86.9\n2,46.8,74.3\n3,38.2,65.3\n4,32.6,59.3\n5,28.9,55.1\n"


@pytest.fixture
def retention(tmp_path):
    path = tmp_path / "retention.csv"
    path.write_text(RETENTION)
    return path


def test_a_retention_table_becomes_a_scenario_that_runs(cxsim, tmp_path, retention):
    out = tmp_path / "out"
    code, said, _ = cxsim("calibrate", retention, "--cohort", "regular_pct", "--until", 4, "--draws", 50, "-o", out)
    assert code == 0
    words = said.replace("\n", " ")
    assert "Held back, the forecasts of years 5 to 5 alone are off by" in words
    assert "of the curve since the start, which holds what was fitted, by" in words
    assert "A good hold-out says nothing about plans." in words
    assert {path.name for path in out.iterdir()} >= {"calibrated.toml", "report.md", "plausible.csv", "holdout.png"}
    code, said, _ = cxsim("check", out / "calibrated.toml")
    assert code == 0
    code, said, _ = cxsim("assumptions", out / "calibrated.toml", "--only", "fitted")
    assert "loyalty.leave_a" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.csv"], "missing.csv"),
        (["retention.csv"], "Name one with --cohort: regular_pct, premium_pct"),
        (["retention.csv", "--cohort", "gold"], "no cohort 'gold'"),
        (["retention.csv", "--cohort", "regular_pct", "--until", "9"], "Allowed: 2 to 5"),
        (["retention.csv", "--cohort", "regular_pct", "--until", "2024-01-01"], "Give --until the number of a period"),
        (["retention.csv", "--cohort", "regular_pct", "--until", "soon"], "neither a day such as"),
        (["retention.csv", "--cohort", "regular_pct", "--market", "moon"], "no such file or ready scenario"),
        (["retention.csv", "--cohort", "regular_pct", "--market", "restaurant"], "needs arise by repeat"),
        (["retention.csv", "--cohort", "regular_pct", "--contact-rate", "0.1"], "no experience acts"),
        (["retention.csv", "--cohort", "regular_pct", "--scores", "retention.csv"], "retention.csv"),
    ],
)
def test_mistakes_are_answered_in_words(cxsim, monkeypatch, tmp_path, retention, arguments, message):
    monkeypatch.chdir(tmp_path)
    code, _, error = cxsim("calibrate", *arguments, "-o", "out")
    assert code == 2
    assert message in error
    assert "Traceback" not in error
    assert not Path("out").exists()


def test_results_that_are_there_stay(cxsim, monkeypatch, tmp_path, retention):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    code, _, error = cxsim("calibrate", retention, "--cohort", "regular_pct", "-o", tmp_path / "out")
    assert (code, [path.name for path in (tmp_path / "out").iterdir()]) == (2, ["mine.txt"])
    assert "--overwrite" in error
