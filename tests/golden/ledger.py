"""Sections 7.10 and 7.12: every figure of a brand, recomputed from the diary of a golden life in plain Python."""

import itertools
import math
from types import SimpleNamespace

from cxsim.engine.measures import Measure
from cxsim.engine.state import Stage
from cxsim.scenario import Scenario
from golden.people import Market
from golden.support import capacity
from golden.terms import brand_of

Story = list[SimpleNamespace]


def golden_figures(market: Market, scenario: Scenario, brand: int) -> dict[str, float]:
    """All figures by name; nan where nothing was there to measure."""
    people = range(scenario.market.people)
    diary = [entry for entry in market.diary if entry.brand == brand]
    stories = [[entry for entry in diary if entry.person == person] for person in people]
    statuses = [status(story) for story in stories]
    sales = of(diary, "sale")
    buyers = [entry for entry in sales if entry.nth == 1]
    referred = [entry for entry in buyers if entry.referrer >= 0]
    episodes, answers = of(diary, "episode"), of(diary, "answer")
    margin = discounted(scenario, margins(market, scenario, brand))
    cost = discounted(scenario, plan_costs(market, scenario, brand))
    at_start = sum(entry.customer for entry in of(diary, "before"))
    spent = sum(advertising(market, scenario, brand)) + money(market, brand, Measure.rewards_money)
    return {
        **{name: float(statuses.count(name)) for name in ("never", "new")},
        "loops": float(statuses.count("loop")),
        "lines": float(sum(isinstance(each, Stage) for each in statuses)),
        **{f"lines_{stage.name.lower()}": float(statuses.count(stage)) for stage in LINE_STAGES},
        "advocates": float(len({entry.referrer for entry in referred})),
        "customers": float(sum(is_customer(story) for story in stories)),
        "customers_at_start": float(at_start),
        "purchases": float(len(sales)),
        "first_purchases": float(len(buyers)),
        "loop_purchases": float(sum(entry.nth > 1 and entry.by_habit for entry in sales)),
        "similar_purchases": float(len(of(diary, "similar"))),
        "share": ratio(len(sales), len(of(market.diary, "sale"))),
        "loop_length_weeks": mean(between_purchases(stories)),
        "satisfaction": mean([entry.satisfaction for entry in episodes]),
        "nps_true": net_promoters([entry.score for entry in episodes]),
        "nps_measured": net_promoters([entry.score for entry in answers]),
        "csat_measured": mean([float(entry.stars >= 4) for entry in answers]),
        "ces_measured": mean([entry.ease for entry in answers]),
        "contacts": float(len(of(diary, "contact"))),
        "utilisation": ratio(len(of(diary, "contact")), sum(desks(market, scenario, brand))),
        "wait_weeks": mean([entry.wait for entry in of(diary, "contact")]),
        "abandonment": mean([float(entry.gave_up) for entry in of(diary, "contact")]),
        "referral_r": ratio(len(referred), len(buyers)),
        "margin": margin,
        "intervention_cost": cost,
        "net_margin": margin - cost,
        "clv": ratio(margin, at_start + len(buyers)),
        "acquisition_cost": ratio(spent, len(buyers)),
    }


LINE_STAGES = (Stage.RESEARCH, Stage.PURCHASE, Stage.USE, Stage.SUPPORT, Stage.LOYALTY)


def of(diary: Story, what: str) -> Story:
    """The entries of one kind."""
    return [entry for entry in diary if entry.what == what]


def ended(story: Story) -> SimpleNamespace | None:
    """The line's end, unless it began anew."""
    last = [entry for entry in story if entry.what in ("line", "reopened")][-1:]
    return last[0] if last and last[0].what == "line" else None


def status(story: Story) -> str | Stage:
    """never, new, loop, or the stage in which the line ended."""
    end = ended(story)
    if end is not None:
        return end.stage
    before = of(story, "before")
    if before[0].over and not of(story, "reopened"):
        return "never"
    if before[0].purchases + len(of(story, "sale")) >= 2:
        return "loop"
    return "new" if before[0].considered or of(story, "considered") else "never"


