"""Retention and loop probability by Kaplan-Meier: who is still open at the horizon counts as censored, never hidden."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from cxsim.records import Stage, World


class Durations(NamedTuple):
    """Times of events and of censoring, in weeks since the first purchase."""

    event: NDArray[np.float64]
    censored: NDArray[np.float64]


def until_line_ends(world: World, brand: int, horizon_weeks: float) -> Durations:
    """From the first purchase to the end of the line."""
    bonds = world.bonds[:, brand]
    bonds = bonds[bonds["purchases"] > 0]
    ended = bonds["ended_stage"] != Stage.OUTSIDE
    lasted = (bonds["ended_at"] - bonds["first_bought"])[ended].astype(float)
    return Durations(lasted, (horizon_weeks - bonds["first_bought"][~ended]).astype(float))


def until_first_loop(world: World, brand: int, horizon_weeks: float) -> Durations:
    """From the first purchase to the second; those whose line ended before stay in the denominator to the horizon."""
    bonds = world.bonds[:, brand]
    bonds = bonds[bonds["purchases"] > 0]
    looped = bonds["purchases"] > 1
    event = (bonds["looped_at"] - bonds["first_bought"])[looped].astype(float)
    return Durations(event, (horizon_weeks - bonds["first_bought"][~looped]).astype(float))


def kaplan_meier(durations: Durations, weeks: NDArray[np.float64]) -> pd.DataFrame:
    """Share without the event by each week, with a 95% interval (log-log): columns weeks, share, low, high."""
    sample = stats.CensoredData(uncensored=np.maximum(durations.event, 0.0), right=durations.censored)
    survival = stats.ecdf(sample).sf
    at = np.asarray(weeks, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        interval = survival.confidence_interval(confidence_level=0.95, method="log-log")
        low, high = interval.low.evaluate(at), interval.high.evaluate(at)  # type: ignore[attr-defined]  # stubs say float
    share = survival.evaluate(at)
    known = np.isfinite(low) & np.isfinite(high)
    return pd.DataFrame(
        {"weeks": at, "share": share, "low": np.where(known, low, share), "high": np.where(known, high, share)}
    )
