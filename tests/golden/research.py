"""Section 7.3: search, clear information, and friends who are asked."""

import math

from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import Cause, Stage
from golden.lines import end_line
from golden.need import end_without_purchase
from golden.others import a_friend
from golden.people import Market, Person

MOST_TRIES = 16


def research(market: Market, me: Person) -> None:
    """One brand in play after the other; the purchase follows when all searches are done."""
    weeks_per_try = market.traits(me).research.duration_weeks
    all_tries = 0
    for brand in range(market.brands):
        if not me.bonds[brand].in_play:
            continue
        market.count(brand, Measure.searches)
        market.book(me, brand, Measure.interventions_money, market.offer(me, brand).fees.research)
        tries, found = search(market, me, brand)
        all_tries += tries
        market.count_time(brand, Measure.research_time, tries * weeks_per_try)
        if found:
            market.count(brand, Measure.found)
            inform(market, me, brand, tries)
        else:
            market.note(me, Note.NOT_FOUND, brand, tries)
            me.bonds[brand].in_play = False
            end_line(market, me, brand, Stage.RESEARCH, Cause.NOT_FOUND)
    me.searches += 1
    me.due += all_tries * weeks_per_try
    if any(bond.in_play for bond in me.bonds):
        me.stage = Stage.PURCHASE
    else:
        end_without_purchase(market, me)


def search(market: Market, me: Person, brand: int) -> tuple[int, bool]:
    """Tries until the answer is found, or the brand is dropped; each without success is a try of effort."""
    for attempt in range(MOST_TRIES):
        ordinal = MOST_TRIES * me.searches + attempt
        if (
            market.uniform(me, "research: find the answer", ordinal, brand)
            < market.offer(me, brand).research.findability
        ):
            return attempt + 1, True
        me.effort += 1.0
        if (
            market.uniform(me, "research: search once more", ordinal, brand)
            >= market.traits(me, brand).research.persistence
        ):
            return attempt + 1, False
    return MOST_TRIES, False


def inform(market: Market, me: Person, brand: int, tries: int) -> None:
    """E <- E + clarity (q - E), and for each friend asked who ever used the brand E <- E + ask_weight (their S - E)."""
    bond, offer, traits = me.bonds[brand], market.offer(me, brand), market.traits(me, brand).research
    before = bond.expectation
    truth = offer.use.quality + bond.taste
    expected = before + offer.research.clarity * (truth - before)
    for ask in range(traits.asks):
        friend = a_friend(
            market, me, market.uniform(me, "research: whom to ask", MOST_TRIES * me.searches + ask, brand)
        )
        if friend is not None:
            theirs = market.seen[friend.number][brand].satisfaction
            if not math.isnan(theirs):
                expected += traits.ask_weight * (theirs - expected)
    bond.expectation = expected
    market.note(me, Note.FOUND, brand, tries, before, expected, truth)