def is_customer(story: Story) -> bool:
    """From a purchase until the line ends."""
    return (of(story, "before")[0].customer or bool(of(story, "sale"))) and ended(story) is None


def between_purchases(stories: list[Story]) -> list[float]:
    """Weeks between two purchases of the same person, the records of purchases rounded to single precision."""
    waits = []
    for story in stories:
        weeks = [entry.last_bought for entry in of(story, "before") if entry.purchases > 0]
        weeks += [entry.at for entry in of(story, "sale")]
        waits += [later - earlier for earlier, later in itertools.pairwise(weeks)]
    return waits


def net_promoters(scores: list[int]) -> float:
    """Share of 9 and 10 less share of 0 to 6, times 100."""
    return 100.0 * mean([float(score >= 9) - float(score <= 6) for score in scores])


def margins(market: Market, scenario: Scenario, brand: int) -> list[float]:
    """Revenue less goods, contacts, rewards, calls back and advertising, by week."""
    costs = (Measure.goods_money, Measure.contacts_money, Measure.rewards_money, Measure.callbacks_money)
    spent = advertising(market, scenario, brand)
    return [
        money(market, brand, Measure.revenue_money, week) - sum(money(market, brand, cost, week) for cost in costs)
        - spent[week] - wages(market, week, brand)
        for week in range(scenario.market.horizon_weeks)
    ]  # fmt: skip


def advertising(market: Market, scenario: Scenario, brand: int) -> list[float]:
    """Spent by week, whatever customers do."""
    return [market.terms.shared(week, brand).money.advertising_weekly for week in range(scenario.market.horizon_weeks)]


def wages(market: Market, week: int, brand: int) -> float:
    """Paid to the agents, whatever they do."""
    terms = market.terms.shared(week, brand)
    return terms.support.agents * terms.money.agent_wage


def desks(market: Market, scenario: Scenario, brand: int) -> list[float]:
    """Contacts that could be handled, by week."""
    return [capacity(market.terms.shared(week, brand).support) for week in range(scenario.market.horizon_weeks)]


def plan_costs(market: Market, scenario: Scenario, brand: int) -> list[float]:
    """Per use, once in the first week from the start, and in every week while running."""
    weeks = []
    for week in range(scenario.market.horizon_weeks):
        paid = money(market, brand, Measure.interventions_money, week)
        for plan in scenario.intervention:
            if brand_of(scenario, plan) == brand:
                paid += plan.cost.once * (week - 1 < plan.start_week <= week)
                paid += plan.cost.weekly * (plan.start_week <= week < plan.end_week)
        weeks.append(paid)
    return weeks


def money(market: Market, brand: int, measure: Measure, week: int | None = None) -> float:
    """Booked under a measure, in one week or in all."""
    return sum(
        amount for (when, which, what), amount in market.tally.items()
        if (which, what) == (brand, measure) and week in (None, when)
    ) / 10_000  # fmt: skip


def discounted(scenario: Scenario, weekly: list[float]) -> float:
    """The sum at the start: (1 + r)^(-week / 52)."""
    rate = 1.0 + scenario.market.discount_rate_annual
    return sum(amount * rate ** (-week / 52.0) for week, amount in enumerate(weekly))


def ratio(part: float, whole: float) -> float:
    """nan of nothing."""
    return part / whole if whole > 0 else math.nan


def mean(values: list[float]) -> float:
    """nan of nothing."""
    return ratio(sum(values), len(values))


def kaplan_meier(events: list[float], censored: list[float], week: float) -> float:
    """The share without the event by a week: at each event those still there are divided by those at risk."""
    share = 1.0
    for time in sorted(set(events)):
        if time <= week:
            at_risk = sum(each >= time for each in [*events, *censored])
            share *= 1.0 - events.count(time) / at_risk
    return share
