"""Individual forecasts from simulation: what did simulated customers with the same history do next?

Where no closed form tells the expectation of one customer's next purchases, their simulated twins do: customers of
simulated markets who had bought as often by then, as lately, and had been there about as long.
"""

import numpy as np
from scipy.spatial import KDTree

from cxsim.data.histories import Histories, Numbers
from experiments.forecasts.lives import Lives

TWINS = 100  # of each customer, in each group of runs
EXACTLY = 6  # up to so many repeats twins bought exactly as often; beyond, about as often
COUNT_WEIGHT, HIGH_COUNT_WEIGHT = 20.0, 3.0  # of the logarithm of the count, up to that number and beyond
AGE_WEIGHT = 3.0  # a tenth older or younger weighs .3
EARLY_WEEKS = 5.0  # so that silence is told even when all purchases came at once
MOST_SILENCE = 8.0  # beyond, everybody has left


def places(histories: Histories) -> Numbers:
    """Where customers stand, shape (customers, 3): near each other means nearly the same history.

    Silence is x ln((T + 5)/(t_x + 5)): up to constants the log of the odds of having left, in BG/NBD and in Pareto/NBD.
    """
    silence = histories.repeats * np.log((histories.age + EARLY_WEEKS) / (histories.last + EARLY_WEEKS))
    low = np.log1p(np.minimum(histories.repeats, EXACTLY))
    count = COUNT_WEIGHT * low + HIGH_COUNT_WEIGHT * (np.log1p(histories.repeats) - low)
    return np.column_stack([count, np.minimum(silence, MOST_SILENCE), AGE_WEIGHT * np.log(histories.age)])


def expected_of_twins(real: Histories, simulated: list[Lives], twins: int = TWINS) -> Numbers:
    """Mean later purchases of each customer's nearest twins, group by group, shape (groups, customers).

    A twin who had bought x' times where the customer bought x times counts (x + 1)/(x' + 1) of its later purchases.

    Args:
        real: the customers to forecast.
        simulated: groups of lives that share no luck; their spread tells the Monte Carlo error.
        twins: of each customer in each group.
    """
    rows = np.column_stack([places(real), real.repeats])
    different, which = np.unique(rows, axis=0, return_inverse=True)
    by_group = []
    for lives in simulated:
        _, nearest = KDTree(places(lives.histories)).query(different[:, :3], k=min(twins, len(lives)))
        later = lives.after[nearest] / (lives.histories.repeats[nearest] + 1.0)
        by_group.append(((different[:, 3] + 1.0) * later.mean(axis=1))[which.ravel()])
    return np.array(by_group)
