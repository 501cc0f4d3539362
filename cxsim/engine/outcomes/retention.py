"""Retention and loop probability by Kaplan-Meier: who is still open at the horizon counts as censored, never hidden."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.outcomes.columns import Columns
from cxsim.engine.state import State

Z_OF_INTERVAL = 1.959964  # 95% of a normal lie within
COHORT_COLUMNS = ["cohort", "weeks", "people", "kept"]


class Durations(NamedTuple):
    """Times of events and of censoring, in weeks since the first purchase."""

    event: NDArray[np.float64]
    censored: NDArray[np.float64]


def until_line_ends(state: State, brand: int, horizon_weeks: float) -> Durations:
    """From the first purchase to the first time the line ended, whether or not the customer came back later."""
    bonds = state.bonds[:, brand]
    seen = bonds["first_bought"] >= 0.0  # of others nobody saw the beginning
    first, lost = bonds["first_bought"][seen], bonds["first_lost_at"][seen]
    ended = np.isfinite(lost)
    return Durations((lost - first)[ended].astype(float), (horizon_weeks - first[~ended]).astype(float))


def until_first_loop(state: State, brand: int, horizon_weeks: float) -> Durations:
    """From the first purchase to the second; those whose line ended before stay in the denominator to the horizon."""
    bonds = state.bonds[:, brand]
    seen = bonds["first_bought"] >= 0.0  # of others nobody saw the beginning
    first, second = bonds["first_bought"][seen], bonds["looped_at"][seen]
    looped = bonds["purchases"][seen] > 1
    return Durations((second - first)[looped].astype(float), (horizon_weeks - first[~looped]).astype(float))


def retention_table(state: State, brand: int, horizon_weeks: int) -> Columns:
    """Retention and loop probability every four weeks since the first purchase.

    Columns: weeks, kept (share whose line has not ended yet) with kept_low and kept_high, looped (share who have bought
    again) with looped_low and looped_high; 95% intervals within the run.
    """
    weeks = np.arange(0.0, horizon_weeks + 1.0, 4.0)
    kept = kaplan_meier(until_line_ends(state, brand, horizon_weeks), weeks)
    waiting = kaplan_meier(until_first_loop(state, brand, horizon_weeks), weeks)
    return {
        "weeks": weeks,
        "kept": kept["share"],
        "kept_low": kept["low"],
        "kept_high": kept["high"],
        "looped": 1.0 - waiting["share"],
        "looped_low": 1.0 - waiting["high"],
        "looped_high": 1.0 - waiting["low"],
    }


def cohort_weeks(horizon_weeks: int) -> int:
    """How many weeks of first purchases are one cohort: a quarter of a year, less where little time is simulated."""
    return 13 if horizon_weeks >= 52 else 4 if horizon_weeks >= 16 else 1


def cohort_table(state: State, brand: int, horizon_weeks: int) -> Columns:
    """Those who bought for the first time in the same weeks, and how many of them had stayed so many weeks later.

    Columns: cohort (its first week, from 0), weeks (since the first purchase), people, kept (whose line had not ended by
    then). Only ages that everybody of a cohort has reached by the horizon, so plain counts do.
    """
    step = cohort_weeks(horizon_weeks)
    bonds = state.bonds[:, brand]
    seen = (bonds["first_bought"] >= 0.0) & (
        bonds["first_bought"] < horizon_weeks
    )  # of others nobody saw the beginning
    first = bonds["first_bought"][seen].astype(float)
    lasted = np.where(np.isfinite(bonds["first_lost_at"]), bonds["first_lost_at"], np.inf)[seen] - first
    rows = []
    for begin in range(0, horizon_weeks - step + 1, step):
        own = lasted[(first >= begin) & (first < begin + step)]
        ages = range(0, horizon_weeks - begin - step + 1, step)
        rows += [(begin, age, len(own), int(np.count_nonzero(own > age)) if age else len(own)) for age in ages]
    return dict(zip(COHORT_COLUMNS, np.array(rows, np.int64).reshape(-1, len(COHORT_COLUMNS)).T, strict=True))


def kaplan_meier(durations: Durations, weeks: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Share without the event by each week, with a 95% interval (log-log): columns weeks, share, low, high.

    Nobody to watch gives nan; where the share is still 1, or 0, there is no spread to tell an interval from.
    """
    event = np.maximum(durations.event, 0.0)
    times, ended = np.unique(event, return_counts=True)
    lasted = np.sort(np.concatenate([event, durations.censored]))
    at_risk = len(lasted) - np.searchsorted(lasted, times)  # those censored in that very week still count
    at = np.asarray(weeks, float)
    place = np.searchsorted(times, at, side="right")
    share = np.append(1.0, np.cumprod(1.0 - ended / at_risk))[place] if len(lasted) else np.full(len(at), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.append(0.0, np.cumsum(ended / (at_risk * (at_risk - ended))))[place]
        away = Z_OF_INTERVAL * np.sqrt(greenwood) / np.log(share)
        low, high = share ** np.exp(-away), share ** np.exp(away)
    known = (share > 0.0) & (share < 1.0)
    return {"weeks": at, "share": share, "low": np.where(known, low, share), "high": np.where(known, high, share)}
