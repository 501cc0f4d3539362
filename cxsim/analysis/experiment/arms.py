"""A plan as an experiment: some people by lot are treated, in one market with all others."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.market.population import whom_covers
from cxsim.engine.state import State
from cxsim.scenario import Scenario, ScenarioError
from cxsim.scenario.checks import problems_of_whole
from cxsim.scenario.errors import Problem
from cxsim.scenario.extended import with_interventions
from cxsim.scenario.schedule import coverage_key
from cxsim.scenario.schema import Effect, Intervention

LOT: Final = "treated in the experiment"
_BESIDE_THE_LIFE = ("name", "story", "extends", "mechanisms", "intervention", "evidence", "reference")


class Tried(NamedTuple):
    """What is given to a share of people, and from which week on."""

    items: tuple[Intervention, ...]
    share: float
    start_week: float


def tried_in(base: Scenario, plan: Scenario) -> list[Intervention]:
    """What a plan adds to its base.

    Raises:
        ScenarioError: if it adds nothing, or changes what cannot differ between customers of one market.
    """
    ours, theirs = _life(base), _life(plan)
    other = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
    if other:
        hint = "Write what the plan does as interventions, which can reach some customers and leave out others."
        raise ScenarioError([Problem(plan.name, ", ".join(other), "differs from the base for everybody", hint)])
    added = [item for item in plan.intervention if item not in base.intervention]
    if not added:
        hint = "A plan to be tried has at least one intervention that its market does not have."
        raise ScenarioError([Problem(plan.name, "intervention", "the plan does nothing", hint)])
    return added


def as_experiment(
    plan: Scenario, tried: Sequence[Intervention], share: float, start_week: float | None = None, checked: bool = False
) -> Scenario:
    """The plan with what is tried given to a share of people, the same for all of it.

    Args:
        plan: the whole scenario.
        tried: interventions to give to them, of the plan or in addition to what it has.
        share: of people, 0 to 1.
        start_week: when the first of these starts; as the plan says when left out.
        checked: whether it was found possible before, with other values.

    Raises:
        ScenarioError: if something of it cannot be given to some people only.
    """
    names = {item.name for item in tried}
    others = [item for item in plan.intervention if item.name not in names]
    first = first_week(tried)
    later = 0.0 if start_week is None else start_week - first
    given = [
        item.model_copy(
            update={
                "coverage": item.coverage * share, "lot": LOT, "start_week": item.start_week + later, "end_week": item.end_week + later,
            }
        )
        for item in tried
    ]  # fmt: skip
    scenario = with_interventions(plan, [*others, *given])
    problems = [] if checked else problems_of_whole(scenario, lambda _: "as an experiment")
    if problems:
        raise ScenarioError(problems)
    return scenario


def first_week(tried: Sequence[Intervention]) -> float:
    """When the first of some interventions starts."""
    return min(item.start_week for item in tried)


def treated_in(state: State, share: float) -> NDArray[np.bool_]:
    """Whom the lot treats, whether or not anything reaches them, shape (people,)."""
    some = Intervention(name=LOT, lot=LOT, effect=[Effect(parameter="use.quality", add=0.0)])
    return whom_covers(state.luck, len(state.people), share, coverage_key(some))


def _life(scenario: Scenario) -> dict[str, Any]:
    """All that a scenario sets and a life depends on, beside interventions."""
    return scenario.model_dump(exclude_unset=True, exclude={*_BESIDE_THE_LIFE})
