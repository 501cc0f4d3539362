"""Protects the switching cost: a logit with inertia where everybody buys, no more than that, and nothing where nothing is set."""

import math
from itertools import pairwise

import markets
import numpy as np
import pandas as pd
import pytest
from markets import EVERYTHING_HAPPENS, scenario_from
from test_examples import columns, same

from cxsim.engine.measures import Measure
from cxsim.engine.outcomes.status import lines_by_stage_and_cause, outcomes
from cxsim.scenario import load
from cxsim.scenario.mechanism import load_mechanism

Switching = load_mechanism("switching_cost")
NAMED = 'mechanisms = ["switching_cost"]\n'
EQUAL = """
use = {delivery_weeks = 0, late_rate = 0, failure_rate = 0}
purchase.ease = 1
expectation.awareness = 1
research.findability = 1
listening.survey_rate = 0
need.reach_annual = 0
"""
# Everybody always buys one of three equal brands, and whoever does not stay looks around.
CHOOSING = f"""
{NAMED}
extends = "rhythm-only"
[need]
kind = "contract"
period_weeks = 4
[purchase]
inertia = 0.0
[loyalty]
exit = 0.0
[brand.focal]
[brand.second]
{EQUAL}[brand.third]
{EQUAL}"""
BRANDS = ("focal", "second", "third")


def lived(scenario, engine="compiled"):
    return markets.lived(scenario, seed=3, engine=engine).state


def choosing(*overrides, people=4000, weeks=60, brands=BRANDS, **cost):
    written = [f"brand.{brand}.switching_cost.{name}={value}" for brand in brands for name, value in cost.items()]
    return lived(
        scenario_from(CHOOSING, f"market.people={people}", f"market.horizon_weeks={weeks}", *written, *overrides)
    )


def rich(*overrides):
    costs = ["brand.focal.switching_cost.effort=0.8", "brand.rival.switching_cost.money=30"]
    return scenario_from(NAMED + EVERYTHING_HAPPENS, "market.people=200", "market.horizon_weeks=80", *costs, *overrides)


@pytest.mark.parametrize("market", ["online-retailer", "subscription"])
def test_where_none_is_set_nothing_changes(market, tmp_path):
    file = tmp_path / "cost.toml"
    file.write_text(f'{NAMED}extends = "{market}"\n')
    small = ["market.people=500", "market.horizon_weeks=110"]
    without, named = lived(load(market, small)), lived(load(file, small))
    assert without.tally.tobytes() == named.tally.tobytes() and without.due.tobytes() == named.due.tobytes()
    for record in ("people", "bonds", "standings"):
        before, after = dict(columns(getattr(without, record))), dict(columns(getattr(named, record)))
        assert not [name for name in before if before[name].tobytes() != after[name].tobytes()]
    assert not named.counted["captive"].any()


def test_both_engines_live_the_same():
    compiled, agents = lived(rich()), lived(rich(), "agents")
    assert same(compiled, agents) and compiled.counted.tobytes() == agents.counted.tobytes()
    assert compiled.counted["captive"][:, 0].sum() > 0 < compiled.counted["captive"][:, 1].sum()


def test_alike_for_all_it_is_inertia_where_everybody_buys_and_is_a_customer():
    """Life by life: c against every other brand is c for one's own."""
    cost, inertia, neither = choosing(effort=0.9), choosing("purchase.inertia=0.9"), choosing()
    for name in ("purchases", "streak", "customer", "loop_purchases"):
        assert np.array_equal(cost.bonds[name], inertia.bonds[name])
    assert np.array_equal(cost.due, inertia.due) and not np.array_equal(cost.bonds["streak"], neither.bonds["streak"])
    assert cost.counted["captive"].sum() > 0 == inertia.counted["captive"].sum()


