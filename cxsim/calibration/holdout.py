"""Forecasting what was held back: the simulated market beside the closed forms and a rate that is simply held."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxsim.calibration.cohort import Cohort
from cxsim.calibration.moments import JUST_BEFORE
from cxsim.calibration.rhythm import Rhythm
from cxsim.closed_forms.bg_nbd import BgNbd
from cxsim.closed_forms.histories import Numbers
from cxsim.closed_forms.pareto_nbd import ParetoNbd
from cxsim.closed_forms.retention import BetaDiscreteWeibull

RECENT_WEEKS = 13  # whose rate the naive forecast holds


@dataclass(frozen=True)
class Holdout:
    """Real and forecast cumulative figures.

    Attributes:
        what: the figure, with its unit.
        time: the unit of the index.
        fitted_until: last time whose figure was used to fit.
        curves: indexed by time; columns `real`, `simulated` (mean), `low` and `high` (95% of simulated markets), and one
            column for each other forecast.
    """

    what: str
    time: str
    fitted_until: float
    curves: pd.DataFrame

    def scores(self) -> pd.DataFrame:
        """Errors of every forecast on what was held back: mean absolute percentage error, and that of the last figure."""
        held_back = self.curves[self.curves.index > self.fitted_until]
        real = held_back["real"]
        rows = []
        for name in self.curves.columns.drop(["real", "low", "high"]):
            error = held_back[name] / real - 1.0
            rows.append((name, float(error.abs().mean()), float(error.iloc[-1])))
        return pd.DataFrame(rows, columns=["forecast", "mean_absolute_error", "last_error"])

    def covered(self) -> bool:
        """Whether the last real figure lies within the simulated range."""
        last = self.curves.iloc[-1]
        return bool(last["low"] <= last["real"] <= last["high"])


def held_back_purchases(
    cohorts: Sequence[Cohort], rhythm: Rhythm, first: Numbers, real: Numbers, fitted: int
) -> Holdout:
    """Cumulative repeat purchases.

    Args:
        cohorts: simulated, one of every plausible draw.
        rhythm: the closed forms beside it.
        first: week of each real customer's first purchase, shape (customers,).
        real: by week 1, 2, ..., shape (weeks,).
        fitted: how many of these weeks were used to fit.
    """
    weeks = len(real)
    mean, low, high = band([simulated_curve(cohort, first, weeks) for cohort in cohorts])
    columns = {"real": real, "simulated": mean, "low": low, "high": high}
    for fit in rhythm.fits:
        if isinstance(fit.model, BgNbd | ParetoNbd):
            columns[fit.model.NAME] = summed_over(first, weeks, fit.model.expected_repeats)
    columns["last rate held"] = rate_held(real, fitted)
    curves = pd.DataFrame(columns, index=pd.RangeIndex(1, weeks + 1, name="week"))
    return Holdout("cumulative repeat purchases", "week", fitted, curves)


def held_back_retention(
    cohorts: Sequence[Cohort], rhythm: Rhythm, real: Numbers, fitted: int, period_weeks: float, period: str
) -> Holdout:
    """Share of a cohort still there after each period; `real` from period 0 on, `fitted` the last period used to fit."""
    periods = np.arange(len(real), dtype=float)
    ages = periods * period_weeks - JUST_BEFORE
    mean, low, high = band([np.array([cohort.share_kept(age) for age in ages]) for cohort in cohorts])
    columns = {"real": real, "simulated": mean, "low": low, "high": high}
    for fit in rhythm.fits:
        if isinstance(fit.model, BetaDiscreteWeibull):
            columns[fit.model.NAME] = fit.model.survival(periods)
    ahead = np.maximum(periods - fitted, 0.0)
    columns["last rate held"] = np.where(ahead > 0, real[fitted] * (real[fitted] / real[fitted - 1]) ** ahead, real)
    return Holdout(
        "share still there", period, fitted, pd.DataFrame(columns, index=pd.RangeIndex(len(real), name=period))
    )


def simulated_curve(cohort: Cohort, entries: Numbers, weeks: int) -> Numbers:
    """Cumulative repeat purchases of real customers, each lived by the average simulated one, by week 1, 2, ..., `weeks`.

    Args:
        cohort: simulated.
        entries: week of each real customer's first purchase, shape (customers,).
        weeks: last week.
    """
    ages = np.arange(weeks + 1.0)
    mean = np.array([cohort.repeats_at(np.full(len(cohort.first), age)).mean() for age in ages])
    return summed_over(entries, weeks, lambda age: np.interp(age, ages, mean))


def summed_over(entries: Numbers, weeks: int, expected: Callable[[Numbers], Numbers]) -> Numbers:
    """Expected cumulative repeats of all customers by week 1, 2, ...; `expected` gives one customer's at an age."""
    at, customers = np.unique(entries, return_counts=True)
    age = np.arange(1.0, weeks + 1.0)[:, None] - at[None, :]
    return np.asarray(np.where(age > 0, expected(np.maximum(age, 0.0)), 0.0) @ customers)


def rate_held(real: Numbers, fitted: int) -> Numbers:
    """The real figures up to index `fitted`, then the mean rate of the last weeks before it, shape of `real`."""
    recent = min(RECENT_WEEKS, fitted)
    rate = (real[fitted - 1] - real[fitted - 1 - recent]) / recent if fitted > recent else real[fitted - 1] / fitted
    ahead = np.arange(1, len(real) - fitted + 1)
    return np.concatenate([real[:fitted], real[fitted - 1] + rate * ahead])


def band(curves: Sequence[Numbers]) -> tuple[Numbers, Numbers, Numbers]:
    """Mean, 2.5% and 97.5% of simulated curves."""
    together = np.array(curves)
    low, high = np.quantile(together, [0.025, 0.975], axis=0)
    return together.mean(axis=0), low, high
