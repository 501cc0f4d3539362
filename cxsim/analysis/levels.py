"""The levels that a firm knows itself by, as a market produces them, and whether they look like a firm's.

What is usual is wide on purpose and rests on no single study: it catches slips (a churn of 400% a year), not opinions.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxsim.analysis.compare.intervals import Estimate, estimate, estimate_within
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.compare.trade import a_year_for_each, active_by_week, ratio
from cxsim.analysis.phrases import Writer, decimals, estimated, percent, whole
from cxsim.engine.event_log import run_with_log
from cxsim.engine.measures import Note
from cxsim.engine.outcomes.figures import FROM_ZERO, NET_PROMOTERS, OPEN, SHARE
from cxsim.engine.state import EVERYBODY
from cxsim.scenario import Scenario
from cxsim.scenario.parameter import WEEKS_PER_YEAR
from cxsim.scenario.smaller import of_people
from cxsim.scenario.stages.need import NextNeed

DECISIONS: Final = (Note.STAYS, Note.LEAVES, Note.DOUBTS)
REFERENCE_OFF: Final = 0.03  # how far the reference of satisfaction may lie from what people decide with
NOTES_EACH: Final = 40  # room for the notes of one person; where it does not do, the run is repeated with room
MOST_WATCHED: Final = 6000  # people whose decisions are noted


@dataclass(frozen=True)
class Level:
    """One level of the focal brand over the last year of the horizon (or its second half where that is shorter).

    Attributes:
        name: in the trade's words, with its unit.
        value: mean over replications with its 95% interval; nan where there is nothing to divide by.
        usual: the lowest and highest value that raises no doubt.
        against: what that was held against.
        write: how the number is written.
    """

    name: str
    value: Estimate
    usual: tuple[float, float]
    against: str
    write: Writer

    @property
    def is_usual(self) -> bool:
        """Whether the interval touches what is usual; also where there is none."""
        low, high = self.usual
        return math.isnan(self.value.low) or (self.value.low <= high and self.value.high >= low)


def levels_of(runs: Runs) -> list[Level]:
    """The levels of the focal brand.

    Args:
        runs: replications of a scenario; two or more give intervals.
    """
    figures = runs.figures
    bound = any(traits.need.kind == NextNeed.contract for _, traits in runs.scenario.segments().values())
    churn = (
        "5% to 60% where people are bound" if bound else "without a contract who buys elsewhere once is counted as lost"
    )
    return [
        *_levels_of_the_past(runs),
        _level("revenue for each customer and year", a_year_for_each(runs, "revenue_money"), (0.0, math.inf), "nothing: it is yours", whole),
        _level("customers lost a year", a_year_for_each(runs, "customers_lost"), (0.01, 1.0) if bound else (0.01, 6.0), churn, percent),
        _level("NPS", figures["nps_measured"].to_numpy(), (-10.0, 75.0), "20 to 60 for services that are liked", whole, NET_PROMOTERS),
        _level("contacts for each 100 customers and year", 100.0 * a_year_for_each(runs, "contacts"), (0.5, 600.0), "a few (durables) to several for each customer (business software)", whole),
        _level("first purchases by referral", figures["referral_r"].to_numpy(), (0.0, 0.5), "few firms win more than a third so", percent, SHARE),
        _level("cost of acquisition for each new customer, as a share of what one is worth", (figures["acquisition_cost"] / figures["clv"]).to_numpy(), (0.0, 1.0), "above 1 every new customer is a loss", percent, OPEN),
    ]  # fmt: skip


def _levels_of_the_past(runs: Runs) -> list[Level]:
    """Where a firm begins with customers: whether it stays as large, so that a plan is not judged on a ramp."""
    start = runs.figures["customers_at_start"].to_numpy(float)
    if not start.any():
        return []
    year = int(min(WEEKS_PER_YEAR, runs.scenario.market.horizon_weeks)) - 1
    beside = ratio(active_by_week(runs)[:, year], start)
    name = "customers a year after week 0 beside those of week 0"
    return [
        _level(
            name,
            beside,
            (0.9, 1.1),
            "an established firm hardly moves by itself; else begin with other shares",
            percent,
        )
    ]


def _level(
    name: str,
    values: NDArray[np.float64],
    usual: tuple[float, float],
    against: str,
    write: Writer,
    scale: tuple[float, float] = FROM_ZERO,
) -> Level:
    return Level(name, estimate_within(values, scale), usual, against, write)


def satisfaction_at_decisions(scenario: Scenario, replications: int = 2) -> Estimate:
    """Mean cumulative satisfaction with which people decide whether to stay, over all brands and decisions.

    At this value of `loyalty.satisfaction_reference` satisfaction makes, on average, nobody stay or leave: it re-sorts
    people. Interventions are left out.

    Args:
        scenario: as loaded; at most 6,000 of its people are watched, with desks as many times smaller.
        replications: 2 or more for an interval.
    """
    people = min(scenario.market.people, MOST_WATCHED)
    watched = of_people(scenario.model_copy(update={"intervention": []}), people)
    means = []
    for replication in range(replications):
        log = run_with_log(watched, 0, replication, EVERYBODY, NOTES_EACH * people).log
        felt = log["c"][np.isin(log["what"], DECISIONS)]
        means.append(float(np.nanmean(felt)) if len(felt) else math.nan)
    return estimate(np.array(means))


def told(level: Level) -> str:
    """A level in words, with what it was held against where it is not usual."""
    nothing = math.isnan(level.value.mean)
    said = f"{level.name}: {'none' if nothing else estimated(level.value, level.write, without=' (no interval)')}"
    return said if level.is_usual else f"{said}; unusual (held against: {level.against})"


def reference_told(scenario: Scenario) -> str | None:
    """What to say of `loyalty.satisfaction_reference`, if it is far from what people decide with; else None."""
    reference = scenario.loyalty.satisfaction_reference
    if scenario.loyalty.satisfaction_weight == 0.0:
        return None
    found = satisfaction_at_decisions(scenario)
    if math.isnan(found.mean) or abs(found.mean - reference) <= REFERENCE_OFF:
        return None
    return (
        f"loyalty.satisfaction_reference is {reference:g}, and people decide with "
        f"{estimated(found, decimals(2))} on average: satisfaction as such makes people "
        f"{'stay' if found.mean > reference else 'leave'} here. Set it to {found.mean:.2f}, unless that is meant"
    )
