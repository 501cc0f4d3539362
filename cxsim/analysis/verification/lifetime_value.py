"""Constant retention: the static loyalty spreadsheet and the value of a customer."""

import numpy as np

from cxsim.analysis.closed_forms.retention import Sbg
from cxsim.analysis.verification.limit import Limit, Numbers, Series, listed, live_to
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.outcomes.money import contribution, discount_factors
from cxsim.scenario import Scenario

RENEWALS = np.arange(0.0, 10.0)
YEARS = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0])
ALL_YEARS = 20
PERIOD = 52  # weeks; the scenarios renew by the year


def retention(scenario: Scenario) -> float:
    """Mean chance to renew."""
    loyalty = scenario.loyalty
    return loyalty.leave_b / (loyalty.leave_a + loyalty.leave_b)


def inequality(scenario: Scenario, renewals: Numbers) -> Numbers:
    """What the last bit of inequality among chances adds to the share left after so many renewals: sBG less r ** k."""
    loyalty = scenario.loyalty
    return Sbg(loyalty.leave_a, loyalty.leave_b).survival(renewals) - retention(scenario) ** renewals


def margin(scenario: Scenario) -> float:
    """Earned on one purchase."""
    offer = scenario.brand[scenario.market.focal]
    return offer.purchase.price - offer.money.unit_cost


def _spreadsheet_series(scenario: Scenario) -> list[Series]:
    r, m = retention(scenario), margin(scenario)
    apart = np.abs(inequality(scenario, RENEWALS))
    in_all = m * (1.0 - r ** len(RENEWALS)) / (1.0 - r)
    return [
        Series("margin of the year per customer of the cohort", "renewal", RENEWALS, lambda at: m * r**at, m * apart),
        listed("margin of ten years per customer of the cohort", "years", {"ten": in_all}, m * apart.sum()),
    ]


def _measure_spreadsheet(model: LoyaltyModel) -> list[Numbers]:
    live_to(model, PERIOD * len(RENEWALS))
    people, focal = model.settings.market.people, model.settings.focal
    earned = contribution(model.state, model.settings, focal).reshape(len(RENEWALS), PERIOD).sum(axis=1) / people
    return [earned, np.array([earned.sum()])]


def _value_series(scenario: Scenario) -> list[Series]:
    r, m, i = retention(scenario), margin(scenario), scenario.market.discount_rate_annual
    kept = r / (1.0 + i)
    renewals = np.arange(float(ALL_YEARS))
    apart = m * np.cumsum(np.abs(inequality(scenario, renewals)) * (1.0 + i) ** -renewals)
    to_come = m * kept**ALL_YEARS / (1.0 - kept)
    return [
        Series(
            "discounted margin per customer so far", "years", YEARS, lambda at: m * (1.0 - kept**at) / (1.0 - kept),
            apart[YEARS.astype(int) - 1],
        ),
        listed("lifetime value of a customer", "years", {"all": m * (1.0 + i) / (1.0 + i - r)}, apart[-1] + to_come),
    ]  # fmt: skip


def _measure_value(model: LoyaltyModel) -> list[Numbers]:
    live_to(model, PERIOD * ALL_YEARS)
    earned = contribution(model.state, model.settings, model.settings.focal) * discount_factors(model.settings)
    so_far = np.cumsum(earned) / model.settings.market.people
    return [so_far[PERIOD * YEARS.astype(int) - 1], so_far[-1:]]


SPREADSHEET = Limit(
    name="spreadsheet",
    title="The static loyalty spreadsheet",
    formula="cohort x r^k x margin at renewal k",
    reference="arithmetic",
    bias="chances to renew are Beta(700, 300) and not quite equal: sBG less r^k",
    series=_spreadsheet_series,
    measure=_measure_spreadsheet,
)
CLV = Limit(
    name="clv",
    title="Customer lifetime value",
    formula="m (1 + i) / (1 + i - r), the first margin at once",
    reference="Berger & Nasr (1998), J. Interactive Marketing 12(1), 17-30; Gupta & Lehmann (2003), 17(1), 9-24",
    bias="chances to renew are not quite equal (sBG less r^k); years after the twentieth",
    series=_value_series,
    measure=_measure_value,
)
