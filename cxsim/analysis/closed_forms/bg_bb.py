"""BG/BB: customers who may buy at given opportunities, once at each, until they leave for good (Fader et al. 2010).

Donors asked once a year, members of whom a month's list is kept. Chances to buy at an opportunity are Beta(alpha, beta) across
people, chances to leave before one Beta(gamma, delta). Source of every formula: Fader, Hardie & Shang (2010), Customer-base
analysis in a discrete-time noncontractual setting, Marketing Science 29(6), 1086-1108.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import special

from cxsim.data.histories import Histories, Numbers


@dataclass(frozen=True)
class BgBb:
    """The model at one set of parameters, all above 0. Times of histories are counted in opportunities, whole numbers.

    Attributes:
        alpha: first parameter of the chances to buy.
        beta: second; the mean chance is alpha / (alpha + beta).
        gamma: first parameter of the chances to leave before an opportunity.
        delta: second; the mean chance is gamma / (gamma + delta).
    """

    alpha: float
    beta: float
    gamma: float
    delta: float

    NAME: ClassVar[str] = "BG/BB"
    START: ClassVar[dict[str, float]] = {"alpha": 1.0, "beta": 1.0, "gamma": 0.7, "delta": 3.0}

    def expected_repeats(self, opportunities: Numbers) -> Numbers:
        """Expected repeat purchases of a new customer at the next so many opportunities (equation 8)."""
        there = np.cumsum(self._still_there(np.arange(1.0, opportunities.max() + 1.0)))
        share = self.alpha / (self.alpha + self.beta)
        return np.asarray(share * np.append(0.0, there)[opportunities.astype(int)])

    def log_likelihood(self, histories: Histories) -> Numbers:
        """Of each history, shape (customers,) (equation 5)."""
        terms = [self._log_there(histories), *self._log_left(histories)]
        return np.asarray(special.logsumexp(terms, axis=0))

    def chance_there(self, histories: Histories) -> Numbers:
        """Chance that each customer was still there at the last opportunity observed."""
        return np.asarray(np.exp(self._log_there(histories) - self.log_likelihood(histories)))

    def chance_alive(self, histories: Histories) -> Numbers:
        """Chance that each customer is still there at the next opportunity (equation 11)."""
        stays = (self.delta + histories.age) / (self.gamma + self.delta + histories.age)
        return np.asarray(self.chance_there(histories) * stays)

    def expected_more(self, histories: Histories, opportunities: float) -> Numbers:
        """Expected purchases of each customer at the next so many opportunities (equation 13, summed one by one)."""
        n, x = histories.age, histories.repeats
        ahead = np.arange(1.0, opportunities + 1.0)[:, None]
        stays = np.exp(special.betaln(self.gamma, self.delta + n + ahead) - special.betaln(self.gamma, self.delta + n))
        share = (self.alpha + x) / (self.alpha + self.beta + n)
        return np.asarray(self.chance_there(histories) * share * stays.sum(axis=0))

    def _still_there(self, opportunities: Numbers) -> Numbers:
        logs = special.betaln(self.gamma, self.delta + opportunities) - special.betaln(self.gamma, self.delta)
        return np.asarray(np.exp(logs))

    def _log_bought(self, x: Numbers, opportunities: Numbers) -> Numbers:
        """Logarithm of the chance to buy at x given ones of so many opportunities, and at no other of them."""
        return np.asarray(
            special.betaln(self.alpha + x, self.beta + opportunities - x) - special.betaln(self.alpha, self.beta)
        )

    def _log_there(self, histories: Histories) -> Numbers:
        x, n = histories.repeats, histories.age
        return np.asarray(self._log_bought(x, n) + np.log(self._still_there(n)))

    def _log_left(self, histories: Histories) -> list[Numbers]:
        """Logarithms of having left after each opportunity from the last purchase on; -inf where that is too late."""
        x, last, n = histories.repeats, histories.last, histories.age
        terms = []
        for later in range(int(np.max(n - last, initial=0.0))):
            until = np.minimum(last + later, n)  # was there so long, and no longer
            leaves = special.betaln(self.gamma + 1.0, self.delta + until) - special.betaln(self.gamma, self.delta)
            terms.append(np.where(last + later < n, self._log_bought(x, until) + leaves, -np.inf))
        return terms
