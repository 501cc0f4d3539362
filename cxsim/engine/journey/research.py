"""Research: for each brand known, search until the answer is found or the brand is dropped.

Clear information moves the expectation toward the truth, E <- E + clarity * (q - E): it lowers later disappointment
and sometimes loses the sale. Friends who have used the brand are asked too.
"""

import math
from typing import Final

from cxsim.engine.compiled import compiled
from cxsim.engine.journey.bookkeeping import count, count_time, note, pay
from cxsim.engine.journey.expectation import end_without_purchase
from cxsim.engine.journey.neighbours import a_friend, was_satisfaction
from cxsim.engine.journey.relation import end_line
from cxsim.engine.journey.schedule import row_for
from cxsim.engine.luck import purpose, uniform
from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import NO_BRAND, NOBODY, WEEK, Bond, Cause, Person, Stage, State
from cxsim.scenario.stages import Deal
from cxsim.scenario.stages.research import ResearchTraits

FIND: Final = purpose("research: find the answer")
PERSIST: Final = purpose("research: search once more")
ASK: Final = purpose("research: whom to ask")
MOST_TRIES: Final = 16


@compiled
def research(state: State, person: int) -> None:
    """Search about every brand in play, one after the other; the purchase comes when all searches are done."""
    me: Person = state.people[person]
    weeks_per_try: float = state.traits[row_for(state, me), NO_BRAND].research.duration_weeks
    tries = 0
    brands_found = 0
    for brand in range(state.standings.shape[0]):
        if state.bonds[person, brand].in_play:
            needed = search_until_found(state, person, brand)
            tries += abs(needed)
            count_time(state, brand, Measure.research_time, abs(needed) * weeks_per_try)
            if needed > 0:
                brands_found += 1
                inform(state, person, brand, needed)
            else:
                note(state, person, Note.NOT_FOUND, brand, -needed)
                state.bonds[person, brand].in_play = False
                end_line(state, person, brand, Stage.RESEARCH, Cause.NOT_FOUND)
    me.searches += 1
    state.due[person] += tries * weeks_per_try
    if brands_found > 0:
        me.stage = Stage.PURCHASE
    else:
        end_without_purchase(state, person)


@compiled
def search_until_found(state: State, person: int, brand: int) -> int:
    """The number of tries until the answer was found; negative when the brand was dropped after that many."""
    me: Person = state.people[person]
    offer: Deal = state.offers[row_for(state, me), brand]
    traits: ResearchTraits = state.traits[row_for(state, me), brand].research
    count(state, brand, Measure.searches)
    pay(state, person, brand, Measure.interventions_money, offer.fees.research)
    for attempt in range(MOST_TRIES):
        ordinal = int(me.searches) * MOST_TRIES + attempt
        if uniform(state.luck, person, FIND, ordinal, brand) < offer.research.findability:
            count(state, brand, Measure.found)
            return attempt + 1
        me.effort += 1.0
        if uniform(state.luck, person, PERSIST, ordinal, brand) >= traits.persistence:
            return -(attempt + 1)
    return -MOST_TRIES


@compiled
def inform(state: State, person: int, brand: int, tries: int) -> None:
    """Information found and friends asked move the expectation."""
    me: Person = state.people[person]
    bond: Bond = state.bonds[person, brand]
    offer: Deal = state.offers[row_for(state, me), brand]
    traits: ResearchTraits = state.traits[row_for(state, me), brand].research
    before = bond.expectation
    truth = offer.use.quality + bond.taste
    expected = before + offer.research.clarity * (truth - before)
    for ask in range(traits.asks):
        u = uniform(state.luck, person, ASK, int(me.searches) * MOST_TRIES + ask, brand)
        friend = a_friend(state, person, u)
        if friend != NOBODY:
            theirs: Bond = state.bonds[friend, brand]
            answer = was_satisfaction(theirs, state.clock[WEEK])
            if not math.isnan(answer):
                expected += traits.ask_weight * (answer - expected)
    bond.expectation = expected
    note(state, person, Note.FOUND, brand, tries, before, expected, truth)
