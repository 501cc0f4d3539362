"""Protects reactions: a rival answers what is public, with its share of it, so many weeks later, and nobody answers unless told."""

import numpy as np
import pytest
from markets import scenario_from

from cxsim.analysis.compare.comparison import compare
from cxsim.engine.branching import parting_week
from cxsim.scenario import ScenarioError, load
from cxsim.scenario.reactions import with_answers
from cxsim.scenario.register import assumptions
from cxsim.scenario.schedule import build_schedule
from cxsim.scenario.writing import scenario_hash, scenario_text

MARKET = """
[market]
people = 200
horizon_weeks = 40
[brand.focal]
purchase.price = 50.0
expectation.promise = 0.7
telling.reward = 4.0
[brand.rival]
purchase.price = 30.0
expectation.promise = 0.6
[brand.third]
purchase.price = 20.0
"""
CHEAPER = """
[[intervention]]
name = "sale"
start_week = 6
end_week = 20
effect = [
  { parameter = "purchase.price", multiply = 0.8 },
  { parameter = "expectation.promise", set = 0.8 },
  { parameter = "telling.reward", add = 2.0 },
  { parameter = "use.quality", add = 0.05 },
]
"""
ANSWER = '[[reaction]]\nbrand = "rival"\nafter_weeks = 5\nshare = 0.5\n'


def weekly(scenario, brand, stage, name):
    """A brand's value in every week."""
    schedule = build_schedule(scenario)
    assert not schedule.faults()
    (terms,) = schedule.extreme_terms()
    return terms.offers[stage][name][terms.first_row, scenario.brands.index(brand)]


def during(scenario, first, end):
    weeks = np.arange(scenario.market.horizon_weeks)
    return (first <= weeks) & (weeks < end)


def test_a_rival_does_its_share_of_what_it_sees_so_much_later():
    plan = scenario_from(MARKET + CHEAPER + ANSWER)
    answered = during(plan, 11, 25)
    np.testing.assert_allclose(weekly(plan, "rival", "purchase", "price"), np.where(answered, 30.0 * 0.9, 30.0))
    np.testing.assert_allclose(weekly(plan, "rival", "expectation", "promise"), np.where(answered, 0.65, 0.6))
    np.testing.assert_allclose(weekly(plan, "rival", "telling", "reward"), np.where(answered, 1.0, 0.0))
    assert len(set(weekly(plan, "rival", "use", "quality"))) == 1  # which nobody sees from outside
    for stage, name in (("purchase", "price"), ("expectation", "promise"), ("telling", "reward")):
        assert len(set(weekly(plan, "third", stage, name))) == 1
        silent = scenario_from(MARKET + CHEAPER)
        np.testing.assert_array_equal(weekly(plan, "focal", stage, name), weekly(silent, "focal", stage, name))


@pytest.mark.parametrize(("effect", "factor"), [("set = 40.0", 0.9), ("add = -10.0", 0.9), ("multiply = 0.8", 0.9)])
def test_a_price_is_answered_in_proportion(effect, factor):
    sale = f'[[intervention]]\nname = "sale"\neffect = [{{ parameter = "purchase.price", {effect} }}]\n'
    plan = scenario_from(MARKET + sale + ANSWER)
    assert weekly(plan, "rival", "purchase", "price")[-1] == pytest.approx(30.0 * factor)


def test_what_only_some_customers_meet_or_the_rival_does_not_watch_is_not_answered():
    for more in ("coverage = 0.5", 'brand = "third"'):
        plan = scenario_from(MARKET + CHEAPER.replace('name = "sale"', f'name = "sale"\n{more}') + ANSWER)
        assert with_answers(plan).intervention == plan.intervention
    watched = scenario_from(MARKET + CHEAPER + ANSWER + 'sees = ["reward"]\n')
    assert [each.parameter for each in with_answers(watched).intervention[-1].effect] == ["telling.reward"]


def test_an_answer_may_be_answered():
    chain = '[[reaction]]\nbrand = "third"\nto = "rival"\nafter_weeks = 3\n' + ANSWER
    plan = scenario_from(MARKET + CHEAPER + chain)
    np.testing.assert_allclose(weekly(plan, "third", "purchase", "price"), np.where(during(plan, 14, 28), 18.0, 20.0))


def test_a_market_with_reactions_answers_the_plans_that_extend_it(tmp_path):
    (tmp_path / "market.toml").write_text(MARKET + ANSWER)
    (tmp_path / "plan.toml").write_text('extends = "market.toml"\n' + CHEAPER)
    base, plan = load(tmp_path / "market.toml"), load(tmp_path / "plan.toml")
    assert weekly(plan, "rival", "purchase", "price")[12] == 27.0
    assert parting_week(base, plan) == 6
    (tmp_path / "again.toml").write_text(scenario_text(plan))
    again = load(tmp_path / "again.toml")
    assert scenario_hash(again) == scenario_hash(plan) and weekly(again, "rival", "purchase", "price")[12] == 27.0
    shown = {row.key: row.value for row in assumptions(plan)}
    assert (shown["reaction.rival.after_weeks"], shown["reaction.rival.share"]) == (5.0, 0.5)
    with pytest.raises(ScenarioError, match="says already how rivals react"):
        compare(base, plan, replications=2, copied_after=5)


def test_nobody_answers_by_default():
    plan = scenario_from(MARKET + CHEAPER)
    assert plan.reaction == [] and with_answers(plan) is plan


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ANSWER + '[[reaction]]\nbrand = "focal"\nto = "rival"\n', "goes round in a circle"),
        ('[[reaction]]\nbrand = "focal"\n', "goes round in a circle: focal answers focal"),
        (ANSWER.replace('"rival"', '"rivall"'), "there is no brand 'rivall'"),
        (ANSWER + 'to = "nobody"\n', "there is no brand 'nobody'"),
        (ANSWER + ANSWER, "is said twice"),
        (ANSWER + 'sees = ["quality"]\n', "price"),
        (ANSWER + "later = 3\n", "there is no such key"),
        (ANSWER.replace("0.5", "10.0") + CHEAPER, "sale answered by rival"),
    ],
)
def test_what_cannot_be_meant_is_said_in_words(text, said):
    with pytest.raises(ScenarioError) as error:
        scenario_from(MARKET + text)
    assert said in str(error.value)
    assert len(error.value.problems) == 1 or "takes" in str(error.value)
