"""As many hidden values as figures: least squares with luck in common, then a few steps of Broyden for what lies near."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import optimize

from cxsim.data.histories import Numbers

STEP: Final = 0.25  # for differences: more than luck
EDGE: Final = 1e-6  # least squares begin inside what is allowed
SOFT: Final = 2.0  # tolerances, beyond which a figure counts by its size, no more by its square
LONGEST: Final = 1.5  # steps at once
LEAST_MOVE: Final = 0.02  # steps: differences over less are luck
STEEPEST: Final = 0.05  # of a slope that is divided by


@dataclass(frozen=True)
class Solved:
    """Where a search ended.

    Attributes:
        steps: shape (k,).
        missed: what the figures are missed by, in tolerances, shape (k,).
        slopes: what each figure answers to each step, in tolerances, shape (k, k).
        rounds: how often the market was lived.
    """

    steps: Numbers
    missed: Numbers
    slopes: Numbers
    rounds: int


class _MetError(Exception):
    """The figures are met: there is nothing more to search for."""


def searched(
    start: Numbers, ends: tuple[Numbers, Numbers], missed: Callable[[Numbers], Numbers], rounds: int, near: float
) -> Solved:
    """Steps at which the figures are missed least: a figure that cannot be met does not spoil the others (soft L1).

    Args:
        start: shape (k,).
        ends: least and largest steps, shape (k,) each.
        missed: by what the figures are missed, in tolerances, shape (k,); with the same luck at every call.
        rounds: of at most k + 1 lives of `missed` each.
        near: tolerances within which nothing more is searched for.
    """
    tried: list[Solved] = []
    known: list[Numbers] = []  # slopes, the last ones last

    def at(steps: Numbers) -> Numbers:
        found = missed(steps)
        tried.append(Solved(steps.copy(), found, np.zeros((0, 0)), len(tried) + 1))
        if known and np.max(np.abs(found)) <= near:
            raise _MetError
        return found

    def slopes(steps: Numbers) -> Numbers:
        here = next(each.missed for each in reversed(tried) if np.array_equal(each.steps, steps))
        away = np.where(steps + STEP > ends[1], -STEP, STEP)
        aside = [missed(steps + each * (np.arange(len(steps)) == place)) for place, each in enumerate(away)]
        known.append(np.column_stack([(there - here) / each for there, each in zip(aside, away, strict=True)]))
        return known[-1]

    inside = np.clip(start, ends[0] + EDGE, ends[1] - EDGE)
    with suppress(_MetError):
        optimize.least_squares(
            at, inside, jac=slopes, bounds=ends, max_nfev=rounds, loss="soft_l1", f_scale=SOFT, xtol=1e-3, ftol=1e-3
        )
    best = min(tried, key=lambda each: float(np.sum(np.sqrt(1.0 + (each.missed / SOFT) ** 2))))
    return Solved(best.steps, best.missed, known[-1], len(tried))


def solved(
    start: Numbers,
    slopes: Numbers,
    ends: tuple[Numbers, Numbers],
    missed: Callable[[Numbers], Numbers],
    rounds: int,
    near: float,
) -> Solved:
    """Steps at which nothing is missed by more than `near` tolerances, or the nearest that were tried (Broyden 1965, Math. Comp. 19, 577-593).

    Args:
        start: shape (k,).
        slopes: about what each figure answers to each step, in tolerances, shape (k, k).
        ends: least and largest steps, shape (k,) each.
        missed: by what the figures are missed at given steps, in tolerances, shape (k,).
        rounds: at most so many.
        near: tolerances.
    """
    at, slopes = np.clip(start, *ends), slopes.copy()
    here = missed(at)
    best, lived = Solved(at, here, slopes, 1), 1
    while lived < rounds and np.max(np.abs(best.missed), initial=0.0) > near:
        step = np.clip(-np.linalg.lstsq(slopes, here, rcond=1e-3)[0], -LONGEST, LONGEST)
        move = np.clip(at + step, *ends) - at
        if np.max(np.abs(move)) < LEAST_MOVE / 10.0:
            break
        there = missed(at + move)
        lived += 1
        if np.max(np.abs(move)) >= LEAST_MOVE:
            slopes = _kept_upright(slopes + np.outer(there - here - slopes @ move, move) / (move @ move), slopes)
        at, here = at + move, there
        if np.linalg.norm(here) < np.linalg.norm(best.missed):
            best = Solved(at, here, slopes, lived)
    return Solved(best.steps, best.missed, slopes, lived)


def _kept_upright(new: Numbers, old: Numbers) -> Numbers:
    """No figure answers to its own value in the other direction, or hardly: what looks so is luck."""
    own, known = np.diag(new), np.diag(old)
    weak = (np.sign(own) != np.sign(known)) | (np.abs(own) < STEEPEST * np.abs(known))
    new = new.copy()
    new[np.diag_indices(len(own))] = np.where(weak, known / 2.0, own)
    return new
