"""Who talks to whom: five kinds of links, all symmetric, all drawn by key.

The friends of person i are `friends[first[i]:first[i + 1]]`. Everybody-talks-to-everybody is
stored without rows.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.compiled import compiled
from cxsim.engine.luck import purpose, uniform

REWIRE: Final = purpose("links: rewire")
NEW_END: Final = purpose("links: new end")
ATTACH: Final = purpose("links: attach")
BRIDGE: Final = purpose("links: bridge to another community")
MEMBER: Final = purpose("links: member of a community")

Ends = NDArray[np.int32]
Luck = NDArray[np.uint64]


class Network(NamedTuple):
    """Friends of everybody, in compressed rows."""

    first: NDArray[np.int64]  # (people + 1,), empty when everybody talks to everybody
    friends: NDArray[np.int32]  # (2 * links,)


def complete() -> Network:
    """Everybody talks to everybody."""
    return Network(np.zeros(0, np.int64), np.zeros(0, np.int32))


def small_world(luck: Luck, people: int, neighbours: int, rewiring: float) -> Network:
    """A ring of people with `neighbours` nearest friends, a share of links rewired (Watts & Strogatz 1998, Nature 393)."""
    half = min(neighbours // 2, (people - 1) // 2)
    left, right = _ends(people * half)
    _ring(luck, people, half, rewiring, left, right)
    return _gathered(people, left, right)


def scale_free(luck: Luck, people: int, neighbours: int) -> Network:
    """Newcomers befriend people in proportion to the friends these have (Barabasi & Albert 1999, Science 286)."""
    each = max(1, min(neighbours // 2, people - 1))
    left, right = _ends(each * (each + 1) // 2 + (people - each - 1) * each)
    _attach(luck, people, each, left, right)
    return _gathered(people, left, right)


def communities(luck: Luck, people: int, neighbours: int, size: int, bridges: float) -> Network:
    """Communities of `size` people; each link stays inside but for a share `bridges` that goes anywhere."""
    half = max(1, neighbours // 2)
    left, right = _ends(people * half)
    _communities(luck, people, half, size, bridges, left, right)
    return _gathered(people, left, right)


def from_edges(people: int, edges: NDArray[np.int32]) -> Network:
    """Links from a list of pairs, shape (links, 2), people numbered from 0."""
    return _gathered(people, np.ascontiguousarray(edges[:, 0]), np.ascontiguousarray(edges[:, 1]))


def _ends(links: int) -> tuple[Ends, Ends]:
    return np.empty(links, np.int32), np.empty(links, np.int32)


def _gathered(people: int, left: Ends, right: Ends) -> Network:
    first = np.zeros(people + 1, np.int64)
    _count_friends(left, right, first)
    friends = np.empty(2 * len(left), np.int32)
    _fill_friends(left, right, first, friends)
    return Network(first, friends)


@compiled
def _someone_else(person: int, people: int, u: float) -> int:
    other = int(u * (people - 1))
    return other + 1 if other >= person else other


@compiled
def _ring(luck: Luck, people: int, half: int, rewiring: float, left: Ends, right: Ends) -> None:
    for person in range(people):
        for step in range(half):
            place = person * half + step
            left[place] = person
            right[place] = (person + step + 1) % people
            if rewiring > 0.0 and uniform(luck, person, REWIRE, step, 0) < rewiring:
                right[place] = _someone_else(person, people, uniform(luck, person, NEW_END, step, 0))


@compiled
def _attach(luck: Luck, people: int, each: int, left: Ends, right: Ends) -> None:
    # The first each + 1 people know each other; a later end is a copy of a random end drawn before it, and every
    # person is an end as often as they have friends.
    place = 0
    for person in range(1, each + 1):
        for other in range(person):
            left[place] = person
            right[place] = other
            place += 1
    for person in range(each + 1, people):
        known = place
        for step in range(each):
            pick = int(uniform(luck, person, ATTACH, step, 0) * 2 * known)
            left[place] = person
            right[place] = left[pick // 2] if pick % 2 == 0 else right[pick // 2]
            place += 1


@compiled
def _communities(luck: Luck, people: int, half: int, size: int, bridges: float, left: Ends, right: Ends) -> None:
    for person in range(people):
        start = person // size * size
        members = min(size, people - start)
        for step in range(half):
            place = person * half + step
            left[place] = person
            inside = members > 1 and uniform(luck, person, BRIDGE, step, 0) >= bridges
            u = uniform(luck, person, MEMBER, step, 0)
            if inside:
                right[place] = start + _someone_else(person - start, members, u)
            else:
                right[place] = _someone_else(person, people, u)


@compiled
def _count_friends(left: Ends, right: Ends, first: NDArray[np.int64]) -> None:
    # Leaves in first[i] where the friends of person i end; _fill_friends moves it back to where they begin.
    for place in range(left.shape[0]):
        first[left[place]] += 1
        first[right[place]] += 1
    for person in range(first.shape[0] - 1):
        first[person + 1] += first[person]


@compiled
def _fill_friends(left: Ends, right: Ends, first: NDArray[np.int64], friends: Ends) -> None:
    for back in range(left.shape[0]):
        place = left.shape[0] - 1 - back
        a = left[place]
        b = right[place]
        first[b] -= 1
        friends[first[b]] = a
        first[a] -= 1
        friends[first[a]] = b
