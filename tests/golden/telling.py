"""Section 7.8: messages, a referral, a review; all known from the next week on."""

from typing import Any

from cxsim.engine.luck import poisson
from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import Stage
from golden.listening import five_point, rounded
from golden.others import a_friend
from golden.people import Market, Person, logistic

MOST_MESSAGES = 64


def telling(market: Market, me: Person) -> None:
    """At the end of an episode."""
    traits, offer = market.traits(me, me.target), market.offer(me, me.target)
    market.book(me, me.target, Measure.interventions_money, offer.fees.telling)
    tell_friends(market, me, traits.telling)
    refer(market, me, traits.telling, offer.telling.reward)
    review(market, me, traits.telling)
    me.stage = Stage.LOYALTY


def tell_friends(market: Market, me: Person, traits: Any) -> None:
    """Poisson(m0 + m_pos (s - neutral)+ + m_neg (neutral - s)+) messages, each carrying s."""
    away = me.episode - traits.neutral
    mean = traits.base + traits.good * max(0.0, away) + traits.bad * max(0.0, -away)
    messages = min(MOST_MESSAGES, poisson(mean, market.uniform(me, "telling: how many messages", me.uses)))
    good = me.episode >= traits.neutral
    for message in range(messages):
        friend = a_friend(market, me, market.uniform(me, "telling: to whom", me.uses * MOST_MESSAGES + message))
        if friend is not None:
            market.news.messages.append((friend.number, me.target, good, rounded(me.episode * 4096)))
    if messages > 0:
        market.count(me.target, Measure.messages_good if good else Measure.messages_bad, messages)
        market.note(me, Note.TELLS, me.target, messages, me.episode)


def refer(market: Market, me: Person, traits: Any, reward: float) -> None:
    """Perhaps refer one friend; of several referrals to a friend in a week the earliest counts."""
    satisfied = me.bonds[me.target].satisfaction
    away = satisfied - traits.neutral
    chance = logistic(traits.refer_base + traits.refer_satisfaction * away + traits.refer_reward * reward)
    if satisfied < traits.refer_threshold or market.uniform(me, "telling: refer", me.uses) >= chance:
        return
    friend = a_friend(market, me, market.uniform(me, "telling: whom to refer", me.uses))
    if friend is None:
        return
    referral = (me.due, me.number, me.target)
    market.news.referrals[friend.number] = min(referral, market.news.referrals.get(friend.number, referral))
    market.count(me.target, Measure.referrals)
    market.note(me, Note.REFERS, me.target, friend.number, chance)


def review(market: Market, me: Person, traits: Any) -> None:
    """Posted with logistic(r0 + r1 |s - neutral| + r2 (s - neutral))."""
    away = me.episode - traits.neutral
    chance = logistic(traits.review_base + traits.review_extremity * abs(away) + traits.review_valence * away)
    if market.uniform(me, "telling: review", me.uses) >= chance:
        return
    stars = five_point(me.episode)
    market.news.reviews.append((me.target, stars))
    market.count(me.target, Measure.reviews)
    market.count(me.target, Measure.stars, stars)
    market.note(me, Note.REVIEWS, me.target, stars)
