"""Listening: a survey sees satisfaction through noise and non-response; some unhappy respondents are called back."""

import math
from typing import Final

from cxsim.compiled import compiled
from cxsim.journey.bookkeeping import count, note, pay
from cxsim.journey.terms import logistic, terms_for
from cxsim.luck import normal, purpose, uniform
from cxsim.measures import Measure, Note
from cxsim.records import TIME_UNIT, Bond, Person, Stage, World
from cxsim.stages import Deal, Traits

SURVEY: Final = purpose("listening: survey sent")
ANSWER: Final = purpose("listening: survey answered")
RECOMMEND_NOISE: Final = purpose("listening: noise of the recommendation score")
SATISFIED_NOISE: Final = purpose("listening: noise of the satisfaction score")
CALLBACK: Final = purpose("listening: called back")


@compiled
def listening(world: World, person: int) -> None:
    """Count the truth nobody sees; perhaps survey; perhaps call back."""
    me: Person = world.people[person]
    brand = me.target
    bond: Bond = world.bonds[person, brand]
    traits: Traits = world.traits[terms_for(world, me)]
    offer: Deal = world.offers[terms_for(world, me), brand]
    satisfied = float(bond.satisfaction) + me.delight
    count_truth(world, brand, satisfied, me.episode + me.delight)
    me.stage = Stage.TELLING
    if uniform(world.luck, person, SURVEY, me.uses, 0) >= offer.listening.survey_rate:
        return
    count(world, brand, Measure.surveys)
    pay(world, person, brand, Measure.interventions_money, offer.fees.listening)
    away = satisfied - traits.telling.neutral
    logit = traits.listening.response_base + traits.listening.response_extremity * abs(away)
    if uniform(world.luck, person, ANSWER, me.uses, 0) >= logistic(logit + traits.listening.response_valence * away):
        return
    noise = traits.listening.noise_sd
    score = recommend_score(satisfied + noise * normal(world.luck, person, RECOMMEND_NOISE, me.uses, 0))
    stars = five_point(me.episode + me.delight + noise * normal(world.luck, person, SATISFIED_NOISE, me.uses, 0))
    count_answer(world, brand, score, stars, me.effort)
    called = score <= 6 and uniform(world.luck, person, CALLBACK, me.uses, 0) < offer.listening.callback_rate
    if called:
        me.relief += offer.listening.callback_lift
        count(world, brand, Measure.callbacks)
        pay(world, person, brand, Measure.callbacks_money, offer.money.callback_cost)
    note(world, person, Note.SURVEYED, brand, score, called)


@compiled
def recommend_score(satisfaction: float) -> int:
    """Likelihood to recommend, 0 to 10: the scale of satisfaction in tenths."""
    return int(min(10.0, max(0.0, math.floor(10.0 * satisfaction + 0.5))))


@compiled
def five_point(satisfaction: float) -> int:
    """A score of 1 to 5: satisfaction 0 is 1, 1 is 5."""
    return int(min(5.0, max(1.0, math.floor(1.0 + 4.0 * satisfaction + 0.5))))


@compiled
def ease_score(effort: float) -> int:
    """Customer effort score, 7 (very easy) to 1: a point for each try."""
    return int(max(1.0, math.floor(7.0 - effort + 0.5)))


@compiled
def count_truth(world: World, brand: int, satisfaction: float, episode: float) -> None:
    """What the scores would be if everybody answered exactly."""
    count(world, brand, Measure.episodes)
    score = recommend_score(satisfaction)
    if score >= 9:
        count(world, brand, Measure.true_promoters)
    elif score <= 6:
        count(world, brand, Measure.true_detractors)
    if five_point(episode) >= 4:
        count(world, brand, Measure.true_satisfied)
    count(world, brand, Measure.satisfaction_sum, math.floor(episode * TIME_UNIT + 0.5))


@compiled
def count_answer(world: World, brand: int, score: int, stars: int, effort: float) -> None:
    """What the firm sees."""
    count(world, brand, Measure.answers)
    if score >= 9:
        count(world, brand, Measure.promoters)
    elif score <= 6:
        count(world, brand, Measure.detractors)
    if stars >= 4:
        count(world, brand, Measure.csat_satisfied)
    count(world, brand, Measure.effort_scores, ease_score(effort))
