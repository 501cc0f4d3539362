"""What a user writes: scenario files, their interventions, and what is said when something in them is wrong."""

from cxsim.scenario.errors import Problem, ScenarioError
from cxsim.scenario.files import load, load_intervention_library, load_together, scenario_names
from cxsim.scenario.schema import Intervention, Scenario

__all__ = [
    "Intervention",
    "Problem",
    "Scenario",
    "ScenarioError",
    "load",
    "load_intervention_library",
    "load_together",
    "scenario_names",
]
