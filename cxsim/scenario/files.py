"""Reading scenario files: TOML, `extends`, the intervention library, overrides; every problem named with its place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cxsim.scenario.calendar import with_weeks
from cxsim.scenario.checks import problems_of_whole
from cxsim.scenario.errors import MOST_SHOWN, Problem, ScenarioError
from cxsim.scenario.evidence import without_overtaken_evidence
from cxsim.scenario.extended import shape_of, with_mechanisms_acted_on
from cxsim.scenario.mechanism import MechanismError, may_hold
from cxsim.scenario.messages import faults_of, misspelt, nearest, problem_of
from cxsim.scenario.named_files import problems_of_files
from cxsim.scenario.overrides import (
    PRESENT,
    Override,
    Table,
    given_values,
    names_of_interventions,
    place_in_intervention,
    place_of,
    read_override,
    with_value,
)
from cxsim.scenario.schema import Intervention, Scenario
from cxsim.scenario.toml_file import TomlFile, read_toml
from cxsim.scenario.toml_lines import Path as KeyPath
from cxsim.scenario.toml_lines import is_file

LIBRARY_OF_INTERVENTIONS = "interventions"
MOST_FILES = 50  # that extend one another
NAMED = ("brand", "segment")  # tables that anybody may add a name to
Overrides = Mapping[str, object] | Sequence[str | Override]


@dataclass
class _Source(TomlFile):
    """One file read, and how many interventions come before its own."""

    interventions_before: int = 0


@dataclass
class _Reading:
    """A scenario being put together from its files and overrides."""

    values: Table = field(default_factory=dict)
    sources: list[_Source] = field(default_factory=list)
    overridden: dict[KeyPath, str] = field(default_factory=dict)  # where the value was given
    absent: set[int] = field(default_factory=set)  # interventions that overrides drop, by number
    kept: list[int] = field(default_factory=list)  # the numbers that those left had before

    def where(self, path: KeyPath) -> str:
        """The override, or file and line, that a value came from."""
        if len(path) > 1 and path[0] == "intervention" and isinstance(path[1], int) and path[1] < len(self.kept):
            path = ("intervention", self.kept[path[1]], *path[2:])
        for depth in range(len(path), 0, -1):
            if path[:depth] in self.overridden:
                return self.overridden[path[:depth]]
        best: tuple[int, str] = (0, str(self.sources[-1].path))
        for source in self.sources:
            own = _own_path(source, path)
            depth = _depth_held(source.values, own)
            if depth >= best[0]:
                best = (depth, source.where(own))
        founded = (said for place, said in self.overridden.items() if path and place[: len(path)] == path)
        return best[1] if best[0] == len(path) else next(founded, best[1])


def _own_path(source: _Source, path: KeyPath) -> KeyPath:
    if len(path) > 1 and path[0] == "intervention" and isinstance(path[1], int):
        return ("intervention", path[1] - source.interventions_before, *path[2:])
    return path


def _depth_held(values: Any, path: KeyPath) -> int:
    depth = 0
    for part in path:
        in_table = isinstance(values, dict) and part in values
        in_list = isinstance(values, list) and isinstance(part, int) and 0 <= part < len(values)
        if not (in_table or in_list):
            break
        values = values[part]
        depth += 1
    return depth


def library_folder() -> Path:
    """The folder of ready scenarios: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).parents[1]
    inside = package / "scenarios"
    return inside if inside.is_dir() else package.parent / "scenarios"


