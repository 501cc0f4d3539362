"""Many replications side by side."""

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from tqdm.auto import tqdm

Result = TypeVar("Result")


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
