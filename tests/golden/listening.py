"""Section 7.9: the truth, the survey that sees some of it, and calls back."""

import math

from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import Stage
from golden.people import Market, Person, logistic


def listening(market: Market, me: Person) -> None:
    """Truth is counted of everybody; of those surveyed who answer, what the firm sees."""
    brand, traits, offer = me.target, market.traits(me, me.target), market.offer(me, me.target)
    overall = me.bonds[brand].satisfaction + me.delight
    episode = me.episode + me.delight
    kind = traits.listening.leniency
    count_truth(market, me, overall + kind, episode + kind, episode)
    me.stage = Stage.TELLING
    if market.uniform(me, "listening: survey sent", me.uses) >= offer.listening.survey_rate:
        return
    market.count(brand, Measure.surveys)
    market.book(me, brand, Measure.interventions_money, offer.fees.listening)
    away = overall - traits.telling.neutral
    willing = traits.listening.response_base + traits.listening.response_extremity * abs(away)
    willing += traits.listening.response_valence * away
    if market.uniform(me, "listening: survey answered", me.uses) >= logistic(willing):
        return
    sd = traits.listening.noise_sd
    score = nps_score(overall + kind + sd * market.normal(me, "listening: noise of the recommendation score", me.uses))
    stars = five_point(episode + kind + sd * market.normal(me, "listening: noise of the satisfaction score", me.uses))
    ease = max(1, rounded(7.0 - me.effort))
    market.count(brand, Measure.answers)
    market.count(brand, Measure.promoters, int(score >= 9))
    market.count(brand, Measure.detractors, int(score <= 6))
    market.count(brand, Measure.csat_satisfied, int(stars >= 4))
    market.count(brand, Measure.effort_scores, ease)
    me.bonds[brand].last_score = score
    called = score <= 6 and market.uniform(me, "listening: called back", me.uses) < offer.listening.callback_rate
    if called:
        me.relief += offer.listening.callback_lift
        market.count(brand, Measure.callbacks)
        market.book(me, brand, Measure.callbacks_money, offer.money.callback_cost)
    market.remember("answer", me, brand, score=score, stars=stars, ease=ease)
    market.note(me, Note.SURVEYED, brand, score, called)


def count_truth(market: Market, me: Person, overall: float, scored: float, episode: float) -> None:
    """The scores without noise and non-response."""
    score = nps_score(overall)
    market.remember("episode", me, me.target, score=score, satisfaction=episode)
    market.count(me.target, Measure.episodes)
    market.count(me.target, Measure.true_promoters, int(score >= 9))
    market.count(me.target, Measure.true_detractors, int(score <= 6))
    market.count(me.target, Measure.true_satisfied, int(five_point(scored) >= 4))
    market.count(me.target, Measure.satisfaction_sum, math.floor(episode * 1e6 + 0.5))


def rounded(x: float) -> int:
    """To the nearest whole number, halves up."""
    return math.floor(x + 0.5)


def nps_score(satisfaction: float) -> int:
    """10 S, 0 to 10."""
    return min(10, max(0, rounded(10.0 * satisfaction)))


def five_point(satisfaction: float) -> int:
    """1 + 4 s, 1 to 5."""
    return min(5, max(1, rounded(1.0 + 4.0 * satisfaction)))