@pytest.mark.parametrize("cost", [0.0, 0.5, 2.0])
def test_of_those_who_look_around_a_logit_stays(cost):
    """1 / (1 + 2 exp(-c)) with three equal brands, within 4 standard errors."""
    state = choosing("use.taste_sd=0", "expectation.imagination_sd=0", people=8000, effort=cost)
    looked = state.tally[:, :, Measure.repeat_purchases].sum() - state.tally[:, :, Measure.loop_purchases].sum()
    stayed = state.tally[:, :, Measure.returns].sum()
    moved = state.tally[:, :, Measure.customers_lost].sum()
    share, expected = stayed_share(state), 1.0 / (1.0 + 2.0 * math.exp(-cost))
    assert looked == stayed and moved > 1000
    assert share == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / moved))


def stayed_share(state):
    """Of the choices of people with a brand the share that fell on it; returns to a brand left earlier are none of them."""
    moved = state.tally[:, :, Measure.customers_lost].sum()
    doubts = state.tally[:-4, :, Measure.doubts].sum()  # the last ones have not chosen yet
    return 1.0 - moved / doubts


def test_money_weighs_as_a_price_does():
    weight = load("rhythm-only").purchase.price_weight
    assert same(choosing(money=20.0), choosing(effort=weight * 20.0))


def test_a_captive_is_who_would_have_gone_without_it():
    """Until the first choice of a customer the lives with and without it are the same: so many choose another in the second."""
    rare = ["need.period_weeks=52", "market.horizon_weeks=60"]
    with_it, without = choosing(*rare, effort=1.2), choosing(*rare)
    there = [np.nanargmax(state.bonds["last_bought"], axis=1) for state in (with_it, without)]
    assert with_it.counted["captive"].sum() == (there[0] != there[1]).sum() > 200
    stayed = with_it.bonds["streak"].max(axis=1) == 2
    assert stayed[there[0] != there[1]].all()


def test_the_dearer_it_is_to_leave_the_fewer_leave():
    """Exact at the first choice, person by person."""
    rare = ["need.period_weeks=52", "market.horizon_weeks=60"]
    kept = [choosing(*rare, effort=size).bonds["streak"].max(axis=1) for size in (0.0, 0.4, 1.5, 4.0)]
    for less, more in pairwise(kept):
        assert (more >= less).all() and more.sum() > less.sum()


def test_one_brands_cost_holds_its_own_customers_and_who_buys_nothing_pays_none():
    """Exact at the first choice of a customer, person by person; those outside are moved by nothing that others do."""
    rare = ["need.period_weeks=52", "market.horizon_weeks=60", "purchase.outside=1.0", "need.imitation_annual=0"]
    alone, none = choosing(*rare, brands=("focal",), effort=3.0), choosing(*rare)
    bought = [state.bonds["purchases"].astype(int) for state in (none, alone)]
    of_others = bought[0][:, 0] == 0
    assert np.array_equal(bought[1][of_others], bought[0][of_others])
    once = (bought[0] == [1, 0, 0]).all(axis=1) & ~none.bonds["customer"][:, 0]  # then nothing, which costs nothing
    assert np.array_equal(bought[1][once], bought[0][once]) and once.sum() > 50
    assert not alone.bonds["customer"][once, 0].any()
    moved = (bought[0][:, 0] == 1) & (bought[0][:, 1:].sum(axis=1) == 1)
    assert (bought[1][moved, 0] == 2).sum() > 20


def test_a_line_that_it_ended_says_so():
    cost = scenario_from(CHOOSING, "market.people=2000", "market.horizon_weeks=60",
                         *(f"brand.{brand}.switching_cost.effort=5" for brand in BRANDS))  # fmt: skip
    named = pd.DataFrame(lines_by_stage_and_cause(outcomes(lived(cost), 0)))
    assert "cost of switching" in set(named["cause"])


@pytest.mark.parametrize(("name", "value"), [("money", 90.0), ("effort", 3.0)])
def test_no_parameter_is_dead(name, value):
    assert {"money", "effort"} == set(Switching.Offer.model_fields)
    assert not same(lived(rich()), lived(rich(f"brand.focal.switching_cost.{name}={value}")))
