"""A plan as a visitor asks for it, checked and bounded; and the pair of scenarios it stands for."""

from functools import lru_cache
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, model_validator

from cxsim.analysis.compare.intervals import LIVES_OF_A_WORLD
from cxsim.analysis.sweep.parameters import Values, record_of, scenario_with
from cxsim.engine.luck import MOST_SEED
from cxsim.interface.explorer.loading import read_scenario
from cxsim.interface.explorer.markets import SLIDERS, Level, market_names
from cxsim.scenario import Intervention, Scenario, load, load_intervention_library
from cxsim.scenario.checks import problems_of_whole
from cxsim.scenario.errors import Problem, ScenarioError
from cxsim.scenario.extended import with_interventions
from cxsim.scenario.schema import Cost, Effect
from cxsim.scenario.smaller import LEAST_DESK, of_people
from cxsim.scenario.warnings import who_left_is_unknown

MOST_PEOPLE: Final = 10_000
MOST_WEEKS: Final = 520
MOST_REPLICATIONS: Final = 40
MOST_WORK: Final = 8_000_000  # people x weeks x replications: some ten seconds of one core
MOST_INTERVENTIONS: Final = 12
MOST_TEXT: Final = 24_000  # letters of a scenario file: a link has to hold it

MARKETS_KEPT: Final = 32  # that a worker remembers

NAME: Final = "Your plan"
WHAT_IF: Final = "Sliders"  # the name of the intervention that moves what the sliders move

_Name = Annotated[str, StringConstraints(max_length=60)]


class ChosenIntervention(BaseModel):
    """One intervention of the library: how strongly, from which week."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: _Name
    level: Level = "typical"
    start_week: int = Field(default=4, ge=0, le=MOST_WEEKS)


class VisitorPlan(BaseModel):
    """What a visitor wants to know: this plan in this market, for so many people, so long, so often.

    Attributes:
        market: name of a ready market; ignored when there is a file.
        file: text of a scenario file of the visitor's own.
        worlds: of a market made from figures, what these leave open: a table as text, one line a world; the plan is lived
            twice in each of half as many worlds as there are replications.
        people: in the market. Fewer than it was written for are a smaller market of the same kind: desks, advertising
            and fixed costs shrink with it.
        weeks: how long it is lived.
        replications: paired lives, each with other people and other luck.
        seed: of all luck.
        sliders: the focal brand's offer by the key of a slider; values are multiples where the slider is relative.
        in_both: whether the sliders describe the market, in base and plan, instead of belonging to the plan.
        interventions: of the library.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    market: _Name = "restaurant"
    file: str = Field(default="", max_length=MOST_TEXT)
    worlds: str = Field(default="", max_length=MOST_TEXT)
    people: int = Field(default=2000, ge=50, le=MOST_PEOPLE)
    weeks: int = Field(default=104, ge=4, le=MOST_WEEKS)
    replications: int = Field(default=6, ge=2, le=MOST_REPLICATIONS)
    seed: int = Field(default=1, ge=0, lt=MOST_SEED)
    sliders: dict[_Name, FiniteFloat] = Field(default={}, max_length=len(SLIDERS))
    in_both: bool = False
    interventions: tuple[ChosenIntervention, ...] = Field(default=(), max_length=MOST_INTERVENTIONS)

    @model_validator(mode="after")
    def _can_be_done(self) -> Self:
        work = self.people * self.weeks * self.replications
        if work > MOST_WORK:
            raise ValueError(
                f"{self.people:,} people for {self.weeks} weeks, {self.replications} times, is more than one visitor may "
                f"ask for ({MOST_WORK / 1e6:.0f} million person-weeks). Choose fewer people, weeks or replications."
            )
        if not self.file and self.market not in market_names():
            raise ValueError(f"there is no market {self.market!r}; there are {', '.join(market_names())}")
        for key, value in self.sliders.items():
            slider = SLIDERS.get(key)
            if slider is None:
                raise ValueError(f"there is no slider {key!r}")
            if slider.relative and not slider.low <= value <= slider.high:
                raise ValueError(
                    f"{key} is {value:g} times the market's; {slider.low:g} to {slider.high:g} is possible"
                )
        if self.worlds and (not self.file or self.replications % LIVES_OF_A_WORLD or self.replications < 4):
            raise ValueError(
                "worlds belong to a file of a market, and are lived twice each: choose 4, 6, 8, ... replications"
            )
        names = [item.name for item in self.interventions]
        if len(names) != len(set(names)):
            raise ValueError("an intervention is chosen twice")
        return self

    def canonical(self) -> "VisitorPlan":
        """The same plan as everybody would write it, so that equal plans are computed once."""
        return self.model_copy(
            update={
                "market": "" if self.file else self.market,
                "sliders": dict(sorted(self.sliders.items())),
                "in_both": self.in_both and bool(self.sliders),
                "interventions": tuple(sorted(self.interventions, key=lambda item: item.name)),
            }
        )

    def market_alone(self) -> str:
        """What the market as it is depends on, luck aside: equal texts, equal markets."""
        of_the_plan: dict[str, object] = {"worlds": "", "replications": 2, "seed": 1, "interventions": ()}
        if not self.in_both:
            of_the_plan["sliders"] = {}
        return self.model_copy(update=of_the_plan).model_dump_json()


