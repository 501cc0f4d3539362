"""Where each person's story with a brand stands at the horizon: never, new, line or loop."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.outcomes.columns import Columns, words
from cxsim.engine.state import BEFORE, Cause, Stage, State
from cxsim.scenario.mechanism import FIRST_CAUSE, MOST_CAUSES, by_mark, causes_of, words_of_cause
from cxsim.scenario.schema import Scenario


class Status(IntEnum):
    """Everybody is in exactly one of these with a brand."""

    never = 0  # the brand was never considered
    new = 1  # the first cycle is still open (censored at the horizon)
    line = 2  # the story ended
    loop = 3  # a repeat buyer, still with the brand


STATUSES = tuple(status.name for status in Status)


@dataclass(frozen=True)
class Outcomes:
    """Everybody's story with one brand, arrays of shape (people,)."""

    status: NDArray[np.uint8]  # of Status
    stage: NDArray[np.uint8]  # of Stage, where a line ended; OUTSIDE else
    cause: NDArray[np.uint8]  # of Cause
    advocate: NDArray[np.bool_]  # at least one referral that bought
    margin: NDArray[np.int64]  # earned on this person, in 1/MONEY_UNIT of the currency


def outcomes(state: State, brand: int) -> Outcomes:
    """Read the stories from the records at the present week."""
    bonds = state.bonds[:, brand]
    before = bonds["ended_stage"] == BEFORE
    held = held_by_mechanisms(state, brand)
    stage = np.where(before, Stage.OUTSIDE, bonds["ended_stage"]).astype(np.uint8)
    stage[held] = bonds["doubt_stage"][held]
    cause = np.where(held, bonds["doubt_cause"], bonds["ended_cause"])
    status = np.where(bonds["considered"] & ~before, Status.new, Status.never)
    status = np.where((bonds["purchases"] >= 2) & ~before, Status.loop, status)
    status = np.where(stage != Stage.OUTSIDE, Status.line, status).astype(np.uint8)
    return Outcomes(
        status,
        stage,
        cause,
        bonds["converts"] > 0,
        bonds["margin"].copy(),
    )


def held_by_mechanisms(state: State, brand: int) -> NDArray[np.bool_]:
    """Who has decided to leave the brand and is held by something, a contract for instance, shape (people,).

    Their story is told: when they go is a matter of time, and the doubt they have says where and why.
    """
    held = np.zeros(len(state.people), bool)
    for mechanism in map(by_mark, state.mechanisms.dtype.names or ()):
        if mechanism is not None and mechanism.held_by:
            held |= state.people[mechanism.name][mechanism.held_by]
    held &= state.people["target"] == brand
    return held


def count_statuses(outcome: Outcomes) -> NDArray[np.int64]:
    """How many people are never, new, line, loop: shape (4,), summing to everybody."""
    return np.bincount(outcome.status, minlength=len(Status)).astype(np.int64)


def lines_by_stage_and_cause(outcome: Outcomes, among: NDArray[np.bool_] | None = None) -> Columns:
    """Lines by where and why they ended: columns stage, cause, people; most first.

    Args:
        outcome: everybody's story.
        among: only these people, shape (people,); all when left out.
    """
    counted = outcome.status == Status.line
    if among is not None:
        counted = counted & among
    people = np.bincount(outcome.stage[counted].astype(np.int64) * MOST_CAUSES + outcome.cause[counted])
    places = np.flatnonzero(people)
    places = places[np.argsort(-people[places], kind="stable")]
    return {
        "stage": words([stage_name(place // MOST_CAUSES) for place in places.tolist()]),
        "cause": words([cause_name(place % MOST_CAUSES) for place in places.tolist()]),
        "people": people[places],
    }


def stage_name(stage: int) -> str:
    """The plain word for a stage."""
    return Stage(stage).name.lower()


def cause_name(cause: int) -> str:
    """The plain words for a cause."""
    if cause >= FIRST_CAUSE:
        return words_of_cause(cause)
    return Cause(cause).name.lower().replace("_", " ")


def causes_known(*scenarios: Scenario) -> dict[int, str]:
    """What causes are called in these markets, by number: the stages' own, then those of mechanisms."""
    own = causes_of(mechanism for scenario in scenarios for mechanism in scenario.own)
    return {cause: cause_name(cause) for cause in Cause} | own


def places_of_causes(numbers: NDArray[np.uint8], causes: Mapping[int, str]) -> NDArray[np.int64]:
    """Where each cause stands in a list of all that are known."""
    place = np.full(MOST_CAUSES, -1)
    place[list(causes)] = np.arange(len(causes))
    return place[numbers]
