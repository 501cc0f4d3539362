"""The season: time that passes faster where needs arise more often. Weeks of an even year become weeks of this one."""

import math

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.compiled import compiled
from cxsim.engine.state import WEEK, Person, State
from cxsim.scenario.parameter import LONGEST

Passed = NDArray[np.float64]


@compiled
def has_season(state: State) -> bool:
    """Whether needs of anybody in this market have a season."""
    return bool(state.seasons.shape[0] > 0)


@compiled
def factor_of_week(state: State, me: Person) -> float:
    """How many times faster needs arise this week than on average."""
    if not has_season(state):
        return 1.0
    passed = state.seasons[int(me.segment)]
    place = state.clock[WEEK] + LONGEST
    return float(passed[place + 1] - passed[place])


@compiled
def when_passed(state: State, me: Person, since: float, weeks: float) -> float:
    """The moment by which, counted from `since`, as much time has passed as so many weeks of an even year."""
    if not has_season(state):
        return since + weeks
    passed = state.seasons[int(me.segment)]
    return moment_of(passed, passed_by(passed, since) + weeks)


@compiled
def passed_by(passed: Passed, moment: float) -> float:
    """The time added up from week 0 to a moment; beyond the ends of the table time is even."""
    last = passed.shape[0] - 1
    from_first = moment + LONGEST
    if from_first < 0.0:
        return float(passed[0] + from_first)
    if from_first >= last:
        return float(passed[last] + (from_first - last))
    place = math.floor(moment) + LONGEST
    return float(passed[place] + (moment - (place - LONGEST)) * (passed[place + 1] - passed[place]))


@compiled
def moment_of(passed: Passed, time: float) -> float:
    """The moment by which so much time has added up: the other way round."""
    last = passed.shape[0] - 1
    if time < passed[0]:
        return float(time - passed[0] - LONGEST)
    if time >= passed[last]:
        return float(time - passed[last] + LONGEST)
    low = 0
    high = last
    while high - low > 1:  # passed[low] <= time < passed[high]
        middle = (low + high) // 2
        if passed[middle] <= time:
            low = middle
        else:
            high = middle
    return float(low - LONGEST + (time - passed[low]) / (passed[high] - passed[low]))
