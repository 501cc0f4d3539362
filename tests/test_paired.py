"""Protects the statistics of paired differences: a wrong interval would let a strategist believe noise."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cxsim.analysis.compare.intervals import (
    MOST_REPLICATIONS,
    Estimate,
    distinct,
    estimate,
    estimate_count,
    estimate_within,
    paired_difference,
)
from cxsim.engine.luck import key_of, normal

VALUES = np.array([3.0, 5.0, 4.0, 8.0, 1.5, 6.0])


def test_the_interval_is_that_of_a_one_sample_t_test():
    ours = estimate(VALUES)
    theirs = stats.ttest_1samp(VALUES, 0.0).confidence_interval(0.95)
    assert ours.mean == pytest.approx(VALUES.mean())
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high))


def test_a_difference_computed_by_hand():
    base, plan = np.array([10.0, 12.0, 14.0]), np.array([11.0, 15.0, 16.0])  # differences 1, 3, 2
    pair = paired_difference(base, plan, good=1)
    half = 4.302653 * 1.0 / math.sqrt(3.0)  # t of 2 degrees of freedom; sd of 1, 3, 2 is 1
    assert pair.estimate.mean == 2.0
    assert (pair.estimate.low, pair.estimate.high) == pytest.approx((2.0 - half, 2.0 + half), abs=1e-5)
    assert pair.sd == 1.0
    assert pair.wins == 1.0
    assert not pair.decided
    assert pair.variance_saved == pytest.approx(1.0 - 1.0 / (4.0 + 7.0))  # variances of base and plan: 4 and 7


@pytest.mark.parametrize(("good", "wins"), [(1, 0.75), (-1, 0.25), (0, math.nan)])
def test_wins_count_what_is_good_for_the_brand(good, wins):
    pair = paired_difference(np.zeros(4), np.array([1.0, 2.0, 3.0, -1.0]), good)
    assert pair.wins == pytest.approx(wins, nan_ok=True)


def test_an_equal_replication_is_no_win():
    assert paired_difference(np.array([1.0, 1.0]), np.array([1.0, 2.0]), good=1).wins == 0.5


def test_replications_with_nothing_to_measure_are_left_out_as_pairs():
    nan = math.nan
    pair = paired_difference(np.array([1.0, nan, 2.0, 4.0]), np.array([2.0, 5.0, nan, 8.0]), good=1)
    alone = paired_difference(np.array([1.0, 4.0]), np.array([2.0, 8.0]), good=1)
    assert pair == alone
    assert math.isnan(paired_difference(np.array([nan]), np.array([1.0]), 1).estimate.mean)


def test_a_single_replication_has_a_mean_and_no_interval():
    pair = paired_difference(np.array([3.0]), np.array([5.0]), good=1)
    assert pair.estimate.mean == 2.0
    assert math.isnan(pair.estimate.low) and math.isnan(pair.estimate.high)
    assert not pair.decided
    assert pair.more_replications is None


def test_a_count_of_people_has_no_interval_below_zero():
    assert estimate(np.array([0.0, 0.0, 5.0])).low < 0.0
    assert estimate_count(np.array([0.0, 0.0, 5.0])).low == 0.0
    assert math.isnan(estimate_count(np.array([5.0])).low)


def test_no_interval_reaches_beyond_the_scale_of_its_figure():
    few_answers = estimate_within(np.array([-100.0, 100.0, 30.0]), (-100.0, 100.0))
    assert few_answers == Estimate(10.0, -100.0, 100.0, 3)
    inside = np.array([12.0, 15.0, 14.0])
    assert estimate_within(inside, (-100.0, 100.0)) == estimate(inside)
    assert estimate_within(np.array([0.9, 1.0, 1.0]), (0.0, 1.0)).low == estimate(np.array([0.9, 1.0, 1.0])).low
    assert estimate_within(np.full(4, 100.0), (-100.0, 100.0)) == Estimate(100.0, 100.0, 100.0, 4)  # no spread seen
    assert math.isnan(estimate_within(np.array([100.0]), (-100.0, 100.0)).high)


@pytest.mark.parametrize("value", [0.0, 3.0, -1e6 / 3.0])
def test_differences_that_are_all_the_same_have_no_interval_and_decide_nothing(value):
    pair = paired_difference(np.zeros(3), np.full(3, value), good=1)
    assert pair.estimate == Estimate(value, value, value, 3)
    assert not pair.decided and pair.more_replications is None
    rounded = paired_difference(np.array([1e6, 2e6, 3e6]) / 7.0, np.array([1e6, 2e6, 3e6]) / 7.0 + value, good=1)
    assert rounded.estimate.low == rounded.estimate.high and not rounded.decided


@pytest.mark.parametrize(
    ("values", "count"), [([], 0), ([2.0], 1), ([1.0, 1.0, 1.0 + 1e-12], 1), ([0.0, 1e-30], 2), ([3.0, 1.0, 3.0], 2)]
)
def test_values_are_told_apart_but_for_rounding(values, count):
    assert distinct(np.array(values)) == count


def spread(mean: float, sd: float, count: int) -> np.ndarray:
    """Values with exactly this mean and standard deviation."""
    grid = np.linspace(-1.0, 1.0, count)
    return mean + sd * grid / np.std(grid, ddof=1)


@given(mean=st.floats(0.01, 10.0), sd=st.floats(0.1, 10.0), count=st.integers(2, 40), sign=st.sampled_from([-1.0, 1.0]))
def test_the_further_replications_suffice_and_one_fewer_would_not(mean, sd, count, sign):
    pair = paired_difference(np.zeros(count), spread(sign * mean, sd, count), good=1)
    more = pair.more_replications
    assert more is not None
    assert (more == 0) == pair.decided
    assert paired_difference(np.zeros(count + more), spread(sign * mean, sd, count + more), good=1).decided
    if more > 1:
        assert not paired_difference(np.zeros(count + more - 1), spread(sign * mean, sd, count + more - 1), 1).decided


def test_no_number_of_replications_decides_a_difference_of_nothing():
    assert paired_difference(np.zeros(4), np.zeros(4), good=1).more_replications is None
    far_too_small = spread(1e-3, 1.0, 10)  # about 4 million replications
    assert paired_difference(np.zeros(10), far_too_small, good=1).more_replications is None
    assert MOST_REPLICATIONS < (1.96 / 1e-3) ** 2


@given(st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=3, max_size=20))
def test_variance_saved_is_one_minus_the_ratio_of_variances(pairs):
    base, plan = np.array(pairs).T
    apart = np.var(base, ddof=1) + np.var(plan, ddof=1)
    saved = paired_difference(base, plan, good=1).variance_saved
    if apart > 1e-6:
        assert saved == pytest.approx(1.0 - np.var(plan - base, ddof=1) / apart, abs=1e-9)
        assert saved <= 1.0


def test_nineteen_of_twenty_intervals_hold_the_true_difference():
    # 600 experiments of 6 normal pairs: hits ~ Bin(600, .95), standard deviation 5.3; 4 of them: false alarm 6e-5.
    hits = 0
    for experiment in range(600):
        luck = key_of(5, experiment)
        draws = np.array([normal(luck, pair, 1, side, 0) for pair in range(6) for side in (0, 1)]).reshape(6, 2)
        shared = np.arange(6.0)
        result = paired_difference(shared + draws[:, 0], shared + 2.0 * draws[:, 1] + 0.7, good=1).estimate
        hits += result.low <= 0.7 <= result.high
    assert abs(hits - 570) < 4 * 5.3
