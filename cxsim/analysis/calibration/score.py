"""What a closed form sees in customers: the slope of its likelihood, by which a market without a likelihood is fitted.

In a market with experience nobody knows the likelihood of a purchase history. The closed form's is known, and it says
which of "how often, how lately, how long ago" carries information and how much. So the market is fitted such that the
closed form, at the values most likely for the real customers, would find nothing to correct in the simulated ones
either: the mean slope of its log-likelihood (its score) is zero for both. This is the efficient method of moments
(Gallant & Tauchen 1996, Which moments to match?, Econometric Theory 12(4), 657-681). Where no experience acts, the
closed form's own values meet it: what is fitted then is maximum likelihood.
"""

from collections.abc import Callable

import numpy as np

from cxsim.analysis.calibration.repeat_buying import AnyFit, AnyModel
from cxsim.data.histories import Histories, Numbers

STEP = 0.01  # in standard errors of the fit, for differences

MeanLogLikelihood = Callable[[AnyModel], float]  # of one customer under a closed form


def directions(fit: AnyFit) -> Numbers:
    """Directions in which the logarithms of the parameters are known independently, one standard error long, shape (k, k)."""
    return np.asarray(np.linalg.cholesky(fit.log_covariance).T)


def slope(fit: AnyFit, direction: Numbers, mean_log_likelihood: MeanLogLikelihood) -> float:
    """Slope of the mean log-likelihood of customers at a fit, for a step of one of its `directions`.

    Times the number of real customers it is in standard errors: over real samples it would be standard normal, were the
    closed form true.
    """
    at, step = np.log(fit.values), STEP * direction
    up, down = (type(fit.model)(*np.exp(point).tolist()) for point in (at + step, at - step))
    return (mean_log_likelihood(up) - mean_log_likelihood(down)) / (2.0 * STEP)


def score_of_histories(fit: AnyFit, histories: Histories) -> Numbers:
    """Slopes in all directions for customers with purchase histories, shape (k,)."""
    mean = mean_over(histories)
    return np.array([slope(fit, direction, mean) for direction in directions(fit)])


def score_of_survivors(fit: AnyFit, survivors: Numbers) -> Numbers:
    """Slopes in all directions for a cohort of which so many are there after 0, 1, ... periods, shape (k,)."""
    mean = mean_of_cohort(survivors)
    return np.array([slope(fit, direction, mean) for direction in directions(fit)])


def mean_over(histories: Histories) -> MeanLogLikelihood:
    """The mean log-likelihood of purchase histories."""
    distinct, counts = histories.distinct()
    return lambda model: float(np.dot(counts, model.log_likelihood(distinct)) / counts.sum())  # type: ignore[arg-type]


def mean_of_cohort(survivors: Numbers) -> MeanLogLikelihood:
    """The mean log-likelihood of a cohort's customers, by when they left."""
    shares = survivors / survivors[0]
    return lambda model: float(np.sum(model.log_likelihood(shares)))
