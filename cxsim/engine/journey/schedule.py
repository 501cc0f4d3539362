"""The terms that hold for a person this week: which row of the tables of offers and traits is theirs."""

import math

import numpy as np

from cxsim.engine.compiled import compiled
from cxsim.engine.state import WEEK, Person, State


@compiled
def row_for(state: State, me: Person) -> int:
    """The person's row in `state.offers` and `state.traits` this week, interventions included; columns are brands.

    Where no brand is at stake, the column of `state.traits` is NO_BRAND.

    A row number and not the row itself: a compiled function that returns a record returns a copy of it.
    """
    return int(state.first_row[state.clock[WEEK]]) + me.kind


def rows_of_week(state: State, week: int) -> slice:
    """All rows of `state.offers` and `state.traits` that hold in a week, for rules that change them from week to week.

    Weeks in which the same interventions are at work share their rows.
    """
    kinds = len(state.offers) // len(np.unique(state.first_row))
    return slice(int(state.first_row[week]), int(state.first_row[week]) + kinds)


@compiled
def logistic(logit: float) -> float:
    """The probability that belongs to a logit."""
    return 1.0 / (1.0 + math.exp(-logit))
