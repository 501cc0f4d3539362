"""Basket: how large a purchase is, a factor of mean 1 on the price and on the cost of the goods.

The Gamma-Gamma model (Fader, Hardie & Lee 2005, JMR 42(4), 415-430): a person's purchases are Gamma(p, rate nu), and nu
is Gamma(q, rate gamma) across people. With gamma = (q - 1) / p the mean, p gamma / (q - 1), is 1; so a price means what
it says. How much somebody buys depends on nothing else, and nothing on it, as in that model.
"""

import math
from typing import Final

from cxsim.engine.compiled import compiled
from cxsim.engine.journey.schedule import row_for
from cxsim.engine.luck import gamma, purpose
from cxsim.engine.state import Person, State
from cxsim.scenario.stages import Traits
from cxsim.scenario.stages.need import NextNeed

BASKET: Final = purpose("purchase: basket")


@compiled
def fill_basket(state: State, person: int, brand: int) -> None:
    """The size of this purchase: around the person's own mean, the same luck with every brand; a contract is one unit."""
    me: Person = state.people[person]
    traits: Traits = state.traits[row_for(state, me), brand]
    shape = traits.purchase.basket_shape
    size = float(me.mean_basket)
    if shape < math.inf and traits.need.kind != NextNeed.contract:
        size *= gamma(state.luck, person, BASKET, me.uses, shape) / shape
    me.basket = size
