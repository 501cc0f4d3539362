"""Weeks of a run as days and times."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

START = "2005-01-03"  # a Monday; even the longest run, twenty years, is over by now, and readers refuse days to come
_DAYS, _SECONDS = 7, 7 * 24 * 60 * 60
_EARLIEST, _LATEST = date(1971, 1, 1), date(2199, 12, 31)  # computers write 1970-01-01 for no date at all

Weeks = NDArray[np.float64]
Times = NDArray[np.datetime64]


def first_day(start: str | date) -> date:
    """The day on which week 0 begins.

    Raises:
        ValueError: if it is no day from 1971 to 2199.
    """
    try:
        day = start if isinstance(start, date) else date.fromisoformat(start)
    except (TypeError, ValueError):
        raise ValueError(f"the start date {start!r} is not a day; write it like {START}") from None
    if not _EARLIEST <= day <= _LATEST:
        raise ValueError(f"the start date {day} is too far away; allowed are {_EARLIEST} to {_LATEST}")
    return day


def days_of(weeks: Weeks, start: date) -> Times:
    """The day of each moment, at midnight, shape as given."""
    return np.asarray(_midnight(start) + np.floor(weeks * _DAYS).astype("timedelta64[D]"))


def times_of(weeks: Weeks, start: date) -> Times:
    """Each moment to the second before it, shape as given."""
    return np.asarray(_midnight(start) + np.floor(weeks * _SECONDS).astype("timedelta64[s]"))


def _midnight(start: date) -> np.datetime64:
    return np.datetime64(start, "s")
