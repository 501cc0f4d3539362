"""Weeks of a run as days and times."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

# For a market without a start. A Monday; even the longest run, twenty years, is over by now: readers refuse days to come.
START = "2005-01-03"
_DAYS, _SECONDS = 7, 7 * 24 * 60 * 60

Weeks = NDArray[np.float64]
Times = NDArray[np.datetime64]


def days_of(weeks: Weeks, start: date) -> Times:
    """The day of each moment, at midnight, shape as given."""
    return np.asarray(_midnight(start) + np.floor(weeks * _DAYS).astype("timedelta64[D]"))


def times_of(weeks: Weeks, start: date) -> Times:
    """Each moment to the second before it, shape as given."""
    return np.asarray(_midnight(start) + np.floor(weeks * _SECONDS).astype("timedelta64[s]"))


def _midnight(start: date) -> np.datetime64:
    return np.datetime64(start, "s")
