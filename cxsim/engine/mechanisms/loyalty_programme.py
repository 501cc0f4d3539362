"""A loyalty programme: points for purchases, a reward when a card is full, tiers for who bought much in a year.

Customers join at a purchase, by choice. What the programme does to them is a handful of effects, each of which can be 0:
the nearer the reward, the sooner the next purchase (by the share of the way gone: Kivetz, Urminsky & Zheng 2006), points
that are at stake in a choice, and a reward that is thanked for (Taylor & Neslin 2005), and a tier whose loss hurts more
than having it pleases (Wagner, Hennig-Thurau & Rudolph 2009). With all of them 0 it costs its rewards and changes nobody.
"""

import math
from typing import Any, Final

from cxsim.engine.compiled import compiled
from cxsim.engine.journey.bookkeeping import count, count_time, earn, money_units, pay
from cxsim.engine.journey.schedule import row_for
from cxsim.engine.luck import purpose, uniform
from cxsim.engine.measures import Measure
from cxsim.engine.state import NO_BRAND, WEEK, Byte, Small, Stage, State, Whole
from cxsim.scenario.loyalty_programme import ProgrammeOffer, ProgrammeTraits, wrong_programme
from cxsim.scenario.mechanism import Mechanism
from cxsim.scenario.stages.need import NextNeed

JOIN: Final = purpose("loyalty programme: join")
CLAIM: Final = purpose("loyalty programme: claim the reward")
EXPIRY_WEEKS: Final = 4  # points expire at the start of every fourth week
REVIEW_WEEKS: Final = 13  # tiers are reviewed so often, over the four quarters before
Record = Any  # of a card, of the books or of terms, whose fields NumPy knows by name


class Wallet:
    """Whose cards a person holds."""

    held: Small
    latest: Small  # the brand of the last one


class Card:
    """A customer's card."""

    points: int
    cards: Whole  # filled so far, the ordinal of the luck of claiming
    tier: Byte  # 0 none, 1 silver, 2 gold
    quarter: float  # bought in this quarter and in the three before, in what tiers are reached by
    second: float
    third: float
    fourth: float
    member: bool
    rewarded: bool  # by the last purchase
    demoted: bool


class ProgrammeBooks:
    """What the firm's books hold of the programme."""

    members: int
    outstanding: int  # points
    redeemed: int
    lapsed: int  # points of cards never claimed, and expired ones
    in_tiers: int


