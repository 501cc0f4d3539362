"""What workers compute for visitors: a plan beside its market, and a life in base and plan."""

import gzip
import pickle
import zlib
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from cxsim.analysis.compare.comparison import comparison_of
from cxsim.analysis.compare.intervals import LIVES_OF_A_WORLD, one_world, student_t
from cxsim.analysis.compare.pair import Pair
from cxsim.analysis.compare.pair import pair_of as lived_pair
from cxsim.analysis.compare.plan_result import PlanResult
from cxsim.analysis.firm.compared import told_over
from cxsim.analysis.workers.remembered import Remembered
from cxsim.engine.branching import Branching
from cxsim.engine.outcomes.story import Moment, follow_together, parting, sentence
from cxsim.engine.pasts import Pasts
from cxsim.engine.simulate import Run
from cxsim.engine.state import EVERYBODY, NOBODY
from cxsim.interface.explorer.plan import MOST_PEOPLE, MOST_REPLICATIONS, VisitorPlan, pair_of
from cxsim.interface.explorer.ring import MOST_NOTES, Ring, Tracks, ring, tracks_of
from cxsim.interface.explorer.shown import shown_of
from cxsim.interface.explorer.strip import Strip, strip_of, when
from cxsim.interface.explorer.worlds import SOURCE, LivedWorlds, lived_worlds, pair_in

# What a worker remembers of markets as they are, so that each is lived once for all plans; a life takes some 2 MB for
# each thousand people, and one that is noted twice as much.
LIVES_KEPT, MOST_REMEMBERED = 36, 4000
MOST_BYTES_OF_PASTS = 100_000_000  # of moments in which plans part from them: some .7 MB for each thousand people
DECIDING = ("loops", "lines", "net_margin")  # in which the pair that is drawn must not contradict the verdict


FIRST_STEPS = (1, 6, 20)  # pairs after which there is an answer, before the last one


class AnswerStep(BaseModel):
    """The question what is known of a plan after so many pairs of lives.

    Attributes:
        plan: which.
        pairs: lived by then.
        lived: what `Stepped.lived` of the step before holds, so that nothing is lived twice; the answer does not depend on it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    plan: VisitorPlan
    pairs: int = Field(ge=1, le=MOST_REPLICATIONS)
    lived: bytes = Field(default=b"", exclude=True, repr=False)


class Stepped(NamedTuple):
    """The answer of a step, `Compared` as JSON packed with gzip; and what its pairs leave to the next step, packed."""

    answer: bytes
    lived: bytes


class _SoFar(NamedTuple):
    """The pairs that were lived, and what is drawn of one of them."""

    pairs: list[Pair]
    drawn: Ring | None


def steps_of(plan: VisitorPlan) -> list[int]:
    """After how many pairs there is an answer: at once after the first, and the last after all."""
    return [*(pairs for pairs in FIRST_STEPS if pairs < plan.replications), plan.replications]


def compared(plan: VisitorPlan) -> bytes:
    """A plan beside its market, all pairs lived: `Compared` as JSON, packed with gzip."""
    return stepped(AnswerStep(plan=plan, pairs=plan.replications)).answer


def stepped(step: AnswerStep) -> Stepped:
    """A plan beside its market after so many pairs of lives.

    The first pair is drawn until all are lived; then the one near the mean.
    """
    plan = step.plan
    base, changed = pair_of(plan)
    worlds = lived_worlds(plan.model_dump_json()) if plan.worlds else None
    lives = _Pairs(plan, Branching(base, [changed]), worlds)
    known: _SoFar = pickle.loads(zlib.decompress(step.lived)) if step.lived else _SoFar([], None)  # of our own making
    more = range(len(known.pairs), min(step.pairs, worlds.pairs) if worlds else step.pairs)
    pairs = [*known.pairs, *(lived_pair(*lives.lives(plan.seed, replication)) for replication in more)]
    comparison = comparison_of(base, changed, pairs, plan.seed, one_world if worlds else student_t)
    if worlds and not len(pairs) % LIVES_OF_A_WORLD and len(pairs) > LIVES_OF_A_WORLD:
        comparison = told_over(comparison, worlds.table.iloc[: len(pairs) // LIVES_OF_A_WORLD], SOURCE, worlds.left_out)
    (result,) = comparison.plans.values()
    last = step.pairs == plan.replications
    near = near_the_mean(result) if last else 0
    drawn = known.drawn
    if drawn is None or drawn.replication != near:
        drawn = ring(*lives.tracks(near), replication=near)
    answer = gzip.compress(shown_of(comparison, plan, drawn).model_dump_json().encode(), 6, mtime=0)
    return Stepped(answer, b"" if last else zlib.compress(pickle.dumps(_SoFar(pairs, drawn)), 1))


def near_the_mean(result: PlanResult) -> int:
    """The pair of lives to draw: the first if it lies within the verdict's intervals, else the one nearest the mean.

    Near is what differs least from the means of `DECIDING`, each in its own standard deviations. (The first is noted
    anyhow; another is lived once more.) Intervals that hold what is not known, too, are no measure of near.
    """
    row = result.per_replication
    apart = np.zeros(len(row))
    within = result.ignorance is None
    for name in DECIDING:
        change = (row[f"plan_{name}"] - row[f"base_{name}"]).to_numpy(float)
        interval = result.difference(name).estimate
        within &= bool(interval.low <= change[0] <= interval.high)
        apart += ((change - change.mean()) / (change.std() or 1.0)) ** 2
    return 0 if within else int(apart.argmin())


class Followed(NamedTuple):
    """A life and, where everybody was followed, everybody's way round the ring."""

    lived: Run
    tracks: Tracks | None


