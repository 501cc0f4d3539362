"""Many replications side by side, and how far they are.

Progress is a bar on a terminal and in a notebook, else a line now and then, nothing where nobody reads (CI is set).
"""

import os
import sys
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from types import TracebackType
from typing import NoReturn, Self, TypeVar

from tqdm.auto import tqdm

SECONDS_BETWEEN_LINES = 30.0


class Silent:
    """Tells nobody."""

    def begin(self, runs: int) -> None:
        """The study has so many runs."""

    def found(self, runs: int) -> None:
        """So many were finished before."""

    def lived(self, runs: int) -> None:
        """So many more are finished now; with 0, time goes by."""

    def close(self) -> None:
        """There is nothing more to tell."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Progress(Silent):
    """Tells of the runs on stderr."""

    def __init__(self, what: str = "sweep") -> None:
        self.what = what
        self.runs = self.done = self._lived = 0
        self._begun = self._told = time.monotonic()
        self._bar: tqdm[NoReturn] | None = None
        self._silent = "CI" in os.environ

    def begin(self, runs: int) -> None:
        """The study has so many runs, as far as is known; called again when there are more."""
        self.runs, self.done = runs, 0
        if self._bar is not None:  # a study that goes on with more replications
            self._bar.close()
        if sys.stderr.isatty() or "ipykernel" in sys.modules:
            self._bar = tqdm(total=runs, unit="run", desc=self.what, smoothing=0.0, leave=False)

    def found(self, runs: int) -> None:
        """So many were finished before; they say nothing about the rate."""
        self.done += runs
        if self._bar is not None:
            self._bar.initial += runs
            self._bar.update(runs)

    def lived(self, runs: int) -> None:
        """So many more are finished now; with 0, time goes by."""
        self.done += runs
        self._lived += runs
        now = time.monotonic()
        if self._bar is not None:
            self._bar.update(runs)
        elif not self._silent and now - self._told >= SECONDS_BETWEEN_LINES:
            self._told = now
            print(self._line(now - self._begun), file=sys.stderr, flush=True)

    def _line(self, seconds: float) -> str:
        line = f"cxsim: {self.done:,} of {self.runs:,} runs"
        if not self._lived:
            return line
        rate = self._lived / seconds
        return f"{line}, {rate:.3g} a second, {in_time((self.runs - self.done) / rate)} left"

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()


def in_time(seconds: float) -> str:
    """A duration in words, roughly."""
    for unit, length in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2.0 * length:
            return f"{seconds / length:.3g} {unit}"
    return f"{max(seconds, 0.0):.2g} seconds"


def in_bytes(size: float) -> str:
    """A size in words, roughly."""
    for unit, length in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= length:
            return f"{size / length:.3g} {unit}"
    return f"{size:.0f} bytes"


Result = TypeVar("Result")


def usable_cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Part(Silent):
    """Tells of a part of a longer work, and leaves the teller open."""

    def __init__(self, whole: Silent) -> None:
        self._whole = whole

    def lived(self, runs: int) -> None:
        self._whole.lived(runs)


def _teller(progress: bool | Silent, replications: int) -> Silent:
    if isinstance(progress, Silent):
        return _Part(progress)
    told = Progress("replications") if progress else Silent()
    told.begin(replications)
    return told


def each_replication(
    work: Callable[[int], Result],
    replications: int,
    workers: int | None = None,
    progress: bool | Silent = False,
    first: int = 0,
) -> list[Result]:
    """Do `work(replication)` for `first`, `first + 1`, ... side by side in threads; results in order, whatever the number of workers.

    `progress` is whether to tell of them, or who tells of a longer work that has begun and goes on: told of each, and left open.

    Threads suffice: the compiled rules hold no interpreter lock. Few are asked for ahead of time, since an interrupt that
    arrives in the middle of handing over work can leave the pool's lock taken, and stopping would wait for it forever.
    """
    threads = workers or usable_cores()
    with ThreadPoolExecutor(threads) as pool, _teller(progress, replications) as told:
        numbers = iter(range(first, first + replications))
        under_way = deque(pool.submit(work, number) for number in islice(numbers, 2 * threads))
        results: list[Result] = []
        try:
            while under_way:
                results.append(under_way.popleft().result())
                under_way.extend(pool.submit(work, number) for number in islice(numbers, 1))
                told.lived(1)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return results
