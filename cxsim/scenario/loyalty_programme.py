"""The parameters of the ready loyalty programme, whose rules are in `cxsim.engine.mechanisms.loyalty_programme`."""

import math
from typing import Any, Final

from cxsim.scenario.parameter import WEEKS_PER_YEAR, Section, parameter
from cxsim.scenario.stages.need import NextNeed

NEVER: Final = math.inf
FIRM: Final = "What the firm decides."
ABSTRACT: Final = "the direction is in the abstract, the size is a choice"


def _card(default: float | int | bool, meaning: str, unit: str, low: float, high: float, source: str = FIRM) -> Any:
    return parameter(default, meaning, unit, low, high, "assumed", source)


class ProgrammeOffer(Section):
    """What the firm promises to members, and what it costs."""

    join: float = _card(
        0.0, "Chance to join at a purchase, for who is no member yet; 0: there is no programme.", "probability", 0, 1,
        "No programme unless a market has one.")  # fmt: skip
    points_per_purchase: int = _card(1, "Points for each purchase, as the stamp of a card.", "points", 0, 1000)
    points_per_money: float = _card(
        0.0, "Points for each unit of money paid, rounded down.", "points per currency", 0, 1000
    )
    points_needed: int = _card(10, "Points that fill a card.", "points", 1, 10_000_000)
    points_given: int = _card(0, "Points already on every new card, a head start.", "points", 0, 10_000_000)
    reward_cost: float = _card(0.0, "What a claimed reward costs the firm.", "currency", 0, 1e6)
    reward_value: float = _card(0.0, "What the reward is worth to the customer.", "currency", 0, 1e6)
    claimed: float = _card(
        1.0, "Share of full cards whose reward is claimed; the others are breakage.", "share", 0, 1,
        "All, until a firm knows how many.")  # fmt: skip
    expires_weeks: float = _card(
        NEVER, "Weeks without a purchase after which points expire; inf: never.", "weeks", 1, NEVER
    )
    tier_by_money: bool = _card(False, "Whether money paid (true) or purchases reach tiers.", "switch", 0, 1)
    silver_from: float = _card(
        NEVER, "What makes silver in a year; inf: nothing.", "purchases or currency", 0.01, NEVER
    )
    gold_from: float = _card(NEVER, "What makes gold in a year; inf: nothing.", "purchases or currency", 0.01, NEVER)
    silver_price_off: float = _card(0.0, "Share of the price that silver members do not pay.", "share", 0, 0.9)
    gold_price_off: float = _card(0.0, "Share of the price that gold members do not pay.", "share", 0, 0.9)
    on_time_from: int = _card(
        3, "Tier from which what would come late is put first: 1 silver, 2 gold, 3 nobody.", "tier", 1, 3)  # fmt: skip
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


def wrong_programme(offer: Any, traits: Any) -> str:
    """What cannot be meant about a brand's programme, in words; empty if nothing.

    Args:
        offer: the brand's sections, of which `purchase` and `loyalty_programme` are looked at.
        traits: those of the customers who meet them, of which `need` is.
    """
    terms, price = offer.loyalty_programme, offer.purchase.price
    return _wrong_card(terms, price) or _wrong_tiers(terms) or _tiers_out_of_reach(terms, price, traits.need)


def _wrong_card(terms: Any, price: float) -> str:
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


def _wrong_tiers(terms: Any) -> str:
    if terms.gold_from > terms.silver_from or terms.silver_from == NEVER:
        return ""
    said = "begins where silver does" if terms.gold_from == terms.silver_from else "is reached before silver"
    return f"gold ({terms.gold_from:g}) {said} ({terms.silver_from:g}); tiers go up"


def _tiers_out_of_reach(terms: Any, price: float, need: Any) -> str:
    """Whoever renews a contract buys so often a year and no oftener."""
    lowest = min(terms.silver_from, terms.gold_from)
    if lowest == NEVER or need.kind != NextNeed.contract:
        return ""
    renewals = math.floor(WEEKS_PER_YEAR / need.period_weeks) + 1
    if lowest <= renewals * (price if terms.tier_by_money else 1.0):
        return ""
    return (
        f"a tier takes {lowest:g} {'paid' if terms.tier_by_money else 'purchases'} in a year, and a contract of "
        f"{need.period_weeks:g} weeks has {renewals} renewals at most: nobody reaches it"
    )
