"""Calibration by simulated moments with common random numbers: the same luck at every try, so the fit is a smooth one."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import least_squares

Numbers = NDArray[np.float64]
Values = dict[str, float]

FOLDER = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Free:
    """A number to calibrate: its bounds, and where to start (several starts for several tries)."""

    low: float
    high: float
    starts: tuple[float, ...]


@dataclass(frozen=True)
class Fit:
    """Calibrated numbers by name.

    Attributes:
        values: the numbers.
        errors: their standard errors, if the distances are independent and in units of their own standard error.
        misfit: the sum of squared distances that is left.
    """

    values: Values
    errors: Values
    misfit: float


def calibrated(free: dict[str, Free], distances: Callable[[Values], Numbers], step: float) -> Fit:
    """The numbers within their bounds at which the distances have the least sum of squares.

    Args:
        free: what may move.
        distances: simulated minus real moments at such numbers.
        step: of the numerical derivative, as a share of each number's range. Where people's whole decisions are
            counted a small step moves few of them, so it has to be large.
    """
    low, high = (np.array([getattr(one, end) for one in free.values()]) for end in ("low", "high"))

    def values(place: Numbers) -> Values:  # from 1 (low) to 2 (high), so that a relative step is never near zero
        return dict(zip(free, (low + (place - 1.0) * (high - low)).tolist(), strict=True))

    def distances_at(place: Numbers) -> Numbers:
        return distances(values(place))

    tries, steps = [], np.full(len(free), step)
    for start in range(max(len(one.starts) for one in free.values())):
        begin = np.array([one.starts[min(start, len(one.starts) - 1)] for one in free.values()])
        place = 1.0 + (begin - low) / (high - low)
        tries.append(least_squares(distances_at, place, bounds=(1, 2), diff_step=steps, xtol=1e-4, ftol=1e-3))
    best = min(tries, key=lambda tried: float(tried.cost))
    jacobian = np.asarray(best.jac, dtype=np.float64)
    errors = np.sqrt(np.diag(np.linalg.pinv(jacobian.T @ jacobian))) * (high - low)
    return Fit(values(best.x), dict(zip(free, errors.tolist(), strict=True)), float(2.0 * best.cost))


def keep(pattern: str, fits: dict[str, Fit]) -> None:
    """Store fits by name, so that tests need not calibrate again."""
    rows = [
        {"fit": name, "parameter": parameter, "value": value, "error": fit.errors[parameter], "misfit": fit.misfit}
        for name, fit in fits.items()
        for parameter, value in fit.values.items()
    ]
    pd.DataFrame(rows).to_csv(
        FOLDER / f"{pattern}_calibrated.csv", index=False, lineterminator="\n", float_format="%.9g"
    )


def kept(pattern: str) -> dict[str, Fit]:
    """The fits of a pattern as they are stored, by name."""
    rows = pd.read_csv(FOLDER / f"{pattern}_calibrated.csv")
    return {
        str(name): Fit(
            dict(zip(own["parameter"], own["value"], strict=True)),
            dict(zip(own["parameter"], own["error"], strict=True)),
            float(own["misfit"].iloc[0]),
        )
        for name, own in rows.groupby("fit", sort=False)
    }