def pair_of(plan: VisitorPlan) -> tuple[Scenario, Scenario]:
    """The market as it is, and the same market under the plan: they differ by interventions alone.

    Raises:
        ScenarioError: if the file, a value or an effect is wrong; in words.
    """
    source, base = _market(plan.market_alone())
    scale = plan.people / source.market.people
    moved = _moved(source, plan)
    items = [_scaled(item, scale) for item in [*source.intervention, *_from_library(plan, base)]]
    if moved and not plan.in_both:
        items.insert(0, _what_if(source, moved))
    changed = with_interventions(base, items).model_copy(update={"name": NAME})
    problems = problems_of_whole(changed, lambda _: "your plan")
    if problems:
        raise ScenarioError(problems)
    return base, changed


@lru_cache(MARKETS_KEPT)
def _market(alone: str) -> tuple[Scenario, Scenario]:
    """The scenario as it was written, and the market as it is in a plan's world, from `VisitorPlan.market_alone`."""
    plan = VisitorPlan.model_validate_json(alone)
    source = read_scenario(plan.file) if plan.file else load(plan.market)
    record = record_of(of_people(source, plan.people))
    for key in ("extends", "intervention", "reference"):
        record.pop(key, None)
    values: Values = {"market.horizon_weeks": plan.weeks} | (_moved(source, plan) if plan.in_both else {})
    return source, scenario_with(record, values, lambda _: "this market")


def _moved(source: Scenario, plan: VisitorPlan) -> Values:
    """The values at which sliders stand that were moved, by full key, for the smaller market."""
    focal = source.market.focal
    scale = plan.people / source.market.people
    values: Values = {}
    for key, value in plan.sliders.items():
        stage, name = key.split(".")
        moved = float(getattr(getattr(source.brand[focal], stage), name)) * value if SLIDERS[key].relative else value
        values[f"brand.{focal}.{key}"] = max(LEAST_DESK, moved * scale) if key == "support.capacity" else moved
    return values


def _what_if(source: Scenario, moved: Values) -> Intervention:
    prefix = f"brand.{source.market.focal}."
    effects = [Effect(parameter=key.removeprefix(prefix), set=float(value)) for key, value in moved.items()]
    story = "What if the offer were so from the start? It costs nothing, so it is a question, not yet a plan."
    return Intervention(name=WHAT_IF, story=story, source="Chosen with the sliders of the page.", effect=effects)


@lru_cache(1)
def _library() -> dict[str, Intervention]:
    return load_intervention_library()


def _from_library(plan: VisitorPlan, market: Scenario) -> list[Intervention]:
    library = _library()
    missing = [item.name for item in plan.interventions if item.name not in library]
    if missing:
        hint = f"The library has: {', '.join(library)}."
        raise ScenarioError([Problem("your plan", "interventions", f"there is no {missing[0]!r}", hint)])
    unknown = [said for item in plan.interventions if (said := who_left_is_unknown(market, library[item.name]))]
    if unknown:
        raise ScenarioError([Problem("your plan", "interventions", unknown[0])])
    return [
        library[item.name].model_copy(update={"level": item.level, "start_week": float(item.start_week)})
        for item in plan.interventions
    ]


def _scaled(item: Intervention, scale: float) -> Intervention:
    cost = Cost(once=item.cost.once * scale, weekly=item.cost.weekly * scale, per_use=item.cost.per_use)
    return item.model_copy(update={"cost": cost})
