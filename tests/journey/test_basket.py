"""Protects what baskets are and are not: money of the same lives, Gamma around Gamma, one unit under a contract.

Distributions are held by Kolmogorov-Smirnov distances; 1.95 / sqrt(n) is exceeded once in a thousand seeds. Everything
else is exact. The means and variances of what people spend are a limit of `cxsim verify`.
"""

import numpy as np
import pytest
from markets import EVERYTHING_HAPPENS, lived, scenario_from
from scipy import stats

from cxsim.engine.measures import Measure
from cxsim.engine.state import MONEY_UNIT, TIME_UNIT

BASKETS = ("purchase.basket_shape=2.5", "purchase.basket_evenness=4.0")
OF_BASKETS = {"basket", "mean_basket", "margin"}
MOVED = (Measure.revenue_money, Measure.goods_money, Measure.baskets_sum)


def differing_fields(one, other):
    return {name for name in one.dtype.names if one[name].tobytes() != other[name].tobytes()}


@pytest.fixture(scope="module")
def same_lives():
    """One market without baskets and with them."""
    rewarding = ["market.people=3000", "brand.focal.money.unit_cost=31.5"]
    return [lived(scenario_from(EVERYTHING_HAPPENS, *rewarding, *more)).state for more in ((), BASKETS)]


def test_baskets_change_money_and_nobodys_life(same_lives):
    plain, filled = same_lives
    assert (plain.due == filled.due).all()
    assert differing_fields(plain.people, filled.people) == {"basket", "mean_basket"}
    assert differing_fields(plain.bonds, filled.bonds) == {"margin", "spent"}
    assert differing_fields(plain.standings, filled.standings) == set()
    moved = {Measure(measure) for measure in np.flatnonzero((plain.tally != filled.tally).any(axis=(0, 1)))}
    assert moved == set(MOVED)
    assert filled.tally[:, :, [Measure.rewards_money, Measure.contacts_money]].any(axis=(0, 1)).all()


def test_without_baskets_everybody_pays_the_price(same_lives):
    plain, _ = same_lives
    assert (plain.people["mean_basket"] == 1.0).all()
    assert (plain.tally[:, :, Measure.baskets_sum] == TIME_UNIT * plain.tally[:, :, Measure.purchases]).all()
    assert (plain.tally[:, :, Measure.revenue_money] == 50 * MONEY_UNIT * plain.tally[:, :, Measure.purchases]).all()


def test_goods_cost_by_the_basket_as_the_price_is_paid_by_it(same_lives):
    _, filled = same_lives
    sums = filled.tally[:, 0].sum(axis=0).astype(float)
    units, purchases = sums[Measure.baskets_sum] / TIME_UNIT, sums[Measure.purchases]
    assert units != pytest.approx(purchases, rel=1e-3)
    for measure, each in ((Measure.revenue_money, 50.0), (Measure.goods_money, 31.5)):
        # A purchase is rounded to the ten-thousandth and the millionth.
        assert sums[measure] / MONEY_UNIT == pytest.approx(each * units, abs=purchases * (0.5e-4 + each * 0.5e-6))


def test_mean_baskets_are_inverse_gamma_of_mean_1():
    people = lived(scenario_from("", "market.people=20000", "purchase.basket_evenness=3.74"), weeks=0).state.people
    found = people["mean_basket"].astype(float)
    assert stats.kstest(found, stats.invgamma(3.74, scale=2.74).cdf).statistic < 1.95 / np.sqrt(len(found))


@pytest.mark.parametrize("shape", [0.5, 2.0, 6.25])
def test_a_purchase_is_gamma_around_the_mean_of_the_person(shape):
    needy = ("market.people=20000", "need.at_entry=true", "brand.focal.expectation.awareness=1.0")
    model = lived(scenario_from("", *needy, f"purchase.basket_shape={shape}", "purchase.basket_evenness=5"), weeks=2)
    bought = model.state.people[model.state.bonds["purchases"][:, 0] == 1]
    share = bought["basket"].astype(float) / bought["mean_basket"]
    assert len(share) > 10_000
    assert stats.kstest(share, stats.gamma(shape, scale=1.0 / shape).cdf).statistic < 1.95 / np.sqrt(len(share))


def test_a_segment_may_have_baskets_of_its_own():
    text = "[segment.few]\nshare = 0.5\npurchase.basket_evenness = 3.0\n[segment.all]\nshare = 0.5\n"
    people = lived(scenario_from(text), weeks=0).state.people
    assert (people["mean_basket"][people["segment"] == 1] == 1.0).all()
    assert len(np.unique(people["mean_basket"][people["segment"] == 0])) > 1000


def test_contracts_are_for_one_unit():
    contract = ("need.kind=contract", "need.period_weeks=4.0")
    plain, filled = (lived(scenario_from(EVERYTHING_HAPPENS, *contract, *more)).state for more in ((), BASKETS))
    assert differing_fields(plain.people, filled.people) == differing_fields(plain.bonds, filled.bonds) == set()
    assert (plain.tally == filled.tally).all() and plain.tally[:, :, Measure.purchases].any()


def test_the_next_purchase_is_of_another_size_and_a_larger_price_scales_all():
    one, two = (
        lived(scenario_from(EVERYTHING_HAPPENS, *BASKETS, "purchase.price_weight=0", f"brand.focal.purchase.price={price}"))
        for price in (50.0, 100.0)
    )  # fmt: skip
    revenue = [model.state.tally[:, 0, Measure.revenue_money].sum() for model in (one, two)]
    assert revenue[1] == pytest.approx(2 * revenue[0], rel=1e-6)
    again = one.state.people[one.state.bonds["purchases"].sum(axis=1) > 1]
    assert len(np.unique(again["basket"] / again["mean_basket"])) > 0.99 * len(again)
