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
        self.scenario = scenario
        self.start = scenario.market.start
        self._known: dict[tuple[int, str, frozenset[str]], tuple[list[Any], list[Any]]] = {}

    def traits(self, week: int, person: Person, brand: int) -> Any:
        """Sections of traits in dealing with a brand, as in `traits.use.memory`; -1, the last, where none is at stake."""
        return self._of(week, person.segment, self.plans_for(person))[0][brand]

    def offer(self, week: int, person: Person, brand: int) -> Any:
        """Sections of one brand's offer, and its `fees`."""
        return self._of(week, person.segment, self.plans_for(person))[1][brand]

    def shared(self, week: int, brand: int) -> Any:
        """What is one for all customers: capacity and advertising."""
        everybodys = frozenset(plan.name for plan in self.scenario.intervention if is_for_all(plan))
        return self._of(week, next(iter(self.scenario.segments())), everybodys)[1][brand]

    def plans_for(self, person: Person) -> frozenset[str]:
        """What covers a person this week: by lot, by segment, and by what stands in the books."""
        return frozenset(
            plan.name for plan in self.scenario.intervention
            if plan.segment in ("", person.segment) and (plan.coverage == 1.0 or plan.name in person.covered_by)
            and (plan.when is None or plan.name in person.meant_by)
        )  # fmt: skip

    def _of(self, week: int, segment: str, plans: frozenset[str]) -> tuple[list[Any], list[Any]]:
        place = (week, segment, plans)
        if place not in self._known:
            self._known[place] = terms_of(self.scenario, week, segment, plans)
        return self._known[place]


def is_for_all(plan: Intervention) -> bool:
    """Whether nobody is left out."""
    return not plan.segment and plan.coverage == 1.0 and plan.when is None


def strength(plan: Intervention, week: int) -> float:
    """How much of an effect works: rising from the start, and falling, by as much a week, from the last week paid for."""
    paid = [other for other in range(week + 1) if plan.start_week <= other < plan.end_week]
    if not paid:
        return 0.0
    reached = min(1.0, (paid[-1] - plan.start_week + 1) / (plan.ramp_weeks + 1))
    left = (plan.decay_weeks - (week - plan.end_week)) / (plan.decay_weeks + 1)
    return reached if week == paid[-1] else reached * max(0.0, left)


def terms_of(scenario: Scenario, week: int, segment: str, covering: frozenset[str]) -> tuple[list[Any], list[Any]]:
    """Traits and offers: all sets, then all multiplications, then all additions, in the order of the file.

    Traits are moved in dealing with the brand that does it, and in the last place, where no brand is at stake.
    """
    offers = [values_of(offer) for offer in scenario.brand.values()]
    traits = [values_of(scenario.segments()[segment][1]) for _ in range(len(offers) + 1)]
    plans = [plan for plan in scenario.intervention if plan.name in covering]
    for operation in ("set", "multiply", "add"):
        for plan in plans:
            for effect in plan.effect:
                size = getattr(effect, operation)
                if size is not None:
                    size = getattr(size, plan.level) if isinstance(size, Range) else size
                    stage, name = effect.parameter.split(".")
                    brand = brand_of(scenario, plan)
                    is_offer = name in offers[brand].get(stage, {})
                    moved = [offers[brand]] if is_offer else [traits[brand], traits[-1]]
                    for sections_of_it in moved:
                        change(sections_of_it[stage], name, operation, size, strength(plan, week))
    for brand, offer in enumerate(offers):
        offer["fees"] = dict.fromkeys(FEE_STAGES, 0.0)
        for plan in plans:
            if brand_of(scenario, plan) == brand and plan.start_week <= week < plan.end_week:
                stage = plan.effect[0].parameter.split(".")[0]
                offer["fees"][CHARGED_AT.get(stage, stage)] += plan.cost.per_use
    return [sections(trait) for trait in traits], [sections(offer) for offer in offers]


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
