"""Purchase: a multinomial logit choice among the brands in play, checkout, and the variant bought.

U_j = beta_E * E_j - beta_p * price_j + inertia * [bought last] + delta * (balance of talk) + appeal_j, plus a Gumbel
draw for each brand and person (McFadden 1974), against an outside option of buying nothing.
"""

import math
from typing import Final

from cxsim.compiled import compiled
from cxsim.journey.bookkeeping import count, count_time, earn, note, pay
from cxsim.journey.expectation import bring_into_play, end_without_purchase
from cxsim.journey.neighbours import hear_news_of_all_brands
from cxsim.journey.relation import end_line, reopen, set_customer
from cxsim.journey.terms import terms_for
from cxsim.luck import purpose, uniform
from cxsim.measures import Measure, Note
from cxsim.records import NO_BRAND, NOBODY, Bond, Cause, Person, Stage, World
from cxsim.stages import Deal
from cxsim.stages.purchase import PurchaseOffer, PurchaseTraits

CHOICE: Final = purpose("purchase: choice")
CHECKOUT: Final = purpose("purchase: checkout")
RETRY: Final = purpose("purchase: try again")
TO_RIVAL: Final = purpose("purchase: turn to a rival")
FIT: Final = purpose("purchase: right variant")
LATE: Final = purpose("purchase: late delivery")
GAVE_UP: Final = -2  # instead of a brand: the person is tired of trying
NOTHING_FOR: Final = 255  # stands for the outside option where luck asks for a brand
MOST_TRIES: Final = 16


@compiled
def purchase(world: World, person: int) -> None:
    """Choose, check out; after an abandoned checkout turn to a rival or give up."""
    me: Person = world.people[person]
    hear_news_of_all_brands(world, person)
    chosen = me.target if me.by_habit else choose(world, person)
    while chosen >= 0:
        count(world, chosen, Measure.chosen)
        if checks_out(world, person, chosen):
            buy(world, person, chosen)
            break
        chosen = after_failed_checkout(world, person, chosen)
    me.choices += 1
    if chosen < 0:
        lose_those_in_play(world, person, chosen)
        end_without_purchase(world, person)


@compiled
def gumbel(world: World, person: int, brand: int) -> float:
    """The luck of one brand in this choice."""
    return -math.log(-math.log(uniform(world.luck, person, CHOICE, world.people[person].choices, brand)))


@compiled
def talk_balance(bond: Bond) -> float:
    """Good minus bad messages over all heard plus one: from -1 (only bad) to 1 (only good)."""
    return (2.0 * bond.heard_good - bond.heard) / (bond.heard + 1.0)


@compiled
def utility(world: World, person: int, brand: int) -> float:
    """What the person sees in the brand, without luck."""
    me: Person = world.people[person]
    bond: Bond = world.bonds[person, brand]
    traits: PurchaseTraits = world.traits[terms_for(world, me)].purchase
    offer: PurchaseOffer = world.offers[terms_for(world, me), brand].purchase
    value = traits.expectation_weight * bond.expectation - traits.price_weight * offer.price + offer.appeal
    if brand == me.last_brand:
        value += traits.inertia
    return value + traits.heard_weight * talk_balance(bond)


@compiled
def choose(world: World, person: int) -> int:
    """The brand in play of highest utility plus luck, or NO_BRAND when buying nothing is worth more."""
    me: Person = world.people[person]
    outside = world.traits[terms_for(world, me)].purchase.outside
    best = NO_BRAND
    best_value = outside + gumbel(world, person, NOTHING_FOR) if outside > -math.inf else -math.inf
    for brand in range(world.standings.shape[0]):
        bond: Bond = world.bonds[person, brand]
        if bond.in_play:
            value = utility(world, person, brand) + gumbel(world, person, brand)
            if value > best_value:
                best = brand
                best_value = value
    if best == NO_BRAND:
        note(world, person, Note.BUYS_NOTHING, NO_BRAND)
    else:
        chosen: Bond = world.bonds[person, best]
        price = world.offers[terms_for(world, me), best].purchase.price
        note(world, person, Note.CHOOSES, best, utility(world, person, best), best_value, chosen.expectation, price)
    return best


@compiled
def checks_out(world: World, person: int, brand: int) -> bool:
    """Whether an attempt completes before the person gives up trying; every failed one is effort."""
    me: Person = world.people[person]
    ease = world.offers[terms_for(world, me), brand].purchase.ease
    retry = world.traits[terms_for(world, me)].purchase.retry
    for attempt in range(MOST_TRIES):
        ordinal = me.choices * MOST_TRIES + attempt
        if uniform(world.luck, person, CHECKOUT, ordinal, brand) < ease:
            return True
        me.effort += 1.0
        if uniform(world.luck, person, RETRY, ordinal, brand) >= retry:
            break
    return False


@compiled
def after_failed_checkout(world: World, person: int, brand: int) -> int:
    """Drop the brand; the next choice, or GAVE_UP."""
    me: Person = world.people[person]
    note(world, person, Note.CHECKOUT_FAILS, brand, me.effort)
    world.bonds[person, brand].in_play = False
    end_line(world, person, brand, Stage.PURCHASE, Cause.CHECKOUT)
    if uniform(world.luck, person, TO_RIVAL, me.choices, brand) >= world.traits[terms_for(world, me)].purchase.to_rival:
        return GAVE_UP
    if me.by_habit:
        me.by_habit = False
        for other in range(world.standings.shape[0]):
            if other != brand and world.bonds[person, other].aware:
                bring_into_play(world, person, other)
    return choose(world, person)


