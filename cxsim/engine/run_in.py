"""The run-in: weeks before week 0, in which a market becomes what an established firm knows.

Weeks of the run-in are numbered from -run_in_weeks to -1. No plan is at work in them, and nothing that happens is
counted: at week 0 the books are opened. What people have lived through goes with them.
"""

import numpy as np

from cxsim.engine.market.base import note_history
from cxsim.engine.market.start import empty_books, state_under
from cxsim.engine.state import BEFORE, WATCHED, Stage, State
from cxsim.scenario.schedule import build_schedule
from cxsim.scenario.schema import Scenario


def books_opened(state: State, scenario: Scenario, watched: int, room_for_notes: int) -> State:
    """The same people at week 0, under the terms of a scenario, with nothing counted yet.

    A story that is over then is no line and no loop of these weeks, unless it begins anew.
    """
    bonds = state.bonds
    bonds["ended_stage"][bonds["ended_stage"] != Stage.OUTSIDE] = BEFORE
    for name in ("ended_cause", "loop_purchases", "converts", "margin"):
        bonds[name] = 0
    bonds["first_lost_at"] = np.nan
    state.clock[WATCHED] = watched
    opened = state_under(state, build_schedule(scenario))._replace(**empty_books(scenario, room_for_notes))
    note_history(opened)
    return opened
