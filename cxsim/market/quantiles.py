"""Gamma and Beta quantiles for millions of people: SciPy's exact quantiles on a fine grid, interpolated between.

The grid is equidistant in the logit of the probability, where these quantiles (as logarithm or logit) are smooth; the
relative error is below 1e-6 (tested). A person's value depends on their own luck alone, never on how many others there are.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import special

_GRID = np.linspace(-36.0, 36.0, 8192)
_SHARE = special.expit(_GRID)

Numbers = NDArray[np.float64]


def gamma_log_quantile(u: Numbers, shape: float, rate: float) -> Numbers:
    """Logarithm of the Gamma(shape, rate) quantile at probabilities `u`, any shape, 0 < u < 1."""
    with np.errstate(divide="ignore"):
        exact = np.log(special.gammaincinv(shape, _SHARE))
    # Where the quantile underflows, its leading term is exact: P(x) ~ x**shape / Gamma(shape + 1).
    leading = (np.log(_SHARE) + special.gammaln(shape + 1.0)) / shape
    table = np.where(np.isfinite(exact) & (exact > -600.0), exact, leading)
    upper = special.gammainccinv(shape, special.expit(-_GRID))
    table = np.where(_GRID > 0.0, np.log(upper), table)
    logs: Numbers = np.interp(special.logit(u), _GRID, table) - np.log(rate)
    return logs


def beta_logit_quantile(u: Numbers, a: float, b: float) -> Numbers:
    """Logit of the Beta(a, b) quantile at probabilities `u`, any shape, 0 < u < 1."""
    rest = special.expit(-_GRID)
    with np.errstate(divide="ignore"):
        low = np.log(special.betaincinv(a, b, _SHARE))
        high = np.log(special.betaincinv(b, a, rest))  # log(1 - x), from the other tail
    low_leading = (np.log(_SHARE) + np.log(a) + special.betaln(a, b)) / a
    low = np.where(np.isfinite(low) & (low > -600.0), low, low_leading)
    high_leading = (np.log(rest) + np.log(b) + special.betaln(a, b)) / b
    high = np.where(np.isfinite(high) & (high > -600.0), high, high_leading)
    logits: Numbers = np.interp(special.logit(u), _GRID, low - high)
    return logits
