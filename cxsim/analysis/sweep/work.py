"""What a worker does: some runs, one after the other, each to bytes. A run that fails says why and stops nothing."""

import hashlib
import inspect
import sys
import time
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cxsim.analysis.sweep.parameters import Record, Values, scenario_with
from cxsim.analysis.workers.run_record import Done, RunRecord, people_of, weekly_columns
from cxsim.engine.agents import Customer
from cxsim.engine.branching import BASE, Branching, beside_interventions
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.simulate import Run
from cxsim.scenario import Scenario
from cxsim.scenario.mechanism import received


class Classes(NamedTuple):
    """Who lives: the classes of the market and of the customers."""

    model: type[LoyaltyModel] = LoyaltyModel
    customer: type[Customer] = Customer

    def own(self) -> dict[str, tuple[type, type]]:
        """Those that are not cxsim's: each with cxsim's own, by the name of the argument.

        Raises:
            ValueError: if one is no such class.
        """
        pairs: dict[str, tuple[object, type]] = {
            "model": (self.model, LoyaltyModel),
            "customer": (self.customer, Customer),
        }
        for name, (given, ours) in pairs.items():
            if not (isinstance(given, type) and issubclass(given, ours)):
                raise ValueError(f"{name} is given {given!r}; it takes a class derived from cxsim.{ours.__name__}")
        return {
            name: (given, ours)
            for name, (given, ours) in pairs.items()
            if isinstance(given, type) and given is not ours
        }

    def record(self) -> dict[str, dict[str, str | None]]:
        """What a folder says of those that are not cxsim's: module, qualified name, and SHA-256 of the source if it is known."""
        return {
            name: {"module": given.__module__, "name": given.__qualname__, "sha256": _source_hash(given, ours)}
            for name, (given, ours) in self.own().items()
        }

    def check_importable(self) -> None:
        """Refuse a class that another process cannot import.

        Raises:
            ValueError: with what to do.
        """
        for name, (given, _) in self.own().items():
            if not _importable(given):
                raise ValueError(
                    f"{name} is given {given.__module__}.{given.__qualname__}, which other processes cannot import: "
                    "define the class at the top of a module (a .py file) and import it from there, or sweep with Threads()"
                )


def _source_hash(given: type, ours: type) -> str | None:
    """Of the class and of what it is derived from, up to cxsim's own; None where a source is not to be had."""
    try:
        sources = [inspect.getsource(each) for each in given.__mro__ if each not in ours.__mro__]
    except (OSError, TypeError):
        return None
    return hashlib.sha256("".join(sources).encode()).hexdigest()


def _importable(given: type) -> bool:
    module = sys.modules.get(given.__module__)
    found: object = module
    for part in given.__qualname__.split("."):
        found = getattr(found, part, None)
    if found is not given:
        return False
    if given.__module__ == "__main__":  # a script is read again by other processes, a notebook is not
        return Path(getattr(module, "__file__", None) or "").is_file()
    return getattr(module, "__spec__", None) is not None


OURS = Classes()


class Replicates(NamedTuple):
    """Some replications of one scenario.

    Attributes:
        record: the market or plan.
        values: of the point and world, by full key.
        runs: (run number, replication) of each.
    """

    record: Record
    values: Values
    runs: list[tuple[int, int]]


class Chunk(NamedTuple):
    """Work for about a second.

    Attributes:
        seed: of all luck.
        weeks: whether the weeks are kept.
        people: whether everybody's story is kept.
        lives: what is to be lived.
        figures: names of what is kept of every run; 0 where a scenario does not count it.
        texts: sources of mechanisms, by reference.
        counts: what of mechanisms is kept of every week; 0 where a scenario does not count it.
        classes: who lives.
    """

    seed: int
    weeks: bool
    people: bool
    lives: list[Replicates]
    figures: tuple[str, ...]
    texts: dict[str, str]
    counts: tuple[str, ...] = ()
    classes: Classes = OURS


Task = Callable[[Chunk], Done]
_Branchings = dict[tuple[int, ...], Branching]  # of a chunk, by the identities of its scenarios


def live_chunk(chunk: Chunk) -> Done:
    """Live all runs of a chunk."""
    start = time.perf_counter()
    left: dict[int, bytes] = {}
    families: dict[tuple[Hashable, int], dict[int, Scenario]] = {}  # by market and replication: a scenario a run
    branchings: _Branchings = {}
    for lives in chunk.lives:
        try:
            with received(chunk.texts):
                scenario = scenario_with(lives.record, lives.values)
        except Exception as error:
            left |= {run: _failed(error).packed() for run, _ in lives.runs}
            continue
        for run, replication in lives.runs:
            families.setdefault((beside_interventions(scenario), replication), {})[run] = scenario
    for (_, replication), family in families.items():
        left |= _live(family, chunk, replication, branchings)
    return Done(time.perf_counter() - start, left)


def _live(family: dict[int, Scenario], chunk: Chunk, replication: int, branchings: _Branchings) -> dict[int, bytes]:
    """Live scenarios of one market and replication as one until they part; if one fails, each alone, to find out which."""
    base, *plans = sorted(family, key=lambda run: len(family[run].intervention))
    known = tuple(id(family[run]) for run in (base, *plans))
    left: dict[int, bytes] = {}
    try:
        if known not in branchings:
            branchings[known] = Branching(family[base], [family[run] for run in plans], *chunk.classes)
        lives = branchings[known].as_they_part(chunk.seed, replication, lambda lived: _record(lived, chunk).packed())
        for place, record in lives:
            left[base if place == BASE else plans[place]] = record
    except Exception as error:
        if not plans:
            return {base: _failed(error).packed()}
        for run in family:
            left |= _live({run: family[run]}, chunk, replication, branchings)
    return left


def _record(lived: Run, chunk: Chunk) -> RunRecord:
    return RunRecord(
        np.array([lived.figures.get(name, 0.0) for name in chunk.figures]),
        weekly_columns(lived.state.tally, lived.state.counted, chunk.counts) if chunk.weeks else None,
        people_of(lived, lived.scenario) if chunk.people else None,
    )


def _failed(error: Exception) -> RunRecord:
    return RunRecord(error=f"{type(error).__name__}: {error}")
