"""The ring shows what people really lived: states and places come from the engine's own records, the same in base and plan."""

import base64
from functools import lru_cache

import numpy as np
import pytest

from cxsim.analysis.compare.comparison import compare
from cxsim.engine.measures import Note
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.outcomes.status import Status
from cxsim.engine.outcomes.story import follow
from cxsim.engine.simulate import simulate
from cxsim.engine.state import Stage
from cxsim.interface.explorer import ring as ring_module
from cxsim.interface.explorer.answers import near_the_mean
from cxsim.interface.explorer.plan import ChosenIntervention, VisitorPlan, pair_of
from cxsim.interface.explorer.ring import MOST_DOTS, MOST_NOTES, ROUND, DotState, ring, tracks_of, ways_and_states

PLANS = {
    "restaurant": VisitorPlan(people=600, interventions=(ChosenIntervention(name="referral-reward", level="high"),)),
    "subscription": VisitorPlan(market="subscription", people=600, weeks=300),
    "b2b-software": VisitorPlan(market="b2b-software", people=400, weeks=200),
}
BOLD = VisitorPlan(
    people=600, interventions=(ChosenIntervention(name="on-time-delivery"), ChosenIntervention(name="better-product"))
)
STATE_OF = {
    Status.never: {DotState.absent},
    Status.new: {DotState.first, DotState.referred},
    Status.line: {DotState.line},
    Status.loop: {DotState.loop},
}


@lru_cache
def tracks(market, side):
    return tracks_of(simulate(pair_of(PLANS[market])[side], 1, 0, notes=MOST_NOTES))


def everybody(market, side=1):
    """Ways and states of all people at the end of each week, shapes (people, weeks + 1)."""
    plan = PLANS[market]
    return ways_and_states(tracks(market, side), np.arange(plan.people), np.arange(plan.weeks + 1.0))


@pytest.mark.parametrize("market", PLANS)
def test_at_the_end_everybody_is_in_the_state_that_the_ledger_counts(market):
    _, states = everybody(market)
    expected = [STATE_OF[Status(status)] for status in tracks(market, 1).outcome.status]
    assert all(state in allowed for state, allowed in zip(states[:, -1], expected, strict=True))
    assert {DotState.line, DotState.loop, DotState.first} <= set(states[:, -1])


@pytest.mark.parametrize("market", PLANS)
def test_nobody_goes_backwards_and_only_customers_from_before_are_there_at_the_start(market):
    ways, states = everybody(market)
    assert (np.diff(ways, axis=1) >= -1e-9).all()
    scenario = pair_of(PLANS[market])[1]
    bonds = LoyaltyModel(scenario, rng=1, replication=0).state.bonds[:, scenario.focal]
    assert bonds["customer"].any()
    expected = np.where(bonds["purchases"] >= 2, DotState.loop, DotState.first)
    assert (states[:, 0] == np.where(bonds["customer"], expected, DotState.absent)).all()


@pytest.mark.parametrize("market", PLANS)
def test_a_line_stands_at_the_stage_where_it_ended(market):
    ways, states = everybody(market)
    arcs = np.floor(ways[:, -1] % 5).astype(int)
    lines = states[:, -1] == DotState.line
    ended = tracks(market, 1).outcome.stage
    arc_of = {Stage.RESEARCH: 1, Stage.PURCHASE: 2, Stage.USE: 3, Stage.SUPPORT: 4, Stage.LOYALTY: 4}
    assert lines.any()
    assert [arc_of[Stage(stage)] for stage in ended[lines]] == arcs[lines].tolist()


def test_friends_who_were_recommended_to_are_told_apart():
    _, states = everybody("restaurant")
    assert (states == DotState.referred).any()


@pytest.mark.parametrize("person", range(0, 600, 97))
def test_one_person_followed_by_hand_is_where_the_story_says(person):
    """Week by week, from the sentences of `cxsim follow`: loops from the second purchase on, lines when they end."""
    plan = PLANS["restaurant"]
    scenario = pair_of(plan)[1]
    purchases, state, told = 0, DotState.absent, []
    moments = [moment for moment in follow(scenario, person) if moment.brand == scenario.market.focal]
    for moment in moments:
        if moment.what == Note.FROM_BEFORE:
            purchases, still_there = int(moment.numbers[0]), moment.numbers[3] == 1.0
            state = (DotState.loop if purchases >= 2 else DotState.first) if still_there else DotState.absent
        elif moment.what == Note.BUYS:
            purchases += 1
            state = DotState.loop if purchases >= 2 else DotState.first
        elif moment.what == Note.EXPECTS and purchases == 0:
            state = DotState.first
        elif moment.what == Note.LINE_ENDS:
            state = DotState.line
        told.append((moment.week, state))
    _, states = everybody("restaurant")
    for week in range(plan.weeks + 1):
        expected = next((state for at, state in reversed(told) if at <= week), DotState.absent)
        shown = DotState(states[person, week])
        assert (DotState.first if shown == DotState.referred else shown) == expected


