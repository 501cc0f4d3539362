"""Protects the one comparison with real customers: CDNOW's repeat purchases, and the closed form of BG/NBD."""

import numpy as np
import pytest

from cxsim.analysis.closed_forms.bg_nbd import BgNbd
from cxsim.analysis.compare.against_real import against_real, cumulative_repeats, real_repeats
from cxsim.analysis.compare.runs import run
from cxsim.engine.market.start import entry_weeks
from cxsim.scenario import load

BG_NBD_AT_WEEK_78 = 4160.6  # of these customers, with the unrounded estimates
ROUNDED = BgNbd(0.243, 4.414, 0.793, 2.426)  # Fader, Hardie & Lee (2005), Table 2; what the scenario uses
UNROUNDED = BgNbd(0.24259, 4.41354, 0.79284, 2.42590)
REPLICATIONS = 100


@pytest.fixture(scope="module")
def runs():
    return run(load("online-retailer-rhythm"), REPLICATIONS)


@pytest.fixture(scope="module")
def closed_form():
    """Expected cumulative repeat purchases at the end of each week, from 1, of the customers who entered each day."""
    entry = entry_weeks(load("online-retailer-rhythm"))
    return np.array([ROUNDED.expected_repeats(np.maximum(week - entry, 0.0)).sum() for week in range(1, 79)])


def test_the_closed_form_is_the_published_one(closed_form):
    assert UNROUNDED.expected_repeats(np.array([39.0, 78.0])) == pytest.approx([1.195, 1.858], abs=5e-4)
    last_day_does_not_count = 78.0 - 1.0 / 7.0 - entry_weeks(load("online-retailer-rhythm"))
    assert UNROUNDED.expected_repeats(last_day_does_not_count).sum() == pytest.approx(BG_NBD_AT_WEEK_78, abs=0.5)
    assert closed_form[-1] == pytest.approx(BG_NBD_AT_WEEK_78, rel=0.003)


def test_the_customers_and_weeks_are_those_of_the_data(runs):
    assert len(entry_weeks(runs.scenario)) == runs.scenario.market.people == 2357
    assert len(real_repeats(runs)) == 78
    assert (runs.figures["first_purchases"] == 2357).all()


def test_the_mean_at_week_78_is_within_two_percent_of_bg_nbd(runs):
    # The standard error of the mean of 100 replications is about .4%, and the closed form of the scenario (rounded
    # parameters, whole last day) is .3% above: 2% is 4 standard errors away, a false alarm has chance 1e-4.
    simulated = cumulative_repeats(runs).loc[78]
    assert simulated.std() / np.sqrt(REPLICATIONS) < 0.005 * BG_NBD_AT_WEEK_78
    assert abs(simulated.mean() / BG_NBD_AT_WEEK_78 - 1.0) < 0.02


def test_every_week_is_within_four_standard_errors_of_the_closed_form(runs, closed_form):
    # A false alarm has chance 1e-4 a week (Student t, 99 degrees of freedom), below 1% for all of these correlated weeks.
    simulated = cumulative_repeats(runs)
    error = simulated.std(axis=1).to_numpy() / np.sqrt(REPLICATIONS)
    assert (np.abs(simulated.mean(axis=1).to_numpy() - closed_form) < 4.0 * error + 1e-9).all()


def test_the_curve_is_within_four_percent_of_the_real_one_in_the_holdout(runs):
    # BG/NBD itself is 2.4% off over weeks 40 to 78; the simulated mean wanders about .4% around it.
    found = against_real(runs)
    assert (found.from_week, found.week) == (40, 78)
    assert found.error <= 0.04
    real = real_repeats(runs).loc[40:78].to_numpy()
    simulated = cumulative_repeats(runs).mean(axis=1).loc[40:78].to_numpy()
    assert found.error == pytest.approx(np.mean(np.abs(simulated / real - 1.0)))


def test_the_comparison_is_said_in_a_sentence(runs):
    said = str(against_real(runs))
    assert said.startswith("Cumulative repeat purchases by week 78: 4,")
    assert "4,339 real" in said


def test_a_market_without_real_figures_says_so():
    with pytest.raises(ValueError, match="no real weekly figures"):
        against_real(run(load("durable", ["market.people=10", "market.horizon_weeks=2"])))
