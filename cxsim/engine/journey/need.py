"""Need: a journey begins. Outside the market chance starts it; a customer's next need comes with time.

The adoption hazard is that of Bass (1969), h = p + q * (share of neighbours who own), constant within a week. A person
outside carries one exponential amount of patience and uses it up at that hazard; so a higher hazard always means an
earlier journey for the same luck, and a journey starts at an exact time, not at a tick.
"""

import math
from typing import Final

from cxsim.engine.compiled import compiled
from cxsim.engine.hooks import arising, waiting
from cxsim.engine.journey.bookkeeping import count, earn, money_units, note, pay
from cxsim.engine.journey.neighbours import (
    brand_seen_at_neighbours,
    hear_news_of_people,
    share_who_own,
)
from cxsim.engine.journey.schedule import row_for
from cxsim.engine.journey.season import factor_of_week, when_passed
from cxsim.engine.luck import exponential, purpose, uniform
from cxsim.engine.measures import Measure, Note, Trigger
from cxsim.engine.state import NO_BRAND, NOBODY, WEEK, Person, Stage, State
from cxsim.scenario.parameter import WEEKS_PER_YEAR
from cxsim.scenario.stages import Deal, Traits
from cxsim.scenario.stages.need import NextNeed

PATIENCE: Final = purpose("need: patience of those outside")
TRIGGER: Final = purpose("need: what started it")
WAIT: Final = purpose("need: wait for the next need")
SIMILAR: Final = purpose("need: something similar")


@compiled
def outside(state: State, person: int) -> None:
    """A week outside the market: a referral, or enough hazard, starts a journey."""
    me: Person = state.people[person]
    week = state.clock[WEEK]
    hear_news_of_people(me, week)
    if me.called_by != NOBODY and me.called_week == week - 1:
        _begin(state, person, me.called_to, Trigger.REFERRAL)
        me.pursuing_call = me.called_by
        me.pursuing_to = me.called_to
        me.called_by = NOBODY  # a call is followed once
        return
    traits: Traits = state.traits[row_for(state, me), NO_BRAND]
    advertising = 0.0
    for brand in range(state.standings.shape[0]):
        advertising += state.offers[row_for(state, me), brand].need.reach_annual
    pull = traits.need.imitation_annual * share_who_own(state, person)
    factor = arising(state, person) * factor_of_week(state, me)
    weekly = factor * (traits.need.spontaneous_annual + advertising + pull) / WEEKS_PER_YEAR
    left_of_week = week + 1.0 - state.due[person]
    if weekly * left_of_week <= me.patience:
        me.patience -= weekly * left_of_week
        state.due[person] = week + 1.0
        return
    state.due[person] += me.patience / weekly
    u = uniform(state.luck, person, TRIGGER, me.needs, 0) * weekly * WEEKS_PER_YEAR / factor
    for brand in range(state.standings.shape[0]):
        u -= state.offers[row_for(state, me), brand].need.reach_annual
        if u < 0.0:
            _begin(state, person, brand, Trigger.ADVERTISING)
            return
    if u < pull:
        _begin(state, person, brand_seen_at_neighbours(state, person, me.needs), Trigger.NEIGHBOURS)
    else:
        _begin(state, person, NO_BRAND, Trigger.SPONTANEOUS)


@compiled
def _begin(state: State, person: int, brand: int, trigger: Trigger) -> None:
    me: Person = state.people[person]
    if brand != NO_BRAND:
        state.bonds[person, brand].aware = True
    note(state, person, Note.NEED, brand, trigger.value)
    me.stage = Stage.NEED


@compiled
def need(state: State, person: int) -> None:
    """A need has arisen: a journey begins with no effort spent."""
    me: Person = state.people[person]
    me.needs += 1
    me.effort = 0.0
    me.relief = 0.0
    if me.uses > 0 and not me.left:
        note(state, person, Note.NEED, me.target if me.by_habit else NO_BRAND, Trigger.NEXT_NEED.value)
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
def go_outside(state: State, person: int) -> None:
    """Whoever is in no need: new to the category, or left it. Chance starts their next journey."""
    me: Person = state.people[person]
    me.pursuing_call = NOBODY
    me.patience = exponential(state.luck, person, PATIENCE, me.needs, 0)
    me.stage = Stage.OUTSIDE


@compiled
def await_next_need(state: State, person: int, since: float) -> None:
    """A customer of the category waits for the next need, counted from `since` but not before the present event."""
    me: Person = state.people[person]
    me.pursuing_call = NOBODY
    traits: Traits = state.traits[row_for(state, me), me.target]
    wait = wait_for_next_need(traits, me.rate, uniform(state.luck, person, WAIT, me.needs, 0))
    wait = waiting(state, person, since, wait)
    coming = since + wait if traits.need.kind == NextNeed.contract else when_passed(state, me, since, wait)
    state.due[person] = max(state.due[person], coming)
    me.stage = Stage.NEED


@compiled
def buy_something_similar(state: State, person: int) -> None:
    """Who stays after a good episode may have a further need, in a neighbouring category, that the same brand meets.

    It is a sale and no journey: nothing is searched, compared, used or told, and no loop is made of it.
    """
    me: Person = state.people[person]
    offer: Deal = state.offers[row_for(state, me), me.target]
    if float(me.episode) < state.traits[row_for(state, me), me.target].telling.neutral:
        return
    if offer.need.similar == 0.0 or uniform(state.luck, person, SIMILAR, me.uses, 0) >= offer.need.similar:
        return
    price = offer.purchase.similar_price * offer.purchase.price
    earn(state, person, me.target, price)
    pay(state, person, me.target, Measure.goods_money, offer.money.similar_cost * offer.money.unit_cost)
    count(state, me.target, Measure.similar_purchases)
    count(state, me.target, Measure.similar_money, money_units(price))
    note(state, person, Note.BUYS_SIMILAR, me.target, price)
