"""The menu: what teams may choose from in a market, what each choice costs, and a team's choice as a scenario."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from cxsim.scenario import Intervention, Scenario, ScenarioError, load, load_intervention_library, scenario_names
from cxsim.scenario.checks import problems_of_whole
from cxsim.scenario.extended import with_interventions
from cxsim.scenario.warnings import warnings_of

Level = Literal["low", "typical", "high"]
LEVELS: tuple[Level, ...] = get_args(Level)
STAGES = ("expectation", "research", "purchase", "use", "support", "loyalty", "telling", "listening", "need", "money")

FOLDER = Path(__file__).parent / "menus"
START_WEEK = 4.0  # when interventions of the library start


@dataclass(frozen=True)
class ClassMenu:
    """What may be chosen in a market.

    Attributes:
        name: a ready menu or market, or a file of its own.
        base: the market as it is.
        choices: interventions by name, in the order of the stages they act on.
    """

    name: str
    base: Scenario
    choices: dict[str, Intervention]

    def stage_of(self, choice: str) -> str:
        """The stage on which an intervention acts: that of its first effect on anything but money; a mechanism's is loyalty."""
        stages = [effect.parameter.partition(".")[0] for effect in self.choices[choice].effect]
        first = next((stage for stage in stages if stage != "money"), "money")
        return first if first in STAGES else "loyalty"

    def in_order(self, chosen: list[str] | tuple[str, ...]) -> tuple[str, ...]:
        """A choice in the order of the menu, so that the same plan is the same, however it was put together."""
        return tuple(name for name in self.choices if name in chosen)

    def plan(self, chosen: tuple[str, ...], level: Level) -> Scenario:
        """The market under what was chosen, every effect at one end or the middle of its range.

        Raises:
            ScenarioError: if the chosen interventions together leave the range of a parameter.
        """
        items = [self.choices[name].model_copy(update={"level": level}) for name in chosen]
        plan = with_interventions(self.base, items)
        problems = problems_of_whole(plan, lambda _: "the plan")
        if problems:
            raise ScenarioError(problems)
        return plan


def menu_names() -> list[str]:
    """What a class can be about: every ready market; some have a menu of their own."""
    return [
        name for name in scenario_names() if "/" not in name and name not in ("rhythm-only", "online-retailer-rhythm")
    ]


@lru_cache(16)
def load_menu(name: str) -> ClassMenu:
    """The menu of a ready market, or of a scenario file: its own interventions, or the library if it has none.

    Raises:
        ScenarioError: if there is no such market or file, or it is wrong.
    """
    ready = FOLDER / f"{name}.toml"
    scenario = load(ready if ready.is_file() else name)
    base = scenario.model_copy(update={"intervention": []})
    items = {item.name: item for item in scenario.intervention} or _library(base)
    menu = ClassMenu(name, base, items)
    ordered = sorted(items, key=lambda choice: STAGES.index(menu.stage_of(choice)))
    return ClassMenu(name, base, {choice: items[choice] for choice in ordered})


def _library(base: Scenario) -> dict[str, Intervention]:
    """What of the library this market can have, and where it is not certain beforehand that it does nothing."""
    items = [item.model_copy(update={"start_week": START_WEEK}) for item in load_intervention_library().values()]
    return {item.name: item for item in items if _fits(with_interventions(base, [item]))}


def _fits(plan: Scenario) -> bool:
    return not problems_of_whole(plan, lambda _: "the plan") and not any(warnings_of(plan))
