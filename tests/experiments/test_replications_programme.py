"""Protects what the pages of experiments/replications say about loyalty programmes, in small versions of their runs.

The same people with the same luck live both sides, so most of it is exact or nearly so; the rest must hold by four half-widths.
"""

import numpy as np
import pytest

from cxsim.analysis.compare.intervals import estimate
from experiments.replications import losing_a_tier, members, stamp_cards


@pytest.mark.parametrize("gradient", [0.3, 3.0])
def test_two_stamps_given_save_what_the_closed_form_says(gradient):
    """Needs are exponential, so ratios of sums of waits agree within their own spread over replications."""
    found = stamp_cards.results((gradient,), people=400, replications=3)
    ratio = stamp_cards.ratio(found, "12 stamps, 2 given", gradient)
    assert ratio.mean == pytest.approx(stamp_cards.expected_ratio((12, 2), (10, 0), gradient), abs=0.01)
    assert ratio.high < 1.0


def test_without_a_gradient_all_cards_are_filled_in_the_same_time():
    waits = [stamp_cards.waits(card, 0.0, 0, people=200)[:9] for card in stamp_cards.CARDS.values()]
    assert np.array_equal(waits[0], waits[1]) and np.allclose(waits[0], waits[2], rtol=1e-2)


def test_members_buy_much_more_whatever_the_programme_does():
    found = members.results((0.0, 3.0), people=1500, replications=3)
    for times, (values, buyers) in found.items():
        naive, effect = estimate(values[:, 0]), estimate(values[:, 1])
        assert naive.mean - 4.0 * (naive.high - naive.mean) > 0.0
        if times == 0.0:
            assert np.all(values[:, [1, 3]] == 0.0) and np.all(values[:, 5] < 0.0)  # nobody lives otherwise; it costs
            assert np.all(buyers[:, :, 2] == 0.0)
        else:
            assert 0.0 < effect.mean < naive.mean / 3.0


def test_who_loses_a_tier_visits_less_the_more_it_is_resented_and_yet_more_than_who_never_had_one():
    found = losing_a_tier.once(0, demotions=(0.0, 0.3, 1.0), people=3000)
    change, naive = found[:, 2], found[:, 9]
    assert change[0] > 0.0 > change[1] > change[2]
    assert naive[1] > 0.0  # what a table of customers shows
