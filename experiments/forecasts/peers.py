"""The peers: closed forms fitted to the cohort, and forecasts that need no model."""

from collections.abc import Callable

import numpy as np

from cxsim.analysis.closed_forms.bg_nbd import BgNbd
from cxsim.analysis.closed_forms.likelihood import Fit, fit_repeat_buying
from cxsim.analysis.closed_forms.pareto_nbd import ParetoNbd
from cxsim.data.histories import Numbers
from experiments.forecasts.cohorts import Cohort, Forecast

RepeatModel = BgNbd | ParetoNbd
LAST_QUARTER = 13  # weeks behind "the last rate"


def fit(kind: type[RepeatModel], known: Cohort) -> Fit[BgNbd] | Fit[ParetoNbd]:
    """The closed form at its most likely parameters, and how well they are known."""
    history = known.histories()
    return fit_repeat_buying(BgNbd, history) if kind is BgNbd else fit_repeat_buying(ParetoNbd, history)


def fitted(kind: type[RepeatModel], known: Cohort) -> RepeatModel:
    """The closed form at its most likely parameters."""
    return fit(kind, known).model


def closed_form(model: RepeatModel, known: Cohort, weeks: int, name: str = "") -> Forecast:
    """Tracking by the expectation of new customers, summed over the days they entered; individuals by their history."""
    curve = np.array([expected_by(model, known, week) for week in range(1, known.weeks + weeks + 1)])
    return Forecast(name or model.NAME, curve, model.expected_more(known.histories(), float(weeks)))


def expected_by(model: RepeatModel, known: Cohort, week: int) -> float:
    """Expected repeat purchases of the cohort by the end of a week."""
    ages, customers = np.unique(known.ages_at(week), return_counts=True)
    return float(np.dot(customers, np.where(ages > 0.0, model.expected_repeats(np.maximum(ages, 0.0)), 0.0)))


def nobody_buys(known: Cohort, weeks: int) -> Forecast:
    """Zero for everybody."""
    return _straight_on("zero for all", known, np.zeros(len(known)), weeks)


def same_again(known: Cohort, weeks: int) -> Forecast:
    """Everybody goes on at their own mean rate so far."""
    history = known.histories()
    return _straight_on("own count again", known, history.repeats * weeks / history.age, weeks)


def last_rate(known: Cohort, weeks: int) -> Forecast:
    """Everybody goes on at their own rate of the last 13 weeks."""
    lately = known.bought_since(known.weeks - LAST_QUARTER)
    return _straight_on("last rate held", known, lately * weeks / LAST_QUARTER, weeks)


def _straight_on(name: str, known: Cohort, individual: Numbers, weeks: int) -> Forecast:
    so_far = known.cumulative()
    ahead = so_far[-1] + individual.sum() * np.arange(1, weeks + 1) / weeks
    return Forecast(name, np.append(so_far, ahead), individual)


NAIVE: tuple[Callable[[Cohort, int], Forecast], ...] = (nobody_buys, same_again, last_rate)


def all_peers(known: Cohort, weeks: int) -> list[Forecast]:
    """Every peer's forecast of the `weeks` after those known."""
    models = [closed_form(fitted(kind, known), known, weeks) for kind in (BgNbd, ParetoNbd)]
    return [*(naive(known, weeks) for naive in NAIVE), *models]
