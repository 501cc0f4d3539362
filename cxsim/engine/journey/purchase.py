"""Purchase: a multinomial logit choice among the brands in play, checkout, and the variant bought.

U_j = beta_E * E_j - beta_p * price_j + inertia * [bought last] + delta * (balance of talk) - beta_G * grudge_j
+ appeal_j, plus a Gumbel draw for each brand and person (McFadden 1974), against an outside option of buying nothing.
"""

import math
from typing import Final

from cxsim.engine.compiled import compiled
from cxsim.engine.hooks import choosing, choosing_cause
from cxsim.engine.journey.basket import fill_basket
from cxsim.engine.journey.bookkeeping import books_changed, count, count_time, earn, note, pay
from cxsim.engine.journey.expectation import bring_into_play, end_without_purchase
from cxsim.engine.journey.neighbours import hear_news_of_all_brands
from cxsim.engine.journey.price import pay_price
from cxsim.engine.journey.relation import end_line, reopen, set_customer
from cxsim.engine.journey.schedule import row_for
from cxsim.engine.luck import purpose, uniform
from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import NO_BRAND, NOBODY, Bond, Cause, Person, Stage, State
from cxsim.scenario.stages import Deal
from cxsim.scenario.stages.purchase import MOST_TRIES, PurchaseOffer, PurchaseTraits

CHOICE: Final = purpose("purchase: choice")
CHECKOUT: Final = purpose("purchase: checkout")
RETRY: Final = purpose("purchase: try again")
TO_RIVAL: Final = purpose("purchase: turn to a rival")
FIT: Final = purpose("purchase: right variant")
LATE: Final = purpose("purchase: late delivery")
GAVE_UP: Final = -2  # instead of a brand: the person is tired of trying
NOTHING_FOR: Final = 255  # stands for the outside option where luck asks for a brand


@compiled
def purchase(state: State, person: int) -> None:
    """Choose, check out; after an abandoned checkout turn to a rival or give up."""
    me: Person = state.people[person]
    hear_news_of_all_brands(state, person)
    chosen = me.target if me.by_habit else choose(state, person)
    while chosen >= 0:
        count(state, chosen, Measure.chosen)
        if checks_out(state, person, chosen):
            buy(state, person, chosen)
            break
        chosen = after_failed_checkout(state, person, chosen)
    if chosen < 0:
        lose_those_in_play(state, person, chosen)  # explained with the luck of this choice
        end_without_purchase(state, person)
    me.choices += 1


@compiled
def gumbel(state: State, person: int, brand: int) -> float:
    """The luck of one brand in this choice."""
    return -math.log(-math.log(uniform(state.luck, person, CHOICE, state.people[person].choices, brand)))


@compiled
def talk_balance(bond: Bond) -> float:
    """Good minus bad messages over all heard plus one: from -1 (only bad) to 1 (only good)."""
    return (2.0 * bond.heard_good - bond.heard) / (bond.heard + 1.0)


@compiled
def utility(state: State, person: int, brand: int) -> float:
    """What the person sees in the brand, without luck."""
    me: Person = state.people[person]
    bond: Bond = state.bonds[person, brand]
    traits: PurchaseTraits = state.traits[row_for(state, me), brand].purchase
    offer: PurchaseOffer = state.offers[row_for(state, me), brand].purchase
    value = traits.expectation_weight * bond.expectation - traits.price_weight * offer.price + offer.appeal
    if brand == me.last_brand:
        value += traits.inertia
    value -= traits.grudge_weight * float(bond.grudge)
    return float(value + traits.heard_weight * talk_balance(bond) + choosing(state, person, brand))


@compiled
def choose(state: State, person: int) -> int:
    """The brand in play of highest utility plus luck, or NO_BRAND when buying nothing is worth more."""
    me: Person = state.people[person]
    outside = state.traits[row_for(state, me), NO_BRAND].purchase.outside
    best = NO_BRAND
    best_value = outside + gumbel(state, person, NOTHING_FOR) if outside > -math.inf else -math.inf
    for brand in range(state.standings.shape[0]):
        bond: Bond = state.bonds[person, brand]
        if bond.in_play:
            value = utility(state, person, brand) + gumbel(state, person, brand)
            if value > best_value:
                best = brand
                best_value = value
    if best == NO_BRAND:
        note(state, person, Note.BUYS_NOTHING, NO_BRAND)
    else:
        chosen: Bond = state.bonds[person, best]
        price = state.offers[row_for(state, me), best].purchase.price
        note(state, person, Note.CHOOSES, best, utility(state, person, best), best_value, chosen.expectation, price)
    return best


@compiled
def checks_out(state: State, person: int, brand: int) -> bool:
    """Whether an attempt completes before the person gives up trying; every failed one is effort."""
    me: Person = state.people[person]
    ease = state.offers[row_for(state, me), brand].purchase.ease
    retry = state.traits[row_for(state, me), brand].purchase.retry
    for attempt in range(MOST_TRIES):
        ordinal = int(me.choices) * MOST_TRIES + attempt
        if uniform(state.luck, person, CHECKOUT, ordinal, brand) < ease:
            return True
        me.effort += 1.0
        if uniform(state.luck, person, RETRY, ordinal, brand) >= retry:
            break
    return False


@compiled
def after_failed_checkout(state: State, person: int, brand: int) -> int:
    """Drop the brand; the next choice, or GAVE_UP."""
    me: Person = state.people[person]
    note(state, person, Note.CHECKOUT_FAILS, brand, me.effort)
    state.bonds[person, brand].in_play = False
    end_line(state, person, brand, Stage.PURCHASE, Cause.CHECKOUT)
    if (
        uniform(state.luck, person, TO_RIVAL, me.choices, brand)
        >= state.traits[row_for(state, me), brand].purchase.to_rival
    ):
        return GAVE_UP
    if me.by_habit:
        me.by_habit = False
        for other in range(state.standings.shape[0]):
            if other != brand and state.bonds[person, other].aware:
                bring_into_play(state, person, other)
    return choose(state, person)


