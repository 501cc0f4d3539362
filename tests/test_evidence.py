"""Protects the answer to "who says so?": no number without unit, range, evidence and a source that can be looked up.

Every rule is also shown to refuse a deliberately bad entry. Nothing here is statistical.
"""

import re
import typing
from enum import IntEnum

import pytest
from pydantic import BaseModel, Field

from cxsim.scenario import load_intervention_library, register
from cxsim.scenario.evidence import lacking
from cxsim.scenario.mechanism import load_mechanism, ready
from cxsim.scenario.parameter import Section, about, bounds, parameter
from cxsim.scenario.register import GROUPS, KINDS_OF_EVIDENCE, all_entries
from cxsim.scenario.schema import Effect, Range, Scenario
from docs import make_evidence

SIZES_OF_EFFECTS = (Effect, Range)  # backed by the evidence of their intervention, not one by one
PLACE = re.compile(r" \d+(\(\d+(/\d+)?\))?(, \d+-\d+)?\.$")  # 15(5), 215-227. or 43, 1-16. or, pages unchecked, 39(6).


@pytest.fixture(autouse=True)
def without_mechanisms_of_other_tests(monkeypatch):
    """The page is about what ships; the register also knows the mechanisms that this process has loaded."""
    shipped = [load_mechanism(name) for name in ready()]
    monkeypatch.setattr(register, "known", lambda: shipped)


