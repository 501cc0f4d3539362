"""The register of assumptions: for every parameter its unit, range, value, evidence and source."""

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cxsim.scenario.mechanism import known
from cxsim.scenario.parameter import Evidence, about, bounds, plausible_range
from cxsim.scenario.schema import Channel, Cost, Effect, Intervention, Links, Market, Reaction, Scenario, Segment
from cxsim.scenario.stages import STAGES

KINDS_OF_EVIDENCE = ("published", "derived", "fitted", "assumed")
GROUPS = ("market", *STAGES, "intervention")  # the order in which the register is read
SET_HERE = "set by this scenario"

# Sections outside the stages that hold parameters, by the prefix of their keys.
_FRAME: tuple[tuple[str, type[BaseModel]], ...] = (
    ("market", Market),
    ("market.links", Links),
    ("segment", Segment),
    ("intervention", Intervention),
    ("intervention.cost", Cost),
    ("reaction", Reaction),
)


@dataclass(frozen=True)
class Entry:
    """What there is to know about one parameter."""

    key: str
    meaning: str
    unit: str
    low: float
    high: float
    default: object
    evidence: str
    source: str
    plausible: tuple[float, float] | None = None
    value: object = None
    set_here: bool = False

    @property
    def group(self) -> str:
        """The part of the story it belongs to: a stage, "market" or "intervention"."""
        parts = self.key.split(".")
        if parts[0] in ("brand", "segment") and len(parts) > 2:
            parts = parts[2:]
        return parts[0] if parts[0] in GROUPS or parts[0] in {each.name for each in known()} else "market"

    @property
    def allowed(self) -> str:
        """The values it may take, in words."""
        if isinstance(self.default, bool):
            return "true or false"
        if isinstance(self.default, IntEnum):
            *others, last = (member.name for member in type(self.default))
            return f"{', '.join(others)} or {last}"
        if isinstance(self.default, tuple):
            return f"numbers from {self.low:g} to {self.high:g}"
        return f"{self.low:,.15g} to {self.high:,.15g}"


def in_words(value: object) -> str:
    """A value as scenario files write it."""
    if isinstance(value, IntEnum):
        return value.name
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        some = [f"{each:g}" for each in value]
        return f"{', '.join(some[:12])}{', ...' if len(some) > 12 else ''}" or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def counts_of_evidence(entries: Iterable[Entry]) -> dict[str, int]:
    """How many entries rest on each kind of evidence, in the order of `KINDS_OF_EVIDENCE`."""
    kinds = [entry.evidence for entry in entries]
    return {kind: kinds.count(kind) for kind in KINDS_OF_EVIDENCE}


def stage_parameters(shape: type[Scenario] = Scenario) -> Iterator[tuple[str, str, type[BaseModel], FieldInfo]]:
    """(stage, name, side, field) of every parameter of every stage, and of the mechanisms of this shape."""
    for stage in (*STAGES, *(each.name for each in shape.own)):
        for side in (shape.traits_class, shape.offer_class):
            section = side.model_fields.get(stage)
            kind = section.annotation if section else None
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                for name, field in kind.model_fields.items():
                    yield stage, name, side, field


def entry_of(key: str, field: FieldInfo) -> Entry:
    """A declared parameter as the register shows it, under its short key."""
    low, high = bounds(field)
    facts = about(field)
    evidence, source = facts["evidence"], facts["source"]
    meaning, plausible = field.description or "", plausible_range(field)
    return Entry(key, meaning, facts["unit"], low, high, field.default, evidence, source, plausible)


def all_entries() -> dict[str, Entry]:
    """Every parameter by its short key: "support.quick_rate", "market.links.neighbours", "intervention.coverage".

    Those of mechanisms too, as far as they were loaded in this process.
    """
    entries = {f"{stage}.{name}": entry_of(f"{stage}.{name}", field) for stage, name, _, field in stage_parameters()}
    for each in known():
        for side in (each.Traits, each.Offer):
            fields = side.model_fields if side else {}
            entries |= {f"{each.name}.{name}": entry_of(f"{each.name}.{name}", field) for name, field in fields.items()}
    for prefix, section in _FRAME:
        for name, field in section.model_fields.items():
            if "unit" in about(field):
                entries[f"{prefix}.{name}"] = entry_of(f"{prefix}.{name}", field)
    return entries


def find_entries(query: str) -> list[Entry]:
    """Entries for a key, a stage, or a full key such as "brand.focal.support.capacity"; nothing if none is meant."""
    entries = all_entries()
    parts = query.split(".")
    if parts[0] in ("brand", "segment") and len(parts) > 2:
        query = ".".join(parts[2:])
    if query in entries:
        return [entries[query]]
    return [entry for key, entry in entries.items() if key.startswith(f"{query}.") or key.endswith(f".{query}")]


def nearest_keys(query: str) -> list[str]:
    """Keys that look like a misspelt one."""
    return difflib.get_close_matches(query, list(all_entries()), n=3, cutoff=0.5)


def defaults() -> list[Entry]:
    """The whole register with the values that hold when a scenario says nothing."""
    return _in_order(replace(entry, value=entry.default) for entry in all_entries().values())


def parameter_names(scenario: Scenario) -> list[str]:
    """Full keys of every parameter of a scenario: "brand.focal.use.quality", "use.memory", "segment.young.use.memory"."""
    return [entry.key for entry in _parameters(scenario, everything=True)]


