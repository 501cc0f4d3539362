"""Libai, Muller & Peres (2009): where leavers may come back, as many join as leave."""

import math

import numpy as np

from cxsim.analysis.verification.limit import Limit, Numbers, Series, after
from cxsim.engine.model import LoyaltyModel, customers
from cxsim.scenario import Scenario
from cxsim.scenario.parameter import WEEKS_PER_YEAR

YEARS = np.array([1.0, 2.0, 3.0, 5.0, 7.0, 10.0])


def _series(scenario: Scenario) -> list[Series]:
    p, q, years = scenario.need.spontaneous_annual, scenario.need.imitation_annual, years_of_customers(scenario)
    share = equilibrium(p, q, years)
    back = 1.0 / years - (q - p - 2.0 * q * share)  # how fast a share off the equilibrium returns to it, a year
    few = 2.0 * q * share * (1.0 - share) / scenario.market.people / back
    unequal = share / scenario.loyalty.leave_a
    return [Series("share who are customers", "years", YEARS, lambda at: np.full(at.shape, share), few + unequal)]


def years_of_customers(scenario: Scenario) -> float:
    """Mean time as a customer: whole periods, since who leaves does so right after a purchase; chances are Beta(a, b)."""
    loyalty = scenario.loyalty
    return scenario.need.period_weeks / WEEKS_PER_YEAR * loyalty.leave_b / (loyalty.leave_a - 1.0)


def equilibrium(p: float, q: float, years: float) -> float:
    """The share x of customers at which (1 - x) (p + q x) join a year and x / years leave."""
    slope = q - p - 1.0 / years
    return (slope + math.sqrt(slope**2 + 4.0 * q * p)) / (2.0 * q)


def _measure(model: LoyaltyModel) -> list[Numbers]:
    people = model.settings.market.people
    return [np.array([customers(model) / people for _ in after(model, YEARS * WEEKS_PER_YEAR)])]


ATTRITION = Limit(
    name="attrition",
    title="Growth with attrition, in equilibrium",
    formula="(1 - x)(p + q x) = x / L, L = T (1 - c) / c: as many join a year as leave",
    reference="Libai, Muller & Peres (2009), J. Marketing Research 46(2), 163-175",
    bias="people are few, so that the share strays and joining bends with it; and chances to leave are not quite the same for all: both to first order",
    series=_series,
    measure=_measure,
)
