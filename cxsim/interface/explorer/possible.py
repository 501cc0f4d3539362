"""What of the library can act in a market, and why the rest cannot: the page offers no more than that."""

from functools import lru_cache

from pydantic import BaseModel

from cxsim.scenario import Scenario, load, load_intervention_library
from cxsim.scenario.checks import problems_of_whole
from cxsim.scenario.extended import with_interventions
from cxsim.scenario.warnings import cannot_act


class Possible(BaseModel):
    """Why interventions of the library cannot act in a market, by name; all others can."""

    impossible: dict[str, str]


def possible_in(market: Scenario) -> Possible:
    """What of the library can act in a market."""
    base = market.model_copy(update={"intervention": []})
    found = {}
    for name, item in load_intervention_library().items():
        plan = with_interventions(base, [item])
        problems = problems_of_whole(plan, lambda _: "the library")
        why = problems[0].message if problems else cannot_act(plan, 0)
        if why:
            found[name] = why.removeprefix(f"intervention {name!r} ")
    return Possible(impossible=found)


@lru_cache(32)
def possible_in_ready(name: str) -> Possible:
    """The same of a ready market, found once.

    Raises:
        ScenarioError: if there is no such market.
    """
    return possible_in(load(name))
