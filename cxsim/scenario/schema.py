"""The shape of a scenario file: market, segments, brands, interventions, evidence."""

from datetime import date
from enum import IntEnum
from math import ceil
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, FiniteFloat, StringConstraints, field_validator, model_validator

from cxsim.scenario.calendar import DATED, first_day
from cxsim.scenario.history import When
from cxsim.scenario.mechanism import Mechanism
from cxsim.scenario.parameter import LONGEST, Evidence, Section, by_name, parameter
from cxsim.scenario.stages import Deal, Offer, Traits

OPERATIONS = ("set", "multiply", "add")  # of an effect, in the order in which they act

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_ -]*$", max_length=60)]


class LinkKind(IntEnum):
    """Who talks to whom."""

    small_world = 0
    scale_free = 1
    communities = 2
    complete = 3
    file = 4


class Links(Section):
    """Who talks to whom."""

    kind: by_name(LinkKind) = parameter(  # type: ignore[valid-type]
        LinkKind.small_world, "Kind of network: small_world, scale_free, communities, complete (everybody), or file (an edge list).",
        "word", 0, 4, "assumed", "Most talk is local with some far links: Watts & Strogatz (1998), Nature 393, 440-442.",
    )  # fmt: skip
    neighbours: int = parameter(
        8,
        "Friends per person.",
        "people",
        2,
        1000,
        "assumed",
        "People with whom one talks about purchases; an even number.",
    )
    rewiring: float = parameter(
        0.1, "Share of small-world links that go to anybody.", "share", 0, 1, "assumed", "A small world; a choice."
    )
    community_size: int = parameter(
        50, "People in a community.", "people", 2, 1_000_000, "assumed", "A department, a club, a village street."
    )
    bridges: float = parameter(
        0.1, "Share of community links that go to anybody.", "share", 0, 1, "assumed", "Nine links in ten stay inside."
    )
    edges: str = Field(
        "", description="For kind = file: a CSV of two columns, person numbers from 0, relative to this file."
    )


class Market(Section):
    """The frame of the simulation."""

    people: int = parameter(
        10_000,
        "People in the market, fixed for the run.",
        "people",
        1,
        50_000_000,
        "assumed",
        "Large enough for shares to one in a hundred.",
    )
    horizon_weeks: int = parameter(104, "Length of the run.", "weeks", 1, LONGEST, "assumed", "Two years.")
    run_in_weeks: int = parameter(
        0, "Weeks lived before week 0, without any plan, so that a firm begins with what it has: customers, their experience, a rating, a queue. They are counted nowhere and discounted nowhere.",
        "weeks", 0, LONGEST, "assumed", "None: everything begins at week 0. Established markets take about two of the longest memories in them.",
    )  # fmt: skip
    focal: Name = Field("focal", description="The brand the reports are about; nothing in the rules favours it.")
    start: str = Field(
        "",
        description="The day on which week 0 begins, as in 2027-01-04: then dates may stand for weeks; none when left out.",
    )
    currency: Annotated[str, StringConstraints(min_length=1, max_length=8)] = Field(
        "EUR", description="Name of the currency."
    )
    discount_rate_annual: float = parameter(
        0.12,
        "Discount rate, compounded weekly.",
        "per year",
        0,
        10,
        "assumed",
        "A usual cost of capital plus risk in customer valuation.",
    )
    entry_counts: list[Annotated[int, Field(ge=0)]] = Field(
        default=[1],
        min_length=1,
        description="How many people enter in each entry step, in order; repeated when there are more people.",
    )
    entry_step_weeks: float = parameter(
        0.0,
        "Length of an entry step; 0: all enter at the start.",
        "weeks",
        0,
        520,
        "assumed",
        "Everybody is there from the start.",
    )
    links: Links = Links()

    @field_validator("start", mode="before")
    @classmethod
    def _a_day(cls, given: object) -> str:
        if isinstance(given, str | date):
            return str(first_day(given)) if given else ""
        raise ValueError("it should be a day, like 2027-01-04")

    @model_validator(mode="after")
    def _somebody_enters(self) -> Self:
        if sum(self.entry_counts) == 0:
            raise ValueError("entry_counts must let at least one person enter")
        return self


class Segment(Traits):
    """A share of the people whose traits differ: sections named here replace single keys of the market's."""

    share: float = parameter(
        1.0,
        "Share of the people; the shares of all segments sum to 1.",
        "share",
        0,
        1,
        "assumed",
        "The scenario's own choice.",
    )


class Cost(Section):
    """What an intervention costs the brand; negative where it saves."""

    once: float = parameter(
        0.0, "Paid when it starts; negative: saved.", "currency", -1e12, 1e12, "assumed", "The scenario's own choice."
    )
    weekly: float = parameter(
        0.0,
        "Paid each week while it runs; negative: saved.",
        "currency per week",
        -1e12,
        1e12,
        "assumed",
        "The scenario's own choice.",
    )
    per_use: float = parameter(
        0.0,
        "Paid each time a covered customer passes the stage it acts on; negative: saved.",
        "currency per use",
        -1e9,
        1e9,
        "assumed",
        "The scenario's own choice.",
    )


