"""Whom rules by history meant: how many people, in how many weeks."""

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.journey.history import count_all_whom_rules_meant
from cxsim.engine.outcomes.columns import Columns, words
from cxsim.engine.state import State
from cxsim.scenario.schema import Scenario

RULE_COLUMNS = ("rule", "people", "person_weeks")


def weeks_meant(state: State) -> NDArray[np.uint16]:
    """In how many weeks so far each rule meant each person, shape (people, rules), those of channels first."""
    count_all_whom_rules_meant(state)  # a kind that has lasted until now is counted when it ends
    return state.weeks_meant


def reach_table(state: State, scenario: Scenario) -> Columns:
    """One row an intervention with a rule by history: people whom it meant while it was at work, and their weeks."""
    names = [item.name for item in scenario.intervention if item.when is not None]
    meant = weeks_meant(state)[:, len(scenario.channel) :]  # what is said of channels is no plan
    people = np.count_nonzero(meant, axis=0)
    weeks = meant.sum(axis=0, dtype=np.int64)
    return dict(zip(RULE_COLUMNS, (words(names), people, weeks), strict=True))