class LoyaltyProgramme(Mechanism):
    """A brand's programme, and what people do about it."""

    Offer, Traits, Person, Bond, Standing = ProgrammeOffer, ProgrammeTraits, Wallet, Card, ProgrammeBooks
    counts = {
        "joined": "customers who joined the programme",
        "members": "members of the programme at the end",
        "points_issued": "points issued, those given with a card included",
        "points_redeemed": "points of full cards whose reward was claimed",
        "points_broken": "points of full cards whose reward was never claimed",
        "points_expired": "points that expired",
        "points_outstanding": "points that members hold at the end",
        "cards_completed": "full cards",
        "rewards_claimed": "rewards claimed",
        "liability_money": "the liability at the end: points held x cost of a reward x share redeemed so far",
        "programme_money": "cost of rewards, of prices off and of being put first",
        "promoted": "members who reached a tier or a higher one",
        "demoted": "members who lost a tier",
        "in_tiers": "members in a tier at the end",
    }
    stocks = ("members", "points_outstanding", "liability_money", "in_tiers")
    causes = {"choosing": "points elsewhere", "staying": "tier lost"}
    present_terms_only = True

    @staticmethod
    def wrong(offer: Record, traits: Record) -> str:
        """What cannot be meant about a brand's programme, in words; empty if nothing."""
        return wrong_programme(offer, traits)

    @staticmethod
    def before_week(state: State) -> None:
        """Points that nobody used expire, and at the start of a quarter tiers are reviewed."""
        expiring, reviewing = (state.clock[WEEK] % weeks == 0 for weeks in (EXPIRY_WEEKS, REVIEW_WEEKS))
        for brand, books in enumerate(state.standings["loyalty_programme"] if expiring or reviewing else ()):
            if books["members"] > 0:
                _begin_week(state, brand, expiring, reviewing)

    @staticmethod
    def after_week(state: State) -> None:
        """What the firm holds and owes at the end of the week."""
        week = state.clock[WEEK]
        for brand, books in enumerate(state.standings["loyalty_programme"]):
            if books["members"] > 0:
                terms = state.offers["loyalty_programme"][state.first_row[week], brand]
                line = state.counted[week, brand]
                line["members"], line["in_tiers"] = books["members"], books["in_tiers"]
                line["points_outstanding"] = books["outstanding"]
                line["liability_money"] = money_units(
                    books["outstanding"] / terms["points_needed"] * terms["reward_cost"] * _share_redeemed(books, terms)
                )

    @staticmethod
    def after_purchase(state: State, person: int) -> None:
        """Joining, the benefits of the tier, points, perhaps a reward, and the way to the next tier."""
        me = state.people[person]
        if me.stage != Stage.USE:  # nothing was bought
            return
        brand = int(me.target)
        if not state.bonds[person, brand].loyalty_programme.member and not _joins(state, person, brand):
            return
        paid = _pay_with_benefits(state, person, brand)
        terms = state.offers[row_for(state, me), brand].loyalty_programme
        _issue(state, person, brand, terms.points_per_purchase + math.floor(terms.points_per_money * paid + 1e-9))
        state.bonds[person, brand].loyalty_programme.rewarded = False
        while state.bonds[person, brand].loyalty_programme.points >= terms.points_needed:
            _complete(state, person, brand)
        _climb(state, person, brand, paid if terms.tier_by_money else 1.0)

    @staticmethod
    def tier(state: State, person: int, brand: int) -> float:
        """Of the person's card."""
        return float(state.bonds[person, brand].loyalty_programme.tier)

    @staticmethod
    def waiting(state: State, person: int, since: float, weeks: float) -> float:
        """Goal gradient: sooner, the larger the share of the way gone on the fullest card; later just after a reward."""
        me = state.people[person]
        row = row_for(state, me)
        if me.loyalty_programme.held == 0 or state.traits[row, me.target].need.kind == NextNeed.contract:
            return weeks
        traits = state.traits[row, me.target].loyalty_programme
        later = -traits.goal_gradient * _share_gone_of_fullest(state, person, row)
        if me.target != NO_BRAND and state.bonds[person, me.target].loyalty_programme.rewarded:
            later += traits.post_reward_drop
        return float(weeks * math.exp(later))

    @staticmethod
    def choosing(state: State, person: int, brand: int) -> float:
        """Points at stake, as money off, and the price that a tier saves."""
        card = state.bonds[person, brand].loyalty_programme
        if not card.member:
            return 0.0
        row = row_for(state, state.people[person])
        traits, offer = state.traits[row, brand], state.offers[row, brand]
        saved = offer.purchase.price * _price_off(offer.loyalty_programme, card.tier)
        at_stake = offer.loyalty_programme.reward_value * _share_gone(state, person, brand, row)
        return float(traits.purchase.price_weight * (saved + traits.loyalty_programme.points_pressure * at_stake))

    @staticmethod
    def staying(state: State, person: int, brand: int) -> float:
        """A reward is thanked for; a tier is liked, and its loss resented more."""
        card = state.bonds[person, brand].loyalty_programme
        if not card.member:
            return 0.0
        row = row_for(state, state.people[person])
        traits = state.traits[row, brand].loyalty_programme
        logit = float(traits.tier_pride * card.tier)
        if card.rewarded:
            worth = (
                state.traits[row, brand].purchase.price_weight * state.offers[row, brand].loyalty_programme.reward_value
            )
            logit += traits.rewarded * worth
        return logit - float(traits.demotion) if card.demoted else logit


@compiled
def _joins(state: State, person: int, brand: int) -> bool:
    """Whether this purchase makes somebody a member; a new card may come with points."""
    terms = state.offers[row_for(state, state.people[person]), brand].loyalty_programme
    bond = state.bonds[person, brand]
    if terms.join == 0.0 or uniform(state.luck, person, JOIN, bond.purchases, brand) >= terms.join:
        return False
    bond.loyalty_programme.member = True
    state.people[person].loyalty_programme.held += 1
    state.people[person].loyalty_programme.latest = brand
    state.standings[brand].loyalty_programme.members += 1
    state.counted[state.clock[WEEK], brand].joined += 1
    _issue(state, person, brand, terms.points_given)
    return True


@compiled
def _issue(state: State, person: int, brand: int, points: int) -> None:
    state.bonds[person, brand].loyalty_programme.points += points
    state.standings[brand].loyalty_programme.outstanding += points
    state.counted[state.clock[WEEK], brand].points_issued += points


@compiled
def _pay_with_benefits(state: State, person: int, brand: int) -> float:
    """The benefits of the tier that somebody had when buying; what is paid in the end."""
    me = state.people[person]
    offer = state.offers[row_for(state, me), brand]
    terms, tier = offer.loyalty_programme, state.bonds[person, brand].loyalty_programme.tier
    price = offer.purchase.price * float(me.basket)
    off = price * _price_off(terms, tier)
    if off > 0.0:
        earn(state, person, brand, -off)
        state.counted[state.clock[WEEK], brand].programme_money += money_units(off)
    if me.late and tier >= terms.on_time_from:
        me.late = False
        state.due[person] = me.bought_at + offer.use.delivery_weeks
        count(state, brand, Measure.late, -1)
        count_time(state, brand, Measure.delivery_time, -offer.use.late_weeks)
        _spend(state, person, brand, terms.on_time_cost)
    return float(price - off)


