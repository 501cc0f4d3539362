"""Bass (1969): in a well-mixed market people adopt by chance (p) and by imitation (q)."""

import numpy as np

from cxsim.analysis.closed_forms.bass import Bass
from cxsim.analysis.verification.limit import Limit, Numbers, Series, listed, live_to
from cxsim.engine.measures import Measure
from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import Scenario
from cxsim.scenario.parameter import WEEKS_PER_YEAR

YEARS = np.array([2.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0])
WEEKS = np.rint(YEARS * WEEKS_PER_YEAR).astype(int)
AROUND_PEAK = 104  # weeks on either side by which the peak is found


def _series(scenario: Scenario) -> list[Series]:
    curve = _curve(scenario)
    simulated = expected_shares(scenario)
    there = simulated[WEEKS - 1]
    peak = curve.peak()
    return [
        Series("share who have adopted", "years", YEARS, curve.adopted, np.abs(there - curve.adopted(YEARS))),
        Series(
            f"share who have adopted, {scenario.market.people:,} people who look around weekly", "years", YEARS,
            lambda at: np.interp(at * WEEKS_PER_YEAR, np.arange(len(simulated) + 1.0), np.append(0.0, simulated)),
        ),
        listed("years to the most adoptions", "curve", {"peak": peak}, abs(_peak(simulated, curve) - peak)),
    ]  # fmt: skip


def _measure(model: LoyaltyModel) -> list[Numbers]:
    live_to(model, WEEKS[-1])
    share = np.cumsum(model.state.tally[:, 0, Measure.first_purchases]) / model.settings.market.people
    return [share[WEEKS - 1], share[WEEKS - 1], np.array([_peak(share, _curve(model.settings))])]


def _curve(scenario: Scenario) -> Bass:
    return Bass(scenario.need.spontaneous_annual, scenario.need.imitation_annual)


def _peak(share: Numbers, curve: Bass) -> float:
    """Where the adoptions of two years before and two years after balance, in years, to first order about the peak.

    Adoptions are symmetric about the peak, so that F(t + w) - 2 F(t) + F(t - w) is 0 there; its slope is taken from the
    curve. Being linear in the counts, the estimate has no bias of its own, unlike the week of the most adoptions.
    """
    week = round(curve.peak() * WEEKS_PER_YEAR)
    weeks = np.array([week - AROUND_PEAK, week, week + AROUND_PEAK])
    weights = np.array([1.0, -2.0, 1.0])
    slope = (
        weights @ curve.adopted((weeks + 1) / WEEKS_PER_YEAR) - weights @ curve.adopted((weeks - 1) / WEEKS_PER_YEAR)
    ) / 2.0
    return float((week - weights @ share[weeks - 1] / slope) / WEEKS_PER_YEAR)


def expected_shares(scenario: Scenario) -> Numbers:
    """Expected share of adopters at the end of each week when ownership is seen weekly and people are few, shape (weeks,).

    In a week in which n of N own, each other person adopts with chance 1 - e**-h, h = (p + q n / (N - 1)) / 52. Mean
    and variance of n follow from one week to the next by Taylor's series about the mean (the system-size expansion of
    van Kampen), which leaves an error of the order of 1 / N**2.
    """
    people = scenario.market.people
    by_chance = scenario.need.spontaneous_annual / WEEKS_PER_YEAR
    by_owner = scenario.need.imitation_annual / WEEKS_PER_YEAR / (people - 1)
    owners = variance = 0.0
    shares = []
    for _ in range(scenario.market.horizon_weeks):
        others = people - owners
        none = np.exp(-(by_chance + by_owner * owners))
        gain = others * (1.0 - none)
        slope = -(1.0 - none) + others * by_owner * none
        curvature = -2.0 * by_owner * none - others * by_owner**2 * none
        owners += gain + curvature * variance / 2.0
        variance = variance * (1.0 + slope) ** 2 + others * none * (1.0 - none)
        shares.append(owners / people)
    return np.array(shares)


BASS = Limit(
    name="bass",
    title="Bass diffusion",
    formula="F(t) = (1 - e^-(p+q)t) / (1 + (q/p) e^-(p+q)t), peak at ln(q/p) / (p+q)",
    reference="Bass (1969), Management Science 15(5), 215-227",
    bias="owners are seen once a week, and there are only so many people: both by the exact weekly recursion of mean and variance",
    series=_series,
    measure=_measure,
)  # fmt: skip
