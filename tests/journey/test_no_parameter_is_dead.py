"""Protects the schema: every parameter of every stage changes at least one bit of some run when it is moved.

Nothing here is statistical: runs with the same luck are equal or they are not.
"""

import pytest
from markets import EVERYTHING_HAPPENS, lived, scenario_from, state_of
from random_markets import value_inside

from cxsim.scenario.register import stage_parameters
from cxsim.scenario.stages import Offer

KEYS = {f"{stage}.{name}": (side, field) for stage, name, side, field in stage_parameters()}

DEARER = 'intervention=[{name="dearer", start_week=10, effect=[{parameter="purchase.price", multiply=1.3}]}]'
# Parameters that act only in one of several worlds.
WORLDS = {
    "need.life_shape": ["need.kind=replacement"],
    "need.life_scale_weeks": ["need.kind=replacement", "need.life_scale_weeks=10.0"],
    "need.period_weeks": ["need.kind=contract", "need.period_weeks=6.0"],
    "support.agent_contacts": ["brand.focal.support.agents=1", "brand.focal.support.agent_contacts=3.0"],
    "purchase.price_memory": [DEARER],
    "purchase.rise_weight": [DEARER],
    "purchase.rise_forgiven": [DEARER],
    "use.value_weight": [DEARER],
    "purchase.similar_price": ["brand.focal.need.similar=0.5"],
    "money.similar_cost": ["brand.focal.need.similar=0.5"],
    "use.bill_shock_cost": ["brand.focal.purchase.terms_clarity=0.5"],
    "loyalty.hazard_shape": ["loyalty.departure=anytime"],
    "loyalty.hazard_scale_weeks": ["loyalty.departure=anytime"],
}
# Parameters that the run itself does not read, and who does.
ELSEWHERE = {
    "money.advertising_weekly": "a fixed cost of the firm, subtracted in the ledger, in no person's life",
    "money.agent_wage": "likewise",
}


def moved_values(key):
    default = KEYS[key][1].default
    values = [value_inside(key, place) for place in (0.1, 0.9, 0.5, 1.0)]
    return [value for value in values if value != default]


def word(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("key", sorted(set(KEYS) - set(ELSEWHERE)))
def test_moving_it_changes_something(key):
    world = ["market.people=1000", "brand.focal.support.capacity=3.0", *WORLDS.get(key, [])]
    full_key = f"brand.focal.{key}" if KEYS[key][0] is Offer else key
    base = state_of(lived(scenario_from(EVERYTHING_HAPPENS, *world)))
    moved = (
        state_of(lived(scenario_from(EVERYTHING_HAPPENS, *world, f"{full_key}={word(to)}"))) for to in moved_values(key)
    )
    assert any(state != base for state in moved), f"{key} is in the schema and does nothing"


@pytest.mark.parametrize("key", sorted(ELSEWHERE))
def test_what_the_run_does_not_read_is_known(key):
    base = state_of(lived(scenario_from(EVERYTHING_HAPPENS)))
    moved = state_of(lived(scenario_from(EVERYTHING_HAPPENS, f"brand.focal.{key}={moved_values(key)[1]}")))
    assert moved == base, f"{key} acts now: take it off the list"
