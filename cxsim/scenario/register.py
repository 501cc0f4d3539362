"""The register of assumptions: for every parameter its unit, range, value, evidence and source."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from cxsim.parameter import Evidence, about, bounds
from cxsim.scenario.schema import Links, Market, Scenario
from cxsim.stages import STAGES, Offer, Traits


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
    value: object = None
    set_here: bool = False


def stage_parameters() -> Iterator[tuple[str, str, type[BaseModel], FieldInfo]]:
    """(stage, name, side, field) of every parameter of every stage; the side is Traits or Offer."""
    for stage in STAGES:
        for side in (Traits, Offer):
            section = side.model_fields.get(stage)
            kind = section.annotation if section else None
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                for name, field in kind.model_fields.items():
                    yield stage, name, side, field


def _entry(key: str, field: FieldInfo) -> Entry:
    low, high = bounds(field)
    facts = about(field)
    return Entry(
        key, field.description or "", facts["unit"], low, high, field.default, facts["evidence"], facts["source"]
    )


def all_entries() -> dict[str, Entry]:
    """Every parameter by its short key: "support.quick_rate", "market.people", "market.links.neighbours"."""
    entries = {f"{stage}.{name}": _entry(f"{stage}.{name}", field) for stage, name, _, field in stage_parameters()}
    for prefix, section in (("market", Market), ("market.links", Links)):
        for name, field in section.model_fields.items():
            if "unit" in about(field):
                entries[f"{prefix}.{name}"] = _entry(f"{prefix}.{name}", field)
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


def parameter_names(scenario: Scenario) -> list[str]:
    """Full keys of every parameter of a scenario: "brand.focal.use.quality", "use.memory", "segment.young.use.memory"."""
    return [entry.key for entry in assumptions(scenario, everything=True)]


def assumptions(scenario: Scenario, everything: bool = False) -> list[Entry]:
    """The register of a scenario: each parameter with its value and what backs it.

    A value that the scenario sets counts as assumed unless its `[evidence]` says more. Segments appear with the keys
    they set themselves; with `everything`, with all.
    """
    entries = all_entries()
    rows = _rows("", scenario, Traits, entries, scenario)
    for name, segment in scenario.segment.items():
        rows += _rows(f"segment.{name}.", segment, Traits, entries, scenario, only_set=not everything)
    for name, offer in scenario.brand.items():
        rows += _rows(f"brand.{name}.", offer, Offer, entries, scenario)
    for prefix, section in (("market", scenario.market), ("market.links", scenario.market.links)):
        for name in type(section).model_fields:
            if f"{prefix}.{name}" in entries:
                rows.append(_valued(f"{prefix}.{name}", entries[f"{prefix}.{name}"], section, name, scenario))
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
        evidence, source = "assumed", "set by this scenario"
    return Entry(
        key, entry.meaning, entry.unit, entry.low, entry.high, entry.default, evidence, source, value, set_here
    )
