"""A study file: which market and plans, what varies, in which worlds, how often. Every problem is named with its place."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, FiniteFloat, StrictBool, StrictInt, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from cxsim.analysis.compare.stopping import FEWEST, MOST
from cxsim.analysis.sweep.parameters import Record, Values, known_keys, record_of, texts_of
from cxsim.engine.luck import MOST_REPLICATION, MOST_SEED
from cxsim.engine.outcomes.figures import figure_named, figures_of
from cxsim.scenario import Problem, Scenario, ScenarioError, load, load_together
from cxsim.scenario.calendar import DATED, is_date, week_of
from cxsim.scenario.checks import same_people
from cxsim.scenario.files import find
from cxsim.scenario.mechanism import may_hold
from cxsim.scenario.messages import faults_of, in_plain_words, nearest, shortened
from cxsim.scenario.overrides import Override
from cxsim.scenario.parameter import Section
from cxsim.scenario.toml_file import TomlFile, read_toml
from cxsim.scenario.toml_lines import Path as KeyPath

BASE = "base"  # what the market without a plan is called in the tables

_FRAME = ("market.focal", "market.currency", "market.entry_counts")  # settings that are no parameters

Count = Annotated[int, Field(ge=1)]
Given = StrictBool | StrictInt | FiniteFloat | str


class StudyError(ScenarioError):
    """A study that cannot be run; holds every problem found."""


class FactorSection(Section):
    """Something that varies: over single values, or over a range (that of the register when left out)."""

    key: str = Field(description="Full key in the scenario, or intervention.NAME.coverage and the like.")
    values: list[Given] = Field(default=[], description="The values it takes.")
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    scale: Literal["linear", "log"] = "linear"

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.values and not (self.low is self.high is None):
            raise ValueError("give either values, or low and high")
        if (self.low is None) != (self.high is None):
            raise ValueError("low and high belong together")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"low ({self.low:g}) must be below high ({self.high:g})")
        if len({*map(str, self.values)}) < len(self.values):
            raise ValueError("a value is given twice")
        return self


class Design(Section):
    """Which combinations of the factors are lived."""

    kind: Literal["factorial", "one_at_a_time", "latin_hypercube", "sobol", "morris", "sobol_indices", "table"]
    points: Count | None = Field(
        None,
        description="latin_hypercube, sobol: how many; sobol_indices: n of n (k + 2). Powers of two but for the first.",
    )
    trajectories: Annotated[int, Field(ge=2)] | None = Field(None, description="morris: walks of k + 1 points each.")
    levels: Annotated[int, Field(ge=2)] | None = Field(None, description="one_at_a_time: values of a range; 5.")
    file: str = Field("", description="table: a CSV with full keys as its header and a point on each line.")

    @model_validator(mode="after")
    def _what_the_kind_needs(self) -> Self:
        needs = {"table": "file", "morris": "trajectories", "factorial": "", "one_at_a_time": ""}.get(
            self.kind, "points"
        )
        for name in ("points", "trajectories", "file"):
            if (name == needs) != bool(getattr(self, name)):
                raise ValueError(f"{name} is {'required' if name == needs else 'meaningless'} for {self.kind}")
        if self.levels is not None and self.kind != "one_at_a_time":
            raise ValueError(f"levels is meaningless for {self.kind}")
        if self.kind.startswith("sobol") and self.points and self.points & (self.points - 1):
            raise ValueError(f"a Sobol sequence is balanced at powers of two; {self.points} is none")
        return self


class WorldsSection(Section):
    """What is uncertain about the market: each design point is lived in each of these worlds."""

    source: str = Field(alias="from", description="register, or the plausible.csv of a calibration.")
    draws: Count | None = None
    keys: list[str] = Field(default=[], description="For register: what is uncertain, each over its plausible range.")

    @model_validator(mode="after")
    def _keys_and_draws(self) -> Self:
        if (self.source == "register") != bool(self.keys):
            raise ValueError('keys belong to from = "register", and only there')
        if self.source == "register" and self.draws is None:
            raise ValueError('draws is required with from = "register"')
        return self


class Precision(Section):
    """More replications, until a figure (with plans: its differences) is known this well at every point and world."""

    figure: str = Field(description="One of every market, or a count of a mechanism that the market or a plan names.")
    half_width: Annotated[FiniteFloat, Field(gt=0.0)] = Field(description="Of the 95% interval, in the figure's unit.")
    most: Annotated[int, Field(ge=FEWEST, le=MOST_REPLICATION)] = Field(MOST, description="Replications at most.")


class Study(Section):
    """What a study file says."""

    name: str = ""
    scenario: str = Field(description="The market: a name in the library, or a file.")
    plans: list[str] = Field(default=[], description="Each point is lived by the market and by each plan, same luck.")
    replications: Annotated[int, Field(ge=1, le=MOST_REPLICATION)] = 10
    seed: Annotated[int, Field(ge=0, le=MOST_SEED)] = 1
    weeks: bool = Field(True, description="Whether the weekly table is kept too.")
    people: bool = Field(False, description="Whether everybody's story is kept too, one row a run and person.")
    set: dict[str, Any] = Field(default={}, description="Values of all runs, by full key.")
    labels: dict[str, Any] = Field(default={}, description="What readers are told instead of a full key.")
    design: Design | None = None
    factor: list[FactorSection] = []
    worlds: WorldsSection | None = None
    until: Precision | None = None

    @field_validator("set", "labels")
    @classmethod
    def _flat(cls, given: dict[str, Any]) -> dict[str, Any]:
        return dict(_flattened(given, ""))

    @field_validator("labels")
    @classmethod
    def _of_words(cls, given: dict[str, Any]) -> dict[str, str]:
        wrong = [key for key, label in given.items() if not isinstance(label, str) or not label.strip()]
        if wrong:
            raise ValueError(f"the label of {wrong[0]} must be words in quotes")
        return given

    @model_validator(mode="after")
    def _design_and_factors(self) -> Self:
        table = self.design is not None and self.design.kind == "table"
        if self.factor and (self.design is None or table):
            raise ValueError("a table names its own factors" if table else "factors need a [design]")
        if self.design is not None and not self.factor and not table:
            raise ValueError(f"a design of kind {self.design.kind} needs at least one [[factor]]")
        if BASE in self.plans or len({*self.plans}) < len(self.plans):
            raise ValueError(f"plans must differ from each other and from {BASE!r}")
        if self.until is not None and not FEWEST <= self.replications <= self.until.most:
            raise ValueError(
                f"[until] begins with {FEWEST} replications at least and `most` at most, not {self.replications}"
            )
        return self


def _flattened(table: dict[str, Any], prefix: str) -> list[tuple[str, Any]]:
    """Both `"market.people" = 5` and `market.people = 5` mean that key."""
    pairs: list[tuple[str, Any]] = []
    for key, value in table.items():
        pairs += _flattened(value, f"{prefix}{key}.") if isinstance(value, dict) else [(f"{prefix}{key}", value)]
    return pairs


@dataclass(frozen=True)
class Reading:
    """A study as read from its file.

    Attributes:
        file: the file.
        study: what it says.
        scenarios: the market (as "base") and each plan, with the values of `[set]`, by name.
    """

    file: TomlFile
    study: Study
    scenarios: dict[str, Scenario]

    @cached_property
    def records(self) -> dict[str, Record]:
        """The scenarios as they travel to workers, by name of the plan."""
        return {name: record_of(scenario) for name, scenario in self.scenarios.items()}

    def held(self, name: str, values: Values) -> tuple[Record, Values]:
        """A scenario as it travels, and of the values those that it can hold: not of mechanisms that others name."""
        record = self.records[name]
        return record, {key: value for key, value in values.items() if may_hold(record, key)}

    @cached_property
    def texts(self) -> dict[str, str]:
        """The sources of their mechanisms, by reference."""
        return texts_of(self.scenarios.values())

    def where(self, path: KeyPath) -> str:
        """File and line of a key."""
        return self.file.where(path)

    def place_of(self, table: str, key: str) -> KeyPath:
        """Where a full key stands in a table of the file, be it quoted or dotted."""
        return (table, key) if (table, key) in self.file.lines else (table, *key.split("."))

    def error(self, path: KeyPath, key: str, message: str, hint: str = "") -> StudyError:
        """One problem at a key of the file."""
        return StudyError([Problem(self.where(path), key, message, hint)])

    def check_key(self, path: KeyPath, key: str) -> None:
        """Refuse a key that no scenario of the study has; under brand.NAME it would found a new brand.

        Raises:
            StudyError: with the nearest key.
        """
        known = {key for scenario in self.scenarios.values() for key in known_keys(scenario)}
        if key not in known and key not in _FRAME:
            raise self.error(path, key, "there is no such key in the market or a plan", nearest(key, known))

    def check_figure(self, path: KeyPath, name: str) -> None:
        """Refuse what is neither a figure of every market nor counted by a mechanism here.

        Raises:
            StudyError: with the nearest name, and what is counted.
        """
        try:
            figure_named(name, figures_of(*self.scenarios.values()))
        except ValueError as error:
            raise self.error(path, ".".join(map(str, path)), f"given {name!r}; {error}") from None

    def beside(self, name: str) -> Path:
        """A file named in the study, relative to it."""
        return self.file.path.parent / name


def read_study(path: str | Path) -> Reading:
    """Read a study file and the scenarios it names.

    Raises:
        StudyError: with every problem found: file, line, key, what is allowed.
        ScenarioError: if it is no TOML file, or the market or a plan is wrong.
    """
    path = Path(path)
    file = read_toml(path)
    try:
        study = Study.model_validate(_with_weeks(file))
    except ValidationError as error:
        raise StudyError([_problem(fault, file.where(_keys(fault)[0])) for fault in faults_of(error)]) from None
    named = {BASE: study.scenario, **{plan: plan for plan in study.plans}}
    sources = [find(source, path.parent) for source in named.values()]
    reading = Reading(file, study, dict(zip(named, load_together(sources), strict=True)))
    for key in (*study.set, *study.labels):
        reading.check_key(reading.place_of("set" if key in study.set else "labels", key), key)
    given = [Override(reading.where(reading.place_of("set", key)), key, value) for key, value in study.set.items()]
    loaded = dict(zip(named, load_together(sources, given), strict=True)) if given else reading.scenarios
    for name in study.plans:
        same_people(loaded[BASE], loaded[name], name)
    if study.until is not None:
        reading.check_figure(("until", "figure"), study.until.figure)
    return Reading(file, study, loaded)


def _with_weeks(file: TomlFile) -> dict[str, Any]:
    """What a study says, with weeks where factors give days, by the start of its market."""
    factors, market = file.values.get("factor"), file.values.get("scenario")
    if not isinstance(factors, list) or not isinstance(market, str) or not any(map(_days_of, factors)):
        return file.values
    given = file.values.get("set")
    own = dict(_flattened(given, "")).get("market.start") if isinstance(given, dict) else None
    start = str(own) if own else load(find(market, file.path.parent)).market.start
    problems, changed = [], []
    for place, factor in enumerate(factors):
        weeks = {}
        for key in _days_of(factor):
            try:
                days = factor[key]
                weeks[key] = [_week(day, start) for day in days] if isinstance(days, list) else _week(days, start)
            except ValueError as error:
                problems.append(
                    Problem(file.where(("factor", place, key)), f"factor.{key}", f"a day is given; {error}")
                )
        changed.append({**factor, **weeks} if weeks else factor)
    if problems:
        raise StudyError(problems)
    return {**file.values, "factor": changed}


def _days_of(factor: Any) -> list[str]:
    """Under which keys a factor gives days for the weeks of an intervention."""
    if not isinstance(factor, dict) or str(factor.get("key")).rpartition(".")[2] not in DATED:
        return []
    given = {key: factor.get(key) for key in ("values", "low", "high")}
    return [key for key, value in given.items() if any(map(is_date, value if isinstance(value, list) else [value]))]


def _week(given: object, start: str) -> object:
    return week_of(given, start) if is_date(given) else given


_KINDS_OF_VALUE = ("bool", "int", "float", "str")  # pydantic names the alternatives it tried


def _keys(fault: ErrorDetails) -> tuple[KeyPath, str]:
    path = tuple(part for part in fault["loc"] if part not in _KINDS_OF_VALUE)
    return path, ".".join(str(part) for part in path if not isinstance(part, int)) or "study"


def _problem(fault: ErrorDetails, where: str) -> Problem:
    path, key = _keys(fault)
    if fault["type"] == "extra_forbidden":
        sections: dict[str, type[Section]] = {
            "design": Design,
            "factor": FactorSection,
            "worlds": WorldsSection,
            "until": Precision,
        }
        here = sections.get(str(path[0]), Study)
        known = [field.alias or name for name, field in here.model_fields.items()]
        hint = nearest(str(path[-1]), known) or f"Keys here: {', '.join(known)}."
        return Problem(where, key, "there is no such key", hint)
    if fault["type"] == "missing":
        return Problem(where, key, "is required and missing")
    given = fault["input"]
    shown = f"given {shortened(repr(given))}; " if isinstance(given, str | int | float | bool) else ""
    return Problem(where, key, shown + in_plain_words(fault))
