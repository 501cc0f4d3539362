"""The day on which week 0 begins, and so a day for every week; dates in files become the weeks they mean."""

import math
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from cxsim.scenario.errors import Problem, ScenarioError
from cxsim.scenario.toml_lines import Path

DATED = ("start_week", "end_week")  # keys of an intervention under which a day may stand for a week
EARLIEST, LATEST = date(1971, 1, 1), date(2199, 12, 31)  # computers write 1970-01-01 for no date at all
_DAYS = 7
_LIKE = "write it like 2027-01-04"


def first_day(start: object) -> date:
    """The day on which week 0 begins.

    Args:
        start: a day, or a text such as "2027-01-04".

    Raises:
        ValueError: if it is no day from 1971 to 2199.
    """
    day = _day(start)
    if day is None:
        raise ValueError(f"the start date {_shown(start)} is not a day; {_LIKE}")
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"the start date {day} is too far away; allowed are {EARLIEST} to {LATEST}")
    return day


def day_of(week: float, start: str | date) -> date:
    """The day of a moment, in weeks since the start."""
    return first_day(start) + timedelta(days=math.floor(week * _DAYS))


def with_day(words: str, week: float, start: str) -> str:
    """What a week is called, and its day where the market has a start: "week 8 (2027-03-01)"."""
    return f"{words} ({day_of(week, start)})" if start and math.isfinite(week) else words


def starting(week: float, start: str) -> str:
    """When something starts that a file gives in weeks since the start of the market: "after 8 weeks (2027-03-01)"."""
    if week == 0.0:
        return "from the start"
    return with_day(f"after {week:g} week{'' if week == 1.0 else 's'}", week, start)


def is_date(value: object) -> bool:
    """Whether somebody means a day: TOML's own, or a text that looks like one."""
    return isinstance(value, date) or (isinstance(value, str) and bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value)))


def week_of(value: object, start: str) -> float:
    """The week that a day means: whole where it is the same day of the week as the start.

    Args:
        value: a day, as `is_date` knows it.
        start: the day on which week 0 begins; empty where the market has none.

    Raises:
        ValueError: if it is no day, the market has no start, or the day lies before it.
    """
    if not start:
        raise ValueError("a date needs the day on which week 0 begins: market.start = 2027-01-04, say")
    day, first = _day(value), first_day(start)
    if day is None:
        raise ValueError(f"that is not a day; {_LIKE}")
    if day < first:
        raise ValueError(f"that is before the market starts, on {first} (market.start)")
    return (day - first).days / _DAYS


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return None  # with a time of day, which nothing here has
    try:
        return value if isinstance(value, date) else date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _shown(value: object) -> str:
    return str(value) if isinstance(value, date) else repr(value)


def with_weeks(values: dict[str, Any], where: Callable[[Path], str]) -> dict[str, Any]:
    """The values of a scenario with weeks where its interventions give days.

    Args:
        values: as files and overrides say them, not yet checked.
        where: the place of a key, for messages.

    Raises:
        ScenarioError: if the market has no start, or a day is none or lies before it.
    """
    items, market = values.get("intervention"), values.get("market")
    if not isinstance(items, list) or not any(map(_days_of, items)):
        return values
    start = market.get("start", "") if isinstance(market, dict) else ""
    try:
        start = str(first_day(start)) if start else ""
    except ValueError:  # what is wrong with the start is said where it stands, and of the days nothing
        unknown = [{**item, **dict.fromkeys(_days_of(item), 0.0)} if _days_of(item) else item for item in items]
        return {**values, "intervention": unknown}
    problems: list[Problem] = []
    dated = [_in_weeks(item, start, ("intervention", place), where, problems) for place, item in enumerate(items)]
    if problems:
        raise ScenarioError(problems if start else problems[:1])
    return {**values, "intervention": dated}


def _days_of(item: object) -> list[str]:
    """Under which keys an intervention gives days."""
    return [key for key in DATED if is_date(item.get(key))] if isinstance(item, dict) else []


def _in_weeks(item: Any, start: str, at: Path, where: Callable[[Path], str], problems: list[Problem]) -> Any:
    weeks = {}
    for key in _days_of(item):
        try:
            weeks[key] = week_of(item[key], start)
        except ValueError as error:
            problems.append(Problem(where((*at, key)), f"intervention.{key}", f"given {item[key]}; {error}"))
    return {**item, **weeks} if weeks else item
