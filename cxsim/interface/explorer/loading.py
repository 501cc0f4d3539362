"""A scenario file that a visitor brings: its text is checked like every scenario, but it reaches no other file."""

import tempfile
from pathlib import Path
from typing import Any, Final

from cxsim.scenario import Scenario, load, scenario_names
from cxsim.scenario.errors import Problem, ScenarioError
from cxsim.scenario.mechanism import installed, ready
from cxsim.scenario.schedule import build_schedule
from cxsim.scenario.toml_file import values_of

YOURS: Final = "your file"
MOST_BRANDS: Final = 8
MOST_SEGMENTS: Final = 8
MOST_ITEMS: Final = 20  # interventions
MOST_BYTES: Final = 64 << 20  # of the terms of all kinds of people


def read_scenario(text: str) -> Scenario:
    """The scenario that a text writes.

    It may extend a ready scenario, by name, and nothing else; it may name no file for links or for real figures.

    Raises:
        ScenarioError: with every problem: line, key, what was given, what is allowed.
    """
    values = values_of(text, YOURS)
    problems = [*_reaching_out(values), *_too_much(values)]
    if problems:
        raise ScenarioError(problems)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scenario.toml"
        file.write_text(text, encoding="utf-8")
        try:
            scenario = load(file)
        except ScenarioError as error:
            raise ScenarioError([_yours(problem, str(file)) for problem in error.problems]) from None
    if build_schedule(scenario).most_bytes() > MOST_BYTES:
        message = "so many interventions for some people only tell too many kinds of people apart"
        raise ScenarioError([Problem(YOURS, "intervention", message, "Use cxsim on your own machine.")])
    return scenario


def _yours(problem: Problem, file: str) -> Problem:
    """A problem that names no place on this machine."""
    where, message = (said.replace(file, YOURS) for said in (problem.where, problem.message))
    return Problem(where, problem.key, message, problem.hint)


def _reaching_out(values: dict[str, Any]) -> list[Problem]:
    problems = []
    parent = values.get("extends", "")
    if parent != "" and parent not in scenario_names():
        hint = f"Here a file can extend: {', '.join(scenario_names())}."
        problems.append(
            Problem(YOURS, "extends", f"given {str(parent)[:80]!r}; there is no ready scenario of that name", hint)
        )
    market = values.get("market")
    links = market.get("links") if isinstance(market, dict) else None
    if isinstance(links, dict) and (links.get("edges") or links.get("kind") == "file"):
        problems.append(
            Problem(YOURS, "market.links", "a file of links cannot be used here", "Use cxsim on your own machine.")
        )
    reference = values.get("reference")
    if isinstance(reference, dict) and reference.get("weekly_repeat_purchases"):
        problems.append(Problem(YOURS, "reference", "real figures cannot be used here", "Leave the section out."))
    names, known = values.get("mechanisms") or [], [*ready(), *installed()]
    if not isinstance(names, list) or any(name not in known for name in names):
        hint = f"Here a file can name: {', '.join(known)}."
        problems.append(Problem(YOURS, "mechanisms", "a mechanism of your own is code, which is not run here", hint))
    return problems


def _too_much(values: dict[str, Any]) -> list[Problem]:
    """What would need more memory than one visitor may have."""
    counts = (
        ("brand", _size(values.get("brand")), MOST_BRANDS),
        ("segment", _size(values.get("segment")), MOST_SEGMENTS),
        ("intervention", _size(values.get("intervention", [])), MOST_ITEMS),
    )
    return [
        Problem(YOURS, key, f"there are {count} of them; here at most {most} are possible")
        for key, count, most in counts
        if count > most
    ]


def _size(value: object) -> int:
    return len(value) if isinstance(value, dict | list) else 0
