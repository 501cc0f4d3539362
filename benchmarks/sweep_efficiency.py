"""How much of a study's wall time is simulation: `cxsim sweep` on worker processes beside the kernel alone.

The kernel alone is the market built and lived to its horizon in this process, nothing computed of it, nothing kept;
measured on a sample of the study's own runs before the study and again after it. A study on w workers cannot be done
in less than runs x kernel / w. Where other work keeps the cores busy, compare the medians of several calls.

    python benchmarks/sweep_efficiency.py [--runs 2000] [--people 20_000] [--weeks 156] [--workers 2]
"""

import argparse
import statistics
import tempfile
from pathlib import Path

from _common import heading, table
from _sweeps import POINTS, Stopwatch, study

from cxsim.analysis.sweep.study import Reading

SAMPLE = 20


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--runs", type=int, default=2000)
    options.add_argument("--people", type=int, default=20_000)
    options.add_argument("--weeks", type=int, default=156)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--long", nargs="*", default=["weeks"], help="the long tables kept")
    asked = options.parse_args()
    from cxsim.analysis.sweep.sweep import sweep
    from cxsim.analysis.workers.backends import Processes

    heading(f"{asked.runs:,} runs of {asked.people:,} people x {asked.weeks} weeks on {asked.workers} workers")
    with tempfile.TemporaryDirectory() as place:
        reading = study(Path(place), asked.runs, asked.people, asked.weeks, *asked.long)
        kernel_alone(reading, 2)  # loads or compiles
        before = kernel_alone(reading, SAMPLE)
        watch = Stopwatch()
        space = sweep(reading, Path(place) / "out", Processes(asked.workers))
        wall, driver = watch.read()
        after = kernel_alone(reading, SAMPLE)
    kernel = statistics.mean([*before, *after])
    least = kernel * space.runs / asked.workers
    table(
        ("", "seconds"),
        [
            ("kernel alone, a run", f"{kernel:.4f}"),
            ("  before and after the study", f"{statistics.mean(before):.4f} and {statistics.mean(after):.4f}"),
            (f"{space.runs:,} kernels on {asked.workers} workers", f"{least:.1f}"),
            ("the study, wall", f"{wall:.1f}"),
            ("the study, CPU of the driver, a run", f"{driver / space.runs:.5f}"),
            ("efficiency", f"{least / wall:.1%}"),
        ],
    )


def kernel_alone(reading: Reading, sample: int) -> list[float]:
    """Seconds of each of some runs, spread over the points."""
    from cxsim.analysis.sweep.parameters import scenario_with
    from cxsim.analysis.sweep.sweep import planned
    from cxsim.engine.model import LoyaltyModel

    space = planned(reading)
    seconds = []
    for number in range(sample):
        scenario = scenario_with(reading.records["base"], space.values(number % POINTS))
        watch = Stopwatch()
        model = LoyaltyModel(scenario, rng=space.seed, replication=number, collect=False)
        while model.running:
            model.step()
        seconds.append(watch.read()[0])
    return seconds


if __name__ == "__main__":
    main()
