"""Section 7.11: what a brand offers, and what traits hold, for one person in one week."""

import math
from types import SimpleNamespace
from typing import Any

from pydantic import BaseModel

from cxsim.scenario import Scenario
from cxsim.scenario.schema import Intervention, Range
from golden.people import Person

FEE_STAGES = ("research", "purchase", "use", "support", "telling", "listening")
CHARGED_AT = {"need": "purchase", "expectation": "research", "loyalty": "use", "money": "purchase"}


class Terms:
    """The terms of a scenario, worked out anew for every week and kind of person."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self.start = scenario.market.start
        self._known: dict[tuple[int, str, frozenset[str]], tuple[Any, list[Any]]] = {}

    def traits(self, week: int, person: Person) -> Any:
        """Sections of traits, as in `traits.use.memory`."""
        return self._of(week, person.segment, person.covered_by)[0]

    def offer(self, week: int, person: Person, brand: int) -> Any:
        """Sections of one brand's offer, and its `fees`."""
        return self._of(week, person.segment, person.covered_by)[1][brand]

    def shared(self, week: int, brand: int) -> Any:
        """What is one for all customers: capacity and advertising."""
        return self._of(week, next(iter(self._scenario.segments())), frozenset())[1][brand]

    def _of(self, week: int, segment: str, covered: frozenset[str]) -> tuple[Any, list[Any]]:
        place = (week, segment, covered)
        if place not in self._known:
            self._known[place] = terms_of(self._scenario, week, segment, covered)
        return self._known[place]


def strength(plan: Intervention, week: int) -> float:
    """How much of an effect works: rising from the start, and falling, by as much a week, from the last week paid for."""
    paid = [other for other in range(week + 1) if plan.start_week <= other < plan.end_week]
    if not paid:
        return 0.0
    reached = min(1.0, (paid[-1] - plan.start_week + 1) / (plan.ramp_weeks + 1))
    left = (plan.decay_weeks - (week - plan.end_week)) / (plan.decay_weeks + 1)
    return reached if week == paid[-1] else reached * max(0.0, left)


def terms_of(scenario: Scenario, week: int, segment: str, covered: frozenset[str]) -> tuple[Any, list[Any]]:
    """Traits and offers: all sets, then all multiplications, then all additions, in the order of the file."""
    traits = values_of(scenario.segments()[segment][1])
    offers = [values_of(offer) for offer in scenario.brand.values()]
    plans = [
        plan for plan in scenario.intervention
        if plan.segment in ("", segment) and (plan.coverage == 1.0 or plan.name in covered)
    ]  # fmt: skip
    for operation in ("set", "multiply", "add"):
        for plan in plans:
            for effect in plan.effect:
                size = getattr(effect, operation)
                if size is not None:
                    size = getattr(size, plan.level) if isinstance(size, Range) else size
                    stage, name = effect.parameter.split(".")
                    section = offers[brand_of(scenario, plan)].get(stage, {})
                    if name not in section:
                        section = traits[stage]
                    change(section, name, operation, size, strength(plan, week))
    for brand, offer in enumerate(offers):
        offer["fees"] = dict.fromkeys(FEE_STAGES, 0.0)
        for plan in plans:
            if brand_of(scenario, plan) == brand and plan.start_week <= week < plan.end_week:
                stage = plan.effect[0].parameter.split(".")[0]
                offer["fees"][CHARGED_AT.get(stage, stage)] += plan.cost.per_use
    return sections(traits), [sections(offer) for offer in offers]


def brand_of(scenario: Scenario, plan: Intervention) -> int:
    """The brand that does it."""
    return scenario.brands.index(plan.brand or scenario.market.focal)


def change(section: dict[str, Any], name: str, operation: str, size: float, share: float) -> None:
    """With strength k, set moves the share k of the way; multiply by 1 + k (x - 1); add k x. Whole numbers round."""
    before = section[name]
    if share == 0.0:
        return
    if operation == "set":
        after = size if share == 1.0 or math.isinf(before) else before + share * (size - before)
    elif operation == "multiply":
        after = before * (1.0 + share * (size - 1.0))
    else:
        after = before + share * size
    section[name] = round(after) if isinstance(before, int) and not isinstance(before, bool) else after


def values_of(section: Any) -> Any:
    """The values of a section, nested sections as nested dictionaries."""
    if not isinstance(section, BaseModel):
        return section
    return {name: values_of(getattr(section, name)) for name in type(section).model_fields}


def sections(tree: dict[str, Any]) -> SimpleNamespace:
    """Nested sections whose keys are attributes."""
    return SimpleNamespace(
        **{name: sections(value) if isinstance(value, dict) else value for name, value in tree.items()}
    )
