"""What a visitor may choose from: the ready markets, a handful of sliders for each stage, the library of interventions."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from typing import Final, Literal, get_args

from pydantic import BaseModel

from cxsim.scenario import Intervention, Scenario, load, load_intervention_library, scenario_names
from cxsim.scenario.extended import acted_on
from cxsim.scenario.mechanism import load_mechanism
from cxsim.scenario.register import Entry, assumptions, find_entries

Level = Literal["low", "typical", "high"]
Shown = Literal["expectation", "research", "purchase", "use", "support"]

LEVELS: Final[tuple[Level, ...]] = get_args(Level)
STAGES: Final[tuple[Shown, ...]] = get_args(Shown)

# Where the page shows what acts on the parts of the story between its five stages.
_SHOWN_AT: Final[dict[str, Shown]] = {
    "need": "expectation",
    "telling": "expectation",
    "listening": "support",
    "loyalty": "support",
    "money": "support",
}
_NOT_FOR_VISITORS: Final = ("rhythm-only", "online-retailer-rhythm")  # without experience, so without plans


@dataclass(frozen=True)
class Slider:
    """One number of the focal brand's offer that a visitor may move.

    Attributes:
        key: stage and name, as in "use.late_rate".
        stage: under which of the five headings.
        low: the least value that can be chosen.
        high: the largest.
        step: between two values.
        relative: whether values are multiples of the market's own.
    """

    key: str
    stage: Shown
    low: float
    high: float
    step: float
    relative: bool = False


SLIDERS: Final = {
    slider.key: slider
    for slider in (
        Slider("expectation.promise", "expectation", 0.5, 1.0, 0.01),
        Slider("need.reach_annual", "expectation", 0.0, 3.0, 0.05, relative=True),
        Slider("research.findability", "research", 0.5, 1.0, 0.01),
        Slider("research.clarity", "research", 0.0, 1.0, 0.01),
        Slider("purchase.price", "purchase", 0.7, 1.3, 0.01, relative=True),
        Slider("purchase.ease", "purchase", 0.6, 1.0, 0.01),
        Slider("purchase.fit", "purchase", 0.8, 1.0, 0.005),
        Slider("use.quality", "use", 0.4, 1.0, 0.01),
        Slider("use.late_rate", "use", 0.0, 0.4, 0.01),
        Slider("use.failure_rate", "use", 0.0, 0.4, 0.01),
        Slider("support.capacity", "support", 0.2, 3.0, 0.05, relative=True),
        Slider("support.access_effort", "support", 0.0, 2.0, 0.05),
        Slider("support.resolve_rate", "support", 0.3, 1.0, 0.01),
        Slider("support.quick_rate", "support", 0.0, 1.0, 0.01),
    )
}


class Dial(BaseModel):
    """A slider in one market, with what the register knows of its number.

    Attributes:
        key: of the slider.
        stage: heading.
        low: least, in the unit of the slider (multiples if relative).
        high: largest.
        step: between two values.
        relative: whether the slider multiplies the market's value.
        value: the market's own, in the unit of the register.
        unit: of the register.
        meaning: what the number is.
        evidence: what backs the market's value.
        source: who says so.
    """

    key: str
    stage: Shown
    low: float
    high: float
    step: float
    relative: bool
    value: float
    unit: str
    meaning: str
    evidence: str
    source: str


class EffectShown(BaseModel):
    """What an intervention does to one number, at each level."""

    parameter: str
    meaning: str
    operation: str
    sizes: dict[Level, float]


class Offered(BaseModel):
    """An intervention of the library; costs are for a market of the people it was shipped with."""

    name: str
    stage: Shown
    story: str
    effects: list[EffectShown]
    evidence: str
    source: str
    once: float
    weekly: float
    per_use: float


class MarketShown(BaseModel):
    """A ready market as the page introduces it."""

    name: str
    title: str
    story: str
    brand: str
    rivals: list[str]
    currency: str
    people: int
    weeks: int
    start: str  # the day on which week 0 begins; empty where the market has none
    dials: list[Dial]


class Choices(BaseModel):
    """Everything that can be chosen."""

    markets: list[MarketShown]
    interventions: list[Offered]


def market_names() -> list[str]:
    """The ready markets that a visitor may pick, in alphabetical order."""
    return [name for name in scenario_names() if "/" not in name and name not in _NOT_FOR_VISITORS]


@lru_cache(1)
def choices() -> Choices:
    """What the page offers; read once."""
    return Choices(
        markets=[market_shown(name, load(name)) for name in market_names()],
        interventions=[_offered(item) for item in load_intervention_library().values()],
    )


def market_shown(name: str, scenario: Scenario) -> MarketShown:
    """A market with its sliders, each at the market's own value."""
    entries = {entry.key: entry for entry in assumptions(scenario)}
    market = scenario.market
    return MarketShown(
        name=name,
        title=scenario.name,
        story=" ".join(scenario.story.split()),
        brand=market.focal,
        rivals=[brand for brand in scenario.brands if brand != market.focal],
        currency=market.currency,
        people=market.people,
        weeks=market.horizon_weeks,
        start=market.start,
        dials=[dial for slider in SLIDERS.values() if (dial := _dial(slider, market.focal, entries))],
    )


def _dial(slider: Slider, focal: str, entries: Mapping[str, Entry]) -> Dial | None:
    """The slider at the market's value; None where moving it would do nothing (no desk that could be larger, say)."""
    entry = entries[f"brand.{focal}.{slider.key}"]
    value = entry.value
    if not isinstance(value, int | float) or not isfinite(value) or (slider.relative and value == 0.0):
        return None
    return Dial(
        key=slider.key,
        stage=slider.stage,
        low=slider.low if slider.relative else min(slider.low, value),
        high=slider.high if slider.relative else max(slider.high, value),
        step=slider.step,
        relative=slider.relative,
        value=float(value),
        unit=entry.unit,
        meaning=entry.meaning,
        evidence=entry.evidence,
        source=entry.source,
    )


def stage_shown(item: Intervention) -> Shown:
    """Under which of the five headings an intervention belongs: where its first effect on anything but money acts."""
    stages = [effect.parameter.partition(".")[0] for effect in item.effect]
    first = next((stage for stage in stages if stage != "money"), "money")
    return next((stage for stage in STAGES if stage == first), _SHOWN_AT.get(first, "support"))


def _offered(item: Intervention) -> Offered:
    for name in acted_on(effect.parameter for effect in item.effect):
        load_mechanism(name)  # so that the register knows its parameters
    return Offered(
        name=item.name,
        stage=stage_shown(item),
        story=" ".join(item.story.split()),
        effects=[
            EffectShown(
                parameter=effect.parameter,
                meaning=find_entries(effect.parameter)[0].meaning,
                operation=effect.at("typical")[0],
                sizes={level: effect.at(level)[1] for level in LEVELS},
            )
            for effect in item.effect
        ],
        evidence=item.evidence,
        source=" ".join(item.source.split()),
        once=item.cost.once,
        weekly=item.cost.weekly,
        per_use=item.cost.per_use,
    )
