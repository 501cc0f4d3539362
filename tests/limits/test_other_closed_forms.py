"""Protects closed forms that are too small to be limits of `cxsim verify` (tests/verification has those).

Statistical tests allow four standard errors: another seed would give a false alarm once in 16,000 tries for each.
"""

import numpy as np
import pytest
from markets import STATISTICS_ONLY, lived, scenario_from, total

from cxsim.engine.measures import Measure

PEOPLE = 20_000


def agrees(sample, expected):
    return abs(sample.mean() - expected) < 4 * sample.std() / np.sqrt(len(sample))


def test_needs_do_not_ask_who_serves_them():
    """When all who lapse come back at their next need, purchases are those of an NBD in which nobody ever lapses."""
    r, alpha, weeks = 0.553, 10.578, 39
    lapsing = ["loyalty.hazard_shape=0.606", "loyalty.hazard_scale_weeks=11.669", "loyalty.departure=anytime"]
    returning = [f"need.rate_shape={r}", f"need.rate_scale_weeks={alpha}", "loyalty.exit=0.0"]
    model = lived(scenario_from(STATISTICS_ONLY, f"market.horizon_weeks={weeks}", *lapsing, *returning))
    assert total(model, Measure.doubts) > PEOPLE / 10
    assert agrees(model.state.bonds["purchases"][:, 0].astype(float) - 1, r * weeks / alpha)


@pytest.mark.parametrize("mean", [0.1, 0.4, 0.8])
def test_severity_has_the_mean_it_is_given(mean):
    always = ["brand.focal.use.failure_rate=1.0", f"brand.focal.use.severity={mean}", "need.rate_scale_weeks=10000.0"]
    severity = lived(scenario_from(STATISTICS_ONLY, *always), weeks=1).state.people["severity"].astype(float)
    assert (severity > 0).all()
    assert (severity <= 1).all()
    assert agrees(severity, mean)


def test_the_satisfaction_counted_is_the_sum_of_all_episodes():
    model = lived(scenario_from(STATISTICS_ONLY, "need.kind=contract", "market.people=2000"), weeks=1)
    episodes = model.state.people["episode"].astype(float)
    assert episodes.std() > 0.05
    assert total(model, Measure.satisfaction_sum) / 1e6 == pytest.approx(episodes.sum(), rel=1e-5)
