"""Money: what a brand earned, what its interventions cost, discounted to the start."""

import math

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.measures import Measure
from cxsim.engine.outcomes.weekly import unit_of
from cxsim.engine.state import State
from cxsim.scenario.parameter import WEEKS_PER_YEAR
from cxsim.scenario.schema import Intervention, Scenario

Weekly = NDArray[np.float64]

COSTS_OF_SERVING = (Measure.goods_money, Measure.contacts_money, Measure.rewards_money, Measure.callbacks_money)
PAID_BY_PLANS = (Measure.rewards_money, Measure.callbacks_money)  # beside interventions and advertising


def discount_factors(scenario: Scenario) -> Weekly:
    """What one unit of currency in each week is worth at the start, shape (weeks,): (1 + r)**(-week / 52)."""
    growth = 1.0 + scenario.market.discount_rate_annual
    # Python's powers: NumPy's have other last bits on some processors.
    return np.array([growth ** (-week / WEEKS_PER_YEAR) for week in range(scenario.market.horizon_weeks)])


def contribution(state: State, scenario: Scenario, brand: int) -> Weekly:
    """Contribution margin by week before the cost of interventions: revenue less serving costs, wages and advertising."""
    earned = _money(state, brand, Measure.revenue_money)
    spent = sum(_money(state, brand, cost) for cost in COSTS_OF_SERVING)
    return earned - spent - advertising(state, brand) - wages(state, brand)


def advertising(state: State, brand: int) -> Weekly:
    """Spent on advertising by week."""
    spent: Weekly = state.offers["money"]["advertising_weekly"][state.first_row, brand]
    return spent


def wages(state: State, brand: int) -> Weekly:
    """Paid to the people at the support desk by week."""
    offers = state.offers[state.first_row, brand]
    paid: Weekly = offers["support"]["agents"] * offers["money"]["agent_wage"]
    return paid


def intervention_costs(state: State, scenario: Scenario, brand: int) -> Weekly:
    """Cost of a brand's interventions by week: once, weekly, and per use."""
    costs = _money(state, brand, Measure.interventions_money)
    for item in scenario.intervention:
        if scenario.brands.index(item.brand or scenario.market.focal) == brand:
            costs = costs + fixed_costs(item, scenario.market.horizon_weeks)
    return costs


def fixed_costs(item: Intervention, horizon_weeks: int) -> Weekly:
    """What an intervention costs by week whatever customers do: once and weekly."""
    weeks = np.arange(horizon_weeks)
    running = np.array([item.is_running(float(week)) for week in weeks])
    costs: Weekly = item.cost.once * (weeks == math.ceil(item.start_week)) + item.cost.weekly * running
    return costs


def outlays(state: State, scenario: Scenario, brand: int) -> Weekly:
    """What a brand pays for its plans by week: interventions, advertising, rewards and calls back.

    A lower price or a dearer product is no outlay: it is paid with the margin of each sale.
    """
    paid = sum(_money(state, brand, measure) for measure in PAID_BY_PLANS)
    return intervention_costs(state, scenario, brand) + advertising(state, brand) + paid


def _money(state: State, brand: int, measure: Measure) -> Weekly:
    money: Weekly = state.tally[:, brand, measure].astype(float) * unit_of(measure)
    return money


def payback_week(gain: Weekly, cost: Weekly) -> int | None:
    """The first week of a cost, or after it, from which the accumulated gain covers all cost for good; None if that never comes.

    Args:
        gain: by week, discounted, shape (weeks,).
        cost: by week, discounted, shape (weeks,).
    """
    net = np.cumsum(gain - cost)
    if net[-1] < 0.0 or not np.any(cost > 0.0):
        return None
    behind = np.flatnonzero(net < 0.0)
    return max(int(np.flatnonzero(cost > 0.0)[0]), int(behind[-1]) + 1 if len(behind) else 0)
