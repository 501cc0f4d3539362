"""Beta-discrete-Weibull with second thoughts: of those who would leave, a share renews after all.

It says by arithmetic what a market does in which those who do not stay look around and may come back. No simulation, and
so no luck.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from cxsim.analysis.closed_forms.likelihood import fit_retention
from cxsim.analysis.closed_forms.retention import BetaDiscreteWeibull
from cxsim.data.histories import Numbers

KINDS = 2_000  # of people, equally many of each, instead of a continuous Beta
SMALLEST = 1e-300  # chance to leave
LOWEST, HIGHEST = np.log([0.02, 0.02, 0.1]), np.log([100.0, 100.0, 5.0])  # a, b, c


@dataclass(frozen=True)
class Returning:
    """Attributes: the chances to leave; the share of those about to leave who renew, the same for all, 0-1."""

    leaving: BetaDiscreteWeibull
    share: float

    def survival(self, years: int) -> Numbers:
        """Share of a cohort still there after 0, 1, ... decisions, shape (years + 1,)."""
        decision = np.arange(1.0, years + 1.0)
        chances = stats.beta.ppf((np.arange(KINDS) + 0.5) / KINDS, self.leaving.a, self.leaving.b)
        log_stays = np.log1p(-np.clip(chances, SMALLEST, 1.0 - 1e-15))
        stays = np.exp(np.outer(log_stays, decision**self.leaving.c - (decision - 1.0) ** self.leaving.c))
        still_there = np.cumprod(stays + (1.0 - stays) * self.share, axis=1).mean(axis=0)
        return np.append(1.0, still_there)

    def log_likelihood(self, survivors: Numbers) -> float:
        """Of the customers lost in each year and of those still there, without the constant that counts orderings."""
        curve = self.survival(len(survivors) - 1)
        return float(-np.diff(survivors) @ np.log(-np.diff(curve)) + survivors[-1] * np.log(curve[-1]))


def fit_returning(share: float, survivors: Numbers) -> Returning:
    """Maximum likelihood over the chances to leave, for a share that is given."""

    def at(logs: Numbers) -> Returning:
        return Returning(BetaDiscreteWeibull(*np.exp(logs).tolist()), share)

    found = optimize.minimize(
        lambda logs: -at(logs).log_likelihood(survivors),
        np.log(fit_retention(BetaDiscreteWeibull, survivors).values),
        method="Nelder-Mead",
        bounds=list(zip(LOWEST, HIGHEST, strict=True)),
        options={"maxfev": 1000, "xatol": 1e-4, "fatol": 1e-7},
    )
    return at(found.x)
