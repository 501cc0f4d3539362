"""The tick between two weeks: ratings, ownership and queues of the week just lived become known to all."""

from cxsim.compiled import compiled
from cxsim.measures import Measure
from cxsim.records import WEEK, Standing, World
from cxsim.stages import Deal


@compiled
def tick(world: World) -> None:
    """Publish what happened this week and begin the next one."""
    week = world.clock[WEEK]
    for brand in range(world.standings.shape[0]):
        standing: Standing = world.standings[brand]
        offer: Deal = world.offers[world.first_row[week], brand]
        standing.stars += standing.new_stars
        standing.reviews += standing.new_reviews
        standing.owners += standing.owners_news
        standing.new_stars = 0
        standing.new_reviews = 0
        standing.owners_news = 0
        standing.backlog = max(0.0, standing.backlog + standing.contacts - offer.support.capacity)
        standing.contacts = 0
        world.tally[week, brand, Measure.backlog] = int(standing.backlog)
    world.clock[WEEK] = week + 1
