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
from cxsim.engine.state import NO_BRAND, WEEK, Stage, State
from cxsim.scenario.mechanism import Mechanism
from cxsim.scenario.parameter import Section, parameter
from cxsim.scenario.stages.need import NextNeed

JOIN: Final = purpose("loyalty programme: join")
CLAIM: Final = purpose("loyalty programme: claim the reward")
REVIEW_WEEKS: Final = 13  # tiers are reviewed so often, over the four quarters before
NEVER: Final = math.inf
FIRM: Final = "What the firm decides."
ABSTRACT: Final = "the direction is in the abstract, the size is a choice"
Record = Any  # of a card, of the books or of terms, whose fields NumPy knows by name


def _card(default: float | int | bool, meaning: str, unit: str, low: float, high: float, source: str = FIRM) -> Any:
    return parameter(default, meaning, unit, low, high, "assumed", source)


class ProgrammeOffer(Section):
    """What the firm promises to members, and what it costs."""

    join: float = _card(
        0.0, "Chance to join at a purchase, for who is no member yet; 0: there is no programme.", "probability", 0, 1,
        "No programme unless a market has one.")  # fmt: skip
    points_per_purchase: int = _card(1, "Points for each purchase, as the stamp of a card.", "points", 0, 1000)
    points_per_money: float = _card(
        0.0, "Points for each unit of currency paid, rounded down.", "points per currency", 0, 1000)  # fmt: skip
    points_needed: int = _card(10, "Points that fill a card.", "points", 1, 10_000_000)
    points_given: int = _card(0, "Points already on every new card, a head start.", "points", 0, 10_000_000)
    reward_cost: float = _card(0.0, "What a claimed reward costs the firm.", "currency", 0, 1e6)
    reward_value: float = _card(0.0, "What the reward is worth to the customer.", "currency", 0, 1e6)
    claimed: float = _card(
        1.0, "Share of full cards whose reward is claimed; the others are breakage.", "share", 0, 1,
        "All, until a firm knows how many.")  # fmt: skip
    expires_weeks: float = _card(
        NEVER, "Weeks without a purchase after which all points expire; inf: never.", "weeks", 1, NEVER)  # fmt: skip
    tier_by_money: bool = _card(
        False, "Whether tiers are reached by money paid (true) or by purchases.", "switch", 0, 1
    )
    silver_from: float = _card(
        NEVER, "What makes silver in 52 weeks; inf: nothing.", "purchases or currency", 0.01, NEVER
    )
    gold_from: float = _card(NEVER, "What makes gold in 52 weeks; inf: nothing.", "purchases or currency", 0.01, NEVER)
    silver_price_off: float = _card(0.0, "Share of the price that silver members do not pay.", "share", 0, 0.9)
    gold_price_off: float = _card(0.0, "Share of the price that gold members do not pay.", "share", 0, 0.9)
    silver_on_time: bool = _card(False, "Whether what would come late to silver members is put first.", "switch", 0, 1)
    gold_on_time: bool = _card(False, "Whether what would come late to gold members is put first.", "switch", 0, 1)
    on_time_cost: float = _card(0.0, "Cost of putting one purchase first.", "currency", 0, 1e6)


class ProgrammeTraits(Section):
    """What people do about it; each effect may be 0."""

    goal_gradient: float = parameter(
        0.1, "Log of the factor by which the wait for the next need is shorter at a full card than at an empty one.",
        "log of a factor", 0, 5, "assumed",
        f"Sooner, by the share of the way left: Kivetz, Urminsky & Zheng (2006), JMR 43(1), 39-58; {ABSTRACT}.",
        plausible=(0.0, 0.4))  # fmt: skip
    post_reward_drop: float = parameter(
        0.0, "Log of the factor by which the wait after a reward is longer, beside the empty card's.", "log of a factor",
        0, 5, "assumed", "None beyond starting anew, unless a market knows of one.", plausible=(0.0, 0.3))  # fmt: skip
    points_pressure: float = parameter(
        0.1, "Share of the reward's worth that counts as money off in a choice, one point before it; less before.",
        "share", 0, 10, "assumed",
        f"Points pressure: Taylor & Neslin (2005), J. Retailing 81(4), 293-305; {ABSTRACT}.", plausible=(0.0, 0.5))  # fmt: skip
    rewarded: float = parameter(
        0.1, "Share of the reward's worth (as utility) that is added to the logit of staying after a reward.", "share",
        0, 10, "assumed",
        f"Rewarded behaviour: Taylor & Neslin (2005), J. Retailing 81(4), 293-305; {ABSTRACT}.", plausible=(0.0, 1.0))  # fmt: skip
    tier_pride: float = parameter(
        0.1, "Logit of staying that silver adds; gold adds twice as much.", "logit", 0, 10, "assumed",
        "Less than losing it takes: Wagner, Hennig-Thurau & Rudolph (2009), J. Marketing 73(3), 69-85; " + ABSTRACT,
        plausible=(0.0, 0.4))  # fmt: skip
    demotion: float = parameter(
        0.3, "Logit of staying that a lost tier takes until one is reached again.", "logit", 0, 10, "assumed",
        "More than having it adds, and below never having had it: Wagner, Hennig-Thurau & Rudolph (2009), "
        "J. Marketing 73(3), 69-85; " + ABSTRACT, plausible=(0.0, 1.0))  # fmt: skip


