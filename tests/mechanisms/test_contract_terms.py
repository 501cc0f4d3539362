"""Protects contract terms: every contract ends once, what is paid is what was under contract, who is bound is no loop, and
nothing happens where nothing is written. One set of mechanisms serves all lives, since the rules are compiled for each set.
"""

import math
from functools import partial
from itertools import pairwise

import markets
import numpy as np
import pytest
from contracts import BARE, CONTRACTS, RICH, bare, golden, rich, share_left, units
from markets import notes_of, scenario_from
from test_examples import columns, same

from cxsim.engine.measures import Measure, Note
from cxsim.engine.model import loops
from cxsim.engine.outcomes.status import Status, outcomes
from cxsim.engine.simulate import simulate
from cxsim.engine.state import EVERYBODY, MONEY_UNIT
from cxsim.scenario import ScenarioError, load
from cxsim.scenario.mechanism import load_mechanism

Terms = load_mechanism("contract_terms")
STOCKS = Terms.stocks


lived = partial(markets.lived, seed=3)


@pytest.fixture(scope="module")
def everything():
    """A market in which all of it happens, with the notes of everybody."""
    scenario = rich()
    return scenario, lived(scenario, watch=EVERYBODY, room_for_notes=600_000)


# ---- the books ------------------------------------------------------------------------------------------------------


def test_everybody_who_is_held_goes_or_stays_once(everything):
    state = everything[1].state
    for brand in (0, 1):
        counted = {name: np.cumsum(state.counted[name][:, brand]) for name in Terms.counts}
        ends = {name: state.counted[name][:, brand] for name in STOCKS}
        assert np.array_equal(counted["held_back"] - counted["released"], ends["bound"])
        begun, over = counted["pauses"] + counted["idle_pauses"], counted["resumed"] + counted["lost_after_pause"]
        assert (over <= counted["pauses"]).all() and (begun - over >= ends["paused"]).all()
        own, with_brand = state.people["contract_terms"], state.people["target"] == brand
        assert ends["bound"][-1] == (with_brand & (own["owed"] > 0)).sum()
        assert ends["paused"][-1] == (with_brand & (own["pausing"] == 2)).sum()
        paused = (with_brand & own["held"] & (own["pausing"] == 2)).sum()
        assert counted["pauses"][-1] == over[-1] + paused
    assert all(state.counted[name][:, 0].sum() > 0 for name in Terms.counts)


def test_every_contract_that_began_ends_once_or_goes_on(everything):
    state = everything[1].state
    for brand in (0, 1):
        gained, lost = (state.tally[:, brand, Measure[f"customers_{what}"]].sum() for what in ("gained", "lost"))
        assert gained - lost == state.bonds["customer"][:, brand].sum()
        again = state.counted["returned"][:, brand].sum()
        assert gained == state.tally[:, brand, Measure.first_purchases].sum() + again
    held = state.people["contract_terms"]["held"]
    assert state.bonds["customer"][np.flatnonzero(held), state.people["target"][held]].all()


def test_what_is_paid_is_what_was_under_contract(everything):
    """Paid weeks are weeks under contract, less what a pause does not pay and a smaller plan gives up; and all of it is in the
    books once, to the last unit."""
    scenario, state = everything[0], everything[1].state
    for brand, offer in enumerate(scenario.brand.values()):
        tally, counted = (
            state.tally[:, brand].sum(axis=0),
            {name: int(state.counted[name][:, brand].sum()) for name in Terms.counts},
        )
        pauses = counted["pauses"] + counted["idle_pauses"]
        terms, price = offer.contract_terms, offer.purchase.price
        early = counted["bought_out"] * terms.early_fee if counted["bought_out"] else 0.0
        assert counted["early_money"] == early * MONEY_UNIT
        whole, less = price * MONEY_UNIT, price * (1.0 - terms.downgrade_price) * MONEY_UNIT
        paused = whole * terms.pause_fee * terms.pause_weeks / 4.0
        smaller = (pauses * paused - counted["pause_money"]) / (paused * (1.0 - terms.downgrade_price)) if less else 0.0
        assert smaller == pytest.approx(round(smaller), abs=0.01) and smaller <= pauses  # some who paused had it
        bound = (counted["bound_renewals"] * whole - counted["bound_money"]) / less if less else 0.0
        assert bound == round(bound) <= counted["bound_renewals"]
        given = counted["downgrade_money"] / less if less else 0.0
        assert bound <= given == round(given) <= tally[Measure.purchases]
        in_full = tally[Measure.purchases] * whole - counted["downgrade_money"]
        assert tally[Measure.revenue_money] == in_full + counted["pause_money"] + early * MONEY_UNIT
        costs = ("goods", "contacts", "rewards", "callbacks", "interventions")
        left_out = given * (1.0 - terms.downgrade_cost) * offer.money.unit_cost * MONEY_UNIT
        assert tally[Measure.goods_money] == tally[Measure.purchases] * offer.money.unit_cost * MONEY_UNIT - left_out
        earned = tally[Measure.revenue_money] - sum(tally[Measure[f"{name}_money"]] for name in costs)
        assert state.bonds["margin"][:, brand].sum() == earned