class Range(Section):
    """An effect as a range, with what backs it."""

    low: FiniteFloat = Field(description="The weak end of what is plausible.")
    typical: FiniteFloat = Field(description="What to expect.")
    high: FiniteFloat = Field(description="The strong end; smaller than `low` where less is stronger.")

    @model_validator(mode="after")
    def _typical_between(self) -> Self:
        if not min(self.low, self.high) <= self.typical <= max(self.low, self.high):
            raise ValueError(f"typical ({self.typical:g}) must lie between low ({self.low:g}) and high ({self.high:g})")
        return self


class Effect(Section):
    """What an intervention does to one parameter: `set`, `multiply` or `add` (applied in that order)."""

    parameter: str = Field(description="Stage and name, e.g. support.quick_rate.")
    set: float | Range | None = None
    multiply: float | Range | None = None
    add: float | Range | None = None

    @model_validator(mode="after")
    def _one_operation(self) -> Self:
        if sum(value is not None for value in (self.set, self.multiply, self.add)) != 1:
            raise ValueError("an effect needs exactly one of set, multiply, add")
        return self

    def at(self, level: str) -> tuple[str, float]:
        """Its operation, and its size at a level."""
        for operation in OPERATIONS:
            value = getattr(self, operation)
            if value is not None:
                return operation, float(getattr(value, level) if isinstance(value, Range) else value)
        raise AssertionError("an effect has exactly one operation")


def _as_files_write_it(schema: dict[str, Any]) -> None:
    """Effects may come from the library, and a day may stand for a week."""
    schema["required"] = [name for name in schema["required"] if name != "effect"]
    for name in DATED:
        week = schema["properties"][name]
        words = {key: week.pop(key) for key in ("title", "description", "default") if key in week}
        schema["properties"][name] = {**words, "anyOf": [week, {"type": "string", "format": "date"}]}


class Intervention(Section):
    """Delivery (when, to whom) times effect (what changes), with costs.

    An effect on what a brand offers changes the offer of that brand; an effect on customers' traits changes what the people
    covered do in dealing with that brand, never with a rival.
    """

    model_config = ConfigDict(json_schema_extra=_as_files_write_it)

    name: Name
    use: str = Field("", description="Name of an intervention of the library to start from.")
    story: str = Field("", description="What is done, in a sentence.")
    source: str = Field("", description="Where the effect's size comes from.")
    evidence: Evidence = "assumed"
    level: Literal["low", "typical", "high"] = Field("typical", description="Which end of effects given as ranges.")
    brand: str = Field("", description="The brand that does it; the focal one when left out.")
    segment: str = Field("", description="Only this segment; everybody when left out.")
    coverage: float = parameter(
        1.0, "Share of customers it reaches, drawn by key.", "share", 0, 1, "assumed", "Everybody."
    )
    lot: str = Field("", description="Interventions of one lot cover the same people; each its own when left out.")
    when: When | None = Field(
        None, description="Only those of whom all of this stands in the brand's books; everybody when left out."
    )
    start_week: float = parameter(0.0, "When it starts.", "weeks", 0, 5200, "assumed", "At once.")
    ramp_weeks: float = parameter(0.0, "Time to full strength.", "weeks", 0, 5200, "assumed", "At once.")
    end_week: float = parameter(float("inf"), "When it ends.", "weeks", 0, float("inf"), "assumed", "Never.")
    lasts_weeks: float = parameter(
        float("inf"), "How long it lasts from its start; with `end_week` too, it ends with the earlier of both.", "weeks",
        0, float("inf"), "assumed", "Until it ends otherwise.",
    )  # fmt: skip
    decay_weeks: float = parameter(
        0.0, "Time the effect takes to fade after the end.", "weeks", 0, 5200, "assumed", "At once."
    )
    effect: list[Effect] = Field(min_length=1, description="What it changes; not needed in a file that names `use`.")
    cost: Cost = Cost()

    @property
    def ends(self) -> float:
        """The week it ends; inf: never."""
        return min(self.end_week, self.start_week + self.lasts_weeks)

    def strength(self, week: float) -> float:
        """How much of the effect works in the week that starts at `week`, 0 to 1."""
        if week < self.ends:
            return self._ramped(week)
        reached = self._ramped(ceil(self.ends) - 1)  # in the last week that is paid for; it fades as it rose
        return reached * max(0.0, (self.decay_weeks - (week - self.ends)) / (self.decay_weeks + 1.0))

    def _ramped(self, week: float) -> float:
        risen = week - self.start_week + 1.0
        return min(1.0, risen / (self.ramp_weeks + 1.0)) if week >= self.start_week else 0.0

    def is_running(self, week: float) -> bool:
        """Whether it is paid for in that week."""
        return self.start_week <= week < self.ends