def market_differences(base: Scenario, plan: Scenario) -> list[str]:
    """Full keys of the values in which a plan's market differs from the base.

    Its interventions are left aside, and the mechanisms that only the plan names: they are the plan.
    """
    of_the_plan = {"intervention", *(each.name for each in plan.own if each not in base.own)}
    values = {entry.key: entry.value for entry in assumptions(base, everything=True)}
    return [
        entry.key
        for entry in assumptions(plan, everything=True)
        if entry.group not in of_the_plan and values.get(entry.key) != entry.value
    ]


def assumptions(scenario: Scenario, everything: bool = False) -> list[Entry]:
    """The register of a scenario: each parameter, and each effect of a plan, with its value and what backs it.

    A value that the scenario sets counts as assumed unless its `[evidence]` says more. Segments appear with the keys
    they set themselves; with `everything`, with all.
    """
    return _in_order([*_parameters(scenario, everything), *_plan(scenario)])


def same_for_all_brands(rows: list[Entry], brands: list[str]) -> list[Entry]:
    """The rows with those that are the same for every brand written once, as "brand.*"."""
    common = [_of_any_brand(row) for row in rows]
    often = Counter(common)
    merged = (same if often[same] == len(brands) > 1 else row for row, same in zip(rows, common, strict=True))
    return list(dict.fromkeys(merged))


def _of_any_brand(row: Entry) -> Entry:
    parts = row.key.split(".", 2)
    return replace(row, key=f"brand.*.{parts[2]}") if parts[0] == "brand" else row


def _in_order(rows: Iterable[Entry]) -> list[Entry]:
    order = (*GROUPS, *(each.name for each in known()))
    return sorted(rows, key=lambda row: order.index(row.group))


def _parameters(scenario: Scenario, everything: bool) -> list[Entry]:
    entries = all_entries()
    rows = []
    for prefix, section in (("market", scenario.market), ("market.links", scenario.market.links)):
        for name in type(section).model_fields:
            if f"{prefix}.{name}" in entries:
                rows.append(_valued(f"{prefix}.{name}", entries[f"{prefix}.{name}"], section, name, scenario))
    rows += [
        _valued(f"segment.{name}.share", entries["segment.share"], segment, "share", scenario)
        for name, segment in scenario.segment.items()
    ]
    traits, offers = scenario.traits_class, scenario.offer_class
    rows += _rows("", scenario, traits, entries, scenario)
    for name, segment in scenario.segment.items():
        rows += _rows(f"segment.{name}.", segment, traits, entries, scenario, only_set=not everything)
    for name, offer in scenario.brand.items():
        rows += _rows(f"brand.{name}.", offer, offers, entries, scenario)
    return rows


def _rows(
    prefix: str,
    holder: BaseModel,
    side: type[BaseModel],
    entries: dict[str, Entry],
    scenario: Scenario,
    only_set: bool = False,
) -> list[Entry]:
    rows = []
    for stage in side.model_fields:
        section = getattr(holder, stage)
        for name in type(section).model_fields:
            if not only_set or name in section.model_fields_set:
                rows.append(_valued(f"{prefix}{stage}.{name}", entries[f"{stage}.{name}"], section, name, scenario))
    return rows


def _valued(key: str, entry: Entry, section: BaseModel, name: str, scenario: Scenario) -> Entry:
    value = getattr(section, name)
    set_here = name in section.model_fields_set and value != entry.default
    evidence: Evidence | str = entry.evidence
    source = entry.source
    if key in scenario.evidence:
        evidence, source = scenario.evidence[key].evidence, scenario.evidence[key].source
    elif set_here:
        evidence, source = "assumed", SET_HERE
    return replace(entry, key=key, evidence=evidence, source=source, value=value, set_here=set_here)


def _plan(scenario: Scenario) -> Iterator[Entry]:
    """What the interventions of a plan change, by how much, and what they cost; and how rivals answer."""
    entries = all_entries()
    for reaction in scenario.reaction:
        for name in ("after_weeks", "share"):
            yield _valued(f"reaction.{reaction.brand}.{name}", entries[f"reaction.{name}"], reaction, name, scenario)
    for channel in scenario.channel:
        for effect in channel.effect:
            yield _effect(f"channel.{channel.name}", channel, effect, "typical", entries)
    for item in scenario.intervention:
        for effect in item.effect:
            yield _effect(f"intervention.{item.name}", item, effect, item.level, entries)
        for name in sorted(item.cost.model_fields_set):
            key, row = f"intervention.{item.name}.cost.{name}", entries[f"intervention.cost.{name}"]
            yield replace(row, key=key, value=getattr(item.cost, name), source=SET_HERE, set_here=True)


def _effect(key: str, item: Intervention | Channel, effect: Effect, level: str, entries: dict[str, Entry]) -> Entry:
    operation, size = effect.at(level)
    sizes = [effect.at(each)[1] for each in ("low", "typical", "high")]
    row = entries[effect.parameter]
    return replace(
        row,
        key=f"{key}.effect.{effect.parameter}",
        unit="factor" if operation == "multiply" else row.unit,
        low=min(sizes),
        high=max(sizes),
        default=None,
        evidence=item.evidence,
        source=item.source or SET_HERE,
        value=f"{operation} {size:g}",
        set_here=True,
    )
