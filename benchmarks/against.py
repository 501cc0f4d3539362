"""This checkout against another commit, in turn on one machine: CPU of one run, with nothing to compile.

    python benchmarks/against.py 03a7337            # that commit, in a worktree of its own
    python benchmarks/against.py 03a7337 --runs 9

What it prints is a ratio of medians (and the range of the ratios of neighbours), so a machine's speed does not matter.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
LIVE = """
import time, cxsim
scenario = cxsim.load({market!r}, ["market.people={people}"])
cxsim.run(scenario, workers=1)  # whatever has to be compiled or read
start = time.process_time()
cxsim.run(scenario, replications={replications}, workers=1)
print(time.process_time() - start)
"""


def seconds(folder: Path, code: str) -> float:
    """CPU seconds that the code says it took, with the cxsim of a folder."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commit")
    parser.add_argument("--market", default="restaurant")
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--replications", type=int, default=4)
    parser.add_argument("--runs", type=int, default=7)
    asked = parser.parse_args()
    code = LIVE.format(market=asked.market, people=asked.people, replications=asked.replications)
    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder) / "other"
        subprocess.run(
            ["git", "worktree", "add", "--quiet", "--detach", str(other), asked.commit], cwd=ROOT, check=True
        )
        try:
            pairs = [(seconds(ROOT, code), seconds(other, code)) for _ in range(asked.runs + 1)][1:]
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(other)], cwd=ROOT, check=True)
    ratios = [own / its for own, its in pairs]
    own, its = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"{asked.market}, {asked.people:,} people, {asked.replications} replications, {asked.runs} pairs of runs")
    print(
        f"here {own:.2f} s, {asked.commit} {its:.2f} s: {own / its:.2f} times ({min(ratios):.2f} to {max(ratios):.2f})"
    )


if __name__ == "__main__":
    main()
