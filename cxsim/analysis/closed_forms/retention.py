"""Retention under contract: sBG and its generalisation with duration dependence, the beta-discrete-Weibull.

Sources: Fader & Hardie (2007), How to project customer retention, J. Interactive Marketing 21(1), 76-90; Fader, Hardie,
Liu, Davin & Steenburgh (2018), "How to project customer retention" revisited: the role of duration dependence,
J. Interactive Marketing 43, 1-16.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import special

from cxsim.data.histories import Numbers


@dataclass(frozen=True)
class BetaDiscreteWeibull:
    """Chances to leave at the first decision are Beta(a, b) across people; `c` is the dependence on duration.

    Attributes:
        a: first parameter of the chances to leave, above 0.
        b: second, above 0.
        c: above 0; 1 is the shifted beta-geometric (sBG), below 1 staying makes staying likelier.
    """

    a: float
    b: float
    c: float = 1.0

    NAME: ClassVar[str] = "BdW"
    START: ClassVar[dict[str, float]] = {"a": 0.7, "b": 2.0, "c": 1.0}

    def survival(self, periods: Numbers) -> Numbers:
        """Share of a cohort still there after so many decisions, S(t) = B(a, b + t**c) / B(a, b)."""
        return np.asarray(np.exp(special.betaln(self.a, self.b + periods**self.c) - special.betaln(self.a, self.b)))

    def log_likelihood(self, survivors: Numbers) -> Numbers:
        """Of the customers (or shares) lost in each period and of those still there at the end.

        Args:
            survivors: how many were there at periods 0, 1, ..., shape (periods + 1,), never increasing.

        Returns:
            shape (periods + 1,): one term a period, the last one for the survivors.
        """
        still_there = self.survival(np.arange(len(survivors), dtype=float))
        lost, chance = -np.diff(survivors), -np.diff(still_there)
        return np.append(special.xlogy(lost, chance), special.xlogy(survivors[-1], still_there[-1]))


@dataclass(frozen=True)
class Sbg(BetaDiscreteWeibull):
    """The shifted beta-geometric: nobody's own chance to leave ever changes."""

    NAME: ClassVar[str] = "sBG"
    START: ClassVar[dict[str, float]] = {"a": 0.7, "b": 2.0}

    def __init__(self, a: float, b: float) -> None:
        super().__init__(a, b, 1.0)
