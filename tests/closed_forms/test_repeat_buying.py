"""Protects the closed forms of repeat buying: published fits and expectations, and what any likelihood must do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from cxsim.analysis.closed_forms.bg_nbd import BgNbd
from cxsim.analysis.closed_forms.likelihood import fit_repeat_buying
from cxsim.analysis.closed_forms.pareto_nbd import ParetoNbd
from cxsim.data.histories import Histories

CDNOW_BG = BgNbd(0.243, 4.414, 0.793, 2.426)
CDNOW_PARETO = ParetoNbd(0.553, 10.578, 0.606, 11.669)


def one(x: float, last: float, age: float) -> Histories:
    return Histories(np.array([x]), np.array([last]), np.array([age]))


def test_published_expectations():
    """Expected repeat purchases at CDNOW's published parameters, by weeks 39 and 78 after the first purchase."""
    weeks = np.array([39.0, 78.0])
    assert CDNOW_BG.expected_repeats(weeks) == pytest.approx([1.1967, 1.8605], abs=1e-4)
    assert CDNOW_PARETO.expected_repeats(weeks) == pytest.approx([1.2130, 1.9094], abs=1e-4)
    assert CDNOW_BG.chance_of_none(weeks)[0] == pytest.approx((4.414 / 43.414) ** 0.243)


positive = st.floats(0.1, 5.0)


@given(r=positive, alpha=positive, a=positive, b=positive, last=st.floats(0.1, 20.0))
def test_bg_nbd_likelihood_is_the_integral_over_people(r, alpha, a, b, last):
    """Two repeats, the last at `last`: the rates and chances to leave integrated one by one instead of in closed form."""
    age = 25.0
    model = BgNbd(r, alpha, a, b)

    def rate_part(end: float) -> float:
        return integrate.quad(
            lambda rate: rate**2 * np.exp(-rate * end) * stats.gamma.pdf(rate, r, scale=1 / alpha), 0, np.inf
        )[0]

    stayed_twice = integrate.quad(lambda p: (1 - p) ** 2 * stats.beta.pdf(p, a, b), 0, 1)[0]
    left_after = integrate.quad(lambda p: p * (1 - p) * stats.beta.pdf(p, a, b), 0, 1)[0]
    expected = stayed_twice * rate_part(age) + left_after * rate_part(last)
    assert np.exp(model.log_likelihood(one(2, last, age))[0]) == pytest.approx(expected, rel=1e-5)


@given(r=positive, alpha=positive, s=positive, beta=positive, last=st.floats(0.1, 20.0))
def test_pareto_nbd_likelihood_is_the_integral_over_lifetimes(r, alpha, s, beta, last):
    age = 25.0

    def at(end: float) -> float:  # the mixed chance of two purchases by `last` in a history that ends at `end`
        return r * (r + 1) * alpha**r / (alpha + end) ** (r + 2)

    left = integrate.quad(lambda tau: at(tau) * s * beta**s / (beta + tau) ** (s + 1), last, age)[0]
    expected = at(age) * (beta / (beta + age)) ** s + left
    assert np.exp(ParetoNbd(r, alpha, s, beta).log_likelihood(one(2, last, age))[0]) == pytest.approx(
        expected, rel=1e-6
    )


@pytest.mark.parametrize("model", [CDNOW_BG, CDNOW_PARETO])
def test_a_customer_without_history_is_a_new_customer(model):
    """Nothing bought in no time at all: the forecast is that for a new customer, who is there for certain."""
    nothing = one(0, 0, 0)
    assert model.chance_alive(nothing)[0] == pytest.approx(1.0)
    assert model.expected_more(nothing, 39.0)[0] == pytest.approx(model.expected_repeats(np.array([39.0]))[0], rel=1e-6)


@pytest.mark.parametrize("model", [CDNOW_BG, CDNOW_PARETO])
def test_forecasts_of_all_histories_average_to_the_expectation(model):
    """E[X(78)] = E[X(39)] + E[forecast], here over histories of one purchase timing: exact for those without repeats."""
    long_ago, lately = one(5, 10.0, 39.0), one(5, 38.0, 39.0)
    assert model.chance_alive(long_ago)[0] < model.chance_alive(lately)[0]
    assert model.expected_more(long_ago, 39.0)[0] < model.expected_more(lately, 39.0)[0]


@pytest.mark.parametrize("kind", [BgNbd, ParetoNbd])
def test_nobody_buying_twice_is_refused(kind):
    with pytest.raises(ValueError, match="nobody in the data bought twice"):
        fit_repeat_buying(kind, Histories(np.zeros(50), np.zeros(50), np.full(50, 30.0)))


def test_impossible_histories_are_refused():
    with pytest.raises(ValueError, match="0 <= last <= age"):
        one(1, 30.0, 20.0)
    with pytest.raises(ValueError, match="equally long"):
        Histories(np.zeros(2), np.zeros(2), np.zeros(3))
