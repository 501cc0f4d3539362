"""Where a closed form's parameters go inside a market with experience: as many figures as parameters, all to be met."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from cxsim.data.histories import Numbers

ORIGIN = 10.0  # where the search starts: SciPy's steps are shares of where it is, so it must not pass 0
STEP, LONGEST = 0.1, 1.0  # of a logarithm: for differences, and the first step at most
EDGE = 1e-6  # of a logarithm: least squares begin inside what is allowed
MOST_TRIED = 30  # evaluations
MET = 0.01  # mean squared miss: a tenth of a standard error
ROUNDS = 6  # of least squares where the figures are not met; k + 1 evaluations each


@dataclass(frozen=True)
class Match:
    """Attributes: the parameters found, shape (k,); the mean squared miss, in standard errors of the real figures."""

    values: Numbers
    misfit: float


def most_evaluations(parameters: int) -> int:
    """How often `meet` asks for misses at most, about: the search for a root, then least squares."""
    return MOST_TRIED + ROUNDS * (parameters + 1)


def meet(start: Numbers, allowed: tuple[Numbers, Numbers], misses: Callable[[Numbers], Numbers]) -> Match:
    """A root of the misses, on the logarithms of the parameters; where there is none, their least squares.

    Powell's hybrid method (MINPACK) comes first, which learns its derivatives from the steps it takes. It looks for a root
    and for nothing else: where there is none it stops anywhere, and where it stops is luck. So if the figures are still
    missed, least squares go on from the nearest point that was tried.

    Args:
        start: parameters, all above 0, shape (k,).
        allowed: lowest and highest values, shape (k,) each; beyond, the nearest allowed value is tried.
        misses: at given parameters, in standard errors, shape (k,); with the same luck at every call.
    """
    origin = np.log(start) - ORIGIN
    low, high = (np.log(limit) - origin for limit in allowed)
    tried: list[Match] = []

    def at(point: Numbers) -> Numbers:
        values = np.clip(np.exp(point + origin), *allowed)
        missed = misses(values)
        tried.append(Match(values, float(np.mean(missed**2))))
        return missed

    optimize.fsolve(
        at,
        np.full(len(start), ORIGIN),
        full_output=True,  # otherwise it warns where there is no root
        epsfcn=(STEP / ORIGIN) ** 2,
        factor=LONGEST / (ORIGIN * np.sqrt(len(start))),
        diag=np.ones(len(start)),
        xtol=1e-3,
        maxfev=MOST_TRIED,
    )
    nearest = min(tried, key=lambda each: each.misfit)
    if nearest.misfit > MET:
        inside = np.clip(np.log(nearest.values) - origin, low + EDGE, high - EDGE)
        optimize.least_squares(
            at, inside, bounds=(low, high), diff_step=[STEP / ORIGIN] * len(start), max_nfev=ROUNDS, xtol=1e-4
        )
    return min(tried, key=lambda each: each.misfit)
