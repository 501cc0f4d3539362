"""Protects the smaller plan of contract terms: who takes it instead of going pays less and decides anew, and its closed form."""

import math
from functools import partial

import markets
import numpy as np
import pytest
from contracts import BARE, CONTRACTS, RICH, bare, rich, share_left_for_less
from markets import scenario_from

from cxsim.engine.measures import Measure
from cxsim.engine.outcomes.status import Status, outcomes
from cxsim.engine.state import MONEY_UNIT
from cxsim.scenario import ScenarioError
from cxsim.scenario.mechanism import load_mechanism

Terms = load_mechanism("contract_terms")
lived = partial(markets.lived, seed=3)


@pytest.mark.parametrize("taken", [0.0, 0.4, 1.0])
def test_a_smaller_plan_puts_off_one_decision_as_its_closed_form_says(taken):
    """Share left after five decisions, within 4 standard errors: a false alarm in 16,000."""
    scenario = bare(f"contract_terms.downgrade_taken={taken}", people=20_000, weeks=60, downgrade_price=0.6)
    share = float(np.mean(lived(scenario).state.bonds["purchases"][:, 0] > 5))
    expected = share_left_for_less(scenario, 5, taken)
    assert share == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / 20_000))


def test_who_takes_the_smaller_plan_pays_less_from_the_next_renewal_on_and_is_no_line():
    free, reduced = (
        lived(bare("contract_terms.downgrade_taken=1.0", downgrade_price=price)).state for price in (1.0, 0.6)
    )
    before = free.bonds["purchases"][:, 0].astype(int)
    after, paid = reduced.bonds["purchases"][:, 0].astype(int), reduced.bonds["spent"][:, 0] / MONEY_UNIT
    took = ~free.bonds["customer"][:, 0]
    assert np.array_equal(reduced.bonds["contract_terms"]["less"][:, 0] > 0.0, took) and took.sum() > 500
    assert np.allclose(paid, 50.0 * np.minimum(after, before) + 30.0 * (after - before)) and (after >= before).all()
    still = reduced.bonds["customer"][:, 0] & took
    story = outcomes(reduced, 0)
    assert still.sum() == reduced.counted["smaller"][-1, 0] > 100 and (story.status[still] == Status.loop).all()


@pytest.mark.parametrize("terms", [{"minimum_weeks": 400}, {"pause_weeks": 4}])
def test_who_was_bound_and_who_paused_are_offered_no_smaller_plan_on_the_way_out(terms):
    everybody = ["contract_terms.downgrade_taken=1.0", "contract_terms.pause_taken=1.0"]
    state = lived(bare(*everybody, downgrade_price=0.6, **terms)).state
    assert state.counted["held_back"].sum() + state.counted["lost_after_pause"].sum() > 100
    assert not state.counted["downgrades"].any()


def test_terms_of_the_smaller_plan_are_those_of_the_day_on_which_it_was_taken():
    dearer = """
[[intervention]]
name = "smaller for a while"
end_week = 20
effect = [{parameter = "contract_terms.downgrade_price", set = 0.6}]
"""
    state = lived(scenario_from(BARE + dearer, *CONTRACTS, "market.people=1500", "market.horizon_weeks=60")).state
    assert state.counted["downgrades"][:20].sum() > 50 and not state.counted["downgrades"][20:].any()
    late = state.counted["downgrade_money"][30:, 0].sum()
    assert late > 0 and late % (20 * MONEY_UNIT) == 0


def test_a_new_contract_is_one_of_the_whole_plan():
    """Nobody is offered a smaller one from week 60 on, so who began a contract after it, or began again, has none."""
    no_more = """
[[intervention]]
name = "no more"
start_week = 60
effect = [{parameter = "contract_terms.downgrade_price", set = 1.0}]
"""
    often = [
        "loyalty.rejoin=1.0",
        "contract_terms.downgrade_taken=0.9",
        "market.people=600",
        "market.horizon_weeks=120",
    ]
    bonds = lived(scenario_from(RICH + no_more, *CONTRACTS, *often)).state.bonds[:, 0]
    began = bonds["last_bought"] - 4.0 * (bonds["streak"].astype(float) - 1.0)  # no later than this where nobody paused
    anew = bonds["customer"] & (began > 64.0)
    assert (anew & (bonds["purchases"] > bonds["streak"])).sum() > 10 and not bonds["contract_terms"]["less"][
        anew
    ].any()
    assert (bonds["contract_terms"]["less"][bonds["customer"]] > 0.0).any()


def test_what_the_smaller_plan_leaves_out_is_missed():
    lived_with = [lived(rich(f"brand.focal.contract_terms.downgrade_quality={size}")).state for size in (0.0, 0.2, 0.6)]
    sums = [state.tally[:, 0, [Measure.satisfaction_sum, Measure.episodes]].sum(axis=0) for state in lived_with]
    found = [satisfaction / episodes for satisfaction, episodes in sums]
    assert found[0] > found[1] > found[2]


def test_who_looks_around_from_a_smaller_plan_counts_what_it_saves():
    scenario = rich()
    model = lived(scenario, weeks=100)  # of 120: terms are those of a week that is lived
    worth = scenario.purchase.price_weight * scenario.brand["focal"].purchase.price
    less, customer = model.state.bonds["contract_terms"]["less"][:, 0], model.state.bonds["customer"][:, 0]
    saved = np.array([Terms.choosing(model.plain_state, person, 0) for person in range(len(less))])
    assert saved == pytest.approx(np.where(customer, worth * less, 0.0)) and saved.max() > 0.0
    assert (less > 0.0)[~customer].any()  # who is no customer any more saves nothing


def test_a_smaller_plan_where_there_are_no_contracts_is_refused():
    nothing = [
        "brand.rival.contract_terms.minimum_weeks=0",
        "brand.rival.contract_terms.notice_weeks=0",
        "brand.rival.contract_terms.pause_weeks=0",
    ]
    none = [each.replace("rival", "focal") for each in nothing] + ["brand.focal.contract_terms.early_fee=inf"]
    with pytest.raises(
        ScenarioError, match="a smaller plan at 62% of the fee is one of contracts, and customers here have none"
    ):
        rich("need.kind=repeat", *nothing, *none)
    with pytest.raises(
        ScenarioError, match=r"a smaller plan is offered at a decision to go, and with loyalty\.departure = 'anytime'"
    ):
        rich("loyalty.departure=anytime", *nothing, *none)
