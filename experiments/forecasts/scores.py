"""How far a forecast is from what happened."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.data.histories import Numbers


@dataclass(frozen=True)
class Scores:
    """Of one forecast of repeat purchases.

    Attributes:
        curve: mean absolute percentage error of the cumulative curve over the sealed weeks, as a share.
        last: signed error of the cumulative curve in the last week, as a share.
        absolute: mean absolute error of the individual forecasts, purchases.
        squared: root of their mean squared error, purchases.
        correlation: with what the customers did; nan when the forecast is the same for all.
    """

    curve: float
    last: float
    absolute: float
    squared: float
    correlation: float


def percentage_error(forecast: Numbers, real: Numbers) -> float:
    """Mean absolute percentage error, as a share."""
    return float(np.mean(np.abs(forecast / real - 1.0)))


def cumulative_error(forecast: Numbers, real: Numbers) -> tuple[float, float]:
    """Mean absolute percentage error of a curve, and the signed error at its end."""
    return percentage_error(forecast, real), float(forecast[-1] / real[-1] - 1.0)


def individual_scores(forecast: Numbers, real: Numbers) -> tuple[float, float, float]:
    """Mean absolute error, root mean squared error, correlation."""
    miss = forecast - real
    correlation = float(np.corrcoef(forecast, real)[0, 1]) if np.ptp(forecast) > 0.0 else float("nan")
    return float(np.mean(np.abs(miss))), float(np.sqrt(np.mean(miss**2))), correlation


def jackknife(runs: Numbers, score: Callable[[Numbers], float]) -> Estimate:
    """The score of the mean of all runs, with its 95% interval over their luck.

    Args:
        runs: one forecast a run, shape (runs, times).
        score: of one forecast, shape (times,).
    """
    count, mean = len(runs), runs.mean(axis=0)
    whole = score(mean)
    without = np.array([score((count * mean - run) / (count - 1)) for run in runs])
    pseudo_values = estimate(count * whole - (count - 1) * without)
    half = (pseudo_values.high - pseudo_values.low) / 2.0
    return Estimate(whole, whole - half, whole + half)
