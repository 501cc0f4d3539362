"""The terms of every week: what each brand offers, and what traits hold, for every kind of person.

A kind is a segment times the set of interventions that cover a person. Interventions stack in a declared order: all
`set`, then all `multiply`, then all `add`; the result has to stay inside the parameter's declared range.
"""

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from cxsim.scenario.parameter import bounds, record_layout, record_values
from cxsim.scenario.reactions import with_answers
from cxsim.scenario.schema import Effect, Intervention, Range, Scenario
from cxsim.scenario.stages import Fees

MOST_PARTIAL = 8  # interventions that reach only a share of people: 2**8 kinds for each segment
OPERATIONS = ("set", "multiply", "add")
_CHARGED_AT = {"expectation": "research", "loyalty": "use"}  # all that is no stage of its own: at the purchase


@dataclass(frozen=True)
class Schedule:
    """Tables that the rules read, and who belongs to which row."""

    offers: NDArray[np.void]  # (periods * kinds, brands)
    traits: NDArray[np.void]  # (periods * kinds,)
    first_row: NDArray[np.int64]  # (weeks,) where the rows of each week's period begin
    shares: NDArray[np.float64]  # (segments,)
    coverages: NDArray[np.float64]  # (partial interventions,)
    coverage_keys: NDArray[np.int64]


@dataclass(frozen=True)
class OutOfRange:
    """An intervention that would push a parameter out of its range."""

    intervention: int
    parameter: str
    reached: float
    low: float
    high: float


def partial_interventions(scenario: Scenario) -> list[int]:
    """Numbers of the interventions that reach only a share of people."""
    return [place for place, item in enumerate(scenario.intervention) if item.coverage < 1.0]


def amount(effect: Effect, level: str) -> tuple[str, float]:
    """The operation of an effect and its size at a level."""
    for operation in OPERATIONS:
        value = getattr(effect, operation)
        if value is not None:
            return operation, float(getattr(value, level) if isinstance(value, Range) else value)
    raise AssertionError("an effect has exactly one operation")


def build_schedule(scenario: Scenario) -> tuple[Schedule, list[OutOfRange]]:
    """The tables of a scenario, and every effect that leaves its parameter's range; answers of rivals among them."""
    scenario = with_answers(scenario)
    segments = scenario.segments()
    partial = partial_interventions(scenario)
    kinds = len(segments) << len(partial)
    strengths, running, period = _periods(scenario)
    deal = scenario.deal_class
    offers = np.zeros((len(strengths), kinds, len(scenario.brand)), record_layout(deal))
    traits = np.zeros((len(strengths), kinds), record_layout(scenario.traits_class))
    for brand, offer in enumerate(scenario.brand.values()):
        met = deal.model_construct(**{name: getattr(offer, name) for name in type(offer).model_fields}, fees=Fees())
        offers[:, :, brand] = np.array(record_values(met), dtype=offers.dtype)
    for kind in range(kinds):
        trait = list(segments.values())[kind % len(segments)][1]
        traits[:, kind] = np.array(record_values(trait), dtype=traits.dtype)
    faults = _apply(scenario, strengths, running, offers, traits)
    terms = Schedule(
        offers.reshape(-1, len(scenario.brand)),
        traits.reshape(-1),
        first_row=period * kinds,
        shares=np.array([share for share, _ in segments.values()]),
        coverages=np.array([scenario.intervention[place].coverage for place in partial], dtype=float),
        coverage_keys=np.array(
            [zlib.crc32(scenario.intervention[place].name.encode()) & 0xFFFFFF for place in partial], dtype=np.int64
        ),
    )
    return terms, faults


def _periods(scenario: Scenario) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64]]:
    """How strong each intervention is and whether it is paid for, shape (periods, interventions), and each week's period."""
    weeks = scenario.market.horizon_weeks
    strengths = np.array([[item.strength(week) for item in scenario.intervention] for week in range(weeks)])
    running = np.array([[item.is_running(week) for item in scenario.intervention] for week in range(weeks)])
    both = np.concatenate([strengths, running], axis=1).reshape(weeks, -1)
    if both.shape[1] == 0:
        return np.zeros((1, 0)), np.zeros((1, 0), bool), np.zeros(weeks, np.int64)
    distinct, period = np.unique(both, axis=0, return_inverse=True)
    count = len(scenario.intervention)
    return distinct[:, :count], distinct[:, count:] > 0.0, period.reshape(-1).astype(np.int64)


