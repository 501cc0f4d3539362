"""How far a study is: a bar on a terminal, else a line now and then, nothing where nobody reads (CI is set)."""

import os
import sys
import time
from types import TracebackType
from typing import NoReturn, Self

from tqdm import tqdm

SECONDS_BETWEEN_LINES = 30.0


class Silent:
    """Tells nobody."""

    def begin(self, runs: int) -> None:
        """The study has so many runs."""

    def found(self, runs: int) -> None:
        """So many were finished before."""

    def lived(self, runs: int) -> None:
        """So many more are finished now; with 0, time goes by."""


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
        if sys.stderr.isatty():
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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
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