class _Pairs:
    """The pairs of lives of a plan and its market; the market is lived once for all plans, as far as it is remembered."""

    def __init__(self, plan: VisitorPlan, both: Branching, worlds: LivedWorlds | None) -> None:
        self._plan, self._both, self._worlds = plan, both, worlds
        self._market = plan.market_alone()
        self._noted: dict[int, tuple[Tracks, Tracks]] = {}

    def lives(self, seed: int, replication: int) -> Iterator[Run]:
        """The market and then the plan; everybody is followed in the first pair."""
        return self._lives(seed, replication, noted=replication == 0)

    def tracks(self, replication: int) -> tuple[Tracks, Tracks]:
        """Everybody's way round the ring in the market and under the plan, of one pair.

        Raises:
            ValueError: if too much happens to be noted.
        """
        if replication not in self._noted:
            for _ in self._lives(self._plan.seed, replication, noted=True):
                pass  # with notes this time
        return self._noted[replication]

    def _lives(self, seed: int, replication: int, noted: bool) -> Iterator[Run]:
        if self._worlds:
            return self._in_its_world(seed, replication, noted)
        return self._in_the_market(seed, replication, noted)

    def _in_its_world(self, seed: int, replication: int, noted: bool) -> Iterator[Run]:
        assert self._worlds is not None
        base, changed = self._worlds.pair(replication)
        watch = (EVERYBODY, MOST_NOTES) if noted else (NOBODY, 0)
        lives = [_followed(lived, noted) for lived in Branching(base, [changed]).lives(seed, replication, *watch)]
        if lives[0].tracks and lives[1].tracks:
            self._noted[replication] = lives[0].tracks, lives[1].tracks
        return iter([each.lived for each in lives])

    def _in_the_market(self, seed: int, replication: int, noted: bool) -> Iterator[Run]:
        as_it_is = (self._market, seed, replication, noted)
        known, past = _MARKETS.get(as_it_is), _PASTS.of(as_it_is)
        watch = (EVERYBODY, MOST_NOTES) if noted else (NOBODY, 0)
        if known is None:
            remember = self._plan.people <= MOST_REMEMBERED
            lives = self._both.lives(seed, replication, *watch, past if remember else None)
            known = _followed(next(lives), noted)
            if remember:
                _MARKETS.keep(as_it_is, known)
            yield known.lived
            under_plan = _followed(next(lives), noted)
        else:
            yield known.lived
            under_plan = _followed(self._both.later(0, past, seed, replication, *watch), noted)
        if known.tracks and under_plan.tracks:
            self._noted[replication] = known.tracks, under_plan.tracks
        yield under_plan.lived


def _followed(lived: Run, noted: bool) -> Followed:
    """A life, with its tracks if everybody was followed.

    Raises:
        ValueError: if too much happened to be noted.
    """
    return Followed(lived, tracks_of(lived) if noted else None)


# Lives of markets as they are, by `VisitorPlan.market_alone`, seed, replication and whether everybody was followed:
# every plan is held against them.
_MARKETS: Remembered[tuple[str, int, int, bool], Followed] = Remembered(LIVES_KEPT)
_PASTS = Pasts(MOST_BYTES_OF_PASTS)  # the same lives where plans parted from them, for the next plan


class Somebody(BaseModel):
    """The question how one person lives, in the market and under a plan."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    plan: VisitorPlan
    person: int = Field(ge=0, lt=MOST_PEOPLE)
    replication: int = Field(default=0, ge=0, lt=MOST_REPLICATIONS)


class MomentShown(BaseModel):
    """A moment of a life in words."""

    when: str
    said: str


class Life(BaseModel):
    """One person in base and plan: the journey in which they part; what is the same, and what each brings after it."""

    person: int
    strip: Strip
    same: list[MomentShown]
    base: list[MomentShown]
    plan: list[MomentShown]


def life(somebody: Somebody) -> Life:
    """A person's life in the market and under the plan, in the pair that the ring shows.

    Raises:
        ValueError: if there is no such person.
    """
    pair = pair_in(somebody.plan, somebody.replication)
    base, plan = follow_together(pair, somebody.person, somebody.plan.seed, somebody.replication)
    market = pair[0].market
    places = parting(base, plan)
    told = partial(_told, start=market.start)
    return Life(
        person=somebody.person,
        strip=strip_of(base, plan, market.focal, market.start),
        same=told(base if places is None else base[: places[0]]),
        base=[] if places is None else told(base[places[0] :]),
        plan=[] if places is None else told(plan[places[1] :]),
    )


def _told(moments: list[Moment], start: str) -> list[MomentShown]:
    return [MomentShown(when=when(moment.week, start), said=sentence(moment)) for moment in moments]
