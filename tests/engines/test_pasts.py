"""Protects plans that are asked for after their base was lived: from a kept moment on they are what they are from the start.

Nothing here is statistical: two lives are equal, bit for bit, or they are not.
"""

from importlib import import_module
from pathlib import Path

import pytest
from markets import EVERYTHING_HAPPENS, scenario_from
from test_branching import BASE, HORIZON, ROOM, left, planned, with_mechanism

from cxsim.engine.branching import Branching
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.pasts import Pasts
from cxsim.engine.simulate import simulate
from cxsim.engine.state import EVERYBODY, NOBODY
from cxsim.scenario import load, scenario_names

PLENTY = 10**9
MARKETS = [name for name in scenario_names() if "/" not in name]


@pytest.fixture
def weeks_lived(monkeypatch):
    """A list that grows by one with every week that any market lives, those of a run-in among them."""
    lived: list[int] = []
    week = LoyaltyModel._live_week
    monkeypatch.setattr(LoyaltyModel, "_live_week", lambda model: (lived.append(model.week), week(model))[1])
    return lived


def after_another(base, first, then, watch=NOBODY, notes=0):
    """What a plan leaves that is asked for after another one of the same base."""
    kept = Pasts(PLENTY).of("this base")
    for _ in Branching(base, [first]).lives(1, 0, watch, notes, kept):
        pass
    return left(Branching(base, [then]).later(0, kept, 1, 0, watch, notes))


@pytest.mark.parametrize("name", MARKETS)
def test_in_every_ready_market_the_next_plan_is_the_same_wherever_it_parts(name):
    base = load(name, ["market.people=150", "market.horizon_weeks=40"])
    for week in (3, 12, 25):
        plan = planned(base, week, coverage=0.5)
        assert after_another(base, planned(base, 12), plan) == left(simulate(plan, 1, 0))


@pytest.mark.parametrize("week", [0, 7, 20, HORIZON])
def test_notes_go_on_where_they_were(week):
    plan = planned(BASE, week)
    assert after_another(BASE, planned(BASE, 7), plan, EVERYBODY, ROOM) == left(simulate(plan, 1, 0, ROOM))


def test_so_do_the_books_of_mechanisms_and_a_base_with_interventions_of_its_own():
    points = with_mechanism("points", "brand.retailer.points.needed=60")
    busy = planned(BASE, 3, coverage=0.4)
    for base in (points, busy):
        plan = planned(base, 17, coverage=0.6)
        assert after_another(base, planned(base, 9), plan) == left(simulate(plan, 1, 0))


def test_a_plan_of_other_people_is_lived_from_the_start():
    plan = planned(scenario_from(EVERYTHING_HAPPENS, "market.people=601"), 7)
    assert after_another(BASE, planned(BASE, 7), plan) == left(simulate(plan, 1, 0))


def test_only_what_was_not_lived_before_is_lived(weeks_lived):
    base = load("restaurant", ["market.people=100", "market.horizon_weeks=30", "market.run_in_weeks=10"])
    kept = Pasts(PLENTY).of("restaurant")
    list(Branching(base, [planned(base, 20)]).lives(1, 0, kept=kept))
    for start, weeks in [
        (20, 10),  # where the first parted
        (25, 10),  # on from there
        (12, 10 + 30),  # before all that is kept: from the start, week 0 kept by the way
        (12, 18),
        (4, 30),  # from week 0
        (22, 10),  # the nearest before it
    ]:
        weeks_lived.clear()
        Branching(base, [planned(base, start)]).later(0, kept, 1, 0)
        assert len(weeks_lived) == weeks


def test_what_is_kept_is_nobodys_to_write():
    """Neither the life it was kept of, nor one that went on from it, shares what may be written."""
    plan = planned(BASE, 20)
    wanted = left(simulate(plan, 1, 0))
    kept = Pasts(PLENTY).of("this base")
    (base, _) = Branching(BASE, [planned(BASE, 12)]).lives(1, 0, kept=kept)
    for state in (base.state, kept.before(12)):
        for table in (
            state.offers["use"]["quality"],
            state.traits["need"]["life_scale_weeks"],
            state.bonds["purchases"],
        ):
            table[...] = 0
    assert left(Branching(BASE, [plan]).later(0, kept, 1, 0)) == wanted


def test_moments_are_bounded_by_what_they_hold_and_the_one_not_asked_for_longest_goes():
    states = [LoyaltyModel(BASE, rng=1, replication=number, collect=False).state for number in range(4)]
    room_for_one = Pasts(PLENTY)
    room_for_one.keep("any", states[0])
    one = room_for_one._held
    pasts = Pasts(3 * one)
    for number in (0, 1, 2):
        pasts.keep(number, states[number])
    pasts.keep(0, states[0])  # known: asked for again, and not counted twice
    assert pasts._held == 3 * one
    pasts.keep(3, states[3])
    assert [pasts.before(number, 5, 0) is None for number in range(4)] == [False, True, False, False]
    assert pasts._held == 3 * one
    too_small = Pasts(one - 1)
    too_small.keep("any", states[0])
    assert too_small.before("any", 5, 0) is None and too_small._held == 0
    pasts.forget()
    assert pasts.before(0, 5, 0) is None and pasts._held == 0


def test_lives_are_told_apart_and_no_moment_after_the_week_is_given():
    state = LoyaltyModel(BASE, rng=1, collect=False).state
    pasts = Pasts(PLENTY)
    past = pasts.of(("market", 1, 0))
    state.clock[0] = 6
    past.keep(state)
    assert past.before(5) is None and past.before(6) is not None
    assert pasts.of(("market", 1, 1)).before(6) is None


def test_the_benchmark_lives_each_from_the_start(monkeypatch, weeks_lived):
    """Or it would compare branching with itself."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    apart = import_module("branching").Apart(BASE, [planned(BASE, 12)])
    kept = Pasts(PLENTY).of("this base")
    branched = [left(run) for run in Branching(BASE, [planned(BASE, 12)]).lives(1, 0)]
    weeks_lived.clear()
    assert [left(run) for run in apart.lives(1, 0, kept=kept)] == branched
    assert left(apart.later(0, kept, 1, 0)) == branched[1]
    assert len(weeks_lived) == 3 * HORIZON
