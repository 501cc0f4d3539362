"""Seasons: how much faster needs come in a week than on the average of the year, and the time added up by it.

A season is an exact change of time. Where a need would come after so many weeks of an even year, it comes when so much
of the season has passed; so luck stays whose it is, and more season always means sooner.
"""

from datetime import timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxsim.scenario.calendar import first_day
from cxsim.scenario.parameter import LONGEST
from cxsim.scenario.schema import Scenario
from cxsim.scenario.stages.need import MONTHS

WEEKS: Final = 52


def weekly_factors(season: tuple[float, ...], start: str) -> NDArray[np.float64]:
    """The factor of every week from -LONGEST on, shape (2 * LONGEST,); of months, the mean of the week's days.

    Args:
        season: twelve factors, January first, or fifty-two, that of week 0 first.
        start: the day on which week 0 begins; only months need it.
    """
    if len(season) != MONTHS:
        return np.array(season)[np.arange(-LONGEST, LONGEST) % WEEKS]
    first = np.datetime64(first_day(start) - timedelta(weeks=LONGEST), "D")
    days = first + np.arange(2 * LONGEST * 7)
    months = days.astype("datetime64[M]").astype(int) % MONTHS  # since January 1970
    return np.asarray(np.array(season)[months].reshape(-1, 7).mean(axis=1))


def seasons_of(scenario: Scenario) -> NDArray[np.float64]:
    """Time added up by each segment's season at the start of every week, from -LONGEST to LONGEST; 0 at week 0.

    Returns:
        Shape (segments, 2 * LONGEST + 1), (0, 0) where no segment has a season.
    """
    seasons = [traits.need.season for _, traits in scenario.segments().values()]
    if not any(seasons):
        return np.zeros((0, 0))
    factors = [weekly_factors(season or (1.0,) * WEEKS, scenario.market.start) for season in seasons]
    passed = np.zeros((len(seasons), 2 * LONGEST + 1))
    passed[:, 1:] = np.cumsum(factors, axis=1)
    return np.asarray(passed - passed[:, [LONGEST]])