def test_every_contract_is_that_of_the_description():
    """Week by week and person by person, for half a dozen kinds of contract."""
    relief = ["contract_terms.pause_relief=0.4", "contract_terms.idle_pause=0.1", "contract_terms.pause_taken=0.5",
              "contract_terms.downgrade_taken=0.6", "contract_terms.idle_downgrade=0.1"]  # fmt: skip
    kinds = (
        {},
        {"minimum_weeks": 18},
        {"notice_weeks": 7},
        {"minimum_weeks": 22, "notice_weeks": 3, "early_fee": 110},
        {"pause_weeks": 5, "pause_fee": 0.25},
        {"minimum_weeks": 9, "notice_weeks": 5.5, "pause_weeks": 6, "early_fee": 60},
        {"downgrade_price": 0.625},
        {
            "downgrade_price": 0.61,
            "minimum_weeks": 9,
            "notice_weeks": 5.5,
            "pause_weeks": 6,
            "pause_fee": 0.3,
            "early_fee": 60,
        },
        {"downgrade_price": 0.0, "notice_weeks": 9},
    )
    for terms in kinds:
        scenario = bare(*relief, people=400, **terms)
        model = lived(scenario, watch=EVERYBODY, room_for_notes=200_000)
        state, notes = model.state, notes_of(model)
        told = golden(scenario, state)
        for name in Terms.counts:
            if name not in (*STOCKS, "returned"):
                found = [sum(each.counted[week, name] for each in told) for week in range(60)]
                assert state.counted[name][:, 0].tolist() == found, (terms, name)
        for name in STOCKS:
            found = [
                sum(why == name and start < week + 1 <= end for each in told for start, end, why in each.held)
                for week in range(60)
            ]
            assert state.counted[name][:, 0].tolist() == found, (terms, name)
        spent = [sum(units(amount) for _, amount in each.paid) for each in told]
        assert state.bonds["spent"][:, 0].tolist() == spent
        bought = notes[notes["what"] == Note.BUYS]
        assert len(bought) == sum(amount == each.price for each in told for _, amount in each.paid)
        status = outcomes(state, 0).status
        assert ((status == Status.line) == [each.stands == "going" for each in told]).all()


# ---- what it does to people -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("market", ["restaurant", "subscription"])
def test_where_nothing_is_written_nothing_changes(market, tmp_path):
    file = tmp_path / "terms.toml"
    file.write_text(f'extends = "{market}"\nmechanisms = ["contract_terms"]\n')
    small = ["market.people=600", "market.horizon_weeks=160", "market.run_in_weeks=52"]
    without, named = lived(load(market, small)).state, lived(load(file, small)).state
    assert without.tally.tobytes() == named.tally.tobytes() and without.due.tobytes() == named.due.tobytes()
    for record in ("people", "bonds", "standings"):
        before, after = dict(columns(getattr(without, record))), dict(columns(getattr(named, record)))
        assert not [name for name in before if before[name].tobytes() != after[name].tobytes()]
    assert not any(named.counted[name].any() for name in Terms.counts if name != "returned")


def test_both_engines_live_the_same(everything):
    small = rich(people=60, weeks=80)
    compiled, agents = lived(small).state, lived(small, engine="agents").state
    assert same(compiled, agents) and compiled.counted.tobytes() == agents.counted.tobytes()
    own = [dict(columns(state.people["contract_terms"])) for state in (compiled, agents)]
    assert all(own[0][name].tobytes() == own[1][name].tobytes() for name in own[0])


