"""The same study through `cxsim sweep` and through `mesa.batch_run`, the tool that a Mesa user has at hand.

Both live the same runs with the same luck on as many processes; the loops lived in every run have to agree. cxsim keeps
figures and weekly tables on disk and can be resumed; batch_run hands back the last week of each run from memory (with
all weeks it would be slower and hold them all), and what it has lived is gone when it is stopped.

    python benchmarks/sweep_peer.py [--runs 400] [--people 5_000] [--weeks 104] [--workers 2]
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import mesa
from _common import SCENARIO, heading, table
from _sweeps import KEY, POINTS, Stopwatch, study

from cxsim import LoyaltyModel


class Market(LoyaltyModel):
    """The benchmark market, with a seed that does not depend on how a version of Mesa hands `rng` to its models."""

    def __init__(self, rng: int | None = None, **parameters: float) -> None:
        super().__init__(str(SCENARIO), rng=1, **parameters)


def main() -> None:
    """Run each in a process of its own and print the table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--runs", type=int, default=400)
    options.add_argument("--people", type=int, default=5_000)
    options.add_argument("--weeks", type=int, default=104)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--one", choices=WAYS, help=argparse.SUPPRESS)  # one of them, in this process
    asked = options.parse_args()
    if asked.one:
        print(json.dumps(WAYS[asked.one](asked)))
        return
    heading(f"{asked.runs:,} runs of {asked.people:,} people x {asked.weeks} weeks on {asked.workers} processes")
    found = {}
    for way in WAYS:
        done = subprocess.run(
            [sys.executable, __file__, f"--one={way}", *sys.argv[1:]], check=True, stdout=subprocess.PIPE, text=True
        )
        found[way] = json.loads(done.stdout)
    if found["cxsim sweep"]["loops"] != found["mesa.batch_run"]["loops"]:
        raise SystemExit("the two did not live the same runs")
    rows = [(way, f"{each['wall']:.1f}", f"{each['cpu']:.1f}", f"{each['peak']:.0f}") for way, each in found.items()]
    table(("way", "wall s", "CPU s of the driver", "MiB of the driver"), rows)


def with_cxsim(asked: argparse.Namespace) -> dict[str, object]:
    """The study with `cxsim sweep`."""
    from cxsim.analysis.sweep import read_runs
    from cxsim.analysis.sweep.sweep import sweep
    from cxsim.analysis.workers.backends import Processes

    with tempfile.TemporaryDirectory() as place:
        reading = study(Path(place), asked.runs, asked.people, asked.weeks, "weeks")
        watch = Stopwatch()
        sweep(reading, Path(place) / "out", Processes(asked.workers))
        wall, cpu = watch.read()
        runs = read_runs(Path(place) / "out", ["point", "replication", "loop_purchases"])
    ordered = runs.sort_values(["point", "replication"])["loop_purchases"]
    return {"wall": wall, "cpu": cpu, "peak": peak(), "loops": ordered.astype(int).tolist()}


def with_mesa(asked: argparse.Namespace) -> dict[str, object]:
    """The study with `mesa.batch_run`."""
    with tempfile.TemporaryDirectory() as place:
        reading = study(Path(place), asked.runs, asked.people, asked.weeks)
    parameters = {
        "market.people": [asked.people],
        "market.horizon_weeks": [asked.weeks],
        KEY: reading.study.factor[0].values,
        "replication": range(max(1, asked.runs // POINTS)),
    }
    watch = Stopwatch()
    rows = mesa.batch_run(
        Market, parameters, number_processes=asked.workers, data_collection_period=-1, display_progress=False
    )
    wall, cpu = watch.read()
    order = sorted(rows, key=lambda row: (row[KEY], row["replication"]))
    return {"wall": wall, "cpu": cpu, "peak": peak(), "loops": [row["loops"] for row in order]}


def peak() -> float:
    """Most memory that this process ever held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


WAYS = {"cxsim sweep": with_cxsim, "mesa.batch_run": with_mesa}


if __name__ == "__main__":
    main()
