"""Mechanisms in a folder of results: their files are copied there, so that it can be read and repeated without the originals."""

from collections.abc import Mapping
from pathlib import Path

from cxsim.scenario import Scenario


def standing_alone(scenarios: Mapping[str, Scenario]) -> tuple[dict[str, Scenario], dict[str, str]]:
    """Scenarios that name the files of their mechanisms as they lie in the folder of results.

    Returns:
        The scenarios by the same names, and the texts to put beside them, by file name. A mechanism of an installed
        package keeps its name and brings no text.
    """
    files: dict[str, str] = {}  # by hash of the text
    texts: dict[str, str] = {}
    for mechanism in (each for scenario in scenarios.values() for each in scenario.own):
        if mechanism.text and mechanism.sha256 not in files:
            files[mechanism.sha256] = _free(Path(mechanism.reference).name, texts)
            texts[files[mechanism.sha256]] = mechanism.text
    return {name: _naming(scenario, files) for name, scenario in scenarios.items()}, texts


def _naming(scenario: Scenario, files: Mapping[str, str]) -> Scenario:
    if not scenario.own:
        return scenario
    names = [files.get(each.sha256, each.reference) for each in scenario.own]
    return scenario.model_copy(update={"mechanisms": names})


def _free(name: str, taken: Mapping[str, str]) -> str:
    """A file name that no other has, whether or not the disk tells capitals from small letters."""
    others, number, free = {other.casefold() for other in taken}, 1, name
    while free.casefold() in others:
        number += 1
        free = f"{name.removesuffix('.py')}-{number}.py"
    return free


def hashes(scenario: Scenario) -> dict[str, object]:
    """What a manifest says of the mechanisms that a scenario names: their hashes; nothing where it names none."""
    if not scenario.own:
        return {}
    return {"mechanisms": {name: each.sha256 for name, each in zip(scenario.mechanisms, scenario.own, strict=True)}}
