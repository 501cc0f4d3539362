"""Protects lives that are long: numbers kept in few bits are reckoned with as wide in plain Python as in compiled rules.

Counters of luck are kept in 16 bits. 64 messages of the 1,024th use are more than that; luck whose ordinal wrapped round
would be that of another use, in one engine only.
"""

import numpy as np
import pytest
from markets import scenario_from

from cxsim.engine.compiled import compiled
from cxsim.engine.journey.purchase import checks_out
from cxsim.engine.journey.research import search_until_found
from cxsim.engine.journey.telling import tell_friends
from cxsim.engine.market.start import state_at_start
from cxsim.engine.plain import plain

TALKERS = """
[market]
people = 40
horizon_weeks = 2
links = {kind = "complete"}
[telling]
base = 3.0
[purchase]
retry = 0.9
[research]
persistence = 0.9
[brand.focal]
research.findability = 0.2
purchase.ease = 0.2
"""
COUNTERS = ("needs", "searches", "choices", "uses")
OFTEN = (1023, 1024, 5000, 65_535)


def started(often):
    """A market whose people have met every kind of luck so often."""
    state = state_at_start(scenario_from(TALKERS), 1, 0, -1, 0)
    for counter in COUNTERS:
        state.people[counter] = often
    state.people["target"] = 0
    return state


def as_numpy_keeps_them(state):
    """Fields by name, each in the bits in which it is kept: what `Customer.person` shows."""
    records = ("people", "bonds", "standings", "offers", "traits")
    return state._replace(**{name: getattr(state, name).view(np.recarray) for name in records})


@pytest.mark.parametrize("seen", [plain, as_numpy_keeps_them])
@pytest.mark.parametrize("often", OFTEN)
def test_rules_of_many_ordinals_say_the_same_compiled_and_not(often, seen):
    state, other = started(often), started(often)
    lived = seen(other)
    for person in range(40):
        assert search_until_found(state, person, 0) == search_until_found.py_func(lived, person, 0)
        assert checks_out(state, person, 0) == checks_out.py_func(lived, person, 0)
        tell_friends(state, person, state.traits[0, 0])
        tell_friends.py_func(lived, person, lived.traits[0, 0])
    assert state.bonds["news"].sum() > 40
    for name in ("news", "news_good", "news_sum"):
        assert state.bonds[name].tolist() == other.bonds[name].tolist()
    assert state.people["effort"].tolist() == other.people["effort"].tolist()


@pytest.mark.parametrize("often", OFTEN)
def test_what_a_mechanism_reckons_is_as_wide_in_plain_python(often):
    def rule(state):
        me = state.people[3]
        return me.uses * 64, me.uses + me.choices, me.raised * 1000, me.episode + 0.1, me.target - 40_000

    state = started(often)
    state.people["raised"], state.people["episode"] = 200, 0.7
    assert rule(plain(state)) == compiled(rule)(state)
    assert rule(plain(state))[0] == often * 64
