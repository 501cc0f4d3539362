"""What stands in a brand's books about a person, whom rules mean by it, and whom they have meant.

Everybody's kind is told anew at the start of a week, from what was in the books then, and holds for the week. So nobody's
terms depend on the order in which people live. Books are looked into again only about those who have lived since, or whom
time alone may have moved; what is looked through for that is small and in one piece.
"""

import math
from typing import Final

from cxsim.engine.compiled import compiled
from cxsim.engine.hooks import channel, tier
from cxsim.engine.state import MONEY_UNIT, NEVER, NO_SCORE, WEEK, Bond, Cut, Look, Person, State
from cxsim.scenario.history import History

COMPLAINT_WEEKS: Final = 52  # for so long a firm counts somebody among those who complained


@compiled
def known_of(state: State, person: int, brand: int, variable: int) -> float:
    """What a brand knows of a person as the week begins; nan where it knows nothing. Yes is 1 and no is 0."""
    bond: Bond = state.bonds[person, brand]
    if variable == History.purchases:
        return float(bond.purchases)
    if variable == History.weeks_since_purchase:
        return float(state.clock[WEEK] - float(bond.last_bought))  # not a number before the first
    if variable == History.spend:
        return bond.spent / MONEY_UNIT
    if variable == History.complained:
        if bond.purchases == 0:
            return math.nan
        return 1.0 if state.clock[WEEK] - bond.reported_week <= COMPLAINT_WEEKS else 0.0
    if variable == History.last_score:
        return math.nan if bond.last_score == NO_SCORE else float(bond.last_score)
    if variable == History.tier:
        return float(tier(state, person, brand))
    if variable == History.channel:
        return float(channel(state, person, brand))
    return 1.0 if bond.customer else 0.0


@compiled
def same_until(state: State, person: int, brand: int, variable: int, edge: float) -> float:
    """The week from which time alone may have taken what is known of a person across an edge."""
    bond: Bond = state.bonds[person, brand]
    if variable == History.weeks_since_purchase and bond.purchases > 0:
        if known_of(state, person, brand, variable) < edge < NEVER:
            return math.floor(float(bond.last_bought) + edge)
    if variable == History.complained and state.clock[WEEK] - bond.reported_week <= COMPLAINT_WEEKS:
        return bond.reported_week + COMPLAINT_WEEKS + 1.0
    if variable == History.tier:  # which a mechanism may review in any week
        return float(state.clock[WEEK] + 1.0)
    return NEVER


@compiled
def look_into_books(state: State, person: int) -> None:
    """This person's kind for the week that begins: by their stratum, and the cell that their history is in."""
    me: Person = state.people[person]
    look: Look = state.looks[person]
    cell = 0
    known = 0.0
    again = NEVER
    for place in range(state.cuts.shape[0]):
        cut: Cut = state.cuts[place]
        if cut.is_first:
            known = known_of(state, person, cut.brand, cut.variable)
        if known >= cut.edge:
            cell += cut.stride
        again = min(again, same_until(state, person, cut.brand, cut.variable, cut.edge))
    me.kind = me.stratum + state.cells[cell]
    look.kind = me.kind
    look.due = state.due[person]
    look.again = again
    look.entry = me.entry


@compiled
def tell_cells(state: State, of_all: bool) -> None:
    """Everybody's kind for the week that begins; looked up where something may have changed, or of all."""
    week = state.clock[WEEK]
    for person in range(state.looks.shape[0]):
        look: Look = state.looks[person]
        if of_all or look.due != state.due[person] or look.again <= week:
            look_into_books(state, person)


@compiled
def count_whom_rules_meant(state: State) -> None:
    """Another week, for everybody whom a rule that is at work means."""
    week = state.clock[WEEK]
    for person in range(state.looks.shape[0]):
        look: Look = state.looks[person]
        if look.entry < week + 1.0:  # else they are not there yet
            row = int(state.first_row[week]) + look.kind
            for rule in range(state.weeks_meant.shape[1]):
                if state.meant[row, rule]:
                    state.weeks_meant[person, rule] += 1
