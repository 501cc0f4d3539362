"""How near the run is to the least it could cost: the same random numbers and the same memory, and nothing else.

A counting copy of the rules (compiled apart, in a child process; it must leave the same bytes as the real run) writes
down for every event which stage it was and how many uniform, normal, exponential and Gumbel numbers it drew, and how
many other people's records it touched. The floor then goes through the same weeks, people and events in the same order
and does only this for each event:

* draws as many numbers of each kind (Philox for every one; inversion for normals; logarithms for the others);
* reads and writes the person's time and record, the bonds its stage works on (one brand's or all), reads the
  week's terms and adds to a count of the tally;
* reads and writes the records of as many friends and neighbours, found through the person's links, as the event did.

It decides nothing, knows no formula and has no branches but those of the counts, so no engine that draws the same
luck per event from the same records can be faster by much. The variants leave parts of the floor out, to show where
its own time goes. One core.

    python benchmarks/floor.py [--people 20_000] [--weeks 156]
"""

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numba
import numpy as np
from _common import SCENARIO, heading, table
from numpy.typing import NDArray

from cxsim.engine.luck import exponential, normal, uniform
from cxsim.engine.state import Stage, State

SEED = 1
EXPECTATION, PURCHASE = int(Stage.EXPECTATION), int(Stage.PURCHASE)
REPEATS = 7
TRACE = np.dtype(
    [
        ("stage", "u1"),
        ("uniform", "u1"),
        ("normal", "u1"),
        ("exponential", "u1"),
        ("gumbel", "u1"),
        ("friends", "u1"),
        ("neighbours", "u2"),
    ]
)
KINDS = ("uniform", "normal", "exponential", "gumbel", "friends", "neighbours")
FIRST_COUNTER = 3  # the counting copy keeps its counts behind the three words of `state.luck`


def main() -> None:
    """Count in a child process, then time the real run and the floor in turn."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--people", type=int, default=20_000)
    options.add_argument("--weeks", type=int, default=156)
    options.add_argument("--count-into", type=Path, help=argparse.SUPPRESS)
    arguments = options.parse_args()
    if arguments.count_into:
        count_into(arguments.count_into, arguments.people, arguments.weeks)
        return
    heading(f"The run against its floor: {arguments.people:,} people x {arguments.weeks} weeks, one core")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "trace.npz"
        command = [sys.executable, __file__, f"--people={arguments.people}", f"--weeks={arguments.weeks}"]
        command.append(f"--count-into={file}")
        subprocess.run(command, check=True, env={**os.environ, "NUMBA_CACHE_DIR": folder})
        with np.load(file) as found:
            trace, lived, left = found["trace"], found["lived"], found["left"]
    report(arguments.people, arguments.weeks, trace, lived, left)


def world_of(people: int, weeks: int) -> State:
    """The benchmark's state at the start of week 0."""
    from cxsim.engine.market.start import state_at_start
    from cxsim.scenario import load

    size = [f"market.people={people}", f"market.horizon_weeks={weeks}", "market.run_in_weeks=0"]  # weeks count from 0
    return state_at_start(load(SCENARIO, size), SEED)


def bytes_of(state: State) -> NDArray[np.uint8]:
    """Everything a run leaves behind, as bytes."""
    parts = (state.due, state.people, state.bonds, state.standings, state.tally)
    return np.concatenate([np.frombuffer(part.tobytes(), np.uint8) for part in parts])


# Counting


