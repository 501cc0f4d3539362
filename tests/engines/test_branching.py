"""Protects the promise that a base and its plans, lived as one until they part, are what they are when lived apart.

Nothing here is statistical: two lives are equal, bit for bit, or they are not.
"""

import gc
import weakref
from typing import NamedTuple

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from markets import EVERYTHING_HAPPENS, lived, scenario_from
from own_mechanisms import ALL, EXAMPLES, PRESENT_TERMS, naming
from random_markets import interventions, scenarios

from cxsim.engine import branching
from cxsim.engine import model as model_module
from cxsim.engine.agents import Customer
from cxsim.engine.branching import BASE as THE_BASE
from cxsim.engine.branching import Branching, parting_week, simulate_together
from cxsim.engine.market.start import state_under
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.simulate import lived_to, run_of, simulate
from cxsim.engine.state import EVERYBODY, NOTES, WRITTEN, copy_of
from cxsim.scenario import Intervention, Scenario, load, scenario_names
from cxsim.scenario.schedule import build_schedule

MARKETS = [name for name in scenario_names() if "/" not in name]
PLANS = [name for name in scenario_names() if "/" in name]
BETTER = {"parameter": "use.quality", "add": 0.02}
ROOM = 40_000  # for notes


def planned(base: Scenario, start: float, **more) -> Scenario:
    """The base with one more intervention."""
    item = {"name": f"from {start:.0f}", "start_week": start, "effect": [BETTER], **more}
    return base.model_copy(update={"intervention": [*base.intervention, Intervention.model_validate(item)]})


def left(run) -> dict[str, object]:
    """All that a life leaves behind."""
    state, outcome = run.state, run.outcome
    noted = state.log[: int(state.clock[NOTES])]
    assert len(noted) == state.clock[NOTES] or not len(state.log)
    said = {"figures": repr(run.figures), "log": noted.tobytes(), "margin": run.margin.tobytes()}
    said |= {"cost": run.cost.tobytes(), "tables": [pd.DataFrame(table).to_csv() for table in run.tables.tables]}
    said |= {
        name: getattr(state, name).tobytes()
        for name in (*WRITTEN, "offers", "traits", "first_row", "cuts", "cells", "meant")
    }
    return said | {
        name: getattr(outcome, name).tobytes() for name in ("status", "stage", "cause", "advocate", "margin")
    }


def differing(together, apart) -> list[list[str]]:
    """Of each life the names of what is not the same."""
    pairs = [(left(one), left(other)) for one, other in zip(together, apart, strict=True)]
    return [[name for name in one if one[name] != other[name]] for one, other in pairs]


def in_agents(base: Scenario, plan: Scenario, week: int):
    """Both lived by the agents engine, as one until that week."""
    model = lived(base, engine="agents", weeks=week)
    copied = state_under(copy_of(model.state), build_schedule(plan), build_schedule(base))
    other = LoyaltyModel(plan, rng=1, engine="agents", collect=False, state=copied)
    return [run_of(lived_to(each, base.market.horizon_weeks)) for each in (model, other)]


def check_both_engines(base: Scenario, plan: Scenario, week: int) -> None:
    assert parting_week(base, plan) == week
    apart = [simulate(base, 1, 0), simulate(plan, 1, 0)]
    assert differing(simulate_together([base, plan], 1, 0), apart) == [[], []]
    assert differing(in_agents(base, plan, week), apart) == [[], []]
    as_they_part = dict(Branching(base, [plan]).as_they_part(1, 0, left))
    assert as_they_part == {THE_BASE: left(apart[0]), 0: left(apart[1])}


@pytest.mark.parametrize("name", MARKETS)
def test_every_ready_market_under_a_plan(name):
    base = load(name, ["market.people=200", "market.horizon_weeks=60"])
    plan = planned(base, 13)
    assert "bonds" in differing([simulate(base, 1, 0)], [simulate(plan, 1, 0)])[0]  # or it would say nothing
    check_both_engines(base, plan, 13)


