"""Research: for each brand known, search until the answer is found or the brand is dropped.

Clear information moves the expectation toward the truth, E <- E + clarity * (q - E): it lowers later disappointment
and sometimes loses the sale. Friends who have used the brand are asked too.
"""

import math
from typing import Final

from cxsim.compiled import compiled
from cxsim.journey.bookkeeping import count, count_time, note, pay
from cxsim.journey.expectation import end_without_purchase
from cxsim.journey.neighbours import a_friend, was_satisfaction
from cxsim.journey.relation import end_line
from cxsim.journey.terms import terms_for
from cxsim.luck import purpose, uniform
from cxsim.measures import Measure, Note
from cxsim.records import NOBODY, WEEK, Bond, Cause, Person, Stage, World
from cxsim.stages import Deal
from cxsim.stages.research import ResearchTraits

FIND: Final = purpose("research: find the answer")
PERSIST: Final = purpose("research: search once more")
ASK: Final = purpose("research: whom to ask")
MOST_TRIES: Final = 16


@compiled
def research(world: World, person: int) -> None:
    """Search about every brand in play, one after the other; the purchase comes when all searches are done."""
    me: Person = world.people[person]
    weeks_per_try: float = world.traits[terms_for(world, me)].research.duration_weeks
    tries = 0
    brands_found = 0
    for brand in range(world.standings.shape[0]):
        if world.bonds[person, brand].in_play:
            needed = search_until_found(world, person, brand)
            tries += abs(needed)
            count_time(world, brand, Measure.research_time, abs(needed) * weeks_per_try)
            if needed > 0:
                brands_found += 1
                inform(world, person, brand, needed)
            else:
                note(world, person, Note.NOT_FOUND, brand, -needed)
                world.bonds[person, brand].in_play = False
                end_line(world, person, brand, Stage.RESEARCH, Cause.NOT_FOUND)
    me.searches += 1
    world.due[person] += tries * weeks_per_try
    if brands_found > 0:
        me.stage = Stage.PURCHASE
    else:
        end_without_purchase(world, person)


@compiled
def search_until_found(world: World, person: int, brand: int) -> int:
    """The number of tries until the answer was found; negative when the brand was dropped after that many."""
    me: Person = world.people[person]
    offer: Deal = world.offers[terms_for(world, me), brand]
    traits: ResearchTraits = world.traits[terms_for(world, me)].research
    count(world, brand, Measure.searches)
    pay(world, person, brand, Measure.interventions_money, offer.fees.research)
    for attempt in range(MOST_TRIES):
        ordinal = me.searches * MOST_TRIES + attempt
        if uniform(world.luck, person, FIND, ordinal, brand) < offer.research.findability:
            count(world, brand, Measure.found)
            return attempt + 1
        me.effort += 1.0
        if uniform(world.luck, person, PERSIST, ordinal, brand) >= traits.persistence:
            return -(attempt + 1)
    return -MOST_TRIES


@compiled
def inform(world: World, person: int, brand: int, tries: int) -> None:
    """Information found and friends asked move the expectation."""
    me: Person = world.people[person]
    bond: Bond = world.bonds[person, brand]
    offer: Deal = world.offers[terms_for(world, me), brand]
    traits: ResearchTraits = world.traits[terms_for(world, me)].research
    before = bond.expectation
    truth = offer.use.quality + bond.taste
    expected = before + offer.research.clarity * (truth - before)
    for ask in range(traits.asks):
        u = uniform(world.luck, person, ASK, me.searches * MOST_TRIES + ask, brand)
        friend = a_friend(world, person, u)
        if friend != NOBODY:
            theirs: Bond = world.bonds[friend, brand]
            answer = was_satisfaction(theirs, world.clock[WEEK])
            if not math.isnan(answer):
                expected += traits.ask_weight * (answer - expected)
    bond.expectation = expected
    note(world, person, Note.FOUND, brand, tries, before, expected, truth)
