"""Protects the question what a plan is worth if every rival copies it: whose offers move, when, and by how much.

Nothing here is statistical but the last test, whose market is large and whose bound is wide.
"""

import json

import numpy as np
import pytest
from engines.test_branching import differing
from markets import EVERYTHING_HAPPENS, scenario_from

from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.results.reading import open_results, read_comparison
from cxsim.analysis.results.writing import comparison_json, comparison_text, write_comparison
from cxsim.engine.branching import BASE, Branching
from cxsim.engine.simulate import simulate
from cxsim.scenario import Intervention, ScenarioError
from cxsim.scenario.copying import copied_plan, own_interventions, with_copies
from cxsim.scenario.schedule import build_schedule

MARKET = scenario_from(EVERYTHING_HAPPENS, "market.people=300")
HORIZON = MARKET.market.horizon_weeks
QUALITY = {"parameter": "use.quality", "add": 0.1}
CHEAPER = {"parameter": "purchase.price", "multiply": 0.8}
KINDER = {"parameter": "telling.base", "add": 0.2}
MORE_NEED = {"parameter": "need.spontaneous_annual", "multiply": 2.0}


def plan_of(*effects, base=MARKET, **more):
    item = {
        "name": "idea",
        "start_week": 4,
        "end_week": 30,
        "cost": {"once": 50.0, "per_use": 1.0},
        "effect": list(effects),
    }
    return base.model_copy(
        update={"name": "plan", "intervention": [*base.intervention, Intervention.model_validate(item | more)]}
    )


def test_copies_are_the_plan_on_every_rival_so_much_later_at_the_same_cost():
    plan = plan_of(QUALITY, KINDER)
    copied = copied_plan(MARKET, plan, 10)
    assert copied.intervention[: len(plan.intervention)] == plan.intervention
    copies = copied.intervention[len(plan.intervention) :]
    assert [item.brand for item in copies] == [name for name in MARKET.brands if name != MARKET.market.focal]
    for item in copies:
        assert (item.start_week, item.end_week, item.cost) == (14, 40, plan.intervention[-1].cost)
        assert [effect.parameter for effect in item.effect] == ["use.quality", "telling.base"]


def test_the_effect_falls_on_rivals_and_on_nobody_else_and_not_before():
    plan = plan_of(CHEAPER)
    alone, both = (build_schedule(each).extreme_terms()[0] for each in (plan, copied_plan(MARKET, plan, 10)))
    prices = [
        np.array([terms.offers["purchase"]["price"][terms.first_row[week]] for week in range(HORIZON)])
        for terms in (alone, both)
    ]
    focal = MARKET.focal
    np.testing.assert_array_equal(prices[0][:, focal], prices[1][:, focal])
    rivals = [place for place in range(len(MARKET.brands)) if place != focal]
    copied = np.zeros(HORIZON, bool)
    copied[14:40] = True
    np.testing.assert_allclose(prices[1][:, rivals], np.where(copied[:, None], 0.8, 1.0) * prices[0][:, rivals])


def test_a_copy_after_the_horizon_is_the_plan_bit_for_bit():
    plan = plan_of(QUALITY)
    late = with_copies(plan, own_interventions(MARKET, plan), HORIZON)
    together = list(Branching(MARKET, [plan, late], parents=[BASE, 0]).lives(1, 0))
    assert differing(together[1:2], together[2:]) == [[]]
    assert differing([simulate(late, 1, 0)], [simulate(plan, 1, 0)]) == [[]]


@pytest.mark.parametrize("after", [0, 3, 20])
@pytest.mark.parametrize("start", [0, 4])
def test_lives_that_part_from_the_plan_are_those_lived_apart(after, start):
    plan = plan_of(QUALITY, CHEAPER, start_week=start)
    other = plan_of(KINDER, start_week=9)
    copies = [copied_plan(MARKET, plan, after), plan_of(CHEAPER, base=other, start_week=25, name="more")]
    scenarios = [plan, other, *copies]
    together = Branching(MARKET, scenarios, parents=[BASE, BASE, 0, 1]).lives(1, 0)
    assert differing(together, [simulate(each, 1, 0) for each in (MARKET, *scenarios)]) == [[] for _ in range(5)]


def test_who_parts_from_the_plan_before_it_parts_from_the_base_is_lived_right():
    """A plan without effect on its own brand until week 20, which rivals feel from week 3 on."""
    plan = plan_of(QUALITY, start_week=20)
    rival = next(name for name in MARKET.brands if name != MARKET.market.focal)
    child = plan_of(CHEAPER, base=plan, start_week=3, name="of a rival", brand=rival)
    together = Branching(MARKET, [plan, child], parents=[BASE, 0]).lives(1, 0)
    assert differing(together, [simulate(each, 1, 0) for each in (MARKET, plan, child)]) == [[], [], []]