def sections(kind):
    """Every section of a scenario file that can be reached from this one."""
    yield kind
    for field in kind.model_fields.values():
        for inner in (field.annotation, *typing.get_args(field.annotation)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from sections(inner)


def faults(section):
    """What is missing in the declarations of a section's numbers, switches and words of choice."""
    found = []
    for name, field in section.model_fields.items():
        if not (isinstance(field.annotation, type) and issubclass(field.annotation, int | float | IntEnum)):
            continue
        told = about(field)
        low, high = bounds(field)
        is_number = not isinstance(field.default, bool | IntEnum)
        found += [f"{name}: no {fact}" for fact in ("unit", "evidence", "source") if not told.get(fact)]
        found += [f"{name}: no meaning"] if not (field.description or "").endswith(".") else []
        found += [f"{name}: no range"] if is_number and not (low < high and low <= field.default <= high) else []
        kind = told.get("evidence", "assumed")
        found += [f"{name}: evidence {kind}"] if kind not in KINDS_OF_EVIDENCE else []
        found += [f"{name}: {words}"] if (words := lacking(kind, told.get("source", ""))) else []
    return found


ALL_SECTIONS = {section.__name__: section for section in sections(Scenario) if section not in SIZES_OF_EFFECTS}


# ---- the register ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("section", ALL_SECTIONS.values(), ids=ALL_SECTIONS)
def test_every_number_says_unit_range_evidence_and_source(section):
    assert faults(section) == []


def test_the_sections_are_all_there():
    assert len(ALL_SECTIONS) > 20
    fields = [field for section in ALL_SECTIONS.values() for field in section.model_fields.values()]
    shown = sum(entry.group in GROUPS for entry in all_entries().values())
    assert sum("unit" in about(field) for field in fields) == shown  # the register leaves nothing out


def declared(unit="weeks", low=0.0, high=9.0, evidence="assumed", source="A choice.", meaning="A number."):
    class Bad(Section):
        number: float = parameter(1.0, meaning, unit, low, high, evidence, source)

    return Bad


class Bare(Section):
    number: float = 1.0


class OnlyDescribed(Section):
    number: int = Field(1, description="A number.", ge=0, le=3)


BAD = {
    "nothing said": (Bare, "no source"),
    "no register": (OnlyDescribed, "no unit"),
    "no unit": (declared(unit=""), "no unit"),
    "no source": (declared(source=""), "no source"),
    "no meaning": (declared(meaning="a number"), "no meaning"),
    "no range": (declared(low=3.0, high=3.0), "no range"),
    "outside its range": (declared(low=3.0), "no range"),
    "unknown kind": (declared(evidence="proven"), "evidence proven"),
    "published without a year": (declared(evidence="published", source="Bass, Management Science 15(5), 215-227."), "needs a reference"),
    "published without a place": (declared(evidence="published", source="Bass (1969)."), "needs a reference"),
    "published by nobody": (declared(evidence="published", source="(1969), 15(5), 215-227."), "needs a reference"),
    "derived from nothing": (declared(evidence="derived", source="Follows from the literature."), "from which figures"),
    "fitted to nothing": (declared(evidence="fitted", source="Our own estimate."), "to which data"),
}  # fmt: skip


@pytest.mark.parametrize(("section", "said"), BAD.values(), ids=BAD)
def test_a_bad_declaration_is_noticed(section, said):
    assert any(said in fault for fault in faults(section)), faults(section)


def test_a_good_declaration_is_not_refused():
    for kind, source in (("published", "Bass (1969), Management Science 15(5), 215-227."), ("fitted", "412 answers.")):
        assert faults(declared(evidence=kind, source=source)) == []


def test_the_library_names_what_its_evidence_needs():
    library = load_intervention_library()
    assert {name: words for name, item in library.items() if (words := lacking(item.evidence, item.source))} == {}


# ---- references ------------------------------------------------------------------------------------------------------

CLAIMS = make_evidence.claims()
SOURCES = {place: source for place, (_, source) in CLAIMS.items()}
REFERENCES = {item["cite"]: item for item in make_evidence.references()["reference"]}


def cited_but_not_listed(source):
    """Every "(year)" of a source that no listed reference ends with."""
    heads = [source[: year.end()] for year in re.finditer(r"\((?:1[89]|20)\d\d\)", source)]
    return [head for head in heads if not head.endswith(tuple(REFERENCES))]


def test_whatever_is_cited_is_listed_in_full():
    listed = {place: missing for place, source in SOURCES.items() if (missing := cited_but_not_listed(source))}
    assert listed == {}, "add these to docs/references.toml"


def test_a_reference_that_is_not_listed_is_noticed():
    assert cited_but_not_listed("As in Bass (1969).") == []
    assert cited_but_not_listed("As in Bass (1969) and Nobody (1969).") == ["As in Bass (1969) and Nobody (1969)"]


PUBLISHED = {place: source for place, (kind, source) in CLAIMS.items() if kind == "published"}


@pytest.mark.parametrize("place", PUBLISHED)
def test_what_is_published_is_in_a_reference_with_volume_and_pages(place):
    full = [item["full"] for cite, item in REFERENCES.items() if cite in PUBLISHED[place]]
    assert any(re.search(r" \d+(\(\d+\))?, \d+-\d+\.$", words) for words in full)


def test_no_citation_hides_behind_an_et_al_or_a_year_without_brackets():
    for place, source in SOURCES.items():
        assert "et al." not in source, place
        assert not re.search(r"& [A-Z][a-z]+,? (19|20)\d\d", source), place


@pytest.mark.parametrize("cite", REFERENCES)
def test_a_reference_is_full_checked_and_used(cite):
    item = REFERENCES[cite]
    year = re.search(r"\d{4}", cite)[0]
    assert f"({year})" in item["full"]
    assert PLACE.search(item["full"]) or "part " in item["full"] or "online" in item["full"]
    assert len(item["checked"]) > 8
    assert any(cite in source for source in SOURCES.values()), "nobody cites it"


# ---- the page -------------------------------------------------------------------------------------------------------


def test_the_page_is_what_the_schema_says():
    text = make_evidence.PAGE.read_text(encoding="utf-8")
    assert text == make_evidence.page(), "run: python -m docs.make_evidence"
    for key in (*all_entries(), *load_intervention_library()):
        assert f"| `{key}` |" in text
