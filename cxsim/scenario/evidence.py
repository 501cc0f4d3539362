"""What a source has to name for the evidence it is said to be, and which evidence a later value has overtaken.

A program cannot tell whether a source says what is claimed of it. It can refuse a claim that nobody could check:
`published` without a place to look it up, `derived` or `fitted` without a figure it came from.
"""

import re
from collections.abc import Callable
from typing import Any

from cxsim.scenario.errors import Problem
from cxsim.scenario.schema import Scenario
from cxsim.scenario.toml_lines import Path

# Authors (year), and where in it: journal volume(issue), pages; or a page, chapter or table.
_REFERENCE = re.compile(
    r"[A-Z][^()]*\((?:1[89]|20)\d\d\),"  # Bass (1969),
    r"(?:[^;]*?[A-Za-z.] \d+(?:\(\d+(?:[/-]\d+)?\))?, \d+(?:-\d+)?"  # Management Science 15(5), 215-227
    r"|[^;]*?\b(?:pp?\.|[Cc]hapter|[Tt]able) \d+)"  # Strategic Customer Service, chapter 2
)
_NEEDED = {
    "published": (
        _REFERENCE,
        "what is published needs a reference: authors, year in brackets, and volume and pages, or page, chapter or table",
        "Write it like: Bass (1969), Management Science 15(5), 215-227.",
    ),
    "derived": (
        re.compile(r"\d"),
        "what is derived has to say from which figures",
        "Give the calculation or the figures, like: logit(.2); or: 344 of 5,232 orders came late.",
    ),
    "fitted": (
        re.compile(r"\d"),
        "what is fitted has to say to which data, how many and from when",
        "Write it like: least squares on 412 answers to our survey of May 2025.",
    ),
}
_NOTHING = object()  # no TOML value


def lacking(evidence: str, source: str) -> str:
    """What a source still has to name, in words; empty when it names enough.

    Args:
        evidence: `published`, `derived`, `fitted` or `assumed` (an assumption has nothing to prove).
        source: what is given as its source.
    """
    if evidence not in _NEEDED:
        return ""
    pattern, needed, _ = _NEEDED[evidence]
    return "" if pattern.search(source) else needed


def problems_of_sources(scenario: Scenario, where: Callable[[Path], str]) -> list[Problem]:
    """Every source, in `[evidence]` or of an intervention, that names too little for its evidence."""
    claims: list[tuple[Path, str, str, str]] = [
        (("evidence", key, "source"), f"evidence.{key}", backing.evidence, backing.source)
        for key, backing in scenario.evidence.items()
    ]
    claims += [
        (("intervention", place, "source"), f"intervention {item.name!r}: source", item.evidence, item.source)
        for place, item in enumerate(scenario.intervention)
    ]
    claims += [
        (("channel", place, "source"), f"channel {item.name!r}: source", item.evidence, item.source)
        for place, item in enumerate(scenario.channel)
    ]
    return [
        Problem(where(path), key, f"given {source.strip()!r}; {needed}", f"{_NEEDED[evidence][2]} Or call it assumed.")
        for path, key, evidence, source in claims
        if (needed := lacking(evidence, source))
    ]


def without_overtaken_evidence(values: dict[str, Any], layers: list[dict[str, Any]]) -> dict[str, Any]:
    """`values` without the `[evidence]` of keys that were given another value after it.

    A plan, or `--set`, that changes a fitted number must not go on calling it fitted.

    Args:
        values: the whole scenario, overrides included.
        layers: the files it was put together from, the furthest ancestor first.
    """
    evidence = values.get("evidence")
    if not isinstance(evidence, dict):
        return values
    kept = {key: backing for key, backing in evidence.items() if _backed_value(key, layers) == _at(values, key)}
    return {**values, "evidence": kept}


def _backed_value(key: str, layers: list[dict[str, Any]]) -> object:
    """The value of `key` when the last file that gives evidence for it had been read."""
    value: object = _NOTHING
    backed = _NOTHING
    for layer in layers:
        own, evidence = _at(layer, key), layer.get("evidence")
        value = value if own is _NOTHING else own
        if isinstance(evidence, dict) and key in evidence:
            backed = value
    return backed


def _at(values: object, key: str) -> object:
    for part in key.split("."):
        if not isinstance(values, dict) or part not in values:
            return _NOTHING
        values = values[part]
    return values
