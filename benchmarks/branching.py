"""What a shared past saves: base and plans lived as one until they part, beside each lived from the start.

    python benchmarks/branching.py
    python benchmarks/branching.py --market restaurant --people 6000

Comparisons, studies, portfolios, answers of the page and trials of a class, each both ways in turn in one process: the least CPU of several tries
each, so that neither a machine's speed nor who else uses it matters much. By weeks a comparison would cost (2h - w) / 2h; as the
weeks in which a market begins are not like later ones, it is also told by the time that the weeks shared take.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType
from typing import NamedTuple
from unittest import mock

from _common import SCENARIO, heading, table

from cxsim.analysis.compare import comparison
from cxsim.analysis.compare.price import at_price
from cxsim.analysis.portfolio import work as portfolio
from cxsim.analysis.sweep import work as study
from cxsim.analysis.sweep.parameters import record_of
from cxsim.analysis.sweep.work import Chunk, Replicates
from cxsim.engine.branching import BASE, Branching
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.outcomes.figures import FIGURE
from cxsim.engine.simulate import simulate
from cxsim.interface.classroom import trial
from cxsim.interface.classroom.menu import load_menu
from cxsim.interface.explorer import answers
from cxsim.interface.explorer.plan import ChosenIntervention, VisitorPlan
from cxsim.scenario import Scenario, load

DEARER = 1.05
PLANS = 8  # of a portfolio
FIRST_AND_NEXT = ("first: apart", "branched", "ratio", "next: apart", "branched", "ratio")


class Apart(Branching):
    """Each from the start."""

    def __init__(self, base: Scenario, plans: Sequence[Scenario], *classes: type) -> None:
        super().__init__(base, [], *classes)
        self.plans, self._partings = plans, [(BASE, None)] * len(plans)


class Both(NamedTuple):
    """The least CPU of some work, branched and apart."""

    branched: float
    apart: float

    @property
    def ratio(self) -> float:
        return self.branched / self.apart


def seconds(work: Callable[[], object]) -> float:
    """CPU that some work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def both(work: Callable[[], object], inside: ModuleType, tries: int) -> Both:
    """What some work of a module takes, in turn; the first of each, which reads and compiles, is left out."""
    taken = []
    for _ in range(tries + 1):
        branched = seconds(work)
        with mock.patch.object(inside, "Branching", Apart):
            taken.append((branched, seconds(work)))
    return Both(*(min(column) for column in zip(*taken[1:], strict=True)))


def share_of_time(scenario: Scenario, weeks: list[int], tries: int) -> list[float]:
    """Of the CPU of a life so far at the start of some weeks, setting up included."""
    least: dict[int, float] = {}
    for _ in range(tries):
        start = time.process_time()
        model = LoyaltyModel(scenario, rng=1, collect=False)
        while True:
            week, now = model.week, time.process_time() - start
            least[week] = min(now, least.get(week, now))
            if not model.running:
                break
            model.step()
    return [least[week] / least[scenario.market.horizon_weeks] for week in weeks]


def comparisons(base: Scenario, weeks: list[int], tries: int) -> None:
    rows = []
    for week, share in zip(weeks, share_of_time(base, weeks, tries), strict=True):
        plan = at_price(base, DEARER, week)
        lives = both(
            lambda plan=plan: [None for _ in comparison.Branching(base, [plan]).lives(1, 0)], comparison, tries
        )
        compared = both(partial(comparison.compare, base, plan, replications=3, workers=1), comparison, tries)
        wanted = 1.0 - week / base.market.horizon_weeks / 2.0
        shown = (wanted, 1.0 - share / 2.0, lives.ratio, compared.ratio)
        rows.append((week, *(f"{value:.3f}" for value in shown), f"{compared.ratio / wanted - 1.0:+.1%}"))
    table(("plan from week", "(2h - w) / 2h", "by time", "two lives", "comparison", "beyond weeks"), rows)


