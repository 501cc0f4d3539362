"""What a worker does: live a plan beside its market, and keep the few numbers that the choice needs.

The first lives of a chunk are the market's own. They are kept for the next chunk, since every plan of a replication is
held against the same ones.
"""

import pickle
import time
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cxsim.analysis.sweep.parameters import scenario_with
from cxsim.analysis.sweep.work import Chunk, Replicates
from cxsim.analysis.workers.run_record import Done, RunRecord
from cxsim.engine.outcomes.money import discount_factors, outlays
from cxsim.engine.outcomes.status import Status
from cxsim.engine.simulate import simulate
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


def live_beside_market(chunk: Chunk) -> Done:
    """Live all plans of a chunk; each leaves what it changes, in the order of `KEPT`."""
    start = time.perf_counter()
    left: dict[int, bytes] = {}
    market, *plans = chunk.lives
    for plan in plans:
        for run, replication in plan.runs:
            try:
                before = _lived_before(_packed(market, chunk.texts), chunk.seed, replication)
                after = _remains(_scenario(_packed(plan, chunk.texts)), chunk.seed, replication)
                left[run] = RunRecord(_changes(before, after)).packed()
            except Exception as error:  # a plan that cannot be is a plan ruled out, not the end of the search
                left[run] = RunRecord(error=str(error) or type(error).__name__).packed()
    return Done(time.perf_counter() - start, left)


def _packed(lives: Replicates, texts: dict[str, str]) -> bytes:
    """What a scenario is made of, the sources of its mechanisms among it, as the key of a cache."""
    return pickle.dumps((lives.record, lives.values, texts))


@lru_cache(SCENARIOS_KEPT)
def _scenario(packed: bytes) -> Scenario:
    record, values, texts = pickle.loads(packed)
    with received(texts):
        return scenario_with(record, values)


@lru_cache(MARKETS_KEPT)
def _lived_before(packed: bytes, seed: int, replication: int) -> _Remains:
    return _remains(_scenario(packed), seed, replication)


def _remains(scenario: Scenario, seed: int, replication: int) -> _Remains:
    lived = simulate(scenario, seed, replication)
    outlay = float(outlays(lived.state, scenario, scenario.focal) @ discount_factors(scenario))
    return _Remains(lived.outcome.status, lived.figures["net_margin"], outlay)


def _changes(before: _Remains, after: _Remains) -> NDArray[np.float64]:
    looped, loops = before.status == Status.loop, after.status == Status.loop
    rescued = np.count_nonzero((before.status == Status.line) & loops)
    broken = np.count_nonzero(looped & (after.status == Status.line))
    net = np.count_nonzero(loops) - np.count_nonzero(looped)
    return np.array([net, rescued, broken, after.margin - before.margin, after.outlay - before.outlay], float)
