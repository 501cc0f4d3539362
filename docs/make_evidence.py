"""Write docs/evidence.md, the register of evidence, from the schema and the scenarios: `python -m docs.make_evidence`."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from cxsim.engine.journey.history import COMPLAINT_WEEKS
from cxsim.engine.journey.research import MOST_TRIES
from cxsim.engine.journey.support import MILD, MINOR, MOST_CONTACTS, REPURCHASE_MAJOR, REPURCHASE_MINOR
from cxsim.interface.cli.library import cost_told
from cxsim.scenario import Intervention, load, load_intervention_library, scenario_names
from cxsim.scenario.extended import shape_with
from cxsim.scenario.mechanism import load_mechanism, ready
from cxsim.scenario.register import (
    GROUPS,
    KINDS_OF_EVIDENCE,
    Entry,
    assumptions,
    counts_of_evidence,
    defaults,
    entry_of,
    in_words,
    stage_parameters,
)
from experiments.pages import table

FOLDER = Path(__file__).parent
PAGE = FOLDER / "evidence.md"

INTRODUCTION = """# What backs the numbers

Every number that a scenario can set, with unit, allowed range, default, and an answer to "who says so?". This page is
written by `python -m docs.make_evidence` from the schema itself; do not edit it by hand.

**What the kinds mean.** *published*: this very number stands in the reference. *derived*: calculated from a reference
or from data, and the source says how. *fitted*: estimated from data, and the source says from which. *assumed*:
somebody's choice; a reference beside it backs the direction, or names the idea, and not the size. Nothing here was
measured at your firm, and a published number is true of the customers it was measured on. A parameter of a rule is
only as good as the rule: that a value is published does not say that the equation around it is right.

**Range** is what a scenario may set; **plausible** is where an ordinary market may have it, a judgement that calibration
starts from and that uncertain worlds are drawn from.

