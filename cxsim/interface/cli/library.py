"""An intervention of the library in words: what it does and to whom, how much of it is known, what it costs."""

import textwrap
from typing import Final

from cxsim.scenario import Intervention
from cxsim.scenario.extended import acted_on

WIDTH: Final = 100  # columns of a listing


def intervention_told(item: Intervention) -> list[str]:
    """Lines for a terminal.

    Args:
        item: of the library.
    """
    lines = [f'{item.name}: an intervention of the library (use = "{item.name}")']
    lines += textwrap.wrap(" ".join(item.story.split()), WIDTH, initial_indent="  ", subsequent_indent="  ")
    if item.when is not None:
        lines.append(f"  for {item.when}")
    if item.lasts_weeks < float("inf"):
        lines.append(f"  lasts {item.lasts_weeks:g} weeks")
    lines += [f"  {line}" for line in _effects(item)]
    lines.append(f"  cost: {cost_told(item)}")
    for name in acted_on(effect.parameter for effect in item.effect):
        lines.append(f"  brings the mechanism {name} along (cxsim explain {name})")
    source = f"{item.evidence}: {' '.join(item.source.split())}"
    return [*lines, *textwrap.wrap(source, WIDTH, initial_indent="  ", subsequent_indent="  ")]


def _effects(item: Intervention) -> list[str]:
    width = max(len(effect.parameter) for effect in item.effect)
    said = []
    for effect in item.effect:
        operation = effect.at("typical")[0]
        low, typical, high = (effect.at(level)[1] for level in ("low", "typical", "high"))
        span = "" if low == high else f" ({low:g} to {high:g})"
        said.append(f"{effect.parameter:<{width}}  {operation} {typical:g}{span}")
    return said


def cost_told(item: Intervention) -> str:
    """In currency; what is negative is saved."""
    parts = {"once": item.cost.once, "a week": item.cost.weekly, "per use": item.cost.per_use}
    told = [f"{amount:,g} {when}" for when, amount in parts.items() if amount]
    return ", ".join(told) or "what its effects cost"
