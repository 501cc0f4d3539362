"""Forecasting what was held back: the simulated market beside the closed forms and a rate that is simply held."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from cxsim.analysis.calibration.cohort import Cohort
from cxsim.analysis.calibration.repeat_buying import Rhythm
from cxsim.analysis.closed_forms.bg_nbd import BgNbd
from cxsim.analysis.closed_forms.pareto_nbd import ParetoNbd
from cxsim.analysis.closed_forms.retention import BetaDiscreteWeibull
from cxsim.data.histories import Numbers

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
        markets: how many were simulated.
        standard_error: Monte Carlo standard error of the last figure of `simulated`, as a share of the real one.
        alone_low: of the change since `fitted_until` in simulated markets, 2.5% lie below; nan where nobody reckoned it.
        alone_high: 2.5% lie above.
        error_luck: how far the mean absolute error of `simulated` less that of the best other forecast would lie from what it
            is had another cohort of the same habits been held back: its standard deviation over simulated markets, each
            taken for the real one in turn.
    """

    what: str
    time: str
    fitted_until: float
    curves: pd.DataFrame
    markets: int
    standard_error: float
    alone_low: float = float("nan")
    alone_high: float = float("nan")
    error_luck: float = float("nan")

    def scores(self) -> pd.DataFrame:
        """Errors of every forecast on what was held back, as shares.

        Columns: `mean_absolute_error` of the cumulative figures; `last_error`, that of the last one; `alone`, what happened in the
        time held back alone, and `alone_error` of the forecast of that, where fitted time helps nobody.
        """
        held_back = self.curves[self.curves.index > self.fitted_until]
        start, real = self.curves.loc[self.fitted_until], held_back["real"]
        happened = float(real.iloc[-1] - start["real"])
        rows = []
        for name in self.curves.columns.drop(["real", "low", "high"]):
            error = held_back[name] / real - 1.0
            alone = float(held_back[name].iloc[-1] - start[name])
            off = alone / happened - 1.0 if happened else float("nan")
            rows.append((name, float(error.abs().mean()), float(error.iloc[-1]), alone, off))
        return pd.DataFrame(rows, columns=["forecast", "mean_absolute_error", "last_error", "alone", "alone_error"])

    @property
    def happened(self) -> float:
        """What really happened in the time held back alone: the change of the real figure since `fitted_until`."""
        return float(self.curves["real"].iloc[-1] - self.curves["real"].loc[self.fitted_until])

    def facts(self) -> dict[str, str | float | int]:
        """All but the curves, by name; what nobody could reckon is left out."""
        found = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "curves"}
        return {name: value for name, value in found.items() if value == value}

    def covered(self) -> bool:
        """Whether the last real figure lies within the simulated range."""
        last = self.curves.iloc[-1]
        return bool(last["low"] <= last["real"] <= last["high"])


def held_back_purchases(
    simulated: Sequence[Numbers], rhythm: Rhythm, first: Numbers, real: Numbers, fitted: int
) -> Holdout:
    """Cumulative repeat purchases.

    Args:
        simulated: `simulated_curve` of each market.
        rhythm: the closed forms beside it.
        first: week of each real customer's first purchase, shape (customers,).
        real: by week 1, 2, ..., shape (weeks,).
        fitted: how many of these weeks were used to fit.
    """
    weeks = len(real)
    others = {
        fit.model.NAME: summed_over(first, weeks, fit.model.expected_repeats)
        for fit in rhythm.fits
        if isinstance(fit.model, BgNbd | ParetoNbd)
    }
    others["last rate held"] = rate_held(real, fitted)
    index = pd.RangeIndex(1, weeks + 1, name="week")
    return _holdout("cumulative repeat purchases", index, fitted, real, simulated, others)


def held_back_retention(
    simulated: Sequence[Numbers], rhythm: Rhythm, real: Numbers, fitted: int, period: str
) -> Holdout:
    """Share of a cohort still there after each period; `real` from period 0 on, `fitted` the last period used to fit."""
    periods = np.arange(len(real), dtype=float)
    others = {
        fit.model.NAME: fit.model.survival(periods) for fit in rhythm.fits if isinstance(fit.model, BetaDiscreteWeibull)
    }
    ahead = np.maximum(periods - fitted, 0.0)
    others["last rate held"] = np.where(ahead > 0, real[fitted] * (real[fitted] / real[fitted - 1]) ** ahead, real)
    return _holdout("share still there", pd.RangeIndex(len(real), name=period), fitted, real, simulated, others)


def _holdout(
    what: str,
    index: pd.RangeIndex,
    fitted: int,
    real: Numbers,
    simulated: Sequence[Numbers],
    others: dict[str, Numbers],
) -> Holdout:
    together = np.array(simulated)
    low, high = np.quantile(together, [0.025, 0.975], axis=0)
    curves = pd.DataFrame(
        {"real": real, "simulated": together.mean(axis=0), "low": low, "high": high, **others}, index=index
    )
    standard_error = float(together[:, -1].std(ddof=1) / np.sqrt(len(together)) / real[-1])
    later = index > fitted
    alone_low, alone_high = np.quantile(together[:, -1] - together[:, index == fitted][:, 0], [0.025, 0.975])
    return Holdout(
        what=what,
        time=str(index.name),
        fitted_until=fitted,
        curves=curves,
        markets=len(together),
        standard_error=standard_error,
        alone_low=float(alone_low),
        alone_high=float(alone_high),
        error_luck=luck_of_gap(together[:, later], real[later], [each[later] for each in others.values()]),
    )


def luck_of_gap(simulated: Numbers, real: Numbers, others: Sequence[Numbers]) -> float:
    """Standard deviation of the gap between two errors, over cohorts that might have been the real one.

    The gap is the mean absolute percentage error of the simulated mean less that of the best other forecast. Each simulated
    market plays the real cohort once: it has other customers and other plausible parameters.

    Args:
        simulated: figures held back in each market, shape (markets, times).
        real: the real ones, shape (times,).
        others: forecasts by other methods, shape (times,) each.
    """

    def error(forecast: Numbers, truth: Numbers) -> Numbers:
        return np.asarray(np.mean(np.abs(forecast / truth - 1.0), axis=-1))

    best = min(others, key=lambda forecast: float(error(forecast, real)))
    whole, many = simulated.mean(axis=0), len(simulated)
    without = (many * whole - simulated) / (many - 1.0)  # nobody forecasts themselves
    with np.errstate(divide="ignore", invalid="ignore"):  # a small cohort may have nobody left
        gaps = error(without, simulated) - error(best[None, :], simulated)
    return float(np.std(gaps[np.isfinite(gaps)], ddof=1)) if np.isfinite(gaps).sum() > 1 else float("nan")


def renewed_after_periods(cohort: Cohort, periods: int, period_weeks: float) -> Numbers:
    """Share of a simulated cohort still there after 0, 1, ... periods, shape (periods,)."""
    return np.array([cohort.share_renewed(period, period_weeks) for period in range(periods)])


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