def count_into(file: Path, people: int, weeks: int) -> None:
    """Live the run with rules that count what they draw and whom they touch, and save the count of every event."""
    from cxsim.engine import compiled, luck

    def counting(kind: str, draw: Callable[..., float]) -> Callable[..., float]:
        place = FIRST_COUNTER + KINDS.index(kind)

        @compiled.compiled
        def count_and_draw(luck: NDArray[np.uint64], person: int, what_for: int, ordinal: int, brand: int) -> float:
            luck[place] += np.uint64(1)
            return draw(luck, person, what_for, ordinal, brand)

        return count_and_draw

    key_of = luck.key_of
    luck.key_of = lambda *run: np.concatenate([key_of(*run), np.zeros(len(KINDS), np.uint64)])
    # The rules import these by name, so they have to be in place before the rules are.
    luck.uniform, luck.normal, luck.exponential = (
        counting(kind, getattr(luck, kind)) for kind in ("uniform", "normal", "exponential")
    )
    from cxsim.engine.journey import neighbours

    friends, neighbours_told = (FIRST_COUNTER + KINDS.index(kind) for kind in ("friends", "neighbours"))
    a_friend, tell_neighbours = neighbours.a_friend, neighbours.tell_neighbours_of_ownership

    @compiled.compiled
    def counted_friend(state: State, person: int, u: float) -> int:
        state.luck[friends] += np.uint64(1)
        return a_friend(state, person, u)

    @compiled.compiled
    def counted_telling(state: State, person: int, change: int) -> None:
        state.luck[neighbours_told] += np.uint64(state.first_friend[person + 1] - state.first_friend[person])
        tell_neighbours(state, person, change)

    neighbours.a_friend, neighbours.tell_neighbours_of_ownership = counted_friend, counted_telling
    from cxsim.engine.journey import purchase

    purchase.gumbel = counting_gumbel(compiled.compiled, purchase.gumbel)
    from cxsim.engine.journey.life import live_event
    from cxsim.engine.market.exchange import tick

    @compiled.compiled
    def live_week(state: State, trace: NDArray[np.void], lived: NDArray[np.uint8], start: int) -> int:
        week = state.clock[0]
        at = start
        for person in range(state.people.shape[0]):
            while state.due[person] < week + 1.0:
                for place in range(FIRST_COUNTER, len(state.luck)):
                    state.luck[place] = 0
                stage = state.people[person].stage
                live_event(state, person)
                event = trace[at]
                event.stage = stage
                event.uniform = state.luck[FIRST_COUNTER]
                event.normal = state.luck[FIRST_COUNTER + 1]
                event.exponential = state.luck[FIRST_COUNTER + 2]
                event.gumbel = state.luck[FIRST_COUNTER + 3]
                event.friends = state.luck[FIRST_COUNTER + 4]
                event.neighbours = state.luck[FIRST_COUNTER + 5]
                lived[week, person] += 1
                at += 1
        return at

    state = world_of(people, weeks)
    trace = np.zeros(people * weeks * 4, TRACE)
    lived = np.zeros((weeks, people), np.uint8)
    events = 0
    for _ in range(weeks):
        events = live_week(state, trace, lived, events)
        tick(state)
    np.savez(file, trace=trace[:events], lived=lived, left=bytes_of(state))


def counting_gumbel(
    compiled: Callable[..., Callable[..., float]], gumbel: Callable[..., float]
) -> Callable[..., float]:
    """A Gumbel draw that counts as one and not also as the uniform inside it."""

    @compiled
    def counted(state: State, person: int, brand: int) -> float:
        state.luck[FIRST_COUNTER + 3] += np.uint64(1)
        state.luck[FIRST_COUNTER] -= np.uint64(1)
        return gumbel(state, person, brand)

    return counted


# The floor


