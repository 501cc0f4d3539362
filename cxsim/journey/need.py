"""Need: a journey begins. Outside the market chance starts it; a customer's next need comes with time.

The adoption hazard is that of Bass (1969), h = p + q * (share of neighbours who own), constant within a week. A person
outside carries one exponential amount of patience and uses it up at that hazard; so a higher hazard always means an
earlier journey for the same luck, and a journey starts at an exact time, not at a tick.
"""

import math
from typing import Final

from cxsim.compiled import compiled
from cxsim.journey.bookkeeping import note
from cxsim.journey.neighbours import (
    brand_seen_at_neighbours,
    hear_news_of_people,
    share_who_own,
)
from cxsim.journey.terms import terms_for
from cxsim.luck import exponential, purpose, uniform
from cxsim.measures import Note, Trigger
from cxsim.parameter import WEEKS_PER_YEAR
from cxsim.records import NO_BRAND, NOBODY, WEEK, Person, Stage, World
from cxsim.stages import Traits
from cxsim.stages.need import NextNeed

PATIENCE: Final = purpose("need: patience of those outside")
TRIGGER: Final = purpose("need: what started it")
WAIT: Final = purpose("need: wait for the next need")


@compiled
def outside(world: World, person: int) -> None:
    """A week outside the market: a referral, or enough hazard, starts a journey."""
    me: Person = world.people[person]
    week = world.clock[WEEK]
    hear_news_of_people(me, week)
    if me.called_by != NOBODY and me.called_week == week - 1:
        _begin(world, person, me.called_to, Trigger.REFERRAL)
        me.pursuing_call = me.called_by
        me.pursuing_to = me.called_to
        me.called_by = NOBODY  # a call is followed once
        return
    traits: Traits = world.traits[terms_for(world, me)]
    advertising = 0.0
    for brand in range(world.standings.shape[0]):
        advertising += world.offers[terms_for(world, me), brand].need.reach_annual
    pull = traits.need.imitation_annual * share_who_own(world, person)
    weekly = (traits.need.spontaneous_annual + advertising + pull) / WEEKS_PER_YEAR
    left_of_week = week + 1.0 - world.due[person]
    if weekly * left_of_week <= me.patience:
        me.patience -= weekly * left_of_week
        world.due[person] = week + 1.0
        return
    world.due[person] += me.patience / weekly
    u = uniform(world.luck, person, TRIGGER, me.needs, 0) * weekly * WEEKS_PER_YEAR
    for brand in range(world.standings.shape[0]):
        u -= world.offers[terms_for(world, me), brand].need.reach_annual
        if u < 0.0:
            _begin(world, person, brand, Trigger.ADVERTISING)
            return
    if u < pull:
        _begin(world, person, brand_seen_at_neighbours(world, person, me.needs), Trigger.NEIGHBOURS)
    else:
        _begin(world, person, NO_BRAND, Trigger.SPONTANEOUS)


@compiled
def _begin(world: World, person: int, brand: int, trigger: Trigger) -> None:
    me: Person = world.people[person]
    if brand != NO_BRAND:
        world.bonds[person, brand].aware = True
    note(world, person, Note.NEED, brand, trigger.value)
    me.stage = Stage.NEED


@compiled
def need(world: World, person: int) -> None:
    """A need has arisen: a journey begins with no effort spent."""
    me: Person = world.people[person]
    me.needs += 1
    me.effort = 0.0
    me.relief = 0.0
    if me.uses > 0:
        note(world, person, Note.NEED, me.target if me.by_habit else NO_BRAND, Trigger.NEXT_NEED.value)
    me.stage = Stage.EXPECTATION


@compiled
def wait_for_next_need(traits: Traits, rate: float, u: float) -> float:
    """Weeks from a purchase to the next need.

    repeat: exponential at the person's rate; replacement: Weibull, scale * (-ln u)**(1/shape); contract: the period.
    """
    if traits.need.kind == NextNeed.repeat:
        return -math.log(u) / rate
    if traits.need.kind == NextNeed.replacement:
        return float(traits.need.life_scale_weeks * (-math.log(u)) ** (1.0 / traits.need.life_shape))
    return traits.need.period_weeks


@compiled
def go_outside(world: World, person: int) -> None:
    """The journey ended without a purchase by somebody who has never bought: back to where chance starts journeys."""
    me: Person = world.people[person]
    me.pursuing_call = NOBODY
    me.patience = exponential(world.luck, person, PATIENCE, me.needs, 0)
    me.stage = Stage.OUTSIDE


@compiled
def await_next_need(world: World, person: int, since: float) -> None:
    """A customer of the category waits for the next need, counted from `since` but not before the present event."""
    me: Person = world.people[person]
    me.pursuing_call = NOBODY
    wait = wait_for_next_need(
        world.traits[terms_for(world, me)], me.rate, uniform(world.luck, person, WAIT, me.needs, 0)
    )
    world.due[person] = max(world.due[person], since + wait)
    me.stage = Stage.NEED