def _apply(
    scenario: Scenario,
    strengths: NDArray[np.float64],
    running: NDArray[np.bool_],
    offers: NDArray[np.void],
    traits: NDArray[np.void],
) -> list[OutOfRange]:
    faults = []
    for operation in OPERATIONS:
        for place, item in enumerate(scenario.intervention):
            for effect in item.effect:
                kind_of_operation, size = amount(effect, item.level)
                if kind_of_operation == operation:
                    _change(scenario, place, effect.parameter, operation, size, strengths[:, place], offers, traits)
    for place, item in enumerate(scenario.intervention):
        _charge(scenario, place, item, running[:, place], offers)
        for effect in item.effect:
            fault = _range_fault(scenario, place, effect.parameter, offers, traits)
            if fault is not None:
                faults.append(fault)
    return faults


def _change(
    scenario: Scenario,
    place: int,
    parameter: str,
    operation: str,
    size: float,
    strength: NDArray[np.float64],
    offers: NDArray[np.void],
    traits: NDArray[np.void],
) -> None:
    stage, name = parameter.split(".")
    table = offers if is_of_brand(parameter, type(scenario)) else traits
    values = table[stage][name]
    covered = _covered(scenario, place)[np.newaxis, :]
    works = strength[:, np.newaxis]
    if table is offers:
        brand = scenario.brands.index(scenario.intervention[place].brand or scenario.market.focal)
        values = values[:, :, brand]
    with np.errstate(invalid="ignore", over="ignore"):  # what comes of it is outside the range, and refused
        if operation == "set":
            whole = np.isinf(values) | (works == 1.0)  # exactly there, not there but for a rounding
            moved = np.where(whole, size, values + works * (size - values))
            changed = np.where(works > 0.0, moved, values)
        elif operation == "multiply":
            changed = values * (1.0 + works * (size - 1.0))
        else:
            changed = values + works * size
        if values.dtype.kind == "i":
            changed = np.rint(np.clip(np.nan_to_num(changed, nan=-1e15), -1e15, 1e15))
        values[...] = np.where(covered, changed, values)


def _covered(scenario: Scenario, place: int) -> NDArray[np.bool_]:
    """Which kinds of person an intervention reaches, shape (kinds,)."""
    names = list(scenario.segments())
    partial = partial_interventions(scenario)
    kind = np.arange(len(names) << len(partial))
    reached = np.ones(len(kind), bool)
    segment = scenario.intervention[place].segment
    if segment:
        reached &= kind % len(names) == names.index(segment)
    if place in partial:
        reached &= (kind // len(names)) >> partial.index(place) & 1 == 1
    return reached


def _charge(
    scenario: Scenario, place: int, item: Intervention, running: NDArray[np.bool_], offers: NDArray[np.void]
) -> None:
    """Add the cost per use to the fees of the stage the intervention acts on, while it runs."""
    stage = stage_charged(item)
    if item.cost.per_use == 0.0:
        return
    brand = scenario.brands.index(item.brand or scenario.market.focal)
    fees = offers["fees"][stage][:, :, brand]
    active = running[:, np.newaxis] & _covered(scenario, place)[np.newaxis, :]
    fees[...] = np.where(active, fees + item.cost.per_use, fees)


def stage_charged(item: Intervention) -> str:
    """The stage at which a cost per use falls due: that of the first effect, or the nearest one that customers pass."""
    stage = item.effect[0].parameter.split(".")[0]
    return stage if stage in Fees.model_fields else _CHARGED_AT.get(stage, "purchase")


def is_of_brand(parameter: str, shape: type[Scenario] = Scenario) -> bool:
    """Whether a parameter such as "support.quick_rate" is a brand's and not the customers', in a scenario of this shape."""
    stage, _, name = parameter.partition(".")
    section = shape.offer_class.model_fields.get(stage)
    kind = section.annotation if section else None
    return isinstance(kind, type) and issubclass(kind, BaseModel) and name in kind.model_fields


def _range_fault(
    scenario: Scenario, place: int, parameter: str, offers: NDArray[np.void], traits: NDArray[np.void]
) -> OutOfRange | None:
    stage, name = parameter.split(".")
    of_brand = is_of_brand(parameter, type(scenario))
    side: Any = scenario.offer_class if of_brand else scenario.traits_class
    values = (offers if of_brand else traits)[stage][name]
    low, high = bounds(side.model_fields[stage].annotation.model_fields[name])
    for reached in (float(np.min(values)), float(np.max(values))):
        if not low <= reached <= high:
            return OutOfRange(place, parameter, reached, low, high)
    return None
