"""Section 7.2: what a person believes of each brand in play (Boulding et al. 1993)."""

from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import Stage
from golden.lines import reopen
from golden.need import end_without_purchase
from golden.people import Market, Person
from golden.price import rise_ends_habit


def expectation(market: Market, me: Person) -> None:
    """The brand bought by habit, or every brand known, comes into play."""
    if me.by_habit and rise_ends_habit(market, me):
        me.by_habit = False
    in_play = [me.target] if me.by_habit else [brand for brand in range(market.brands) if me.bonds[brand].aware]
    for brand in range(market.brands):
        me.bonds[brand].in_play = False
        if brand in in_play:
            bring_into_play(market, me, brand)
    if in_play:
        me.stage = Stage.PURCHASE if me.by_habit else Stage.RESEARCH
    else:
        end_without_purchase(market, me)


def bring_into_play(market: Market, me: Person, brand: int) -> None:
    """Weigh a brand in this journey; the line of somebody who never bought begins anew."""
    bond = me.bonds[brand]
    market.count(brand, Measure.considered)
    if not bond.considered:
        market.count(brand, Measure.newly_considered)
    market.remember("considered", me, brand)
    bond.in_play = bond.considered = True
    if bond.purchases == 0:
        reopen(market, me, brand)
    bond.expectation = expected_quality(market, me, brand)
    promise = market.offer(me, brand).expectation.promise
    market.note(me, Note.EXPECTS, brand, bond.expectation, promise, bond.heard, mean_stars(market, brand))


def mean_stars(market: Market, brand: int) -> float:
    """The rating, 0 before the first review."""
    standing = market.standings[brand]
    return standing.stars / standing.reviews if standing.reviews else 0.0


def expected_quality(market: Market, me: Person, brand: int) -> float:
    """E = (w0 own + w_promise promise + w_norm norm + w_heard valences + w_r rating) / weights + imagination."""
    traits = market.traits(me, brand).expectation
    bond = me.bonds[brand]
    promises = [market.offer(me, each).expectation.promise for each in range(market.brands)]
    rivals = [promises[each] for each in range(market.brands) if each != brand] or [promises[brand]]
    norm = sum(rivals) / len(rivals)
    if bond.purchases == 0 and me.uses > 0:
        norm += traits.experience_norm * (me.met - norm)
    own, own_weight = traits.prior, traits.prior_weight
    if bond.purchases > 0:
        own, own_weight = bond.expectation, own_weight + traits.experience_weight * bond.purchases
    total = own_weight * own
    total += traits.promise_weight * promises[brand]
    total += traits.norm_weight * norm
    total += traits.heard_weight * bond.heard_sum / 4096
    weight = own_weight + traits.promise_weight + traits.norm_weight
    weight += traits.heard_weight * bond.heard
    n = market.standings[brand].reviews
    if n > 0:
        trust = traits.rating_weight * n / (n + traits.rating_half)
        total += trust * (mean_stars(market, brand) - 1.0) / 4.0
        weight += trust
    imagined = bond.purchases == 0
    imagination = traits.imagination_sd * market.normal(me, "expectation: imagination", 0, brand) if imagined else 0.0
    return total / weight + imagination
