"""Where a closed form's parameters go inside a market with experience: as many figures as parameters, all to be met."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from cxsim.closed_forms.histories import Numbers

ORIGIN = 10.0  # where the search starts: SciPy's steps are shares of where it is, so it must not pass 0
STEP, LONGEST = 0.1, 1.0  # of a logarithm: for differences, and the first step at most
MOST_TRIED = 30  # evaluations


@dataclass(frozen=True)
class Match:
    """Attributes: the parameters found, shape (k,); the mean squared miss, in standard errors of the real figures."""

    values: Numbers
    misfit: float


def meet(start: Numbers, allowed: tuple[Numbers, Numbers], misses: Callable[[Numbers], Numbers]) -> Match:
    """A root of the misses, on the logarithms of the parameters.

    Powell's hybrid method (MINPACK), which learns its derivatives from the steps it takes. Where there is no root, or luck
    hides it, the nearest point that was tried is taken.

    Args:
        start: parameters, all above 0, shape (k,).
        allowed: lowest and highest values, shape (k,) each; beyond, the nearest allowed value is tried.
        misses: at given parameters, in standard errors, shape (k,); with the same luck at every call.
    """
    origin = np.log(start) - ORIGIN
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
    return min(tried, key=lambda each: each.misfit)
