"""Section 7.4, the basket: Gamma around the person's mean by rejection, with the luck of this purchase."""

import math

from cxsim.scenario.stages import Traits
from cxsim.scenario.stages.need import NextNeed
from golden.people import Market, Person

LUCK = "purchase: basket"
DRAWS = 31  # of a purchase: fifteen attempts of two, and one for shapes below 1


def basket(market: Market, me: Person, brand: int) -> float:
    """How many units, which may be a fraction: the person's mean times Gamma(p) / p; one under a contract."""
    traits = market.traits(me, brand)
    if varies(traits, traits.purchase.basket_shape):
        return me.mean_basket * (gamma(market, me, traits.purchase.basket_shape) / traits.purchase.basket_shape)
    return me.mean_basket


def varies(traits: Traits, shape: float) -> bool:
    """Contracts are for one unit, and an infinite shape is a constant."""
    return traits.need.kind != NextNeed.contract and not math.isinf(shape)


def gamma(market: Market, me: Person, shape: float) -> float:
    """Marsaglia and Tsang's d (1 + x / sqrt(9 d))^3 with d = shape - 1/3; shapes below 1 from one higher."""
    if shape < 1.0:
        u = market.uniform(me, LUCK, DRAWS * me.uses + DRAWS - 1)
        return kept(market, me, shape + 1.0 - 1.0 / 3.0) * math.exp(math.log(u) / shape)
    return kept(market, me, shape - 1.0 / 3.0)


def kept(market: Market, me: Person, d: float) -> float:
    """The first attempt that is kept."""
    for attempt in range(DRAWS * me.uses, DRAWS * (me.uses + 1) - 1, 2):
        x, u = market.normal(me, LUCK, attempt), market.uniform(me, LUCK, attempt + 1)
        v = 1.0 + 1.0 / math.sqrt(9.0 * d) * x
        if v > 0.0 and math.log(u) < 0.5 * x * x + d * (1.0 - v * v * v + math.log(v * v * v)):
            return d * (v * v * v)
    raise AssertionError("no attempt was kept")
