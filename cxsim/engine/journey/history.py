"""What stands in a brand's books about a person, whom rules mean by it, and whom they have meant.

Everybody's kind is told anew at the start of a week, from what was in the books then, and holds for the week. So nobody's
terms depend on the order in which people live. Books are looked into again only about those who have lived since, or whom
time alone may have moved; what is looked through for that is small and in one piece. It is done as soon as
somebody's week is over, where what they lived is at hand.
"""

import math
from typing import Final

from cxsim.engine.compiled import compiled
from cxsim.engine.hooks import channel, tier
from cxsim.engine.state import MONEY_UNIT, NEVER, NO_SCORE, WEEK, Bond, Cut, Look, Person, State
from cxsim.scenario.history import History

NOBODYS, OF_WHOM_SOMETHING_IS_WRITTEN, ALL_OF_THEM = (
    0,
    1,
    2,
)  # whose books are looked into as soon as their week is over
COMPLAINT_WEEKS: Final = 52  # for so long a firm counts somebody among those who complained


@compiled
def known_of(state: State, person: int, brand: int, variable: int, week: int) -> float:
    """What a brand knows of a person as a week begins; nan where it knows nothing. Yes is 1 and no is 0."""
    bond: Bond = state.bonds[person, brand]
    if variable == History.purchases:
        return float(bond.purchases)
    if variable == History.weeks_since_purchase:
        return float(week - float(bond.last_bought))  # not a number before the first
    if variable == History.spend:
        return bond.spent / MONEY_UNIT
    if variable == History.complained:
        if bond.purchases == 0:
            return math.nan
        return 1.0 if week - bond.reported_week <= COMPLAINT_WEEKS else 0.0
    if variable == History.last_score:
        return math.nan if bond.last_score == NO_SCORE else float(bond.last_score)
    if variable == History.tier:
        return float(tier(state, person, brand))
    if variable == History.channel:
        return float(channel(state, person, brand))
    return 1.0 if bond.customer else 0.0


@compiled
def same_until(bond: Bond, variable: int, known: float, edge: float, week: int) -> float:
    """The week from which time alone may have taken what is known of a person across an edge."""
    if variable == History.weeks_since_purchase and bond.purchases > 0:
        if known < edge < NEVER:
            return math.floor(float(bond.last_bought) + edge)
    if variable == History.complained and week - bond.reported_week <= COMPLAINT_WEEKS:
        return bond.reported_week + COMPLAINT_WEEKS + 1.0
    if variable == History.tier:  # which a mechanism may review in any week
        return float(week + 1.0)
    return NEVER


@compiled
def look_into_books(state: State, person: int, week: int) -> None:
    """This person's kind for the week that begins: by their stratum, and the cell that their history is in."""
    me: Person = state.people[person]
    look: Look = state.looks[person]
    cell = 0
    known = 0.0
    again = NEVER
    for place in range(state.cuts.shape[0]):
        cut: Cut = state.cuts[place]
        if cut.is_first:
            known = known_of(state, person, cut.brand, cut.variable, week)
        if known >= cut.edge:
            cell += cut.stride
        again = min(again, same_until(state.bonds[person, cut.brand], cut.variable, known, cut.edge, week))
    look.next = me.stratum + state.cells[cell]
    look.again = again
    look.entry = me.entry
    state.heed[person] = again if look.next == look.kind else week


@compiled
def whose_books_are_looked_into(state: State) -> int:
    """Of those whose week is over: those about whom something has been written.

    All if a channel is asked for, which is no part of these books; nobody if a tier is, which may be reviewed later.
    """
    if len(state.looks) == 0:
        return NOBODYS
    whose = OF_WHOM_SOMETHING_IS_WRITTEN
    for place in range(state.cuts.shape[0]):
        if state.cuts[place].variable == History.tier:
            return NOBODYS
        if state.cuts[place].variable == History.channel:
            whose = ALL_OF_THEM
    return whose


@compiled
def look_ahead(state: State, person: int, whose: int) -> None:
    """Somebody's week is over: their kind for the next one, where it is certain already."""
    if whose == ALL_OF_THEM or (whose == OF_WHOM_SOMETHING_IS_WRITTEN and state.heed[person] == -NEVER):
        look_into_books(state, person, int(state.clock[WEEK]) + 1)


@compiled
def tell_cells(state: State, of_all: bool) -> None:
    """Everybody's kind for the week that begins; looked up where time may have changed something, or of all."""
    week = int(state.clock[WEEK])
    for person in range(state.heed.shape[0]):
        if of_all or state.heed[person] <= week:
            look: Look = state.looks[person]
            if of_all or look.again <= week or state.heed[person] == -NEVER:
                look_into_books(state, person, week)
            count_whom_rules_meant(state, person, week)
            look.kind = look.next
            state.people[person].kind = look.next
            state.heed[person] = look.again


@compiled
def count_whom_rules_meant(state: State, person: int, week: int) -> None:
    """The weeks since a person was last counted: all of one kind and one row of terms, so that who was meant in one was in all."""
    look: Look = state.looks[person]
    first = max(look.since, math.floor(float(look.entry)))  # nobody is meant who is not there yet
    if first < week:
        row = int(state.first_row[first]) + look.kind
        for rule in range(state.weeks_meant.shape[1]):
            state.weeks_meant[person, rule] += (week - first) * int(state.meant[row, rule])
    look.since = week


@compiled
def count_all_whom_rules_meant(state: State) -> None:
    """The weeks so far, of everybody."""
    for person in range(state.looks.shape[0]):
        count_whom_rules_meant(state, person, int(state.clock[WEEK]))