@numba.njit(nogil=True, error_model="numpy")
def floor(
    state: State,
    trace: NDArray[np.void],
    lived: NDArray[np.uint8],
    due: NDArray[np.float64],
    draws: bool,
    memory: bool,
) -> int:
    """All weeks; `due` is counted instead of compared, so that nothing is decided. Returns the events gone through."""
    at = 0
    brands = state.bonds.shape[1]
    for week in range(lived.shape[0]):
        row = state.first_row[week]
        for person in range(state.people.shape[0]):
            due[person] += lived[week, person]
            while due[person] >= 1.0:
                due[person] -= 1.0
                event = trace[at]
                number = 0.0
                if draws:
                    for _ in range(event.uniform):
                        number += uniform(state.luck, person, event.stage, at, 0)
                    for _ in range(event.normal):
                        number += normal(state.luck, person, event.stage, at, 0)
                    for _ in range(event.exponential):
                        number += exponential(state.luck, person, event.stage, at, 0)
                    for brand in range(event.gumbel):
                        number -= math.log(exponential(state.luck, person, event.stage, at, brand))
                me = state.people[person]
                if memory:
                    # The first and the last field of a record: every cache line of it, once.
                    me.patience += number
                    me.stage = event.stage
                    offer = state.offers[row + me.kind, 0]
                    number += offer.need.reach_annual + state.traits[row + me.kind, 0].need.spontaneous_annual
                    first, last = 0, 0
                    if EXPECTATION <= event.stage <= PURCHASE:
                        last = brands
                    elif event.stage > PURCHASE:
                        first = me.last_brand
                        last = first + 1
                    for brand in range(first, last):
                        bond = state.bonds[person, brand]
                        bond.margin += 1
                        bond.aware = number > 0.0
                    friends = state.first_friend[person + 1] - state.first_friend[person]
                    for friend in range(event.friends):
                        state.bonds[state.friends[state.first_friend[person] + friend % friends], 0].news += 1
                    for friend in range(event.neighbours):
                        state.people[state.friends[state.first_friend[person] + friend % friends]].owners_news += 1
                    state.tally[week, 0, event.stage] += 1
                else:
                    me.patience += number
                at += 1
    return at


def report(people: int, weeks: int, trace: NDArray[np.void], lived: NDArray[np.uint8], left: NDArray[np.uint8]) -> None:
    """Time the real run and the floor in turn, several times; the best of each counts."""
    from cxsim.engine.journey.life import live_week
    from cxsim.engine.market.exchange import tick

    def real() -> float:
        state = world_of(people, weeks)
        start = time.perf_counter()
        for _ in range(weeks):
            live_week(state)
            tick(state)
        seconds = time.perf_counter() - start
        if not np.array_equal(bytes_of(state), left):
            raise SystemExit("the counting copy left other bytes than the real run; its counts mean nothing")
        return seconds

    def lowest(draws: bool, memory: bool, events: NDArray[np.void], counts: NDArray[np.uint8]) -> float:
        state = world_of(people, weeks)
        due = np.zeros(people)
        start = time.perf_counter()
        floor(state, events, counts, due, draws, memory)
        return time.perf_counter() - start

    measured: dict[str, Callable[[], float]] = {
        "the real run": real,
        "floor: draws and memory": lambda: lowest(True, True, trace, lived),
        "  draws only": lambda: lowest(True, False, trace, lived),
        "  memory only": lambda: lowest(False, True, trace, lived),
        "  weeks and people only": lambda: lowest(False, False, trace, np.zeros_like(lived)),
    }
    for run in measured.values():
        run()  # compiles
    rounds = [[run() for run in measured.values()] for _ in range(REPEATS)]  # in turn: a slow minute slows them all
    best = {name: min(times) for name, times in zip(measured, zip(*rounds, strict=True), strict=True)}
    least = best["floor: draws and memory"]
    events = len(trace)
    table(
        ("", "times the floor", "ns/event", "seconds"),
        [
            (name, f"{time_taken / least:.2f}", f"{time_taken / events * 1e9:.1f}", f"{time_taken:.3f}")
            for name, time_taken in best.items()
        ],
    )
    print(f"{events:,} events. What an event draws and touches, on average, by stage:\n")
    table(
        ("stage", "share of events", *KINDS),
        [
            (stage.name.lower(), f"{len(mine) / events:.2f}", *(f"{mine[kind].mean():.2f}" for kind in KINDS))
            for stage in Stage
            if len(mine := trace[trace["stage"] == stage])
        ],
    )


if __name__ == "__main__":
    main()
