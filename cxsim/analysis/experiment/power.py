"""How large a test must be, by the usual formula: two arms of equal size, a two-sided test of a difference of means."""

import math
from typing import Final

import numpy as np
from scipy import stats

from cxsim.data.histories import Numbers

POWER: Final = 0.8
LEVEL: Final = 0.05  # chance of a false alarm, both sides together


def people_per_arm(difference: float, spread: float, power: float = POWER) -> float:
    """So many people an arm needs: 2 (z(1 - level / 2) + z(power))^2 spread^2 / difference^2; inf for no difference.

    Args:
        difference: of the means of the arms.
        spread: standard deviation of one person's outcome.
        power: chance that the test decides.
    """
    if difference == 0.0:
        return math.inf
    z = float(stats.norm.ppf(1.0 - LEVEL / 2.0) + stats.norm.ppf(power))
    return 2.0 * (z * spread / difference) ** 2


def power_of(people: float, difference: float, spread: float) -> float:
    """Chance that a test with so many people in each arm decides, on whichever side."""
    if spread == 0.0:
        return 1.0 if difference else 0.0
    away = abs(difference) / (spread * math.sqrt(2.0 / people))
    edge = float(stats.norm.ppf(1.0 - LEVEL / 2.0))
    return float(stats.norm.sf(edge - away) + stats.norm.cdf(-edge - away))


def difference_of_arms(treated: Numbers, control: Numbers) -> tuple[float, float]:
    """Difference of the means, and its standard error (Welch 1947, Biometrika 34(1/2), 28-35); each arm has two people at least."""
    error = math.sqrt(np.var(treated, ddof=1) / len(treated) + np.var(control, ddof=1) / len(control))
    return float(np.mean(treated) - np.mean(control)), error


def decides(treated: Numbers, control: Numbers) -> bool:
    """Whether the test of two arms calls the difference other than luck."""
    difference, error = difference_of_arms(treated, control)
    return abs(difference) > float(stats.norm.ppf(1.0 - LEVEL / 2.0)) * error
