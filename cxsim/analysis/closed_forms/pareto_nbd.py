"""Pareto/NBD: purchases at a personal rate over an unobserved exponential lifetime (Schmittlein et al. 1987).

Rates are Gamma(r, alpha) across people, hazards of leaving Gamma(s, beta). Sources: Schmittlein, Morrison & Colombo
(1987), Counting your customers: Who are they and what will they do next?, Management Science 33(1), 1-24; the stable
form of the likelihood is Fader & Hardie's (2005, note 009 on brucehardie.com).
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import special

from cxsim.data.histories import Histories, Numbers


@dataclass(frozen=True)
class ParetoNbd:
    """The model at one set of parameters, all above 0; times in weeks.

    Attributes:
        r: shape of the need rates.
        alpha: their rate parameter, weeks; the mean rate is r / alpha.
        s: shape of the hazards of leaving.
        beta: their rate parameter, weeks; the mean hazard is s / beta.
    """

    r: float
    alpha: float
    s: float
    beta: float

    NAME: ClassVar[str] = "Pareto/NBD"
    START: ClassVar[dict[str, float]] = {"r": 0.5, "alpha": 10.0, "s": 0.6, "beta": 12.0}

    def expected_repeats(self, weeks: Numbers) -> Numbers:
        """Expected repeat purchases of a new customer by `weeks` after the first purchase."""
        s = _away_from_one(self.s)
        lived = 1.0 - (self.beta / (self.beta + weeks)) ** (s - 1.0)
        return np.asarray(self.r * self.beta / (self.alpha * (s - 1.0)) * lived)

    def log_likelihood(self, histories: Histories) -> Numbers:
        """Of each history, shape (customers,)."""
        r, alpha, s, beta = self.r, self.alpha, self.s, self.beta
        x, age = histories.repeats, histories.age
        common = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha) + s * np.log(beta)
        still_there = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
        left = np.log(s) - np.log(r + s + x) + self._log_left(histories)
        total: Numbers = common + np.logaddexp(still_there, left)
        return total

    def chance_alive(self, histories: Histories) -> Numbers:
        """Chance that each customer has not left yet."""
        r, alpha, s, beta = self.r, self.alpha, self.s, self.beta
        x, age = histories.repeats, histories.age
        log_odds = np.log(s) - np.log(r + s + x) + self._log_left(histories)
        log_odds += (r + x) * np.log(alpha + age) + s * np.log(beta + age)
        return np.asarray(special.expit(-log_odds))

    def expected_more(self, histories: Histories, weeks: float) -> Numbers:
        """Expected purchases of each customer in the `weeks` after their history ends."""
        s = _away_from_one(self.s)
        x, age = histories.repeats, histories.age
        lived = 1.0 - ((self.beta + age) / (self.beta + age + weeks)) ** (s - 1.0)
        rate = (self.r + x) * (self.beta + age) / ((self.alpha + age) * (s - 1.0))
        return np.asarray(rate * lived * self.chance_alive(histories))

    def _log_left(self, histories: Histories) -> Numbers:
        """Logarithm of the integral over the times at which the customer may have left; -inf if there are none."""
        larger = max(self.alpha, self.beta)
        gap = abs(self.alpha - self.beta)
        total = self.r + self.s + histories.repeats
        second = self.s + 1.0 if self.alpha >= self.beta else self.r + histories.repeats

        def term(at: Numbers) -> Numbers:
            hyper = special.hyp2f1(total, second, total + 1.0, gap / (larger + at))
            return np.asarray(np.log(hyper) - total * np.log(larger + at))

        from_last, from_end = term(histories.last), term(histories.age)
        with np.errstate(divide="ignore"):
            return np.asarray(from_last + np.log(-np.expm1(np.minimum(from_end - from_last, 0.0))))


def _away_from_one(s: float) -> float:
    """The formulas divide by s - 1; their limit at 1 is finite."""
    return s if abs(s - 1.0) > 1e-6 else 1.0 + 1e-6
