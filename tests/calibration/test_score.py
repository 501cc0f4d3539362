"""Protects what fits a market with experience: the closed form's score is zero for its own customers, and only for them.

Statistical tests allow four standard errors: another seed would give a false alarm once in 16,000 tries for each.
"""

import numpy as np
import pytest

from cxsim.analysis.calibration.cohort import live_cohort
from cxsim.analysis.calibration.moments import score_of_purchases, score_of_retention
from cxsim.analysis.calibration.repeat_buying import KEYS, STRUCTURE
from cxsim.analysis.calibration.score import directions, score_of_histories, score_of_survivors
from cxsim.analysis.calibration.simulated import with_values
from cxsim.analysis.closed_forms.bg_nbd import BgNbd
from cxsim.analysis.closed_forms.likelihood import fit_repeat_buying, fit_retention
from cxsim.analysis.closed_forms.pareto_nbd import ParetoNbd
from cxsim.analysis.closed_forms.retention import BetaDiscreteWeibull

WEEKS = 40.0
CDNOW = {BgNbd: (0.243, 4.414, 0.793, 2.426), ParetoNbd: (0.553, 10.578, 0.606, 11.669)}


def lived(kind, values, people, replication):
    """A cohort of the market without experience, at parameters of a closed form."""
    keys = dict(zip(KEYS[kind.NAME].values(), values, strict=True))
    frame = {"market.people": people, "market.horizon_weeks": 44, "market.entry_counts": [1] * 28}
    scenario = with_values(
        "rhythm-only", {**keys, **STRUCTURE[kind.NAME], **frame, "market.entry_step_weeks": 1.0 / 7.0}
    )
    return live_cohort(scenario, WEEKS, seed=3, replication=replication)


@pytest.fixture(scope="module", params=[BgNbd, ParetoNbd])
def fit(request):
    """A closed form fitted to 4,000 customers of its own."""
    histories = lived(request.param, CDNOW[request.param], 4_000, 0).histories(np.array([WEEKS]))
    return histories, fit_repeat_buying(request.param, histories)


def test_the_score_is_zero_for_the_customers_that_were_fitted(fit):
    histories, found = fit
    assert score_of_histories(found, histories) * len(histories) == pytest.approx(np.zeros(4), abs=0.05)


def test_directions_are_known_independently_to_one_standard_error(fit):
    across = directions(fit[1])
    assert across.T @ across == pytest.approx(fit[1].log_covariance)


def test_the_score_is_zero_for_a_simulated_cohort_at_the_fitted_values_and_not_elsewhere(fit):
    """Read weekly and watched to a week's end, as calibration does. The error is that of 20,000 customers, and of 4,000."""
    histories, found = fit
    moments = score_of_purchases(found, histories)
    same = lived(type(found.model), found.values, 20_000, 1)
    misses = [moment.simulated(same, 0) - moment.observed for moment in moments]
    assert np.abs(misses).max() < 4 / np.sqrt(20_000)
    slower = lived(type(found.model), found.values * np.array([1.0, 1.5, 1.0, 1.0]), 20_000, 1)
    away = [(moment.simulated(slower, 0) - moment.observed) / moment.error for moment in moments]
    assert np.abs(away).max() > 3


def test_a_retention_table_has_a_score_too():
    """Zero on the closed form's own curve; a cohort that leaves sooner is told from it."""
    curve = BetaDiscreteWeibull(0.5, 1.5, 1.3).survival(np.arange(8.0))
    fit = fit_retention(BetaDiscreteWeibull, 1000 * curve)
    assert 1000 * score_of_survivors(fit, curve) == pytest.approx(np.zeros(3), abs=0.01)
    assert np.abs(1000 * score_of_survivors(fit, curve**1.2)).max() > 3
    names = [moment.name for moment in score_of_retention(fit, curve, 1000, 52.0)]
    assert names == [f"score of BdW, direction {number} of 3" for number in (1, 2, 3)]
