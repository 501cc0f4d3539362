"""Protects the loyalty programme: its books balance, it costs what it costs, and what it does to people is what the
description says. One set of mechanisms serves all lives, since the rules are compiled once for each set.
"""

import math
from functools import partial

import markets
import numpy as np
import pytest
from markets import notes_of, scenario_from
from programmes import EFFECTS, RICH, WITHOUT_EFFECTS, golden, rich
from test_examples import columns, same

from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.members import members_of
from cxsim.analysis.results.reading import open_results, read_comparison
from cxsim.analysis.results.writing import write_comparison
from cxsim.engine.measures import Measure
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.state import EVERYBODY, MONEY_UNIT
from cxsim.interface.explorer.loading import read_scenario
from cxsim.scenario import ScenarioError, load
from cxsim.scenario.mechanism import MechanismError, load_mechanism

Programme = load_mechanism("loyalty_programme")
FLOWS = ("points_redeemed", "points_broken", "points_expired")


lived = partial(markets.lived, seed=3)


@pytest.fixture(scope="module")
def everything():
    """A market in which all of it happens, with the notes of everybody."""
    scenario = rich()
    return scenario, lived(scenario, watch=EVERYBODY, room_for_notes=400_000)


# ---- the books ------------------------------------------------------------------------------------------------------


def test_points_are_conserved_in_every_week(everything):
    counted, cards = everything[1].state.counted, everything[1].state.bonds["loyalty_programme"]
    for brand in (0, 1):
        issued = np.cumsum(counted["points_issued"][:, brand])
        gone = sum(np.cumsum(counted[name][:, brand]) for name in FLOWS)
        assert np.array_equal(issued - gone, counted["points_outstanding"][:, brand])
        assert counted["points_outstanding"][-1, brand] == cards["points"][:, brand].sum()
        assert counted["members"][-1, brand] == counted["joined"][:, brand].sum() == cards["member"][:, brand].sum()
        assert counted["in_tiers"][-1, brand] == (cards["tier"][:, brand] > 0).sum()
    assert all(counted[name][:, 0].sum() > 0 for name in Programme.counts)
    held = everything[1].state.people["loyalty_programme"]["held"]
    assert np.array_equal(held, cards["member"].sum(axis=1)) and held.max() == 2


def test_the_programme_is_that_of_the_description(everything):
    scenario, model = everything
    told = golden(scenario, model.state.luck, notes_of(model))
    counted = model.state.counted
    for name in Programme.counts:
        if name != "programme_money":
            for week, brand in np.ndindex(counted.shape):
                assert counted[name][week, brand] == told.counted[week, brand, name], (name, week, brand)
    for (person, brand), card in told.cards.items():
        kept = model.state.bonds["loyalty_programme"][person, brand]
        for name in ("member", "points", "cards", "tier", "rewarded", "demoted"):
            assert kept[name] == getattr(card, name), (person, brand, name)
        quarters = [kept[name] for name in ("quarter", "second", "third", "fourth")]
        assert quarters == (card.quarters if card.member else [0.0] * 4)


def test_its_money_is_in_the_books_once(everything):
    scenario, model = everything
    told = golden(scenario, model.state.luck, notes_of(model))
    state, terms = model.state, scenario.brand["focal"].loyalty_programme
    claimed = state.counted["rewards_claimed"][:, 0].sum()
    spent = state.counted["programme_money"][:, 0].sum() / MONEY_UNIT - told.paid_back[0]
    put_first = (spent - claimed * terms.reward_cost) / terms.on_time_cost
    assert put_first == pytest.approx(round(put_first), abs=1e-2) and put_first > 0
    referred = state.tally[:, 0, Measure.referred_purchases].sum() * scenario.brand["focal"].telling.reward
    assert state.tally[:, 0, Measure.rewards_money].sum() / MONEY_UNIT == pytest.approx(spent + referred, abs=0.05)
    listed = scenario.brand["focal"].purchase.price * state.tally[:, 0, Measure.baskets_sum].sum() / 1e6
    revenue = state.tally[:, 0, Measure.revenue_money].sum() / MONEY_UNIT
    assert revenue == pytest.approx(listed - told.paid_back[0], abs=0.2)
    for brand in (0, 1):  # what people earned the brand is what the tally says
        tally = state.tally[:, brand].sum(axis=0)
        costs = ("goods", "contacts", "rewards", "callbacks", "interventions")
        earned = tally[Measure.revenue_money] - sum(tally[Measure[f"{name}_money"]] for name in costs)
        assert state.bonds["margin"][:, brand].sum() == earned


