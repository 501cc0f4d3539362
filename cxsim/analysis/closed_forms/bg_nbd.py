"""BG/NBD: purchases at a personal rate until, after some repeat purchase, the customer leaves (Fader et al. 2005).

Rates are Gamma(r, alpha) across people, chances to leave after a repeat purchase Beta(a, b). Source of every formula:
Fader, Hardie & Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2), 275-284.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import special

from cxsim.data.histories import Histories, Numbers


@dataclass(frozen=True)
class BgNbd:
    """The model at one set of parameters, all above 0; times in weeks.

    Attributes:
        r: shape of the need rates.
        alpha: their rate parameter, weeks; the mean rate is r / alpha.
        a: first parameter of the chances to leave.
        b: second; the mean chance is a / (a + b).
    """

    r: float
    alpha: float
    a: float
    b: float

    NAME: ClassVar[str] = "BG/NBD"
    START: ClassVar[dict[str, float]] = {"r": 0.5, "alpha": 6.0, "a": 0.8, "b": 2.5}

    def expected_repeats(self, weeks: Numbers) -> Numbers:
        """Expected repeat purchases of a new customer by `weeks` after the first purchase (equation 9)."""
        r, alpha, a, b = self.r, self.alpha, _away_from_one(self.a), self.b
        hyper = special.hyp2f1(r, b, a + b - 1.0, weeks / (alpha + weeks))
        expected: Numbers = (a + b - 1.0) / (a - 1.0) * (1.0 - (alpha / (alpha + weeks)) ** r * hyper)
        return expected

    def chance_of_none(self, weeks: Numbers) -> Numbers:
        """Chance of no repeat purchase by `weeks` (equation 8 at x = 0)."""
        return np.asarray((self.alpha / (self.alpha + weeks)) ** self.r)

    def log_likelihood(self, histories: Histories) -> Numbers:
        """Of each history, shape (customers,) (equation 6)."""
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        x, last, age = histories.repeats, histories.last, histories.age
        purchases = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha)
        staying = special.betaln(a, b + x) - special.betaln(a, b)
        still_there = -(r + x) * np.log(alpha + age)
        left = np.where(
            x > 0, np.log(a) - np.log(b + np.maximum(x, 1.0) - 1.0) - (r + x) * np.log(alpha + last), -np.inf
        )
        total: Numbers = purchases + staying + np.logaddexp(still_there, left)
        return total

    def chance_alive(self, histories: Histories) -> Numbers:
        """Chance that each customer has not left yet."""
        return np.asarray(1.0 / (1.0 + self._odds_left(histories)))

    def expected_more(self, histories: Histories, weeks: float) -> Numbers:
        """Expected purchases of each customer in the `weeks` after their history ends (equation 10)."""
        r, alpha, a, b = self.r, self.alpha, _away_from_one(self.a), self.b
        x, age = histories.repeats, histories.age
        hyper = special.hyp2f1(r + x, b + x, a + b + x - 1.0, weeks / (alpha + age + weeks))
        if_rates = 1.0 - ((alpha + age) / (alpha + age + weeks)) ** (r + x) * hyper
        return np.asarray((a + b + x - 1.0) / (a - 1.0) * if_rates * self.chance_alive(histories))

    def _odds_left(self, histories: Histories) -> Numbers:
        x = histories.repeats
        ratio = ((self.alpha + histories.age) / (self.alpha + histories.last)) ** (self.r + x)
        return np.where(x > 0, self.a / (self.b + np.maximum(x, 1.0) - 1.0) * ratio, 0.0)


def _away_from_one(a: float) -> float:
    """The formulas divide by a - 1; their limit at 1 is finite."""
    return a if abs(a - 1.0) > 1e-6 else 1.0 + 1e-6
