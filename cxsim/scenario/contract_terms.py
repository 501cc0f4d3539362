"""The parameters of the ready contract terms, whose rules are in `cxsim.engine.mechanisms.contract_terms`."""

import math
from typing import Any, Final

from cxsim.scenario.parameter import Section, parameter
from cxsim.scenario.stages.loyalty import Departure
from cxsim.scenario.stages.need import NextNeed

NOT_OFFERED: Final = math.inf
WHOLE_FEE: Final = 1.0  # of a smaller plan: none is offered
FIRM: Final = "What the firm decides."


def _term(default: float, meaning: str, unit: str, low: float, high: float, source: str = FIRM) -> Any:
    return parameter(default, meaning, unit, low, high, "assumed", source)


class ContractOffer(Section):
    """What the firm writes into its contracts, and what it offers to who would end one."""

    minimum_weeks: float = _term(
        0.0, "Minimum term of a new contract, in weeks paid for (a pause does not count); 0: none. Who decides to go before is bound, pays on, and goes when it is over.",
        "weeks", 0, 1040, "No minimum term unless a market has one.")  # fmt: skip
    notice_weeks: float = _term(
        0.0, "Notice of a new contract: it ends with the first period paid for that ends so long after the decision to go; 0: none.",
        "weeks", 0, 520, "No notice unless a market has one.")  # fmt: skip
    early_fee: float = _term(
        NOT_OFFERED, "What ends a contract at once that binds; paid by whoever would otherwise still owe more than this. inf: nothing does.",
        "currency", 0, math.inf, "Nobody buys themselves out unless the firm lets them.")  # fmt: skip
    pause_weeks: float = _term(
        0.0, "Length of the pause that is offered to who would go and is not bound; 0: none.", "weeks", 0, 104,
        "No pause unless a market has one.")  # fmt: skip
    pause_fee: float = _term(0.0, "Share of the fee that is paid during a pause.", "share", 0, 1)
    downgrade_price: float = _term(
        1.0, "Share of the fee that the smaller plan costs which is offered to who would go, is not bound and takes no pause; 1: none is offered.",
        "share", 0, 1, "No smaller plan unless a market has one.")  # fmt: skip
    downgrade_cost: float = _term(
        1.0, "Share of the unit cost that the smaller plan costs; 1: what is left out saves nothing.", "share", 0, 1,
        "As much as the whole plan, until a firm knows what leaving something out saves.")  # fmt: skip
    downgrade_quality: float = _term(
        0.05, "Satisfaction that each episode on the smaller plan loses for what is left out of it.", "satisfaction", 0, 2,
        "A quarter of the usual spread of satisfaction (.2), a choice; what is left out is the firm's decision.")  # fmt: skip


class ContractTraits(Section):
    """What people do about it."""

    pause_taken: float = parameter(
        0.3, "Chance that who would go takes the pause offered instead.", "probability", 0, 1, "assumed",
        "Three in ten, a choice: firms that offer a pause know the share of their own customers.", plausible=(0.1, 0.6))  # fmt: skip
    pause_relief: float = parameter(
        0.0, "Logit that a pause adds to the chance of going on, with which who took it decides again at its end.", "logit",
        -5, 5, "assumed", "None: a pause puts the decision off and does not change it.", plausible=(-0.5, 1.0))  # fmt: skip
    idle_pause: float = parameter(
        0.0, "Chance, at each decision to stay, that who stays takes a pause too, because it is there.", "probability", 0, 1,
        "assumed", "Nobody, until a firm knows how many; each of them pays less and would have paid in full.", plausible=(0.0, 0.1))  # fmt: skip
    downgrade_taken: float = parameter(
        0.3, "Chance that who would go takes the smaller plan offered instead.", "probability", 0, 1, "assumed",
        "Three in ten, a choice, as of a pause: firms that offer one know the share of their own customers.", plausible=(0.1, 0.6))  # fmt: skip
    idle_downgrade: float = parameter(
        0.0, "Chance, at each decision to stay, that who stays takes the smaller plan too, because it is there.", "probability", 0, 1,
        "assumed", "Nobody, until a firm knows how many; each of them pays less and would have paid in full.", plausible=(0.0, 0.1))  # fmt: skip
    resentment: float = parameter(
        0.1, "Satisfaction that each episode loses in which somebody is bound; surveys see it, and others are told.",
        "satisfaction", 0, 2, "assumed",
        "Customers held by switching costs after a failure wish for revenge, or leave all the same: Haj-Salem & Chebat "
        "(2014), Journal of Business Research 67(6), 1106-1113; the size is a choice.", plausible=(0.0, 0.3))  # fmt: skip


def wrong_contract(offer: Any, traits: Any) -> str:
    """What cannot be meant about a brand's contracts, in words; empty if nothing.

    Args:
        offer: the brand's sections, of which `contract_terms` is looked at.
        traits: those of the customers who meet them: `need` and `loyalty`.
    """
    terms = offer.contract_terms
    written = {"a minimum term": terms.minimum_weeks, "a notice": terms.notice_weeks, "a pause": terms.pause_weeks}
    offered = next((f"{what} of {weeks:g} weeks" for what, weeks in written.items() if weeks > 0.0), "")
    if not offered and terms.downgrade_price < WHOLE_FEE:
        offered = f"a smaller plan at {terms.downgrade_price:.0%} of the fee"
    if offered and traits.need.kind != NextNeed.contract:
        kind = NextNeed(traits.need.kind).name
        return f"{offered} is one of contracts, and customers here have none: need.kind is {kind!r}, not 'contract'"
    if 0.0 < terms.minimum_weeks < terms.notice_weeks:
        return (
            f"the notice ({terms.notice_weeks:g} weeks) is longer than the minimum term ({terms.minimum_weeks:g} weeks), "
            "which then binds nobody; leave the minimum term out, or make the notice shorter"
        )
    if terms.early_fee < NOT_OFFERED and terms.minimum_weeks == terms.notice_weeks == 0.0:
        return f"there is a fee for ending early ({terms.early_fee:g}), but no minimum term or notice to end before"
    if traits.loyalty.departure == Departure.anytime:
        what = "a pause" if terms.pause_weeks > 0.0 else "a smaller plan" if terms.downgrade_price < WHOLE_FEE else ""
        if what:
            return f"{what} is offered at a decision to go, and with loyalty.departure = 'anytime' nobody takes one"
    return ""
