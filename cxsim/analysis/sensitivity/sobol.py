"""Which parameters the outcome hangs on: Sobol indices of its mean, with the luck of replications taken out.

The estimator is SciPy's (Saltelli et al. 2010, Computer Physics Communications 181, 259-270). An outcome of one run is

    y(x, luck) = g(x) + what luck adds at x,

and the indices wanted are those of g, the mean over all luck. With R replications the mean over them still holds a
share 1/R of the luck's variance, which would count as an interaction of everything with everything: first indices
too small, total indices too large. All that Saltelli's estimator averages are products of two outcomes, so its own
numerator for the mean and those for every single replication together give the product of *different* replications,

    N = (W^2 N(mean) - sum_r w_r^2 N(y_r)) / (W^2 - sum_r w_r^2),    W = sum_r w_r,

whose expectation holds no luck at all, whether or not luck is common to the points.

Intervals come from a bootstrap over points and replications together (Owen & Eckles 2012, "Bootstrapping data arrays
of arbitrary order", Annals of Applied Statistics 6, 895-927). Replications are weighted, not redrawn, for a replication drawn twice would bring
its own luck back as a product of "different" ones: gamma weights whose variance is that of independent replications.
They are too narrow for three replications (cover 73% to 98% in a hard case) and hold the points' error alone for fewer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import stats

from cxsim.analysis.sensitivity.factor import Factor, Numbers, Outcome, checked, outcomes_at, scaled, whole_draws
from cxsim.analysis.sweep.points import saltelli_rows

RESAMPLES = 500
INTERVAL = (0.025, 0.975)


@dataclass(frozen=True)
class SobolIndices:
    """What share of the outcome's variance each parameter is responsible for.

    Attributes:
        table: one row a parameter: key, label, first (alone), total (with its interactions), each with its 95%
            interval as first_low, first_high, total_low, total_high. Estimates can leave 0 to 1 by their error. nan
            when nothing but luck is seen to move the outcome; intervals are nan when that is so in a resample.
        luck: share of the variance of a single run that is luck, with its interval; nan with one replication, where
            the indices hold the luck too.
        luck_shared: share of that luck that is the same at all points, and so drops out of differences.
        points: of the design, n of n(k + 2) evaluations.
        replications: of each point.
    """

    table: pd.DataFrame = field(repr=False)
    luck: tuple[float, float, float]
    luck_shared: float
    points: int
    replications: int


def sobol_design(factors: Sequence[Factor], points: int = 256, seed: int = 1) -> Numbers:
    """The points to evaluate, in the order `sobol_from` reads them: A, B, then A with column i of B, i = 1..k.

    Args:
        factors: what varies, k of them.
        points: n, a power of two.
        seed: of the scrambling of the Sobol sequence.

    Returns:
        Shape (n (k + 2), k), in the units of the factors.

    Raises:
        ValueError: if n is no power of two.
    """
    if points < 2 or points & (points - 1):
        raise ValueError(f"points is {points}; it must be a power of two")
    k = len(factors)
    return scaled(factors, saltelli_rows(k, points, seed).swapaxes(0, 1).reshape(-1, k))


def sobol(outcome: Outcome, factors: Sequence[Factor], points: int = 256, seed: int = 1) -> SobolIndices:
    """Evaluate `sobol_design` and return its indices; n (k + 2) points are lived, each with all its replications."""
    return sobol_from(factors, outcomes_at(outcome, sobol_design(factors, points, seed)), seed)


def sobol_from(factors: Sequence[Factor], values: Numbers, seed: int = 1) -> SobolIndices:
    """Sobol indices from the outcomes of a `sobol_design`.

    Args:
        factors: those of the design, k of them.
        values: outcomes in the order of the design, shape (n (k + 2), replications).
        seed: of the bootstrap.

    Raises:
        ValueError: if the outcomes are not those of such a design, or not finite.
    """
    k = len(factors)
    n, left = divmod(len(values), k + 2)
    if left or n < 2:
        raise ValueError(f"{len(values)} points are no design of {k} factors; it has n * {k + 2} points")
    blocks = (
        checked(values, len(values)).reshape(k + 2, n, -1).transpose(0, 2, 1)
    )  # (A, B, AB_1..k), replication, point
    replications = blocks.shape[1]
    best = _estimate(blocks, np.ones(replications))
    rows = whole_draws(n, (RESAMPLES, n), seed)
    weights = _replication_weights(replications, seed + 1)
    drawn = [_estimate(blocks[:, :, row], weight) for row, weight in zip(rows, weights, strict=True)]
    low, high = np.quantile(drawn, INTERVAL, axis=0)
    table = pd.DataFrame({"key": [each.key for each in factors], "label": [each.label for each in factors]})
    for name, place in (("first", slice(0, k)), ("total", slice(k, 2 * k))):
        table[name], table[f"{name}_low"], table[f"{name}_high"] = best[place], low[place], high[place]
    return SobolIndices(table, (best[-2], low[-2], high[-2]), float(best[-1]), n, replications)


def _replication_weights(replications: int, seed: int) -> Numbers:
    """Weights of mean 1, shape (RESAMPLES, replications): a weighted mean varies by the sample variance / R."""
    if replications < 3:  # two replications allow no weights of enough variance; one allows none
        return np.ones((RESAMPLES, replications))
    shape = (replications - 2) / replications
    drawn = stats.gamma.rvs(shape, size=(RESAMPLES, replications), random_state=seed)
    return np.asarray(np.maximum(drawn, 1e-9) / shape)


def _estimate(blocks: Numbers, weight: Numbers) -> Numbers:
    """First and total indices, the share of luck and the share of luck that is shared, shape (2k + 2,).

    Args:
        blocks: outcomes of A, B and the k mixed designs, shape (k + 2, replications, n).
        weight: of each replication, shape (replications,).
    """
    k = len(blocks) - 2
    w = weight / weight.sum()
    mean = np.einsum("brn,r->bn", blocks, w)
    numerators, variances = _scipy_numerators(np.concatenate([mean[:, None], blocks], axis=1))
    if len(w) == 1:
        return np.append(numerators[0] / variances[0] if variances[0] > 0.0 else np.full(2 * k, np.nan), [np.nan] * 2)
    others = 1.0 - np.sum(w**2)
    numerator = (numerators[0] - w**2 @ numerators[1:]) / others
    variance = float(variances[0] - w**2 @ variances[1:]) / others
    each = blocks[:2].transpose(1, 0, 2).reshape(len(w), -1)
    luck = float(np.mean(w @ (each - w @ each) ** 2)) / others
    levels = each.mean(axis=1)
    separate = float(np.mean(w @ ((each - levels[:, None]) - (w @ each - w @ levels)) ** 2)) / others
    if variance <= 0.0:  # the differences between points are no larger than luck makes them
        return np.append(
            np.full(2 * k, np.nan), [1.0 if luck > 0.0 else np.nan, 1.0 - separate / luck if luck else np.nan]
        )
    return np.append(numerator / variance, [luck / (variance + luck), 1.0 - separate / luck if luck else np.nan])


def _scipy_numerators(blocks: Numbers) -> tuple[Numbers, Numbers]:
    """SciPy's indices times the variance it divided by: (outputs, 2k) and (outputs,)."""
    outputs, n = blocks.shape[1:]
    result = stats.sobol_indices(func={"f_A": blocks[0], "f_B": blocks[1], "f_AB": blocks[2:]}, n=n)
    variance = np.var(blocks[:2], axis=(0, -1))
    indices = [np.reshape(order, (outputs, -1)) for order in (result.first_order, result.total_order)]
    return np.concatenate(indices, axis=1) * variance[:, None], np.asarray(variance)
