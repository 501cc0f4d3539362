"""Gamma and Beta quantiles for millions of people: SciPy's exact quantiles on a grid, interpolated between.

The grid is equidistant in the logit of the probability, where these quantiles (as logarithm or logit) are smooth;
monotone cubic interpolation keeps the relative error below 1e-6 (tested) and luckier people better off. A person's
value depends on their own luck alone, never on how many others there are.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from cxsim.engine.market.logarithms import log
from cxsim.engine.market.monotone import MonotoneCubic

Numbers = NDArray[np.float64]

CURVES_KEPT = 64  # replications and plans ask for the same few; a curve takes 10 to 20 ms to make
_GRID = np.linspace(-37.0, 37.0, 4097)
_SHARE = special.expit(_GRID)
_REST = special.expit(-_GRID)
_SMALLEST_LOG = -600.0  # below this the exact quantile underflows, and its leading term is as good


def gamma_log_quantile(u: Numbers, shape: float, rate: float) -> Numbers:
    """Logarithm of the Gamma(shape, rate) quantile at probabilities `u`, any shape, 0 < u < 1."""
    logs: Numbers = _gamma_curve(shape)(special.logit(u)) - math.log(rate)
    return logs


def beta_logit_quantile(u: Numbers, a: float, b: float) -> Numbers:
    """Logit of the Beta(a, b) quantile at probabilities `u`, any shape, 0 < u < 1."""
    logits: Numbers = _beta_curve(a, b)(special.logit(u))
    return logits


@lru_cache(CURVES_KEPT)
def _gamma_curve(shape: float) -> MonotoneCubic:
    # P(x) ~ x**shape / Gamma(shape + 1) for small x
    leading = (log(_SHARE) + special.gammaln(shape + 1.0)) / shape
    exact = log(np.where(_GRID < 0.0, special.gammaincinv(shape, _SHARE), special.gammainccinv(shape, _REST)))
    return MonotoneCubic(_GRID, np.where(exact > _SMALLEST_LOG, exact, leading))


@lru_cache(CURVES_KEPT)
def _beta_curve(a: float, b: float) -> MonotoneCubic:
    return MonotoneCubic(_GRID, _beta_log(a, b, _SHARE) - _beta_log(b, a, _REST))


def _beta_log(a: float, b: float, share: Numbers) -> Numbers:
    """Logarithm of the Beta(a, b) quantile; log(1 - x) comes from the other tail."""
    leading = (log(share) + math.log(a) + special.betaln(a, b)) / a
    exact = log(special.betaincinv(a, b, share))
    return np.where(exact > _SMALLEST_LOG, exact, leading)
