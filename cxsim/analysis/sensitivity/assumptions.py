"""What a plan's verdict rests on and nobody knows for certain, each on one scale: from as assumed towards either end.

-1 is the low end of what is plausible, 0 the value assumed, +1 the high end. Segments that assume different values are
moved together, each from its own; so are all rivals. Of a plan's own effects -1 is no effect at all and +1 twice as
much, of its costs nothing and twice as much.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from cxsim.analysis.phrases import percent, short
from cxsim.analysis.sensitivity.factor import SHARES
from cxsim.analysis.sweep.parameters import EFFECT, Values, own_value
from cxsim.scenario import Scenario
from cxsim.scenario.effects import is_of_brand
from cxsim.scenario.register import Entry, all_entries
from cxsim.scenario.schema import Effect, Intervention

RIVALS = "rivals"
OF_SURVEYS = "listening"  # how the firm asks, not what customers do
COUNTED = ("purchase.customers_at_start",)  # a firm knows how many customers it has
COSTS = ("once", "weekly", "per_use")


@dataclass(frozen=True)
class Assumption:
    """Something assumed, and what it would be a share of the way to either end.

    Attributes:
        key: "use.late_rate" of the focal brand or the customers, "rivals.use.quality", "effect.NAME.use.late_rate",
            "cost.NAME.weekly".
        label: for readers.
        unit: as in the register; "" for an effect that multiplies.
        moved: the values by full key that a scenario has at a place from -1 to 1.
        value: the value at a place, of the base or the plan; the mean where several people or rivals have their own.
    """

    key: str
    label: str
    unit: str
    moved: Callable[[Scenario, float], Values] = field(repr=False)
    value: Callable[[float], float] = field(repr=False)

    def number(self, place: float) -> str:
        """The value there without its unit."""
        return percent(self.value(place)) if self.unit in SHARES else short(self.value(place))


def assumptions_of(base: Scenario, plan: Scenario) -> list[Assumption]:
    """All that is uncertain about a plan: what the register gives a plausible range, the plan's effects, and its costs.

    How surveys are answered is left out: it changes what is measured, not what customers do.
    """
    known = [
        entry
        for entry in all_entries().values()
        if entry.plausible and entry.group != OF_SURVEYS and entry.key not in COUNTED
    ]
    focal, rivals = [base.market.focal], [name for name in base.brands if name != base.market.focal]
    found = []
    for entry in known:
        if not is_of_brand(entry.key, type(base)):
            if entry.key.split(".")[0] in base.traits_class.model_fields:
                found.append(_of_market(base, entry, _holders(base), entry.key))
            continue
        found.append(_of_market(base, entry, [f"brand.{name}." for name in focal], entry.key))
        if rivals:
            found.append(_of_market(base, entry, [f"brand.{name}." for name in rivals], f"{RIVALS}.{entry.key}"))
    own = [item for item in plan.intervention if item not in base.intervention]
    return [*(each for item in own for each in _of_plan(plan, item)), *found]


def _holders(scenario: Scenario) -> list[str]:
    """Beginnings of the full keys under which the customers of a scenario have their traits."""
    return [f"segment.{name}." for name in scenario.segment] or [""]


def _of_market(base: Scenario, entry: Entry, holders: list[str], key: str) -> Assumption:
    low, high = entry.plausible or (math.nan, math.nan)

    def moved(scenario: Scenario, place: float) -> Values:
        keys = [f"{holder}{entry.key}" for holder in holders]
        return {each: _between(_number(own_value(scenario, each)), low, high, place) for each in keys}

    def value(place: float) -> float:
        values = [_number(each) for each in moved(base, place).values()]
        return sum(values) / len(values)

    who = " of rivals" if key.startswith(RIVALS) else ""
    return Assumption(key, entry.key.replace(".", ": ").replace("_", " ") + who, entry.unit, moved, value)


def _between(own: float, low: float, high: float, place: float) -> float:
    """A share of the way from the own value to the high end, or to the low one; ends on the wrong side are not gone to."""
    if place == 0.0:
        return own
    end = max(high, own) if place > 0.0 else min(low, own)
    return end if abs(place) == 1.0 else own + abs(place) * (end - own)


def _number(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)


def _of_plan(plan: Scenario, item: Intervention) -> Iterator[Assumption]:
    for effect in item.effect:
        yield _of_effect(plan, item, effect)
    for name in COSTS:
        cost = float(getattr(item.cost, name))
        if cost:
            yield _of_cost(item, name, cost)


def _of_cost(item: Intervention, name: str, cost: float) -> Assumption:
    key = f"intervention.{item.name}.cost.{name}"
    label = f"cost of {item.name}, {name.replace('_', ' ')}"
    return Assumption(
        f"cost.{item.name}.{name}",
        label,
        "",
        lambda scenario, place: {key: cost * (1.0 + place)},
        lambda place: cost * (1.0 + place),
    )


def _of_effect(plan: Scenario, item: Intervention, effect: Effect) -> Assumption:
    operation, size = effect.at(item.level)
    neutral = {"multiply": 1.0, "add": 0.0, "set": _before(plan, item, effect)}[operation]
    key = f"intervention.{item.name}.{EFFECT}{effect.parameter}"

    def value(place: float) -> float:
        moved = neutral + (1.0 + place) * (size - neutral)
        return max(0.0, moved) if operation == "multiply" else moved

    words = {"multiply": "times", "add": "added", "set": "set to"}[operation]
    label = f"{item.name}: {effect.parameter.replace('.', ' ').replace('_', ' ')} {words}"
    return Assumption(f"effect.{item.name}.{effect.parameter}", label, "", lambda _, place: {key: value(place)}, value)


def _before(plan: Scenario, item: Intervention, effect: Effect) -> float:
    """What the parameter is without the effect."""
    brand = f"brand.{item.brand or plan.market.focal}." if is_of_brand(effect.parameter, type(plan)) else ""
    holder = brand or (f"segment.{item.segment}." if item.segment else _holders(plan)[0])
    return _number(own_value(plan, f"{holder}{effect.parameter}"))
