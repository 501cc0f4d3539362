"""Protects the library of interventions: each entry loads where it is meant, says why not elsewhere, moves lives the way its story says, and costs
what it says, counted against plain arithmetic.
"""

import math
from functools import cache

import numpy as np
import pytest
from markets import lived, scenario_from, state_of

from cxsim.engine.measures import Measure
from cxsim.engine.outcomes.money import wages
from cxsim.engine.simulate import Run, simulate
from cxsim.engine.state import MONEY_UNIT
from cxsim.scenario import Scenario, ScenarioError, load, load_intervention_library, scenario_names
from cxsim.scenario.stages import STAGES
from cxsim.scenario.warnings import warnings_of

LIBRARY = load_intervention_library()
READY = [name for name in scenario_names() if "/" not in name and not name.endswith("rhythm") and name != "rhythm-only"]
CONTRACTS = ("b2b-software", "bank", "gym", "mobile-operator", "subscription")

# The retailer, made lively: a desk that is short of hands, some advertising, failures and answers to surveys.
RETAILER = (
    "market.people=400", "market.horizon_weeks=40", "market.discount_rate_annual=0.0", "need.rate_scale_weeks=3.0",
    "need.spontaneous_annual=4.0", "support.contact_base=3.0", "brand.retailer.support.capacity=2.0",
    "brand.retailer.use.failure_rate=0.3", "brand.retailer.listening.survey_rate=0.5", "brand.retailer.need.reach_annual=1.0",
)  # fmt: skip
PAID_BY_HEAD = (
    "brand.retailer.support.agents=4.0",
    "brand.retailer.support.agent_contacts=1.0",
    "brand.retailer.money.agent_wage=100.0",
)
COMING_BACK = ("loyalty.rejoin=1.0", "loyalty.exit=0.8", "market.horizon_weeks=90", "need.spontaneous_annual=0.2")
GYM = ("market.people=400", "market.horizon_weeks=90", "market.discount_rate_annual=0.0")
HOMES: dict[str, tuple[str, tuple[str, ...]]] = {
    "more-staff": ("online-retailer", (*RETAILER, *PAID_BY_HEAD)),
    "fewer-staff": ("online-retailer", (*RETAILER, *PAID_BY_HEAD)),
    "win-back": ("online-retailer", (*RETAILER, *COMING_BACK)),
    "win-back-former": ("gym", GYM),
    "pause-offer": ("gym", GYM),
    "downgrade-offer": ("gym", GYM),
}
HOME = ("online-retailer", RETAILER)


def using(use: str, **more: object) -> str:
    keys = "".join(f", {key} = {value}" for key, value in more.items())
    return f'intervention=[{{name="it", use="{use}"{keys}}}]'


def at_home(use: str, *overrides: str, **more: object) -> Scenario:
    market, home = HOMES.get(use, HOME)
    return load(market, [*home, *overrides, using(use, **more)])


@cache
def base_of(use: str, *overrides: str) -> Run:
    market, home = HOMES.get(use, HOME)
    return simulate(load(market, [*home, *overrides]), 1, 0)


def both(use: str, *overrides: str, **more: object) -> tuple[dict[str, float], dict[str, float], Run]:
    """The figures without it and with it, and the life with it."""
    run = simulate(at_home(use, *overrides, **more), 1, 0)
    own = [each for each in overrides if not each.startswith("loyalty_programme")]
    return base_of(use, *own).figures, run.figures, run


# ---- what stands in it -------------------------------------------------------------------------------------------------


def test_entries_are_sourced_ranges_one_or_more_for_each_stage():
    touched = {effect.parameter.split(".")[0] for item in LIBRARY.values() for effect in item.effect}
    assert touched >= set(STAGES) - {"money", "need"}
    for item in LIBRARY.values():
        assert item.story and item.source, item.name
        for effect in item.effect:
            for value in (effect.set, effect.multiply, effect.add):
                if hasattr(value, "typical"):
                    assert min(value.low, value.high) <= value.typical <= max(value.low, value.high), item.name