# ---- what it does to people -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("market", ["restaurant", "online-retailer"])
def test_with_all_effects_off_it_changes_nobody_and_costs_its_claimed_rewards(market, tmp_path):
    focal = load(market).market.focal
    file = tmp_path / "card.toml"
    file.write_text(f"""extends = "{market}"
mechanisms = ["loyalty_programme"]
[brand.{focal}.loyalty_programme]
join = 0.8
points_needed = 3
points_given = 1
reward_cost = 2.5
reward_value = 10.0
claimed = 0.6
silver_from = 2
gold_from = 4
""")
    small = ["market.people=600", "market.horizon_weeks=80"]
    without, withit = lived(load(market, small)).state, lived(load(file, [*small, *WITHOUT_EFFECTS])).state
    claimed = int(withit.counted["rewards_claimed"].sum())
    cost = without.tally.copy()
    number = load(market).focal
    cost[:, number, Measure.rewards_money] += withit.counted["rewards_claimed"][:, number] * int(2.5 * MONEY_UNIT)
    assert claimed > 20 and np.array_equal(cost, withit.tally)
    assert without.due.tobytes() == withit.due.tobytes()
    for record in ("people", "bonds", "standings"):
        before, after = dict(columns(getattr(without, record))), dict(columns(getattr(withit, record)))
        differing = {name for name in before if before[name].tobytes() != after[name].tobytes()}
        assert differing == ({"margin"} if record == "bonds" else set())


def test_both_engines_live_the_same(everything):
    small = rich(people=60, weeks=70)
    compiled, agents = lived(small).state, lived(small, engine="agents").state
    assert same(compiled, agents) and compiled.counted.tobytes() == agents.counted.tobytes()


@pytest.fixture
def person():
    """Somebody with a card of the first brand, and the rules to ask about them."""
    state = LoyaltyModel(rich(*WITHOUT_EFFECTS), rng=1, collect=False).plain_state
    card = state.bonds[0, 0].loyalty_programme
    card.member, card.points = True, 6
    state.people[0].target, state.people[0].loyalty_programme.held = 0, 1
    return state, card


def set_effects(state, **sizes):
    for name, size in sizes.items():
        state.traits["loyalty_programme"][name] = size


def test_the_nearer_the_reward_by_the_share_of_the_way_the_sooner_the_next_need(person):
    state, card = person
    assert Programme.waiting(state, 0, 0.0, 4.0) == 4.0
    set_effects(state, goal_gradient=0.6, post_reward_drop=0.2)
    assert Programme.waiting(state, 0, 0.0, 4.0) == 4.0 * math.exp(-0.6 * 6 / 12)
    other = state.bonds[0, 1].loyalty_programme
    other.member, other.points, state.people[0].loyalty_programme.held = True, 4, 2  # of 5: nearer
    assert Programme.waiting(state, 0, 0.0, 4.0) == 4.0 * math.exp(-0.6 * 4 / 5)
    other.member, card.rewarded, card.points = False, True, 0
    assert Programme.waiting(state, 0, 0.0, 4.0) == 4.0 * math.exp(0.2)
    state.offers["loyalty_programme"]["reward_value"] = 0.0
    card.points, card.rewarded = 6, False
    assert Programme.waiting(state, 0, 0.0, 4.0) == 4.0  # nobody hurries for nothing


