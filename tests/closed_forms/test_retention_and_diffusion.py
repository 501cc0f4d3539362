"""Protects the closed forms of contracts and of diffusion: published fits, their limits, and fits that find the truth."""

import numpy as np
import pytest

from cxsim.analysis.closed_forms.bass import Bass, fit_bass
from cxsim.analysis.closed_forms.likelihood import fit_retention
from cxsim.analysis.closed_forms.retention import BetaDiscreteWeibull, Sbg

# Fader & Hardie (2007), Table 1: per cent of two segments who survive years 0-12.
HIGH_END = np.array([100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4])
REGULAR = np.array([100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3])


@pytest.mark.parametrize(("survivors", "a", "b"), [(HIGH_END, 0.668, 3.806), (REGULAR, 0.704, 1.182)])
def test_sbg_at_the_published_table(survivors, a, b):
    """Fader & Hardie (2007) find these on years 0-7 of the two segments."""
    model = fit_retention(Sbg, survivors[:8]).model
    assert (model.a, model.b) == pytest.approx((a, b), abs=6e-4)


@pytest.mark.parametrize("survivors", [HIGH_END, REGULAR])
def test_duration_dependence_never_fits_worse(survivors):
    without, with_it = (fit_retention(kind, 10 * survivors[:8]).log_likelihood for kind in (Sbg, BetaDiscreteWeibull))
    assert with_it > without


def test_bdw_at_one_is_sbg():
    periods = np.arange(10.0)
    assert np.array_equal(BetaDiscreteWeibull(0.7, 2.0, 1.0).survival(periods), Sbg(0.7, 2.0).survival(periods))
    assert Sbg(1.0, 1.0).survival(periods) == pytest.approx(1 / (1 + periods))  # uniform chances: one in t + 1 is left


def test_bdw_finds_what_made_the_curve():
    truth = BetaDiscreteWeibull(0.5, 1.5, 1.4)
    fit = fit_retention(BetaDiscreteWeibull, 1e6 * truth.survival(np.arange(15.0)))
    assert [fit.model.a, fit.model.b, fit.model.c] == pytest.approx([0.5, 1.5, 1.4], rel=0.01)


def test_plausible_parameters_straddle_the_best_ones_and_fit_nearly_as_well():
    """A sample of the likelihood, k = 2: twice the loss of log-likelihood is nearly chi-squared, mean 2."""
    fit = fit_retention(Sbg, 10 * HIGH_END[:8])
    draws = fit.plausible(400)
    assert np.array_equal(draws, fit.plausible(400))
    loss = 2 * (fit.log_likelihood - np.array([fit.log_likelihood_at(row) for row in np.log(draws)]))
    assert loss.min() >= -1e-6
    assert 1.6 < loss.mean() < 2.5
    assert (draws.min(axis=0) < fit.values).all()
    assert (fit.values < draws.max(axis=0)).all()


def test_too_short_a_curve_is_refused():
    with pytest.raises(ValueError, match="at least two periods"):
        fit_retention(Sbg, np.array([1.0, 0.8]))


def test_bass_at_its_usual_parameters():
    """p .03, q .38: the peak at 6.19 years; F(5), F(10), F(20) = .3312, .8128, .9963."""
    model = Bass(0.03, 0.38)
    assert model.peak() == pytest.approx(6.193, abs=1e-3)
    assert model.adopted(np.array([5.0, 10.0, 20.0])) == pytest.approx([0.3312, 0.8128, 0.9963], abs=5e-5)
    assert model.adopted(np.array([6.193])) == pytest.approx([0.4605], abs=1e-4)


def test_bass_fit_finds_what_made_the_sales():
    truth = Bass(0.01, 0.4, 5000.0)
    found = fit_bass(np.diff(truth.adopted(np.arange(16.0))))
    assert (found.p, found.q, found.m) == pytest.approx((0.01, 0.4, 5000.0), rel=1e-4)


@pytest.mark.parametrize("sales", [[1.0, 2.0, 3.0], [0.0] * 8, [1.0, 2.0, -1.0, 3.0]])
def test_sales_that_say_nothing_are_refused(sales):
    with pytest.raises(ValueError, match="at least four periods"):
        fit_bass(np.array(sales))
