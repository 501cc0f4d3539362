"""Section 7.4: choice, checkout, the variant bought; and why the brands not bought were not."""

import math

from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import Cause, Stage
from golden.basket import basket
from golden.expectation import bring_into_play
from golden.lines import end_line, reopen
from golden.need import end_without_purchase
from golden.people import Bond, Market, Person
from golden.price import pay_price

NOTHING = -1
GAVE_UP = -2
MOST_TRIES = 16
LUCK_OF_NOTHING = 255  # the place of a brand's number in the luck of buying nothing


def purchase(market: Market, me: Person) -> None:
    """Choose and check out, until something is bought, nothing is worth more, or the person gives up."""
    chosen = me.target if me.by_habit else choose(market, me)
    while chosen >= 0:
        market.count(chosen, Measure.chosen)
        if checks_out(market, me, chosen):
            buy(market, me, chosen)
            me.choices += 1
            return
        chosen = after_failed_checkout(market, me, chosen)
    lose_those_in_play(market, me, chosen)
    me.choices += 1
    end_without_purchase(market, me)


def gumbel(market: Market, me: Person, brand: int) -> float:
    """Luck of a brand, fixed for a choice."""
    return -math.log(-math.log(market.uniform(me, "purchase: choice", me.choices, brand)))


def talk_balance(bond: Bond) -> float:
    """(good - bad) / (heard + 1)."""
    return (bond.heard_good - (bond.heard - bond.heard_good)) / (bond.heard + 1)


def utility(market: Market, me: Person, brand: int) -> float:
    """beta_E E - beta_p price + appeal + inertia [bought last] - beta_G grudge + delta talk."""
    traits, offer, bond = market.traits(me, brand).purchase, market.offer(me, brand).purchase, me.bonds[brand]
    value = traits.expectation_weight * bond.expectation - traits.price_weight * offer.price + offer.appeal
    value += traits.inertia if me.last_brand == brand else 0.0
    value -= traits.grudge_weight * bond.grudge
    return value + traits.heard_weight * talk_balance(bond)


def choose(market: Market, me: Person) -> int:
    """The brand in play of highest utility and luck, against an outside option."""
    outside = market.traits(me).purchase.outside
    worth = {NOTHING: outside + gumbel(market, me, LUCK_OF_NOTHING)}
    for brand in range(market.brands):
        if me.bonds[brand].in_play:
            worth[brand] = utility(market, me, brand) + gumbel(market, me, brand)
    best = max(worth, key=lambda option: worth[option])
    if best == NOTHING:
        market.note(me, Note.BUYS_NOTHING)
    else:
        price = market.offer(me, best).purchase.price
        expected = me.bonds[best].expectation
        market.note(me, Note.CHOOSES, best, utility(market, me, best), worth[best], expected, price)
    return best


def checks_out(market: Market, me: Person, brand: int) -> bool:
    """Whether checkout completes before the person stops trying; a failed try is effort."""
    for attempt in range(MOST_TRIES):
        ordinal = MOST_TRIES * me.choices + attempt
        if market.uniform(me, "purchase: checkout", ordinal, brand) < market.offer(me, brand).purchase.ease:
            return True
        me.effort += 1.0
        if market.uniform(me, "purchase: try again", ordinal, brand) >= market.traits(me, brand).purchase.retry:
            return False
    return False


def after_failed_checkout(market: Market, me: Person, brand: int) -> int:
    """The line with the brand ends; choose among the rest, or give up. Habit ends, and all known brands come in."""
    market.note(me, Note.CHECKOUT_FAILS, brand, me.effort)
    me.bonds[brand].in_play = False
    end_line(market, me, brand, Stage.PURCHASE, Cause.CHECKOUT)
    if market.uniform(me, "purchase: turn to a rival", me.choices, brand) >= market.traits(me, brand).purchase.to_rival:
        return GAVE_UP
    if me.by_habit:
        me.by_habit = False
        for other in range(market.brands):
            if other != brand and me.bonds[other].aware:
                bring_into_play(market, me, other)
    return choose(market, me)


