"""A plan as a file that `cxsim compare` reads."""

from collections.abc import Sequence

from cxsim.analysis.portfolio.menu import Option
from cxsim.scenario.writing import as_toml


def plan_text(name: str, market: str, options: Sequence[Option]) -> str:
    """The scenario file of a plan.

    Args:
        name: its title.
        market: what it extends, by name or file.
        options: what it does.
    """
    lines = [f"name = {as_toml(name)}", f"extends = {as_toml(market)}"]
    for option in options:
        lines += ["", "[[intervention]]", *(f"{key} = {as_toml(value)}" for key, value in option.record.items())]
    return "\n".join(lines) + "\n"
