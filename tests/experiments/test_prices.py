"""Protects against a confident answer about prices: in no ready market is a silly price worth its money.

Smaller markets and two pairs at each price. What is asked for lies many standard errors away: five times the price loses
at least half of what the market earns, with intervals of a few percent; the elasticity lies within its band by several
times its interval.
"""

import pytest

from cxsim.analysis.compare.guard import ELASTICITIES
from experiments.prices import MARKETS, answer, figures

PEOPLE = 2500


@pytest.mark.parametrize("market", MARKETS)
def test_customers_answer_a_price_and_no_silly_one_pays(market):
    found = answer(market, replications=2, people=PEOPLE)
    assert ELASTICITIES[0] < found.elasticity.mean < ELASTICITIES[1]
    assert 0.5 <= found.best <= 2.0
    for silly in (0.5, 5.0):
        assert found.net[silly].high < 0.0
    assert found.loops[5.0].high < 0.0
    assert f"| {market} | {found.elasticity.mean:.2f} (" in figures([found])
