"""Full keys of what a study can vary, and a scenario with other values under such keys.

Scenarios are read once, by the driver, and travel to the workers as records: a file edited while a study runs changes
nothing, and a worker elsewhere needs no file but an edge list.
"""

import copy
from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from typing import Any, TypeVar

from cxsim.scenario import Scenario, ScenarioError
from cxsim.scenario.checks import problems_of_whole
from cxsim.scenario.files import read_values
from cxsim.scenario.overrides import PRESENT
from cxsim.scenario.register import Entry, all_entries, find_entries, parameter_names
from cxsim.scenario.schema import OPERATIONS, Effect, Intervention
from cxsim.scenario.toml_lines import Path as KeyPath

Value = float | int | bool | str
Values = dict[str, Value]
Given = TypeVar("Given")
Record = dict[str, Any]  # a scenario as plain tables: only what it sets

EFFECT = "effect."  # and the parameter: the size of the effect on it
_OF_INTERVENTION = (PRESENT, "level", "coverage", "start_week", "ramp_weeks", "end_week", "lasts_weeks", "decay_weeks")


def record_of(scenario: Scenario) -> Record:
    """What a scenario sets, as plain tables that can be sent and changed."""
    return scenario.model_dump(exclude_unset=True)


def texts_of(scenarios: Iterable[Scenario]) -> dict[str, str]:
    """The sources of their mechanisms as they were read, by reference, for workers that do not hold the files."""
    files = {own.reference: own.text for scenario in scenarios for own in scenario.own if own.text}
    return dict(sorted(files.items()))


def _of_a_point(_: KeyPath) -> str:
    return "values of this point"


def scenario_with(record: Record, values: Values, where: Callable[[KeyPath], str] = _of_a_point) -> Scenario:
    """The scenario of a record with other values, by full key; interventions that it does not have are passed over.

    Raises:
        ScenarioError: if a value is not allowed.
    """
    table = copy.deepcopy(record)
    for key, value in values.items():
        if key.startswith("intervention."):
            _change_intervention(table, key, value)
        else:
            _place(table, key.split("."), value)
            table.get("evidence", {}).pop(key, None)  # another value than the one that was backed
    scenario = read_values(table, where)
    problems = problems_of_whole(scenario, where)
    if problems:
        raise ScenarioError(problems)
    return scenario


def _place(table: Record, path: list[str], value: Value) -> None:
    for part in path[:-1]:
        table = table.setdefault(part, {})
    table[path[-1]] = value


def _change_intervention(table: Record, key: str, value: Value) -> None:
    name, what = split_intervention(key)
    items: list[Record] = table.get("intervention", [])
    for item in items:
        if item["name"] != name:
            continue
        if what == PRESENT:
            if value is False:
                table["intervention"] = [other for other in items if other is not item]
        elif what in _OF_INTERVENTION:
            item[what] = value
        elif what.startswith("cost."):
            _place(item, what.split("."), value)
        else:
            _resize(item, what.removeprefix(EFFECT), value)


def _resize(item: Record, parameter: str, value: Value) -> None:
    """Give the effect on a parameter one size instead of the range it may have had."""
    for effect in item["effect"]:
        if effect["parameter"] == parameter:
            effect[next(name for name in OPERATIONS if effect.get(name) is not None)] = value


def in_every_segment(scenario: Scenario, by_key: Mapping[str, Given]) -> dict[str, Given]:
    """The same for segments that set a key themselves: data about all customers do not tell segments apart."""
    everywhere = dict(by_key)
    for name, segment in scenario.segment.items():
        for key, value in by_key.items():
            stage, _, parameter = key.partition(".")
            section = getattr(segment, stage, None) if stage in segment.model_fields_set else None
            if section is not None and parameter in section.model_fields_set:
                everywhere.setdefault(f"segment.{name}.{key}", value)
    return everywhere


def split_intervention(key: str) -> tuple[str, str]:
    """("Short checkout", "coverage") of "intervention.Short checkout.coverage"."""
    _, name, what = (*key.split(".", 2), "", "")[:3]
    return name, what


def known_keys(scenario: Scenario) -> list[str]:
    """Every key of a scenario that a study can vary."""
    return [*parameter_names(scenario), *(key for item in scenario.intervention for key in _keys_of(item))]


def _keys_of(item: Intervention) -> list[str]:
    costs = [f"cost.{name}" for name in type(item.cost).model_fields]
    names = [*_OF_INTERVENTION, *costs, *(f"{EFFECT}{effect.parameter}" for effect in item.effect)]
    return [f"intervention.{item.name}.{name}" for name in names]


def entry_of(key: str) -> Entry | None:
    """What the register knows of a key; nothing of the size of an effect, which is the plan's own."""
    entries = all_entries()
    if not key.startswith("intervention."):
        return next(iter(find_entries(key)), None)
    return entries.get(f"intervention.{split_intervention(key)[1]}")


def own_value(scenario: Scenario, key: str) -> Value | None:
    """The value a scenario has under a key, a word for a choice; None where it has no such intervention or mechanism."""
    if key.startswith("intervention."):
        name, what = split_intervention(key)
        item = next((item for item in scenario.intervention if item.name == name), None)
        return None if item is None else _own_of(item, what)
    holder: Any = scenario
    for part in key.split("."):
        holder = holder[part] if isinstance(holder, dict) else getattr(holder, part, None)
    return _plain(holder)


def _own_of(item: Intervention, what: str) -> Value | None:
    if what == PRESENT:
        return True
    effect = next((effect for effect in item.effect if f"{EFFECT}{effect.parameter}" == what), None)
    if isinstance(effect, Effect):
        return effect.at(item.level)[1]
    holder: Any = item
    for part in what.split("."):
        holder = getattr(holder, part)
    return _plain(holder)


def _plain(value: Any) -> Value:
    plain: Value = value.name if isinstance(value, IntEnum) else value
    return plain
