"""Protects what the keyed numbers look like: uniform, exponential, normal, Poisson, and without relation to each other.

The statistical tests are deterministic (fixed seeds); `FALSE_ALARM` says how often a perfect generator would fail one
of them for another choice of seed.
"""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from cxsim.engine.compiled import compiled
from cxsim.engine.luck import exponential, gamma, key_of, normal, normal_quantile, poisson, uniform

FALSE_ALARM = 1e-4
MANY = 200_000


@compiled
def fill_over_people(luck, what_for, ordinal, brand, into):
    for person in range(into.shape[0]):
        into[person] = uniform(luck, person, what_for, ordinal, brand)


@compiled
def fill_over_ordinals(luck, person, what_for, brand, into):
    for ordinal in range(into.shape[0]):
        into[ordinal] = uniform(luck, person, what_for, ordinal, brand)


def over_people(seed=1, replication=0, what_for=11, ordinal=0, brand=0):
    numbers = np.empty(MANY)
    fill_over_people(key_of(seed, replication), what_for, ordinal, brand, numbers)
    return numbers


def over_ordinals(person=0):
    numbers = np.empty(MANY)
    fill_over_ordinals(key_of(1, 0), person, 11, 0, numbers)
    return numbers


@given(
    st.integers(0, 2**63 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**31 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**24 - 1),
    st.integers(0, 255),
)
def test_uniform_numbers_lie_strictly_between_0_and_1(seed, replication, person, what_for, ordinal, brand):
    assert 0.0 < uniform(key_of(seed, replication), person, what_for, ordinal, brand) < 1.0


def test_the_extreme_bits_stay_inside_0_and_1():
    # The 52 bits of a uniform number, all 0 and all 1, by the formula of `uniform`; exact in double precision.
    least, most = 0.5 * 2.0**-52, (float(2**52 - 1) + 0.5) * 2.0**-52
    assert least > 0.0
    assert most < 1.0
    assert np.isfinite([normal_quantile(least), normal_quantile(most), -np.log(least), -np.log(-np.log(most))]).all()


@pytest.mark.parametrize("draw", [over_people, over_ordinals])
def test_uniform_numbers_are_uniform(draw):
    # Chi-square over 1000 equal cells of 200 numbers each.
    counts = np.histogram(draw(), bins=1000, range=(0.0, 1.0))[0]
    assert stats.chisquare(counts).pvalue > FALSE_ALARM


def test_neighbouring_numbers_of_a_person_are_uniform_in_pairs():
    numbers = over_ordinals(person=3)
    counts = np.histogram2d(numbers[::2], numbers[1::2], bins=20, range=[[0, 1], [0, 1]])[0]
    assert stats.chisquare(counts.ravel()).pvalue > FALSE_ALARM


def test_streams_that_differ_in_one_thing_are_uncorrelated():
    streams = {
        "base": over_people(),
        "other seed": over_people(seed=2),
        "other high half of the seed": over_people(seed=1 + 2**32),
        "other replication": over_people(replication=1),
        "other purpose": over_people(what_for=12),
        "next ordinal": over_people(ordinal=1),
        "other brand": over_people(brand=1),
        "next person": np.roll(over_people(), -1),
    }
    # Correlations of independent streams have standard deviation 1/sqrt(MANY); 28 pairs share the false alarm.
    limit = stats.norm.isf(FALSE_ALARM / 2 / 28) / np.sqrt(MANY)
    for (one, a), (two, b) in itertools.combinations(streams.items(), 2):
        assert abs(np.corrcoef(a, b)[0, 1]) < limit, f"{one} and {two} go together"


def test_the_same_key_gives_the_same_number_again():
    assert (over_people() == over_people()).all()


def test_exponential_and_normal_are_the_inverse_of_the_same_uniform_number():
    luck = key_of(5, 0)
    u = uniform(luck, 8, 11, 2, 0)
    assert exponential(luck, 8, 11, 2, 0) == pytest.approx(-np.log(u), rel=1e-15)
    assert normal(luck, 8, 11, 2, 0) == pytest.approx(special.ndtri(u), rel=1e-13)


def test_normal_quantile_is_that_of_scipy():
    u = np.concatenate(
        [10.0 ** np.linspace(-300, -1, 400), np.linspace(0.05, 0.95, 401), 1 - 10.0 ** np.linspace(-15, -1, 100)]
    )
    ours = np.array([normal_quantile(share) for share in u])
    assert ours == pytest.approx(special.ndtri(u), rel=1e-13, abs=1e-15)


@given(st.floats(1e-300, 1 - 1e-15), st.floats(1e-300, 1 - 1e-15))
def test_more_luck_never_means_a_smaller_normal_number(a, b):
    # AS 241 joins three approximations; where they meet it may step back by a few units of its 16th digit.
    assert normal_quantile(min(a, b)) <= normal_quantile(max(a, b)) + 1e-14 * abs(normal_quantile(max(a, b)))


@pytest.mark.parametrize("mean", [0.0, 1e-9, 0.1, 1.0, 3.7, 20.0, 120.0])
def test_poisson_is_the_inverse_of_scipy(mean):
    # Off the steps of the distribution function, where either neighbour is right to rounding.
    steps = stats.poisson.cdf(np.arange(400), mean)
    u = np.linspace(0.0005, 0.9995, 1999)
    u = u[np.abs(u[:, None] - steps[None, :]).min(axis=1) > 1e-9]
    assert [poisson(mean, share) for share in u] == stats.poisson.ppf(u, mean).astype(int).tolist()


def test_somebody_with_ever_more_to_say_never_says_less():
    # exp(-mean) is 0 in double precision from a mean of 745 on.
    counts = [poisson(mean, 0.5) for mean in (100.0, 690.0, 710.0, 800.0, 3000.0)]
    assert counts == sorted(counts)
    assert counts[1] == 690


@given(st.floats(0.0, 50.0), st.floats(0.0, 50.0), st.floats(1e-6, 1 - 1e-6))
def test_a_higher_mean_never_gives_fewer(mean, other, u):
    assert poisson(min(mean, other), u) <= poisson(max(mean, other), u)


@compiled
def fill_with_gamma(luck, shape, into):
    for person in range(into.shape[0]):
        into[person] = gamma(luck, person, 11, 3, shape)


@pytest.mark.parametrize("shape", [0.5, 0.7, 1.0, 2.5, 6.25, 80.0])
def test_gamma_numbers_are_gamma(shape):
    numbers = np.empty(MANY)
    fill_with_gamma(key_of(1, 0), shape, numbers)
    assert stats.kstest(numbers, stats.gamma(shape).cdf).pvalue > FALSE_ALARM
    mean, variance = stats.norm.isf(FALSE_ALARM / 2) * np.sqrt(np.array([shape, 2 * shape**2 + 6 * shape]) / MANY)
    assert abs(numbers.mean() - shape) < mean
    assert abs(numbers.var() - shape) < variance  # the fourth central moment is 3 shape**2 + 6 shape


def test_gamma_numbers_of_a_person_are_uncorrelated_and_share_no_luck():
    luck = key_of(1, 0)
    drawn = np.array([[gamma(luck, person, 11, ordinal, 1.0) for ordinal in range(3)] for person in range(20_000)])
    correlations = np.corrcoef(drawn.T)[np.triu_indices(3, 1)]
    assert np.abs(correlations).max() < stats.norm.isf(FALSE_ALARM / 2 / 3) / np.sqrt(len(drawn))
    assert len(np.unique(drawn)) == drawn.size
