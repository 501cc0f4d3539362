"""Protects comparisons over worlds: an interval that holds luck and ignorance, split rightly, and what the user set stays."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import cxsim as package
from cxsim.analysis.compare.ignorance import ignorance_of
from cxsim.analysis.compare.intervals import LIVES_OF_A_WORLD, estimate, one_world
from cxsim.analysis.firm import founded
from cxsim.analysis.firm.compared import compare_over_worlds, worlds_of_market
from cxsim.analysis.results.reading import open_results, read_comparison
from cxsim.analysis.results.writing import write_comparison
from cxsim.scenario.files import load_together

SMALL = 'like = "newspaper"\ncustomers = 150\nbilling = "year"\nprice = 120\nchurn = "20%"\n'
PLAN = """
extends = "mine/market.toml"
name = "Better"
[[intervention]]
name = "Fewer failures"
effect = [{parameter = "use.failure_rate", multiply = 0.3}]
cost = {once = 5.0}
"""
TRIALS = 4000


def normal(*shape, seed):
    return stats.norm.rvs(size=shape, random_state=seed)


@pytest.mark.parametrize("worlds", [4, 20])
@pytest.mark.parametrize(("unknown", "luck"), [(1.0, 0.0), (3.0, 1.0), (0.0, 1.0)])
def test_the_interval_is_where_one_more_world_would_lie(worlds, unknown, luck):
    """Of the lives of one more normal world 95% are covered, or more where luck counts; error of a share of 4,000: .0034."""
    lives = unknown * normal(TRIALS, worlds + 1, 1, seed=worlds)
    lives = lives + luck * normal(TRIALS, worlds + 1, LIVES_OF_A_WORLD, seed=100 + worlds)
    found = [estimate(study[:-1].ravel(), one_world) for study in lives]
    inside = np.mean([each.low <= new <= each.high for each, new in zip(found, lives[:, -1, 0], strict=True)])
    assert inside > 0.95 - 3 * 0.0034
    if luck == 0.0:
        assert inside == pytest.approx(0.95, abs=3 * 0.0034)


def test_luck_and_ignorance_are_told_apart():
    """Worlds of spread 3 with luck of 1 in each life, and worlds of no spread: means over 100 studies, whose errors are .016 and .05."""
    split = {3.0: [], 0.0: []}
    for spread, found in split.items():
        for study in range(100):
            worth = spread * normal(20, 1, seed=study) + normal(20, LIVES_OF_A_WORLD, seed=1000 + study)
            told = ignorance_of(worth, pd.DataFrame({"a": np.zeros(20)}), "figures")
            found.append([told.luck**2, told.unknown**2])
    reach = stats.t.ppf(0.975, 19)
    luck, unknown = np.sqrt(np.mean(split[3.0], axis=0)) / reach
    assert luck == pytest.approx(1.0, abs=0.05)
    assert unknown == pytest.approx(3.0, abs=0.15)
    assert np.sqrt(np.mean(split[0.0], axis=0))[1] / reach < 0.5


def test_the_value_that_carries_most_is_named_and_chance_is_not():
    values = normal(40, 9, seed=1)
    table = pd.DataFrame(values, columns=[f"key{place}" for place in range(9)])
    luck = normal(40, LIVES_OF_A_WORLD, seed=2)
    carried = ignorance_of(10.0 * values[:, [4]] + luck, table, "figures")
    assert (carried.carrying, carried.better) == ("key4", int((values[:, 4] * 10 + luck.mean(axis=1) > 0).sum()))
    assert ignorance_of(luck, table, "figures").carrying == ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    from cxsim.analysis.firm.own_market import own_market
    from cxsim.analysis.firm.writing import write_market
    from cxsim.data.figures_file import read_figures

    place = tmp_path_factory.mktemp("own")
    (place / "figures.toml").write_text(SMALL)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(founded, "SEARCH_PEOPLE", (400, 400))
        write_market(own_market(read_figures(place / "figures.toml"), draws=8), place / "mine")
    (place / "better.toml").write_text(PLAN)
    return place


@pytest.fixture(scope="module")
def over(folder):
    """A comparison over four worlds, and its folder without pictures."""
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        base, plan = load_together(["mine/market.toml", "better.toml"])
        found = compare_over_worlds(base, plan, worlds=worlds_of_market("mine/market.toml", base), count=4)
        write_comparison(found, Path("over"))
    return found


def test_worlds_are_the_default_and_the_point_is_for_who_asks(cxsim, monkeypatch, folder, over):
    monkeypatch.chdir(folder)
    code, said, _ = cxsim("compare", "mine/market.toml", "better.toml", "-n", 4)
    assert code == 0
    assert said.startswith(over.verdict())
    assert " of 4 worlds that your figures allow; 95% intervals hold luck" in said
    assert "cxsim follow" not in said
    code, point, _ = cxsim("compare", "mine/market.toml", "better.toml", "-n", 2, "--point")
    assert (code, "2 paired replications of this one set of assumptions" in point) == (0, True)
    code, _, error = cxsim("compare", "mine/market.toml", "better.toml", "--copied-after", 4)
    assert (code, "add --point" in error) == (2, True)
    code, _, error = cxsim("compare", "mine/market.toml", "better.toml", "-n", 1)
    assert (code, "--point" in error) == (2, True)


def test_the_folder_says_what_is_not_known_and_repeats_it(cxsim, monkeypatch, folder, over):
    monkeypatch.chdir(folder)
    kept = json.loads(Path("over/comparison.json").read_text())["plans"]["Better"]["ignorance"]
    assert (kept["worlds"], kept["source"]) == (4, "figures")
    assert pd.read_csv("over/plausible.csv").drop(columns="draw").equals(over.worlds)
    assert "worlds that your figures allow" in Path("over/summary.md").read_text()
    assert read_comparison(open_results(Path("over"))).verdict() == over.verdict()
    again = load_together(["over/base.toml", "over/plan-1.toml"])
    lived = compare_over_worlds(*again, worlds=worlds_of_market("over/base.toml", again[0]), count=4)
    assert lived.verdict() == over.verdict()
    code, _, _ = cxsim("report", "over", "-o", "over.html")
    page = Path("over.html").read_text()
    assert code == 0 and "What is not known" in page and "worlds that your figures allow" in page


def test_the_market_has_a_page_of_its_own(cxsim, monkeypatch, folder):
    monkeypatch.chdir(folder)
    code, _, error = cxsim("report", "mine", "-o", "mine.html")
    page = Path("mine.html").read_text()
    assert (code, error) == (0, "")
    assert "customers lost in a year" in page and "What this cannot tell" in page


def test_what_the_user_set_stays_in_every_world(folder, monkeypatch):
    monkeypatch.chdir(folder)
    key = "loyalty.satisfaction_weight"
    everything = worlds_of_market("mine/market.toml", package.load("mine/market.toml"))
    own = worlds_of_market("mine/market.toml", package.load("mine/market.toml", {key: 1.234}))
    assert set(everything.table) - set(own.table) == {key}
    Path("child.toml").write_text(f'extends = "mine/market.toml"\n{key} = 1.234\n')
    child = worlds_of_market("child.toml", package.load("child.toml"))
    assert set(child.table) == set(own.table)
    assert worlds_of_market("restaurant", package.load("restaurant")) is None


def test_a_world_in_which_the_plan_cannot_be_is_left_out_and_said(cxsim, monkeypatch, folder):
    monkeypatch.chdir(folder)
    quick = (
        worlds_of_market("mine/market.toml", package.load("mine/market.toml"))
        .table.filter(like="quick_rate")
        .iloc[:, 0]
    )
    add = round(1.0 - sorted(quick)[-2] - 0.001, 4)  # too much for the quickest desk alone
    Path("quick.toml").write_text(
        PLAN.replace(
            '{parameter = "use.failure_rate", multiply = 0.3}', f'{{parameter = "support.quick_rate", add = {add}}}'
        )
    )
    code, said, _ = cxsim("compare", "mine/market.toml", "quick.toml", "-n", len(quick))
    assert (code, f"1 of {len(quick)} worlds are left out" in said) == (0, True)
