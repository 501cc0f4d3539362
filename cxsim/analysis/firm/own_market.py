"""A market of one's own: the ready market with the firm's figures in it, the hidden values found, and what is not known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from cxsim.analysis.calibration.simulated import rounded
from cxsim.analysis.firm.agreement import Held, rows_of
from cxsim.analysis.firm.founded import CHOSEN, COMPUTED, FOLLOWS, GIVEN, Founded, founded
from cxsim.analysis.firm.hidden import Hidden, hidden_values, kindness, settle
from cxsim.analysis.firm.measured import measured
from cxsim.analysis.firm.nearest import nearest
from cxsim.analysis.firm.solving import Solved, searched, solved
from cxsim.analysis.firm.uncertain import DRAWS, ROUNDS, plausible_worlds
from cxsim.analysis.levels import satisfaction_at_decisions
from cxsim.analysis.sweep.parameters import Values, in_every_segment
from cxsim.analysis.workers.threads import Progress, Silent, each_replication
from cxsim.data.figures import Figures, contradiction, number_of
from cxsim.data.histories import Numbers
from cxsim.scenario import Scenario, load
from cxsim.scenario.parameter import WEEKS_PER_YEAR

ROUNDS_FIRST, ROUNDS_AGAIN = 7, 4  # of the search, before and after the reference of satisfaction is known
POLISH: Final = 4  # rounds after them, of as many lives as the table shows
NEAR: Final = 0.3  # tolerances, of so many lives
CLOSE: Final = 0.5  # of a round, whose few lives leave more to luck
LIVES: Final = 2  # of a round: both cores
SHOWN_LIVES: Final = 8  # behind the figures of the table
MOST_PEOPLE: Final = 20_000  # of the market that is written; beyond, one person stands for several customers
BUSY: Final = 0.8  # share of what the desk can handle, since nobody is asked how large it is


@dataclass(frozen=True)
class OwnMarket:
    """What came of a firm's figures.

    Attributes:
        figures: as given.
        ready: name or file of the market it was made from.
        market: the scenario as tables, and why every value that is not the ready market's is what it is.
        scenario: the same, checked.
        rows: the table of the firm's figures and the model's.
        worlds: plausible values of what is not known, one row a draw, one column a full key.
        tried: draws that were tried.
        stands_for: customers of the firm for each in the market.
        seed: of all luck.
    """

    figures: Figures
    ready: str
    market: Founded = field(repr=False)
    scenario: Scenario
    rows: list[Held]
    worlds: pd.DataFrame = field(repr=False)
    tried: int
    stands_for: float
    seed: int


class _Search:
    """The lives of one search, with progress."""

    def __init__(self, market: Founded, hidden: list[Hidden], seed: int, told: Silent) -> None:
        self.market, self.hidden, self.seed, self.told, self.lived = market, hidden, seed, told, 0

    def lives(self, scenario: Scenario, count: int, first: int = 0) -> list[dict[str, float]]:
        def once(replication: int) -> dict[str, float]:
            found = measured(scenario, self.seed, replication)
            self.told.lived(1)
            return found

        self.lived += count
        return each_replication(once, count, first=first)

    def missed(self, steps: Numbers) -> Numbers:
        return self._missed(steps, LIVES, 0)

    def _missed(self, steps: Numbers, lives: int, first: int) -> Numbers:
        values: Values = {}
        for each, step in zip(self.hidden, steps.tolist(), strict=True):
            values |= each.values(step)
        return in_tolerances(self.hidden, self.lives(self.market.scenario(values), lives, first))

    def polish(self, near: Solved) -> Solved:
        """A few steps more, with as much luck averaged out as the table shows."""
        if not self.hidden:
            return near
        found = solved(
            near.steps, near.slopes, ends_of(self.hidden), lambda at: self._missed(at, SHOWN_LIVES, 50), POLISH, NEAR
        )
        self.told.found((POLISH - found.rounds) * SHOWN_LIVES)
        return found

    def solve(self, start: Numbers, rounds: int) -> Solved:
        if not self.hidden:
            return _nothing()
        before = self.lived
        found = searched(start, ends_of(self.hidden), self.missed, rounds, CLOSE)
        self.told.found(most_lives(rounds, self.hidden) - (self.lived - before))
        return found


def in_tolerances(hidden: Sequence[Hidden], lives: Sequence[dict[str, float]]) -> Numbers:
    """By what the figures are missed on average, in tolerances, shape (k,)."""
    return np.array(
        [np.mean([each.target.missed(life[each.target.key]) for life in lives]) / each.target.error for each in hidden]
    )


def ends_of(hidden: Sequence[Hidden]) -> tuple[Numbers, Numbers]:
    """Least and largest steps, shape (k,) each."""
    low, high = np.array([each.ends for each in hidden], float).reshape(-1, 2).T
    return low, high


def most_lives(rounds: int, hidden: Sequence[Hidden]) -> int:
    """That a search may take."""
    return (rounds * (len(hidden) + 1) + 1) * LIVES if hidden else 0


def _nothing() -> Solved:
    return Solved(np.zeros(0), np.zeros(0), np.zeros((0, 0)), 0)


def own_market(
    figures: Figures,
    seed: int = 1,
    draws: int = DRAWS,
    progress: bool = False,
    say: Callable[[str], None] | None = None,
) -> OwnMarket:
    """Make a market that gives a firm's figures back.

    Args:
        figures: of the firm (`cxsim.data.figures`); what is not among them is not known.
        seed: of all luck.
        draws: of what is not known, for the plausible set.
        progress: whether to show on stderr how far it is.
        say: is told which market was chosen.

    Raises:
        ValueError: if there are no figures, they contradict each other, or are of another kind of firm than the market.
        ScenarioError: if there is no market like the one named.
    """
    _refuse(figures)
    name = nearest(figures)
    ready = load(name)
    market = founded(figures, ready)
    if say is not None:
        say(ready.name)
    hidden = hidden_values(market, figures)
    with Progress("market") if progress else Silent() as told:
        rounds = most_lives(ROUNDS_FIRST, hidden) + most_lives(ROUNDS_AGAIN, hidden)
        told.begin(rounds + (2 * POLISH * bool(hidden) + 1) * SHOWN_LIVES + draws * ROUNDS)
        search = _Search(market, hidden, seed, told)
        found = _found(search)
        lives = search.lives(market.scenario(), SHOWN_LIVES, first=100)
        _desk(market, lives)
        rows = rows_of(figures, market, hidden, found.steps, lives)
        worlds = plausible_worlds(market, figures, hidden, found, lives, seed, draws, told.lived)
    stands_for = _as_large_as_the_firm(market, figures, lives)
    return OwnMarket(figures, name, market, market.scenario(), rows, worlds, draws, stands_for, seed)


def _refuse(figures: Figures) -> None:
    if not set(figures) - {"name", "like", "currency"}:
        raise ValueError(
            "no figure was given, so there is nothing to make a market of; give at least one, or take a ready market (cxsim list)"
        )
    wrong = contradiction(figures)
    if wrong:
        raise ValueError(wrong)


def _found(search: _Search) -> Solved:
    """Find the hidden values, then the satisfaction that people decide with, then the hidden values again."""
    market, hidden = search.market, search.hidden
    first = search.solve(np.zeros(len(hidden)), ROUNDS_FIRST)
    settle(market, hidden, first.steps.tolist())
    for key, value in kindness(hidden, first.steps.tolist(), first.missed.tolist()).items():
        market.put(key, value, CHOSEN, "As far as it goes, since no quality alone gives your score")
    _put_reference(market)
    found = search.polish(first)
    if np.max(np.abs(found.missed), initial=0.0) > 1.0:
        found = search.polish(search.solve(found.steps, ROUNDS_AGAIN))
    else:  # what need not be lived is as good as done
        search.told.found(most_lives(ROUNDS_AGAIN, hidden) + POLISH * bool(hidden) * SHOWN_LIVES)
    settle(market, hidden, found.steps.tolist())
    return found


def _put_reference(market: Founded) -> None:
    scenario = market.scenario()
    if scenario.loyalty.satisfaction_weight == 0.0:
        return
    felt = satisfaction_at_decisions(scenario).mean
    if np.isfinite(felt):
        for key, value in in_every_segment(scenario, {"loyalty.satisfaction_reference": round(felt, 3)}).items():
            market.put(
                key,
                value,
                COMPUTED,
                "The satisfaction with which people decide in this market, so that it makes nobody stay or leave on average",
            )


def _desk(market: Founded, lives: Sequence[dict[str, float]]) -> None:
    """A desk for the contacts that come, four fifths busy; that of rivals has no limit, since nobody knows it."""
    weekly = float(np.mean([life["weekly_contacts"] for life in lives]))
    words = f"So that the desk is {BUSY:.0%} busy with the contacts that come; nobody was asked"
    market.put(f"brand.{market.focal}.support.capacity", rounded(max(weekly / BUSY, 0.1)), CHOSEN, words)
    for name in market.record["brand"]:
        if name != market.focal:
            market.put(
                f"brand.{name}.support.capacity",
                float("inf"),
                CHOSEN,
                "Nobody knows the desks of rivals, so none is ever full",
            )


def _as_large_as_the_firm(market: Founded, figures: Figures, lives: Sequence[dict[str, float]]) -> float:
    """As many people as the firm's customers need, or fewer who each stand for several; also how many."""
    customers = number_of(figures, "customers")
    for_each = float(np.mean([life["for_each"] for life in lives]))
    wanted = market.source.market.people if not customers or not for_each else customers / for_each
    searched_with = market.record["market"]["people"]
    people = int(np.clip(round(wanted), 50, MOST_PEOPLE))
    stands_for = wanted / people if customers and people == MOST_PEOPLE else 1.0
    words = "As many as it takes for your customers" if customers else "As in the ready market"
    if stands_for > 1.0:
        words = f"One person stands for {stands_for:.3g}: {MOST_PEOPLE:,} are lived at most"
    market.put("market.people", people, FOLLOWS if customers else CHOSEN, words)
    scale = people / searched_with
    for name, table in market.record["brand"].items():
        for stage, key, least in (("support", "capacity", 0.01), ("money", "advertising_weekly", 0.0)):
            if key in table.get(stage, {}):
                table[stage][key] = rounded(max(table[stage][key] * scale, least))
        del name
    spent = number_of(figures, "advertising")
    if spent is not None:
        market.put(
            f"brand.{market.focal}.money.advertising_weekly",
            rounded(spent / WEEKS_PER_YEAR / stands_for),
            GIVEN,
            "advertising",
        )
    return stands_for
