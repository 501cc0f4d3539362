"""Protects what one must believe: turning points that arithmetic gives, ends that are plausible, words and a table that agree."""

import numpy as np
import pytest
from click.testing import CliRunner

import cxsim.analysis.sensitivity.believe as believing
from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.intervals import estimate
from cxsim.analysis.sensitivity.assumptions import assumptions_of
from cxsim.analysis.sensitivity.believe import _Advantage, believe
from cxsim.analysis.sensitivity.believe_text import MOST_ROWS, believe_text
from cxsim.engine.outcomes.money import discount_factors
from cxsim.interface.cli import cxsim as command
from cxsim.scenario import load_together
from cxsim.scenario.register import all_entries

SMALL = {"market.people": 300, "market.horizon_weeks": 40, "market.run_in_weeks": 4}
PAIRS = 4


def written(tmp_path, weekly=60.0, effect="{parameter = 'use.late_rate', multiply = 0.2}"):
    file = tmp_path / "plan.toml"
    file.write_text(
        f"name = 'On time'\nextends = 'restaurant'\n[[intervention]]\nname = 'second cook'\nstart_week = 4.0\n"
        f"effect = [{effect}, {{parameter = 'use.quality', add = 0.06}}]\ncost = {{weekly = {weekly}}}\n"
    )
    return load_together(("restaurant", file), SMALL)


def assumption(scenarios, key):
    return next(each for each in assumptions_of(*scenarios) if each.key == key)


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return written(tmp_path_factory.mktemp("believe"))


@pytest.fixture(scope="module")
def found(pair):
    return believe(*pair, replications=PAIRS, workers=1)


def test_the_cost_that_just_pays_is_what_the_plan_brings_over_the_discounted_weeks(pair, found):
    """Advantage = gain - cost x sum of discount factors: its root, and the paired interval of it, by arithmetic."""
    base, _ = pair
    rows = compare(*pair, replications=PAIRS, workers=1).plans["On time"].per_replication
    differences = (rows["plan_net_margin"] - rows["base_net_margin"]).to_numpy(float)
    weeks = float(np.sum(discount_factors(base)[4:]))
    known = estimate((differences + 60.0 * weeks) / weeks)
    cost = next(each for each in found.beliefs if each.assumption.key == "cost.second cook.weekly")
    value = cost.assumption.value
    assert value(cost.turn) == pytest.approx(known.mean, rel=1e-3)
    assert [value(cost.low), value(cost.high)] == pytest.approx([known.low, known.high], rel=1e-3)
    assert "now 60" in believe_text(found)


def test_without_any_effect_only_the_cost_is_left(pair):
    """Both effects at their low end, which is none: the plan is the base, less what it costs."""
    base, plan = pair
    late, better = (assumption(pair, f"effect.second cook.{name}") for name in ("use.late_rate", "use.quality"))
    advantage = _Advantage(base, plan, "net_margin", 2, 1).at(((late, -1.0), (better, -1.0)))
    assert advantage == pytest.approx(-60.0 * float(np.sum(discount_factors(base)[4:])), rel=1e-9)


def test_every_assumption_goes_from_its_own_value_to_the_ends_of_its_range(pair):
    """Everybody's own value in the middle; no end beyond the plausible range, but where the market assumes more already."""
    base, plan = pair
    entries = all_entries()
    for each in assumptions_of(base, plan):
        if each.key.startswith(("cost.", "effect.")):
            continue
        low, high = entries[each.key.removeprefix("rivals.")].plausible
        for holder, own in each.moved(base, 0.0).items():
            ends = [each.moved(base, place)[holder] for place in (-1.0, 1.0)]
            assert ends == [min(low, own), max(high, own)]
    weights = assumption(pair, "purchase.price_weight").moved(base, 0.5)
    assert weights == pytest.approx({
        "segment.residents.purchase.price_weight": 0.065, "segment.office.purchase.price_weight": 0.085,
    })  # fmt: skip
    rivals = assumption(pair, "rivals.use.quality").moved(base, 0.0)
    assert rivals == {
        f"brand.{name}.use.quality": base.brand[name].use.quality for name in base.brands if name != "Olive"
    }


def test_a_plan_near_a_bound_is_moved_as_far_as_it_can_be(tmp_path):
    """ease + .1 and a plausible end of 1.0: not refused, but moved three quarters of the way or less."""
    scenarios = written(tmp_path, effect="{parameter = 'purchase.ease', add = 0.1}")
    ease = assumption(scenarios, "purchase.ease")
    advantage = _Advantage(*scenarios, "net_margin", 2, 1)
    assert advantage.reach(ease, 1.0) == 0.25 and advantage.reach(ease, -1.0) == -1.0


