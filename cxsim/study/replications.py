"""Living one replication, and many of them side by side."""

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from cxsim.ledger.figures import figures_of_run
from cxsim.ledger.money import contribution, discount_factors, intervention_costs
from cxsim.ledger.outcomes import Outcomes, outcomes
from cxsim.model import LoyaltyModel
from cxsim.records import World
from cxsim.scenario import Scenario

Result = TypeVar("Result")


@dataclass(frozen=True)
class Lived:
    """One scenario lived once: what remains of it for the focal brand."""

    world: World
    outcome: Outcomes
    figures: dict[str, float]
    margin: NDArray[np.float64]  # discounted contribution by week, before intervention costs
    cost: NDArray[np.float64]  # discounted intervention costs by week


def live(scenario: Scenario, seed: int, replication: int) -> Lived:
    """Live a whole run of a scenario with the compiled engine."""
    model = LoyaltyModel(scenario, rng=seed, replication=replication, collect=False)
    while model.running:
        model.step()
    focal = scenario.focal
    outcome = outcomes(model.world, focal)
    discount = discount_factors(scenario)
    return Lived(
        model.world,
        outcome,
        figures_of_run(model.world, scenario, focal, outcome),
        contribution(model.world, scenario, focal) * discount,
        intervention_costs(model.world, scenario, focal) * discount,
    )


def usable_cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def each_replication(
    work: Callable[[int], Result],
    replications: int,
    workers: int | None = None,
    progress: bool = False,
    first: int = 0,
) -> list[Result]:
    """Do `work(replication)` for `first`, `first + 1`, ... side by side in threads; results in order, whatever the number of workers.

    Threads suffice: the compiled rules hold no interpreter lock. Few are asked for ahead of time, since an interrupt that
    arrives in the middle of handing over work can leave the pool's lock taken, and stopping would wait for it forever.
    """
    threads = workers or usable_cores()
    with (
        ThreadPoolExecutor(threads) as pool,
        tqdm(total=replications, desc="replications", unit="run", disable=not progress, leave=False) as bar,
    ):
        numbers = iter(range(first, first + replications))
        under_way = deque(pool.submit(work, number) for number in islice(numbers, 2 * threads))
        results: list[Result] = []
        try:
            while under_way:
                results.append(under_way.popleft().result())
                under_way.extend(pool.submit(work, number) for number in islice(numbers, 1))
                bar.update()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return results
