"""This checkout against another commit, in turn on one machine: CPU of lives, comparisons, studies and answers of the page.

    python benchmarks/against.py 03a7337            # that commit, in a worktree of its own
    python benchmarks/against.py 03a7337 --what questions --tries 5
    python benchmarks/against.py 03a7337 --what sentences

`--what life` is one run with nothing to compile: a ratio of medians, and the range of the ratios of neighbours, so that a
machine's speed does not matter. `--what questions` asks what base and plans share: a comparison, a chunk of a study (the base and
two plans), and the page's first and next answer about a market; plans begin at 0, h/4, h/2 and 3h/4 of a horizon h, in a market that
both commits can read (every_mechanism.toml without its interventions). Of each the least CPU of the tries.
`--what sentences` prints the first sentence of the verdict on every ready plan, there and here.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from _common import SCENARIO, heading, table

ROOT = Path(__file__).parents[1]
ASKED = Path(__file__).with_name("_of_any_commit.py")
HORIZON = 104
WEEKS = [HORIZON * quarter // 4 for quarter in range(4)]
LIVE = """
import time, cxsim
scenario = cxsim.load({market!r}, ["market.people={people}"])
cxsim.run(scenario, workers=1)  # whatever has to be compiled or read
start = time.process_time()
cxsim.run(scenario, replications={replications}, workers=1)
print(time.process_time() - start)
"""


def said(folder: Path, *command: str) -> str:
    """The last line that Python says, with the cxsim of a folder."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1]


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """A worktree of a commit, while it is needed."""
    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder) / "other"
        subprocess.run(["git", "worktree", "add", "--quiet", "--detach", str(other), commit], cwd=ROOT, check=True)
        try:
            yield other
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(other)], cwd=ROOT, check=True)


def life(other: Path, asked: argparse.Namespace) -> None:
    code = LIVE.format(market=asked.market, people=asked.people, replications=asked.replications)
    pairs = [(float(said(ROOT, "-c", code)), float(said(other, "-c", code))) for _ in range(asked.tries + 1)][1:]
    ratios = [own / its for own, its in pairs]
    own, its = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"{asked.market}, {asked.people:,} people, {asked.replications} replications, {asked.tries} pairs of runs")
    print(
        f"here {own:.2f} s, {asked.commit} {its:.2f} s: {own / its:.2f} times ({min(ratios):.2f} to {max(ratios):.2f})"
    )


def questions(other: Path, asked: argparse.Namespace) -> None:
    heading(f"Here and at {asked.commit}, CPU, {asked.people:,} people ({HORIZON} weeks), the page with its own 2,000")
    taken: dict[Path, dict[str, list[float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        market = Path(folder) / "market.toml"
        bare = SCENARIO.read_text(encoding="utf-8").partition("[[intervention]]")[0]
        market.write_text(bare, encoding="utf-8")
        for _ in range(asked.tries):
            for place in (other, ROOT):
                answer = json.loads(
                    said(place, str(ASKED), "questions", str(market), str(asked.people), *map(str, WEEKS))
                )
                least = taken.setdefault(place, answer)
                for name, times in answer.items():
                    least[name] = [min(pair) for pair in zip(least[name], times, strict=True)]
    slower = min(taken[ROOT].pop("life")) / min(taken[other].pop("life"))
    rows = []
    for name, times in taken[ROOT].items():
        plans = 2 if name == "study" else 1
        for week, here, there in zip(WEEKS, times, taken[other][name], strict=True):
            wanted = 1.0 if "next" in name else 1.0 - plans * week / HORIZON / (plans + 1.0)
            ratio = here / there
            rows.append(
                (
                    name,
                    week,
                    f"{there:.2f} s",
                    f"{here:.2f} s",
                    f"{wanted:.3f}",
                    f"{ratio:.3f}",
                    f"{ratio / slower:.3f}",
                )
            )
    table(("", "plan from week", asked.commit, "here", "by weeks", "ratio", "for equal lives"), rows)
    print(f"a life here : there {slower:.3f}, by which the last column is divided")


def sentences(other: Path, asked: argparse.Namespace) -> None:
    there, here = (json.loads(said(place, str(ASKED), "sentences", str(asked.replications))) for place in (other, ROOT))
    for plan in {**there, **here}:
        print(f"{plan}\n  {asked.commit}: {there.get(plan, 'none')}\n  here: {here.get(plan, 'none')}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commit")
    parser.add_argument("--what", choices=("life", "questions", "sentences"), default="life")
    parser.add_argument("--market", default="restaurant", help="of a life")
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--replications", type=int, default=4, help="of a life, or of a comparison for its sentence")
    parser.add_argument("--tries", "--runs", type=int, default=7)
    asked = parser.parse_args()
    with checked_out(asked.commit) as other:
        {"life": life, "questions": questions, "sentences": sentences}[asked.what](other, asked)


if __name__ == "__main__":
    main()
