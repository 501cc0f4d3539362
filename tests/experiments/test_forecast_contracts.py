"""Protects the forecasts of contracts: peers at their known figures, the newspaper market at its closed forms, the known years alone.

Statistical tests allow four standard errors: another seed would give a false alarm once in 16,000 tries for each.
"""

import numpy as np
import pytest

from cxsim.analysis.closed_forms.retention import BetaDiscreteWeibull
from experiments.forecasts import contracts, retention, switched_off
from experiments.forecasts.returning import Returning, fit_returning
from experiments.forecasts.switched_off import NO_EXPERIENCE, NO_RETURN


@pytest.mark.parametrize(
    ("segment", "sbg", "bdw", "held"), [("High End", 2.83, 1.27, 1.68), ("Regular", 1.49, 1.38, 3.88)]
)
def test_retention_peers_score_as_measured_elsewhere(segment, sbg, bdw, held):
    known, sealed = retention.read(segment)
    assert len(known.survivors) == 8
    scores = {name: 100 * sealed.score(curve) for name, curve in retention.peers(known).items()}
    assert [scores[name] for name in ("sBG", "BdW", "last rate held")] == pytest.approx([sbg, bdw, held], abs=0.005)


@pytest.mark.parametrize("segment", ["high_end", "regular"])
def test_the_newspaper_market_without_experience_is_the_beta_discrete_weibull(segment):
    """Over twelve years: no renewal waits for an overrun desk or a checkout. Four standard errors."""
    model, years = BetaDiscreteWeibull(0.2, 1.4, 1.7), 12
    scenario = contracts.full(
        segment, model, years, contracts.PEOPLE, *NO_EXPERIENCE, *NO_RETURN, "loyalty.referred_hazard=1.0"
    )
    curve = contracts.survival_curves([scenario] * 2).mean(axis=0)
    expected = model.survival(np.arange(years + 1.0))
    readers = 2 * contracts.PEOPLE / 5  # nearly a quarter choose the focal paper in the first weeks
    assert (np.abs(curve - expected) < 4 * np.sqrt(expected * (1 - expected) / readers) + 1e-12).all()


def test_contracts_without_experience_are_the_beta_discrete_weibull():
    model, years, people = BetaDiscreteWeibull(0.5, 1.5, 1.4), 6, 20_000
    curve = contracts.survival(contracts.skeleton(model, years, people), 0)
    expected = model.survival(np.arange(years + 1.0))
    assert (np.abs(curve - expected) < 4 * np.sqrt(expected * (1 - expected) / people) + 1e-12).all()


def test_second_thoughts_are_what_a_market_does_whose_doubters_all_come_back():
    """One firm and nowhere else to go: who does not leave for good renews. Four standard errors."""
    leaving, years, people = BetaDiscreteWeibull(0.5, 1.5, 1.4), 6, 20_000
    curve = contracts.survival(contracts.skeleton(leaving, years, people, "loyalty.exit=0.7"), 0)
    expected = Returning(leaving, share=0.3).survival(years)
    assert (np.abs(curve - expected) < 4 * np.sqrt(expected * (1 - expected) / people) + 1e-12).all()
    assert np.abs(curve - leaving.survival(np.arange(years + 1.0))).max() > 0.05


def test_nobody_with_second_thoughts_is_the_beta_discrete_weibull():
    leaving = BetaDiscreteWeibull(0.21, 1.43, 1.72)
    curve = leaving.survival(np.arange(8.0))
    assert Returning(leaving, share=0.0).survival(7) == pytest.approx(curve, abs=1e-4)
    assert fit_returning(0.0, 1000 * curve).survival(12) == pytest.approx(leaving.survival(np.arange(13.0)), abs=2e-4)
    bent = fit_returning(0.4, 1000 * curve).survival(12)
    assert bent[:8] == pytest.approx(curve, abs=0.005)  # the known years hardly tell ...
    assert bent[12] > 1.01 * leaving.survival(np.array([12.0]))[0]  # ... and the late ones do


def test_how_many_come_back_was_chosen_by_known_years():
    """A fifth of those about to leave: the least error over years 6-7 from years 1-5, and `FEWER_RETURN` makes that many."""
    rows = np.array(
        [[float(row[3].rstrip("%")) for row in switched_off.by_arithmetic(name)] for name in retention.SEGMENTS]
    )
    assert switched_off.SHARES[int(rows.mean(axis=0).argmin())] == 0.2
    model = BetaDiscreteWeibull(0.2, 1.0, 1.7)
    market = contracts.full("high_end", model, 6, 10_000, contracts.FEWER_RETURN, "loyalty.satisfaction_reference=0.73")
    assert switched_off.renewing(market) == pytest.approx(0.2, abs=0.04)  # four standard errors of 1,600 such decisions
