"""Protects referrals: one referral starts one journey, and of several in a week the earliest counts, whoever is asked first.

Exact statements about single rules; nothing here is statistical.
"""

import itertools

import pytest
from markets import lived, scenario_from

from cxsim.engine.journey.need import outside
from cxsim.engine.journey.telling import invite
from cxsim.engine.market.start import state_at_start
from cxsim.engine.measures import Note, Trigger
from cxsim.engine.state import EVERYBODY, NOBODY, WEEK, Stage

QUIET = "need.spontaneous_annual=0.0", "need.imitation_annual=0.0", "brand.focal.need.reach_annual=0.0"


def world_of_three():
    return state_at_start(scenario_from("", "market.people=3", *QUIET), 1)


def test_a_referral_starts_one_journey():
    world = world_of_three()
    invite(world.people[0], 0, 2, 0, 0.5)
    world.clock[WEEK] = 1
    world.due[0] = 1.0
    outside(world, 0)
    assert world.people[0]["stage"] == Stage.NEED
    assert world.people[0]["pursuing_call"] == 2
    assert world.bonds[0, 0]["aware"]
    # The journey ends in the same week without a purchase; the same referral does not start it again.
    world.people[0]["stage"] = Stage.OUTSIDE
    world.people[0]["pursuing_call"] = NOBODY
    outside(world, 0)
    assert world.people[0]["stage"] == Stage.OUTSIDE
    assert world.due[0] == 2.0


def test_a_referral_waits_for_the_tick_and_lasts_a_week():
    world = world_of_three()
    invite(world.people[0], 0, 2, 0, 0.5)
    outside(world, 0)
    assert world.people[0]["stage"] == Stage.OUTSIDE
    world.clock[WEEK] = 2
    world.due[0] = 2.0
    outside(world, 0)
    assert world.people[0]["stage"] == Stage.OUTSIDE


# (referrer, at): times that single precision cannot tell apart, and exact ties, which the lower number wins.
INVITATIONS = (
    [(2, 10.00000002), (1, 10.00000001), (0, 10.00000003)],
    [(2, 0.8), (0, 0.8), (1, 0.8)],
    [(0, 0.7), (1, 0.3)],
)


@pytest.mark.parametrize("invitations", INVITATIONS)
def test_the_earliest_referral_counts_in_any_order(invitations):
    expected = min(invitations, key=lambda each: (each[1], each[0]))[0]
    for order in itertools.permutations(invitations):
        friend = world_of_three().people[0]
        for referrer, at in order:
            invite(friend, 0, referrer, 0, at)
        assert friend["invited_by"] == expected


def test_nobody_begins_more_journeys_than_reasons():
    """With hopeless searches, each journey that a referral starts needs a referral of its own."""
    easy = "brand.focal.expectation.awareness=1.0", "need.at_entry=true", "need.rate_scale_weeks=2.0"
    searches = "research.duration_weeks=0.2", "research.persistence=0.0", "brand.focal.research.findability=0.5"
    loud = "telling.refer_base=50.0", "telling.refer_threshold=-10.0", "purchase.outside=3.0"
    scenario = scenario_from("", "market.people=300", "market.horizon_weeks=20", *QUIET, *easy, *searches, *loud)
    notes = lived(scenario, watch=EVERYBODY, room_for_notes=60_000).state.log
    by_referral = notes[(notes["what"] == Note.NEED) & (notes["a"] == Trigger.REFERRAL)]
    asked = notes[notes["what"] == Note.REFERS]
    for person in set(by_referral["person"]):
        begun = (by_referral["person"] == person).sum()
        assert 0 < begun <= (asked["a"] == person).sum()
