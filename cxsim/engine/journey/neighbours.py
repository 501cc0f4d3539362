"""Who talks to whom, and what has become known of others by the start of this week.

What one person writes into another's record is held as news of the week and joins what is known only when the next
week begins. News are whole numbers added up (or the earliest of several), so the order of writing does not matter.
"""

from typing import Final

from cxsim.engine.compiled import compiled
from cxsim.engine.luck import purpose, uniform
from cxsim.engine.state import NO_BRAND, NOBODY, WEEK, Bond, Person, State

_PULLED_BY: Final = purpose("need: which neighbour's brand")


@compiled
def everybody_talks_to_everybody(state: State) -> bool:
    """Whether links are complete: stored without rows."""
    return len(state.first_friend) == 0


@compiled
def a_friend(state: State, person: int, u: float) -> int:
    """The friend that luck `u` picks, or NOBODY for a person without friends."""
    if everybody_talks_to_everybody(state):
        others = state.people.shape[0] - 1
        if others == 0:
            return NOBODY
        friend = int(u * others)
        return friend + 1 if friend >= person else friend
    first = state.first_friend[person]
    friends = state.first_friend[person + 1] - first
    return int(state.friends[first + int(u * friends)]) if friends > 0 else NOBODY


@compiled
def hear_news_of_people(me: Person, week: int) -> None:
    """Let last week's news about neighbours become known."""
    if me.news_week < week:
        me.owners_near += me.owners_news
        me.owners_news = 0
        me.called_by = me.invited_by
        me.called_to = me.invited_to
        me.called_week = me.news_week
        me.invited_by = NOBODY
        me.invited_to = NO_BRAND
        me.news_week = week


@compiled
def hear_news_of_brand(bond: Bond, week: int) -> None:
    """Let last week's messages about a brand become known, and by them the brand."""
    if bond.news_week < week:
        if bond.news > 0:
            bond.aware = True
        bond.heard += bond.news
        bond.heard_good += bond.news_good
        bond.heard_sum += bond.news_sum
        bond.news = 0
        bond.news_good = 0
        bond.news_sum = 0
        bond.news_week = week


@compiled
def hear_news_of_all_brands(state: State, person: int) -> None:
    """Every stage that acts on what was heard does this first: others may or may not have done it this week."""
    for brand in range(state.standings.shape[0]):
        hear_news_of_brand(state.bonds[person, brand], state.clock[WEEK])


@compiled
def share_who_own(state: State, person: int) -> float:
    """Share of this person's neighbours who were somebody's customers at the start of the week."""
    if everybody_talks_to_everybody(state):
        owners: int = 0
        for brand in range(state.standings.shape[0]):
            owners += state.standings[brand].owners
        return owners / max(1, len(state.people) - 1)
    friends: int = state.first_friend[person + 1] - state.first_friend[person]
    owners_near: int = state.people[person].owners_near
    return owners_near / friends if friends > 0 else 0.0


@compiled
def was_customer(bond: Bond, week: int) -> bool:
    """Whether this was a customer of the brand at the start of the week."""
    return bond.was_customer if bond.changed_week == week else bond.customer


@compiled
def was_satisfaction(bond: Bond, week: int) -> float:
    """Cumulative satisfaction at the start of the week."""
    return bond.was_satisfaction if bond.changed_week == week else bond.satisfaction


@compiled
def remember_start_of_week(bond: Bond, week: int) -> None:
    """Keep, before the first change of a week, what others may still see this week."""
    if bond.changed_week != week:
        bond.was_customer = bond.customer
        bond.was_satisfaction = bond.satisfaction
        bond.changed_week = week


@compiled
def tell_neighbours_of_ownership(state: State, person: int, change: int) -> None:
    """Let every neighbour know, from next week on, that there is one customer more (+1) or fewer (-1) near them."""
    if everybody_talks_to_everybody(state):
        return
    week = state.clock[WEEK]
    for place in range(state.first_friend[person], state.first_friend[person + 1]):
        neighbour: Person = state.people[state.friends[place]]
        hear_news_of_people(neighbour, week)
        neighbour.owners_news += change


@compiled
def brand_seen_at_neighbours(state: State, person: int, ordinal: int) -> int:
    """The brand of one of the neighbours who own, each as likely as the other; NO_BRAND if none does."""
    brands = state.standings.shape[0]
    week = state.clock[WEEK]
    u = uniform(state.luck, person, _PULLED_BY, ordinal, 0)
    if everybody_talks_to_everybody(state):
        owners = 0
        for brand in range(brands):
            owners += state.standings[brand].owners
        place = int(u * owners)
        for brand in range(brands):
            place -= state.standings[brand].owners
            if place < 0:
                return brand
        return NO_BRAND
    place = int(u * state.people[person].owners_near)
    for at in range(state.first_friend[person], state.first_friend[person + 1]):
        for brand in range(brands):
            if was_customer(state.bonds[state.friends[at], brand], week):
                place -= 1
                if place < 0:
                    return brand
    return NO_BRAND
