"""What stands in a brand's books about a person, whom rules mean by it, and whom they have meant.

Everybody's kind is told anew at the start of a week, from what was in the books then, and holds for the week. So nobody's
terms depend on the order in which people live.
"""

import math
from typing import Final

from cxsim.engine.compiled import compiled
from cxsim.engine.journey.schedule import row_for
from cxsim.engine.state import MONEY_UNIT, NO_SCORE, WEEK, Bond, Cut, Person, State
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
    return 1.0 if bond.customer else 0.0


@compiled
def tell_cells(state: State) -> None:
    """Everybody's kind for the week that begins: by their stratum, and the cell that their history is in."""
    if state.cuts.shape[0] == 0:
        return
    for person in range(state.people.shape[0]):
        me: Person = state.people[person]
        cell = 0
        known = 0.0
        for place in range(state.cuts.shape[0]):
            cut: Cut = state.cuts[place]
            if cut.is_first:
                known = known_of(state, person, cut.brand, cut.variable)
            if known >= cut.edge:
                cell += cut.stride
        me.kind = me.stratum + state.cells[cell]


@compiled
def count_whom_rules_meant(state: State) -> None:
    """Another week, for everybody whom a rule that is at work means."""
    if state.weeks_meant.shape[1] == 0:
        return
    for person in range(state.people.shape[0]):
        me: Person = state.people[person]
        if me.entry >= state.clock[WEEK] + 1.0:
            continue  # not there yet
        row = row_for(state, me)
        for rule in range(state.weeks_meant.shape[1]):
            if state.meant[row, rule]:
                state.weeks_meant[person, rule] += 1
