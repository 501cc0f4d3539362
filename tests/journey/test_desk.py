"""Protects the support desk: who waits, who gives up, what falls due, and what its people cost.

The fluid limit of an overrun desk is a limit of `verify`; here are exact cases.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markets import EVERYTHING_HAPPENS, lived, scenario_from, total

import cxsim
from cxsim.analysis.verification.limit import settings_folder
from cxsim.engine.journey.support import MOST_CONTACTS, queue_after_a_week, queue_wait
from cxsim.engine.measures import Measure
from cxsim.engine.state import Outcome, Stage
from cxsim.scenario.schema import Intervention
from cxsim.scenario.warnings import warnings_of
from experiments.prices import MARKETS

SMALL = {"market.people": 800, "market.horizon_weeks": 120}


@given(st.floats(0.0, 1e5), st.floats(0.01, 1e4), st.floats(0.01, 50.0))
def test_impatience_shortens_the_wait_and_without_it_both_rules_agree(backlog, capacity, patience):
    alone = queue_wait(backlog, capacity, math.inf)
    assert alone == backlog / capacity
    assert 0.0 <= queue_wait(backlog, capacity, patience) <= alone * (1.0 + 1e-12)
    assert queue_wait(backlog, capacity, 1e9 * max(1.0, alone)) == pytest.approx(alone, rel=1e-6)


@given(st.floats(0.0, 1e5), st.floats(0.0, 1e4), st.floats(0.01, 1e4), st.floats(0.01, 50.0))
def test_a_queue_goes_toward_its_level_and_is_never_negative(backlog, contacts, capacity, patience):
    later = queue_after_a_week(backlog, contacts, capacity, patience)
    level = max(0.0, (contacts - capacity) * patience)
    low, high = sorted((backlog, level))
    assert low - 1e-6 * high <= later <= high * (1.0 + 1e-9)
    assert queue_after_a_week(backlog, contacts, capacity, math.inf) == max(0.0, backlog + contacts - capacity)


PATIENT = "brand.focal.support.patience_weeks=inf"  # nobody gives up waiting


def test_a_contract_falls_due_whatever_the_desk_does():
    """With one contact a century of capacity nobody is helped, and all renewals come when they are due."""
    stuck = lived(
        scenario_from(
            EVERYTHING_HAPPENS, "need.kind=contract", "need.period_weeks=5.0", "brand.focal.support.capacity=0.01"
        )
    )
    waiting = (stuck.state.people["stage"] == Stage.LISTENING) & (stuck.state.people["target"] == 0)
    assert total(stuck, Measure.contacts) > 100
    assert waiting.any()
    ahead = stuck.state.due[waiting] - stuck.state.people["bought_at"][waiting]
    assert (ahead <= 5.0 + 1e-9).all()
    late = stuck.state.people["outcome"] == Outcome.UNRESOLVED
    assert late.any()


def test_who_gives_up_costs_no_contact_and_stays_unresolved():
    desk = ["brand.focal.support.capacity=0.01", "brand.focal.support.patience_weeks=0.01", "market.people=2000"]
    model = lived(scenario_from(EVERYTHING_HAPPENS, *desk))
    first, later = model.state.tally[:3, 0].sum(axis=0), model.state.tally[3:, 0].sum(axis=0)
    tally = first + later
    assert later[Measure.abandoned] > 0.9 * later[Measure.contacts]  # once there is a queue
    cost = model.settings.brand["focal"].money.contact_cost
    assert tally[Measure.contacts_money] == (tally[Measure.contacts] - tally[Measure.abandoned]) * cost * 10_000
    assert tally[Measure.unresolved] >= tally[Measure.abandoned]


def test_a_fifth_fewer_agents_save_a_fifth_of_wages():
    desk = {
        "brand.Olive.support.agents": 10,
        "brand.Olive.support.agent_contacts": 100,
        "brand.Olive.money.agent_wage": 900,
    }
    before = cxsim.evaluate("restaurant", **SMALL | desk)
    after = cxsim.evaluate("restaurant", **SMALL | desk | {"brand.Olive.support.agents": 8})
    rate = cxsim.load("restaurant").market.discount_rate_annual
    weeks = np.arange(SMALL["market.horizon_weeks"])
    saved = 2 * 900 * ((1.0 + rate) ** (-weeks / 52.0)).sum()
    assert after["margin"] - before["margin"] == pytest.approx(saved)  # with as few contacts nobody waits in either
    assert after["utilisation"] == pytest.approx(before["utilisation"] * 10 / 8)


def test_a_saving_is_a_negative_cost_and_said_so():
    plan = 'name = "cheaper"\nextends = "restaurant"\n[[intervention]]\nname = "cheaper"\ncost.weekly = -100.0\n'
    plan += 'effect = [{parameter = "support.resolve_rate", add = -0.05}]\n'
    small = [f"{key}={value}" for key, value in SMALL.items()]
    compared = cxsim.compare(cxsim.load("restaurant", small), scenario_from(plan, *small), replications=2)
    (result,) = compared.plans.values()
    assert result.difference("intervention_cost").estimate.mean < 0.0
    assert "It saves" in compared.verdict()
    assert result.roi is None


def test_a_capacity_that_agents_decide_is_warned_about():
    effect = 'intervention=[{name="more", effect=[{parameter="support.capacity", multiply=2.0}]}]'
    without, with_agents = (
        list(warnings_of(scenario_from(EVERYTHING_HAPPENS, effect, f"brand.focal.support.agents={agents}")))
        for agents in (0, 3)
    )
    assert not without
    assert "support.agents say what the desk can handle" in with_agents[0]


# On the limit of `verify`: everybody buys once, something fails, all call. Here satisfaction is quality less effort.
ALL_CALL = [
    "market.people=2000",
    "use.assimilation=0.0",
    "use.surprise_weight=0.0",
    "use.effort_weight=0.04",
    "support.recovery_satisfaction=0.5",
    "brand.focal.use.quality=0.8",
    "brand.focal.use.quality_sd=0.0",
    "brand.focal.support.access_effort=1.5",
]


def all_call(*overrides):
    return lived(cxsim.load(settings_folder() / "raised-again.toml", [*ALL_CALL, *overrides]))


def test_what_each_contact_costs_the_customer_and_what_the_last_one_gives_back():
    model = all_call()
    people, bonds, settings = model.state.people, model.state.bonds[:, 0], model.settings
    lost = settings.use.failure_cost * people["severity"].astype(float)
    solved = people["outcome"] == Outcome.RESOLVED
    again = people["raised"] > 0
    assert (again & solved).sum() > 200 and (again & ~solved).sum() > 200
    assert not (again & (people["outcome"] == Outcome.QUICK)).any()
    satisfied = 0.8 - lost - 0.04 * 1.5 * (people["raised"] + 1.0) + np.where(solved, 0.5 * lost, 0.0)
    assert people["episode"][again] == pytest.approx(satisfied[again], abs=1e-6)
    assert bonds["satisfaction"][again] == pytest.approx(satisfied[again], abs=1e-6)
    assert people["effort"] == pytest.approx(1.5 * (people["raised"] + 1.0))
    assert people["harm"][again] == pytest.approx(np.where(solved, 0.5 * lost, lost)[again], abs=1e-6)
    assert (bonds["failures"] == np.where(solved | (people["outcome"] == Outcome.QUICK), 0.0, people["severity"])).all()


def test_every_contact_is_counted_paid_and_queued():
    model = all_call("brand.focal.money.contact_cost=4.25", "brand.focal.support.capacity=1000.0", PATIENT)
    tally = model.state.tally[0, 0]
    contacts = int((model.state.people["raised"] + 1).sum())
    assert tally[Measure.contacts] == contacts > 3000
    assert tally[Measure.raised_again] == contacts - 2000
    assert tally[Measure.contacts_money] == contacts * 42_500
    assert model.state.standings["backlog"][0] == contacts - 1000


def test_nobody_who_was_helped_calls_again_and_nobody_calls_for_ever():
    never = all_call("support.raised_again=0.95", "brand.focal.support.resolve_rate=0.0")
    assert never.state.people["raised"].max() == MOST_CONTACTS - 1
    always = all_call("support.raised_again=0.95", "brand.focal.support.resolve_rate=1.0")
    assert not always.state.people["raised"].any()


def test_who_gave_up_may_call_again_at_no_cost_of_a_contact_and_stays_unresolved():
    desk = ["brand.focal.support.capacity=0.5", "brand.focal.support.patience_weeks=0.2", "support.raised_again=0.6"]
    model = lived(scenario_from(EVERYTHING_HAPPENS, *desk))
    tally = model.state.tally[:, 0].sum(axis=0)
    once = lived(scenario_from(EVERYTHING_HAPPENS, *desk[:2])).state.tally[:, 0].sum(axis=0)
    cost = model.settings.brand["focal"].money.contact_cost
    assert tally[Measure.abandoned] > 1.5 * once[Measure.abandoned] > 200
    assert tally[Measure.contacts_money] == (tally[Measure.contacts] - tally[Measure.abandoned]) * cost * 10_000


def test_a_problem_is_not_raised_again_when_the_renewal_has_decided():
    desk = [
        "need.kind=contract",
        "need.period_weeks=5.0",
        "brand.focal.support.capacity=0.01",
        "support.raised_again=0.9",
        PATIENT,
    ]
    stuck = lived(scenario_from(EVERYTHING_HAPPENS, *desk, "brand.focal.support.resolve_rate=1.0"))
    overdue = stuck.state.tally[5:, 0].sum(axis=0)  # by then nobody's turn comes before the renewal
    assert overdue[Measure.unresolved] == overdue[Measure.contacts] > 100
    assert overdue[Measure.raised_again] == 0


@pytest.mark.parametrize("market", MARKETS)
def test_worse_support_never_gains_customers(market):
    """Without any support, and with callers who give up: beyond luck of four pairs no market has more customers."""
    focal = cxsim.load(market).market.focal
    base = cxsim.load(market, {"market.people": 1500, f"brand.{focal}.support.patience_weeks": 2.0})
    effect = {"parameter": "support.capacity", "set": 0.01}
    shut = base.model_copy(
        update={
            "name": "shut",
            "intervention": [Intervention.model_validate({"name": "shut", "start_week": 20, "effect": [effect]})],
        }
    )
    customers = cxsim.compare(base, shut, replications=4).plans["shut"].difference("customers").estimate
    assert customers.low <= 0.0
