"""Expectation: what a person believes a brand will be like, before this journey (Boulding et al. 1993)."""

from typing import Final

from cxsim.engine.compiled import compiled
from cxsim.engine.hooks import expecting
from cxsim.engine.journey.bookkeeping import count, note
from cxsim.engine.journey.need import await_next_need, go_outside
from cxsim.engine.journey.neighbours import hear_news_of_all_brands
from cxsim.engine.journey.price import rise_ends_habit
from cxsim.engine.journey.relation import reopen
from cxsim.engine.journey.schedule import row_for
from cxsim.engine.luck import normal, purpose
from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import (
    NO_BRAND,
    VALENCE_UNIT,
    Bond,
    Person,
    Stage,
    Standing,
    State,
)
from cxsim.scenario.stages.expectation import ExpectationTraits

IMAGINATION: Final = purpose("expectation: imagination")


@compiled
def expectation(state: State, person: int) -> None:
    """Bring into play the brand bought by habit, or every brand known, and form an expectation of each."""
    me: Person = state.people[person]
    hear_news_of_all_brands(state, person)
    if me.by_habit and rise_ends_habit(state, person):
        me.by_habit = False
    any_in_play = False
    for brand in range(state.standings.shape[0]):
        bond: Bond = state.bonds[person, brand]
        bond.in_play = False
        if brand == me.target if me.by_habit else bond.aware:
            bring_into_play(state, person, brand)
            any_in_play = True
    if any_in_play:
        me.stage = Stage.PURCHASE if me.by_habit else Stage.RESEARCH
    else:
        end_without_purchase(state, person)


@compiled
def bring_into_play(state: State, person: int, brand: int) -> None:
    """The person considers `brand` in this journey."""
    bond: Bond = state.bonds[person, brand]
    bond.in_play = True
    count(state, brand, Measure.considered)
    if not bond.considered:
        bond.considered = True
        count(state, brand, Measure.newly_considered)
    if bond.purchases == 0:
        reopen(state, person, brand)
    bond.expectation = expected_quality(state, person, brand)
    promise = state.offers[row_for(state, state.people[person]), brand].expectation.promise
    note(state, person, Note.EXPECTS, brand, bond.expectation, promise, bond.heard, mean_stars(state.standings[brand]))


@compiled
def mean_stars(standing: Standing) -> float:
    """The public rating, 1 to 5 stars; 0 before the first review."""
    return standing.stars / standing.reviews if standing.reviews > 0 else 0.0


@compiled
def category_norm(state: State, person: int, brand: int) -> float:
    """What such brands are like: the rivals' promises, and for a brand never bought what was met at others.

    The latter is an experience-based norm (Woodruff, Cadotte & Jenkins 1983).
    """
    me: Person = state.people[person]
    promised = rivals_promise(state, me, brand)
    share = state.traits[row_for(state, me), brand].expectation.experience_norm
    if share == 0.0 or me.uses == 0 or state.bonds[person, brand].purchases > 0:
        return promised
    return float(promised + share * (float(me.met) - promised))


@compiled
def rivals_promise(state: State, me: Person, brand: int) -> float:
    """The mean promise of the rivals; without rivals the brand's own."""
    brands = state.standings.shape[0]
    if brands == 1:
        return float(state.offers[row_for(state, me), brand].expectation.promise)
    total = 0.0
    for other in range(brands):
        if other != brand:
            total += state.offers[row_for(state, me), other].expectation.promise
    return float(total / (brands - 1))


@compiled
def expected_quality(state: State, person: int, brand: int) -> float:
    """The precision-weighted mean of own belief, promise, category norm, talk heard and public rating."""
    me: Person = state.people[person]
    bond: Bond = state.bonds[person, brand]
    standing: Standing = state.standings[brand]
    traits: ExpectationTraits = state.traits[row_for(state, me), brand].expectation
    own = traits.prior
    own_weight = traits.prior_weight
    if bond.purchases > 0:
        own = bond.expectation
        own_weight += traits.experience_weight * bond.purchases
    total = own_weight * own
    weight = own_weight
    total += traits.promise_weight * state.offers[row_for(state, me), brand].expectation.promise
    weight += traits.promise_weight
    total += traits.norm_weight * category_norm(state, person, brand)
    weight += traits.norm_weight
    total += traits.heard_weight * bond.heard_sum / VALENCE_UNIT
    weight += traits.heard_weight * bond.heard
    if standing.reviews > 0:
        trust = traits.rating_weight * standing.reviews / (standing.reviews + traits.rating_half)
        total += trust * (mean_stars(standing) - 1.0) / 4.0
        weight += trust
    expected = float(total / weight)
    if bond.purchases == 0:
        expected += traits.imagination_sd * normal(state.luck, person, IMAGINATION, 0, brand)
    return float(expected + expecting(state, person, brand))


@compiled
def learned(expectation: float, quality: float, learning: float, average: bool, uses: int) -> float:
    """The expectation after use: moved toward the quality met, at a constant share or as a running average."""
    share = 1.0 / (uses + 1.0) if average else learning
    return expectation + share * (quality - expectation)


@compiled
def end_without_purchase(state: State, person: int) -> None:
    """Nothing was bought: people new to the category, or who had left it, go back outside, others wait for their next need."""
    me: Person = state.people[person]
    note(state, person, Note.NO_PURCHASE, NO_BRAND)
    me.by_habit = False
    me.target = NO_BRAND
    if me.uses == 0 or me.left:
        go_outside(state, person)
    else:
        await_next_need(state, person, state.due[person])