@pytest.mark.parametrize("level", ["low", "typical", "high"])
@pytest.mark.parametrize("use", sorted(LIBRARY))
def test_every_entry_stays_in_range_at_home_and_changes_lives(use, level):
    market, home = HOMES.get(use, HOME)
    base, changed = state_of(lived(load(market, list(home)))), state_of(lived(at_home(use, level=f'"{level}"')))
    # The weak end of an effect may honestly be none.
    assert level == "low" or any(base[name] != changed[name] for name in ("tally", "bonds"))


# ---- where it is meant -------------------------------------------------------------------------------------------------

REFUSED = {
    "pause-offer": (set(READY) - {*CONTRACTS}, "is one of contracts, and customers here have none"),
    "downgrade-offer": (set(READY) - {*CONTRACTS}, "is one of contracts, and customers here have none"),
    "tiers": ({"subscription"}, "a contract of 52 weeks has 2 renewals at most: nobody reaches it"),
}
DOUBTED = {
    "win-back-former": (set(READY) - {*CONTRACTS}, "ask for weeks_since_purchase instead"),
    "win-back": ({"durable", "online-retailer"}, "nobody who gave the category up ever comes back (loyalty.rejoin is 0)"),
    "more-staff": (set(READY), "support.capacity says what the desk can handle"),
    "fewer-staff": (set(READY), "support.capacity says what the desk can handle"),
    "price-announcement": (set(READY), "no intervention changes purchase.price then"),
}  # fmt: skip


@pytest.mark.parametrize("market", READY)
def test_every_entry_fits_a_market_or_says_why_not(market):
    for use in LIBRARY:
        refused, why_refused = REFUSED.get(use, (set(), ""))
        doubted, why_doubted = DOUBTED.get(use, (set(), ""))
        try:
            scenario = load(market, [using(use, start_week=4)])
        except ScenarioError as error:
            assert market in refused and why_refused in str(error), (use, str(error))
            assert "intervention 'it'" in str(error)  # and not a line of the market, where nothing is wrong
            continue
        assert market not in refused, use
        said = list(warnings_of(scenario))
        assert any(why_doubted in each for each in said) == (market in doubted) if doubted else not said, (use, said)


def test_what_acts_on_a_ready_mechanism_brings_it_along_and_nothing_else_does():
    text = 'extends = "restaurant"\n[[intervention]]\nname = "it"\n'
    assert scenario_from(text + 'use = "points-programme"\n').mechanisms == ["loyalty_programme"]
    assert scenario_from(text + 'effect = [{parameter = "loyalty_programme.join", set = 0.5}]\n').mechanisms == [
        "loyalty_programme"
    ]
    assert scenario_from(text + 'use = "price-cut"\n').mechanisms == []
    own = text + 'use = "points-programme"\neffect = [{parameter = "purchase.appeal", add = 0.1}]\n'
    assert scenario_from(own).mechanisms == []
    named = 'mechanisms = ["loyalty_programme"]\n' + text + 'use = "points-programme"\n'
    assert scenario_from(named).mechanisms == ["loyalty_programme"]
    assert load("bank", [using("points-programme")]).mechanisms == ["switching_cost", "loyalty_programme"]


def test_values_of_a_mechanism_that_came_along_can_be_set_from_outside():
    text = 'extends = "restaurant"\n[[intervention]]\nname = "it"\nuse = "points-programme"\n'
    scenario = scenario_from(
        text, "loyalty_programme.goal_gradient=0.2", "intervention.it.effect.loyalty_programme.points_needed=200"
    )
    assert scenario.loyalty_programme.goal_gradient == 0.2
    assert [each.set for each in scenario.intervention[0].effect if each.parameter.endswith("points_needed")] == [200.0]


