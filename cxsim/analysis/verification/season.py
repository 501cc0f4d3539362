"""Seasons: purchases and adoptions in a time that runs faster in some weeks than in others."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from cxsim.analysis.verification.limit import Limit, Numbers, Series, after, mean_in, members
from cxsim.analysis.verification.repeat_buying import repeats
from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import Scenario
from cxsim.scenario.stages.need import NeedTraits

WEEKS = np.array([4.0, 13.0, 26.0, 39.0, 48.0, 52.0, 65.0, 78.0])


def integral(need: NeedTraits, start: str) -> Callable[[Numbers], Numbers]:
    """The season added up from week 0 to whole weeks, day by day."""

    def of(week: float) -> float:
        days = [date.fromisoformat(start) + timedelta(days=day) for day in range(round(7 * week))]
        if len(need.season) == 12:
            return sum(need.season[day.month - 1] for day in days) / 7.0
        return sum(need.season[place // 7 % 52] for place in range(len(days))) / 7.0

    return lambda at: np.array([of(week) for week in at.tolist()])


def _series(scenario: Scenario) -> list[Series]:
    segments = {name: traits.need for name, (_, traits) in scenario.segments().items()}
    return [each for name, need in segments.items() for each in _of_segment(name, need, scenario.market.start)]


def _of_segment(name: str, need: NeedTraits, start: str) -> list[Series]:
    passed, r, alpha = integral(need, start), need.rate_shape, need.rate_scale_weeks
    if not need.at_entry:
        chance = need.spontaneous_annual / 52.0
        quantity = "share who have come by themselves"
        return [Series(quantity, "week", WEEKS, lambda at: -np.expm1(-chance * passed(at)))]
    mean, none = f"repeat purchases per customer, {name}", f"share without a repeat purchase, {name}"
    return [
        Series(mean, "week", WEEKS, lambda at: r / alpha * passed(at)),
        Series(none, "week", WEEKS, lambda at: (alpha / (alpha + passed(at))) ** r),
    ]


def _measure(model: LoyaltyModel) -> list[Numbers]:
    months, weeks, new = members(model)
    found = []
    for _ in after(model, WEEKS):
        count = repeats(model)
        bought = [each for group in (months, weeks) for each in (mean_in([group], count), mean_in([group], count == 0))]
        found.append([*(each[0] for each in bought), mean_in([new], count >= 0)[0]])
    return list(np.array(found).T)


SEASON = Limit(
    name="season",
    title="Seasons",
    formula="E X(t) = r/alpha A(t), P(X(t) = 0) = (alpha / (alpha + A(t)))^r, F(t) = 1 - e^-(p A(t)), A the integral of the season",
    reference="Ross (2019), Introduction to Probability Models, chapter 5",
    bias="none: the season is a change of time, and events happen at real-valued times",
    series=_series,
    measure=_measure,
)
