"""What teams know before they choose: what each choice costs, and where lines end in the market as it is."""

import numpy as np
from pydantic import BaseModel

from cxsim.analysis.compare.intervals import estimate_count
from cxsim.engine.outcomes.money import advertising, discount_factors
from cxsim.engine.outcomes.status import lines_by_stage_and_cause
from cxsim.engine.simulate import Run, simulate
from cxsim.interface.classroom.menu import ClassMenu, load_menu

SEED = 1  # of all briefings: one price list for every class
WORLDS = 10
ROUNDED_TO = 10.0  # of the currency


class MarketBriefing(BaseModel):
    """The question what there is to know about a market."""

    market: str


class Lines(BaseModel):
    """Lines that end at a stage: mean people with 95% interval, and the most frequent cause."""

    stage: str
    cause: str
    mean: float
    low: float
    high: float


class Briefing(BaseModel):
    """What teams know before they choose.

    Attributes:
        prices: what each choice costs, in the market's currency.
        lines: where lines end in the market as it is, most first.
        worlds: replications behind `lines`.
    """

    prices: dict[str, float]
    lines: list[Lines]
    worlds: int


def briefing(asked: MarketBriefing) -> Briefing:
    """Find out about a market: a few seconds of work, for a worker.

    Raises:
        ScenarioError: if there is no such market or file, or it is wrong.
    """
    menu = load_menu(asked.market)
    as_it_is = [simulate(menu.base, SEED, world) for world in range(WORLDS)]
    return Briefing(prices=_prices(menu, as_it_is[0]), lines=_lines(as_it_is), worlds=WORLDS)


def _prices(menu: ClassMenu, as_it_is: Run) -> dict[str, float]:
    """What each choice costs the brand over the whole run if it alone is taken, discounted, rounded up to tens.

    That is what is paid once, weekly and for each use, and the advertising it adds; from one run of the market. What
    comes out of the margin instead (lower prices, dearer goods, rewards) is no part of it and shows in the result.
    """
    discount = discount_factors(menu.base)
    prices = {}
    for choice in menu.choices:
        plan = menu.plan((choice,), "typical")
        lived = simulate(plan, SEED, 0)
        more = advertising(lived.state, plan.focal) - advertising(as_it_is.state, plan.focal)
        cost = float(lived.cost.sum() + more @ discount)
        prices[choice] = max(0.0, ROUNDED_TO * -(-cost // ROUNDED_TO))
    return prices


def _lines(as_it_is: list[Run]) -> list[Lines]:
    tables = [lines_by_stage_and_cause(lived.outcome) for lived in as_it_is]
    first = tables[0].drop_duplicates("stage")  # the most frequent cause of each stage
    lines = []
    for stage, cause in zip(first["stage"], first["cause"], strict=True):
        people = estimate_count(np.array([float(table["people"][table["stage"] == stage].sum()) for table in tables]))
        lines.append(Lines(stage=stage, cause=cause, mean=people.mean, low=people.low, high=people.high))
    return sorted(lines, key=lambda each: -each.mean)