def test_a_section_of_a_mechanism_that_nothing_brings_is_refused_as_before():
    with pytest.raises(ScenarioError, match="loyalty_programme"):
        scenario_from('extends = "restaurant"\n[brand.Olive.loyalty_programme]\njoin = 0.5\n')


# ---- which way it acts -------------------------------------------------------------------------------------------------


def test_points_that_move_nobody_cost_their_rewards_and_change_no_life():
    off = [
        f"loyalty_programme.{name}=0.0"
        for name in ("goal_gradient", "points_pressure", "rewarded", "tier_pride", "demotion")
    ]
    base, plan, run = both("points-programme", "loyalty_programme.goal_gradient=2.0")
    bare = simulate(at_home("points-programme", *off), 1, 0).figures
    assert bare["purchases"] == base["purchases"] and bare["loops"] == base["loops"]
    assert bare["rewards_claimed"] > 20 and bare["programme_money"] == 3.0 * bare["rewards_claimed"]
    assert bare["points_redeemed"] == 100 * bare["rewards_claimed"]
    assert base["margin"] - bare["margin"] == pytest.approx(bare["programme_money"], abs=1e-6)
    assert plan["purchases"] > base["purchases"]  # sooner, and pulled by points at stake
    members = run.state.bonds["loyalty_programme"]["member"][:, 0]
    assert 0.3 < members.sum() / (run.state.bonds["purchases"][:, 0] > 0).sum() < 1.0


def test_silver_is_first_in_the_queue_and_gold_pays_less():
    base, plan, run = both("tiers")
    assert plan["in_tiers"] > 10 and plan["promoted"] >= plan["in_tiers"]
    late = [
        life.state.tally[:, 0, Measure.late].sum() / life.state.tally[:, 0, Measure.purchases].sum()
        for life in (base_of("tiers"), run)
    ]
    assert late[1] < late[0]
    paid = [figures["margin"] for figures in (base, plan)]
    assert plan["programme_money"] > 0.0 and paid[0] != paid[1]


@pytest.mark.parametrize(
    ("use", "figure", "sign"),
    [
        ("win-back", "purchases", 1), ("win-back-former", "purchases", 1), ("season-campaign", "purchases", 1), ("price-rise", "purchases", -1),
        ("price-announcement", "loops", -1), ("fewer-agents", "wait_weeks", 1), ("more-agents", "wait_weeks", -1),
        ("fewer-staff", "wait_weeks", 1), ("more-staff", "wait_weeks", -1), ("pause-offer", "pauses", 1), ("downgrade-offer", "downgrades", 1), ("win-back-offer", "customers", 1),
    ],
)  # fmt: skip
def test_it_acts_the_way_its_story_says(use, figure, sign):
    base, plan, _ = both(use, level='"high"')
    assert sign * (plan[figure] - base.get(figure, 0.0)) > 0.0


def test_a_lower_price_for_new_customers_brings_more_to_the_third_purchase_and_fewer_beyond():
    """In each of four replications looked at; these are two of them."""
    larger = ("market.people=3000", "brand.retailer.support.capacity=15")
    for replication in (0, 1):
        scenarios = (load("online-retailer", [*RETAILER, *larger]), at_home("targeted-offer", *larger, level='"high"'))
        base, plan = (simulate(each, 1, replication).state.bonds["purchases"][:, 0] for each in scenarios)
        assert (plan >= 3).sum() > (base >= 3).sum() and (plan >= 6).sum() < (base >= 6).sum()


def test_who_complained_is_asked_and_called_and_nobody_else():
    run = simulate(at_home("call-back", "brand.retailer.listening.survey_rate=0.0"), 1, 0)
    before = base_of("call-back", "brand.retailer.listening.survey_rate=0.0")
    asked, called = (run.state.tally[:, 0, measure].sum() for measure in (Measure.surveys, Measure.callbacks))
    assert not before.state.tally[:, 0, Measure.surveys].sum() and 0 < called < asked
    complained = run.state.bonds["complained_at"][:, 0] if "complained_at" in run.state.bonds.dtype.names else None
    answered = run.state.bonds["last_score"][:, 0] >= 0
    assert complained is None or np.isfinite(complained[answered]).all()


