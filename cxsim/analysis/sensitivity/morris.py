"""Which of many parameters matter at all, for few runs: Morris's elementary effects.

Morris (1991), "Factorial sampling plans for preliminary computational experiments", Technometrics 33, 161-174; mu* is
from Campolongo, Cariboni & Saltelli (2007), Environmental Modelling & Software 22, 1509-1518.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxsim.analysis.sensitivity.factor import (
    Factor,
    Numbers,
    Outcome,
    checked,
    outcomes_at,
    scaled,
    shares,
    whole_draws,
)
from cxsim.analysis.sweep.points import morris_walks

RESAMPLES = 1000


def morris_design(factors: Sequence[Factor], trajectories: int = 20, seed: int = 1) -> Numbers:
    """Walks through the space in which every step changes one parameter, and every parameter is changed once.

    Returns:
        Shape (trajectories (k + 1), k), in the units of the factors.
    """
    return scaled(factors, morris_walks(len(factors), trajectories, seed).reshape(-1, len(factors)))


def morris(outcome: Outcome, factors: Sequence[Factor], trajectories: int = 20, seed: int = 1) -> pd.DataFrame:
    """Evaluate `morris_design` and screen; trajectories (k + 1) points are lived. See `morris_from`."""
    design = morris_design(factors, trajectories, seed)
    return morris_from(factors, design, outcomes_at(outcome, design), seed)


def morris_from(factors: Sequence[Factor], design: Numbers, values: Numbers, seed: int = 1) -> pd.DataFrame:
    """Elementary effects: how much the outcome changes per whole range of a parameter, all others held.

    Args:
        factors: those of the design, k of them.
        design: from `morris_design`, shape (trajectories (k + 1), k).
        values: outcomes in the order of the design, shape (trajectories (k + 1), replications).
        seed: of the bootstrap over trajectories.

    Returns:
        One row a parameter, most important first: key, label; mu, the mean effect; mu_star, the mean size of the
        effect, with its 95% interval as mu_star_low and mu_star_high; sigma, how much the effect differs from place to
        place (interactions or curvature); luck, the mu_star that a parameter without effect would show by the luck of
        the replications alone (nan with one replication). A mu_star that is not above it says nothing.
    """
    k = len(factors)
    steps = np.diff(shares(factors, design).reshape(-1, k + 1, k), axis=1)  # (trajectories, k steps, k)
    changed = np.abs(steps).argmax(axis=2)
    paired = np.diff(checked(values, len(design)).reshape(len(steps), k + 1, -1), axis=1)  # with the same luck
    effects = paired / np.take_along_axis(steps, changed[:, :, None], axis=2)
    order = changed.argsort(axis=1)[:, :, None]
    effects = np.take_along_axis(effects, order, axis=1)  # (trajectories, k, replications)
    mean = effects.mean(axis=2)
    rows = whole_draws(len(mean), (RESAMPLES, len(mean)), seed)
    low, high = np.quantile(np.abs(mean)[rows].mean(axis=1), (0.025, 0.975), axis=0)
    table = pd.DataFrame(
        {
            "key": [factor.key for factor in factors],
            "label": [factor.label for factor in factors],
            "mu": mean.mean(axis=0),
            "mu_star": np.abs(mean).mean(axis=0),
            "mu_star_low": low,
            "mu_star_high": high,
            "sigma": mean.std(axis=0, ddof=1),
            "luck": _size_of_luck(effects),
        }
    )
    return table.sort_values("mu_star", ascending=False, kind="stable").reset_index(drop=True)


def _size_of_luck(effects: Numbers) -> Numbers:
    """Mean size of a normal error with the standard error of the mean over replications, shape (k,)."""
    replications = effects.shape[2]
    if replications == 1:
        return np.full(effects.shape[1], np.nan)
    error = effects.std(axis=2, ddof=1) / np.sqrt(replications)
    return np.asarray(np.sqrt(2.0 / np.pi) * error.mean(axis=0))
