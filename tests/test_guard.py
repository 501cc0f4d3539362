"""No verdict without the doubt it deserves: each doubt with a plan that earns it, and silence on sound plans."""

import math

import numpy as np
import pandas as pd
import pytest
from markets import EVERYTHING_HAPPENS, scenario_from

from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.guard import doubts_of, implied_elasticity
from cxsim.scenario.files import load_together

SMALL = ["market.people=3000"]


def unsound(text, *overrides, base="", replications=2, seed=1):
    """(the base's runs, the plan's result) of a small market with everything in it, and a plan."""
    given = ['name = "base"\n' + EVERYTHING_HAPPENS + base, 'name = "plan"\n' + EVERYTHING_HAPPENS + base + text]
    compared = compare(*(scenario_from(each, *overrides) for each in given), replications=replications, seed=seed)
    return compared.base_runs, compared.plans["plan"]


def doubts(text, *overrides, **settings):
    return {doubt.kind: doubt for doubt in doubts_of(*unsound(text, *overrides, **settings))}


def effect(parameter, change, rest=""):
    return f'[[intervention]]\nname = "idea"\n{rest}\neffect = [{{parameter = "{parameter}", {change}}}]\n'


def test_a_price_that_nobody_answers_is_doubted_and_says_what_real_elasticities_are(tmp_path):
    plan = tmp_path / "dear.toml"
    plan.write_text(
        'name = "dear"\nextends = "online-retailer"\n' + effect("purchase.price", "multiply = 5.0", "start_week = 26")
    )
    base, dear = load_together(["online-retailer", plan], [*SMALL, "purchase.price_weight=0", "purchase.rise_weight=0"])
    compared = compare(base, dear, replications=2)
    (doubt,) = [each for each in doubts_of(compared.base_runs, compared.plans["dear"]) if each.kind == "price"]
    assert -0.5 < doubt.figure < 0.0
    assert "it is 400% dearer, and customers hardly answer" in doubt.sentence
    assert compared.verdict().startswith(f"Careful: {doubt.sentence}")


def test_the_implied_elasticity_is_that_of_the_tables():
    base, plan = unsound(effect("purchase.price", "multiply = 1.2", "start_week = 10"), replications=3)
    change, elasticity = implied_elasticity(base, plan)
    weeks = [runs.weeks[(runs.weeks["brand"] == "focal") & (runs.weeks["week"] >= 10)] for runs in (base, plan.runs)]
    sold = [table.groupby("replication")["purchases"].sum() for table in weeks]
    assert change == pytest.approx(0.2)
    assert elasticity.mean == pytest.approx((np.log(sold[1] / sold[0]) / math.log(1.2)).mean())


def test_a_plan_that_leaves_the_price_alone_implies_none():
    assert implied_elasticity(*unsound(effect("use.failure_rate", "multiply = 0.5"))) is None
    assert implied_elasticity(*unsound(effect("need.similar", "set = 0.9"))) is None


def test_what_is_sold_beside_purchases_is_no_part_of_their_price():
    rise, beside = effect("purchase.price", "multiply = 1.2", "start_week = 10"), "brand.focal.need.similar=0.8"
    alone, together = (implied_elasticity(*unsound(rise, *overrides)) for overrides in ((), (beside,)))
    assert together[0] == pytest.approx(alone[0]) == pytest.approx(0.2)
    assert together[1].mean == pytest.approx(alone[1].mean)


def test_baskets_are_no_change_of_the_price():
    baskets = ("purchase.basket_shape=1.0", "purchase.basket_evenness=3.0")
    assert implied_elasticity(*unsound(effect("use.failure_rate", "multiply = 0.5"), *baskets)) is None
    plain, filled = (
        implied_elasticity(*unsound(effect("purchase.price", "multiply = 1.2"), *more)) for more in ((), baskets)
    )
    assert filled[0] == pytest.approx(0.2, abs=1e-6)
    assert filled[1].mean == pytest.approx(plain[1].mean, abs=1e-4)  # the same purchases


def test_baskets_without_a_finite_variance_are_doubted():
    plan = effect("use.failure_rate", "multiply = 0.5")
    assert "no finite variance" in doubts(plan, "purchase.basket_evenness=1.8")["spread"].sentence
    assert "spread" not in doubts(plan, "purchase.basket_evenness=2.5")
    assert "spread" not in doubts(plan, "purchase.basket_evenness=1.8", "need.kind=contract")


