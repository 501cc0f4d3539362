"""What could be done: the interventions to choose from, each in some sizes and from some week on."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from cxsim.analysis.sweep.parameters import Record, record_of, scenario_with
from cxsim.engine.outcomes.money import discount_factors, fixed_costs
from cxsim.scenario import Intervention, Problem, Scenario, ScenarioError, load_intervention_library
from cxsim.scenario.calendar import DATED, is_date, starting, week_of
from cxsim.scenario.messages import nearest, problem_of
from cxsim.scenario.toml_file import read_toml
from cxsim.scenario.toml_lines import Path as KeyPath
from cxsim.scenario.warnings import who_left_is_unknown

Where = Callable[[KeyPath], str]

LEVELS = ("low", "typical", "high")
# Paid with the margin of each sale and not out of a budget. Where margin is not the aim they would look free.
PAID_BY_MARGIN = (
    "purchase.price", "purchase.similar_price", "money.unit_cost", "money.similar_cost", "loyalty_programme.silver_price_off",
    "loyalty_programme.gold_price_off", "contract_terms.pause_weeks", "contract_terms.downgrade_price",
)  # fmt: skip


@dataclass(frozen=True)
class Option:
    """One way to do an intervention.

    Attributes:
        words: what a reader is told: "Short checkout (half) after 26 weeks".
        record: the intervention as a plan file has it.
        fixed_cost: discounted, whatever customers do: once and weekly.
        strength: "open" when effects are ranges and nobody says where in them, "named" when the menu does, "fixed" else.
        sets: parameters that it sets to a value of its own; two options that set the same one exclude each other.
    """

    words: str
    record: Record
    fixed_cost: float
    strength: Literal["open", "named", "fixed"]
    sets: frozenset[str]


@dataclass(frozen=True)
class PlanMenu:
    """What a plan can be made of.

    Attributes:
        items: the options of each intervention, by its name; a plan takes one of them or none.
        left_out: interventions of the library that this market cannot have, with the reason.
    """

    items: dict[str, tuple[Option, ...]]
    left_out: dict[str, str]

    @property
    def combinations(self) -> int:
        """How many plans there are, doing nothing included, whatever they cost."""
        count = 1
        for options in self.items.values():
            count *= len(options) + 1
        return count


def menu_from_library(market: Scenario, aim: str) -> PlanMenu:
    """Every intervention of the library that the market can have, from the start or from a quarter of the horizon on."""
    starts = [0.0, float(market.market.horizon_weeks // 4)]
    items, left_out = {}, {}
    for name, item in load_intervention_library().items():
        paid = [effect.parameter for effect in item.effect if effect.parameter in PAID_BY_MARGIN]
        if paid and aim != "margin":
            left_out[name] = f"changes {paid[0]}, which is paid with margin and not out of a budget; name it in a menu"
            continue
        if unknown := who_left_is_unknown(market, item):
            left_out[name] = unknown
            continue
        table = record_of_item(item)
        try:
            items[name] = tuple(_option(market, {**table, "start_week": start}, "", _library) for start in starts)
        except ScenarioError as error:
            left_out[name] = error.problems[0].message
    return PlanMenu(items, left_out)


def record_of_item(item: Intervention) -> Record:
    """What an intervention sets, as plain tables."""
    return item.model_dump(exclude_unset=True)


def _library(_: KeyPath) -> str:
    return "library of interventions"


def read_menu(path: Path, market: Scenario) -> PlanMenu:
    """A menu from a file: `[[intervention]]` as in a plan, with `start_week` as a list and `[[intervention.size]]`.

    Raises:
        ScenarioError: with file, line, key and what is allowed.
    """
    file = read_toml(path)
    values, where = file.values, file.where
    unknown = [key for key in values if key != "intervention"]
    if unknown:
        raise ScenarioError(
            [Problem(where((unknown[0],)), unknown[0], "there is no such key; a menu has [[intervention]]")]
        )
    tables = values.get("intervention", [])
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise ScenarioError([Problem(str(path), "intervention", "a menu needs at least one [[intervention]]")])
    items: dict[str, tuple[Option, ...]] = {}
    for place, table in enumerate(tables):
        at = ("intervention", place)
        name = table.get("name")
        if name in items or name in [item.name for item in market.intervention]:
            raise ScenarioError([Problem(where((*at, "name")), "intervention.name", f"{name!r} is there already")])
        items[str(name)] = _options(market, table, at, where)
    return PlanMenu(items, {})


def _options(market: Scenario, table: Record, at: KeyPath, where: Where) -> tuple[Option, ...]:
    """Every size at every start of one table of a menu."""
    own = {key: value for key, value in table.items() if key not in ("size", "start_week", "use")}
    whole = _laid_over(_ready(table, at, where), own)
    starts = table.get("start_week", 0.0)
    starts = starts if isinstance(starts, list) else [starts]
    sizes = table.get("size", [{}])
    if not starts or not isinstance(sizes, list) or not sizes or not all(isinstance(size, dict) for size in sizes):
        message = "takes one or more tables, each with a name and what it replaces" if starts else "is an empty list"
        raise ScenarioError([Problem(where(at), "intervention.size" if starts else "intervention.start_week", message)])
    options: list[Option] = []
    for size, start in itertools.product(sizes, starts):
        label = str(size.get("name", ""))
        replaced = {key: value for key, value in size.items() if key != "name"}
        if len(sizes) > 1 and not label:
            raise ScenarioError([Problem(where(at), "intervention.size.name", "is required and missing")])
        option = _option(
            market, {**_laid_over(whole, replaced), "start_week": start}, label, lambda key: where((*at, *key))
        )
        if option.words in [other.words for other in options]:
            raise ScenarioError([Problem(where(at), "intervention", f"offers {option.words!r} twice")])
        options.append(option)
    return tuple(options)


def _ready(table: Record, at: KeyPath, where: Where) -> Record:
    """What the library lends to a table that names `use`."""
    use = table.get("use", "")
    if not use:
        return {}
    library = load_intervention_library()
    if use not in library:
        hint = nearest(str(use), library) or f"The library has: {', '.join(library)}."
        raise ScenarioError([Problem(where((*at, "use")), "intervention.use", f"there is no {use!r}", hint)])
    lent = record_of_item(library[use])
    return {**lent, "evidence": "assumed", "source": ""} if "effect" in table else lent


def _laid_over(below: Record, above: Record) -> Record:
    costs = [table["cost"] for table in (below, above) if isinstance(table.get("cost"), dict)]
    merged = {**below, **above}
    return (
        {**merged, "cost": {key: value for cost in costs for key, value in cost.items()}} if len(costs) > 1 else merged
    )


def _option(market: Scenario, table: Record, size: str, where: Where) -> Option:
    """An option that is right by itself in this market.

    Raises:
        ScenarioError: if the market cannot have it, at any strength of its effect.
    """
    table = {key: _week(value, market, where((key,)), key) if key in DATED else value for key, value in table.items()}
    try:
        item = Intervention.model_validate(table)
    except ValidationError as error:
        faults = [{**fault, "loc": ("intervention", 0, *fault["loc"])} for fault in error.errors()]
        raise ScenarioError([problem_of(fault, lambda path: where(path[2:])) for fault in faults]) from None  # type: ignore[arg-type]
    if (item.brand or market.market.focal) != market.market.focal:
        message = f"is {item.brand!r}; a budget is that of the focal brand, {market.market.focal!r}"
        raise ScenarioError([Problem(where(("brand",)), "intervention.brand", message)])
    if not 0.0 <= item.start_week < market.market.horizon_weeks:
        message = f"is {item.start_week:g}; the market lasts {market.market.horizon_weeks} weeks"
        raise ScenarioError([Problem(where(("start_week",)), "intervention.start_week", message)])
    record = record_of_item(item)
    ranges = any(_is_range(effect) for effect in record["effect"])
    strength: Literal["open", "named", "fixed"] = "fixed" if not ranges else "open"
    if ranges and "level" in item.model_fields_set:
        strength = "named"
    base = record_of(market)
    for level in LEVELS if strength == "open" else (item.level,):
        tried = {**record, "level": level}
        scenario_with(
            {**base, "intervention": [*base.get("intervention", []), tried]}, {}, lambda path: where(path[2:])
        )
    paid = float(fixed_costs(item, market.market.horizon_weeks) @ discount_factors(market))
    sets = frozenset(effect.parameter for effect in item.effect if effect.set is not None)
    return Option(_words(item, size, market.market.start), record, paid, strength, sets)


def _is_range(effect: dict[str, Any]) -> bool:
    return any(isinstance(value, dict) for value in effect.values())


def _week(given: object, market: Scenario, where: str, key: str) -> object:
    """The week that a day means; all else as it is given."""
    if not is_date(given):
        return given
    try:
        return week_of(given, market.market.start)
    except ValueError as error:
        raise ScenarioError([Problem(where, f"intervention.{key}", f"given {given}; {error}")]) from None


def _words(item: Intervention, size: str, begin: str) -> str:
    return f"{item.name}{f' ({size})' if size else ''} {starting(item.start_week, begin)}"
