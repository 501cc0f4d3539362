"""Protects what a strategist sees: what to do in plain words, how sure it is, a folder that holds together, clear refusals."""

import json
from dataclasses import replace

import pandas as pd
import pytest
from matplotlib import pyplot as plt
from small import MARKET, MENU, market_and_menu, one_thread, written

from cxsim.analysis.compare.doubt import Doubt
from cxsim.analysis.compare.second_look import doubts_about
from cxsim.analysis.portfolio.choosing import best_portfolio
from cxsim.analysis.portfolio.plan_file import plan_text
from cxsim.analysis.portfolio.plans import options_of
from cxsim.analysis.portfolio.report import report_text, verdict
from cxsim.analysis.portfolio.worlds import worlds_for
from cxsim.interface import charts
from cxsim.scenario import load


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """A portfolio over nine worlds: more plans than can race."""
    market, menu = market_and_menu(tmp_path_factory.mktemp("shop"))
    worlds = worlds_for(market, menu, None, 1)
    return best_portfolio(market, menu, 60.0, "loops", worlds, one_thread, runs=540)


def files(folder):
    """A market and a menu in a folder, as they are named on the command line."""
    certain = MENU.replace('name = "till"', 'name = "till"\nlevel = "typical"')  # one world
    return written(folder, "market.toml", MARKET), written(folder, "menu.toml", certain)


def test_the_verdict_says_what_to_do_what_it_brings_and_how_sure_that_is(found):
    said = verdict(found)
    assert said.startswith("Careful: ") and "Careful: only 60 people live in this market" in said
    assert "\n\nWith EUR 60 over 12 weeks, for the most loops:\n- " in said
    assert all(f"- {option}" in said for option in found.words(found.chosen).split("; "))
    loops = found.fresh(found.chosen, "loops")
    assert (
        f"Expected, as a mean over 9 worlds: {loops.mean:+z,.0f} ({loops.low:+z,.0f} to {loops.high:+z,.0f}) loops"
        in said
    )
    assert "that had no part in the choice" in said
    assert "With a probability of at least 95%, its expected cost is within the budget" in said
    assert "In the worst of 9 worlds" in said and f"The answer took {found.trials.runs:,} runs" in said


def test_the_doubts_are_those_of_the_plan_that_is_written_down_and_stand_before_what_to_do(found, tmp_path):
    market = found.market
    plan = market.model_copy(
        update={"intervention": load(written(tmp_path, "plan.toml", _plan_of(found, tmp_path))).intervention}
    )
    assert list(found.doubts[: len(doubts_about(market, plan))]) == doubts_about(market, plan)
    doubted = replace(found, doubts=(Doubt("return", 9.0, "too good."), Doubt("desk", 0.1, "idle.")))
    assert verdict(doubted).startswith("Careful: too good.\n\nCareful: idle.\n\nWith EUR 60")
    assert "Careful" not in verdict(replace(found, doubts=()))


def _plan_of(found, folder):
    market = str(written(folder, "market.toml", MARKET))
    return plan_text("the plan", market, options_of(found.menu, found.chosen))


def test_plans_that_cannot_be_told_apart_are_named(found):
    others = len(found.not_told_apart) - 1
    assert others >= 1  # 60 people and few runs
    told = "this plan" if others == 1 else f"these {others} plans"
    assert f"Rather than a point: {told} cannot be told from it" in verdict(found)
    assert all(found.words(plan) in verdict(found) for plan in found.not_told_apart[1:6])


def test_it_takes_about_the_runs_it_may_take(found):
    assert 0.6 * 540 <= found.trials.runs <= 1.1 * 540


def test_what_the_promise_does_not_cover_is_said(found):
    said = verdict(found)
    assert f"of the {len(found.raced)} plans compared last none is better" in said
    assert "a better one may have been among them by bad luck" in said
    climbed = verdict(replace(found, climbed=True))
    assert "by a heuristic" in climbed and "It may have missed a better one" in climbed
    everything = verdict(replace(found, all_raced=True))
    assert f"all {len(found.raced)} plans that the budget can hold" in everything and "bad luck" not in everything