def test_points_at_stake_and_a_price_off_count_in_a_choice(person):
    state, card = person
    weight, price = state.traits[0, 0].purchase.price_weight, state.offers[0, 0].purchase.price
    assert Programme.choosing(state, 0, 0) == 0.0 == Programme.choosing(state, 1, 0)
    set_effects(state, points_pressure=0.5)
    assert Programme.choosing(state, 0, 0) == pytest.approx(weight * 0.5 * 15.0 * 0.5, rel=1e-12)
    card.tier, card.points = 2, 0
    assert Programme.choosing(state, 0, 0) == pytest.approx(weight * 0.1 * price, rel=1e-12)


def test_losing_a_tier_leaves_less_than_never_having_had_it(person):
    state, card = person
    set_effects(state, rewarded=0.4, tier_pride=0.1, demotion=0.3)
    assert Programme.staying(state, 1, 0) == Programme.staying(state, 0, 0) == 0.0
    card.tier = 2
    assert Programme.staying(state, 0, 0) == 0.2
    card.tier, card.demoted = 1, True
    assert Programme.staying(state, 0, 0) == pytest.approx(-0.2)
    card.tier, card.demoted, card.rewarded = 0, False, True
    assert Programme.staying(state, 0, 0) == pytest.approx(0.4 * 15.0 * state.traits[0, 0].purchase.price_weight)


def test_everybody_buys_at_least_as_often_the_steeper_the_gradient_in_a_market_where_nothing_else_counts():
    """Exact, person by person: who leaves is decided by the same luck after the same purchase."""
    card = """
extends = "rhythm-only"
mechanisms = ["loyalty_programme"]
brand.focal.loyalty_programme = {join = 1.0, reward_value = 5.0}
"""
    bought = []
    for gradient in (0.0, 0.3, 1.0):
        settings = ["market.people=1500", "market.horizon_weeks=80", f"loyalty_programme.goal_gradient={gradient}"]
        quick = [
            "need.at_entry=true",
            "need.rate_scale_weeks=3",
            *(f"loyalty_programme.{name}=0" for name in EFFECTS[1:]),
        ]
        bought.append(lived(scenario_from(card, *quick, *settings)).state.bonds["purchases"][:, 0].astype(int))
    assert (bought[1] >= bought[0]).all() and (bought[2] >= bought[1]).all()
    assert bought[2].sum() > bought[1].sum() > bought[0].sum()


MOVED = {
    "join": 0.9, "points_per_purchase": 3, "points_per_money": 0.1, "points_needed": 9, "points_given": 4, "reward_cost": 9.0,
    "reward_value": 40.0, "claimed": 0.2, "expires_weeks": 6, "tier_by_money": "true", "silver_from": 2, "gold_from": 5,
    "silver_price_off": 0.3, "gold_price_off": 0.4, "on_time_from": 1, "on_time_cost": 3.0,
}  # fmt: skip


@pytest.mark.parametrize("name", [*MOVED, *EFFECTS])
def test_no_parameter_is_dead(everything, name):
    assert set(MOVED) | set(EFFECTS) == {*Programme.Offer.model_fields, *Programme.Traits.model_fields}
    key = f"loyalty_programme.{name}=1.5" if name in EFFECTS else f"brand.focal.loyalty_programme.{name}={MOVED[name]}"
    moved, state = lived(rich(key)).state, everything[1].state
    assert moved.counted.tobytes() != state.counted.tobytes() or not same(moved, state)


@pytest.mark.parametrize(("name", "counts", "sizes"), [
    ("join", "members", (0.1, 0.5, 1.0)),
    ("claimed", "rewards_claimed", (0.0, 0.4, 1.0)),
    ("points_given", "cards_completed", (0, 3, 6)),
    ("expires_weeks", "points_outstanding", (4, 12, 60)),
])  # fmt: skip
def test_more_of_it_means_more(name, counts, sizes):
    """With all effects off, so that everybody buys the same whatever the programme is: exact."""
    benefits = [f"brand.focal.loyalty_programme.{tier}_price_off=0" for tier in ("silver", "gold")]
    off = [*WITHOUT_EFFECTS, *benefits, "brand.focal.loyalty_programme.on_time_from=3"]
    found = [lived(rich(*off, f"brand.focal.loyalty_programme.{name}={size}")).state.counted for size in sizes]
    stock = counts in Programme.stocks
    amounts = [counted[counts][-1, 0] if stock else counted[counts][:, 0].sum() for counted in found]
    assert amounts == sorted(amounts) and amounts[0] < amounts[-1]


