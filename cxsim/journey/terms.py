"""The terms that hold for a person this week: what each brand offers them, and their own traits."""

import math

from cxsim.compiled import compiled
from cxsim.records import Person, World
from cxsim.stages import Deal, Traits


@compiled
def offer_to(world: World, me: Person, brand: int) -> Deal:
    """What `brand` offers this person this week, interventions included."""
    offer: Deal = world.offers[world.period[world.week[0]], me.kind, brand]
    return offer


@compiled
def traits_of(world: World, me: Person) -> Traits:
    """This person's traits this week, interventions included."""
    traits: Traits = world.traits[world.period[world.week[0]], me.kind]
    return traits


@compiled
def logistic(logit: float) -> float:
    """The probability that belongs to a logit."""
    return 1.0 / (1.0 + math.exp(-logit))
