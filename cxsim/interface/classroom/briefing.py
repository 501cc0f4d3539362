"""What teams know before they choose: what each choice costs, and where lines end in the market as it is."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from cxsim.analysis.compare.intervals import estimate_count
from cxsim.engine.branching import BASE, Branching
from cxsim.engine.outcomes.money import advertising, discount_factors
from cxsim.engine.outcomes.status import Outcomes, lines_by_stage_and_cause
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
    plans = [menu.plan((choice,), "typical") for choice in menu.choices]
    lives = dict(Branching(menu.base, plans).as_they_part(SEED, 0, _spending))
    as_it_is = [lives[BASE].outcome, *(simulate(menu.base, SEED, world).outcome for world in range(1, WORLDS))]
    prices = {choice: _price(menu, lives[BASE], lives[place]) for place, choice in enumerate(menu.choices)}
    return Briefing(prices=prices, lines=_lines(as_it_is), worlds=WORLDS)


class _Spending(NamedTuple):
    """How people's stories end, what interventions cost, and what is spent on advertising by week."""

    outcome: Outcomes
    cost: float
    advertising: NDArray[np.float64]


def _spending(lived: Run) -> _Spending:
    return _Spending(lived.outcome, float(lived.cost.sum()), advertising(lived.state, lived.scenario.focal))


def _price(menu: ClassMenu, as_it_is: _Spending, alone: _Spending) -> float:
    """What a choice costs the brand over the whole run if it alone is taken, discounted, rounded up to tens.

    That is what is paid once, weekly and for each use, and the advertising it adds; from one run of the market. What
    comes out of the margin instead (lower prices, dearer goods, rewards) is no part of it and shows in the result.
    """
    cost = float(alone.cost + (alone.advertising - as_it_is.advertising) @ discount_factors(menu.base))
    return max(0.0, ROUNDED_TO * -(-cost // ROUNDED_TO))


def _lines(as_it_is: list[Outcomes]) -> list[Lines]:
    tables = [lines_by_stage_and_cause(outcome) for outcome in as_it_is]
    causes: dict[str, str] = {}
    for stage, cause in zip(tables[0]["stage"], tables[0]["cause"], strict=True):
        causes.setdefault(str(stage), str(cause))  # the most frequent of each stage
    lines = []
    for stage, cause in causes.items():
        people = estimate_count(np.array([float(table["people"][table["stage"] == stage].sum()) for table in tables]))
        lines.append(Lines(stage=stage, cause=cause, mean=people.mean, low=people.low, high=people.high))
    return sorted(lines, key=lambda each: -each.mean)
