"""Which parameters differ between the points at which a plan loses and those at which it wins.

Regional sensitivity analysis: Hornberger & Spear (1981), "An approach to the preliminary analysis of environmental
systems", Journal of Environmental Management 12(1).
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxsim.sensitivity.factor import Factor, Numbers


def regional(points: Numbers, lost: NDArray[np.bool_], factors: Sequence[Factor]) -> pd.DataFrame:
    """Compare the two groups of points parameter by parameter, by the Kolmogorov-Smirnov distance.

    It sees what a parameter does by itself; one that only acts together with another can pass unseen.

    Args:
        points: independently drawn (random, Latin hypercube, Sobol sequence; not a `sobol_design`), shape (n, k).
        lost: whether the plan loses there, one verdict a point whatever its replications, shape (n,).
        factors: one a column.

    Returns:
        One row a parameter, farthest apart first: key, label, distance (0 to 1), p (of one test), p_holm (corrected for
        k tests by Holm 1979: the chance of any false alarm among all parameters is at most the level), median_lost,
        median_won.

    Raises:
        ValueError: if the plan loses everywhere or nowhere.
    """
    lost = np.asarray(lost, bool)
    if lost.all() or not lost.any():
        raise ValueError(f"the plan {'loses' if lost.all() else 'wins'} at all {len(lost)} points; nothing to compare")
    tests = [stats.ks_2samp(column[lost], column[~lost]) for column in points.T]
    p = np.array([test.pvalue for test in tests])
    table = pd.DataFrame(
        {
            "key": [factor.key for factor in factors],
            "label": [factor.label for factor in factors],
            "distance": [test.statistic for test in tests],
            "p": p,
            "p_holm": holm(p),
            "median_lost": np.median(points[lost], axis=0),
            "median_won": np.median(points[~lost], axis=0),
        }
    )
    return table.sort_values("distance", ascending=False, kind="stable").reset_index(drop=True)


def holm(p: Numbers) -> Numbers:
    """Holm's adjusted p-values, shape (k,): Holm (1979), Scandinavian Journal of Statistics 6, 65-70."""
    order = np.argsort(p)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return adjusted
