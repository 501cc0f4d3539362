"""Maximum likelihood for the closed forms, and the parameters that fit nearly as well."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Generic, Protocol, TypeVar

import numpy as np
from scipy import optimize, stats

from cxsim.analysis.closed_forms.bg_bb import BgBb
from cxsim.analysis.closed_forms.bg_nbd import BgNbd
from cxsim.analysis.closed_forms.gamma_gamma import GammaGamma, Spending
from cxsim.analysis.closed_forms.pareto_nbd import ParetoNbd
from cxsim.analysis.closed_forms.retention import BetaDiscreteWeibull, Sbg
from cxsim.data.histories import Histories, Numbers

LIMITS = (1e-2, 1e3)  # of a parameter, as scenarios allow: beyond, it cannot be told from customers who are all equal
LIMITS_OF = {"c": (0.1, 5.0)}  # where they are others
STEP = 1e-3  # of the logarithm of a parameter, for second differences
PROPOSALS_PER_DRAW = 8
ROUNDS = 4  # of proposals, until they are worth at least as many independent draws as are asked for


class Model(Protocol):
    """A closed form whose parameters are positive numbers; `START` has their names and usual values, in order."""

    NAME: ClassVar[str]
    START: ClassVar[dict[str, float]]


M = TypeVar("M", bound=Model)
RepeatBuying = TypeVar("RepeatBuying", BgNbd, ParetoNbd, BgBb)
Retention = TypeVar("Retention", Sbg, BetaDiscreteWeibull)


@dataclass(frozen=True)
class Fit(Generic[M]):
    """A model fitted by maximum likelihood.

    Attributes:
        model: at the most likely parameters.
        names: of the parameters.
        log_likelihood: there.
        log_covariance: of the logarithms of the parameters, shape (k, k), from the curvature of the log-likelihood.
        at_a_limit: parameters that ran to the end of their range: the data do not bound them.
        log_likelihood_at: the log-likelihood at logarithms of parameters, shape (k,).
    """

    model: M
    names: tuple[str, ...]
    log_likelihood: float
    log_covariance: Numbers
    at_a_limit: tuple[str, ...]
    log_likelihood_at: Callable[[Numbers], float] = field(repr=False)

    @property
    def values(self) -> Numbers:
        """The parameters, shape (k,)."""
        return np.array([getattr(self.model, name) for name in self.names])

    @property
    def log_errors(self) -> Numbers:
        """Standard errors of the logarithms of the parameters, shape (k,)."""
        return np.sqrt(np.diag(self.log_covariance))

    def plausible(self, draws: int, seed: int = 1) -> Numbers:
        """Parameters that fit nearly as well, shape (draws, k): a sample of the likelihood, flat on logarithms.

        Drawn from a multivariate t around the maximum and resampled in proportion to the true likelihood (sampling
        importance resampling, Rubin 1988), systematically, so that the same seed gives the same set. Where the
        likelihood is far from normal and few proposals carry all the weight, they are drawn again around what was found.
        """
        centre, spread = np.log(self.values), self.log_covariance
        for each in range(ROUNDS):
            proposals, weight = self._weighed(centre, spread, PROPOSALS_PER_DRAW * draws, seed + each)
            if 1.0 / np.sum(weight**2) >= draws:  # Kish's effective sample size
                break
            centre, spread = weight @ proposals, np.cov(proposals.T, aweights=weight)
        places = (np.arange(draws) + 0.5) / draws
        return np.exp(proposals[np.searchsorted(np.cumsum(weight), places)])

    def _weighed(self, centre: Numbers, spread: Numbers, many: int, seed: int) -> tuple[Numbers, Numbers]:
        """Logarithms of proposed parameters, shape (many, k), and their weights, which add up to 1, shape (many,)."""
        wide = stats.multivariate_t(centre, spread, df=5, allow_singular=True)
        proposals = np.asarray(wide.rvs(many, random_state=seed)).reshape(many, -1)
        low, high = _log_limits(self.names)
        inside = ((low <= proposals) & (proposals <= high)).all(axis=1)
        log_weight = np.full(many, -np.inf)
        with np.errstate(all="ignore"):  # far from the data the formulas overflow
            log_weight[inside] = [self.log_likelihood_at(row) for row in proposals[inside]]
        log_weight[~np.isfinite(log_weight)] = -np.inf
        log_weight -= wide.logpdf(proposals)
        weight = np.exp(log_weight - log_weight.max())
        return proposals, weight / weight.sum()


def _log_limits(names: Sequence[str]) -> tuple[Numbers, Numbers]:
    """Logarithms of the least and largest values that parameters may take, each of shape (k,)."""
    limits = np.log([LIMITS_OF.get(name, LIMITS) for name in names])
    return limits[:, 0], limits[:, 1]


def fit_repeat_buying(kind: type[RepeatBuying], histories: Histories) -> Fit[RepeatBuying]:
    """Fit BG/NBD or Pareto/NBD to purchase histories, or BG/BB to those whose times are counted in opportunities.

    Raises:
        ValueError: if nobody bought again, so that no rate can be told.
    """
    if not np.any(histories.repeats > 0):
        raise ValueError("nobody in the data bought twice, so neither need rates nor loyalty can be fitted")
    distinct, counts = histories.distinct()
    return _maximum(kind, lambda model: float(np.dot(counts, model.log_likelihood(distinct))))


def fit_spending(spending: Spending) -> Fit[GammaGamma]:
    """Fit Gamma-Gamma to average amounts; best in units of their mean, since the search knows money of no currency."""
    return _maximum(GammaGamma, lambda model: float(model.log_likelihood(spending).sum()))


def fit_retention(kind: type[Retention], survivors: Numbers) -> Fit[Retention]:
    """Fit sBG or BdW to how many of a cohort were there at periods 0, 1, ... (counts; shares weigh as one customer)."""
    if len(survivors) < 3:
        raise ValueError(f"a retention curve needs at least two periods after the start; given {len(survivors) - 1}")
    return _maximum(kind, lambda model: float(model.log_likelihood(survivors).sum()))


def _maximum(kind: type[M], log_likelihood: Callable[[M], float]) -> Fit[M]:
    """The most likely parameters, searched on their logarithms from the model's usual values."""
    names = tuple(kind.START)
    low, high = _log_limits(names)

    def at(logs: Numbers) -> float:
        return log_likelihood(kind(*np.exp(logs).tolist()))

    start = np.log([kind.START[name] for name in names])
    scale = 1.0 + abs(at(start))  # the search stops at the same precision for ten customers and ten million

    def misfit(logs: Numbers) -> float:
        with np.errstate(all="ignore"):  # far from the data the formulas overflow
            value = -at(logs) / scale
        return value if np.isfinite(value) else 1e100

    found = optimize.minimize(
        misfit,
        start,
        method="Nelder-Mead",
        bounds=list(zip(low, high, strict=True)),
        options={"maxiter": 2000, "xatol": 1e-5, "fatol": 1e-13},
    )
    edge = [name for name, log, a, b in zip(names, found.x, low, high, strict=True) if not a + 0.01 < log < b - 0.01]
    return Fit(kind(*np.exp(found.x).tolist()), names, at(found.x), _covariance(at, found.x), tuple(edge), at)


def _covariance(at: Callable[[Numbers], float], peak: Numbers) -> Numbers:
    """Minus the inverse of the matrix of second differences; directions without curvature get a spread of e**3."""
    steps = STEP * np.eye(len(peak))
    with np.errstate(all="ignore"):  # at the end of a parameter's range the formulas may overflow
        curvature = np.array(
            [[at(peak + i + j) - at(peak + i - j) - at(peak - i + j) + at(peak - i - j) for j in steps] for i in steps]
        ) / (4.0 * STEP**2)
    values, vectors = np.linalg.eigh(-np.nan_to_num(curvature, posinf=0.0, neginf=0.0))
    return np.asarray(vectors @ np.diag(1.0 / np.maximum(values, 1.0 / 9.0)) @ vectors.T)
