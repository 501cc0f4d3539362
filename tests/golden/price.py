"""Section 7.4, the price remembered: the gap against it, the rise that ends a habit, the bill not understood."""

import math
from typing import Any

from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import Cause, Stage
from golden.people import Market, Person


def gap(price: float, remembered: float) -> float:
    """(price - r) / r, at most 10; what was free and costs something is as dear as can be."""
    if remembered == 0.0:
        return 10.0 if price > 0.0 else 0.0
    return min(10.0, (price - remembered) / remembered)


def told(offer: Any) -> float:
    """The price that customers know is coming."""
    return offer.purchase.price * (1.0 + offer.purchase.announced_change)


def rise_ends_habit(market: Market, me: Person) -> bool:
    """A rise is noticed with 1 - exp(-weight * rise * exp(-forgiven * (S - S_ref))); then all known brands are weighed."""
    bond, traits, offer = me.bonds[me.target], market.traits(me, me.target), market.offer(me, me.target)
    rise = gap(max(told(offer), offer.purchase.price), bond.reference)
    if rise <= 0.0:
        return False
    softened = math.exp(-traits.purchase.rise_forgiven * (bond.satisfaction - traits.loyalty.satisfaction_reference))
    keeps = math.exp(-traits.purchase.rise_weight * rise * softened)
    u = market.uniform(me, "purchase: rise noticed", me.needs, me.target)
    if u < keeps:
        return False
    market.note(me, Note.DOUBTS, me.target, keeps, u, bond.satisfaction, Cause.PRICE)
    market.count(me.target, Measure.doubts)
    bond.doubt_stage, bond.doubt_cause = Stage.PURCHASE, Cause.PRICE
    return True


def pay_price(market: Market, me: Person, brand: int) -> None:
    """Compare with the price remembered (the first price paid, at first), then r <- r + rho (price told - r)."""
    bond, offer = me.bonds[brand], market.offer(me, brand)
    if bond.purchases == 0:
        bond.reference = offer.purchase.price
    me.gap = gap(offer.purchase.price, bond.reference)
    me.misread = market.uniform(me, "purchase: terms understood", me.uses) >= offer.purchase.terms_clarity
    bond.reference = bond.reference + market.traits(me, brand).purchase.price_memory * (told(offer) - bond.reference)


def value_lost(traits: Any, dearer: float) -> float:
    """beta_V times the gap; losses weigh lambda times."""
    return traits.use.value_weight * (dearer * traits.use.loss_aversion if dearer > 0.0 else dearer)
