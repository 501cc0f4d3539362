"""Telling: messages to friends, a referral that starts a friend's journey, a public review."""

import math
from typing import Final

from cxsim.engine.compiled import compiled
from cxsim.engine.hooks import telling as added_by_mechanisms
from cxsim.engine.journey.bookkeeping import count, note, pay
from cxsim.engine.journey.listening import five_point
from cxsim.engine.journey.neighbours import a_friend, hear_news_of_brand, hear_news_of_people
from cxsim.engine.journey.schedule import logistic, row_for
from cxsim.engine.luck import poisson, purpose, uniform
from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import NOBODY, VALENCE_UNIT, WEEK, Bond, Person, Stage, State
from cxsim.scenario.stages import Deal, Traits

MESSAGES: Final = purpose("telling: how many messages")
LISTENER: Final = purpose("telling: to whom")
REFER: Final = purpose("telling: refer")
REFERRED: Final = purpose("telling: whom to refer")
REVIEW: Final = purpose("telling: review")
MOST_MESSAGES: Final = 64  # about one episode


@compiled
def telling(state: State, person: int) -> None:
    """Tell friends about the episode, refer one, review it."""
    me: Person = state.people[person]
    traits: Traits = state.traits[row_for(state, me), me.target]
    offer: Deal = state.offers[row_for(state, me), me.target]
    pay(state, person, me.target, Measure.interventions_money, offer.fees.telling)
    tell_friends(state, person, traits)
    refer(state, person, traits)
    review(state, person, traits)
    me.stage = Stage.LOYALTY


@compiled
def messages_expected(traits: Traits, episode: float) -> float:
    """m0 + m_pos s+ + m_neg s-, with s measured from neutral."""
    away = episode - traits.telling.neutral
    return traits.telling.base + (traits.telling.good * away if away >= 0.0 else -traits.telling.bad * away)


@compiled
def tell_friends(state: State, person: int, traits: Traits) -> None:
    """A Poisson number of messages, each to a friend drawn by key, known to them from the next tick on."""
    me: Person = state.people[person]
    brand = me.target
    u = uniform(state.luck, person, MESSAGES, me.uses, 0)
    messages = min(MOST_MESSAGES, poisson(messages_expected(traits, me.episode), u))
    if messages == 0:
        return
    good = me.episode >= traits.telling.neutral
    valence = math.floor(me.episode * VALENCE_UNIT + 0.5)
    week = state.clock[WEEK]
    for message in range(messages):
        friend = a_friend(
            state, person, uniform(state.luck, person, LISTENER, int(me.uses) * MOST_MESSAGES + message, 0)
        )
        if friend != NOBODY:
            theirs: Bond = state.bonds[friend, brand]
            hear_news_of_brand(theirs, week)
            theirs.news += 1
            theirs.news_good += good
            theirs.news_sum += valence
    count(state, brand, Measure.messages_good if good else Measure.messages_bad, messages)
    note(state, person, Note.TELLS, brand, messages, me.episode)


@compiled
def chance_to_refer(traits: Traits, satisfaction: float, reward: float, own: float = -0.0) -> float:
    """psi(S): nothing below the threshold, then rising with satisfaction and reward; `own` is what mechanisms add."""
    telling = traits.telling
    if satisfaction < telling.refer_threshold:
        return 0.0
    away = satisfaction - telling.neutral
    return logistic(telling.refer_base + telling.refer_satisfaction * away + telling.refer_reward * reward + own)


@compiled
def refer(state: State, person: int, traits: Traits) -> None:
    """Perhaps ask one friend to try the brand; if outside the market, their journey starts at the next tick."""
    me: Person = state.people[person]
    brand = me.target
    bond: Bond = state.bonds[person, brand]
    offer: Deal = state.offers[row_for(state, me), brand]
    own = added_by_mechanisms(state, person, brand)
    chance = chance_to_refer(traits, bond.satisfaction, offer.telling.reward, own)
    if chance == 0.0 or uniform(state.luck, person, REFER, me.uses, 0) >= chance:
        return
    friend = a_friend(state, person, uniform(state.luck, person, REFERRED, me.uses, 0))
    if friend == NOBODY:
        return
    invite(state.people[friend], state.clock[WEEK], person, brand, state.due[person])
    count(state, brand, Measure.referrals)
    note(state, person, Note.REFERS, brand, friend, chance)


@compiled
def invite(friend: Person, week: int, referrer: int, brand: int, at: float) -> None:
    """Leave a referral for the next tick; of several in a week the earliest counts (then the lower number)."""
    hear_news_of_people(friend, week)
    free = friend.invited_by == NOBODY
    if free or at < friend.invited_at or (at == friend.invited_at and referrer < friend.invited_by):
        friend.invited_by = referrer
        friend.invited_to = brand
        friend.invited_at = at


@compiled
def review(state: State, person: int, traits: Traits) -> None:
    """Perhaps post a review: the very pleased and the very cross write most."""
    me: Person = state.people[person]
    away = me.episode - traits.telling.neutral
    logit = traits.telling.review_base + traits.telling.review_extremity * abs(away)
    if uniform(state.luck, person, REVIEW, me.uses, 0) >= logistic(logit + traits.telling.review_valence * away):
        return
    stars = five_point(me.episode)
    state.standings[me.target].new_stars += stars
    state.standings[me.target].new_reviews += 1
    count(state, me.target, Measure.reviews)
    count(state, me.target, Measure.stars, stars)
    note(state, person, Note.REVIEWS, me.target, stars)
