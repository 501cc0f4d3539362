"""The terms that hold for a person this week: which row of the tables of offers and traits is theirs."""

import math

from cxsim.compiled import compiled
from cxsim.records import WEEK, Person, World


@compiled
def terms_for(world: World, me: Person) -> int:
    """The person's row in `world.offers` and `world.traits` this week, interventions included.

    A row number and not the row itself: a compiled function that returns a record returns a copy of it.
    """
    return int(world.first_row[world.clock[WEEK]]) + me.kind


@compiled
def logistic(logit: float) -> float:
    """The probability that belongs to a logit."""
    return 1.0 / (1.0 + math.exp(-logit))
