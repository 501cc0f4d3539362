"""Protects the fit by simulation: it finds known answers, leaves alone what the data do not tell, and admits defeat."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxsim.analysis.calibration.ensemble import assimilate, prior_guesses
from cxsim.analysis.calibration.identify import (
    IN_PART,
    NOT_TOLD,
    TOLD,
    findings_by_likelihood,
    findings_by_simulation,
    trade_offs,
)

GUESSES = 400


def test_guesses_spread_like_the_prior():
    """Latin hypercube: mean and spread of each parameter are far closer to 0 and 1 than by chance."""
    guesses = prior_guesses(GUESSES, 3, seed=1)
    assert np.abs(guesses.mean(axis=0)).max() < 1e-2
    assert guesses.std(axis=0) == pytest.approx(1.0, abs=1e-2)
    assert np.array_equal(guesses, prior_guesses(GUESSES, 3, seed=1))


@pytest.mark.parametrize("seed", [1, 2])
def test_a_linear_market_gives_the_known_posterior(seed):
    """Moments y = G z with error e: the posterior of z is N(m, V), V = (1 + G'G/e**2)**-1, m = V G'y/e**2.

    The mean over 400 guesses has standard error sqrt(V/400), each spread a relative one of 1/sqrt(800) = 3.5%, and
    about as much again comes from the sampled regression: allowed are five such errors.
    """
    slopes = np.array([[1.0, 0.0, 0.0], [1.0, 2.0, 0.0]])  # two moments, three parameters, the third acts on nothing
    error, observed = np.array([0.5, 0.4]), np.array([0.8, -0.6])
    found = assimilate(lambda z: z @ slopes.T, observed, error, prior_guesses(GUESSES, 3, seed), seed)
    weighed = slopes.T / error**2
    spread = np.linalg.inv(np.eye(3) + weighed @ slopes)
    expected = spread @ weighed @ observed
    about = np.sqrt(np.diag(spread))
    assert len(found.normal) > 0.9 * GUESSES
    away = np.abs(found.normal.mean(axis=0) - expected) / about
    assert away.max() < 5 * 2 / np.sqrt(GUESSES)
    assert found.normal.std(axis=0) == pytest.approx(about, rel=5 * 2 * 0.035)


def test_what_the_data_do_not_tell_is_said_to_be_untold():
    slopes = np.array([[1.0, 0.0]])
    found = assimilate(
        lambda z: z @ slopes.T, np.array([0.3]), np.array([0.1]), prior_guesses(GUESSES, 2, seed=1), seed=1
    )
    told, silent = findings_by_simulation(pd.DataFrame(found.normal, columns=["a", "b"]), found.normal)
    assert (told.verdict, silent.verdict) == (TOLD, NOT_TOLD)


def test_a_few_draws_that_lie_close_together_by_luck_prove_nothing():
    """Ten draws with 70% of the prior's spread: by luck alone, spreads of ten draws vary by a quarter."""
    normal = 0.7 * stats.norm.ppf((np.arange(10)[:, None] + 0.5) / 10) / 0.94
    few, many = (
        findings_by_simulation(pd.DataFrame(each, columns=["a"]), each)[0]
        for each in (normal, normal[[*range(10)] * 40])
    )
    assert (few.verdict, many.verdict) == (NOT_TOLD, IN_PART)


@pytest.mark.parametrize(("factor", "verdict"), [(1.5, TOLD), (3.0, IN_PART), (10.0, NOT_TOLD)])
def test_a_likelihood_tells_no_more_than_its_width(factor, verdict):
    """The set runs from 1 / factor to factor, all but evenly on logarithms."""
    draws = pd.DataFrame({"a": factor ** np.linspace(-1.05, 1.05, 401)})
    (finding,) = findings_by_likelihood(draws)
    assert finding.verdict == verdict


def test_parameters_that_make_up_for_each_other_are_named():
    """Only the sum acts, so afterwards one is high where the other is low."""
    found = assimilate(
        lambda z: z.sum(axis=1, keepdims=True), np.array([1.0]), np.array([0.1]), prior_guesses(GUESSES, 2, 1), seed=1
    )
    (sentence,) = trade_offs(["need.rate_shape", "loyalty.leave_a"], found.normal)
    assert "need.rate_shape and loyalty.leave_a trade off: raising one and lowering the other" in sentence


def test_data_that_no_guess_reproduces_leave_no_plausible_guess():
    found = assimilate(
        lambda z: np.tanh(z[:, :1]), np.array([7.0]), np.array([0.1]), prior_guesses(GUESSES, 1, seed=1), seed=1
    )
    assert len(found.normal) == 0
    assert found.missed[0] == 1.0


def test_a_moment_that_does_not_count_moves_no_guess_and_rejects_none():
    """The second moment cannot be met at all."""
    slopes = np.array([[1.0, 0.5], [0.0, 0.0]])
    observed, error, start = np.array([0.3, 9.0]), np.array([0.2, 0.1]), prior_guesses(GUESSES, 2, seed=1)
    found = assimilate(lambda z: z @ slopes.T, observed, error, start, 1, np.array([True, False]))
    assert len(found.normal) > 0.9 * GUESSES
    assert found.missed[1] == 0.0
    assert len(assimilate(lambda z: z @ slopes.T, observed, error, start, 1).normal) == 0
