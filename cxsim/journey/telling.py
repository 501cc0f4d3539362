"""Telling: messages to friends, a referral that starts a friend's journey, a public review."""

import math
from typing import Final

from cxsim.compiled import compiled
from cxsim.journey.bookkeeping import count, note, pay
from cxsim.journey.listening import five_point
from cxsim.journey.neighbours import a_friend, hear_news_of_brand, hear_news_of_people
from cxsim.journey.terms import logistic, terms_for
from cxsim.luck import poisson, purpose, uniform
from cxsim.measures import Measure, Note
from cxsim.records import NOBODY, VALENCE_UNIT, WEEK, Bond, Person, Stage, World
from cxsim.stages import Deal, Traits

MESSAGES: Final = purpose("telling: how many messages")
LISTENER: Final = purpose("telling: to whom")
REFER: Final = purpose("telling: refer")
REFERRED: Final = purpose("telling: whom to refer")
REVIEW: Final = purpose("telling: review")
MOST_MESSAGES: Final = 64  # about one episode


@compiled
def telling(world: World, person: int) -> None:
    """Tell friends about the episode, refer one, review it."""
    me: Person = world.people[person]
    traits: Traits = world.traits[terms_for(world, me)]
    offer: Deal = world.offers[terms_for(world, me), me.target]
    pay(world, person, me.target, Measure.interventions_money, offer.fees.telling)
    tell_friends(world, person, traits)
    refer(world, person, traits)
    review(world, person, traits)
    me.stage = Stage.LOYALTY


@compiled
def messages_expected(traits: Traits, episode: float) -> float:
    """m0 + m_pos s+ + m_neg s-, with s measured from neutral."""
    away = episode - traits.telling.neutral
    return traits.telling.base + (traits.telling.good * away if away >= 0.0 else -traits.telling.bad * away)


@compiled
def tell_friends(world: World, person: int, traits: Traits) -> None:
    """A Poisson number of messages, each to a friend drawn by key, known to them from the next tick on."""
    me: Person = world.people[person]
    brand = me.target
    u = uniform(world.luck, person, MESSAGES, me.uses, 0)
    messages = min(MOST_MESSAGES, poisson(messages_expected(traits, me.episode), u))
    if messages == 0:
        return
    good = me.episode >= traits.telling.neutral
    valence = math.floor(me.episode * VALENCE_UNIT + 0.5)
    week = world.clock[WEEK]
    for message in range(messages):
        friend = a_friend(world, person, uniform(world.luck, person, LISTENER, me.uses * MOST_MESSAGES + message, 0))
        if friend != NOBODY:
            theirs: Bond = world.bonds[friend, brand]
            hear_news_of_brand(theirs, week)
            theirs.news += 1
            theirs.news_good += good
            theirs.news_sum += valence
    count(world, brand, Measure.messages_good if good else Measure.messages_bad, messages)
    note(world, person, Note.TELLS, brand, messages, me.episode)


@compiled
def chance_to_refer(traits: Traits, satisfaction: float, reward: float) -> float:
    """psi(S): nothing below the threshold, then rising with satisfaction and reward."""
    telling = traits.telling
    if satisfaction < telling.refer_threshold:
        return 0.0
    away = satisfaction - telling.neutral
    return logistic(telling.refer_base + telling.refer_satisfaction * away + telling.refer_reward * reward)


@compiled
def refer(world: World, person: int, traits: Traits) -> None:
    """Perhaps ask one friend to try the brand; if outside the market, their journey starts at the next tick."""
    me: Person = world.people[person]
    brand = me.target
    bond: Bond = world.bonds[person, brand]
    offer: Deal = world.offers[terms_for(world, me), brand]
    chance = chance_to_refer(traits, bond.satisfaction, offer.telling.reward)
    if uniform(world.luck, person, REFER, me.uses, 0) >= chance:
        return
    friend = a_friend(world, person, uniform(world.luck, person, REFERRED, me.uses, 0))
    if friend == NOBODY:
        return
    invite(world.people[friend], world.clock[WEEK], person, brand, world.due[person])
    count(world, brand, Measure.referrals)
    note(world, person, Note.REFERS, brand, friend, chance)


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
def review(world: World, person: int, traits: Traits) -> None:
    """Perhaps post a review: the very pleased and the very cross write most."""
    me: Person = world.people[person]
    away = me.episode - traits.telling.neutral
    logit = traits.telling.review_base + traits.telling.review_extremity * abs(away)
    if uniform(world.luck, person, REVIEW, me.uses, 0) >= logistic(logit + traits.telling.review_valence * away):
        return
    stars = five_point(me.episode)
    world.standings[me.target].new_stars += stars
    world.standings[me.target].new_reviews += 1
    count(world, me.target, Measure.reviews)
    count(world, me.target, Measure.stars, stars)
    note(world, person, Note.REVIEWS, me.target, stars)