def test_both_worlds_show_the_same_people_and_the_codes_say_what_the_tracks_say(monkeypatch):
    monkeypatch.setattr(ring_module, "MOST_DOTS", 50)
    base, plan = tracks("restaurant", 0), tracks("restaurant", 1)
    shown = ring(base, plan, replication=3)
    assert shown.replication == 3
    assert sum(dot.picked for dot in shown.dots) == 50
    assert shown.each == shown.people / 50
    people = np.array([dot.person for dot in shown.dots])
    assert (np.diff(people) > 0).all()
    for side, codes in ((base, shown.base), (plan, shown.plan)):
        code = np.frombuffer(base64.b64decode(codes), np.uint8).reshape(len(people), shown.frames)
        ways, states = ways_and_states(side, people, np.arange(shown.frames, dtype=float))
        assert (code // ROUND == states).all()
        assert (code % ROUND == (ways * 10).astype(int) % ROUND).all()


def test_everybody_who_ends_differently_is_there_beside_those_who_were_picked(monkeypatch):
    monkeypatch.setattr(ring_module, "MOST_DOTS", 80)
    base, plan = (tracks_of(simulate(each, 1, 0, notes=MOST_NOTES)) for each in pair_of(BOLD))
    shown = ring(base, plan)
    differ = {person for person in range(600) if base.outcome.status[person] != plan.outcome.status[person]}
    assert 10 < len(differ) == shown.differ
    assert not differ <= {dot.person for dot in shown.dots if dot.picked}
    assert {dot.person for dot in shown.dots if dot.base != dot.plan} == differ
    assert all(dot.picked for dot in shown.dots if dot.base == dot.plan)


def test_the_pair_that_is_drawn_does_not_contradict_the_verdict():
    """By hand: pair 0 where its differences lie within the verdict's intervals, else the pair with the least distance."""
    drawn, pairs = set(), 10
    asked = BOLD.model_copy(update={"people": 200, "weeks": 40})
    for seed in range(1, 6):
        comparison = compare(*pair_of(asked), replications=pairs, seed=seed, workers=1)
        (result,) = comparison.plans.values()
        apart, within = [0.0] * pairs, True
        for figure in ("loops", "lines", "net_margin"):
            rows = result.per_replication
            change = [rows[f"plan_{figure}"][pair] - rows[f"base_{figure}"][pair] for pair in range(pairs)]
            mean = sum(change) / pairs
            spread = (sum((each - mean) ** 2 for each in change) / (pairs - 1)) ** 0.5
            within &= abs(change[0] - mean) <= 2.262157 * spread / pairs**0.5  # Student's t of 9 degrees of freedom
            apart = [far + ((each - mean) / spread) ** 2 for far, each in zip(apart, change, strict=True)]
        drawn.add(near := near_the_mean(result))
        assert near == (0 if within else apart.index(min(apart)))
    assert len(drawn) > 1


def test_a_long_run_is_shown_in_steps_and_ends_at_the_horizon():
    shown = ring(tracks("subscription", 0), tracks("subscription", 1))
    assert shown.weeks_per_frame == 3
    assert (shown.frames - 1) * shown.weeks_per_frame >= 300
    assert len(shown.dots) <= MOST_DOTS


def test_a_market_in_which_too_much_happens_is_refused_in_words():
    with pytest.raises(ValueError, match="fewer people or weeks"):
        tracks_of(simulate(pair_of(PLANS["restaurant"])[0], 1, 0, notes=100))


def test_a_market_in_which_nobody_considers_the_brand_has_no_dots():
    quiet = "".join(
        f"brand.{name}.need.reach_annual = 0.0\nbrand.{name}.purchase.customers_at_start = 0.0\n"
        for name in ("Courier", "Herald", "Bulletin")
    )
    needless = "need.spontaneous_annual = 0.0\nneed.imitation_annual = 0.0\n"
    nobody = VisitorPlan(file=f'extends = "subscription"\n{needless}{quiet}', people=50, weeks=4)
    empty = tracks_of(simulate(pair_of(nobody)[0], 1, 0, notes=MOST_NOTES))
    shown = ring(empty, empty)
    assert (shown.dots, shown.base, shown.people) == ([], "", 0)
