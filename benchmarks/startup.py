"""How long a user waits before anything is simulated.

Whole processes are timed, the best of several: the command line's help, the imports of the main modules (less a bare
interpreter's start they show what each costs), and the first run against the next: the first compiles the journey
into an empty cache folder, the next loads it from there. The small run lives 1,000 people for one week.

    python benchmarks/startup.py
"""

import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _common import SCENARIO, heading, table

REPEATS = 5
IMPORTS = (
    "cxsim",
    "cxsim.scenario",
    "cxsim.engine.luck",
    "cxsim.engine.journey.life",
    "cxsim.engine.market.start",
    "cxsim.engine.model",
)
SMALL_RUN = f"""
from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import load
LoyaltyModel(load({str(SCENARIO)!r}, ["market.people=1000"])).step()
"""


def main() -> None:
    """Measure and print."""
    heading("Seconds until a process of its own has ended")
    bare = best_of(["-c", "pass"])
    rows = [("python -c pass", f"{bare:.2f}", "")]
    if importlib.util.find_spec("cxsim.__main__"):
        rows.append(timed("python -m cxsim --help", ["-m", "cxsim", "--help"], bare))
    else:
        rows.append(("python -m cxsim --help", "none yet", ""))
    rows += [timed(f"import {name}", ["-c", f"import {name}"], bare) for name in IMPORTS]
    table(("process", "seconds", "less a bare one"), rows)

    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
        first = seconds_of(["-c", SMALL_RUN], environment)
        later = best_of(["-c", SMALL_RUN], environment)
        size = sum(file.stat().st_size for file in Path(cache).rglob("*") if file.is_file())
    table(
        ("small run", "times a cached one", "seconds"),
        [
            ("first: compiles", f"{first / later:.1f}", f"{first:.2f}"),
            ("cached", "1.0", f"{later:.2f}"),
        ],
    )
    print(f"The cache holds {size / 2**20:.1f} MiB.")


def timed(name: str, command: list[str], bare: float) -> tuple[str, str, str]:
    """A row of the table."""
    seconds = best_of(command)
    return name, f"{seconds:.2f}", f"{seconds - bare:.2f}"


def best_of(command: list[str], environment: dict[str, str] | None = None) -> float:
    """The least of several timings: what disturbs a process only ever makes it slower."""
    return min(seconds_of(command, environment) for _ in range(REPEATS))


def seconds_of(command: list[str], environment: dict[str, str] | None = None) -> float:
    """The time of one Python process."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *command], check=True, capture_output=True, env=environment)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
