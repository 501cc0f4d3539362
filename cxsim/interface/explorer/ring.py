"""Where some real simulated people are on the ring, week by week, in base and plan: what the page draws as dots.

The ring has five arcs of equal length, one a stage, in the order of the story; a full round is a loop. A person stands
where what happened to them last puts them, and moves on through their arc until the next thing happens. Nothing is
invented: every place comes from a note of the engine about this person and the focal brand.
"""

import base64
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from cxsim.engine.measures import Note, Trigger
from cxsim.engine.outcomes.status import STATUSES, Outcomes, Status, cause_name, stage_name
from cxsim.engine.simulate import Run
from cxsim.engine.state import NOTES, Outcome, Stage

Numbers = NDArray[np.int64]
Weeks = NDArray[np.float64]

# Taken of a whole market: a third of a gigabyte. The room costs no memory until notes are written to it.
MOST_NOTES: Final = 6_000_000
MOST_DOTS: Final = 500
MOST_FRAMES: Final = 130  # a longer run is shown every so many weeks
STAGES_ON_RING: Final = 5
STEPS: Final = 10  # places in an arc that are told apart
ROUND: Final = STAGES_ON_RING * STEPS


class DotState(IntEnum):
    """The colour of a dot."""

    absent = 0  # has not considered the brand yet
    first = 1  # first cycle
    referred = 2  # first cycle, after a friend's recommendation
    loop = 3  # bought again
    line = 4  # ended


@dataclass(frozen=True)
class Tracks:
    """Everybody's way round the ring in one world; the arrays hold an entry for each waypoint, by person and time.

    Attributes:
        weeks: lived.
        outcome: how everybody's story stands at the end.
        at: week of the waypoint.
        person: whose.
        way: arcs gone since that person's first start; it never shrinks.
        state: from then on, of `DotState`.
    """

    weeks: int
    outcome: Outcomes
    at: Weeks
    person: Numbers
    way: Weeks
    state: NDArray[np.uint8]


class Dot(BaseModel):
    """One person of the ring, and how their story with the brand stands at the end of base and plan.

    Attributes:
        person: number.
        picked: whether this is one of those evenly picked, who stand for others too; else one who ends differently.
        base: status at the end.
        plan: the same under the plan.
        base_end: where and why the line ended; empty where it has not.
        plan_end: the same under the plan.
    """

    person: int
    picked: bool
    base: str
    plan: str
    base_end: str
    plan_end: str


class Ring(BaseModel):
    """The ring of one pair of lives.

    Attributes:
        replication: which pair.
        people: how many people have considered the brand in base or plan; the dots are some of them, evenly picked, and
            who ends differently in base and plan.
        each: how many people one of those evenly picked stands for.
        differ: how many people end differently; the dots hold all of them, or many, evenly picked.
        frames: how many pictures there are, the first before anything has happened, the last at the horizon.
        weeks_per_frame: between two pictures.
        dots: who they are.
        base: base64 of a byte for each dot and frame, dot by dot: `state * ROUND + place`.
        plan: the same for the plan.
    """

    replication: int
    people: int
    each: float
    differ: int
    frames: int
    weeks_per_frame: int
    dots: list[Dot]
    base: str
    plan: str


# Where on the ring each note about the focal brand puts a person, in arcs from the start of expectation.
_PLACE: Final = {
    Note.EXPECTS: 0.5,
    Note.FOUND: 1.5,
    Note.NOT_FOUND: 1.5,
    Note.CHOOSES: 2.3,
    Note.CHECKOUT_FAILS: 2.4,
    Note.BUYS: 2.5,
    Note.USES: 3.2,
    Note.SUPPORT: 4.2,
    Note.FROM_BEFORE: 4.85,
}
_LAST_IN_ARC: Final = 0.85
# ... and where a line ends; between purchases is where a round would have begun again.
_ENDED_AT: Final = {Stage.RESEARCH: 1.5, Stage.PURCHASE: 2.5, Stage.USE: 3.5, Stage.SUPPORT: 4.5, Stage.LOYALTY: 4.9}


