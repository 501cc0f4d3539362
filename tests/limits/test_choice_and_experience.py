"""Protects the published formulas inside a journey: logit shares, learning, loss aversion, the price of a failure.

Statistical tests allow four standard errors: another seed would give a false alarm once in 16,000 tries for each.
"""

import numpy as np
import pytest
from markets import STATISTICS_ONLY, lived, scenario_from, total
from scipy import special, stats

from cxsim.journey.use import valued
from cxsim.measures import Measure

PEOPLE = 20_000
ONLY_APPEAL_DIFFERS = """
[expectation]
imagination_sd = 0.0
[use]
taste_sd = 0.0
"""
KNOWN_AND_EASY = """
expectation.awareness = 1.0
research.findability = 1.0
research.clarity = 0.0
purchase.ease = 1.0
"""


def shares_bought(appeals):
    """Share of first purchases of brands that differ in appeal alone."""
    names = ["focal", *(f"rival {number}" for number in range(1, len(appeals)))]
    brands = "".join(
        f'[brand."{name}"]\n{KNOWN_AND_EASY}purchase.appeal = {appeal}\n'
        for name, appeal in zip(names, appeals, strict=True)
    )
    text = STATISTICS_ONLY.partition("[brand.focal]")[0] + ONLY_APPEAL_DIFFERS + brands
    model = lived(scenario_from(text), weeks=1)
    return (model.world.bonds["purchases"] > 0)[:, : len(appeals)].mean(axis=0), model


@pytest.mark.parametrize("appeals", [(0.0, 0.0), (1.0, 0.0, -0.5), (2.0, 1.5, 0.0, -1.0)])
def test_multinomial_logit_shares(appeals):
    _, model = shares_bought(appeals)
    first = model.world.people["last_brand"]  # those who bought again in the first week kept their brand: exit is 1
    shares = np.bincount(first, minlength=len(appeals)) / PEOPLE
    expected = special.softmax(appeals)
    assert np.all(np.abs(shares - expected) < 4 * np.sqrt(expected * (1 - expected) / PEOPLE))


def test_a_third_brand_takes_from_both_in_proportion():
    """IIA: the ratio of two shares does not change; its logarithm has standard error sqrt(1/n1 + 1/n2)."""
    two, three = (
        np.bincount(shares_bought(appeals)[1].world.people["last_brand"]) for appeals in ((1.0, 0.0), (1.0, 0.0, 0.7))
    )
    change = np.log(three[0] / three[1]) - np.log(two[0] / two[1])
    assert abs(change) < 4 * np.sqrt(np.sum(1 / two) + np.sum(1 / three[:2]))


def test_buying_nothing_is_one_more_alternative():
    appeal = 1.3
    text = STATISTICS_ONLY.replace("outside = -inf", "outside = 0.4\nexpectation_weight = 0.0\nprice_weight = 0.0")
    model = lived(scenario_from(text, f"brand.focal.purchase.appeal={appeal}", "need.spontaneous_annual=0.0"), weeks=1)
    bought = (model.world.bonds["purchases"][:, 0] > 0).mean()
    expected = special.expit(appeal - 0.4)
    assert abs(bought - expected) < 4 * np.sqrt(expected * (1 - expected) / PEOPLE)


# Nothing but experience feeds the expectation; quality is the same for all, but for its noise.
EXPERIENCE_ONLY = [
    "expectation.promise_weight=0.0", "expectation.norm_weight=0.0", "expectation.heard_weight=0.0",
    "expectation.rating_weight=0.0", "expectation.imagination_sd=0.0", "expectation.prior=0.2", "research.asks=0",
    "brand.focal.research.clarity=0.0", "use.taste_sd=0.0", "brand.focal.use.failure_rate=0.0",
    "brand.focal.use.late_rate=0.0", "brand.focal.purchase.fit=1.0", "need.kind=contract", "need.period_weeks=1.0",
    "loyalty.leave_a=0.01", "loyalty.leave_b=1000.0", "brand.focal.use.quality=0.7",
]  # fmt: skip


