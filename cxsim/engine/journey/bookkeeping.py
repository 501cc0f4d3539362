"""Writing down what happens: the weekly tally, money, and the notes on a watched person."""

import math

from cxsim.engine.compiled import compiled
from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import EVERYBODY, MONEY_UNIT, NEVER, NOTES, TIME_UNIT, WATCHED, WEEK, State


@compiled
def count(state: State, brand: int, measure: Measure, amount: int = 1) -> None:
    """Add `amount` to a measure of `brand` in the current week."""
    state.tally[state.clock[WEEK], brand, measure] += amount


@compiled
def count_time(state: State, brand: int, measure: Measure, weeks: float) -> None:
    """Add a time to a measure, in whole 1/TIME_UNIT of a week."""
    state.tally[state.clock[WEEK], brand, measure] += math.floor(weeks * TIME_UNIT + 0.5)


@compiled
def money_units(amount: float) -> int:
    """An amount in whole 1/MONEY_UNIT of the currency."""
    return math.floor(amount * MONEY_UNIT + 0.5)


@compiled
def books_changed(state: State, person: int) -> None:
    """Something that rules by history may ask for stands there otherwise: somebody has to look, before the next week."""
    if len(state.heed) > 0:
        state.heed[person] = -NEVER


@compiled
def pay(state: State, person: int, brand: int, measure: Measure, amount: float) -> None:
    """Book a cost of `brand` (a negative one is income) and charge it to what this person has earned the brand."""
    if amount != 0.0:
        units = money_units(amount)
        state.tally[state.clock[WEEK], brand, measure] += units
        state.bonds[person, brand].margin -= units


@compiled
def earn(state: State, person: int, brand: int, amount: float) -> None:
    """Book revenue of `brand` from this person."""
    units = money_units(amount)
    state.tally[state.clock[WEEK], brand, Measure.revenue_money] += units
    state.bonds[person, brand].margin += units
    state.bonds[person, brand].spent += units
    books_changed(state, person)


@compiled
def note(
    state: State, person: int, what: Note, brand: int, a: float = 0.0, b: float = 0.0, c: float = 0.0, d: float = 0.0
) -> None:
    """Note what just happened if this person is being watched."""
    note_at(state, person, state.due[person], what, brand, a, b, c, d)


@compiled
def note_at(
    state: State, person: int, at: float, what: Note, brand: int, a: float, b: float, c: float, d: float
) -> None:
    """Note what happened in week `at` if this person is being watched.

    Notes beyond the capacity of the log are counted but not kept: lives repeat exactly, so the run can be done again
    with room for all.
    """
    watched = state.clock[WATCHED]
    if watched == person or watched == EVERYBODY:
        place = state.clock[NOTES]
        if place < state.log.shape[0]:
            line = state.log[place]
            line.at = at
            line.person = person
            line.what = what
            line.brand = brand
            line.a = a
            line.b = b
            line.c = c
            line.d = d
        state.clock[NOTES] = place + 1
