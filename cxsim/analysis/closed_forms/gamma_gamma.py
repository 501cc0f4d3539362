"""Gamma-Gamma: what customers spend at a time, when amounts of one customer are Gamma and so are their scales across customers.

How much somebody spends at a time has nothing to do with how often they come. Source of every formula: Fader & Hardie (2013),
The Gamma-Gamma model of monetary value (note 025 on brucehardie.com); first in Fader, Hardie & Lee (2005), RFM and CLV: using
iso-value curves for customer base analysis, J. Marketing Research 42(4), 415-430.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import special

from cxsim.data.histories import Numbers


@dataclass(frozen=True)
class Spending:
    """What some customers spent so far.

    Attributes:
        purchases: whose amounts are known, 1 or more, shape (customers,).
        average: amount of one, above 0, shape (customers,).
    """

    purchases: Numbers
    average: Numbers


@dataclass(frozen=True)
class GammaGamma:
    """The model at one set of parameters, all above 0.

    Attributes:
        p: shape of a customer's amounts.
        q: shape of their rates across customers; above 1 there is a mean, above 2 a variance.
        gamma: rate parameter of these, in money.
    """

    p: float
    q: float
    gamma: float

    NAME: ClassVar[str] = "Gamma-Gamma"
    START: ClassVar[dict[str, float]] = {"p": 4.0, "q": 4.0, "gamma": 0.75}  # of amounts whose mean is 1

    @property
    def mean(self) -> float:
        """Mean amount over customers, p gamma / (q - 1); infinite unless q is above 1."""
        return self.p * self.gamma / (self.q - 1.0) if self.q > 1.0 else float("inf")

    def log_likelihood(self, spending: Spending) -> Numbers:
        """Of each customer's average amount, shape (customers,) (note 025, equation 1a)."""
        p, q, gamma = self.p, self.q, self.gamma
        x, average = spending.purchases, spending.average
        shapes = special.gammaln(p * x + q) - special.gammaln(p * x) - special.gammaln(q)
        powers = q * np.log(gamma) + (p * x - 1.0) * np.log(average) + p * x * np.log(x)
        total: Numbers = shapes + powers - (p * x + q) * np.log(gamma + x * average)
        return total

    def expected_amount(self, spending: Spending) -> Numbers:
        """Mean amount of each customer's next purchases: their own average, drawn toward that of all (note 025, equation 5)."""
        x, average = spending.purchases, spending.average
        return np.asarray(self.p * (self.gamma + x * average) / (self.p * x + self.q - 1.0))
