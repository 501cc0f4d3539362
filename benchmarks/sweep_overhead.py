"""What a run costs the driver of a study: CPU time to hand it out, journal it and write its rows, by tables kept.

The lives are real and were lived beforehand, so that what is left is the driver. There are only so many different ones,
and repeated rows compress well: disk is more in a real study (`cxsim sweep --dry-run`).

    python benchmarks/sweep_overhead.py [--runs 2000] [--people 20_000] [--weeks 156]
"""

import argparse
import tempfile
from pathlib import Path

from _common import heading, table
from _sweeps import Finished, Stopwatch, study

LIVES = 60
TABLES = ((), ("weeks",), ("weeks", "people"))


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--runs", type=int, default=2000)
    options.add_argument("--people", type=int, default=20_000)
    options.add_argument("--weeks", type=int, default=156)
    asked = options.parse_args()
    from cxsim.analysis.sweep.sweep import sweep

    heading(f"CPU of the driver a run, {asked.runs:,} runs of {asked.people:,} people x {asked.weeks} weeks")
    rows = []
    for tables in TABLES:
        with tempfile.TemporaryDirectory() as place:
            reading = study(Path(place), asked.runs, asked.people, asked.weeks, *tables)
            backend = Finished(reading, LIVES)
            watch = Stopwatch()
            space = sweep(reading, Path(place) / "out", backend)
            wall, cpu = watch.read()
            disk = sum(file.stat().st_size for file in (Path(place) / "out").rglob("*.parquet"))
        rows.append(
            (
                " + ".join(("runs", *tables)),
                f"{cpu / space.runs * 1e3:.3f}",
                f"{wall / space.runs * 1e3:.3f}",
                f"{sum(map(len, backend.left)) / len(backend.left) / 1e3:.1f}",
                f"{disk / space.runs / 1e3:.1f}",
            )
        )
    table(("tables", "CPU ms", "wall ms", "kB sent", "kB on disk"), rows)


if __name__ == "__main__":
    main()
