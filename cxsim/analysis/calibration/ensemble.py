"""Fitting what has no closed form: many guesses, simulated, drawn toward the data together.

Guesses start at the prior and are updated several times by the regression of parameters on simulated moments across
the guesses, each time with the data's error inflated by the number of updates: the ensemble smoother with multiple data
assimilation (Emerick & Reynolds 2013, Computers & Geosciences 55, 3-15). What comes out is not trusted: every guess is
simulated once more, and only those whose moments all lie within three errors of the data stay (the implausibility rule
of history matching: Craig, Goldstein, Seheult & Smith 1997, in Case Studies in Bayesian Statistics III, 37-93).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cxsim.data.histories import Numbers

UPDATES = 4
IMPLAUSIBLE = 3.0  # errors

Simulate = Callable[[Numbers], Numbers]  # parameters (guesses, k) -> moments (guesses, m)


@dataclass(frozen=True)
class Plausible:
    """The guesses that reproduce the data.

    Attributes:
        normal: their parameters on the scale of the prior, where that is standard normal, shape (kept, k).
        moments: their simulated moments, shape (kept, m).
        tried: how many guesses were checked in the end.
        missed: of every moment that counts, the share of all guesses that miss it by more, shape (m,); 0 of the others.
    """

    normal: Numbers
    moments: Numbers
    tried: int
    missed: Numbers


def prior_guesses(guesses: int, parameters: int, seed: int) -> Numbers:
    """Guesses spread evenly over a standard normal prior, shape (guesses, parameters)."""
    spread = stats.qmc.LatinHypercube(parameters, rng=seed).random(guesses)
    return np.asarray(stats.norm.ppf(spread))


def assimilate(
    simulate: Simulate,
    observed: Numbers,
    error: Numbers,
    start: Numbers,
    seed: int,
    counts: NDArray[np.bool_] | None = None,
) -> Plausible:
    """Draw guesses toward the observed moments, and keep those that reproduce them.

    Args:
        simulate: moments of guesses; each with luck of its own, which the regression averages out.
        observed: shape (m,).
        error: standard error of each moment: the data's, the simulation's and the model's own together, shape (m,).
        start: guesses from the prior, standard normal, shape (guesses, k).
        seed: of the errors added to the data.
        counts: which moments count, shape (m,); the others are simulated, and decide nothing. None: all count.
    """
    used = np.ones(len(observed), bool) if counts is None else counts
    guesses = start
    noise = stats.qmc.LatinHypercube(len(observed) * UPDATES, rng=seed).random(len(start))
    perturbations = stats.norm.ppf(noise).reshape(len(start), UPDATES, len(observed))
    for update in range(UPDATES):
        moments = simulate(guesses)
        missed = observed + np.sqrt(UPDATES) * error * perturbations[:, update] - moments
        guesses = guesses + missed[:, used] @ _gain(guesses, moments[:, used], error[used]).T
    moments = simulate(guesses)
    away = np.abs(moments - observed) / error
    keep = (away[:, used] <= IMPLAUSIBLE).all(axis=1)
    missed_by = np.where(used, np.mean(away > IMPLAUSIBLE, axis=0), 0.0)
    return Plausible(guesses[keep], moments[keep], len(guesses), missed_by)


def _gain(guesses: Numbers, moments: Numbers, error: Numbers) -> Numbers:
    """How far to move each parameter for each unit by which a moment was missed, shape (k, m)."""
    about_guesses, about_moments = guesses - guesses.mean(axis=0), moments - moments.mean(axis=0)
    together = about_guesses.T @ about_moments / (len(guesses) - 1)
    of_moments = about_moments.T @ about_moments / (len(guesses) - 1) + UPDATES * np.diag(error**2)
    return np.asarray(np.linalg.solve(of_moments, together.T).T)
