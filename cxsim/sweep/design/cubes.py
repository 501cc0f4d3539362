"""Points of the unit cube: where in the ranges of its factors a design lives."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.stats import qmc

Cube = NDArray[np.float64]  # shape (..., factors), 0 to 1

MORRIS_LEVELS = 4
MORRIS_STEP = MORRIS_LEVELS / (2.0 * (MORRIS_LEVELS - 1.0))  # of the range: every level is reached equally often


def latin_hypercube(dimensions: int, points: int, seed: int) -> Cube:
    """One point in each stratum of each factor (McKay et al. 1979), shape (points, dimensions)."""
    return np.asarray(qmc.LatinHypercube(dimensions, rng=seed).random(points))


def sobol_points(dimensions: int, points: int, seed: int) -> Cube:
    """A Sobol sequence (1967), scrambled after Owen, shape (points, dimensions); points is a power of two."""
    return np.asarray(qmc.Sobol(dimensions, rng=seed).random(points))


def morris_walks(dimensions: int, trajectories: int, seed: int) -> Cube:
    """Walks in which every step changes one factor, and every factor is changed once (Morris 1991).

    Args:
        dimensions: k.
        trajectories: how many walks.
        seed: 0 to 2**32 - 1.

    Returns:
        Shape (trajectories, k + 1, k).
    """
    start, direction, order = np.asarray(stats.uniform.rvs(size=(3, trajectories, dimensions), random_state=seed))
    lower = np.floor(start * MORRIS_LEVELS / 2.0) / (MORRIS_LEVELS - 1.0)
    upward = direction < 0.5
    stepped = np.argsort(order, axis=1).argsort(axis=1)[:, None, :] < np.arange(dimensions + 1)[None, :, None]
    at_upper = np.where(upward[:, None, :], stepped, ~stepped)
    return np.asarray(lower[:, None, :] + MORRIS_STEP * at_upper)


def saltelli_rows(dimensions: int, points: int, seed: int) -> Cube:
    """Two points A and B, and A with one factor of B after the other (Saltelli et al. 2010).

    Args:
        dimensions: k.
        points: n, a power of two.
        seed: of the scrambling of the Sobol sequence.

    Returns:
        Shape (n, k + 2, k): in every row A, B, then A with factor i of B, i = 1..k.
    """
    both = sobol_points(2 * dimensions, points, seed)
    a, b = both[:, :dimensions], both[:, dimensions:]
    mixed = [np.where(np.arange(dimensions) == i, b, a) for i in range(dimensions)]
    return np.stack([a, b, *mixed], axis=1)