class Card:
    """A customer's card."""

    points: int
    cards: int  # filled so far, the ordinal of the luck of claiming
    tier: int  # 0 none, 1 silver, 2 gold
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

    Offer, Traits, Bond, Standing = ProgrammeOffer, ProgrammeTraits, Card, ProgrammeBooks
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
    def wrong(offer: Record) -> str:
        """What cannot be meant about a brand's programme, in words; empty if nothing."""
        return _wrong_card(offer) or _wrong_tiers(offer.loyalty_programme)

    @staticmethod
    def before_week(state: State) -> None:
        """Points that nobody used expire, and at the start of a quarter tiers are reviewed."""
        reviewing = state.clock[WEEK] % REVIEW_WEEKS == 0
        for brand, books in enumerate(state.standings["loyalty_programme"]):
            if books["members"] > 0:
                _begin_week(state, brand, reviewing)

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
    def waiting(state: State, person: int, since: float, weeks: float) -> float:
        """Goal gradient: sooner, the larger the share of the way gone on the fullest card; later just after a reward."""
        me = state.people[person]
        row = row_for(state, me)
        traits = state.traits[row].loyalty_programme
        if state.traits[row].need.kind == NextNeed.contract:
            return weeks
        gone = 0.0
        for brand in range(state.standings.shape[0]):
            gone = max(gone, _share_gone(state, person, brand, row))
        later = -traits.goal_gradient * gone
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
        traits, offer = state.traits[row], state.offers[row, brand]
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
        traits = state.traits[row].loyalty_programme
        logit = float(traits.tier_pride * card.tier)
        if card.rewarded:
            worth = state.traits[row].purchase.price_weight * state.offers[row, brand].loyalty_programme.reward_value
            logit += traits.rewarded * worth
        return logit - float(traits.demotion) if card.demoted else logit


@compiled
def _joins(state: State, person: int, brand: int) -> bool:
    """Whether this purchase makes somebody a member; a new card may come with points."""
    terms = state.offers[row_for(state, state.people[person]), brand].loyalty_programme
    bond = state.bonds[person, brand]
    if uniform(state.luck, person, JOIN, bond.purchases, brand) >= terms.join:
        return False
    bond.loyalty_programme.member = True
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
    if me.late and ((tier == 1 and terms.silver_on_time) or (tier == 2 and terms.gold_on_time)):
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
        card.tier = reached
        card.demoted = False
        state.counted[state.clock[WEEK], brand].promoted += 1


@compiled
def _begin_week(state: State, brand: int, reviewing: bool) -> None:
    for person in range(state.people.shape[0]):
        if state.bonds[person, brand].loyalty_programme.member:
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
        card.tier = deserved
        card.demoted = True
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


def _share_redeemed(books: Record, terms: Record) -> float:
    """Of the points that are gone the share that was redeemed; before any are gone, the share of cards claimed."""
    gone = books["redeemed"] + books["lapsed"]
    return float(books["redeemed"] / gone if gone > 0 else terms["claimed"])


def _wrong_card(offer: Record) -> str:
    terms, price = offer.loyalty_programme, offer.purchase.price
    if terms.points_given >= terms.points_needed:
        return f"a card of {terms.points_needed} points begins with {terms.points_given}: it is full before anything is bought"
    points = terms.points_per_purchase + math.floor(terms.points_per_money * price + 1e-9)
    if points == 0:
        return f"a purchase at {price:g} earns no whole point, so no card is ever full"
    spent = price * math.ceil((terms.points_needed - terms.points_given) / points)
    for what, amount in (("costs", terms.reward_cost), ("is worth", terms.reward_value)):
        if amount > spent:
            return f"the reward {what} {amount:g}, more than the {spent:g} that are paid to earn it"
    return ""


def _wrong_tiers(terms: Record) -> str:
    if terms.gold_from > terms.silver_from or terms.silver_from == NEVER:
        return ""
    said = "begins where silver does" if terms.gold_from == terms.silver_from else "is reached before silver"
    return f"gold ({terms.gold_from:g}) {said} ({terms.silver_from:g}); tiers go up"