@pytest.mark.parametrize("name", PLANS)
def test_every_ready_plan(name):
    plan = load(name, ["market.people=150"])
    start = int(min(item.start_week for item in plan.intervention))
    plan = load(name, ["market.people=150", f"market.horizon_weeks={start + 30}"])
    check_both_engines(plan.model_copy(update={"intervention": []}), plan, start)


class Drawn(NamedTuple):
    """A base, and plans that begin when they like; some do without what the base does, or begin with something else."""

    base: Scenario
    plans: list[Scenario]


@st.composite
def pairs(draw) -> Drawn:
    base = draw(scenarios())
    brands, segments = base.brands, list(base.segment)
    plans = []
    for number in range(draw(st.integers(1, 3))):
        kept = [item for item in base.intervention if draw(st.integers(0, 3))]
        own = []
        for place in range(draw(st.integers(0, 2))):
            later = draw(st.integers(0, base.market.horizon_weeks))
            item = draw(interventions(10 * number + place + 10, brands, segments))
            item |= {"start_week": item["start_week"] + later, "end_week": item["end_week"] + later}
            own.append(Intervention.model_validate(item))
        order = draw(st.permutations([*kept, *own]))
        plans.append(base.model_copy(update={"intervention": list(order)}))
    return Drawn(base, plans)


@settings(max_examples=150)
@given(pairs())
def test_any_plans_of_any_market(drawn):
    parted = [parting_week(drawn.base, plan) for plan in drawn.plans]
    assume(any(parted))
    scenarios = [drawn.base, *drawn.plans]
    apart = [simulate(each, 1, 0, ROOM) for each in scenarios]
    together = simulate_together(scenarios, 1, 0, EVERYBODY, ROOM)
    assert differing(together, apart) == [[] for _ in scenarios]


@settings(max_examples=50)
@given(pairs())
def test_in_the_order_of_parting_they_are_the_same_and_the_base_is_the_last(drawn):
    branching = Branching(drawn.base, drawn.plans)
    found = list(branching.as_they_part(1, 0, left))
    assert found[-1] == (THE_BASE, left(simulate(drawn.base, 1, 0)))
    assert dict(found[:-1]) == {place: left(simulate(plan, 1, 0)) for place, plan in enumerate(drawn.plans)}


# ---- when they part --------------------------------------------------------------------------------------------------

BASE = scenario_from(EVERYTHING_HAPPENS)
HORIZON = BASE.market.horizon_weeks


@pytest.mark.parametrize(
    ("given", "week"),
    [
        ({"start": 0}, 0),
        ({"start": 7}, 7),
        ({"start": 7.5}, 8),  # strength is that at the start of a week
        ({"start": 7, "ramp_weeks": 10}, 7),
        ({"start": 7, "end_week": 9, "decay_weeks": 5}, 7),
        ({"start": 7, "coverage": 0.5}, 7),
        ({"start": 7, "brand": "rival"}, 7),
        ({"start": HORIZON}, HORIZON),
        ({"start": 7, "effect": [{"parameter": "use.quality", "add": 0.0}]}, HORIZON),
        ({"start": 7, "effect": [{"parameter": "use.quality", "add": 0.0}], "cost": {"once": 5.0}}, HORIZON),
        ({"start": 7, "effect": [{"parameter": "use.quality", "add": 0.0}], "cost": {"per_use": 5.0}}, 7),
        ({"start": 7, "effect": [{"parameter": "purchase.announced_change", "add": 0.1}]}, 7),
    ],
)
def test_a_plan_parts_when_its_terms_do(given, week):
    plan = planned(BASE, **given)
    assert parting_week(BASE, plan) == parting_week(plan, BASE) == week
    apart = [simulate(BASE, 1, 0, ROOM), simulate(plan, 1, 0, ROOM)]
    assert differing(simulate_together([BASE, plan], 1, 0, EVERYBODY, ROOM), apart) == [[], []]


