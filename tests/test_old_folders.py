"""Folders of results that were written before the words changed go on opening: one of each kind, kept small in old_folders/.

They were written by the version before the five rooms, without pictures but the one that the report on a search shows; weeks then called loop purchases `loops`.
"""

import shutil
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner

from cxsim.analysis.portfolio.memory import remembered
from cxsim.analysis.results.folder import Kind, ResultsExistError
from cxsim.analysis.results.reading import NoResultsError, open_results, read_comparison, read_runs
from cxsim.analysis.sweep import read_runs as read_runs_of_study
from cxsim.analysis.sweep import read_weeks
from cxsim.interface.cli import cxsim
from cxsim.interface.report.writing import write_report
from cxsim.scenario import load

FOLDER = Path(__file__).with_name("old_folders")
CAME_LATER = {"beliefs", "journey", "market"}  # kinds of which there are no folders from before


@pytest.mark.parametrize("kind", ["run", "comparison", "calibration", "portfolio", "verification", "sweep"])
def test_a_report_is_made_of_it(kind, tmp_path):
    page = tmp_path / "page.html"
    result = CliRunner().invoke(cxsim, ["report", str(FOLDER / kind), "-o", str(page)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "<h1" in page.read_text(encoding="utf-8")


def test_runs_are_read_with_the_words_of_now():
    runs = read_runs(open_results(FOLDER / "run"))
    assert runs.replications == 2
    assert "loop_purchases" in runs.weeks and "loops" not in runs.weeks
    bought = (
        runs.weeks[runs.weeks["brand"] == runs.scenario.market.focal].groupby("replication")["loop_purchases"].sum()
    )
    assert bought.tolist() == runs.figures["loop_purchases"].tolist()


def test_a_comparison_is_read_with_its_verdict_and_intervals():
    comparison = read_comparison(open_results(FOLDER / "comparison"))
    (plan,) = comparison.plans.values()
    assert comparison.replications == 2 and comparison.intervals == "student_t"
    assert "loop_purchases" in plan.runs.weeks
    assert comparison.verdict()


def test_a_study_is_read_and_analysed_again(tmp_path):
    assert len(read_runs_of_study(FOLDER / "sweep")) == 24
    assert read_weeks(FOLDER / "sweep", ["loop_purchases"]).columns.tolist() == [
        "run",
        "week",
        "brand",
        "loop_purchases",
    ]
    assert "loops" not in read_weeks(FOLDER / "sweep")
    study = tmp_path / "study"
    shutil.copytree(FOLDER / "sweep", study)
    result = CliRunner().invoke(
        cxsim, ["sensitivity", str(study), "-o", str(tmp_path / "said")], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output


def test_every_kind_is_there():
    assert {path.name for path in FOLDER.iterdir()} == {*get_args(Kind), "sweep"} - CAME_LATER


def test_the_plan_that_a_search_chose_is_lived_and_another_question_is_refused():
    chosen = load(FOLDER / "portfolio" / "plan.toml")
    assert [item.name for item in chosen.intervention] == ["repairs", "till"]
    question = {"budget": 45.0, "mechanisms": {}, "scenario": {"name": "Corner shop", "sha256": "of now"}}
    with (
        pytest.raises(ResultsExistError, match=r"holds another search \(different: scenario\)"),
        remembered(FOLDER / "portfolio", question, resume=True),
    ):
        pass


@pytest.mark.parametrize("kind", ["export", "sensitivity"])
def test_what_has_no_report_says_so_in_a_sentence(kind, tmp_path):
    with pytest.raises(NoResultsError, match=f"holds results of the kind {kind!r}; there are reports on comparison, "):
        write_report(FOLDER / kind, tmp_path / "page.html")
    assert not list(tmp_path.iterdir())