# ---- members and others ---------------------------------------------------------------------------------------------


def test_members_earn_more_than_others_even_where_the_programme_only_costs(tmp_path):
    base = load("restaurant", ["market.people=800", "market.horizon_weeks=52"])
    settings = ["market.people=800", "market.horizon_weeks=52", *WITHOUT_EFFECTS]
    compared = compare(base, load("plans/restaurant-stamp-card", settings), replications=3)
    (plan,) = compared.plans.values()
    found = members_of(plan.members)
    claimed = plan.figures["rewards_claimed"] * 8.0
    np.testing.assert_allclose(
        plan.members["members_earned"] - plan.members["members_earned_before"], -claimed / plan.members["members"]
    )
    assert found.naive.low > 0.0 > found.effect.high
    write_comparison(compared, tmp_path / "out")
    again = read_comparison(open_results(tmp_path / "out"))
    assert next(iter(again.plans.values())).members.equals(plan.members)
    said = (tmp_path / "out" / "summary.md").read_text()
    assert "Earned on each member, less what is earned on another customer: EUR +" in said


def test_it_is_named_without_a_file_wherever_scenarios_are_read(tmp_path):
    text = 'extends = "restaurant"\nmechanisms = ["loyalty_programme"]\n'
    assert read_scenario(text).own == (Programme,)  # an upload too: it is no code of a visitor
    with pytest.raises(ScenarioError, match="Here a file can name: channels, contract_terms, loyalty_programme"):
        read_scenario(text.replace("programme", "program"))
    with pytest.raises(MechanismError, match="Did you mean 'loyalty_programme'"):
        load_mechanism("loyalty_program")
    assert Programme.text == ""  # it is everywhere, so it is neither copied nor sent


# ---- what cannot be meant -------------------------------------------------------------------------------------------

WRONG = {
    "silver_from=9": "gold (9) begins where silver does (9); tiers go up",
    "silver_from=10": "gold (9) is reached before silver (10); tiers go up",
    "reward_cost=251": "the reward costs 251, more than the 250 that are paid to earn it",
    "reward_value=300": "the reward is worth 300, more than the 250 that are paid to earn it",
    "points_given=12": "a card of 12 points begins with 12: it is full before anything is bought",
    "expires_weeks=0": "Allowed: 1 to inf (weeks)",
    "points_per_purchase=0": "a purchase at 50 earns 1 whole points",
}


@pytest.mark.parametrize("setting", [key for key in WRONG if key != "points_per_purchase=0"])
def test_what_cannot_be_meant_is_refused_in_one_message(setting):
    with pytest.raises(ScenarioError) as refused:
        scenario_from(RICH, "brand.focal.purchase.price=50", "brand.focal.loyalty_programme.points_per_money=0",
                      f"brand.focal.loyalty_programme.{setting}")  # fmt: skip
    said = str(refused.value)
    assert WRONG[setting] in said and said.count("loyalty_programme") <= 2


def test_points_that_can_never_fill_a_card_are_refused():
    nothing = [
        "brand.focal.loyalty_programme.points_per_purchase=0",
        "brand.focal.loyalty_programme.points_per_money=0.01",
    ]
    with pytest.raises(ScenarioError, match="a purchase at 50 earns no whole point, so no card is ever full"):
        scenario_from(RICH, "brand.focal.purchase.price=50", *nothing)


def test_an_intervention_that_would_make_it_so_is_refused_too():
    dearer = """
[[intervention]]
name = "a better reward"
start_week = 10
effect = [{parameter = "loyalty_programme.reward_cost", add = 1000}]
"""
    with pytest.raises(ScenarioError, match="the reward costs 1006, more than"):
        scenario_from(RICH + dearer)
