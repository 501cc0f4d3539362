"""Protects what the ready markets say of their latent loyalty: with all effects on, as many stay as their evidence claims.

Of 6,000 people in two replications. Shares of decisions have standard errors of .004 and less (durable: .009, of 3,000
decisions), ratios of repeats .01, shares of survival .01 at most; four of them are allowed.
"""

import numpy as np
import pytest

import cxsim
from experiments import latent_loyalty
from experiments.forecasts.switched_off import NO_EXPERIENCE


@pytest.mark.parametrize(("market", "error"), [("restaurant", 0.004), ("durable", 0.009), ("b2b-software", 0.002)])
def test_as_many_stay_as_latent_loyalty_alone_was_to_say(market, error):
    small = [f"market.people={min(latent_loyalty.PEOPLE, cxsim.load(market).market.people)}"]
    alone = cxsim.load(market, [*small, *NO_EXPERIENCE, *latent_loyalty.ALONE[market]])
    assert latent_loyalty.staying(cxsim.load(market, small)) == pytest.approx(
        latent_loyalty.staying(alone), abs=4 * error
    )


def test_the_online_retailer_has_the_repeat_purchases_of_cdnow():
    shop = cxsim.load("online-retailer", ["market.people=20000", "market.horizon_weeks=39"])
    assert latent_loyalty.repeats(shop) == pytest.approx(2457 / 2357, abs=4 * 0.013)


@pytest.mark.parametrize("segment", ["high_end", "regular"])
def test_readers_renew_as_the_published_ones_do(segment):
    shares = latent_loyalty.survival(cxsim.load("subscription"))[segment]
    assert np.abs(shares - latent_loyalty.published(segment)).max() < 4 * 0.01
