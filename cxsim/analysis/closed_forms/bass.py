"""Bass (1969), A new product growth for model consumer durables, Management Science 15(5), 215-227."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.optimize import least_squares

from cxsim.data.histories import Numbers


@dataclass(frozen=True)
class Bass:
    """Adoption by innovation p and imitation q (per unit of time) in a market of m.

    Attributes:
        p: hazard of adopting without anybody else, above 0.
        q: what full adoption of the others adds to it, 0 or more.
        m: adopters in the end, above 0.
    """

    p: float
    q: float
    m: float = 1.0

    NAME: ClassVar[str] = "Bass"

    def adopted(self, time: Numbers) -> Numbers:
        """Cumulative adopters, m (1 - e**-(p+q)t) / (1 + (q/p) e**-(p+q)t)."""
        waned = np.exp(-(self.p + self.q) * np.asarray(time, float))
        return np.asarray(self.m * (1.0 - waned) / (1.0 + self.q / self.p * waned))

    def peak(self) -> float:
        """Time of the most adoptions, ln(q/p) / (p+q)."""
        return float(np.log(self.q / self.p) / (self.p + self.q))


def fit_bass(sales: Numbers) -> Bass:
    """Fit to sales of periods 1, 2, ... by nonlinear least squares on differences of the curve.

    Source: Srinivasan & Mason (1986), Nonlinear least squares estimation of new product diffusion models, Marketing
    Science 5(2), 169-178.

    Raises:
        ValueError: with fewer than four periods, or none with sales.
    """
    if len(sales) < 4 or not np.all(sales >= 0.0) or sales.sum() <= 0.0:
        raise ValueError(f"a Bass curve needs at least four periods of sales of 0 or more; given {len(sales)}")
    edges = np.arange(len(sales) + 1, dtype=float)
    scale = float(sales.sum())

    def misses(logs: Numbers) -> Numbers:
        p, q, m = np.exp(logs).tolist()
        return np.asarray(np.diff(Bass(p, q, m).adopted(edges)) - sales / scale)

    starts = [np.log([p, q, m]) for p in (0.003, 0.03) for q in (0.1, 0.4, 0.9) for m in (1.1, 2.0, 5.0)]
    bounds = (np.log([1e-7, 1e-6, 0.5]), np.log([1.0, 10.0, 1e3]))
    best = min((least_squares(misses, start, bounds=bounds) for start in starts), key=lambda found: found.cost)
    p, q, m = (float(value) for value in np.exp(best.x))
    return Bass(p, q, m * scale)
