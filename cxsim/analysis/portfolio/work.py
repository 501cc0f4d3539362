"""What a worker does: live a plan beside its market, and keep the few numbers that the choice needs.

The first lives of a chunk are the market's own. What they leave is kept for the next chunk, since every plan of a
replication is held against the same ones; the past that they share with plans is lived once a chunk.
"""

import pickle
import time
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cxsim.analysis.sweep.parameters import scenario_with
from cxsim.analysis.sweep.work import Chunk, Replicates
from cxsim.analysis.workers.remembered import Remembered
from cxsim.analysis.workers.run_record import Done, RunRecord
from cxsim.engine.branching import BASE, Branching
from cxsim.engine.outcomes.money import discount_factors, outlays
from cxsim.engine.outcomes.status import Status
from cxsim.engine.simulate import Run
from cxsim.scenario import Scenario
from cxsim.scenario.mechanism import received

# What a plan changes against the market without it, the same customers with the same luck: net loops, lines that
# became loops, loops that became lines, discounted margin after all costs, discounted outlays.
KEPT = ("loops", "rescued", "broken", "margin", "cost")
MARKETS_KEPT, SCENARIOS_KEPT = 64, 512


@dataclass(frozen=True)
class _Remains:
    """What of a life the comparison needs; a byte a person."""

    status: NDArray[np.uint8]
    margin: float
    outlay: float


# What the market leaves without a plan: by what it is made of, seed and replication.
_MARKETS: Remembered[tuple[bytes, int, int], _Remains] = Remembered(MARKETS_KEPT)


def live_beside_market(chunk: Chunk) -> Done:
    """Live all plans of a chunk; each leaves what it changes, in the order of `KEPT`."""
    start = time.perf_counter()
    left: dict[int, bytes] = {}
    market, *plans = chunk.lives
    asked: dict[int, dict[int, bytes]] = {}  # by replication and run, what the plan is made of
    for plan in plans:
        for run, replication in plan.runs:
            asked.setdefault(replication, {})[run] = _packed(plan, chunk.texts)
    for replication, runs in asked.items():
        left |= _live(_packed(market, chunk.texts), runs, chunk.seed, replication)
    return Done(time.perf_counter() - start, left)


def _packed(lives: Replicates, texts: dict[str, str]) -> bytes:
    """What a scenario is made of, the sources of its mechanisms among it, as the key of a cache."""
    return pickle.dumps((lives.record, lives.values, texts))


@lru_cache(SCENARIOS_KEPT)
def _scenario(packed: bytes) -> Scenario:
    record, values, texts = pickle.loads(packed)
    with received(texts):
        return scenario_with(record, values)


def _live(market: bytes, plans: dict[int, bytes], seed: int, replication: int) -> dict[int, bytes]:
    """What plans change in one replication, by run; if one cannot be, each is lived alone, so that it alone is ruled out."""
    try:
        changes = _lived_beside(market, plans, seed, replication)
    except Exception as error:  # a plan that cannot be is a plan ruled out, not the end of the search
        if len(plans) == 1:
            return dict.fromkeys(plans, RunRecord(error=str(error) or type(error).__name__).packed())
        alone = [_live(market, {run: plan}, seed, replication) for run, plan in plans.items()]
        return {run: left for each in alone for run, left in each.items()}
    return {run: RunRecord(each).packed() for run, each in changes.items()}


def _lived_beside(
    market: bytes, plans: dict[int, bytes], seed: int, replication: int
) -> dict[int, NDArray[np.float64]]:
    """The past that plans share with their market is lived once; the market itself only where it is not remembered."""
    known, runs = _MARKETS.get((market, seed, replication)), list(plans)
    branching = Branching(_scenario(market), [_scenario(plan) for plan in plans.values()])
    after: dict[int, _Remains] = {}
    for place, remains in branching.as_they_part(seed, replication, _remains):
        if place == BASE:
            known = _MARKETS.keep((market, seed, replication), remains)
        else:
            after[runs[place]] = remains
        if known is not None and len(after) == len(runs):
            return {run: _changes(known, each) for run, each in after.items()}
    raise AssertionError("the market is the last to be lived")


def _remains(lived: Run) -> _Remains:
    scenario = lived.scenario
    outlay = float(outlays(lived.state, scenario, scenario.focal) @ discount_factors(scenario))
    return _Remains(lived.outcome.status, lived.figures["net_margin"], outlay)


def _changes(before: _Remains, after: _Remains) -> NDArray[np.float64]:
    looped, loops = before.status == Status.loop, after.status == Status.loop
    rescued = np.count_nonzero((before.status == Status.line) & loops)
    broken = np.count_nonzero(looped & (after.status == Status.line))
    net = np.count_nonzero(loops) - np.count_nonzero(looped)
    return np.array([net, rescued, broken, after.margin - before.margin, after.outlay - before.outlay], float)