def ring(base: Tracks, plan: Tracks, replication: int = 0) -> Ring:
    """Pick the dots, and say where they are in base and plan.

    Args:
        base: the tracks of the market as it is.
        plan: those of the same people with the same luck under the plan.
        replication: which pair of lives this is.
    """
    before, after = base.outcome.status, plan.outcome.status
    took_part = np.flatnonzero((before != Status.never) | (after != Status.never))
    picked = took_part[_evenly(len(took_part))]
    differ = took_part[before[took_part] != after[took_part]]
    shown = np.union1d(picked, differ[_evenly(len(differ))])
    step = -(-base.weeks // MOST_FRAMES)
    frames = np.append(np.arange(0, base.weeks, step, dtype=float), float(base.weeks))
    return Ring(
        replication=replication,
        people=len(took_part),
        each=len(took_part) / max(1, len(picked)),
        differ=len(differ),
        frames=len(frames),
        weeks_per_frame=step,
        dots=_dots(shown, np.isin(shown, picked), base.outcome, plan.outcome),
        base=_codes(base, shown, frames),
        plan=_codes(plan, shown, frames),
    )


def _evenly(count: int) -> Numbers:
    """Up to MOST_DOTS numbers below `count`, evenly spread."""
    shown = min(count, MOST_DOTS)
    return np.arange(shown) * count // max(1, shown)


def _dots(people: Numbers, picked: NDArray[np.bool_], base: Outcomes, plan: Outcomes) -> list[Dot]:
    ends = (_statuses(people, base), _statuses(people, plan), _ends(people, base), _ends(people, plan))
    return [
        Dot(person=person, picked=one_of_many, base=was, plan=becomes, base_end=was_for, plan_end=becomes_for)
        for person, one_of_many, was, becomes, was_for, becomes_for in zip(
            people.tolist(), picked.tolist(), *ends, strict=True
        )
    ]


def _statuses(people: Numbers, outcome: Outcomes) -> list[str]:
    return [STATUSES[status] for status in outcome.status[people].tolist()]


def _ends(people: Numbers, outcome: Outcomes) -> list[str]:
    """Where and why the line of each of these people ended; empty where it has not."""
    ends = zip(outcome.stage[people].tolist(), outcome.cause[people].tolist(), strict=True)
    return [f"{stage_name(stage)}: {cause_name(cause)}" if stage != Stage.OUTSIDE else "" for stage, cause in ends]


def _codes(tracks: Tracks, people: Numbers, frames: Weeks) -> str:
    way, state = ways_and_states(tracks, people, frames)
    place = (way * STEPS).astype(np.int64) % ROUND
    codes = (state.astype(np.int64) * ROUND + place).astype(np.uint8)
    return base64.b64encode(codes.tobytes()).decode()


def ways_and_states(tracks: Tracks, people: Numbers, frames: Weeks) -> tuple[Weeks, NDArray[np.uint8]]:
    """How far some people have gone, and in which state they are, at the end of some weeks.

    Args:
        tracks: of one world.
        people: their numbers, ascending.
        frames: weeks since the start.

    Returns:
        Arcs gone since each person's first start, which never shrink, and `DotState`; shapes (people, frames).
    """
    of_these = np.isin(tracks.person, people)
    at, person, way, state = (column[of_these] for column in (tracks.at, tracks.person, tracks.way, tracks.state))
    if not len(at):
        return np.zeros((len(people), len(frames))), np.zeros((len(people), len(frames)), np.uint8)
    # One search finds the last waypoint of everybody at every week: each person's time begins where no other's ends.
    apart = frames[-1] + 2.0
    rank = np.searchsorted(people, person)
    asked = np.arange(len(people))[:, np.newaxis] * apart + frames[np.newaxis, :]
    last = np.searchsorted(rank * apart + at, asked, side="right") - 1
    begun = (last >= 0) & (rank[last] == np.arange(len(people))[:, np.newaxis])
    same_person = np.append(rank[1:] == rank[:-1], False)
    # Who waits for nothing more that is known moves as if it came after as long again, and eight weeks.
    wait = np.where(same_person, np.append(at[1:], 0.0) - at, frames[-1] - at + 8.0)
    ahead = np.where(same_person, np.append(way[1:], 0.0) - way, np.inf)
    room = np.where(state == DotState.line, 0.0, np.minimum(_LAST_IN_ARC - way % 1.0, ahead))
    passed = np.clip((frames[np.newaxis, :] - at[last]) / np.maximum(wait[last], 1e-9), 0.0, 1.0)
    ways = way[last] + room[last] * passed
    return np.where(begun, ways, 0.0), np.where(begun, state[last], np.uint8(DotState.absent))


def tracks_of(lived: Run) -> Tracks:
    """Everybody's way round the ring in a life that was noted (`live(..., notes=MOST_NOTES)`).

    Raises:
        ValueError: if more things happened than notes were kept.
    """
    world, focal = lived.state, lived.scenario.focal
    taken = int(world.clock[NOTES])
    if taken > len(world.log):
        raise ValueError("Too much happens in this market to follow everybody. Choose fewer people or weeks.")
    notes = world.log[:taken]
    notes = notes[notes["brand"] == focal]
    notes = notes[np.argsort(notes["person"], kind="stable")]
    what, person = notes["what"], notes["person"].astype(np.int64)
    start = _starts(person)
    before = what == Note.FROM_BEFORE
    purchases = _so_far(np.where(before, notes["a"].astype(np.int64), what == Note.BUYS), start)
    referred = _so_far((what == Note.NEED) & (notes["a"] == Trigger.REFERRAL), start) > 0
    ends = what == Note.LINE_ENDS
    over = ends | (before & (notes["d"] == 0.0))  # as of who left before week 0: not there until they buy again
    begins = (what == Note.BUYS) | ((what == Note.EXPECTS) & (purchases == 0)) | (start == np.arange(len(person)))
    turn = np.maximum.accumulate(np.where(over | begins, np.arange(len(person)), 0))
    ended = over[turn]  # a former customer who only looks has not begun anew
    state = np.where(purchases >= 2, DotState.loop, np.where(referred, DotState.referred, DotState.first))
    state = np.where(ended, DotState.line, state).astype(np.uint8)
    place = _places(notes)
    kept = (place >= 0.0) & (ends | ~ended)
    at, person, place, state = notes["at"][kept], person[kept], place[kept], state[kept]
    back = np.zeros(len(place), bool)
    back[1:] = (place[1:] < place[:-1]) & (person[1:] == person[:-1])
    way = place + STAGES_ON_RING * _so_far(back, _starts(person))
    return Tracks(lived.scenario.market.horizon_weeks, lived.outcome, at, person, way, state)


def _starts(person: Numbers) -> Numbers:
    """Of each entry, where the entries of the same person begin; persons ascend."""
    starts: Numbers = np.searchsorted(person, person)
    return starts


def _so_far(times: NDArray[np.bool_] | Numbers, start: Numbers) -> Numbers:
    """How often something has happened to the same person up to and with each entry."""
    each = times.astype(np.int64)
    counted = np.cumsum(each)
    return counted - (counted - each)[start]


def _places(notes: NDArray[np.void]) -> Weeks:
    """Where on the ring each note puts a person; -1 for what moves nobody."""
    table = np.full(len(Note), -1.0)
    for note, place in _PLACE.items():
        table[note] = place
    ended = np.full(len(Stage), -1.0)
    for ended_stage, place in _ENDED_AT.items():
        ended[ended_stage] = place
    silent = (notes["what"] == Note.SUPPORT) & (notes["a"] == Outcome.SILENT)
    places = np.where(silent, -1.0, table[notes["what"]])
    stage = np.where(notes["what"] == Note.LINE_ENDS, notes["a"], 0).astype(np.int64)
    return np.where(notes["what"] == Note.LINE_ENDS, ended[stage], places)