def test_learning_closes_the_gap_geometrically():
    """E_k - q = (1 - rho) ** k (E_0 - q), to single precision."""
    rho, uses = 0.25, 9
    steady = ["market.people=10", f"expectation.learning={rho}", "brand.focal.use.quality_sd=0.0"]
    model = lived(scenario_from(STATISTICS_ONLY, *EXPERIENCE_ONLY, *steady), weeks=uses)
    assert (model.world.bonds["purchases"] == uses).all()
    assert model.world.bonds["expectation"][:, 0] == pytest.approx(0.7 + (1 - rho) ** uses * (0.2 - 0.7), abs=1e-6)


def test_average_learning_is_the_mean_of_prior_and_experiences():
    uses = 5
    steady = ["market.people=10", "expectation.average_learning=true", "brand.focal.use.quality_sd=0.0"]
    model = lived(scenario_from(STATISTICS_ONLY, *EXPERIENCE_ONLY, *steady), weeks=uses)
    assert model.world.bonds["expectation"][:, 0] == pytest.approx((0.2 + uses * 0.7) / (uses + 1), abs=1e-6)


def test_stationary_variance_of_expectations():
    """rho sigma ** 2 / (2 - rho); the variance of n normal numbers has standard error sqrt(2 / n) of it."""
    rho, sigma = 0.25, 0.15
    noisy = [f"expectation.learning={rho}", f"brand.focal.use.quality_sd={sigma}", "market.people=5000"]
    model = lived(scenario_from(STATISTICS_ONLY, *EXPERIENCE_ONLY, *noisy), weeks=40)
    # One person in 100,000 leaves after a use; (1 - rho) ** 80 of the start is left.
    variance = model.world.bonds["expectation"][:, 0].astype(float).var()
    assert variance == pytest.approx(rho * sigma**2 / (2 - rho), rel=4 * np.sqrt(2 / 5000))


def test_loss_aversion_has_its_price():
    """E V(d) = -(lambda - 1) sigma / sqrt(2 pi) for d ~ N(0, sigma ** 2), here by 10,000 quantiles (error below 1e-4)."""
    d = 0.3 * stats.norm.ppf((np.arange(10_000) + 0.5) / 10_000)
    for loss_aversion in (1.0, 2.0, 2.5):
        mean = np.mean([valued(each, loss_aversion) for each in d])
        assert mean == pytest.approx(-(loss_aversion - 1) * 0.3 / np.sqrt(2 * np.pi), abs=1e-4)


def test_loss_aversion_lowers_satisfaction_by_its_price():
    sigma, loss_aversion, weight = 0.15, 2.0, 0.4
    fulfilled = ["expectation.prior=0.7", f"brand.focal.use.quality_sd={sigma}", "use.assimilation=0.0"]
    model = lived(scenario_from(STATISTICS_ONLY, *EXPERIENCE_ONLY, *fulfilled), weeks=1)
    episodes = model.world.people["episode"].astype(float)
    expected = 0.7 - weight * (loss_aversion - 1) * sigma / np.sqrt(2 * np.pi)
    assert abs(episodes.mean() - expected) < 4 * episodes.std() / np.sqrt(PEOPLE)
    assert total(model, Measure.satisfaction_sum) / 1e6 == pytest.approx(episodes.sum(), rel=1e-5)


@pytest.mark.parametrize("mean", [0.1, 0.4, 0.8])
def test_severity_has_the_mean_it_is_given(mean):
    always = ["brand.focal.use.failure_rate=1.0", f"brand.focal.use.severity={mean}", "need.rate_scale_weeks=10000.0"]
    severity = lived(scenario_from(STATISTICS_ONLY, *always), weeks=1).world.people["severity"].astype(float)
    assert (severity > 0).all()
    assert (severity <= 1).all()
    assert abs(severity.mean() - mean) < 4 * severity.std() / np.sqrt(PEOPLE)
