"""One week of everybody's life: the compiled engine.

The order of things in week t, the same in both engines:

1. every person, in any order, lives all events due before t + 1, one stage after the other;
2. the tick: what happened becomes known (`cxsim.engine.market.exchange`), and week t + 1 begins.
"""

from cxsim.engine.compiled import compiled
from cxsim.engine.hooks import (
    after_expectation,
    after_listening,
    after_loyalty,
    after_need,
    after_purchase,
    after_research,
    after_support,
    after_telling,
    after_use,
)
from cxsim.engine.journey.expectation import expectation
from cxsim.engine.journey.history import look_ahead, whose_books_are_looked_into
from cxsim.engine.journey.listening import listening
from cxsim.engine.journey.loyalty import lapse, loyalty
from cxsim.engine.journey.need import need, outside
from cxsim.engine.journey.purchase import purchase
from cxsim.engine.journey.research import research
from cxsim.engine.journey.support import support
from cxsim.engine.journey.telling import telling
from cxsim.engine.journey.use import use
from cxsim.engine.state import WEEK, Stage, State


@compiled
def live_event(state: State, person: int) -> None:
    """The person's next event."""
    stage = state.people[person].stage
    if stage == Stage.OUTSIDE:
        outside(state, person)
    elif stage == Stage.NEED:
        need(state, person)
        after_need(state, person)
    elif stage == Stage.EXPECTATION:
        expectation(state, person)
        after_expectation(state, person)
    elif stage == Stage.RESEARCH:
        research(state, person)
        after_research(state, person)
    elif stage == Stage.PURCHASE:
        purchase(state, person)
        after_purchase(state, person)
    elif stage == Stage.USE:
        use(state, person)
        after_use(state, person)
    elif stage == Stage.SUPPORT:
        support(state, person)
        after_support(state, person)
    elif stage == Stage.LISTENING:
        listening(state, person)
        after_listening(state, person)
    elif stage == Stage.TELLING:
        telling(state, person)
        after_telling(state, person)
    elif stage == Stage.LOYALTY:
        loyalty(state, person)
        after_loyalty(state, person)
    elif stage == Stage.LAPSE:
        lapse(state, person)


@compiled
def live_week(state: State) -> int:
    """Everybody lives their events of the current week; the number of events is returned."""
    end_of_week = state.clock[WEEK] + 1.0
    events = 0
    whose = whose_books_are_looked_into(state)
    for person in range(state.people.shape[0]):
        if state.due[person] >= end_of_week:
            continue
        while state.due[person] < end_of_week:
            live_event(state, person)
            events += 1
        look_ahead(state, person, whose)
    return events
