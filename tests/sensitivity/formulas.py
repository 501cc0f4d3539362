"""Functions whose sensitivity is known on paper, with and without luck."""

import numpy as np
from scipy import stats

from cxsim.analysis.sensitivity import Factor

# Ishigami & Homma (1990) with a = 7, b = 0.1; indices in closed form (Saltelli et al. 2008, Global Sensitivity Analysis).
A, B = 7.0, 0.1
ISHIGAMI = [Factor(name, -np.pi, np.pi) for name in ("one", "two", "three")]
_ALONE = [0.5 * (1.0 + B * np.pi**4 / 5.0) ** 2, A**2 / 8.0, 0.0]
_ONE_AND_THREE = 8.0 * B**2 * np.pi**8 / 225.0
VARIANCE = sum(_ALONE) + _ONE_AND_THREE
FIRST = np.array(_ALONE) / VARIANCE
TOTAL = FIRST + np.array([_ONE_AND_THREE, 0.0, _ONE_AND_THREE]) / VARIANCE


def ishigami(points):
    one, two, three = points.T
    return np.sin(one) + A * np.sin(two) ** 2 + B * three**4 * np.sin(one)


def with_separate_luck(replications, seed, sd=3.0):
    """Ishigami and luck that is independent at every point."""

    def outcome(points):
        return ishigami(points)[:, None] + stats.norm.rvs(scale=sd, size=(len(points), replications), random_state=seed)

    return outcome


def with_common_luck(replications, seed):
    """Ishigami and luck that is common to the points, and acts differently, but smoothly, from place to place."""
    level, slope, bend = 2.0 * stats.norm.rvs(size=(3, replications), random_state=seed)

    def outcome(points):
        one, two, _ = points.T
        return ishigami(points)[:, None] + level + 0.4 * np.outer(one, slope) + np.outer(np.cos(two), bend)

    return outcome
