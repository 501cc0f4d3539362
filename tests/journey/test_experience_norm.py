"""Protects what is expected of a new brand by who has used others: exact values, in a market without chance.

Everybody buys the first brand at once. Then it can no longer be found and the second one can: whoever looks around
finds that one.
"""

import numpy as np
import pytest
from markets import lived, notes_of, scenario_from

from cxsim.engine.measures import Note
from cxsim.engine.state import EVERYBODY

FIRST_ONE_THEN_THE_OTHER = """
market.people = 20
market.horizon_weeks = 20
need = { kind = "contract", period_weeks = 5.0, at_entry = true }
expectation = { prior = 0.5, prior_weight = 1.0, promise_weight = 1.5, norm_weight = 2.0, rating_weight = 0.0, heard_weight = 0.0, imagination_sd = 0.0 }
research = { duration_weeks = 0.0, asks = 0 }
purchase.outside = -inf
use = { taste_sd = 0.0, assimilation = 0.0, surprise_weight = 0.5, loss_aversion = 2.0, effort_weight = 0.0 }
loyalty = { leave_a = 1000.0, leave_b = 0.01, exit = 0.0 }
[brand.focal]
expectation = { awareness = 1.0, promise = 0.7 }
research = { findability = 0.0, clarity = 0.0 }
purchase = { ease = 1.0, fit = 1.0 }
use = { quality = 0.65, quality_sd = 0.0, delivery_weeks = 0.0, late_rate = 0.0, failure_rate = 0.0 }
[brand.first]
expectation = { awareness = 1.0, promise = 0.8 }
research = { findability = 1.0, clarity = 0.0 }
purchase = { ease = 1.0, fit = 1.0 }
use = { quality_sd = 0.0, delivery_weeks = 0.0, late_rate = 0.0, failure_rate = 0.0 }
[[intervention]]
name = "opens"
start_week = 8
effect = [{ parameter = "research.findability", set = 1.0 }]
[[intervention]]
name = "closes"
brand = "first"
start_week = 8
effect = [{ parameter = "research.findability", set = 0.0 }]
"""
PROMISED = 0.8  # by the only rival
QUALITY = 0.65  # of the new brand


def first_use_of_the_new_brand(share, quality_of_the_first):
    """(expected, satisfaction) of everybody."""
    model = lived(
        scenario_from(
            FIRST_ONE_THEN_THE_OTHER,
            f"expectation.experience_norm={share}",
            f"brand.first.use.quality={quality_of_the_first}",
        ),
        weeks=11,
        watch=EVERYBODY,
        room_for_notes=5000,
    )
    uses = notes_of(model)
    uses = uses[(uses["what"] == Note.USES) & (uses["brand"] == 0)]
    assert len(uses) == 20
    return uses["b"], uses["d"]


def expected(norm):
    return (1.0 * 0.5 + 1.5 * 0.7 + 2.0 * norm) / 4.5


def satisfied(expectation):
    surprise = QUALITY - expectation
    return QUALITY + 0.5 * (surprise if surprise > 0.0 else 2.0 * surprise)


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("met", [0.95, 0.2])
def test_the_norm_is_what_was_met_and_what_rivals_promise(share, met):
    believed, felt = first_use_of_the_new_brand(share, met)
    norm = share * met + (1.0 - share) * PROMISED
    assert believed == pytest.approx(expected(norm), abs=1e-6)
    assert felt == pytest.approx(satisfied(expected(norm)), abs=1e-6)


def test_who_was_spoilt_is_disappointed_by_a_middling_brand_and_who_was_not_is_pleased():
    (spoilt, disappointed), (starved, pleased) = (first_use_of_the_new_brand(0.8, met) for met in (0.95, 0.2))
    assert (disappointed < QUALITY).all() and (pleased > QUALITY).all()
    assert spoilt - starved == pytest.approx(2.0 * 0.8 * 0.75 / 4.5, abs=1e-6)
    indifferent = [first_use_of_the_new_brand(0.0, met) for met in (0.95, 0.2)]
    np.testing.assert_array_equal(*indifferent)


def test_what_was_met_is_the_mean_over_uses_of_all_brands():
    model = lived(
        scenario_from(FIRST_ONE_THEN_THE_OTHER, "brand.first.use.quality=0.9", "brand.first.use.quality_sd=0.2"),
        watch=EVERYBODY,
        room_for_notes=5000,
    )
    uses = notes_of(model)
    uses = uses[uses["what"] == Note.USES]
    for person in range(20):
        met = uses["a"][uses["person"] == person]
        assert len(set(uses["brand"][uses["person"] == person])) == 2
        assert model.state.people["met"][person] == pytest.approx(met.mean(), abs=1e-6)


def test_of_a_brand_once_bought_the_norm_is_what_rivals_promise():
    """Whoever came back to the first brand believes of it the same, whatever the share."""
    better = "brand.first.use.quality=0.95"
    one, other = (
        lived(scenario_from(FIRST_ONE_THEN_THE_OTHER, better, f"expectation.experience_norm={share}"), weeks=8)
        for share in (0.0, 1.0)
    )
    assert (one.state.bonds["purchases"][:, 1] == 2).all()
    np.testing.assert_array_equal(one.state.bonds["expectation"][:, 1], other.state.bonds["expectation"][:, 1])
