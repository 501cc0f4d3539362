"""One week of everybody's life: the compiled engine.

The order of things in week t, the same in both engines:

1. every person, in any order, lives all events due before t + 1, one stage after the other;
2. the tick: what happened becomes known (`cxsim.market.exchange`), and week t + 1 begins.
"""

from cxsim.compiled import compiled
from cxsim.journey.expectation import expectation
from cxsim.journey.listening import listening
from cxsim.journey.loyalty import lapse, loyalty
from cxsim.journey.need import need, outside
from cxsim.journey.purchase import purchase
from cxsim.journey.research import research
from cxsim.journey.support import support
from cxsim.journey.telling import telling
from cxsim.journey.use import use
from cxsim.records import WEEK, Stage, World


@compiled
def live_event(world: World, person: int) -> None:
    """The person's next event."""
    stage = world.people[person].stage
    if stage == Stage.OUTSIDE:
        outside(world, person)
    elif stage == Stage.NEED:
        need(world, person)
    elif stage == Stage.EXPECTATION:
        expectation(world, person)
    elif stage == Stage.RESEARCH:
        research(world, person)
    elif stage == Stage.PURCHASE:
        purchase(world, person)
    elif stage == Stage.USE:
        use(world, person)
    elif stage == Stage.SUPPORT:
        support(world, person)
    elif stage == Stage.LISTENING:
        listening(world, person)
    elif stage == Stage.TELLING:
        telling(world, person)
    elif stage == Stage.LOYALTY:
        loyalty(world, person)
    elif stage == Stage.LAPSE:
        lapse(world, person)


@compiled
def live_week(world: World) -> int:
    """Everybody lives their events of the current week; the number of events is returned."""
    end_of_week = world.clock[WEEK] + 1.0
    events = 0
    for person in range(world.people.shape[0]):
        while world.due[person] < end_of_week:
            live_event(world, person)
            events += 1
    return events