def scenario_names() -> list[str]:
    """Names of the ready scenarios and plans, in alphabetical order."""
    folder = library_folder()
    names = (path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.toml"))
    return sorted(name for name in names if name != LIBRARY_OF_INTERVENTIONS)


def find(name: str | Path, beside: Path | None = None) -> Path:
    """The file of a scenario: a path, a path relative to the file that names it, or a name in the library.

    Raises:
        ScenarioError: if there is no such file or name.
    """
    if not isinstance(name, str | Path):
        given = "given a scenario already loaded" if isinstance(name, Scenario) else f"given a {type(name).__name__}"
        hint = 'It takes a file or the name of a ready scenario; values go beside it: load("restaurant", {key: value}).'
        raise ScenarioError([Problem("scenario", "scenario", given, hint)])
    candidates = [Path(name)]
    if beside is not None:
        candidates.insert(0, beside / name)
    candidates += [library_folder() / f"{name}.toml"]
    for candidate in candidates:
        if is_file(candidate):
            return candidate
    hint = nearest(str(name), scenario_names()) or f"Ready scenarios: {', '.join(scenario_names())}."
    raise ScenarioError([Problem(str(name), "scenario", "no such file or ready scenario", hint)])


def load(scenario: str | Path, overrides: Overrides | None = None) -> Scenario:
    """Read a scenario by file or by name in the library, with other values for single keys.

    Args:
        scenario: a file, or the name of a ready one.
        overrides: values by full key, `{"brand.focal.support.capacity": 200}`, or as the command line writes them,
            `["brand.focal.support.capacity=200"]`.

    An override reaches an intervention by its name: "intervention.Parcels on time.coverage", and so `start_week`,
    `level`, `cost.once` and every other key; `effect.use.late_rate` is the size of its effect on that parameter;
    `present=false` drops it.

    Raises:
        ScenarioError: with every problem found: file, line, key, the value given, what is allowed.
    """
    return load_together([scenario], overrides)[0]


def load_together(scenarios: Sequence[str | Path], overrides: Overrides | None = None) -> list[Scenario]:
    """Read a base and its plans under the same overrides.

    An override of an intervention, or of a mechanism's parameter, acts on those that have it; one of them has to.

    Raises:
        ScenarioError: as `load`.
    """
    given = _read(overrides or [])
    readings = [_begun(find(scenario)) for scenario in scenarios]
    for reading in readings:
        _name_mechanisms(reading)
    for override in given:
        if override.intervention is None:
            having = [each for each in readings if may_hold(each.values, override.key)]
            for reading in having or readings[-1:]:  # the last, a plan, says that there is no such key
                _override(reading, override)
    for reading in readings:
        _expand_library_interventions(reading)
    for override in given:
        if override.intervention is not None:
            having = [each for each in readings if override.intervention in names_of_interventions(each.values)]
            for reading in having or readings[-1:]:  # the last, a plan, says that it knows none of that name
                _override_intervention(reading, override)
    return [_finished(reading) for reading in readings]


def _read(overrides: Overrides) -> list[Override]:
    if isinstance(overrides, str):
        overrides = [overrides]
    if isinstance(overrides, Mapping):
        return given_values(overrides)
    if not isinstance(overrides, Sequence) or not all(isinstance(each, str | Override) for each in overrides):
        hint = 'Write {"brand.focal.use.quality": 0.8}, or ["brand.focal.use.quality=0.8"].'
        raise ScenarioError([Problem("overrides", "overrides", f"given {str(overrides)[:80]}", hint)])
    return [read_override(each) if isinstance(each, str) else each for each in overrides]


def _begun(path: Path) -> _Reading:
    """A scenario put together as its files say it."""
    reading = _Reading()
    _read_with_parents(path, reading, [])
    return reading


def _override(reading: _Reading, override: Override) -> None:
    place = place_of(reading.values, override)
    if place[0] in NAMED and len(place) > 1:
        _refuse_misspelt(reading.values, {str(place[0]): {place[1]: {}}}, partial(_said_at, override.where))
    reading.values = with_value(reading.values, place, override.value)
    reading.overridden[place] = override.where


def _said_at(where: str, _: KeyPath) -> str:
    return where


def _override_intervention(reading: _Reading, override: Override) -> None:
    number, place = place_in_intervention(reading.values, override)
    item: KeyPath = ("intervention", number)
    reading.overridden[item + place] = override.where
    if place[0] == PRESENT:
        reading.absent = reading.absent - {number} if override.value else reading.absent | {number}
        return
    reading.values = with_value(reading.values, item + place, override.value)
    if place[0] == "effect":  # whatever backed the old effect does not back this one
        for key, value in (("evidence", "assumed"), ("source", "")):
            reading.values = with_value(reading.values, (*item, key), value)


def _finished(reading: _Reading) -> Scenario:
    """The scenario of a reading to which nothing more is to be done."""
    _drop_absent_interventions(reading)
    reading.values = without_overtaken_evidence(reading.values, [source.values for source in reading.sources])
    if "name" not in reading.sources[-1].values and ("name",) not in reading.overridden:
        reading.values["name"] = reading.sources[-1].path.stem  # a plan is not its parent
    result = read_values(reading.values, reading.where)
    result = _with_full_paths(result, reading)
    _check_whole(result, reading)
    return result


def read_values(values: Table, where: Callable[[KeyPath], str]) -> Scenario:
    """The scenario that these values are, mechanisms included.

    Args:
        values: as a file says them, nothing left to extend; days may stand for weeks.
        where: the place of a key, for messages.

    Raises:
        ScenarioError: if a mechanism cannot be read, or a value is not allowed.
    """
    values = with_mechanisms_acted_on(with_weeks(values, where))
    try:
        shape = shape_of(values)
    except MechanismError as error:
        raise ScenarioError([Problem(where(("mechanisms",)), "mechanisms", str(error))]) from None
    try:
        return shape.model_validate(values)
    except ValidationError as error:
        faults = faults_of(error)
        problems = [problem_of(fault, where, shape) for fault in faults[:MOST_SHOWN]]
        raise ScenarioError(problems, len(faults) - len(problems)) from None


def _drop_absent_interventions(reading: _Reading) -> None:
    if reading.absent:
        items = reading.values["intervention"]
        reading.kept = [place for place in range(len(items)) if place not in reading.absent]
        reading.values = {**reading.values, "intervention": [items[place] for place in reading.kept]}


def load_intervention_library() -> dict[str, Intervention]:
    """The ready interventions, by name."""
    return {name: Intervention.model_validate(item) for name, item in _library_tables().items()}


def _library_tables() -> dict[str, Table]:
    path = library_folder() / f"{LIBRARY_OF_INTERVENTIONS}.toml"
    return {item["name"]: item for item in read_toml(path).values.get("intervention", [])}


def _read_with_parents(path: Path, reading: _Reading, children: list[Path]) -> None:
    if path.resolve() in children:
        chain = " -> ".join(str(child) for child in [*children, path.resolve()])
        raise ScenarioError([Problem(str(path), "extends", f"goes round in a circle: {chain[-500:]}")])
    if len(children) >= MOST_FILES:
        raise ScenarioError([Problem(str(path), "extends", f"more than {MOST_FILES} files extend one another")])
    file = read_toml(path)
    source = _Source(file.path, file.values, file.lines)
    parent = source.values.get("extends", "")
    if not isinstance(parent, str):
        raise ScenarioError([Problem(str(path), "extends", f"given {parent!r}; it takes the name of a scenario")])
    if parent:
        try:
            above = find(parent, path.parent)
        except ScenarioError as error:
            hint = error.problems[0].hint
            message = f"given {parent[:80]!r}; there is no such file or ready scenario"
            raise ScenarioError([Problem(source.where(("extends",)), "extends", message, hint)]) from None
        _read_with_parents(above, reading, [*children, path.resolve()])
    before = reading.values.get("intervention", [])
    source.interventions_before = len(before) if isinstance(before, list) else 0
    reading.sources.append(source)
    source.values = _with_full_mechanisms(source)
    if parent:
        _refuse_misspelt(reading.values, source.values, source.where)
    reading.values = _merged(reading.values, source.values)


def _refuse_misspelt(known: Table, added: Table, where: Callable[[KeyPath], str]) -> None:
    """A brand or segment that is added must not be a slip of one that is there: it would live beside it, unseen."""
    for kind in NAMED:
        there, new = known.get(kind), added.get(kind)
        if not isinstance(there, dict) or not isinstance(new, dict):
            continue
        for name, section in new.items():
            meant = "" if name in there else misspelt(name, there)
            if meant:
                first = list(section)[:1] if isinstance(section, dict) else []
                hint = f"Did you mean {meant!r}? A new {kind} needs a name less like it."
                problem = Problem(
                    where((kind, name, *first)), f"{kind}.{name}", f"there is no {kind} {name!r} yet", hint
                )
                raise ScenarioError([problem])


def _with_full_mechanisms(source: _Source) -> Table:
    """Files of mechanisms are named relative to the file that names them."""
    names = source.values.get("mechanisms")
    if not isinstance(names, list):
        return source.values
    folder = source.path.parent.absolute()
    full = [str(folder / name) if isinstance(name, str) and name.endswith(".py") else name for name in names]
    return {**source.values, "mechanisms": full}


def _merged(below: Table, above: Table) -> Table:
    """`above` laid over `below`: tables merge, a plan's interventions come after its parent's, all else replaces."""
    result = dict(below)
    for key, value in above.items():
        known = result.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            result[key] = _merged(known, value)
        elif (
            key in ("intervention", "reaction", "channel", "mechanisms")
            and isinstance(known, list)
            and isinstance(value, list)
        ):
            result[key] = known + value
        else:
            result[key] = value
    return result


def _uses_library(items: object) -> bool:
    return isinstance(items, list) and any(isinstance(item, dict) and item.get("use") for item in items)


def _name_mechanisms(reading: _Reading) -> None:
    """The ready mechanisms on which its interventions act are its own from here on, so that overrides reach them."""
    items = reading.values.get("intervention", [])
    if _uses_library(items):
        library = _library_tables()
        using = [item for item in items if isinstance(item, dict) and item.get("use") and "effect" not in item]
        items = [*items, *(library.get(str(item["use"]), {}) for item in using)]
    reading.values = with_mechanisms_acted_on(reading.values, items)


def _expand_library_interventions(reading: _Reading) -> None:
    items = reading.values.get("intervention", [])
    if not _uses_library(items):
        return
    library = _library_tables()
    expanded = []
    for place, item in enumerate(items):
        if isinstance(item, dict) and item.get("use"):
            if not isinstance(item["use"], str) or item["use"] not in library:
                where = reading.where(("intervention", place, "use"))
                hint = nearest(str(item["use"]), list(library)) or f"The library has: {', '.join(library)}."
                raise ScenarioError([Problem(where, "intervention.use", f"there is no {item['use']!r}", hint)])
            item = _merged(_lent(library[item["use"]], item), item)
        expanded.append(item)
    reading.values = {**reading.values, "intervention": expanded}


def _lent(ready: Table, item: Table) -> Table:
    """What a plan takes from the library; an effect of the plan's own leaves the library's evidence behind."""
    return ready if "effect" not in item else {**ready, "evidence": "assumed", "source": ""}


def _with_full_paths(scenario: Scenario, reading: _Reading) -> Scenario:
    """File names inside a scenario are relative to the file that names them."""

    def full(path: KeyPath, name: str) -> str:
        for source in reversed(reading.sources):
            if _depth_held(source.values, path) == len(path):
                return str(source.path.parent.absolute() / name)
        return name

    market, reference = scenario.market, scenario.reference
    if market.links.edges:
        edges = full(("market", "links", "edges"), market.links.edges)
        market = market.model_copy(update={"links": market.links.model_copy(update={"edges": edges})})
    if reference.weekly_repeat_purchases:
        weekly = full(("reference", "weekly_repeat_purchases"), reference.weekly_repeat_purchases)
        reference = reference.model_copy(update={"weekly_repeat_purchases": weekly})
    return scenario.model_copy(update={"market": market, "reference": reference})


def _check_whole(scenario: Scenario, reading: _Reading) -> None:
    problems = problems_of_whole(scenario, reading.where) or problems_of_files(scenario, reading.where)
    if problems:
        raise ScenarioError(problems)