def test_of_two_plans_what_both_do_is_the_same():
    both = {"start": 3, "coverage": 0.4}
    first = planned(BASE, **both)
    assert parting_week(first, planned(first, 9, coverage=0.3)) == 9
    # the same intervention for more people is another one, from its own start on
    assert parting_week(first, planned(BASE, **(both | {"coverage": 0.5}))) == 3
    # drawn by name: under another name it covers others
    renamed = first.model_copy(update={"intervention": [first.intervention[0].model_copy(update={"name": "other"})]})
    assert parting_week(first, renamed) == 3
    swapped = planned(first, 9, coverage=0.3)
    swapped = swapped.model_copy(update={"intervention": swapped.intervention[::-1]})
    assert parting_week(first, swapped) == 9
    apart = [simulate(each, 1, 0) for each in (first, swapped)]
    assert differing(simulate_together([first, swapped], 1, 0), apart) == [[], []]


DIFFERENT = [
    "market.people=601",
    "market.horizon_weeks=41",
    "market.entry_counts=[1, 2]",
    "market.discount_rate_annual=0.2",
    "market.links.rewiring=0.2",
    "need.spontaneous_annual=2.1",
    "need.rate_scale_weeks=4.5",
    "need.at_entry=true",
    "loyalty.leave_a=1.5",
    "use.taste_sd=0.3",
    "brand.focal.use.quality=0.71",
    "brand.rival.expectation.awareness=0.4",
    "segment.young.share=1.0",
]


@pytest.mark.parametrize("difference", DIFFERENT)
def test_whatever_else_differs_they_share_nothing(difference):
    other = scenario_from(EVERYTHING_HAPPENS, difference)
    assert parting_week(BASE, planned(other, 7)) == 0


def test_brands_and_segments_in_another_order_are_another_market():
    turned = BASE.model_copy(update={"brand": dict(reversed(BASE.brand.items()))})
    assert turned == BASE and parting_week(BASE, turned) == 0
    two = scenario_from(EVERYTHING_HAPPENS + "[segment.young]\nshare = 0.4\n[segment.old]\nshare = 0.6\n")
    assert parting_week(two, planned(two, 7, segment="old")) == 7
    assert parting_week(two, two.model_copy(update={"segment": dict(reversed(two.segment.items()))})) == 0


def test_what_is_drawn_at_the_start_is_not_dated():
    """`load` refuses such an intervention; a scenario made in Python may hold it."""
    aware = planned(BASE, 7, effect=[{"parameter": "expectation.awareness", "add": 0.2}])
    assert parting_week(BASE, aware) == 0


# ---- mechanisms and own classes --------------------------------------------------------------------------------------


def with_mechanism(name: str, *overrides: str) -> Scenario:
    """An example; others stand by with their defaults, for one set of mechanisms is compiled for all."""
    named = naming(ALL if name == "price-cut" else PRESENT_TERMS)
    return load(EXAMPLES / f"{name}.toml", [named, "market.people=150", "market.horizon_weeks=40", *overrides])


def test_a_mechanism_that_sees_present_terms_is_lived_once_with_all_it_keeps():
    """Points given and kept before the plan begins are the plan's too, and the plan may change them."""
    base = with_mechanism("points", "brand.retailer.points.needed=60")
    plan = planned(base, 17, effect=[{"parameter": "points.each", "multiply": 2.0}], coverage=0.6)
    before, after = (simulate(each, 1, 0).figures["points_given"] for each in (base, plan))
    assert after > before > 0
    check_both_engines(base, plan, 17)


@pytest.mark.parametrize("name", ["season", "pausing", "price-cut"])
def test_examples_of_mechanisms(name):
    base = with_mechanism(name)
    plan = planned(base, 12)
    assert parting_week(base, plan) == (0 if name == "price-cut" else 12)  # whose rival reads the prices of other weeks
    apart = [simulate(each, 1, 0) for each in (base, plan)]
    assert differing(simulate_together([base, plan], 1, 0), apart) == [[], []]


def test_a_mechanism_that_only_one_of_them_names_shares_nothing():
    assert parting_week(load("online-retailer"), load(EXAMPLES / "points.toml")) == 0


