"""Trials of plans: lived where they have not been lived yet, by whatever backend there is, each paired with its market."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cxsim.analysis.portfolio.memory import number_of
from cxsim.analysis.portfolio.menu import PlanMenu
from cxsim.analysis.portfolio.plans import Plan, record_with
from cxsim.analysis.portfolio.work import KEPT, live_beside_market
from cxsim.analysis.sweep.journal import Journal
from cxsim.analysis.sweep.parameters import Values, record_of, texts_of
from cxsim.analysis.sweep.work import Chunk, Replicates
from cxsim.analysis.workers.backends import Backend
from cxsim.analysis.workers.driver import Driver
from cxsim.analysis.workers.run_record import Key, RunRecord
from cxsim.analysis.workers.threads import Silent
from cxsim.scenario import Scenario

Numbers = NDArray[np.float64]
Place = tuple[int, int]  # world and replication

# Each stage has replications of its own, so that no choice is judged by the luck it was made with.
SEARCH, RACE, CHECK = 0, 1_000_000, 2_000_000


def places(stage: int, first: int, count: int, worlds: int) -> list[Place]:
    """So many replications of a stage, each with luck of its own, going round the worlds."""
    return [(number % worlds, stage + number) for number in range(first, first + count)]


@dataclass
class Trials:
    """Plans tried in a market.

    Attributes:
        market: the market without a plan.
        menu: what plans are made of.
        worlds: values by full key, one a world.
        seed: key of all luck.
        backend: calls a backend for each batch of work, and it is sent away after it; the results do not depend on it.
        progress: is told of every run.
        lives: what was lived before, looked up and added to; a search that is killed loses it when None.
        found: what each plan changed, in the order of `KEPT`, by where it was tried.
        impossible: plans that cannot be in some world, with the reason.
    """

    market: Scenario
    menu: PlanMenu
    worlds: list[Values]
    seed: int
    backend: Callable[[], Backend]
    progress: Silent
    lives: Journal | None = None
    found: dict[Plan, dict[Place, Numbers]] = field(default_factory=dict)
    impossible: dict[Plan, str] = field(default_factory=dict)
    _markets: set[Place] = field(default_factory=set)
    _runs: int = 0

    @property
    def runs(self) -> int:
        """Lives lived so far, those of the market without a plan included."""
        return self._runs + len(self._markets)

    def observe(self, plans: Sequence[Plan], at: Sequence[Place]) -> Numbers:
        """What each plan changes at each place, shape (plans, places, figures); nan for plans that cannot be."""
        self._try([plan for plan in plans if plan not in self.impossible], at)
        lost = np.full(len(KEPT), np.nan)
        return np.array([[self.found[plan].get(place, lost) for place in at] for plan in plans])

    def seen(self, plan: Plan, before: int) -> Numbers:
        """What a plan changed at all places of replications before this one, shape (places, figures)."""
        found = self.found[plan]
        rows = [found[place] for place in sorted(found) if place[1] < before]  # whoever finished first, the same sums
        return np.array(rows).reshape(-1, len(KEPT))

    def _try(self, plans: Sequence[Plan], at: Sequence[Place]) -> None:
        work: list[tuple[Plan, Place]] = []
        for plan in plans:
            known = self.found.setdefault(plan, {})
            if not any(plan):
                known.update({place: np.zeros(len(KEPT)) for place in at})  # nothing changes nothing
            work += [(plan, place) for place in at if place not in known]
        work.sort(key=lambda each: (each[1][1], each[1][0]))  # what shares a market is lived together
        missing: list[tuple[Plan, Place]] = []
        for plan, place in work:
            data = self._remembered(plan, place)
            if data is None:
                missing.append((plan, place))
            else:
                self._note(plan, place, data)
        new = {place for _, place in work} - self._markets
        self._markets |= new
        lived = new & {place for _, place in missing}
        self.progress.found(len(work) - len(missing) + len(new - lived))
        self.progress.lived(len(lived))
        if missing:
            self._live(missing)

    def _remembered(self, plan: Plan, place: Place) -> bytes | None:
        """What a trial left that was lived before a kill."""
        number = number_of(plan, place)
        return self.lives.payload(number) if self.lives is not None and number in self.lives.runs else None

    def _live(self, work: list[tuple[Plan, Place]]) -> None:
        market, texts = record_of(self.market), texts_of([self.market])

        def chunk(keys: list[Key]) -> Chunk:
            world = self.worlds[work[keys[0].run][1][0]]
            records = [record_with(self.market, self.menu, work[key.run][0]) for key in keys]
            lives = [
                Replicates(record, world, [(key.run, key.replication)])
                for record, key in zip(records, keys, strict=True)
            ]
            return Chunk(self.seed, False, False, [Replicates(market, world, []), *lives], KEPT, texts)

        def finished(key: Key, data: bytes) -> None:
            plan, place = work[key.run]
            if self.lives is not None:
                self.lives.add(number_of(plan, place), data)
            self._note(plan, place, data)
            self.progress.lived(1)

        driver = Driver(self.backend(), live_beside_market, chunk, finished, lambda: self.progress.lived(0))
        driver.live(self._handed_out(work, driver))

    def _note(self, plan: Plan, place: Place, data: bytes) -> None:
        left = RunRecord.unpacked(data, len(KEPT))
        if left.figures is None:
            self.impossible[plan] = min(left.error, self.impossible.get(plan, left.error))
        else:
            self.found[plan][place] = left.figures
        self._runs += 1

    def _handed_out(self, work: list[tuple[Plan, Place]], driver: Driver[Chunk]) -> Iterator[list[Key]]:
        """The runs in chunks of about a second, each of one world and replication."""
        keys = [Key(run, 0, replication) for run, (_, (_, replication)) in enumerate(work)]
        first = 0
        while first < len(keys):
            last = min(first + driver.runs_a_chunk, len(keys))
            while work[last - 1][1] != work[first][1]:
                last -= 1
            yield keys[first:last]
            first = last
