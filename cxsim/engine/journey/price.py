"""Price: what a customer remembers paying, what a dearer or cheaper episode is worth, and the rise that ends a habit.

The reference r of a person and a brand is the first price paid and follows later ones, r <- r + rho (price - r) (Winer
1986; Kalyanaram & Winer 1995). Against it a purchase is dearer by the gap (price - r) / r, and losses weigh more than
gains (Hardie, Johnson & Fader 1993). A rise is noticed by a satisfied customer less often than by another one
(Homburg, Hoyer & Koschate 2005).
"""

import math
from typing import Final

from cxsim.engine.compiled import compiled
from cxsim.engine.journey.bookkeeping import count, note
from cxsim.engine.journey.schedule import row_for
from cxsim.engine.luck import purpose, uniform
from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import Bond, Cause, Person, Stage, State
from cxsim.scenario.stages import Traits
from cxsim.scenario.stages.purchase import PurchaseOffer

NOTICED: Final = purpose("purchase: rise noticed")
UNDERSTOOD: Final = purpose("purchase: terms understood")
MOST_GAP: Final = 10.0  # also when what was free costs something


@compiled
def price_gap(price: float, reference: float) -> float:
    """How much dearer than remembered, as a share of what is remembered: -1 (free) to `MOST_GAP`."""
    if reference <= 0.0:
        return MOST_GAP if price > 0.0 else 0.0
    return min(MOST_GAP, (price - reference) / reference)


@compiled
def announced_price(offer: PurchaseOffer) -> float:
    """What the next purchase will cost, as far as customers were told."""
    return offer.price * (1.0 + offer.announced_change)


@compiled
def rise_ends_habit(state: State, person: int) -> bool:
    """Whether somebody who would buy by habit notices a rise, and so chooses among all brands known instead."""
    me: Person = state.people[person]
    bond: Bond = state.bonds[person, me.target]
    offer: PurchaseOffer = state.offers[row_for(state, me), me.target].purchase
    rise = price_gap(max(offer.price, announced_price(offer)), float(bond.reference))
    if rise <= 0.0:
        return False
    traits: Traits = state.traits[row_for(state, me), me.target]
    content = float(bond.satisfaction) - traits.loyalty.satisfaction_reference
    chance = math.exp(-traits.purchase.rise_weight * rise * math.exp(-traits.purchase.rise_forgiven * content))
    u = uniform(state.luck, person, NOTICED, me.needs, me.target)
    if u < chance:
        return False
    note(state, person, Note.DOUBTS, me.target, chance, u, bond.satisfaction, Cause.PRICE.value)
    count(state, me.target, Measure.doubts)
    bond.doubt_stage = Stage.PURCHASE
    bond.doubt_cause = Cause.PRICE
    return True


@compiled
def pay_price(state: State, person: int, brand: int) -> None:
    """The price is paid: how it compares with the one remembered, whether it was the one understood, what is kept."""
    me: Person = state.people[person]
    bond: Bond = state.bonds[person, brand]
    traits: Traits = state.traits[row_for(state, me), brand]
    offer: PurchaseOffer = state.offers[row_for(state, me), brand].purchase
    if bond.purchases == 0:
        bond.reference = offer.price
    remembered = float(bond.reference)
    me.gap = price_gap(offer.price, remembered)
    clarity = offer.terms_clarity
    me.misread = clarity < 1.0 and uniform(state.luck, person, UNDERSTOOD, me.uses, 0) >= clarity
    bond.reference = remembered + traits.purchase.price_memory * (announced_price(offer) - remembered)


@compiled
def value_lost(traits: Traits, gap: float) -> float:
    """Satisfaction that an episode loses for being dearer than remembered; negative, and less, where it was cheaper."""
    return traits.use.value_weight * (traits.use.loss_aversion * gap if gap > 0.0 else gap)