class Remembering(LoyaltyModel):
    """A market of somebody's own, that keeps something nobody knows of."""

    def __init__(self, scenario, **options):
        super().__init__(scenario, **options)
        self.weeks_seen = 0

    def step(self):
        self.weeks_seen += 1
        if self.weeks_seen == 20:
            self.state.people["patience"] *= 0.5
        super().step()


class Patient(Customer):
    """Customers of somebody's own."""

    weeks_waited = 0

    def outside(self):
        self.weeks_waited += 1
        super().outside()
        if self.weeks_waited == 12:
            self.person.patience = 0.0


@pytest.mark.parametrize("own", [{"model": Remembering}, {"customer": Patient}])
def test_own_classes_are_lived_apart(own):
    base = scenario_from(EVERYTHING_HAPPENS, "market.people=80")
    plan = planned(base, 6)
    apart = [simulate(each, 1, 0, **own) for each in (base, plan)]
    assert differing(Branching(base, [plan], **own).lives(1, 0), apart) == [[], []]
    assert left(apart[0])["tally"] != left(simulate(base, 1, 0))["tally"]


# ---- what is lived, and what is kept ---------------------------------------------------------------------------------


@pytest.fixture
def weeks_lived(monkeypatch):
    """A list that grows by one with every week that any market lives."""
    lived: list[int] = []
    step = LoyaltyModel.step
    monkeypatch.setattr(LoyaltyModel, "step", lambda model: (lived.append(model.week), step(model))[1])
    return lived


def test_what_is_shared_is_lived_once_and_copies_go_with_their_last_plan(weeks_lived, monkeypatch):
    copies = []
    monkeypatch.setattr(branching, "copy_of", lambda state: copies.append(state) or copy_of(state))
    plans = [planned(BASE, start) for start in (10, 30, 10, HORIZON)]
    runs = list(simulate_together([BASE, *plans], 1, 0))
    assert len(weeks_lived) == HORIZON + (HORIZON - 10) + (HORIZON - 30) + (HORIZON - 10)
    assert len(copies) == 4  # one at each of three weeks, and one more where two plans part
    assert len({id(run.state.bonds) for run in runs}) == 5


def test_in_the_order_of_parting_two_states_are_the_most_and_the_base_is_lived_only_where_it_is_wanted(
    weeks_lived, monkeypatch
):
    copied = []

    def counted(state):
        copy = copy_of(state)
        copied.append(weakref.ref(copy.people))
        gc.collect()  # Mesa's models hold on to themselves
        assert sum(each() is not None for each in copied) == 1
        return copy

    monkeypatch.setattr(branching, "copy_of", counted)
    plans = [planned(BASE, start) for start in (30, 10, 20, 10)]
    lives = Branching(BASE, plans).as_they_part(1, 0, lambda run: run.figures)
    assert [next(lives)[0] for _ in plans] == [1, 3, 2, 0]
    assert len(weeks_lived) == 30 + 4 * HORIZON - (30 + 10 + 20 + 10)
    assert [place for place, _ in lives] == [THE_BASE]
    assert len(weeks_lived) == 5 * HORIZON - (30 + 10 + 20 + 10)


def test_people_are_made_once_even_for_plans_from_week_0(monkeypatch):
    made = []
    start = model_module.state_at_start
    monkeypatch.setattr(model_module, "state_at_start", lambda *given: made.append(given) or start(*given))
    plans = [planned(BASE, 0, coverage=0.4), planned(BASE, 0)]
    apart = [simulate(each, 1, 0) for each in (BASE, *plans)]
    assert len(made) == 3
    assert differing(simulate_together([BASE, *plans], 1, 0), apart) == [[], [], []]
    assert len(made) == 4


def test_what_a_life_writes_into_its_terms_is_in_no_other():
    plan = planned(BASE, 5)
    shared = Branching(BASE, [plan])
    _, first = shared.lives(1, 0)
    first.state.offers["use"]["quality"] = 0.0
    _, second = shared.lives(1, 0)
    assert left(second) == left(simulate(plan, 1, 0))
