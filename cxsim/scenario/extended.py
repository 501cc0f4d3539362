"""The shape of a scenario that names mechanisms: the same as any other, with their sections beside the stages'."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

from pydantic import BaseModel, Field, create_model

from cxsim.scenario.mechanism import KNOWN, Mechanism, MechanismError, load_mechanism, ready
from cxsim.scenario.schema import Intervention, Name, Scenario, Segment
from cxsim.scenario.stages import STAGES, Deal, Offer, Traits
from cxsim.scenario.writing import scenario_record


def shape_of(values: Mapping[str, Any]) -> type[Scenario]:
    """The class that reads these values: `Scenario`, or one with the sections of the mechanisms they name.

    Raises:
        MechanismError: if a mechanism cannot be read.
    """
    names = values.get("mechanisms") or ()
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        return Scenario  # which says what is wrong with it
    return shape_with(tuple(load_mechanism(name) for name in dict.fromkeys(names)))


def acted_on(parameters: Iterable[object]) -> list[str]:
    """The ready mechanisms that parameters such as "loyalty_programme.join" belong to."""
    sections = dict.fromkeys(each.partition(".")[0] for each in parameters if isinstance(each, str))
    own = [section for section in sections if section not in STAGES]
    return [section for section in own if section in ready()] if own else []


def with_mechanisms_acted_on(values: Mapping[str, Any], items: object = None) -> dict[str, Any]:
    """The values of a scenario that names also the ready mechanisms on which its interventions act.

    Who writes `loyalty_programme.join` means that one.

    Args:
        values: as files say them, not yet checked.
        items: its interventions, where they are known better than there.
    """
    items = values.get("intervention") if items is None else items
    names = values.get("mechanisms", [])
    if not isinstance(items, list) or not isinstance(names, list | tuple):
        return dict(values)
    added = [name for name in acted_on(_parameters_in(items)) if name not in names]
    added = [name for name in added if name not in _sections_of(names)]
    return {**values, "mechanisms": [*names, *added]} if added else dict(values)


def _sections_of(names: Sequence[object]) -> set[str]:
    """The sections that mechanisms bring, of those that can be read; what is wrong with the others is said elsewhere."""
    with suppress(MechanismError):
        return {load_mechanism(name).name for name in names if isinstance(name, str)}
    return set()


def _parameters_in(items: Sequence[object]) -> list[object]:
    lists = [item.get("effect") for item in items if isinstance(item, dict)]
    effects = [effect for each in lists if isinstance(each, list) for effect in each]
    return [effect.get("parameter") for effect in effects if isinstance(effect, dict)]


def with_interventions(scenario: Scenario, items: Sequence[Intervention]) -> Scenario:
    """The scenario with these interventions in place of its own, and with the ready mechanisms on which they act."""
    used = acted_on(effect.parameter for item in items for effect in item.effect)
    if {*used} <= {own.name for own in scenario.own}:
        return scenario.model_copy(update={"intervention": list(items)})
    records = [item.model_dump(exclude_unset=True) for item in items]
    values = with_mechanisms_acted_on({**scenario.model_dump(exclude_unset=True), "intervention": records})
    return shape_of(values).model_validate(values)


@cache
def shape_with(mechanisms: tuple[type[Mechanism], ...]) -> type[Scenario]:
    """`Scenario` with the sections of these mechanisms.

    Raises:
        MechanismError: if two of them share a name.
    """
    if not mechanisms:
        return Scenario
    _check_apart(mechanisms)
    traits: dict[str, Any] = {each.name: (each.Traits, each.Traits()) for each in mechanisms if each.Traits}
    offers: dict[str, Any] = {each.name: (each.Offer, each.Offer()) for each in mechanisms if each.Offer}
    own_offer = _with_sections(Offer, offers)
    own_segment = _with_sections(Segment, traits)
    brands = Field(default={"focal": own_offer()}, min_length=1, max_length=16, description="Brands, by name.")
    shape = create_model(
        "Scenario",
        __base__=_Extended,
        segment=(dict[Name, own_segment], {}),  # type: ignore[valid-type]
        brand=(dict[Name, own_offer], brands),  # type: ignore[valid-type]
        **traits,
    )
    shape.traits_class = _with_sections(Traits, traits)
    shape.offer_class = own_offer
    shape.deal_class = _with_sections(Deal, offers)
    shape.own = mechanisms
    return shape


class _Extended(Scenario):
    """A scenario of a shape made here: it travels as its values, since no other process knows the shape."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _of_values, (scenario_record(self),)


def _of_values(values: dict[str, Any]) -> Scenario:
    return shape_of(values).model_validate(values)


def _with_sections(base: type[BaseModel], sections: dict[str, Any]) -> Any:
    return create_model(base.__name__, __base__=base, **sections) if sections else base


def _check_apart(mechanisms: tuple[type[Mechanism], ...]) -> None:
    seen: dict[str, str] = {}
    for each in mechanisms:
        for name in (each.name, *each.counts):
            if name in seen:
                raise MechanismError(f"{each.reference} and {seen[name]} both bring {name!r}; rename one")
            seen[name] = each.reference
    for hook in KNOWN:
        own = [each.reference for each in mechanisms if each.rule(hook) is not None]
        if len(own) > 1:
            raise MechanismError(f"{own[0]} and {own[1]} both say a person's {hook}; name one of them")
