"""Protects latent rates and loyalties: the interpolated Gamma and Beta quantiles are SciPy's to a millionth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from cxsim.engine.market.quantiles import beta_logit_quantile, gamma_log_quantile

U = np.concatenate(
    [np.linspace(0.0005, 0.9995, 5003), 10.0 ** np.linspace(-9, -3, 50), 1 - 10.0 ** np.linspace(-9, -3, 50)]
)
SMALLEST = 1e-290  # below it SciPy's own quantiles lose digits or underflow


@pytest.mark.parametrize("shape", [0.05, 0.1, 0.243, 0.553, 0.606, 1.0, 3.0, 30.0, 1000.0])
def test_gamma_quantiles(shape):
    exact = np.where(U < 0.5, special.gammaincinv(shape, U), special.gammainccinv(shape, 1 - U)) / 4.414
    kept = exact > SMALLEST
    assert kept.mean() > 0.5
    assert np.exp(gamma_log_quantile(U, shape, 4.414))[kept] == pytest.approx(exact[kept], rel=1e-6)


@pytest.mark.parametrize(("a", "b"), [(0.8, 2.4), (0.793, 2.426), (0.5, 0.5), (0.1, 3.0), (50.0, 3.0), (500.0, 800.0)])
def test_beta_quantiles(a, b):
    share = special.expit(beta_logit_quantile(U, a, b))
    rest = special.expit(-beta_logit_quantile(U, a, b))
    assert share == pytest.approx(special.betaincinv(a, b, U), rel=1e-6)
    assert rest == pytest.approx(special.betaincinv(b, a, 1 - U), rel=1e-6)


@pytest.mark.parametrize("shape", [0.01, 0.02])
def test_tiny_shapes_follow_the_leading_term(shape):
    # P(x) = x**shape / Gamma(shape + 1) (1 + O(x)), exact far below 1 where the quantile underflows.
    u = np.linspace(1e-4, 0.3, 50)
    assert gamma_log_quantile(u, shape, 1.0) == pytest.approx(
        (np.log(u) + special.gammaln(shape + 1)) / shape, rel=1e-6
    )


@given(st.floats(0.01, 1000), st.floats(0.01, 1000))
def test_more_luck_never_means_a_smaller_value(shape, other):
    u = np.sort(U)
    assert (np.diff(gamma_log_quantile(u, shape, 1.0)) >= -1e-9).all()
    assert (np.diff(beta_logit_quantile(u, shape, other)) >= -1e-9).all()


def test_a_value_depends_on_its_own_luck_alone():
    together = gamma_log_quantile(U, 0.3, 2.0)
    assert [gamma_log_quantile(U[at : at + 1], 0.3, 2.0)[0] for at in (0, 17, 4000)] == [
        together[at] for at in (0, 17, 4000)
    ]
