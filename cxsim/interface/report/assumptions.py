"""What a comparison rests on: the whole register, and the values nearest to what the plan does."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from cxsim.scenario import Scenario
from cxsim.scenario.effects import is_of_brand
from cxsim.scenario.register import Entry, assumptions, counts_of_evidence, same_for_all_brands
from cxsim.scenario.schema import Intervention

Part = Literal["plan", "acts on", "stage", "money"]


@dataclass(frozen=True)
class Carrying:
    """Values that carry a plan's result, in one of the ways in which they can.

    Attributes:
        part: what the plan does and costs, the values it acts on, the stage where the rescued lines used to end, or the
            money.
        entries: with value, unit and evidence.
    """

    part: Part
    entries: list[Entry]


@dataclass(frozen=True)
class Register:
    """Every value of a scenario.

    Attributes:
        groups: (stage, entries), values that all brands share written once.
        counts: how many values rest on which evidence.
        total: how many values.
    """

    groups: list[tuple[str, list[Entry]]]
    counts: dict[str, int]
    total: int


def register_of(scenario: Scenario) -> Register:
    """The whole register of a scenario, by stage."""
    rows = assumptions(scenario)
    merged = same_for_all_brands(rows, scenario.brands)
    groups = [(stage, list(entries)) for stage, entries in groupby(merged, key=lambda entry: entry.group)]
    return Register(groups, counts_of_evidence(rows), len(rows))


def carrying(base: Scenario, plan: Scenario, stage: str | None) -> list[Carrying]:
    """The values nearest to the result: known by where they stand, not by how strongly they act.

    Args:
        base: the scenario compared with.
        plan: the plan.
        stage: where most rescued lines used to end; None when hardly anybody was rescued.
    """
    rows = {entry.key: entry for entry in assumptions(plan)}
    known = {entry.key for entry in assumptions(base) if entry.group == "intervention"}
    focal = plan.market.focal
    own = [
        entry for key, entry in rows.items() if entry.group == "intervention" and key not in known and not _free(entry)
    ]
    acted_on = [key for item in plan.intervention if item not in base.intervention for key in _acts_on(plan, item)]
    money = [key for key in rows if key.startswith((f"brand.{focal}.money.", f"brand.{focal}.purchase.price"))]
    of_stage = [key for key in rows if stage and key.startswith((f"{stage}.", f"brand.{focal}.{stage}."))]
    keys: dict[Part, list[str]] = {
        "acts on": acted_on, "money": [*money, "market.discount_rate_annual"], "stage": of_stage
    }  # fmt: skip
    found = [Carrying("plan", own)]
    seen: set[str] = set()
    for part, wanted in keys.items():
        new = [key for key in dict.fromkeys(wanted) if key in rows and key not in seen]
        seen |= set(new)
        found.append(Carrying(part, [rows[key] for key in new]))
    return [each for each in found if each.entries]


def _free(entry: Entry) -> bool:
    """A cost of nothing."""
    return ".cost." in entry.key and entry.value == 0.0


def _acts_on(plan: Scenario, item: Intervention) -> Iterator[str]:
    for effect in item.effect:
        of_brand = is_of_brand(effect.parameter, type(plan))
        yield f"brand.{item.brand or plan.market.focal}.{effect.parameter}" if of_brand else effect.parameter