@compiled
def buy(state: State, person: int, brand: int) -> None:
    """The sale: money, a loop if it was by habit, lines for the brands not bought, and the way to first use."""
    me: Person = state.people[person]
    bond: Bond = state.bonds[person, brand]
    offer: Deal = state.offers[row_for(state, me), brand]
    now = state.due[person]
    fill_basket(state, person, brand)
    basket = float(me.basket)
    earn(state, person, brand, offer.purchase.price * basket)
    pay(state, person, brand, Measure.goods_money, offer.money.unit_cost * basket)
    pay(state, person, brand, Measure.interventions_money, offer.fees.purchase)
    lose_those_in_play(state, person, brand)
    count_sale(state, person, brand)
    reopen(state, person, brand)
    pay_price(state, person, brand)
    bond.purchases += 1
    books_changed(state, person)
    bond.streak += 1
    bond.last_bought = now
    bond.doubt_stage = Stage.OUTSIDE
    bond.doubt_cause = Cause.NONE
    set_customer(state, person, brand, True)
    me.target = brand
    me.last_brand = brand
    me.left = False
    me.bought_at = now
    me.misfit = uniform(state.luck, person, FIT, me.uses, 0) >= offer.purchase.fit
    me.late = uniform(state.luck, person, LATE, me.uses, 0) < offer.use.late_rate
    note(state, person, Note.BUYS, brand, offer.purchase.price * basket, bond.purchases, me.by_habit, not me.misfit)
    delivery = offer.use.delivery_weeks + (offer.use.late_weeks if me.late else 0.0)
    if me.misfit:
        count(state, brand, Measure.misfits)
    if me.late:
        count(state, brand, Measure.late)
    count_time(state, brand, Measure.delivery_time, delivery)
    count_time(state, brand, Measure.baskets_sum, basket)
    state.due[person] = now + delivery
    me.stage = Stage.USE


@compiled
def count_sale(state: State, person: int, brand: int) -> None:
    """Tally the sale as a first purchase, a loop or a return, and thank the referrer of a first one."""
    me: Person = state.people[person]
    bond: Bond = state.bonds[person, brand]
    count(state, brand, Measure.purchases)
    if bond.purchases > 0:
        if bond.purchases == 1:
            bond.looped_at = state.due[person]
        count(state, brand, Measure.repeat_purchases)
        count_time(state, brand, Measure.loop_time, state.due[person] - bond.last_bought)
        if me.by_habit:
            bond.loop_purchases += 1
            count(state, brand, Measure.loop_purchases)
        else:
            count(state, brand, Measure.returns)
        return
    bond.first_bought = state.due[person]
    count(state, brand, Measure.first_purchases)
    if me.pursuing_call != NOBODY and me.pursuing_to == brand:
        bond.referrer = me.pursuing_call
        state.bonds[me.pursuing_call, brand].converts += 1
        count(state, brand, Measure.referred_purchases)
        referrer: Person = state.people[me.pursuing_call]
        pay(state, person, brand, Measure.rewards_money, state.offers[row_for(state, referrer), brand].telling.reward)


@compiled
def lose_those_in_play(state: State, person: int, winner: int) -> None:
    """The lines of the brands in play, and of the brand left, end with this choice."""
    for brand in range(state.standings.shape[0]):
        bond: Bond = state.bonds[person, brand]
        if brand != winner and (bond.in_play or bond.customer):
            if bond.doubt_stage != Stage.OUTSIDE:
                end_line(state, person, brand, bond.doubt_stage, bond.doubt_cause)
            else:
                end_line(state, person, brand, Stage.PURCHASE, why_not_chosen(state, person, brand, winner))


@compiled
def why_not_chosen(state: State, person: int, brand: int, winner: int) -> int:
    """The largest negative term of the brand's utility against the winner's (or against buying nothing)."""
    if winner == GAVE_UP:
        return Cause.EFFORT.value
    me: Person = state.people[person]
    bond: Bond = state.bonds[person, brand]
    traits: PurchaseTraits = state.traits[row_for(state, me), brand].purchase
    worth = traits.expectation_weight * (bond.expectation - 1.0)
    offer: PurchaseOffer = state.offers[row_for(state, me), brand].purchase
    price = -traits.price_weight * offer.price
    talk = traits.heard_weight * talk_balance(bond)
    luck = gumbel(state, person, brand)
    own = choosing(state, person, brand)
    if winner == NO_BRAND:
        cause = Cause.NO_NEED.value
        outside = state.traits[row_for(state, me), NO_BRAND].purchase.outside
        price += offer.appeal  # what makes up for the price
        rest = luck - gumbel(state, person, NOTHING_FOR) - max(0.0, outside)
    else:
        chosen: Bond = state.bonds[person, winner]
        cause = Cause.RIVAL.value
        worth = traits.expectation_weight * (bond.expectation - chosen.expectation)
        price += traits.price_weight * state.offers[row_for(state, me), winner].purchase.price
        talk -= traits.heard_weight * talk_balance(chosen)
        own -= choosing(state, person, winner)
        rest = utility(state, person, brand) - utility(state, person, winner) - worth - price - talk - own
        rest += luck - gumbel(state, person, winner)
    lowest = min(worth, price, talk, rest)
    if own < min(0.0, lowest):
        return int(choosing_cause(state, person, brand))
    if lowest == worth:
        return Cause.LOW_EXPECTATION.value
    if lowest == price:
        return Cause.PRICE.value
    return Cause.BAD_WORD.value if lowest == talk else cause
