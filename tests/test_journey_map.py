"""Protects the journey map: counts that the weekly table knows too, perfection that is perfect, moments of truth, one picture."""

import numpy as np
import pytest
from click.testing import CliRunner
from test_charts import assert_readable, words_of

from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.runs import run
from cxsim.analysis.journey_map import PERFECT, JourneyMap, journey_map, perfected
from cxsim.analysis.journey_text import journey_text
from cxsim.interface import charts
from cxsim.interface.charts.look import MEDIA, made_for
from cxsim.interface.cli import cxsim as command
from cxsim.scenario import load, load_together
from cxsim.scenario.checks import problems_of_whole

SMALL = {"market.people": 300, "market.horizon_weeks": 40, "market.run_in_weeks": 4}
TIMES = 3


@pytest.fixture(scope="module")
def pair():
    return load_together(("restaurant", "plans/restaurant-second-cook"), SMALL)


@pytest.fixture(scope="module")
def found(pair):
    return journey_map(*pair, replications=TIMES, workers=1)


def by_stage(found, place=0):
    return {each.stage: each for each in found.stages[place]}


@pytest.mark.parametrize("place", [0, 1])
def test_counts_are_those_of_the_weekly_table(pair, found, place):
    """Two ways to the same number: notes on everybody, and the tally."""
    weeks = run(pair[place], TIMES, workers=1).weeks
    own = weeks[weeks["brand"] == "Olive"].drop(columns="brand").sum() / TIMES
    stages = by_stage(found, place)
    assert stages["use"].comes.mean == own["uses"]
    assert stages["use"].comes.mean * stages["use"].passes.mean == pytest.approx(
        own["uses"] - own["failures"], rel=1e-2
    )
    assert stages["support"].comes.mean == own["contacts"] + own["silent"] - own["raised_again"]
    assert stages["loyalty"].comes.mean == own["episodes"]
    bought = stages["purchase"].comes.mean * stages["purchase"].passes.mean
    assert bought == pytest.approx(own["purchases"] - own["loop_purchases"], rel=1e-2)


def test_the_same_whatever_the_number_of_threads(pair, found):
    again = journey_map(*pair, replications=TIMES, workers=2)
    assert again.table().equals(found.table())


def test_the_pain_is_the_commonest_cause_of_lines_there(pair, found):
    lines = run(pair[0], TIMES, workers=1).lines
    for stage, each in by_stage(found).items():
        there = lines[lines["stage"] == stage].groupby("cause")["people"].sum()
        assert each.pained.mean == pytest.approx((there.max() if len(there) else 0.0) / TIMES)
        assert not len(there) or there[each.pain] == there.max()


def test_perfection_is_perfect(pair):
    """Nobody fails to find, no checkout fails, nothing is late or broken, and every contact is solved."""
    wrong = {
        "research": ["lines_research"], "purchase": ["misfits"], "use": ["failures", "late"], "support": ["unresolved"],
    }  # fmt: skip
    for stage, columns in wrong.items():
        weeks = run(perfected(pair[0], stage), 1, workers=1).weeks
        own = weeks[(weeks["brand"] == "Olive") & (weeks["week"] > 1)]  # what was bought before has its misfits still
        assert own[columns].to_numpy().sum() == 0 or stage == "purchase"
        assert stage != "purchase" or own["chosen"].sum() == own["purchases"].sum()


@pytest.mark.parametrize("stage", PERFECT)
def test_nothing_is_more_than_perfect_where_plans_add_to_it(pair, stage):
    """The second cook's market adds to ease: made perfect it stays a scenario that can be, and costs what it did."""
    better = perfected(pair[1], stage)
    assert problems_of_whole(better, str) == []
    assert [each.cost for each in better.intervention[:-1]] == [each.cost for each in pair[1].intervention]


def test_a_stage_that_is_perfect_already_is_worth_exactly_nothing(pair):
    perfect = {f"brand.Olive.{name}": value for name, value in PERFECT["research"].items()}
    base = load("restaurant", {**SMALL, **perfect})
    worth = journey_map(base, replications=2, workers=1).gains["research"]
    assert np.array_equal(worth, [0.0, 0.0])


def test_worth_is_a_paired_difference_of_margins(pair, found):
    plan = perfected(pair[0], "use")
    margin = (
        compare(pair[0], plan, replications=TIMES, workers=1).plans["perfect use"].difference("net_margin").estimate
    )
    assert found.worth["use"].mean == pytest.approx(margin.mean)
    assert [found.worth["use"].low, found.worth["use"].high] == pytest.approx([margin.low, margin.high])


def with_gains(found, **gains):
    return JourneyMap(found.names, found.stages, {name: np.array(each) for name, each in gains.items()}, "EUR", 3)


def test_moments_of_truth_are_the_best_and_what_cannot_be_told_from_it(found):
    told = with_gains(found, research=[1.0, 2.0, 3.0], use=[91.0, 92.0, 94.0], support=[80.0, 95.0, 101.0])
    assert told.moments_of_truth == ["use", "support"]
    assert with_gains(found, use=[-1.0, 0.0, 1.5], support=[-2.0, -1.0, -3.0]).moments_of_truth == []
    assert "The moment of truth is use" in journey_text(with_gains(found, use=[9.0, 9.5, 9.2], support=[1.0, 1.5, 1.2]))


def test_every_cell_is_in_the_words_the_table_and_the_picture(found):
    text, table, words = (
        journey_text(found),
        found.table(),
        " ".join(word for word, _ in words_of(charts.journey_map(found))),
    )
    assert len(table) == 12
    for each in found.stages[1]:
        assert f"{each.comes.mean:,.0f}" in text and f"{each.comes.mean:,.0f}" in words
    for worth in found.worth.values():
        assert f"{worth.mean:+,.0f}" in text and f"{worth.mean:+,.0f}" in words.replace("\N{MINUS SIGN}", "-")


@pytest.mark.parametrize("medium", MEDIA)
def test_the_picture_is_readable(found, medium):
    with made_for(medium):
        assert_readable(charts.journey_map(found))


def test_the_command_writes_words_a_table_a_picture_and_a_page(tmp_path):
    small = [f"--set={key}={value}" for key, value in SMALL.items()]
    said = CliRunner().invoke(command, ["journey", "restaurant", *small, "-n", "2", "-o", str(tmp_path / "out")])
    assert said.exit_code == 0 and "If a stage were perfect" in said.output
    assert {"summary.txt", "journey.csv", "journey.png"} <= {file.name for file in (tmp_path / "out").iterdir()}
    page = tmp_path / "page.html"
    made = CliRunner().invoke(command, ["report", str(tmp_path / "out"), "-o", str(page)])
    assert made.exit_code == 0 and "Stage by stage" in page.read_text()
