"""Small classes for tests: a market of 300 people with a menu of four, and runs that answer at once, in this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np

from cxsim.analysis.compare.doubt import Doubt
from cxsim.engine.luck import key_of, normal, purpose
from cxsim.interface.classroom.board import TeamEntry
from cxsim.interface.classroom.briefing import Briefing, Lines, MarketBriefing
from cxsim.interface.classroom.classroom import Classroom
from cxsim.interface.classroom.rules import Rules
from cxsim.interface.classroom.store import ClassStore
from cxsim.interface.classroom.trial import LinesOfTrial, TrialOutcome, doubted
from cxsim.interface.web.pool import WorkerPool

OPENED = []  # stores, to be closed after a test
TEACHER = "the teacher's key"
BUDGET = 1000.0
PRICES = {"Plain pages": 300.0, "Short form": 400.0, "Fewer faults": 500.0, "Kind desk": 200.0}

BRIEFING = Briefing(prices=PRICES, lines=[Lines(stage="use", cause="failure", mean=9.0, low=8.0, high=10.0)], worlds=2)

MENU = """
name = "Corner shop"
story = "A small shop."
[market]
people = 300
horizon_weeks = 26
[need]
at_entry = true
rate_scale_weeks = 3.0
[brand.focal]
use.failure_rate = 0.2
[[intervention]]
name = "Plain pages"
use = "clear-pages"
cost = {once = 300.0, weekly = 0.0, per_use = 0.0}
[[intervention]]
name = "Short form"
use = "smooth-checkout"
cost = {once = 400.0, weekly = 0.0, per_use = 0.0}
[[intervention]]
name = "Fewer faults"
use = "fewer-failures"
cost = {once = 500.0, weekly = 0.0, per_use = 0.0}
[[intervention]]
name = "Kind desk"
use = "agents-may-decide"
cost = {once = 200.0, weekly = 0.0, per_use = 0.0}
"""

_LUCK = purpose("tests: a class")
DOUBT = Doubt("return", 9.0, "look for a cost that is missing.")


def menu_file(folder):
    """The market as a file, for classes that name it."""
    file = folder / "shop.toml"
    if not file.exists():
        file.write_text(MENU, encoding="utf-8")
    return file


def rules(folder, **changed):
    return Rules(**{"market": str(menu_file(folder)), "budget": BUDGET, "rounds": 2, "seed": 1, **changed})


def begun(folder, **changed):
    """A store with a class that has begun."""
    store = ClassStore(folder / "class.sqlite")
    OPENED.append(store)
    store.begin(rules(folder, **changed), BRIEFING)
    store.set_teacher(TEACHER)
    return store


class Known(WorkerPool):
    """WorkerPool whose answers are made up at once: a plan brings 100 for each thing in it, give or take luck."""

    def __init__(self):
        super().__init__(1)
        self.asked = []
        self.troubles = []

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        yield

    async def answer(self, function, request):
        if function is doubted:
            return [DOUBT]
        self.asked.append(request)
        await asyncio.sleep(0)
        if self.troubles:
            raise self.troubles.pop()
        if isinstance(request, MarketBriefing):
            return BRIEFING
        worlds = range(request.first, request.first + request.worlds)
        return made_up(len(request.chosen), worlds)


def made_up(size, worlds):
    luck = [normal(key_of(1, world), size, _LUCK, 0, 0) for world in worlds]
    return lives([100.0 * size + 10.0 * each for each in luck])


def lives(net_margin, loops=None, **others):
    """Lives with these margins, and all else to match."""
    loops = net_margin if loops is None else loops
    plain = {"rescued": np.abs(loops).tolist(), "broken": [0.0] * len(loops)}
    ended = [
        LinesOfTrial(stage="use", cause="failure", people=6.0),
        LinesOfTrial(stage="purchase", cause="price", people=4.0),
    ]
    return TrialOutcome(
        **{"net_margin": net_margin, "loops": loops, "lines": ended, "rescued_from": ended, **plain, **others}
    )


def entry(team, net_margin, chosen=(), price=0.0, **others):
    return TeamEntry(team, tuple(chosen), price, lives(list(net_margin), **others))


def classroom(folder, runs=None, **changed):
    return Classroom(begun(folder, **changed), runs or Known())
