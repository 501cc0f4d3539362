"""What the benchmark scripts share: the scenario, the line that says what ran where, small tables, a server."""

import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from urllib.request import urlopen

import numpy as np

from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import Scenario

SCENARIO = Path(__file__).with_name("every_mechanism.toml")
SERVED = "Ctrl-C ends it."  # the last that a server says before it answers; its workers may still be coming
WAITING = ("seconds until the answer", "asked", "median", "95%", "longest")
GOLDEN = 0.618034  # multiples of it, less their whole part, fill the time between 0 and 1 evenly


def versions() -> str:
    """Cores this process may use, and the versions that matter for speed."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("cxsim", "mesa", "numba", "numpy"))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores, {platform.machine()}, Python {platform.python_version()}, {packages}"


def heading(what: str) -> None:
    """Say what is measured, on what."""
    print(f"{what}\n{versions()}\n")


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under their columns: the first column to the left, numbers to the right."""
    cells = [[str(cell) for cell in row] for row in (columns, *rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(columns))]
    for row in cells:
        first, *rest = (
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join([first, *rest]).rstrip())
    print()
    sys.stdout.flush()


def lived_once(scenario: Scenario) -> tuple[float, int]:
    """CPU seconds from week 0 to the horizon, without making its people, and events lived."""
    model = LoyaltyModel(scenario, rng=1, collect=False)
    start = time.process_time()
    while model.running:
        model.step()
    return time.process_time() - start, model.events


@contextmanager
def serving(*options: str) -> Iterator[str]:
    """`cxsim serve` in a process of its own, at any free port; what it said, once it has workers."""
    command = [sys.executable, "-u", "-m", "cxsim", "serve", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if line.strip() == SERVED:
                break
        assert SERVED in said, "the server did not start"
        address = re.findall(r"http://[\d.]+:\d+", said)[0]
        try:
            while json.load(urlopen(f"{address}/api/ready"))["since"] is not None:
                time.sleep(0.1)
            yield said
        finally:
            process.terminate()


def waiting(name: str, seconds: Sequence[float]) -> tuple[object, ...]:
    """A row under `WAITING`: how long answers took."""
    shown = [f"{quantile:.3f}" for quantile in np.quantile(seconds, (0.5, 0.95, 1.0))] if seconds else ["-"] * 3
    return name, len(seconds), *shown
