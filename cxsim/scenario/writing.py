"""A whole scenario as one TOML file: every value written out, nothing to extend, so it says the same for ever."""

import hashlib
import json
import math
from enum import IntEnum
from pathlib import Path
from typing import Any

from cxsim.scenario.schema import Scenario


def scenario_text(scenario: Scenario) -> str:
    """The scenario as TOML; loaded again it is the same market, whose `scenario_hash` is the same.

    Of a segment only its own keys are written, since the rest is the market's.
    """
    first = ("name", "story", "market")
    rest = scenario.model_dump(exclude={"extends", "segment", *_left_out(scenario)})
    values = {key: rest.pop(key) for key in first} | rest
    values["segment"] = {name: each.model_dump(exclude_unset=True) for name, each in scenario.segment.items()}
    return "\n".join(_lines("", values)) + "\n"


def _left_out(scenario: Scenario) -> list[str]:
    """So that a scenario without them is written, and hashed, as before there were any."""
    return [name for name in ("mechanisms", "channel") if not getattr(scenario, name)]


def _lines(prefix: str, table: dict[str, object]) -> list[str]:
    """One line a value, with its full key."""
    lines: list[str] = []
    for key, value in table.items():
        full = f"{prefix}{_key(key)}"
        if isinstance(value, dict) and value:
            lines += _lines(f"{full}.", value)
        elif value is not None and value != {}:
            lines.append(f"{full} = {as_toml(value)}")
    return lines


def _key(key: str) -> str:
    return key if key.isascii() and key.replace("_", "").replace("-", "").isalnum() else json.dumps(key)


def as_toml(value: object) -> str:
    """A value as TOML writes it; what is None in a table is left out."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, IntEnum):
        return json.dumps(value.name)
    if isinstance(value, float):
        return repr(float(value))  # NumPy's numbers are floats that say so
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list | tuple):
        return f"[{', '.join(as_toml(each) for each in value)}]"
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{_key(key)} = {as_toml(each)}" for key, each in value.items() if each is not None) + "}"
        )
    return repr(value)


def scenario_record(scenario: Scenario) -> dict[str, Any]:
    """The whole scenario with every default written out; of a segment its own keys only, since the rest is the market's."""
    record: dict[str, Any] = json.loads(scenario.model_dump_json())
    for name, segment in scenario.segment.items():
        record["segment"][name] = json.loads(segment.model_dump_json(exclude_unset=True))
    for name in _left_out(scenario):
        del record[name]
    for item, intervention in zip(record["intervention"], scenario.intervention, strict=True):
        if item["when"] is None:
            del item["when"]
        if intervention.lasts_weeks == math.inf:
            del item["lasts_weeks"]  # likewise
    return record


def scenario_hash(scenario: Scenario) -> str:
    """SHA-256 of the whole scenario: the same hash, the same market, on whatever machine its files lie."""
    return hash_of_record(scenario_record(scenario), scenario)


def hash_of_record(written: dict[str, Any], scenario: Scenario) -> str:
    """`scenario_hash` of what was written of a scenario, perhaps before some of its parameters existed.

    Args:
        written: as `scenario_record` gave it, then.
        scenario: what is read from it now; it says where the files lie.
    """
    record = written | {"extends": ""}  # where its values came from says nothing about them
    reference = Path(scenario.reference.weekly_repeat_purchases).name
    record["reference"] = record["reference"] | {"weekly_repeat_purchases": reference}
    if scenario.market.links.edges:
        edges = hashlib.sha256(Path(scenario.market.links.edges).read_bytes()).hexdigest()
        record["market"] = record["market"] | {"links": record["market"]["links"] | {"edges": edges}}
    if scenario.own:
        record["mechanisms"] = [mechanism.sha256 for mechanism in scenario.own]
    return hashlib.sha256(json.dumps(record).encode()).hexdigest()