@compiled
def _spend(state: State, person: int, brand: int, amount: float) -> None:
    pay(state, person, brand, Measure.rewards_money, amount)
    state.counted[state.clock[WEEK], brand].programme_money += money_units(amount)


@compiled
def _complete(state: State, person: int, brand: int) -> None:
    """A full card: the reward is claimed or never will be, and the next card begins."""
    terms = state.offers[row_for(state, state.people[person]), brand].loyalty_programme
    card, books = state.bonds[person, brand].loyalty_programme, state.standings[brand].loyalty_programme
    line, points = state.counted[state.clock[WEEK], brand], terms.points_needed
    card.points -= points
    books.outstanding -= points
    line.cards_completed += 1
    if uniform(state.luck, person, CLAIM, card.cards, brand) < terms.claimed:
        card.rewarded = True
        books.redeemed += points
        line.points_redeemed += points
        line.rewards_claimed += 1
        _spend(state, person, brand, terms.reward_cost)
    else:
        books.lapsed += points
        line.points_broken += points
    card.cards += 1
    _issue(state, person, brand, terms.points_given)


@compiled
def _climb(state: State, person: int, brand: int, bought: float) -> None:
    """What is bought counts at once towards a tier."""
    card = state.bonds[person, brand].loyalty_programme
    card.quarter += bought
    terms = state.offers[row_for(state, state.people[person]), brand].loyalty_programme
    reached = _tier(terms, card.quarter + card.second + card.third + card.fourth)
    if reached > card.tier:
        if card.tier == 0:
            state.standings[brand].loyalty_programme.in_tiers += 1
        card.tier, card.demoted = reached, False
        state.counted[state.clock[WEEK], brand].promoted += 1


@compiled
def _begin_week(state: State, brand: int, expiring: bool, reviewing: bool) -> None:
    for person in range(state.people.shape[0]):
        if state.people[person].loyalty_programme.held > 0 and state.bonds[person, brand].loyalty_programme.member:
            if expiring:
                _expire(state, person, brand)
            if reviewing:
                _review(state, person, brand)


@compiled
def _expire(state: State, person: int, brand: int) -> None:
    bond, books = state.bonds[person, brand], state.standings[brand].loyalty_programme
    card = bond.loyalty_programme
    terms = state.offers[row_for(state, state.people[person]), brand].loyalty_programme
    if card.points > 0 and state.clock[WEEK] - float(bond.last_bought) >= terms.expires_weeks:
        state.counted[state.clock[WEEK], brand].points_expired += card.points
        books.outstanding -= card.points
        books.lapsed += card.points
        card.points = 0


@compiled
def _review(state: State, person: int, brand: int) -> None:
    """A quarter is over: whoever has not bought enough in four of them loses the tier; then the oldest is forgotten."""
    card = state.bonds[person, brand].loyalty_programme
    terms = state.offers[row_for(state, state.people[person]), brand].loyalty_programme
    deserved = _tier(terms, card.quarter + card.second + card.third + card.fourth)
    if deserved < card.tier:
        if deserved == 0:
            state.standings[brand].loyalty_programme.in_tiers -= 1
        card.tier, card.demoted = deserved, True
        state.counted[state.clock[WEEK], brand].demoted += 1
    card.fourth, card.third, card.second, card.quarter = card.third, card.second, card.quarter, 0.0


@compiled
def _tier(terms: Record, bought: float) -> int:
    if bought >= terms.gold_from:
        return 2
    return 1 if bought >= terms.silver_from else 0


@compiled
def _price_off(terms: Record, tier: int) -> float:
    if tier == 0:
        return 0.0
    return float(terms.gold_price_off if tier == 2 else terms.silver_price_off)


@compiled
def _share_gone(state: State, person: int, brand: int, row: int) -> float:
    """The share of the way to the reward that is gone; 0 for who is no member, or where no reward is worth anything."""
    card, terms = state.bonds[person, brand].loyalty_programme, state.offers[row, brand].loyalty_programme
    if not card.member or terms.reward_value == 0.0:
        return 0.0
    return float(card.points / terms.points_needed)


@compiled
def _share_gone_of_fullest(state: State, person: int, row: int) -> float:
    wallet = state.people[person].loyalty_programme
    if wallet.held == 1:  # so nearly always, and other brands' records need not be looked up
        return _share_gone(state, person, wallet.latest, row)
    gone = 0.0
    for brand in range(state.standings.shape[0]):
        gone = max(gone, _share_gone(state, person, brand, row))
    return gone


def _share_redeemed(books: Record, terms: Record) -> float:
    """Of the points that are gone the share that was redeemed; before any are gone, the share of cards claimed."""
    gone = books["redeemed"] + books["lapsed"]
    return float(books["redeemed"] / gone if gone > 0 else terms["claimed"])