def test_a_minimum_term_makes_no_loop_and_only_puts_off():
    """Exact: at every horizon the same people are lines, for the same cause at the same stage, and no loop is won; who goes
    before has paid for the whole term."""
    free, bound = (lived(bare(minimum_weeks=weeks)) for weeks in (0, 28))
    stories = [outcomes(each.state, 0) for each in (free, bound)]
    for what in ("status", "stage", "cause"):
        assert np.array_equal(*(getattr(story, what) for story in stories))
    paid = [each.state.bonds["purchases"][:, 0].astype(int) for each in (free, bound)]
    assert np.array_equal(paid[1], np.maximum(paid[0], 7))
    assert loops(free) == loops(bound) < (paid[1] >= 2).sum()
    by_habit = [each.state.tally[:, 0, Measure.loop_purchases].sum() for each in (free, bound)]
    assert by_habit[0] == by_habit[1]


def test_who_is_bound_at_the_horizon_is_a_line_and_is_counted():
    model = lived(bare(minimum_weeks=400))
    state, story = model.state, outcomes(model.state, 0)
    bound = state.people["contract_terms"]["held"]
    assert bound.sum() == state.counted["bound"][-1, 0] > 100 and state.bonds["customer"][:, 0].all()
    assert (story.status[bound] == Status.line).all() and (story.stage[bound] == 5).all()  # use
    assert (story.status[~bound] == Status.loop).all()
    figures = simulate(bare(minimum_weeks=400), 3, 0).figures
    assert figures["bound"] == bound.sum() and figures["loops"] == (~bound).sum()


@pytest.mark.parametrize(("notice", "periods"), [(0, 0), (4, 0), (4.1, 1), (8, 1), (13, 3)])
def test_notice_is_paid_by_whoever_goes_and_by_nobody_else(notice, periods):
    """Exact, person by person; a decision falls at the beginning of a period paid for, which is the first of the notice."""
    free, noticed = (lived(bare(notice_weeks=weeks, weeks=200)).state for weeks in (0, notice))
    went = ~free.bonds["customer"][:, 0]
    more = noticed.bonds["purchases"][:, 0].astype(int) - free.bonds["purchases"][:, 0]
    early = free.bonds["purchases"][:, 0] < 40  # whose notice was over by the horizon
    assert (more[went & early] == periods).all() and (more[~went] == 0).all() and (went & early).sum() > 500


@pytest.mark.parametrize(("taken", "relief"), [(0.0, 0.0), (0.4, 0.0), (1.0, 0.0), (0.6, 1.0)])
def test_a_pause_saves_whom_its_closed_form_says(taken, relief):
    """Share left after five decisions, within 4 standard errors: a false alarm in 16,000."""
    overrides = [f"contract_terms.pause_taken={taken}", f"contract_terms.pause_relief={relief}"]
    scenario = bare(*overrides, people=20_000, weeks=60, pause_weeks=3)
    state = lived(scenario).state
    share = float(np.mean(state.bonds["purchases"][:, 0] > 5))
    expected = share_left(scenario, 5, taken, relief)
    assert share == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / 20_000))


def test_a_fee_for_ending_early_is_paid_where_less_is_owed_than_it():
    """With a term of seven periods of 50: after n of them 50 x (7 - n) is owed; a fee of 160 is paid while four or more are."""
    scenario = bare(minimum_weeks=28, early_fee=160)
    state, free = lived(scenario).state, lived(bare()).state
    paid = free.bonds["purchases"][:, 0].astype(int)
    out = ~free.bonds["customer"][:, 0] & (paid <= 3)
    assert state.counted["bought_out"][:, 0].sum() == out.sum() > 300
    spent = state.bonds["spent"][:, 0] / MONEY_UNIT
    assert np.array_equal(spent[out], paid[out] * 50.0 + 160.0)
    assert (spent[~out] == np.maximum(paid[~out], 7) * 50.0).all()


def test_terms_are_those_of_the_day_on_which_a_contract_began():
    later = """
[[intervention]]
name = "two years"
start_week = 8
effect = [{parameter = "contract_terms.minimum_weeks", set = 400}]
"""
    entry = ["market.entry_counts=[750, 750]", "market.entry_step_weeks=10"]
    state = lived(
        scenario_from(BARE + later, *CONTRACTS, *entry, "market.people=1500", "market.horizon_weeks=60")
    ).state
    early = state.people["entry"] < 8
    agreed = state.people["contract_terms"]["minimum"]
    assert (agreed[early] == 0).all() and (agreed[~early] == 400).all()
    customers = state.bonds["customer"][:, 0]
    assert customers[~early].all() and not customers[early].all()


