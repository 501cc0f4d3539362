"""A person becomes a brand's customer, or a line ends."""

import math

from cxsim.engine.compiled import compiled
from cxsim.engine.hooks import customer_changed
from cxsim.engine.journey.bookkeeping import books_changed, count, note
from cxsim.engine.journey.neighbours import (
    remember_start_of_week,
    tell_neighbours_of_ownership,
)
from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import BEFORE, WEEK, Bond, Cause, Stage, State


@compiled
def is_customer_of_any(state: State, person: int) -> bool:
    """Whether the person is at present a customer of one of the brands."""
    for brand in range(state.standings.shape[0]):
        if state.bonds[person, brand].customer:
            return True
    return False


@compiled
def set_customer(state: State, person: int, brand: int, customer: bool) -> None:
    """Record that a person became, or stopped being, a customer of `brand`."""
    bond: Bond = state.bonds[person, brand]
    if bond.customer == customer:
        return
    owned_before = is_customer_of_any(state, person)
    remember_start_of_week(bond, state.clock[WEEK])
    bond.customer = customer
    books_changed(state, person)
    change = 1 if customer else -1
    state.standings[brand].owners_news += change
    count(state, brand, Measure.customers_gained if customer else Measure.customers_lost)
    if is_customer_of_any(state, person) != owned_before:
        tell_neighbours_of_ownership(state, person, change)
    customer_changed(state, person, brand)


@compiled
def _line_measure(stage: int) -> Measure:
    if stage == Stage.RESEARCH:
        return Measure.lines_research
    if stage == Stage.PURCHASE:
        return Measure.lines_purchase
    if stage == Stage.USE:
        return Measure.lines_use
    if stage == Stage.SUPPORT:
        return Measure.lines_support
    return Measure.lines_loyalty


@compiled
def end_line(state: State, person: int, brand: int, stage: int, cause: int) -> None:
    """The person's story with `brand` ends here, unless it has ended already."""
    bond: Bond = state.bonds[person, brand]
    if bond.ended_stage != Stage.OUTSIDE:
        return
    bond.ended_stage = stage
    bond.ended_cause = cause
    if bond.purchases > 0 and math.isnan(bond.first_lost_at):
        bond.first_lost_at = state.due[person]
    bond.streak = 0
    count(state, brand, _line_measure(bond.ended_stage))
    note(state, person, Note.LINE_ENDS, brand, bond.ended_stage, bond.ended_cause)
    set_customer(state, person, brand, False)
    bond.doubt_stage = Stage.OUTSIDE
    bond.doubt_cause = Cause.NONE


@compiled
def reopen(state: State, person: int, brand: int) -> None:
    """A line that had ended begins anew."""
    bond: Bond = state.bonds[person, brand]
    if bond.ended_stage != Stage.OUTSIDE:
        if bond.ended_stage != BEFORE:
            count(state, brand, Measure.reopened)
        bond.ended_stage = Stage.OUTSIDE
        bond.ended_cause = Cause.NONE
