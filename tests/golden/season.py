"""Section 7.1: the season adds up from week 0, and a need comes when so much more of it has passed."""

import math
from datetime import date, timedelta

from golden.people import Market, Person


def factor(market: Market, me: Person, week: int) -> float:
    """Of one week: its own, or the mean of those of its seven days' months."""
    season = market.traits(me).need.season
    if len(season) == 52:
        return season[week % 52]
    if len(season) == 12:
        monday = date.fromisoformat(market.terms.start) + timedelta(weeks=week)
        return sum(season[(monday + timedelta(days=day)).month - 1] for day in range(7)) / 7
    return 1.0


def added_up(market: Market, me: Person, moment: float) -> float:
    """From week 0 to a moment; less than nothing before it."""
    week = math.floor(moment)
    whole = sum(factor(market, me, each) for each in range(week)) - sum(
        factor(market, me, each) for each in range(week, 0)
    )
    return whole + (moment - week) * factor(market, me, week)


def when_passed(market: Market, me: Person, since: float, weeks: float) -> float:
    """The moment by which so many weeks' worth of season has passed since another one, forwards or backwards."""
    wanted = added_up(market, me, since) + weeks
    week = math.floor(since)
    while added_up(market, me, week) > wanted:
        week -= 1
    while added_up(market, me, week + 1) <= wanted:
        week += 1
    return week + (wanted - added_up(market, me, week)) / factor(market, me, week)
