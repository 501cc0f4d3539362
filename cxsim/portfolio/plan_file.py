"""A plan as a file that `cxsim compare` reads."""

import json
from collections.abc import Mapping, Sequence

from cxsim.portfolio.menu import Option


def plan_text(name: str, market: str, options: Sequence[Option]) -> str:
    """The scenario file of a plan.

    Args:
        name: its title.
        market: what it extends, by name or file.
        options: what it does.
    """
    lines = [f"name = {_toml(name)}", f"extends = {_toml(market)}"]
    for option in options:
        lines += ["", "[[intervention]]", *(f"{key} = {_toml(value)}" for key, value in option.record.items())]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(each) for each in value) + "]"
    if isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    return repr(value)