def test_the_comparison_says_it_everywhere_and_is_read_back_as_it_was(tmp_path):
    comparison = compare(MARKET, plan_of(QUALITY), replications=3, copied_after=6)
    plan = comparison.plans["plan"]
    worth, less = plan.difference_copied("net_margin", plan.copied)
    assert worth.estimate.mean == pytest.approx(plan.difference("net_margin").estimate.mean + less.estimate.mean)
    lived = simulate(copied_plan(MARKET, plan.scenario, 6), 1, 2)
    assert plan.copied.figures.loc[2, "net_margin"] == lived.figures["net_margin"]
    sentence = "the same 6 weeks later"
    assert sentence in comparison.verdict() and sentence in comparison_text(comparison)
    said = json.loads(comparison_json(comparison))["plans"]["plan"]["copied"]
    assert said["after_weeks"] == 6 and said["net_margin"]["mean"] == pytest.approx(worth.estimate.mean)
    write_comparison(comparison, tmp_path / "out")
    again = read_comparison(open_results(tmp_path / "out"))
    assert again.verdict() == comparison.verdict()
    assert left_alone(again) and "copied" not in comparison_json(compare(MARKET, plan_of(QUALITY), replications=2))


def left_alone(comparison):
    return comparison.plans["plan"].copied.rivals == tuple(
        name for name in MARKET.brands if name != MARKET.market.focal
    )


def test_nobody_copies_unless_asked_and_the_rest_of_the_comparison_is_the_same():
    plan = plan_of(QUALITY)
    without, asked = compare(MARKET, plan, replications=2), compare(MARKET, plan, replications=2, copied_after=6)
    assert without.plans["plan"].copied is None
    assert without.plans["plan"].differences.equals(asked.plans["plan"].differences)
    assert without.verdict().split("(better")[0] in asked.verdict().replace(copied_sentence(asked), "")


def copied_sentence(comparison):
    verdict = comparison.verdict()
    begin = verdict.index("If ")
    return verdict[begin : verdict.index("(better")]


@pytest.mark.parametrize(
    ("plan", "after", "said"),
    [
        (plan_of(QUALITY), HORIZON, "the market ends after"),
        (plan_of(QUALITY, brand="rival"), 5, "says already what rivals do"),
        (plan_of(MORE_NEED), 5, "which is everybody's"),
        (MARKET, 5, "nothing to copy"),
        (
            plan_of({"parameter": "use.quality", "add": 0.1}, {"parameter": "use.late_rate", "add": 0.85}),
            5,
            "late_rate",
        ),
    ],
)
def test_what_cannot_be_copied_is_refused_in_words(plan, after, said):
    base = (
        MARKET
        if "late_rate" not in said
        else scenario_from(
            EVERYTHING_HAPPENS, "market.people=300", "brand.focal.use.late_rate=0.05", "brand.rival.use.late_rate=0.5"
        )
    )
    if base is not MARKET:
        plan = plan_of(*(effect.model_dump(exclude_none=True) for effect in plan.intervention[-1].effect), base=base)
    with pytest.raises(ScenarioError, match=said):
        compare(base, plan, replications=2, copied_after=after)


def test_a_market_of_one_brand_has_nobody_to_copy():
    alone = scenario_from(EVERYTHING_HAPPENS.split("[brand.rival]")[0], "market.people=100")
    if len(alone.brands) > 1:
        pytest.skip("the market has more brands")
    with pytest.raises(ScenarioError, match="only brand"):
        compare(alone, plan_of(QUALITY, base=alone), replications=2, copied_after=5)


def test_weeks_below_none_are_refused():
    with pytest.raises(ValueError, match="0 or more"):
        compare(MARKET, plan_of(QUALITY), replications=2, copied_after=-1)


TWINS = """
[market]
people = 4000
horizon_weeks = 4
[need]
at_entry = true
rate_shape = 1000.0
rate_scale_weeks = 10000.0
[purchase]
price_weight = 0.1
outside = -inf
[use]
taste_sd = 0.0
[brand.focal]
expectation.awareness = 1.0
research = { findability = 1.0, clarity = 0.0 }
purchase = { ease = 1.0, price = 50.0 }
[brand.twin]
expectation.awareness = 1.0
research = { findability = 1.0, clarity = 0.0 }
purchase = { ease = 1.0, price = 50.0 }
"""


def test_a_price_cut_that_a_twin_copies_at_once_wins_nobody():
    """Multinomial logit: 10 less at a weight of .1 wins 1/(1 + e^-1) = 73% of those who choose, and copied, a half.

    First choices of 4,000 people in 3 replications: standard error .5 points; the bound is four of them.
    """
    twins = scenario_from(TWINS)
    cut = plan_of({"parameter": "purchase.price", "add": -10.0}, base=twins, start_week=0, end_week=100, cost={})
    comparison = compare(twins, cut, replications=3, copied_after=0)
    plan = comparison.plans["plan"]
    sold = {
        "base": comparison.base_figures["purchases"].mean(),
        "plan": plan.figures["purchases"].mean(),
        "copied": plan.copied.figures["purchases"].mean(),
    }
    assert sold["plan"] / sold["base"] == pytest.approx(2.0 / (1.0 + np.exp(-1.0)), abs=0.06)
    assert sold["copied"] / sold["base"] == pytest.approx(1.0, abs=0.04)
    assert "the same at the same time" in comparison.verdict()
