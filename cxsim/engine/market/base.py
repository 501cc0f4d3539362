"""The customers that brands have from before: placed between two purchases, used to what they get.

Who they are is drawn by key. All that they have lived through is one purchase, at an even place of the wait that
follows it; what is not set by that, such as a rating, or talk heard, comes with the run-in (`cxsim.engine.run_in`).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.compiled import compiled
from cxsim.engine.journey.bookkeeping import money_units, note_at
from cxsim.engine.journey.need import WAIT, wait_for_next_need
from cxsim.engine.journey.neighbours import everybody_talks_to_everybody
from cxsim.engine.journey.schedule import row_for
from cxsim.engine.journey.season import has_season, when_passed
from cxsim.engine.luck import purpose, uniform
from cxsim.engine.measures import Note
from cxsim.engine.state import NO_BRAND, WEEK, Bond, Person, Stage, State
from cxsim.scenario.stages import Deal, Traits
from cxsim.scenario.stages.need import NextNeed

WHOSE: Final = purpose("base: whose customer at the start")
SINCE: Final = purpose("base: share of the wait that is over")


def begin_with_customers(state: State, shares: NDArray[np.float64]) -> None:
    """Make people customers from before.

    Args:
        state: at the start, in which nobody has lived yet; changed.
        shares: of people who are customers of each brand, by kind, shape (kinds, brands).
    """
    if np.any(shares > 0.0):
        _begin_with_customers(state, shares)


@compiled
def _begin_with_customers(state: State, shares: NDArray[np.float64]) -> None:
    for person in range(state.people.shape[0]):
        brand = _whose(state, person, shares)
        if brand != NO_BRAND:
            _bought_before(state, person, brand)


@compiled
def _whose(state: State, person: int, shares: NDArray[np.float64]) -> int:
    me: Person = state.people[person]
    if me.entry > state.clock[WEEK]:
        return NO_BRAND
    u = uniform(state.luck, person, WHOSE, 0, 0)
    for brand in range(shares.shape[1]):
        u -= shares[me.kind, brand]
        if u < 0.0:
            return brand
    return NO_BRAND


@compiled
def _bought_before(state: State, person: int, brand: int) -> None:
    """As after one journey that ended in staying."""
    me: Person = state.people[person]
    bond: Bond = state.bonds[person, brand]
    traits: Traits = state.traits[row_for(state, me), brand]
    offer: Deal = state.offers[row_for(state, me), brand]
    me.needs = 1
    me.searches = 1
    me.choices = 1
    me.uses = 1
    wait = wait_for_next_need(traits, me.rate, uniform(state.luck, person, WAIT, 1, 0))
    to_come = wait
    if traits.need.kind != NextNeed.repeat:  # whose wait, being exponential, is as long whenever one looks
        to_come *= 1.0 - uniform(state.luck, person, SINCE, 0, 0)
    now = float(state.clock[WEEK])
    due = now + to_come
    me.bought_at = due - wait
    if has_season(state) and traits.need.kind != NextNeed.contract:
        due = max(now, when_passed(state, me, now, to_come))
        me.bought_at = when_passed(state, me, now, to_come - wait)
    me.stage = Stage.NEED
    me.by_habit = True
    me.target = brand
    me.last_brand = brand
    me.met = offer.use.quality
    state.due[person] = due
    bond.aware = True
    bond.considered = True
    bond.customer = True
    bond.purchases = 1
    bond.streak = 1
    bond.first_bought = me.bought_at
    bond.last_bought = me.bought_at
    bond.expectation = offer.use.quality
    bond.satisfaction = traits.loyalty.satisfaction_reference
    bond.reference = offer.purchase.price
    bond.spent = money_units(offer.purchase.price)
    state.standings[brand].owners += 1
    if not everybody_talks_to_everybody(state):
        for place in range(state.first_friend[person], state.first_friend[person + 1]):
            neighbour: Person = state.people[state.friends[place]]
            neighbour.owners_near += 1


@compiled
def note_history(state: State) -> None:
    """Note, of everybody watched, what they bought of each brand before this week, and whether they are its customer."""
    now = float(state.clock[WEEK])
    for person in range(state.people.shape[0]):
        for brand in range(state.standings.shape[0]):
            bond: Bond = state.bonds[person, brand]
            if bond.purchases > 0:
                since = now - bond.last_bought
                note_at(
                    state, person, now, Note.FROM_BEFORE, brand, bond.purchases, bond.satisfaction, since, bond.customer
                )
