"""Rivals that answer what another brand does in public: interventions of theirs that follow from those of that brand.

What a plan does is known beforehand, so an answer needs no rule of its own: it is one more intervention, some weeks later.
"""

from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Final

from cxsim.scenario.errors import Problem
from cxsim.scenario.messages import nearest
from cxsim.scenario.schema import Effect, Intervention, Range, Reaction, Scenario
from cxsim.scenario.toml_lines import Path

Where = Callable[[Path], str]

PUBLIC: Final = {"price": "purchase.price", "promise": "expectation.promise", "reward": "telling.reward"}
_OF: Final = {parameter: word for word, parameter in PUBLIC.items()}


def with_answers(scenario: Scenario) -> Scenario:
    """The scenario in which every reaction has become the interventions that it is.

    Only what everybody meets is seen: an offer to some customers is no public one.
    """
    if not scenario.reaction:
        return scenario
    items = list(scenario.intervention)
    for reaction in _in_order(scenario):
        items += [answer for item in items if (answer := _answer(scenario, item, reaction)) is not None]
    return scenario.model_copy(update={"intervention": items, "reaction": []})


def seen_by(scenario: Scenario, reaction: Reaction) -> str:
    """The brand whose doings are answered."""
    return reaction.to or scenario.market.focal


def _in_order(scenario: Scenario) -> Iterator[Reaction]:
    """Who answers an answer comes after it.

    Raises:
        CycleError: if reactions go round in a circle.
    """
    seen: dict[str, set[str]] = {}
    for reaction in scenario.reaction:
        seen.setdefault(reaction.brand, set()).add(seen_by(scenario, reaction))
    for brand in TopologicalSorter(seen).static_order():
        yield from (reaction for reaction in scenario.reaction if reaction.brand == brand)


def _answer(scenario: Scenario, item: Intervention, reaction: Reaction) -> Intervention | None:
    brand = item.brand or scenario.market.focal
    if brand != seen_by(scenario, reaction) or item.coverage < 1.0 or item.segment or item.when is not None:
        return None
    effects = [
        _share_of(scenario, brand, effect, item.level, reaction.share)
        for effect in item.effect
        if _OF.get(effect.parameter) in reaction.sees
    ]
    if not effects:
        return None
    return Intervention(
        name=f"{item.name} answered by {reaction.brand}"[:60].rstrip(),
        story=f"An answer to {brand}.",
        brand=reaction.brand,
        start_week=item.start_week + reaction.after_weeks,
        ramp_weeks=item.ramp_weeks,
        end_week=item.ends + reaction.after_weeks,
        decay_weeks=item.decay_weeks,
        effect=effects,
    )


def _share_of(scenario: Scenario, brand: str, effect: Effect, level: str, share: float) -> Effect:
    """The same change, less or more of it; of a price in proportion, for a rival's may be another one."""
    stage, name = effect.parameter.split(".")
    before = float(getattr(getattr(scenario.brand[brand], stage), name))
    value = next(each for each in (effect.set, effect.multiply, effect.add) if each is not None)
    size = float(getattr(value, level) if isinstance(value, Range) else value)
    if effect.multiply is None:
        size = (size - before if effect.set is not None else size) * share
        if _OF[effect.parameter] != "price" or before == 0.0:
            return Effect(parameter=effect.parameter, add=size)
        return Effect(parameter=effect.parameter, multiply=1.0 + size / before)
    return Effect(parameter=effect.parameter, multiply=1.0 + share * (size - 1.0))


def problems_of_reactions(scenario: Scenario, where: Where) -> list[Problem]:
    """Brands that are not there, a reaction said twice, and reactions that go round in a circle."""
    problems: list[Problem] = []
    known: set[tuple[str, str]] = set()
    for place, reaction in enumerate(scenario.reaction):
        at: Path = ("reaction", place)
        pair = (reaction.brand, seen_by(scenario, reaction))
        for key, brand in zip(("brand", "to"), pair, strict=True):
            if brand not in scenario.brand:
                hint = nearest(brand, scenario.brand) or f"Brands here: {', '.join(scenario.brand)}."
                problems.append(Problem(where((*at, key)), f"reaction.{key}", f"there is no brand {brand!r}", hint))
        if pair in known:
            message = f"how {pair[0]} answers {pair[1]} is said twice"
            problems.append(Problem(where(at), "reaction", message, "Write one reaction with all that it sees."))
        known.add(pair)
    if problems:
        return problems
    try:
        list(_in_order(scenario))
    except CycleError as error:
        circle = " answers ".join(reversed(error.args[1]))
        hint = "Leave one of them out: an answer to an answer would be answered without end."
        problems.append(Problem(where(("reaction", 0)), "reaction", f"goes round in a circle: {circle}", hint))
    return problems