An intervention has one kind of evidence for all its effects; where some of them are choices, its source says so.
`cxsim assumptions SCENARIO` prints the same for one scenario, `cxsim explain KEY` for one parameter.
"""

MARKET_WORDS = """Four entries of a market are words or lists and have no range: `market.focal` (the brand that reports are
about), `market.currency`, `market.entry_counts` (how many people enter in each step) and `market.links.edges` (a file).
"""

RULES = """Some numbers cannot be set in a scenario, because a rule is written around them:
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The whole page as Markdown."""
    sections = [INTRODUCTION, _counts(), *_stages(), _mechanisms(), _rules(), _library(), *_markets(), _references()]
    return "\n".join(section.strip() + "\n" for section in sections)


def claims() -> dict[str, tuple[str, str]]:
    """(evidence, source) by where they stand: parameters, the library, the ready scenarios, the rules."""
    found = {entry.key: (entry.evidence, entry.source) for entry in (*_of_stages(), *_of_ready_mechanisms())}
    found |= {
        f"intervention {name}": (item.evidence, item.source) for name, item in load_intervention_library().items()
    }
    for name in _ready_markets():
        found |= {f"{name}: {key}": (own.evidence, own.source) for key, own in load(name).evidence.items()}
    return found | {f"rule: {number}": (kind, source) for number, _, kind, source in _numbers_in_rules()}


def references() -> dict[str, list[dict[str, str]]]:
    """The hand-kept list of references and data."""
    return tomllib.loads((FOLDER / "references.toml").read_text(encoding="utf-8"))


def _ready_markets() -> list[str]:
    return [name for name in scenario_names() if not name.startswith("plans/")]


def _counts() -> str:
    library = list(load_intervention_library().values())
    rows = [["defaults", *_as_text(counts_of_evidence(_of_stages()))]]
    rows += [["defaults of ready mechanisms", *_as_text(counts_of_evidence(_of_ready_mechanisms()))]]
    rows += [[f"set by {name}", *_as_text(counts_of_evidence(_set_by(name)))] for name in _ready_markets()]
    in_library = [[item.evidence for item in library].count(kind) for kind in KINDS_OF_EVIDENCE]
    rows += [["interventions of the library", *map(str, in_library)]]
    return table(["numbers", *KINDS_OF_EVIDENCE], rows)


def _as_text(counts: dict[str, int]) -> list[str]:
    return [str(count) for count in counts.values()]


def _stages() -> list[str]:
    entries = _of_stages()
    sections = []
    for group in dict.fromkeys(entry.group for entry in entries):
        title = {"market": "Market, links and segments", "intervention": "Delivery and cost of an intervention"}
        sections.append(f"## {title.get(group, group.capitalize())}")
        sections.append(_entries([entry for entry in entries if entry.group == group]))
        if group == "market":
            sections.append(MARKET_WORDS)
    return sections


def _of_stages() -> list[Entry]:
    """The register without mechanisms, of which this process may know some."""
    return [entry for entry in defaults() if entry.group in GROUPS]


def _of_ready_mechanisms() -> list[Entry]:
    """What the mechanisms that come with the program declare."""
    shape = shape_with(tuple(load_mechanism(name) for name in ready()))
    keys = ((f"{stage}.{name}", field) for stage, name, _, field in stage_parameters(shape) if stage in ready())
    return [replace(entry_of(key, field), value=field.default) for key, field in keys]


def _mechanisms() -> str:
    said = "Parameters of mechanisms that come with the program, in scenarios that name them."
    return f"## Ready mechanisms\n\n{said}\n\n{_entries(_of_ready_mechanisms())}"


def _entries(entries: list[Entry]) -> str:
    heading = ["parameter", "meaning", "unit", "range", "plausible", "default", "evidence", "source"]
    rows = [
        [f"`{e.key}`", e.meaning, e.unit, e.allowed, _plausible(e), in_words(e.default), e.evidence, e.source]
        for e in entries
    ]
    return _table(heading, rows)


def _plausible(entry: Entry) -> str:
    return "" if entry.plausible is None else f"{entry.plausible[0]:g} to {entry.plausible[1]:g}"


def _numbers_in_rules() -> list[list[str]]:
    quoted = "TARP's surveys, as quoted in Fast Company (2003); those who complained also in Barlow & Maul (2000)"
    return [
        ["Would buy again after a minor problem: silent, unresolved, resolved, resolved quickly", _shares(REPURCHASE_MINOR), "published, second-hand", f"{quoted}: problems below $5."],
        ["... after a major problem", _shares(REPURCHASE_MAJOR), "published, second-hand", f"{quoted}: problems above $100."],
        ["Severity of those minor problems; the major ones have severity 1", f"{MINOR:g}", "assumed", "Dollar classes have no severity; a straight line between."],
        ["Severity below which a quick recovery may please", f"{MILD:g}", "assumed", "A recovery paradox is told of mild failures; where mild ends is a choice."],
        ["Most tries of a search or a checkout", f"{MOST_TRIES}", "assumed", "A bound that is practically never met."],
        ["Weeks for which a firm counts somebody among those who complained (`when = {complained = true}`)", f"{COMPLAINT_WEEKS}", "assumed", "A year; a choice."],
        ["Most contacts about one failure", f"{MOST_CONTACTS}", "assumed", "A bound that is hardly ever met."],
        ["Messages by which the balance of talk is shrunk", "1", "assumed", "One message must not count as unanimity."],
        ["Survey scores that count as unhappy and are called back", "0 to 6", "assumed", "The detractors of the usual scale of 0 to 10."],
    ]  # fmt: skip


def _shares(values: tuple[float, ...]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)


def _rules() -> str:
    listed = _table(["number", "value", "evidence", "source"], _numbers_in_rules())
    return f"## Numbers in the rules\n\n{RULES}\n{listed}"


def _library() -> str:
    rows = [
        [f"`{name}`", "; ".join([*_meant(item), *_effects(item)]), cost_told(item), item.evidence, item.source]
        for name, item in load_intervention_library().items()
    ]
    heading = ["intervention", "effect: typical (low to high)", "cost", "evidence", "source"]
    return "## Interventions of the library\n\n" + _table(heading, rows)


def _meant(item: Intervention) -> list[str]:
    return [] if item.when is None else [f"for {item.when}"]


def _effects(item: Intervention) -> list[str]:
    said = []
    for effect in item.effect:
        operation, typical = effect.at("typical")
        low, high = (effect.at(level)[1] for level in ("low", "high"))
        span = f" ({low:g} to {high:g})" if low != high else ""
        said.append(f"`{effect.parameter}` {operation} {typical:g}{span}")
    return said


def _set_by(name: str) -> list[Entry]:
    scenario = load(name)
    return [row for row in assumptions(scenario) if row.set_here or row.key in scenario.evidence]


def _markets() -> list[str]:
    sections = ["## What the ready markets set themselves\n\nAll that is not listed is assumed."]
    for name in _ready_markets():
        own = _set_by(name)
        backed = [row for row in own if row.evidence != "assumed"]
        counts = ", ".join(f"{count} {kind}" for kind, count in counts_of_evidence(own).items() if count)
        rows = [[f"`{row.key}`", in_words(row.value), row.evidence, row.source] for row in backed]
        sections.append(f"### {name}\n\n{len(own)} values: {counts}.")
        sections += [_table(["parameter", "value", "evidence", "source"], rows)] if rows else []
    return sections


def _references() -> str:
    listed = references()
    used = claims()
    lines = ["## References", "", "Each with what was checked and where it is used.", ""]
    for item in listed["reference"]:
        lines.append(f"- {item['full']} *Checked:* {item['checked']} *Used:* {_used(item['cite'], used)}.")
    lines += ["", "Data:", ""]
    lines += [f"- **{item['name']}.** {item['full']} *Checked:* {item['checked']}" for item in listed["data"]]
    return "\n".join(lines)


def _used(cite: str, used: dict[str, tuple[str, str]]) -> str:
    return ", ".join(f"`{place}`" for place, (_, source) in used.items() if cite in source)


def _table(heading: list[str], rows: list[list[str]]) -> str:
    return table(heading, [[_cell(text) for text in row] for row in rows])


def _cell(text: Any) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")


if __name__ == "__main__":
    main()
