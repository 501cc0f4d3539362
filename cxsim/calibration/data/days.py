"""Dates as people and programs write them, taken to the day as written; no time zone is converted."""

import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.calibration.data.readings import Evidence, Seen

_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)
_TIME_OF_DAY = r"(?:[T\s]+\d{1,2}:|T\d{4}).*"
ALLOWED = "2024-12-31, 20241231, 31/12/2024 or 12/31/2024, each with or without a time of day"
_WAYS = ("as day/month/year", "as month/day/year")
_ISO = "Write every date as year-month-day: 2024-12-31"


def day_texts(texts: "pd.Series[str]") -> "pd.Series[str]":
    """The part of each text that names the day, without time of day and time zone."""
    return texts.str.replace(_TIME_OF_DAY, "", regex=True).str.strip()


def read_days(path: Path, seen: list[Seen]) -> tuple[NDArray[np.datetime64], list[str]]:
    """The days that some different texts name, NaT for texts that name none, and the assumption in words.

    31/12/2024 and 12/31/2024 are told apart by all texts together: one that makes sense in one way only decides.

    Raises:
        DataError: if the texts contradict each other, or all of them could be read in both ways.
    """
    evidence = Evidence("date", _WAYS)
    both: list[tuple[date | None, date | None]] = []
    for each in seen:
        days = _two_ways(each.text)
        both.append(days)
        evidence.weigh(each, days[0] is not None, days[1] is not None, same=days[0] == days[1])
    way, assumption = evidence.decide(path, _ISO)
    return np.array([days[way] for days in both], dtype="datetime64[D]"), assumption


def _two_ways(text: str) -> tuple[date | None, date | None]:
    """A text as a day with the day first, and with the month first; the same day when the year comes first."""
    if match := _YEAR_FIRST.fullmatch(text):
        day = _day(match[1], match[3], match[4])
        return day, day
    if match := _DIGITS.fullmatch(text):
        day = _day(*match.groups())
        return day, day
    if match := _YEAR_LAST.fullmatch(text):
        return _day(match[4], match[3], match[1]), _day(match[4], match[1], match[3])
    return None, None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
