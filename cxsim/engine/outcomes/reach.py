"""Whom rules by history meant: how many people, in how many weeks."""

import numpy as np

from cxsim.engine.outcomes.columns import Columns, words
from cxsim.engine.state import State
from cxsim.scenario.schema import Scenario

RULE_COLUMNS = ("rule", "people", "person_weeks")


def reach_table(state: State, scenario: Scenario) -> Columns:
    """One row an intervention with a rule by history: people whom it meant while it was at work, and their weeks."""
    names = [item.name for item in scenario.intervention if item.when is not None]
    meant = state.weeks_meant[:, len(scenario.channel) :]  # what is said of channels is no plan
    people = np.count_nonzero(meant, axis=0)
    weeks = meant.sum(axis=0, dtype=np.int64)
    return dict(zip(RULE_COLUMNS, (words(names), people, weeks), strict=True))