class Reaction(Section):
    """A brand that answers what another one does in public, some weeks later."""

    brand: Name = Field(description="The brand that answers.")
    to: str = Field("", description="The brand whose doings it answers; the focal one when left out.")
    sees: list[Literal["price", "promise", "reward"]] = Field(
        default=["price", "promise", "reward"],
        min_length=1,
        description="What it sees and answers with the same: the price, the promise, the reward for referrals.",
    )
    after_weeks: float = parameter(
        8.0, "Time from the start of what it sees to the start of its answer.", "weeks", 0, 5200, "assumed",
        "Two months; most rivals never answer: Steenkamp, Nijs, Hanssens & Dekimpe (2005), Marketing Science 24(1), 35-54.",
    )  # fmt: skip
    share: float = parameter(
        1.0, "How much of the change it does itself, of a price in proportion; negative where it does the opposite.",
        "share", -10, 10, "assumed", "It does the same.",
    )  # fmt: skip


class Channel(Section):
    """The way of dealing with a brand beside the usual one, which its stages describe: an app, a shop, the telephone."""

    name: Name
    brand: str = Field("", description="The brand whose channel it is; the focal one when left out.")
    source: str = Field("", description="Where the sizes of its effects come from.")
    evidence: Evidence = "assumed"
    effect: list[Effect] = Field(
        min_length=1, description="What differs there, before any plan; from the first week on."
    )


class Backing(Section):
    """What backs a value that a scenario sets itself."""

    evidence: Evidence
    source: Annotated[str, StringConstraints(min_length=3)]


class Reference(Section):
    """Real figures that a fresh clone can hold the simulation against."""

    weekly_repeat_purchases: str = Field(
        "", description="CSV with columns week, actual_cumulative_repeat_purchases, relative to this file."
    )
    origin: str = ""
    licence: str = ""


class Scenario(Traits):
    """A whole scenario. The customers' sections of the stages stand at the top; a brand's under `brand.NAME`.

    Attributes:
        traits_class: the sections of customers; with mechanisms, theirs too.
        offer_class: the sections of a brand.
        deal_class: an offer as a customer meets it, with fees.
        own: the mechanisms that this shape of a scenario holds.
    """

    traits_class: ClassVar[type[Traits]] = Traits
    offer_class: ClassVar[type[Offer]] = Offer
    deal_class: ClassVar[type[Deal]] = Deal
    own: ClassVar[tuple[type[Mechanism], ...]] = ()

    name: str = Field("", description="A short title.")
    story: str = Field("", description="What market this is, in a paragraph.")
    extends: str = Field("", description="A scenario to start from: a name in the library, or a file.")
    mechanisms: list[str] = Field(
        default=[],
        description="Mechanisms: the name of a ready one or of one that an installed package gives, or a file of your own that ends in .py.",
    )
    market: Market = Market()
    segment: dict[Name, Segment] = Field(default={}, description="Segments of people, by name.")
    brand: dict[Name, Offer] = Field(
        default={"focal": Offer()}, min_length=1, max_length=16, description="Brands, by name."
    )
    intervention: list[Intervention] = Field(default=[], description="What the plan does.")
    reaction: list[Reaction] = Field(default=[], description="How rivals answer; they do not when left out.")
    channel: list[Channel] = Field(
        default=[], description="The other channel of a brand, one at most; the mechanism channels says who takes it."
    )
    evidence: dict[str, Backing] = Field(default={}, description="What backs the values set here, by full key.")
    reference: Reference = Reference()

    @model_validator(mode="after")
    def _in_its_shape(self) -> Self:
        if self.mechanisms and not self.own:
            raise ValueError("only cxsim.load reads mechanisms; this would live without them")
        return self

    def __repr__(self) -> str:
        parts = {
            "brands": [f"{name} (focal)" if name == self.market.focal else name for name in self.brand],
            "segments": [f"{name} {segment.share:.0%}" for name, segment in self.segment.items()],
            "interventions": [item.name for item in self.intervention],
        }
        first = f"<Scenario {self.name!r}: {self.market.people:,} people, {self.market.horizon_weeks} weeks"
        return "\n  ".join([first, *(f"{what}: {', '.join(names)}" for what, names in parts.items() if names)]) + ">"

    __str__ = __repr__

    @property
    def brands(self) -> list[str]:
        """Names of the brands; their order is their number."""
        return list(self.brand)

    @property
    def focal(self) -> int:
        """Number of the focal brand."""
        return self.brands.index(self.market.focal)

    def segments(self) -> dict[str, tuple[float, Traits]]:
        """Each segment's share and full traits: the market's own sections, with the segment's keys replaced."""
        traits = self.traits_class
        common = traits(**{name: getattr(self, name) for name in traits.model_fields})
        if not self.segment:
            return {"everybody": (1.0, common)}
        return {name: (segment.share, _with_own_keys(common, segment)) for name, segment in self.segment.items()}


def _with_own_keys(common: Traits, segment: Segment) -> Traits:
    own = {}
    for name in segment.model_fields_set - {"share"}:
        section = getattr(segment, name)
        own[name] = getattr(common, name).model_copy(
            update={key: getattr(section, key) for key in section.model_fields_set}
        )
    return common.model_copy(update=own)