@pytest.mark.parametrize(
    ("text", "overrides", "said"),
    [
        ("", (), "exactly nothing changes: every customer lives the same life with this plan."),
        (effect("use.quality", "add = 0.1", "start_week = 500"), (), "never works in the 40 weeks of this market"),
        (effect("use.quality", "add = 0.1", "coverage = 0.0"), (), "reaches nobody: its coverage is 0"),
        (
            effect("use.quality", "add = 0.1", "start_week = 500\ncost.once = 0.0"),
            ("market.people=1",),
            "exactly nothing",
        ),
    ],
)
def test_a_plan_that_cannot_act_is_told_so_and_no_ratio_is_made_of_it(text, overrides, said):
    found = doubts_of(*unsound(text, *overrides))
    assert said in " ".join(doubt.sentence for doubt in found)
    assert found[0].kind == "nothing changes"


def test_a_plan_that_only_spends_says_so():
    found = doubts(effect("use.quality", "add = 0.0", "cost.once = 50.0"))
    assert "exactly nothing changes but the money it costs" in found["nothing changes"].sentence


def test_a_desk_that_is_idle_cannot_be_relieved_and_one_that_is_overrun_is_named():
    idle = doubts(effect("support.capacity", "multiply = 2.0"), "brand.focal.support.capacity=500")
    assert idle.keys() <= {"desk", "nothing changes"} and ("desk" not in idle or idle["desk"].figure < 0.5)
    overrun = doubts(effect("use.quality", "add = 0.05"), "brand.focal.support.capacity=0.5")
    assert overrun["desk"].figure > 1.0 and "overrun" in overrun["desk"].sentence


def test_the_idle_desk_is_as_busy_as_its_contacts():
    base, plan = unsound(effect("support.capacity", "multiply = 0.1"), "brand.focal.support.capacity=300")
    weeks = plan.runs.weeks[plan.runs.weeks["brand"] == "focal"]
    (desk,) = [doubt for doubt in doubts_of(base, plan) if doubt.kind == "desk"]
    assert desk.figure == pytest.approx(weeks["contacts"].mean() / 300)


def test_what_moves_the_whole_market_is_no_gain_of_a_plan():
    found = doubts(effect("need.spontaneous_annual", "multiply = 3.0"))
    assert "A season or a shock meets base and plan alike" in found["season"].sentence


def test_an_effect_on_customers_that_serves_rivals_is_told_with_what_they_sell_by_it():
    rich = effect("telling.refer_base", "add = 3.0")
    base, plan = unsound(rich, replications=4)
    (doubt,) = [each for each in doubts_of(base, plan) if each.kind == "everybody"]
    before, after = (runs.weeks.query("brand == 'rival'")["purchases"].sum() / 4 for runs in (base, plan.runs))
    assert doubt.figure == pytest.approx(after - before) and doubt.figure > 0


def test_a_return_beyond_what_is_usual_is_doubted():
    found = doubts(effect("use.failure_rate", "set = 0.0", "cost.once = 1.0"))
    assert found["return"].figure > 5.0


def test_a_handful_of_people_is_no_market():
    found = doubts(effect("use.quality", "add = 0.2"), "market.people=60")
    assert "only 60 people live in this market" in found["few people"].sentence
    assert "few people" not in doubts(effect("use.quality", "add = 0.2"), "market.people=200")


def with_differences(plan, values):
    figures = pd.DataFrame({"base_net_margin": np.zeros(len(values)), "plan_net_margin": np.array(values, float)})
    return type(plan)(
        **{
            **plan.__dict__,
            "per_replication": plan.per_replication.iloc[[0] * len(values)].reset_index(drop=True).assign(**figures),
        }
    )


def test_no_spread_seen_is_no_certainty_and_few_values_make_no_interval():
    base, plan = unsound(effect("use.quality", "add = 0.05"))
    equal = {doubt.kind: doubt for doubt in doubts_of(base, with_differences(plan, [3, 3, 3]))}
    assert "all 3 pairs show the same difference" in equal["spread"].sentence
    few = {doubt.kind: doubt for doubt in doubts_of(base, with_differences(plan, [0, 0, 1, 0, 1, 0, 0, 1]))}
    assert "only 2 different differences" in few["spread"].sentence
    assert "spread" not in {
        doubt.kind for doubt in doubts_of(base, with_differences(plan, [1.0, 2.0, 2.5, 3.1, 0.2, 1.7]))
    }


@pytest.mark.parametrize(
    ("market", "plan"),
    [
        ("online-retailer", "plans/online-retailer-checkout"),
        ("restaurant", "plans/restaurant-second-cook"),
        ("subscription", "plans/subscription-honest-start"),
        ("b2b-software", "plans/b2b-software-response-team"),
        ("durable", "plans/durable-built-to-last"),
    ],
)
def test_the_ready_plans_are_sound(market, plan):
    compared = compare(*load_together([market, plan], SMALL), replications=3)
    assert doubts_of(compared.base_runs, next(iter(compared.plans.values()))) == []
