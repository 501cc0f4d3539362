"""Which parameters differ between the points at which a plan loses and those at which it wins.

Regional sensitivity analysis: Hornberger & Spear (1981), "An approach to the preliminary analysis of environmental
systems", Journal of Environmental Management 12(1).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxsim.analysis.sensitivity.factor import Factor, Numbers


def regional(points: Numbers, lost: NDArray[np.bool_], factors: Sequence[Factor]) -> pd.DataFrame:
    """Compare the two groups of points parameter by parameter: numbers by the Kolmogorov-Smirnov distance.

    Words need no order: theirs is the largest difference of the shares of any set of words (half of the sum of all
    differences), tested by chi-square. It sees what a parameter does by itself; one that only acts together with another can pass unseen.

    Args:
        points: independently drawn (random, Latin hypercube, Sobol sequence; not a `sobol_design`), shape (n, k).
        lost: whether the plan loses there, one verdict a point whatever its replications, shape (n,).
        factors: one a column.

    Returns:
        One row a parameter, farthest apart first: key, label, distance (0 to 1), p (of one test), p_holm (corrected for
        k tests by Holm 1979: the chance of any false alarm among all parameters is at most the level), median_lost,
        median_won (nan for words).

    Raises:
        ValueError: if the plan loses everywhere or nowhere.
    """
    lost = np.asarray(lost, bool)
    if lost.all() or not lost.any():
        raise ValueError(f"the plan {'loses' if lost.all() else 'wins'} at all {len(lost)} points; nothing to compare")
    tests = [_apart(column[lost], column[~lost], factor) for column, factor in zip(points.T, factors, strict=True)]
    p = np.array([chance for _, chance in tests])
    scale = np.array([not factor.words for factor in factors])
    table = pd.DataFrame(
        {
            "key": [factor.key for factor in factors],
            "label": [factor.label for factor in factors],
            "distance": [distance for distance, _ in tests],
            "p": p,
            "p_holm": holm(p),
            "median_lost": np.where(scale, np.median(points[lost], axis=0), np.nan),
            "median_won": np.where(scale, np.median(points[~lost], axis=0), np.nan),
        }
    )
    return table.sort_values("distance", ascending=False, kind="stable").reset_index(drop=True)


def _apart(lost: Numbers, won: Numbers, factor: Factor) -> tuple[float, float]:
    """How far two groups of values are apart, 0 to 1, and the chance that luck alone takes them so far."""
    if not factor.words:
        test = stats.ks_2samp(lost, won)
        return float(test.statistic), float(test.pvalue)
    counts = np.array(
        [[np.count_nonzero(np.rint(group) == word) for word in range(len(factor.words))] for group in (lost, won)]
    )
    counts = counts[:, counts.sum(axis=0) > 0]
    shares = counts / counts.sum(axis=1, keepdims=True)
    chance = stats.chi2_contingency(counts).pvalue if counts.shape[1] > 1 else 1.0
    return float(np.abs(shares[0] - shares[1]).sum() / 2.0), float(chance)


def holm(p: Numbers) -> Numbers:
    """Holm's adjusted p-values, shape (k,): Holm (1979), Scandinavian Journal of Statistics 6, 65-70."""
    order = np.argsort(p)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return adjusted
