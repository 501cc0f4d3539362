"""Protects what people do to people: adoption follows Bass (1969), referrals multiply as a branching process."""

import numpy as np
import pytest
from markets import ONE_PURCHASE_FOR_LIFE, lived, scenario_from, total
from scipy import special

from cxsim.measures import Measure

BASS = (
    ONE_PURCHASE_FOR_LIFE.replace("[need]", "[need]\nspontaneous_annual = 0.03\nimitation_annual = 0.38")
    + """
[market]
people = 20000
horizon_weeks = 1040
links.kind = "complete"
[research]
duration_weeks = 0.0
[purchase]
outside = -inf
[telling]
refer_base = -50.0
[brand.focal]
need.reach_annual = 0.0
expectation.awareness = 1.0
research.findability = 1.0
purchase.ease = 1.0
"""
)


def test_adoption_follows_bass():
    """Well mixed, p .03 and q .38 a year: F(5), F(10), F(20) = .3312, .8128, .9963.

    32 runs of 20,000 people differed with standard deviations .0068, .0055 and .0004. Here the mean of four runs may
    differ by four standard errors (a false alarm in 16,000 seeds), and by .002 for the weekly step.
    """
    scenario = scenario_from(BASS)
    weekly = sum(lived(scenario, replication=run).world.tally[:, 0, Measure.first_purchases] for run in range(4))
    adopters = np.cumsum(weekly) / 4 / 20_000
    for years, expected, deviation in ((5, 0.3312, 0.0068), (10, 0.8128, 0.0055), (20, 0.9963, 0.0004)):
        assert adopters[52 * years - 1] == pytest.approx(expected, abs=4 * deviation / 2 + 0.002)


# One person in a hundred buys at the start and may refer one friend after that; nobody else has any reason to come.
SEEDS_AND_FRIENDS = (
    ONE_PURCHASE_FOR_LIFE
    + """
[market]
people = 200000
horizon_weeks = 40
links.kind = "complete"
[research]
duration_weeks = 0.0
[purchase]
outside = -inf
[telling]
refer_satisfaction = 0.0
refer_threshold = -10.0
refer_base = {logit}
base = 0.0
good = 0.0
bad = 0.0
[segment.seeds]
share = 0.01
need.at_entry = true
[segment.others]
share = 0.99
need.spontaneous_annual = 0.0
need.imitation_annual = 0.0
[brand.focal]
need.reach_annual = 0.0
expectation.awareness = 1.0
research.findability = 1.0
purchase.ease = 1.0
"""
)


@pytest.mark.parametrize("reproduction", [0.3, 0.5])
def test_referrals_multiply_by_one_over_one_minus_r(reproduction):
    """Each seed brings 1/(1 - R) customers in all.

    The progeny of a seed is geometric, variance R/(1 - R) ** 2; four standard errors of the mean over 2,000 seeds are
    allowed, and the friends asked who own already: a share of up to 1/(1 - R) percent of R.
    """
    text = SEEDS_AND_FRIENDS.replace("{logit}", repr(float(special.logit(reproduction))))
    model = lived(scenario_from(text))
    seeds = int((model.world.people["segment"] == 0).sum())
    total_progeny = 1 / (1 - reproduction)
    error = 4 * np.sqrt(reproduction / (1 - reproduction) ** 2 / seeds)
    already_owners = 0.01 * total_progeny
    fewest = 1 / (1 - reproduction * (1 - already_owners))
    assert fewest - error < total(model, Measure.first_purchases) / seeds < total_progeny + error
    assert total(model, Measure.referred_purchases) == total(model, Measure.first_purchases) - seeds
