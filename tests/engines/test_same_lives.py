"""Protects the promise of two engines: compiled and agents live the same lives, bit for bit, in any order.

Nothing here is statistical: two runs are equal or they are not.
"""

from threading import Thread

import numpy as np
import pytest
from hypothesis import given, settings
from markets import EVERYTHING_HAPPENS, lived, notes_of, scenario_from, state_of
from random_markets import scenarios

from cxsim.engine.agents import Customer
from cxsim.engine.measures import Measure
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.state import EVERYBODY
from cxsim.scenario import load, scenario_names

ALL_NOTES = {"watch": EVERYBODY, "room_for_notes": 20_000}


def live_shuffled(model):
    """The agents engine, everybody taken in another order each week."""
    people = model.settings.market.people
    for week in range(model.settings.market.horizon_weeks):
        customers = sorted(model.agents, key=lambda me: (me.number * 7919 + week * 104_729) % (people * 2 + 1))
        for customer in customers:
            customer.step()
        LoyaltyModel.step(model)  # finds every life of the week lived already, and ends the week
    return model


def without_log(state):
    return {name: value for name, value in state.items() if name != "log"}


def lives_in(model):
    """The state, with everybody's notes put together person by person."""
    log = notes_of(model)
    return state_of(model) | {"log": log[np.argsort(log["person"], kind="stable")].tobytes()}


def differing(one, other):
    """Names of the records that differ: shorter to read than the bytes."""
    return [name for name in one if one[name] != other[name]]


@pytest.mark.parametrize("name", scenario_names())
def test_every_ready_scenario(name):
    scenario = load(name, ["market.people=300", "market.horizon_weeks=60"])
    compiled = lived(scenario)
    assert compiled.state.tally[:, :, Measure.purchases].any()
    assert differing(state_of(lived(scenario, engine="agents")), state_of(compiled)) == []


@settings(max_examples=120)
@given(scenarios())
def test_any_scenario(scenario):
    compiled = state_of(lived(scenario, **ALL_NOTES))
    assert differing(state_of(lived(scenario, engine="agents", **ALL_NOTES)), compiled) == []


@settings(max_examples=80)
@given(scenarios())
def test_the_order_of_people_makes_no_difference(scenario):
    shuffled = live_shuffled(LoyaltyModel(scenario, rng=1, engine="agents", collect=False, **ALL_NOTES))
    assert differing(lives_in(shuffled), lives_in(lived(scenario, **ALL_NOTES))) == []


PROBLEMS_THAT_GO_ON_FOR_WEEKS = [
    "support.raised_again=0.9", "support.contact_base=5.0", "brand.focal.support.resolve_rate=0.1",
    "brand.focal.support.handling_weeks=0.7", "brand.focal.use.failure_rate=0.9", "research.asks=8", "loyalty.exit=0.0",
]  # fmt: skip


@pytest.mark.parametrize("overrides", [["telling.base=3.0"], PROBLEMS_THAT_GO_ON_FOR_WEEKS], ids=["talk", "problems"])
def test_the_order_of_people_makes_no_difference_where_everything_happens(overrides):
    scenario = scenario_from(EVERYTHING_HAPPENS, "market.people=200", *overrides)
    shuffled = live_shuffled(LoyaltyModel(scenario, rng=1, engine="agents", collect=False, **ALL_NOTES))
    assert differing(lives_in(shuffled), lives_in(lived(scenario, **ALL_NOTES))) == []


def test_a_second_step_in_a_week_changes_nothing():
    class Twice(Customer):
        def step(self):
            super().step()
            before = state_of(self.model)
            super().step()
            assert state_of(self.model) == before

    scenario = scenario_from(EVERYTHING_HAPPENS, "market.people=60", "market.horizon_weeks=15")
    assert differing(state_of(lived(scenario, engine="agents", customer=Twice)), state_of(lived(scenario))) == []


def test_two_models_in_two_threads_do_not_disturb_each_other():
    scenario = scenario_from(EVERYTHING_HAPPENS, "market.people=5000")
    alone = [state_of(lived(scenario, seed=seed)) for seed in (1, 2)]
    together = {}

    def live(seed):
        together[seed] = state_of(lived(scenario, seed=seed))

    threads = [Thread(target=live, args=(seed,)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[1], together[2]] == alone


def test_watching_somebody_changes_nothing():
    scenario = scenario_from(EVERYTHING_HAPPENS, "market.people=200")
    watched = lived(scenario, **ALL_NOTES)
    assert len(notes_of(watched)) > 1000
    assert differing(without_log(state_of(watched)), state_of(lived(scenario))) == []


CALLS_AT_THE_SAME_MOMENT = """
[market]
people = 200
horizon_weeks = 40
links = {kind = "complete"}
[need]
kind = "contract"
period_weeks = 4.3
spontaneous_annual = 3.0
[telling]
refer_base = 2.0
refer_threshold = -10.0
[brand.focal.expectation]
awareness = 0.3
[brand.rival]
"""


def test_of_two_calls_at_the_same_moment_the_same_one_counts_in_any_order():
    # Contracts begun together are renewed together, so that many referrals of a week tie to the last bit.
    scenario = scenario_from(CALLS_AT_THE_SAME_MOMENT)
    compiled = lived(scenario)
    assert compiled.state.tally[:, :, Measure.referred_purchases].sum() > 20
    shuffled = live_shuffled(LoyaltyModel(scenario, rng=1, engine="agents"))
    assert differing(without_log(state_of(shuffled)), without_log(state_of(compiled))) == []


STRANDED_BY_A_REFERRAL = """
[market]
people = 200
horizon_weeks = 30
[research]
duration_weeks = 0.0
[need]
spontaneous_annual = 10.0
[telling]
refer_base = 3.0
refer_threshold = -10.0
[[intervention]]
name = "answers vanish"
start_week = 10
effect = [{parameter = "research.findability", set = 0.0}]
"""


def test_a_referral_starts_one_journey_and_no_more():
    # It used to start one after the other within the week, for ever where research takes no time.
    world = lived(scenario_from(STRANDED_BY_A_REFERRAL)).state
    assert world.tally[10:, 0, Measure.found].sum() == 0
    assert world.tally[10:, 0, Measure.considered].sum() > 0
