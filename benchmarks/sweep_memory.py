"""Whether the driver's memory grows with the study: its peak from 1,000 to 100,000 runs, each size in a new process.

The lives are real, of a tiny market, and were lived beforehand; weekly tables are kept.

    python benchmarks/sweep_memory.py [--largest 100_000]
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from _common import heading, table
from _sweeps import Finished, Stopwatch, study

SIZES = (1_000, 10_000, 100_000)
PEOPLE, WEEKS = 100, 52


def main() -> None:
    """Run every size in a process of its own and print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--largest", type=int, default=SIZES[-1], help="leave out the sizes above")
    options.add_argument("--one", type=int, help=argparse.SUPPRESS)  # a single size, in this process
    asked = options.parse_args()
    if asked.one:
        print(json.dumps(measure(asked.one)))
        return
    heading(f"peak memory of the driver, {PEOPLE} people x {WEEKS} weeks with weekly tables, by number of runs")
    rows = []
    for runs in (size for size in SIZES if size <= asked.largest):
        done = subprocess.run([sys.executable, __file__, f"--one={runs}"], check=True, capture_output=True, text=True)
        found = json.loads(done.stdout)
        rows.append(
            (f"{runs:,}", f"{found['before'] / 2**20:.0f}", f"{found['peak'] / 2**20:.0f}", f"{found['wall']:.1f}")
        )
    table(("runs", "MiB before", "MiB at the peak", "seconds"), rows)


def measure(runs: int) -> dict[str, float]:
    """Peak memory in bytes before and at the end of a study of so many runs."""
    from cxsim.analysis.sweep.sweep import sweep

    with tempfile.TemporaryDirectory() as place:
        reading = study(Path(place), runs, PEOPLE, WEEKS, "weeks")
        backend = Finished(reading)
        before = peak()
        watch = Stopwatch()
        sweep(reading, Path(place) / "out", backend)
        return {"before": before, "peak": peak(), "wall": watch.read()[0]}


def peak() -> float:
    """Most memory that this process ever held, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