def test_when_nothing_is_better_it_says_do_nothing(tmp_path):
    menu = '[[intervention]]\nname = "poster"\neffect = [{parameter = "expectation.promise", add = 0.0}]\ncost = {once = 5.0}\n'
    found = best_portfolio(*market_and_menu(tmp_path, menu), 50.0, "margin", [{}], one_thread, runs=300)
    assert "do nothing" in verdict(found) and "Expected" not in verdict(found)
    assert found.chosen == (0,) and "nothing" in report_text(found)


def test_the_chart_shows_the_front_on_the_axes_it_is_given(found):
    _, ax = plt.subplots()
    assert charts.front(found, ax) is ax
    shown = {text.get_text() for text in ax.texts}
    assert {*found.names} <= shown
    table = found.front()
    step = ax.get_lines()[0]
    assert list(step.get_xdata()) == pytest.approx(table.loc[table["on_front"], "cost"].tolist())
    assert "had no part in the choice" in " ".join(shown).replace("\n", " ")
    plt.close("all")


def test_the_folder_holds_together(cxsim, tmp_path, monkeypatch):
    monkeypatch.setenv("CI", "true")  # a slow machine tells of its progress
    market, menu = files(tmp_path)
    out = tmp_path / "out"
    arguments = ("portfolio", market, "--budget", 45, "--aim", "rescued", "--menu", menu, "--runs", 300, "--workers", 0)
    code, said, errors = cxsim(*arguments, "-o", out)
    assert (code, errors) == (0, ""), errors
    assert said.startswith("Careful: ")
    assert "\n\nWith EUR 45 over 12 weeks, for the most rescued lines:" in said
    assert f"cxsim compare {market} {out / 'plan.toml'}" in said
    manifest = json.loads((out / "manifest.json").read_text())
    names = {"front.png", "report.md", "plan.toml", "portfolio.csv", "finalists.csv", "regret.csv", "worlds.csv"}
    assert {path.name for path in out.iterdir()} == names | {"manifest.json", "search"} and {
        *manifest["files"]
    } == names
    assert (manifest["budget"], manifest["aim"], manifest["seed"]) == (45.0, "rescued", 1)
    assert "few people" in {doubt["kind"] for doubt in manifest["doubts"]}
    told = " ".join((out / "report.md").read_text().split())
    assert all(f"Careful: {doubt['sentence']}" in told for doubt in manifest["doubts"])
    finalists, every = (pd.read_csv(out / f"{name}.csv") for name in ("finalists", "portfolio"))
    chosen = finalists.loc[finalists["chosen"], "plan"].item()
    assert {*finalists["plan"]} <= {*every["plan"]} and every["plan"].is_unique
    assert [item.name for item in load(out / "plan.toml").intervention] == [
        words.partition(" from ")[0].partition(" (")[0] for words in chosen.split("; ")
    ]
    code, _, errors = cxsim(*arguments, "-o", out)
    assert code == 2 and "holds a search already; --resume goes on with it" in errors
    code, compared, _ = cxsim("compare", market, out / "plan.toml", "-n", 2)
    assert code == 0 and compared


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--budget", 0), "the budget is 0; it must be above 0"),
        (("--budget", "much"), "'much' is not a valid float"),
        (("--budget", 1), "nothing on the menu can be had for 1: the cheapest"),
        (("--budget", 50, "--runs", 10), "10 runs are too few"),
        (("--budget", 50, "--worlds", "nowhere.csv"), "cannot be read"),
        (("--budget", 50, "--workers", 1, "--cluster", "tcp://nowhere:1"), "either --workers or --cluster"),
        ((), "Missing option '--budget'"),
    ],
)
def test_what_is_typed_wrong_gets_one_message_and_writes_nothing(cxsim, tmp_path, arguments, said):
    market, menu = files(tmp_path)
    code, _, errors = cxsim("portfolio", market, "--menu", menu, "-o", tmp_path / "out", *arguments)
    assert code == 2 and said in errors and "Traceback" not in errors
    assert sorted(path.name for path in tmp_path.iterdir()) == ["market.toml", "menu.toml"]