def test_a_campaign_keeps_its_length_wherever_it_starts():
    campaign = at_home("season-campaign", start_week=10).intervention[0]
    assert [week for week in range(40) if campaign.is_running(week)] == [10, 11, 12, 13]
    assert [week for week in range(40) if campaign.strength(week) > 0.0] == [10, 11, 12, 13]
    moved = at_home("season-campaign", "market.start=2027-01-04", start_week="2027-03-01").intervention[0]
    assert [week for week in range(40) if moved.is_running(week)] == [8, 9, 10, 11]
    cut = at_home("season-campaign", start_week=10, end_week=12).intervention[0]
    assert [week for week in range(40) if cut.is_running(week)] == [10, 11]


def test_an_announcement_that_is_kept_is_not_warned_about():
    told = '{name="told", use="price-announcement", start_week=4}'
    for start, warned in ((12, False), (13, False), (20, True)):
        rise = f'{{name="rise", use="price-rise", start_week={start}}}'
        said = list(warnings_of(load("restaurant", [f"intervention=[{told}, {rise}]"])))
        assert bool(said) == warned, said


# ---- what it costs -----------------------------------------------------------------------------------------------------

PLAIN = [use for use, item in LIBRARY.items() if item.cost.per_use == 0.0]


@pytest.mark.parametrize("use", PLAIN)
def test_what_is_paid_once_and_weekly_is_in_the_books_to_the_last_unit(use):
    scenario = at_home(use, start_week=6)
    figures, cost = simulate(scenario, 1, 0).figures, LIBRARY[use].cost
    weeks = min(scenario.market.horizon_weeks - 6, LIBRARY[use].lasts_weeks)
    assert figures["intervention_cost"] == pytest.approx(cost.once + cost.weekly * weeks, abs=1e-9)


def test_fewer_agents_save_every_week():
    _, plan, run = both("fewer-agents")
    assert plan["intervention_cost"] == 300.0 - 27.0 * run.scenario.market.horizon_weeks < 0.0


@pytest.mark.parametrize(("use", "share"), [("more-staff", 1.25), ("fewer-staff", 0.8)])
def test_wages_follow_the_people_at_the_desk(use, share):
    run = both(use)[2]
    before, after = (float(wages(life.state, 0).sum()) for life in (base_of(use), run))
    assert before == 4.0 * 100.0 * 40 and after == pytest.approx(share * before)
    assert run.figures["intervention_cost"] == LIBRARY[use].cost.once


def test_a_welcome_is_paid_for_each_who_comes_back_and_for_nobody_else():
    """In the books of contracts a former customer who begins again is counted by `contract_terms`, which changes nobody."""
    market, home = HOMES["win-back-former"]
    named = 'mechanisms=["contract_terms"]'
    run = simulate(load(market, [*home, named, using("win-back-former")]), 1, 0)
    fees = run.state.tally[:, 0, Measure.interventions_money].sum()
    assert run.figures["returned"] > 20 and fees == 5 * MONEY_UNIT * run.figures["returned"]
    weeks = run.scenario.market.horizon_weeks
    assert run.figures["intervention_cost"] == pytest.approx(300.0 + 20.0 * weeks + 5.0 * run.figures["returned"])


def test_what_is_lent_can_be_replaced_key_by_key():
    item = at_home("win-back", cost="{per_use = 2.0}", when='{weeks_since_purchase = "> 13"}').intervention[0]
    assert (item.cost.once, item.cost.weekly, item.cost.per_use) == (300.0, 20.0, 2.0)
    assert str(item.when) == "weeks_since_purchase > 13"
    assert math.isinf(item.lasts_weeks)