def test_turning_points_stand_first_the_nearest_at_the_top(found):
    turns = [abs(each.turn) for each in found.beliefs if each.turns]
    assert turns == sorted(turns) and len(turns) >= 2
    assert all(each.turns for each in found.beliefs[: len(turns)])
    assert found.table()["share_of_the_way"].tolist()[: len(turns)] == turns
    text = believe_text(found)
    for each in found.beliefs[: min(len(turns), MOST_ROWS)]:
        assert f"{each.assumption.label} " in text and each.said in text


def test_the_verdict_really_turns_there(pair, found):
    """Lived a little before and a little beyond the nearest turning point, the mean advantage has two signs."""
    nearest = next(each for each in found.beliefs if each.turns and not each.assumption.key.startswith("cost."))
    advantage = _Advantage(*pair, "net_margin", PAIRS, 1)
    before, beyond = (advantage.at(((nearest.assumption, nearest.turn + step),)).mean() for step in (-0.15, 0.15))
    assert before * beyond < 0.0


def test_two_at_once_has_single_moves_in_its_middle(found):
    """The cell where neither is moved is the advantage as assumed."""
    middle = found.together.cells[2][2]
    assert [middle.mean, middle.low, middle.high] == [found.present.mean, found.present.low, found.present.high]
    assert len(found.together.table()) == 25


@pytest.fixture
def few(monkeypatch):
    """Only the plan's own assumptions, so that a test is short."""
    whole = believing.assumptions_of
    monkeypatch.setattr(believing, "assumptions_of", lambda *pair: whole(*pair)[:3])


def test_less_is_better_for_lines(pair, few):
    found = believe(*pair, figure="lines", replications=2, workers=1)
    lines = compare(*pair, replications=2, workers=1).plans["On time"].difference("lines").estimate
    assert found.present.mean == -lines.mean


def test_a_plan_that_changes_nothing_leaves_nothing_to_believe(tmp_path):
    (tmp_path / "plan.toml").write_text("name = 'Nothing'\nextends = 'restaurant'\n")
    found = believe(*load_together(("restaurant", tmp_path / "plan.toml"), SMALL), replications=2, workers=1)
    text = " ".join(believe_text(found).split())
    assert "nothing to believe" in text and "worse" not in text and "certain" not in text


def test_the_doubts_of_a_comparison_stand_before_what_must_be_believed(tmp_path, few):
    """Too few people: said first, in the same words."""
    written(tmp_path)
    scenarios = load_together(("restaurant", tmp_path / "plan.toml"), {**SMALL, "market.people": 120})
    text = " ".join(believe_text(believe(*scenarios, replications=2, workers=1)).split())
    (doubt,) = [each for each in believe(*scenarios, replications=2, workers=1).doubts if each.kind == "few people"]
    assert text.startswith("Careful: ") and text.index(doubt.sentence) < text.index("What one must believe")


def test_what_differs_in_a_channel_is_said_not_to_have_been_moved(tmp_path, few):
    """Nobody can move it, so nothing is known of what must be believed of it."""
    (tmp_path / "market.toml").write_text(
        "name = 'With an app'\nextends = 'restaurant'\nmechanisms = ['channels']\nbrand.Olive.channels.share = 0.4\n"
        "[[channel]]\nname = 'app'\neffect = [{parameter = 'purchase.ease', add = 0.03}]\n"
    )
    (tmp_path / "plan.toml").write_text(
        "name = 'More'\nextends = 'market.toml'\n[[intervention]]\nname = 'more'\n"
        "effect = [{parameter = 'channels.share', set = 0.8}]\n"
    )
    found = believe(
        *load_together((tmp_path / "market.toml", tmp_path / "plan.toml"), SMALL), replications=2, workers=1
    )
    text = " ".join(believe_text(found).split())
    assert "Not moved: what differs in channel 'app' of Olive" in text and "change purchase.ease there" in text


def test_one_pair_is_refused(pair):
    with pytest.raises(ValueError, match="at least 2"):
        believe(*pair, replications=1)


def test_the_command_writes_words_a_table_and_a_picture(tmp_path, few):
    plan = tmp_path / "plan.toml"
    written(tmp_path)
    small = [f"--set={key}={value}" for key, value in SMALL.items()]
    asked = ["believe", "restaurant", str(plan), *small, "-n", "2", "-o", str(tmp_path / "out")]
    said = CliRunner().invoke(command, asked, catch_exceptions=False)
    assert said.exit_code == 0 and "What one must believe" in said.output
    names = {file.name for file in (tmp_path / "out").iterdir()}
    assert {"summary.txt", "beliefs.csv", "beliefs.png", "manifest.json"} <= names
    page = tmp_path / "page.html"
    made = CliRunner().invoke(command, ["report", str(tmp_path / "out"), "-o", str(page)], catch_exceptions=False)
    assert made.exit_code == 0 and "Where the verdict turns" in page.read_text()
