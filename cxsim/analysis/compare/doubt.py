"""A doubt as data, and those that the files of base and plan give rise to before anybody has lived."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cxsim.scenario import Scenario
from cxsim.scenario.copying import own_interventions
from cxsim.scenario.register import market_differences
from cxsim.scenario.schema import Intervention
from cxsim.scenario.stages.need import NextNeed
from cxsim.scenario.warnings import warnings_of

Kind = Literal[
    "nothing changes", "price", "cannot act", "desk", "return", "another market", "season", "few people", "few differences",
    "no spread", "heavy tails",
]  # fmt: skip

FEW_PEOPLE = 200  # in a market, below which shares and causes are those of single people; a judgement
LEAST_EVENNESS = 2.0  # the variance of mean baskets is 1 / (q - 2)
# What makes people need, or do without, the whole category: no doing of one brand.
MARKET_WIDE = (
    "need.spontaneous_annual", "need.imitation_annual", "need.life_scale_weeks", "purchase.outside",
)  # fmt: skip


@dataclass(frozen=True)
class Doubt:
    """Why a verdict should not be the last word.

    Attributes:
        kind: what it is about.
        figure: the number behind it (an elasticity, a share of the desk, a return); None where there is none.
        sentence: for people, complete.
    """

    kind: Kind
    figure: float | None
    sentence: str


def cannot_act(base: Scenario, plan: Scenario) -> Iterator[Doubt]:
    """Interventions that reach nobody, or never work, or change no value."""
    for why in warnings_of(plan, leaving_out=base.intervention):
        yield Doubt("cannot act", None, f"{why}.")


def season_or_shock(base: Scenario, plan: Scenario) -> Iterator[Doubt]:
    """What befalls base and plan alike in truth, and stands in the plan alone."""
    booked = "meets base and plan alike; here it is booked as the plan's doing"
    if _seasons(base) != _seasons(plan):
        hint = "Put it into the base, which the plan extends."
        yield Doubt(
            "season", None, f"{plan.name!r} changes the season of needs (need.season). A season {booked}. {hint}"
        )
    own = own_interventions(base, plan)
    ours = {effect.parameter for item in own if _of_focal(item, plan) for effect in item.effect}
    for item in own:
        moved = [effect.parameter for effect in item.effect]
        wide = [parameter for parameter in moved if parameter in MARKET_WIDE]
        if wide:
            yield Doubt(
                "season",
                None,
                f"{item.name!r} changes how many people need the category at all ({', '.join(wide)}). A season or a "
                f"shock {booked}.",
            )
        elif not _of_focal(item, plan) and not ours & set(moved):  # else the rival copies the plan, because of it
            yield Doubt(
                "season",
                None,
                f"{item.name!r} changes what {item.brand} offers ({', '.join(moved)}). What a rival does anyway {booked}.",
            )


def _seasons(scenario: Scenario) -> list[tuple[float, ...]]:
    """Those of all segments."""
    return [traits.need.season for _, traits in scenario.segments().values()]


def another_market(base: Scenario, plan: Scenario) -> Iterator[Doubt]:
    """A plan that extends another market, a recalibrated one say, differs by more than what it does."""
    words = {name: getattr(base, name) for name in ("name", "story", "extends", "intervention")}
    keys = [] if plan.model_copy(update=words) == base else market_differences(base, plan)  # which takes its time
    keys = [key for key in keys if not key.endswith("need.season")]  # of which is said more elsewhere
    if keys:
        more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
        yield Doubt(
            "another market",
            len(keys),
            f"besides its interventions, {plan.name!r} differs from {base.name!r} in {', '.join(keys[:3])}{more}, from the first "
            "week and at no cost. If that is not part of the plan, make one that extends the base: cxsim new PLAN --market BASE.",
        )


def _of_focal(item: Intervention, plan: Scenario) -> bool:
    return item.brand in ("", plan.market.focal)


def few_people(plan: Scenario) -> Iterator[Doubt]:
    """A market of single people."""
    people = plan.market.people
    if people < FEW_PEOPLE:
        who = "one person lives" if people == 1 else f"only {people} people live"
        yield Doubt("few people", people, f"{who} in this market, so it tells of them and not of customers at large.")


def heavy_tails(plan: Scenario) -> Iterator[Doubt]:
    """A mean of baskets whose variance has no end never settles as the intervals say."""
    bought = [traits for _, traits in plan.segments().values() if traits.need.kind != NextNeed.contract]
    evenness = min((traits.purchase.basket_evenness for traits in bought), default=math.inf)
    if evenness <= LEAST_EVENNESS:
        yield Doubt(
            "heavy tails",
            evenness,
            f"how much people spend has no finite variance in this market (purchase.basket_evenness is {evenness:g}; it takes more "
            f"than {LEAST_EVENNESS:g}), so intervals of money reach less far than they should.",
        )
