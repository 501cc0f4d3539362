"""Listening: a survey sees satisfaction through noise and non-response; some unhappy respondents are called back."""

import math
from typing import Final

import numpy as np

from cxsim.engine.compiled import compiled
from cxsim.engine.journey.bookkeeping import books_changed, count, note, pay
from cxsim.engine.journey.schedule import logistic, row_for
from cxsim.engine.luck import normal, purpose, uniform
from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import TIME_UNIT, Bond, Person, Stage, State
from cxsim.scenario.stages import Deal, Traits

SURVEY: Final = purpose("listening: survey sent")
ANSWER: Final = purpose("listening: survey answered")
RECOMMEND_NOISE: Final = purpose("listening: noise of the recommendation score")
SATISFIED_NOISE: Final = purpose("listening: noise of the satisfaction score")
CALLBACK: Final = purpose("listening: called back")


@compiled
def listening(state: State, person: int) -> None:
    """Count the truth nobody sees; perhaps survey; perhaps call back."""
    me: Person = state.people[person]
    brand = me.target
    bond: Bond = state.bonds[person, brand]
    traits: Traits = state.traits[row_for(state, me), me.target]
    offer: Deal = state.offers[row_for(state, me), brand]
    satisfied = np.float64(bond.satisfaction) + me.delight
    episode = np.float64(me.episode) + me.delight
    leniency = traits.listening.leniency
    count_truth(state, brand, satisfied + leniency, episode + leniency)
    count(state, brand, Measure.satisfaction_sum, math.floor(episode * TIME_UNIT + 0.5))
    me.stage = Stage.TELLING
    if uniform(state.luck, person, SURVEY, me.uses, 0) >= offer.listening.survey_rate:
        return
    count(state, brand, Measure.surveys)
    pay(state, person, brand, Measure.interventions_money, offer.fees.listening)
    away = satisfied - traits.telling.neutral
    logit = traits.listening.response_base + traits.listening.response_extremity * abs(away)
    if uniform(state.luck, person, ANSWER, me.uses, 0) >= logistic(logit + traits.listening.response_valence * away):
        return
    noise = traits.listening.noise_sd
    score = recommend_score(satisfied + leniency + noise * normal(state.luck, person, RECOMMEND_NOISE, me.uses, 0))
    stars = five_point(episode + leniency + noise * normal(state.luck, person, SATISFIED_NOISE, me.uses, 0))
    bond.last_score = score
    books_changed(state, person)
    count_answer(state, brand, score, stars, me.effort)
    called = score <= 6 and uniform(state.luck, person, CALLBACK, me.uses, 0) < offer.listening.callback_rate
    if called:
        me.relief += offer.listening.callback_lift
        count(state, brand, Measure.callbacks)
        pay(state, person, brand, Measure.callbacks_money, offer.money.callback_cost)
    note(state, person, Note.SURVEYED, brand, score, called)


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
def count_truth(state: State, brand: int, satisfaction: float, episode: float) -> None:
    """What the scores would be if everybody answered exactly."""
    count(state, brand, Measure.episodes)
    score = recommend_score(satisfaction)
    if score >= 9:
        count(state, brand, Measure.true_promoters)
    elif score <= 6:
        count(state, brand, Measure.true_detractors)
    if five_point(episode) >= 4:
        count(state, brand, Measure.true_satisfied)


@compiled
def count_answer(state: State, brand: int, score: int, stars: int, effort: float) -> None:
    """What the firm sees."""
    count(state, brand, Measure.answers)
    if score >= 9:
        count(state, brand, Measure.promoters)
    elif score <= 6:
        count(state, brand, Measure.detractors)
    if stars >= 4:
        count(state, brand, Measure.csat_satisfied)
    count(state, brand, Measure.effort_scores, ease_score(effort))
