"""Who talks to whom, and what has become known of others by the start of this week.

What one person writes into another's record is held as news of the week and joins what is known only when the next
week begins. News are whole numbers added up (or the earliest of several), so the order of writing does not matter.
"""

from typing import Final

from cxsim.compiled import compiled
from cxsim.luck import purpose, uniform
from cxsim.records import NO_BRAND, NOBODY, WEEK, Bond, Person, World

_PULLED_BY: Final = purpose("need: which neighbour's brand")


@compiled
def everybody_talks_to_everybody(world: World) -> bool:
    """Whether links are complete: stored without rows."""
    return len(world.first_friend) == 0


@compiled
def a_friend(world: World, person: int, u: float) -> int:
    """The friend that luck `u` picks, or NOBODY for a person without friends."""
    if everybody_talks_to_everybody(world):
        others = world.people.shape[0] - 1
        if others == 0:
            return NOBODY
        friend = int(u * others)
        return friend + 1 if friend >= person else friend
    first = world.first_friend[person]
    friends = world.first_friend[person + 1] - first
    return int(world.friends[first + int(u * friends)]) if friends > 0 else NOBODY


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
def hear_news_of_all_brands(world: World, person: int) -> None:
    """Every stage that acts on what was heard does this first: others may or may not have done it this week."""
    for brand in range(world.standings.shape[0]):
        hear_news_of_brand(world.bonds[person, brand], world.clock[WEEK])


@compiled
def share_who_own(world: World, person: int) -> float:
    """Share of this person's neighbours who were somebody's customers at the start of the week."""
    if everybody_talks_to_everybody(world):
        owners: int = 0
        for brand in range(world.standings.shape[0]):
            owners += world.standings[brand].owners
        return owners / max(1, len(world.people) - 1)
    friends: int = world.first_friend[person + 1] - world.first_friend[person]
    owners_near: int = world.people[person].owners_near
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
def tell_neighbours_of_ownership(world: World, person: int, change: int) -> None:
    """Let every neighbour know, from next week on, that there is one customer more (+1) or fewer (-1) near them."""
    if everybody_talks_to_everybody(world):
        return
    week = world.clock[WEEK]
    for place in range(world.first_friend[person], world.first_friend[person + 1]):
        neighbour: Person = world.people[world.friends[place]]
        hear_news_of_people(neighbour, week)
        neighbour.owners_news += change


@compiled
def brand_seen_at_neighbours(world: World, person: int, ordinal: int) -> int:
    """The brand of one of the neighbours who own, each as likely as the other; NO_BRAND if none does."""
    brands = world.standings.shape[0]
    week = world.clock[WEEK]
    u = uniform(world.luck, person, _PULLED_BY, ordinal, 0)
    if everybody_talks_to_everybody(world):
        owners = 0
        for brand in range(brands):
            owners += world.standings[brand].owners
        place = int(u * owners)
        for brand in range(brands):
            place -= world.standings[brand].owners
            if place < 0:
                return brand
        return NO_BRAND
    place = int(u * world.people[person].owners_near)
    for at in range(world.first_friend[person], world.first_friend[person + 1]):
        for brand in range(brands):
            if was_customer(world.bonds[world.friends[at], brand], week):
                place -= 1
                if place < 0:
                    return brand
    return NO_BRAND
