"""Writing down what happens: the weekly tally, money, and the notes on a watched person."""

import math

from cxsim.compiled import compiled
from cxsim.measures import Measure, Note
from cxsim.records import EVERYBODY, MONEY_UNIT, NOTES, TIME_UNIT, WATCHED, WEEK, World


@compiled
def count(world: World, brand: int, measure: Measure, amount: int = 1) -> None:
    """Add `amount` to a measure of `brand` in the current week."""
    world.tally[world.clock[WEEK], brand, measure] += amount


@compiled
def count_time(world: World, brand: int, measure: Measure, weeks: float) -> None:
    """Add a time to a measure, in whole 1/TIME_UNIT of a week."""
    world.tally[world.clock[WEEK], brand, measure] += math.floor(weeks * TIME_UNIT + 0.5)


@compiled
def pay(world: World, person: int, brand: int, measure: Measure, amount: float) -> None:
    """Book a cost of `brand` (a negative one is income) and charge it to what this person has earned the brand."""
    if amount != 0.0:
        units = math.floor(amount * MONEY_UNIT + 0.5)
        world.tally[world.clock[WEEK], brand, measure] += units
        world.bonds[person, brand].margin -= units


@compiled
def earn(world: World, person: int, brand: int, amount: float) -> None:
    """Book revenue of `brand` from this person."""
    units = math.floor(amount * MONEY_UNIT + 0.5)
    world.tally[world.clock[WEEK], brand, Measure.revenue_money] += units
    world.bonds[person, brand].margin += units


@compiled
def note(
    world: World, person: int, what: Note, brand: int, a: float = 0.0, b: float = 0.0, c: float = 0.0, d: float = 0.0
) -> None:
    """Note what just happened if this person is being watched.

    Notes beyond the capacity of the log are counted but not kept: lives repeat exactly, so the run can be done again
    with room for all.
    """
    watched = world.clock[WATCHED]
    if watched == person or watched == EVERYBODY:
        place = world.clock[NOTES]
        if place < world.log.shape[0]:
            line = world.log[place]
            line.at = world.due[person]
            line.person = person
            line.what = what
            line.brand = brand
            line.a = a
            line.b = b
            line.c = c
            line.d = d
        world.clock[NOTES] = place + 1
