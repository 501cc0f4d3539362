"""What each customer may do next, drawn: a closed form's expectation is a mean over such futures, its interval their middle.

Given that a customer is still there, rates and chances have the conjugate distributions of their history. So a future is drawn
in the order of the model's story: still there or not, how fast, until when, how often, and how much each time.
"""

import zlib
from functools import singledispatch

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cxsim.analysis.closed_forms.bg_bb import BgBb
from cxsim.analysis.closed_forms.bg_nbd import BgNbd
from cxsim.analysis.closed_forms.gamma_gamma import GammaGamma, Spending
from cxsim.analysis.closed_forms.pareto_nbd import ParetoNbd
from cxsim.data.histories import Histories, Numbers

LEAST = 1e-12  # where chances and rates would otherwise be rounded to 0 or to 1


@singledispatch
def draw_purchases(model: object, histories: Histories, ahead: float, seed: int) -> Numbers:
    """One future of each customer: purchases in the time `ahead`, shape (customers,).

    Args:
        model: a closed form of repeat buying.
        histories: of the customers.
        ahead: weeks, or opportunities where the model counts in these.
        seed: the same one, model and histories give the same future.
    """
    raise TypeError(f"{type(model).__name__} says nothing of single customers' purchases")


@draw_purchases.register
def _of_bg_nbd(model: BgNbd, histories: Histories, ahead: float, seed: int) -> Numbers:
    """At the rate of a customer, until one purchase is the last."""
    there = _happens(model.chance_alive(histories), seed)
    wanted = stats.poisson.rvs(_rates(model, histories, seed) * ahead, random_state=_seed(seed, "purchases"))
    leaves = _chances(model.a, model.b + histories.repeats, seed, "leaving")
    last = stats.geom.rvs(leaves, random_state=_seed(seed, "last"))
    return np.where(there, np.minimum(wanted, last), 0).astype(float)


@draw_purchases.register
def _of_pareto_nbd(model: ParetoNbd, histories: Histories, ahead: float, seed: int) -> Numbers:
    """At the rate of a customer, for as long as their lifetime goes on."""
    there = _happens(model.chance_alive(histories), seed)
    hazard = stats.gamma.rvs(model.s, size=len(histories), random_state=_seed(seed, "leaving")) + LEAST
    lifetime = stats.expon.rvs(size=len(histories), random_state=_seed(seed, "last"))
    watched = np.minimum(lifetime * (model.beta + histories.age) / hazard, ahead)
    wanted = stats.poisson.rvs(_rates(model, histories, seed) * watched, random_state=_seed(seed, "purchases"))
    return np.where(there, wanted, 0).astype(float)


@draw_purchases.register
def _of_bg_bb(model: BgBb, histories: Histories, ahead: float, seed: int) -> Numbers:
    """With the chance of a customer at each opportunity, until they have left before one."""
    n, x = histories.age, histories.repeats
    there = _happens(model.chance_there(histories), seed)
    leaves = _chances(model.gamma, model.delta + n, seed, "leaving")
    met = np.minimum(stats.geom.rvs(leaves, random_state=_seed(seed, "last")) - 1, int(ahead))
    buys = _chances(model.alpha + x, model.beta + n - x, seed, "rates")
    return np.where(there, stats.binom.rvs(met, buys, random_state=_seed(seed, "purchases")), 0).astype(float)


def draw_spending(model: GammaGamma, spending: Spending, purchases: Numbers, seed: int) -> Numbers:
    """What each customer spends at so many further purchases, shape (customers,).

    Args:
        model: at one set of parameters.
        spending: so far; where nothing is known, any average beside 0 purchases.
        purchases: to come, shape (customers,).
        seed: of the luck.
    """
    known = spending.purchases
    rate = stats.gamma.rvs(model.q + model.p * known, random_state=_seed(seed, "scale")) + LEAST
    rate /= model.gamma + known * spending.average
    shape = np.where(purchases > 0, model.p * purchases, 1.0)
    spent = stats.gamma.rvs(shape, random_state=_seed(seed, "amounts")) / rate
    return np.where(purchases > 0, spent, 0.0)


def _rates(model: BgNbd | ParetoNbd, histories: Histories, seed: int) -> Numbers:
    rate = stats.gamma.rvs(model.r + histories.repeats, random_state=_seed(seed, "rates"))
    return np.asarray(rate / (model.alpha + histories.age))


def _happens(chance: Numbers, seed: int) -> NDArray[np.bool_]:
    return np.asarray(stats.uniform.rvs(size=len(chance), random_state=_seed(seed, "there")) < chance)


def _chances(first: Numbers | float, second: Numbers | float, seed: int, what: str) -> Numbers:
    return np.clip(stats.beta.rvs(first, second, random_state=_seed(seed, what)), LEAST, 1.0 - LEAST)


def _seed(seed: int, what: str) -> int:
    """One stream of luck for each purpose, as everywhere: what is drawn for one says nothing of the others."""
    return zlib.crc32(f"customers: {what}, {seed}".encode())
