"""The figures of one run: what it says about a brand at the horizon, each with its unit and meaning."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from cxsim.engine.measures import Measure
from cxsim.engine.outcomes.money import advertising, contribution, discount_factors, intervention_costs
from cxsim.engine.outcomes.status import Outcomes, count_statuses
from cxsim.engine.outcomes.weekly import counts_in_units, total
from cxsim.engine.state import Stage, State
from cxsim.scenario.mechanism import Mechanism
from cxsim.scenario.messages import nearest
from cxsim.scenario.schema import Scenario

OPEN: Final = (-math.inf, math.inf)
FROM_ZERO: Final = (0.0, math.inf)
SHARE: Final = (0.0, 1.0)
NET_PROMOTERS: Final = (-100.0, 100.0)


@dataclass(frozen=True)
class Figure:
    """What a figure is called, counts and means.

    Attributes:
        name: in tables and on the command line.
        unit: what it is counted in.
        meaning: in words.
        good: +1 when more is better for the brand, -1 when less, else 0.
        scale: the least and the most that it can be; no interval of it reaches beyond.
    """

    name: str
    unit: str
    meaning: str
    good: int = 0
    scale: tuple[float, float] = OPEN


FIGURES = (
    Figure("loops", "people", "repeat buyers still with the brand at the horizon", 1, FROM_ZERO),
    Figure("lines", "people", "stories with the brand that have ended", -1, FROM_ZERO),
    Figure("lines_research", "people", "lines that ended in research", -1, FROM_ZERO),
    Figure("lines_purchase", "people", "lines that ended in choosing or buying", -1, FROM_ZERO),
    Figure("lines_use", "people", "lines that ended in use", -1, FROM_ZERO),
    Figure("lines_support", "people", "lines that ended in support", -1, FROM_ZERO),
    Figure("lines_loyalty", "people", "lines that ended between purchases", -1, FROM_ZERO),
    Figure("new", "people", "stories whose first cycle is still open at the horizon", 0, FROM_ZERO),
    Figure(
        "never",
        "people",
        "people who never considered the brand, or whose story with it was over when week 0 began",
        0,
        FROM_ZERO,
    ),
    Figure("advocates", "people", "people with at least one referral that bought", 1, FROM_ZERO),
    Figure("customers", "people", "customers at the horizon", 1, FROM_ZERO),
    Figure("customers_at_start", "people", "customers when week 0 began", 0, FROM_ZERO),
    Figure("purchases", "purchases", "purchases of the brand", 1, FROM_ZERO),
    Figure("first_purchases", "people", "people who bought for the first time", 1, FROM_ZERO),
    Figure("loop_purchases", "purchases", "purchases by habit, without research", 1, FROM_ZERO),
    Figure(
        "similar_purchases",
        "purchases",
        "purchases of something similar by happy customers, beside all others",
        1,
        FROM_ZERO,
    ),
    Figure("share", "share", "share of all purchases in the market", 1, SHARE),
    Figure("loop_length_weeks", "weeks", "mean time between two purchases of the same customer", 0, FROM_ZERO),
    Figure("satisfaction", "satisfaction, 0 bad, 1 good", "mean satisfaction with an episode, on an open scale", 1),
    Figure("nps_true", "points, -100 to 100", "net promoter score if everybody answered exactly", 1, NET_PROMOTERS),
    Figure("nps_measured", "points, -100 to 100", "net promoter score as the survey sees it", 1, NET_PROMOTERS),
    Figure("csat_measured", "share", "answers of 4 or 5 on 5, as the survey sees it", 1, SHARE),
    Figure(
        "ces_measured",
        "points, 1 to 7",
        "mean customer effort score, 7 very easy, as the survey sees it",
        1,
        (1.0, 7.0),
    ),
    Figure("contacts", "contacts", "contacts made with the support desk", 0, FROM_ZERO),
    Figure(
        "utilisation",
        "share",
        "contacts made for each that the support desk can handle; above 1 it is overrun",
        0,
        FROM_ZERO,
    ),
    Figure("wait_weeks", "weeks", "mean time that a contact took, waiting and handling", -1, FROM_ZERO),
    Figure("abandonment", "share", "contacts of callers who gave up waiting", -1, SHARE),
    Figure("referral_r", "buyers per buyer", "referred first purchases for each first purchase", 1, SHARE),
    Figure("margin", "currency", "discounted contribution margin before the cost of interventions", 1),
    Figure("intervention_cost", "currency", "discounted cost of the interventions", -1),
    Figure("net_margin", "currency", "discounted contribution margin after the cost of interventions", 1),
    Figure(
        "clv",
        "currency per customer",
        "discounted margin for each customer there was: those of the start, and those gained",
        1,
    ),
    Figure("acquisition_cost", "currency per customer", "advertising and rewards for each customer ever gained", -1),
)
STAGES_OF_LINES = (Stage.RESEARCH, Stage.PURCHASE, Stage.USE, Stage.SUPPORT, Stage.LOYALTY)


FIGURE = {figure.name: figure for figure in FIGURES}


def figures_of(*scenarios: Scenario) -> tuple[Figure, ...]:
    """The figures of scenarios: those of every market, and what their mechanisms count."""
    own = [each for scenario in scenarios for each in scenario.own]
    counts = {name: meaning for each in own for name, meaning in each.counts.items()}
    return with_counts(counts, {name: sign for each in own for name, sign in each.good.items()})


def with_counts(counts: Mapping[str, str], good: Mapping[str, int]) -> tuple[Figure, ...]:
    """The figures of every market, and counts by name with their meaning; `good` as in `Figure`, 0 where it says nothing."""
    return (
        *FIGURES,
        *(_counted(name, meaning, good.get(name, 0)) for name, meaning in counts.items()),
    )


def _counted(name: str, meaning: str, good: int) -> Figure:
    """A count of a mechanism: never below zero, but for money, which may be owed."""
    unit = unit_counted(name)
    return Figure(name, unit, meaning, good, FROM_ZERO if unit == "count" else OPEN)


def unit_counted(name: str) -> str:
    """What a count of a mechanism is in."""
    return "currency" if name.endswith("_money") else "count"


def figure_named(name: str, figures: Sequence[Figure] = FIGURES) -> Figure:
    """The figure of this name.

    Raises:
        ValueError: if there is none, with the nearest name, or all of them, and what mechanisms count.
    """
    known = {figure.name: figure for figure in figures}
    if name in known:
        return known[name]
    hint, counts = nearest(name, known), [other for other in known if other not in FIGURE]
    if not hint:
        hint = f"Figures: {', '.join(known)}"
    elif counts:
        hint += f" Mechanisms count: {', '.join(counts)}"
    raise ValueError(f"there is no figure {name!r}. {hint}")


def figures_of_run(state: State, scenario: Scenario, brand: int, outcome: Outcomes) -> dict[str, float]:
    """All figures of a brand at the end of a run, by name; nan where nothing was there to measure."""
    never, new, line, loop = count_statuses(outcome)
    bonds = state.bonds[:, brand]
    discount = discount_factors(scenario)
    margin = math.fsum(contribution(state, scenario, brand) * discount)
    cost = math.fsum(intervention_costs(state, scenario, brand) * discount)
    gained = total(state, brand, Measure.first_purchases)
    customers = float(np.count_nonzero(bonds["customer"]))
    at_start = customers - total(state, brand, Measure.customers_gained) + total(state, brand, Measure.customers_lost)
    everybody = float(state.tally[:, :, Measure.purchases].sum())
    acquisition = float(advertising(state, brand).sum()) + total(state, brand, Measure.rewards_money)
    episodes, answers = total(state, brand, Measure.episodes), total(state, brand, Measure.answers)
    return {
        "loops": float(loop),
        "lines": float(line),
        **{f"lines_{stage.name.lower()}": float(np.count_nonzero(outcome.stage == stage)) for stage in STAGES_OF_LINES},
        "new": float(new),
        "never": float(never),
        "advocates": float(np.count_nonzero(outcome.advocate)),
        "customers": customers,
        "customers_at_start": at_start,
        "purchases": total(state, brand, Measure.purchases),
        "first_purchases": gained,
        "loop_purchases": total(state, brand, Measure.loop_purchases),
        "similar_purchases": total(state, brand, Measure.similar_purchases),
        "share": _ratio(total(state, brand, Measure.purchases), everybody),
        "loop_length_weeks": _ratio(
            total(state, brand, Measure.loop_time), total(state, brand, Measure.repeat_purchases)
        ),
        "satisfaction": _ratio(total(state, brand, Measure.satisfaction_sum), episodes),
        "nps_true": 100.0 * _balance(state, brand, Measure.true_promoters, Measure.true_detractors, episodes),
        "nps_measured": 100.0 * _balance(state, brand, Measure.promoters, Measure.detractors, answers),
        "csat_measured": _ratio(total(state, brand, Measure.csat_satisfied), answers),
        "ces_measured": _ratio(total(state, brand, Measure.effort_scores), answers),
        "contacts": total(state, brand, Measure.contacts),
        "utilisation": _ratio(total(state, brand, Measure.contacts), desk_can_handle(state, brand)),
        "wait_weeks": _ratio(total(state, brand, Measure.support_time), total(state, brand, Measure.contacts)),
        "abandonment": _ratio(total(state, brand, Measure.abandoned), total(state, brand, Measure.contacts)),
        "referral_r": _ratio(total(state, brand, Measure.referred_purchases), gained),
        "margin": margin,
        "intervention_cost": cost,
        "net_margin": margin - cost,
        "clv": _ratio(margin, at_start + gained),
        "acquisition_cost": _ratio(acquisition, gained),
        **{name: value for mechanism in scenario.own for name, value in counted_by(mechanism, state, brand).items()},
    }


def desk_can_handle(state: State, brand: int) -> float:
    """Contacts that the support desk can handle over all weeks; inf without a limit."""
    desk = state.offers["support"][state.first_row, brand]
    return float(np.where(desk["agents"] > 0.0, desk["agents"] * desk["agent_contacts"], desk["capacity"]).sum())


def counted_by(mechanism: type[Mechanism], state: State, brand: int) -> dict[str, float]:
    """What a mechanism counted over the run, and what there is of its stocks at the end, in natural units."""
    counted = {name: counts_in_units(state.counted, name)[:, brand] for name in mechanism.counts}
    return {name: float(weeks[-1] if name in mechanism.stocks else weeks.sum()) for name, weeks in counted.items()}


def counted_names(scenario: Scenario) -> list[str]:
    """Names of what the mechanisms of a scenario count."""
    return [name for mechanism in scenario.own for name in mechanism.counts]


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0.0 else float("nan")


def _balance(state: State, brand: int, plus: Measure, minus: Measure, whole: float) -> float:
    return _ratio(total(state, brand, plus) - total(state, brand, minus), whole)
