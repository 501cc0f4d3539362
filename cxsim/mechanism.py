"""What the author of a mechanism needs, in one place; docs/mechanisms.md says how to use it.

from cxsim.mechanism import Mechanism, Section, parameter, ...
"""

from cxsim.engine.compiled import compiled
from cxsim.engine.journey.bookkeeping import count, earn, pay
from cxsim.engine.journey.schedule import logistic, row_for, rows_of_week
from cxsim.engine.luck import exponential, normal, poisson, purpose, uniform
from cxsim.engine.measures import Measure
from cxsim.engine.state import (
    NO_BRAND,
    NOBODY,
    WEEK,
    Bond,
    Byte,
    Cause,
    Count,
    Outcome,
    Person,
    Single,
    Small,
    Stage,
    State,
    Whole,
)
from cxsim.scenario.mechanism import Mechanism, MechanismError
from cxsim.scenario.parameter import WEEKS_PER_YEAR, Section, parameter
from cxsim.scenario.stages.need import NextNeed

__all__ = [
    "NOBODY",
    "NO_BRAND",
    "WEEK",
    "WEEKS_PER_YEAR",
    "Bond",
    "Byte",
    "Cause",
    "Count",
    "Measure",
    "Mechanism",
    "MechanismError",
    "NextNeed",
    "Outcome",
    "Person",
    "Section",
    "Single",
    "Small",
    "Stage",
    "State",
    "Whole",
    "compiled",
    "count",
    "earn",
    "exponential",
    "logistic",
    "normal",
    "parameter",
    "pay",
    "poisson",
    "purpose",
    "row_for",
    "rows_of_week",
    "uniform",
]