def studies(base: Scenario, weeks: list[int], tries: int) -> None:
    """A chunk of a study: the base and two plans, two replications, with weekly tables."""
    rows = []
    for week in weeks:
        plans = [at_price(base, factor, week) for factor in (DEARER, 1.0 / DEARER)]
        lives = [
            Replicates(record_of(each), {}, [(2 * place, 0), (2 * place + 1, 1)])
            for place, each in enumerate((base, *plans))
        ]
        chunk = Chunk(1, True, False, lives, tuple(FIGURE), {})
        taken = both(partial(study.live_chunk, chunk), study, tries)
        wanted = 1.0 - 2.0 * week / base.market.horizon_weeks / 3.0
        rows.append((week, f"{wanted:.3f}", f"{taken.ratio:.3f}"))
    table(("two plans from week", "(3h - 2w) / 3h", "study"), rows)


def portfolios(base: Scenario, weeks: list[int], tries: int) -> None:
    """A chunk of a search: plans of one replication, beside a market that is not remembered yet and one that is."""
    rows = []
    for week in weeks:
        plans = [at_price(base, 1.0 + 0.01 * (1 + place), week) for place in range(PLANS)]
        lives = [Replicates(record_of(each), {}, [(place, 0)]) for place, each in enumerate(plans)]
        chunk = Chunk(1, False, False, [Replicates(record_of(base), {}, []), *lives], portfolio.KEPT, {})

        def new(chunk: Chunk = chunk) -> None:
            portfolio._MARKETS.forget()
            portfolio.live_beside_market(chunk)

        first, next_one = (
            both(new, portfolio, tries),
            both(partial(portfolio.live_beside_market, chunk), portfolio, tries),
        )
        share = week / base.market.horizon_weeks
        wanted = (1.0 - share * PLANS / (PLANS + 1), 1.0 - share * (PLANS - 1) / PLANS)
        rows.append((week, *(f"{value:.3f}" for value in (wanted[0], first.ratio, wanted[1], next_one.ratio))))
    table((f"{PLANS} plans from week", "by weeks", "first chunk", "by weeks", "market remembered"), rows)


def pages(tries: int) -> None:
    """Answers of the page to the first visitor of a market, and to the next, who parts from what is kept of its life."""
    rows = []
    for week in (0, 26, 52, 78):
        asked = VisitorPlan(interventions=(ChosenIntervention(name="on-time-delivery", start_week=week),))
        rows.append((week, *first_and_next(answers, partial(answers.compared, asked), tries)))
    table(("plan from week", *FIRST_AND_NEXT), rows)


def classes(tries: int) -> None:
    """A class's first trial in four worlds, and its next, of other teams, in the markets of ready menus."""
    rows = []
    for market in ("restaurant", "subscription", "b2b-software", "online-retailer"):
        choice = next(iter(load_menu(market).choices))
        asked = trial.Trial(market=market, chosen=(choice,), level="typical", seed=1, first=0, worlds=4)
        rows.append((market, *first_and_next(trial, partial(trial.lived, asked), tries)))
    table(("menu", *FIRST_AND_NEXT), rows)


def first_and_next(inside: ModuleType, work: Callable[[], object], tries: int) -> tuple[str, ...]:
    """What some work of a module takes where nothing is remembered of its market, and where its life is."""

    def first() -> None:
        inside._MARKETS.forget()
        inside._PASTS.forget()
        work()

    return (*shown(both(first, inside, tries)), *shown(both(work, inside, tries)))


def shown(taken: Both) -> tuple[str, str, str]:
    """Apart, branched, and their ratio."""
    return f"{taken.apart:.2f} s", f"{taken.branched:.2f} s", f"{taken.ratio:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--market", default=str(SCENARIO))
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--tries", type=int, default=5)
    parser.add_argument("--only", choices=("comparisons", "studies", "portfolios", "pages", "classes"))
    asked = parser.parse_args()
    base = load(asked.market, [f"market.people={asked.people}"])
    horizon = base.market.horizon_weeks
    weeks = [horizon * quarter // 4 for quarter in range(4)]
    simulate(base, 1, 0)
    for measured in (comparisons, studies, portfolios):
        if asked.only in (None, measured.__name__):
            heading(
                f"{measured.__name__.capitalize()}, branched : apart, {base.name}, {asked.people:,} people, {horizon} weeks"
            )
            measured(base, weeks, asked.tries)
    for served, what in ((pages, "Answers of the page"), (classes, "Trials of a class")):
        if asked.only in (None, served.__name__):
            heading(f"{what}, branched : apart, with its own settings")
            served(asked.tries)


if __name__ == "__main__":
    main()