def test_being_bound_is_resented_and_told(everything):
    states = [lived(rich(f"contract_terms.resentment={size}")).state for size in (0.0, 0.1, 0.5)]
    satisfaction = [state.tally[:, 1, Measure.satisfaction_sum].sum() for state in states]
    assert satisfaction[0] > satisfaction[1] > satisfaction[2]
    bad = [state.tally[:, 1, Measure.messages_bad].sum() for state in states]
    assert bad[0] < bad[2]


MOVED = {"minimum_weeks": 28, "notice_weeks": 9, "early_fee": 60, "pause_weeks": 9, "pause_fee": 0.6,
         "pause_taken": 0.9, "pause_relief": -1.0, "idle_pause": 0.3, "resentment": 0.4, "downgrade_price": 0.5,
         "downgrade_quality": 0.3, "downgrade_cost": 0.5, "downgrade_taken": 0.9, "idle_downgrade": 0.3}  # fmt: skip


@pytest.mark.parametrize("name", MOVED)
def test_no_parameter_is_dead(everything, name):
    assert set(MOVED) == {*Terms.Offer.model_fields, *Terms.Traits.model_fields}
    brand = "brand.focal." if name in Terms.Offer.model_fields else ""
    moved, state = lived(rich(f"{brand}contract_terms.{name}={MOVED[name]}")).state, everything[1].state
    assert moved.counted.tobytes() != state.counted.tobytes() or not same(moved, state)


@pytest.mark.parametrize(("name", "counts", "sizes"), [
    ("minimum_weeks", "bound_renewals", (8, 16, 32)),
    ("notice_weeks", "bound_renewals", (5, 9, 17)),
    ("pause_weeks", "pause_money", (2, 4, 8)),
    ("pause_fee", "pause_money", (0.1, 0.4, 0.9)),
    ("downgrade_price", "downgrade_money", (0.9, 0.5, 0.2)),
])  # fmt: skip
def test_more_of_it_means_more(name, counts, sizes):
    terms = {"pause_weeks": 4, "pause_fee": 0.2} if name.startswith("pause") else {}
    found = [lived(bare(**{**terms, name: size})).state.counted[counts][:, 0].sum() for size in sizes]
    assert found == sorted(found) and found[0] < found[-1]


def test_the_longer_the_term_the_more_each_pays_where_nothing_else_counts():
    paid = [lived(bare(minimum_weeks=weeks)).state.bonds["spent"][:, 0] for weeks in (0, 12, 24, 48)]
    for less, more in pairwise(paid):
        assert (more >= less).all() and more.sum() > less.sum()


# ---- what cannot be meant -------------------------------------------------------------------------------------------

WRONG = {
    "brand.focal.contract_terms.notice_weeks=21": "the notice (21 weeks) is longer than the minimum term (20 weeks)",
    "need.kind=repeat": "a minimum term of 20 weeks is one of contracts, and customers here have none: need.kind is 'repeat'",
    "loyalty.departure=anytime": "a pause is offered at a decision to go, and with loyalty.departure = 'anytime' nobody takes one",
    "brand.focal.contract_terms.pause_fee=1.5": "Allowed: 0 to 1 (share)",
    "brand.focal.contract_terms.downgrade_price=1.2": "Allowed: 0 to 1 (share)",
}


@pytest.mark.parametrize("setting", WRONG)
def test_what_cannot_be_meant_is_refused_in_one_message(setting):
    with pytest.raises(ScenarioError) as refused:
        rich(setting, "brand.rival.contract_terms.minimum_weeks=0", "brand.rival.contract_terms.notice_weeks=0",
             "brand.rival.contract_terms.pause_weeks=0")  # fmt: skip
    said = str(refused.value)
    assert WRONG[setting] in said and said.count("focal.contract_terms") <= 2


def test_a_fee_for_ending_what_never_binds_is_refused():
    with pytest.raises(
        ScenarioError, match=r"a fee for ending early \(60\), but no minimum term or notice to end before"
    ):
        bare(early_fee=60)


def test_a_plan_that_would_make_it_so_is_refused_too():
    longer = """
[[intervention]]
name = "longer notice"
start_week = 10
effect = [{parameter = "contract_terms.notice_weeks", add = 50}]
"""
    with pytest.raises(ScenarioError, match=r"the notice \(53 weeks\) is longer than the minimum term"):
        scenario_from(RICH + longer, *CONTRACTS)