@compiled
def buy(world: World, person: int, brand: int) -> None:
    """The sale: money, a loop if it was by habit, lines for the brands not bought, and the way to first use."""
    me: Person = world.people[person]
    bond: Bond = world.bonds[person, brand]
    offer: Deal = world.offers[terms_for(world, me), brand]
    now = world.due[person]
    earn(world, person, brand, offer.purchase.price)
    pay(world, person, brand, Measure.goods_money, offer.money.unit_cost)
    pay(world, person, brand, Measure.interventions_money, offer.fees.purchase)
    lose_those_in_play(world, person, brand)
    count_sale(world, person, brand)
    reopen(world, person, brand)
    bond.purchases += 1
    bond.streak += 1
    bond.last_bought = now
    bond.doubt_stage = Stage.OUTSIDE
    bond.doubt_cause = Cause.NONE
    set_customer(world, person, brand, True)
    me.target = brand
    me.last_brand = brand
    me.bought_at = now
    me.misfit = uniform(world.luck, person, FIT, me.uses, 0) >= offer.purchase.fit
    me.late = uniform(world.luck, person, LATE, me.uses, 0) < offer.use.late_rate
    note(world, person, Note.BUYS, brand, offer.purchase.price, bond.purchases, me.by_habit, not me.misfit)
    delivery = offer.use.delivery_weeks + (offer.use.late_weeks if me.late else 0.0)
    if me.misfit:
        count(world, brand, Measure.misfits)
    if me.late:
        count(world, brand, Measure.late)
    count_time(world, brand, Measure.delivery_time, delivery)
    world.due[person] = now + delivery
    me.stage = Stage.USE


@compiled
def count_sale(world: World, person: int, brand: int) -> None:
    """Tally the sale as a first purchase, a loop or a return, and thank the referrer of a first one."""
    me: Person = world.people[person]
    bond: Bond = world.bonds[person, brand]
    count(world, brand, Measure.purchases)
    if bond.purchases > 0:
        if bond.purchases == 1:
            bond.looped_at = world.due[person]
        count(world, brand, Measure.repeat_purchases)
        count_time(world, brand, Measure.loop_time, world.due[person] - bond.last_bought)
        if me.by_habit:
            bond.loops += 1
            count(world, brand, Measure.loops)
        else:
            count(world, brand, Measure.returns)
        return
    bond.first_bought = world.due[person]
    count(world, brand, Measure.first_purchases)
    if me.pursuing_call != NOBODY and me.pursuing_to == brand:
        bond.referrer = me.pursuing_call
        world.bonds[me.pursuing_call, brand].converts += 1
        count(world, brand, Measure.referred_purchases)
        referrer: Person = world.people[me.pursuing_call]
        pay(world, person, brand, Measure.rewards_money, world.offers[terms_for(world, referrer), brand].telling.reward)


@compiled
def lose_those_in_play(world: World, person: int, winner: int) -> None:
    """The lines of the brands in play, and of the brand left, end with this choice."""
    for brand in range(world.standings.shape[0]):
        bond: Bond = world.bonds[person, brand]
        if brand != winner and (bond.in_play or bond.customer):
            if bond.doubt_stage != Stage.OUTSIDE:
                end_line(world, person, brand, bond.doubt_stage, bond.doubt_cause)
            else:
                end_line(world, person, brand, Stage.PURCHASE, why_not_chosen(world, person, brand, winner))


@compiled
def why_not_chosen(world: World, person: int, brand: int, winner: int) -> int:
    """The largest negative term of the brand's utility against the winner's (or against buying nothing)."""
    if winner == GAVE_UP:
        return Cause.EFFORT.value
    me: Person = world.people[person]
    bond: Bond = world.bonds[person, brand]
    traits: PurchaseTraits = world.traits[terms_for(world, me)].purchase
    worth = traits.expectation_weight * (bond.expectation - 1.0)
    price = -traits.price_weight * world.offers[terms_for(world, me), brand].purchase.price
    talk = traits.heard_weight * talk_balance(bond)
    luck = gumbel(world, person, brand)
    if winner == NO_BRAND:
        cause = Cause.NO_NEED.value
        rest = luck - gumbel(world, person, NOTHING_FOR) - max(0.0, traits.outside)
    else:
        chosen: Bond = world.bonds[person, winner]
        cause = Cause.RIVAL.value
        worth = traits.expectation_weight * (bond.expectation - chosen.expectation)
        price += traits.price_weight * world.offers[terms_for(world, me), winner].purchase.price
        talk -= traits.heard_weight * talk_balance(chosen)
        rest = utility(world, person, brand) - utility(world, person, winner) - worth - price - talk
        rest += luck - gumbel(world, person, winner)
    lowest = min(worth, price, talk, rest)
    if lowest == worth:
        return Cause.LOW_EXPECTATION.value
    if lowest == price:
        return Cause.PRICE.value
    return Cause.BAD_WORD.value if lowest == talk else cause