def buy(market: Market, me: Person, brand: int) -> None:
    """Money, the lines of others, what kind of sale it was, and the way to first use."""
    bond, offer = me.bonds[brand], market.offer(me, brand)
    me.basket = basket(market, me, brand)
    market.book(me, brand, Measure.revenue_money, offer.purchase.price * me.basket)
    market.book(me, brand, Measure.goods_money, offer.money.unit_cost * me.basket)
    market.book(me, brand, Measure.interventions_money, offer.fees.purchase)
    lose_those_in_play(market, me, brand)
    count_sale(market, me, brand)
    reopen(market, me, brand)
    pay_price(market, me, brand)
    bond.purchases += 1
    bond.streak += 1
    bond.last_bought = me.due
    bond.doubt_stage, bond.doubt_cause = Stage.OUTSIDE, Cause.NONE
    if not bond.customer:
        bond.customer = True
        market.count(brand, Measure.customers_gained)
    me.target = me.last_brand = brand
    me.left = False
    me.bought_at = me.due
    me.misfit = market.uniform(me, "purchase: right variant", me.uses) >= offer.purchase.fit
    me.late = market.uniform(me, "purchase: late delivery", me.uses) < offer.use.late_rate
    market.note(me, Note.BUYS, brand, offer.purchase.price * me.basket, bond.purchases, me.by_habit, not me.misfit)
    market.count(brand, Measure.misfits, int(me.misfit))
    market.count(brand, Measure.late, int(me.late))
    delivery = offer.use.delivery_weeks + (offer.use.late_weeks if me.late else 0.0)
    market.count_time(brand, Measure.delivery_time, delivery)
    market.count_time(brand, Measure.baskets_sum, me.basket)
    me.due += delivery
    me.stage = Stage.USE


def count_sale(market: Market, me: Person, brand: int) -> None:
    """A first purchase, a loop purchase by habit, or a return; a referred first purchase pays the referrer."""
    bond = me.bonds[brand]
    referrer = me.pursuing[0] if bond.purchases == 0 and me.pursuing and me.pursuing[1] == brand else -1
    market.remember(
        "sale", me, brand, nth=bond.purchases + 1, by_habit=me.by_habit, referrer=referrer,
        price=market.offer(me, brand).purchase.price,
    )  # fmt: skip
    market.count(brand, Measure.purchases)
    if bond.purchases > 0:
        if bond.purchases == 1:
            bond.looped_at = me.due
        market.count(brand, Measure.repeat_purchases)
        market.count_time(brand, Measure.loop_time, me.due - bond.last_bought)
        bond.loop_purchases += me.by_habit
        market.count(brand, Measure.loop_purchases if me.by_habit else Measure.returns)
        return
    bond.first_bought = me.due
    market.count(brand, Measure.first_purchases)
    if referrer >= 0:
        bond.referrer = referrer
        market.people[referrer].bonds[brand].converts += 1
        market.count(brand, Measure.referred_purchases)
        reward = market.offer(market.people[referrer], brand).telling.reward  # at the terms of the referrer
        market.book(me, brand, Measure.rewards_money, reward)


def lose_those_in_play(market: Market, me: Person, winner: int) -> None:
    """The lines of every other brand in play and of the brand left end: with an earlier doubt, or in this choice."""
    for brand, bond in enumerate(me.bonds):
        if brand != winner and (bond.in_play or bond.customer):
            if bond.doubt_stage != Stage.OUTSIDE:
                end_line(market, me, brand, bond.doubt_stage, bond.doubt_cause)
            else:
                end_line(market, me, brand, Stage.PURCHASE, why_not_chosen(market, me, brand, winner))


def why_not_chosen(market: Market, me: Person, brand: int, winner: int) -> Cause:
    """The largest disadvantage against the winner: expectation, price, talk, or the rest, with the luck of this choice.

    Buying nothing is expected to be perfect (1), costs nothing and is not talked about; appeal makes up for a price.
    """
    if winner == GAVE_UP:
        return Cause.EFFORT
    traits, bond = market.traits(me, brand).purchase, me.bonds[brand]
    offer = market.offer(me, brand).purchase
    if winner == NOTHING:
        outside = market.traits(me).purchase.outside
        terms = {
            Cause.LOW_EXPECTATION: traits.expectation_weight * (bond.expectation - 1.0),
            Cause.PRICE: offer.appeal - traits.price_weight * offer.price,
            Cause.BAD_WORD: traits.heard_weight * talk_balance(bond),
            Cause.NO_NEED: gumbel(market, me, brand) - gumbel(market, me, LUCK_OF_NOTHING) - max(0.0, outside),
        }
    else:
        theirs = me.bonds[winner]
        terms = {
            Cause.LOW_EXPECTATION: traits.expectation_weight * (bond.expectation - theirs.expectation),
            Cause.PRICE: traits.price_weight * (market.offer(me, winner).purchase.price - offer.price),
            Cause.BAD_WORD: traits.heard_weight * (talk_balance(bond) - talk_balance(theirs)),
        }
        behind = utility(market, me, brand) + gumbel(market, me, brand)
        behind -= utility(market, me, winner) + gumbel(market, me, winner)
        terms[Cause.RIVAL] = behind - sum(terms.values())
    return min(terms, key=lambda cause: terms[cause])
