"""The tick between two weeks: ratings, ownership and queues of the week just lived become known to all.

And firms look into their books: whom a rule by history means in the week that begins.
"""

from cxsim.engine.compiled import compiled
from cxsim.engine.journey.history import count_all_whom_rules_meant, tell_cells
from cxsim.engine.journey.support import desk_capacity, queue_after_a_week
from cxsim.engine.measures import Measure
from cxsim.engine.state import WEEK, Standing, State
from cxsim.scenario.stages import Deal


@compiled
def tick(state: State) -> None:
    """Publish what happened this week and begin the next one."""
    week = state.clock[WEEK]
    for brand in range(state.standings.shape[0]):
        standing: Standing = state.standings[brand]
        offer: Deal = state.offers[state.first_row[week], brand]
        standing.stars += standing.new_stars
        standing.reviews += standing.new_reviews
        standing.owners += standing.owners_news
        standing.new_stars = 0
        standing.new_reviews = 0
        standing.owners_news = 0
        standing.backlog = queue_after_a_week(
            standing.backlog, float(standing.contacts), desk_capacity(offer.support), offer.support.patience_weeks
        )
        standing.contacts = 0
        state.tally[week, brand, Measure.backlog] = int(standing.backlog)
    state.clock[WEEK] = week + 1
    is_last = week + 1 == state.first_row.shape[0]
    if is_last:
        count_all_whom_rules_meant(state)
    # Of all where terms change: a channel may be offered to who did not live.
    tell_cells(state, not is_last and bool(state.first_row[week] != state.first_row[week + 1]))
