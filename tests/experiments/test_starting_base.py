"""Protects what established markets begin with: week 0 is like the weeks after it, so that no plan is judged on a ramp.

Of eight replications; their standard errors are about .01. Three of them are allowed beyond 4% a year; a market that
stays exactly where it is would be taken for one that moves with a chance below one in a million.
"""

import numpy as np
import pytest

import cxsim
from cxsim.scenario import scenario_names
from experiments.starting_base import ESTABLISHED, drift

MOST = 0.04  # a year


@pytest.mark.parametrize("market", ESTABLISHED)
def test_the_first_year_is_like_the_second(market):
    for changed in drift(market):
        error = changed.std(ddof=1) / np.sqrt(len(changed))
        assert error < 0.02
        assert abs(changed.mean()) < MOST + 3.0 * error


def test_without_customers_at_the_start_it_would_be_a_ramp():
    nobody = [f"brand.{name}.purchase.customers_at_start=0" for name in cxsim.load("restaurant").brand]
    assert drift("restaurant", 2, nobody).customers.mean() > 3.0 * MOST


def test_every_market_with_customers_at_the_start_is_among_them():
    markets = [name for name in scenario_names() if "/" not in name]
    begun = [
        name for name in markets if any(brand.purchase.customers_at_start for brand in cxsim.load(name).brand.values())
    ]
    assert sorted(begun) == sorted(ESTABLISHED)
