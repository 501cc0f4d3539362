"""Section 7.1: what starts a journey, and when the next need comes."""

import math

from cxsim.engine.measures import Measure, Note, Trigger
from cxsim.engine.state import Stage
from cxsim.scenario.stages.need import NextNeed
from golden.others import owners_near, share_who_own
from golden.people import Market, Person
from golden.season import factor, when_passed

NO_BRAND = -1


def outside(market: Market, me: Person) -> None:
    """Spend patience at the week's hazard; a referral received last week comes first."""
    if me.call is not None:
        me.pursuing, me.call = me.call, None
        begin(market, me, me.pursuing[1], Trigger.REFERRAL)
        return
    need = market.traits(me).need
    reach = [market.offer(me, brand).need.reach_annual for brand in range(market.brands)]
    pull = need.imitation_annual * share_who_own(market, me)
    yearly = need.spontaneous_annual + sum(reach) + pull
    weekly = factor(market, me, market.week) * yearly / 52.0
    rest_of_week = market.week + 1.0 - me.due
    if me.patience >= weekly * rest_of_week:
        me.patience -= weekly * rest_of_week
        me.due = market.week + 1.0
        return
    me.due += me.patience / weekly
    u = market.uniform(me, "need: what started it", me.needs) * yearly
    for brand in range(market.brands):
        u -= reach[brand]
        if u < 0.0:
            begin(market, me, brand, Trigger.ADVERTISING)
            return
    if u < pull:
        near = owners_near(market, me)
        brand = near[int(market.uniform(me, "need: which neighbour's brand", me.needs) * len(near))]
        begin(market, me, brand, Trigger.NEIGHBOURS)
    else:
        begin(market, me, NO_BRAND, Trigger.SPONTANEOUS)


def begin(market: Market, me: Person, brand: int, trigger: Trigger) -> None:
    """The journey starts; what started it makes its brand known."""
    if brand != NO_BRAND:
        me.bonds[brand].aware = True
    market.note(me, Note.NEED, brand, trigger)
    me.stage = Stage.NEED


def need(market: Market, me: Person) -> None:
    """A need: a journey begins with no effort spent and no call back in mind."""
    me.needs += 1
    me.effort = 0.0
    me.relief = 0.0
    if me.uses > 0 and not me.left:
        market.note(me, Note.NEED, me.target if me.by_habit else NO_BRAND, Trigger.NEXT_NEED)
    me.stage = Stage.EXPECTATION


def await_next_need(market: Market, me: Person, since: float) -> None:
    """The next need is counted from the purchase, but comes never before the present event."""
    me.pursuing = None
    wait = wait_for_next_need(market, me)
    by_date = market.traits(me).need.kind == NextNeed.contract or not market.traits(me).need.season
    me.due = max(me.due, since + wait if by_date else when_passed(market, me, since, wait))
    me.stage = Stage.NEED


def wait_for_next_need(market: Market, me: Person) -> float:
    """Weeks from one purchase to the next need."""
    traits = market.traits(me, me.target).need
    u = market.uniform(me, "need: wait for the next need", me.needs)
    if traits.kind == NextNeed.repeat:
        return -math.log(u) / me.rate
    if traits.kind == NextNeed.replacement:
        return traits.life_scale_weeks * (-math.log(u)) ** (1.0 / traits.life_shape)
    return traits.period_weeks


def end_without_purchase(market: Market, me: Person) -> None:
    """Who never used any brand, or had left, goes back outside with new patience; all others wait for their next need."""
    market.note(me, Note.NO_PURCHASE)
    me.by_habit = False
    me.target = NO_BRAND
    if me.uses > 0 and not me.left:
        await_next_need(market, me, me.due)
    else:
        go_outside(market, me)


def go_outside(market: Market, me: Person) -> None:
    """With new patience, where chance starts journeys."""
    me.pursuing = None
    me.patience = -math.log(market.uniform(me, "need: patience of those outside", me.needs))
    me.stage = Stage.OUTSIDE


def something_similar(market: Market, me: Person) -> None:
    """After an episode that was no worse than neutral, who stays buys something similar with the brand's chance."""
    brand, offer = me.target, market.offer(me, me.target)
    lucky = market.uniform(me, "need: something similar", me.uses) < offer.need.similar
    if me.episode >= market.traits(me, brand).telling.neutral and lucky:
        price = offer.purchase.price * offer.purchase.similar_price
        market.book(me, brand, Measure.revenue_money, price)
        market.book(me, brand, Measure.goods_money, offer.money.unit_cost * offer.money.similar_cost)
        market.count(brand, Measure.similar_purchases)
        market.count(brand, Measure.similar_money, math.floor(price * 10_000 + 0.5))
        market.remember("similar", me, brand)
        market.note(me, Note.BUYS_SIMILAR, brand, price)
