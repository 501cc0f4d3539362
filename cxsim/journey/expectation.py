"""Expectation: what a person believes a brand will be like, before this journey (Boulding et al. 1993)."""

from typing import Final

from cxsim.compiled import compiled
from cxsim.journey.bookkeeping import count, note
from cxsim.journey.need import await_next_need, go_outside
from cxsim.journey.neighbours import hear_news_of_all_brands
from cxsim.journey.relation import reopen
from cxsim.journey.terms import terms_for
from cxsim.luck import normal, purpose
from cxsim.measures import Measure, Note
from cxsim.records import (
    NO_BRAND,
    VALENCE_UNIT,
    Bond,
    Person,
    Stage,
    Standing,
    World,
)
from cxsim.stages.expectation import ExpectationTraits

IMAGINATION: Final = purpose("expectation: imagination")


@compiled
def expectation(world: World, person: int) -> None:
    """Bring into play the brand bought by habit, or every brand known, and form an expectation of each."""
    me: Person = world.people[person]
    hear_news_of_all_brands(world, person)
    any_in_play = False
    for brand in range(world.standings.shape[0]):
        bond: Bond = world.bonds[person, brand]
        bond.in_play = False
        if brand == me.target if me.by_habit else bond.aware:
            bring_into_play(world, person, brand)
            any_in_play = True
    if any_in_play:
        me.stage = Stage.PURCHASE if me.by_habit else Stage.RESEARCH
    else:
        end_without_purchase(world, person)


@compiled
def bring_into_play(world: World, person: int, brand: int) -> None:
    """The person considers `brand` in this journey."""
    bond: Bond = world.bonds[person, brand]
    bond.in_play = True
    count(world, brand, Measure.considered)
    if not bond.considered:
        bond.considered = True
        count(world, brand, Measure.newly_considered)
    if bond.purchases == 0:
        reopen(world, person, brand)
    bond.expectation = expected_quality(world, person, brand)
    promise = world.offers[terms_for(world, world.people[person]), brand].expectation.promise
    note(world, person, Note.EXPECTS, brand, bond.expectation, promise, bond.heard, mean_stars(world.standings[brand]))


@compiled
def mean_stars(standing: Standing) -> float:
    """The public rating, 1 to 5 stars; 0 before the first review."""
    return standing.stars / standing.reviews if standing.reviews > 0 else 0.0


@compiled
def category_norm(world: World, me: Person, brand: int) -> float:
    """The mean promise of the rivals; without rivals the brand's own."""
    brands = world.standings.shape[0]
    if brands == 1:
        return float(world.offers[terms_for(world, me), brand].expectation.promise)
    total = 0.0
    for other in range(brands):
        if other != brand:
            total += world.offers[terms_for(world, me), other].expectation.promise
    return float(total / (brands - 1))


@compiled
def expected_quality(world: World, person: int, brand: int) -> float:
    """The precision-weighted mean of own belief, promise, category norm, talk heard and public rating."""
    me: Person = world.people[person]
    bond: Bond = world.bonds[person, brand]
    standing: Standing = world.standings[brand]
    traits: ExpectationTraits = world.traits[terms_for(world, me)].expectation
    own = traits.prior
    own_weight = traits.prior_weight
    if bond.purchases > 0:
        own = bond.expectation
        own_weight += traits.experience_weight * bond.purchases
    total = own_weight * own
    weight = own_weight
    total += traits.promise_weight * world.offers[terms_for(world, me), brand].expectation.promise
    weight += traits.promise_weight
    total += traits.norm_weight * category_norm(world, me, brand)
    weight += traits.norm_weight
    total += traits.heard_weight * bond.heard_sum / VALENCE_UNIT
    weight += traits.heard_weight * bond.heard
    if standing.reviews > 0:
        trust = traits.rating_weight * standing.reviews / (standing.reviews + traits.rating_half)
        total += trust * (mean_stars(standing) - 1.0) / 4.0
        weight += trust
    expected = float(total / weight)
    if bond.purchases == 0:
        expected += traits.imagination_sd * normal(world.luck, person, IMAGINATION, 0, brand)
    return expected


@compiled
def learned(expectation: float, quality: float, learning: float, average: bool, uses: int) -> float:
    """The expectation after use: moved toward the quality met, at a constant share or as a running average."""
    share = 1.0 / (uses + 1.0) if average else learning
    return expectation + share * (quality - expectation)


@compiled
def end_without_purchase(world: World, person: int) -> None:
    """Nothing was bought: people new to the category go back outside, others wait for their next need."""
    me: Person = world.people[person]
    note(world, person, Note.NO_PURCHASE, NO_BRAND)
    me.by_habit = False
    me.target = NO_BRAND
    if me.uses == 0:
        go_outside(world, person)
    else:
        await_next_need(world, person, world.due[person])
