"""Single values changed from outside a file: "brand.focal.use.quality=0.8", "intervention.Parcels on time.coverage=0.5"."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from numbers import Integral, Real
from typing import Any

import numpy as np

from cxsim.scenario.errors import Problem, ScenarioError
from cxsim.scenario.messages import nearest
from cxsim.scenario.schema import OPERATIONS, Intervention
from cxsim.scenario.toml_lines import Path
from cxsim.scenario.toml_words import too_much

Table = dict[str, Any]  # what tomllib returns: TOML values of any type, not yet checked

PRESENT = "present"  # not a key of files, where an intervention is absent by not being there


@dataclass(frozen=True)
class Override:
    """A value from outside a file: where it was given ("--set key=value"), its full key, and the value."""

    where: str
    key: str
    value: Any

    @property
    def parts(self) -> tuple[str, ...]:
        """The key, part by part."""
        return tuple(self.key.split("."))

    @property
    def intervention(self) -> str | None:
        """The name of the intervention that it reaches into, if it does."""
        return self.parts[1] if len(self.parts) > 1 and self.parts[0] == "intervention" else None

    def refused(self, message: str, hint: str = "") -> ScenarioError:
        """What to raise when it cannot be done."""
        return ScenarioError([Problem(self.where, self.key or "override", message, hint)])


def read_override(text: str) -> Override:
    """Read "key=value".

    Raises:
        ScenarioError: if it has no key or no "=".
    """
    key, equals, given = text.partition("=")
    if not equals or not key.strip():
        hint = "Write it as --set brand.focal.support.capacity=200"
        raise Override(f"--set {text}", "", None).refused("has no key or no value", hint)
    try:
        value = tomllib.loads(f"value = {given.strip()}")["value"] if too_much(given) is None else given.strip()
    except (ValueError, RecursionError):
        value = given.strip()
    return Override(f"--set {text}", key.strip(), value)


def given_values(overrides: Mapping[str, object]) -> list[Override]:
    """Values by full key; samplers and optimisers hand over NumPy's numbers.

    Raises:
        ScenarioError: if one of them cannot stand in a scenario.
    """
    return [Override(f"{key} = {value!r}", key, _plain(key, value)) for key, value in overrides.items()]


def _plain(key: str, value: object) -> bool | int | float | str | date | list[Any]:
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, str | date):
        return value
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(key, each) for each in value]
    refused = Override(f"{key} = {value!r}", key, value)
    raise refused.refused(
        "cannot stand there", "A parameter takes a number, true or false, a word, a date, or a list of them."
    )


def place_of(values: Table, override: Override) -> Path:
    """Where in `values` an override of a section acts.

    Raises:
        ScenarioError: if its key leads through something that is not a section.
    """
    table: Any = values
    for depth, part in enumerate(override.parts[:-1], start=1):
        table = table.get(part, {})
        if not isinstance(table, dict):
            reached = ".".join(override.parts[:depth])
            raise override.refused("cannot be set", f"{reached} is not a section that --set can reach into.")
    return override.parts


def place_in_intervention(values: Table, override: Override) -> tuple[int, Path]:
    """The number of the intervention that an override acts on, and where in it.

    Raises:
        ScenarioError: if there is no intervention of that name, or nothing by that key in it.
    """
    name, keys = override.parts[1], override.parts[2:]
    known = names_of_interventions(values)
    if name not in known:
        some = f"Interventions here: {', '.join(known) or 'none'}."
        raise override.refused(f"there is no intervention {name!r}", nearest(name, known) or some)
    if not keys:
        raise override.refused("has no key", f"Write it as --set intervention.{name}.coverage=0.5")
    place = known[name]
    if keys[0] == "effect" and len(keys) > 1:
        return place, _place_of_effect(values["intervention"][place], ".".join(keys[1:]), override)
    allowed = [PRESENT, *Intervention.model_fields]
    parameter = ".".join(keys)
    if parameter in _parameters_of(values["intervention"][place]):
        raise override.refused(
            "there is no such key", f"The size of that effect is intervention.{name}.effect.{parameter}"
        )
    if keys[0] not in allowed:
        raise override.refused("there is no such key", nearest(keys[0], allowed) or f"Keys here: {', '.join(allowed)}.")
    if len(keys) > 1 and keys[0] not in ("cost", "when"):
        raise override.refused("cannot be set", f"{keys[0]} is not a section that --set can reach into.")
    if keys[0] == PRESENT and not isinstance(override.value, bool):
        raise override.refused(f"given {override.value!r}; it takes true or false")
    return place, keys


def _parameters_of(item: Table) -> list[str]:
    """What the effects of an intervention change, as far as that can be read."""
    effects = item.get("effect", [])
    return (
        [str(each.get("parameter")) for each in effects if isinstance(each, dict)] if isinstance(effects, list) else []
    )


def names_of_interventions(values: Table) -> dict[str, int]:
    """The number of each intervention, by name; of two with one name the first."""
    items = values.get("intervention", [])
    names: dict[str, int] = {}
    for place, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, dict) and isinstance(item.get("name"), str):
            names.setdefault(item["name"], place)
    return names


def _place_of_effect(item: Table, parameter: str, override: Override) -> Path:
    """Where the size of the effect on `parameter` stands in an intervention."""
    effects = item.get("effect", [])
    effects = [effect for effect in effects if isinstance(effect, dict)] if isinstance(effects, list) else []
    places = [
        (number, operation)
        for number, effect in enumerate(effects)
        for operation in OPERATIONS
        if effect.get("parameter") == parameter and operation in effect
    ]
    if not places:
        known = _parameters_of(item)
        hint = nearest(parameter, known) or f"It changes: {', '.join(known)}."
        raise override.refused(f"the intervention does not change {parameter!r}", hint)
    if len(places) > 1:
        raise override.refused(f"the intervention changes {parameter!r} more than once", "Change the file instead.")
    return ("effect", *places[0])


def with_value(values: Any, path: Path, value: Any) -> Any:
    """`values` with another value at `path`; what is shared with others is copied, not changed."""
    if not path:
        return value
    if isinstance(values, list):
        return [with_value(each, path[1:], value) if place == path[0] else each for place, each in enumerate(values)]
    inner = values.get(path[0], {}) if isinstance(values, dict) else {}
    return {**(values if isinstance(values, dict) else {}), path[0]: with_value(inner, path[1:], value)}
