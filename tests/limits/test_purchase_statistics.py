"""Protects the statistics underneath: with nothing experienced or said, purchases follow the published closed forms.

Every test compares a mean over people with its expectation, to within four standard errors estimated from the same
run: another seed would give a false alarm once in 16,000 tries for each comparison.
"""

import numpy as np
import pytest
from markets import STATISTICS_ONLY, lived, scenario_from, total
from scipy import special

from cxsim.measures import Measure
from cxsim.model import LoyaltyModel

CDNOW_BG_NBD = [
    "need.rate_shape=0.243", "need.rate_scale_weeks=4.414", "loyalty.leave_a=0.793", "loyalty.leave_b=2.426",
    "loyalty.first_may_leave=false",
]  # fmt: skip
CDNOW_PARETO_NBD = [
    "need.rate_shape=0.553", "need.rate_scale_weeks=10.578", "loyalty.hazard_shape=0.606",
    "loyalty.hazard_scale_weeks=11.669", "loyalty.departure=anytime",
]  # fmt: skip
NOBODY_LEAVES = ["loyalty.leave_a=0.01", "loyalty.leave_b=1000.0"]


def repeats_after(weeks, *overrides):
    """Each person's repeat purchases after each of `weeks`."""
    model = LoyaltyModel(
        scenario_from(STATISTICS_ONLY, f"market.horizon_weeks={max(weeks)}", *overrides), rng=1, collect=False
    )
    counts = []
    for week in range(1, max(weeks) + 1):
        model.step()
        if week in weeks:
            counts.append(model.world.bonds["purchases"][:, 0].astype(float) - 1)
    return counts


def agrees(sample, expected, bias=0.0):
    error = sample.std() / np.sqrt(len(sample))
    return abs(sample.mean() - expected) < 4 * error + bias


def test_nbd_mean_and_variance():
    r, alpha, weeks = 0.5, 6.0, 40
    (counts,) = repeats_after([weeks], f"need.rate_shape={r}", f"need.rate_scale_weeks={alpha}", *NOBODY_LEAVES)
    # One person in 100,000 leaves after an episode: a bias below 1e-4 of the mean.
    mean = r * weeks / alpha
    assert agrees(counts, mean, bias=1e-3)
    assert agrees((counts - mean) ** 2, mean + mean**2 / r, bias=2e-2)


def test_bg_nbd_at_cdnow():
    """Fader, Hardie & Lee (2005), Table 2: E X(39) 1.195, E X(78) 1.858, P(X(39) = 0) .5743."""
    half, full = repeats_after([39, 78], "market.people=100000", *CDNOW_BG_NBD)
    assert agrees(half, 1.195, bias=5e-4)  # the expectation is rounded to three places
    assert agrees(full, 1.858, bias=5e-4)
    assert agrees((half == 0).astype(float), 0.5743, bias=5e-5)


def test_pareto_nbd_at_cdnow():
    """Schmittlein, Morrison & Colombo (1987) at .553, 10.578, .606, 11.669: E X(39) 1.2135, E X(78) 1.9100."""
    half, full = repeats_after([39, 78], "market.people=100000", *CDNOW_PARETO_NBD)
    assert agrees(half, 1.2135, bias=5e-5)
    assert agrees(full, 1.9100, bias=5e-5)


def test_needs_do_not_ask_who_serves_them():
    """When all who lapse come back at their next need, purchases are those of an NBD in which nobody ever lapses."""
    overrides = ["loyalty.exit=0.0", "purchase.expectation_weight=0.0"]
    weeks = 39
    (counts,) = repeats_after([weeks], *CDNOW_PARETO_NBD, *overrides)
    assert agrees(counts, 0.553 * weeks / 10.578)


@pytest.mark.parametrize(("a", "b"), [(0.668, 3.806), (1.0, 4.0), (0.5, 0.5)])
def test_sbg_survival(a, b):
    """Fader & Hardie (2007): with contracts, S(t) = B(a, b + t) / B(a, b)."""
    periods = 8
    model = LoyaltyModel(
        scenario_from(
            STATISTICS_ONLY,
            "need.kind=contract",
            "need.period_weeks=2.0",
            f"loyalty.leave_a={a}",
            f"loyalty.leave_b={b}",
        ),
        rng=1,
        collect=False,
    )
    for t in range(1, periods + 1):
        model.step()
        model.step()
        alive = model.world.bonds["customer"][:, 0].astype(float)
        assert agrees(alive, special.beta(a, b + t) / special.beta(a, b)), f"after {t} decisions"


def test_the_static_loyalty_spreadsheet():
    """A homogeneous market without talk earns cohort x retention ** k x margin at renewal k, and its CLV.

    Leaving chances Beta(20000, 80000) are .2 to within .0013, which moves retention ** k by less than 1e-4.
    """
    people, retention, renewals = 20_000, 0.8, 6
    always = ["need.kind=contract", "need.period_weeks=4.0", "loyalty.leave_a=250.0", "loyalty.leave_b=1000.0"]
    prices = ["brand.focal.purchase.price=50.0", "brand.focal.money.unit_cost=30.0", "brand.focal.use.failure_rate=0.0"]
    model = lived(scenario_from(STATISTICS_ONLY, *always, *prices), weeks=4 * renewals)
    sold = model.world.tally[: 4 * renewals, 0, Measure.purchases].reshape(renewals, 4).sum(axis=1)
    for k in range(renewals):
        expected = people * retention**k
        error = np.sqrt(people * retention**k * (1 - retention**k))
        assert abs(sold[k] - expected) <= 4 * error + 3e-4 * people
    margin = total(model, Measure.revenue_money) - total(model, Measure.goods_money)
    assert margin == total(model, Measure.purchases) * 20 * 10_000
    assert model.world.bonds["margin"].sum() == margin


def test_product_life_is_weibull():
    shape, scale = 2.0, 10.0
    life = [f"need.life_shape={shape}", f"need.life_scale_weeks={scale}", "need.kind=replacement"]
    model = lived(scenario_from(STATISTICS_ONLY, *life, *NOBODY_LEAVES), weeks=12)
    replaced = (model.world.bonds["purchases"][:, 0] > 1).astype(float)
    assert agrees(replaced, 1 - np.exp(-((12 / scale) ** shape)), bias=1e-4)
