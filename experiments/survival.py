"""Studies and searches that are stopped at random moments: how often, and what was lost.

    python -m experiments.survival               # a few of each kind
    python -m experiments.survival --times 13 --write   # 52 kills, 52 times Ctrl-C

A command is started, and after a moment drawn from a key (between its start and its end) it is killed with `kill -9`,
one of its workers is, or everybody hears Ctrl-C; then it is started again with `--resume`, and so on. What is finished may not shrink; the
tables of the end must be, byte for byte, those of a run that nobody stopped; no process may stay behind. Linux alone: it looks into /proc.
"""

import argparse
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from cxsim.analysis.sweep.journal import records
from experiments.choices import Choice
from experiments.pages import table, write_figures

PAGE = Path(__file__).parent.parent / "docs" / "survival.md"
FEW = 3
PATIENCE = 30.0  # seconds that processes have to end
MOMENTS = 1000
LIVES = "search/lives.log"
STOPS_OF_ONE = 3  # for each has less left to do than the one before

MARKET = """
name = "Corner shop"
[market]
people = 100
horizon_weeks = 12
focal = "ours"
[need]
at_entry = true
rate_scale_weeks = 2.0
[brand.ours]
use.failure_rate = 0.3
purchase.ease = 0.7
[brand.theirs]
use.quality = 0.7
"""
STUDY = """
name = "Stopped"
scenario = "market.toml"
replications = 5
seed = 3
[design]
kind = "latin_hypercube"
points = 80
[[factor]]
key = "brand.ours.use.quality"
low = 0.5
high = 0.9
"""
MENU = """
[[intervention]]
name = "repairs"
effect = [{parameter = "use.failure_rate", multiply = 0.2}]
cost = {once = 20.0}
start_week = [0, 6]

[[intervention]]
name = "till"
level = "typical"
effect = [{parameter = "purchase.ease", add = {low = 0.05, typical = 0.15, high = 0.25}}]
cost = {once = 30.0, per_use = 0.1}
"""


@dataclass(frozen=True)
class Work:
    """A command that can go on where it was stopped.

    Attributes:
        name: what people call it.
        options: of the command, without the folder.
        finished: how many runs a folder holds.
        kept: what must be the same at the end, from a folder.
    """

    name: str
    options: tuple[str, ...]
    finished: Callable[[Path], int]
    kept: Callable[[Path], object]


def _tables(out: Path) -> object:
    return {path.relative_to(out).as_posix(): _sum(path) for path in sorted(out.rglob("*.parquet"))}


def _search(out: Path) -> object:
    files = {path.relative_to(out).as_posix(): _sum(path) for path in sorted(out.rglob("*")) if path.is_file()}
    files.pop(LIVES)
    with (out / LIVES).open("rb") as log:  # in the order in which workers finish
        return files, sorted((run, payload) for run, payload, _ in records(log))


def _runs_of_study(out: Path) -> int:
    """Finished runs: those of whole blocks, and those noted of others."""
    blocks: dict[str, int] = {path.stem: pq.read_metadata(path).num_rows for path in out.glob("runs/*.parquet")}
    journals = [path for path in out.glob("journal/*.log") if path.stem not in blocks]
    return sum(blocks.values()) + sum(map(_noted, journals))


def _runs_of_search(out: Path) -> int:
    return _noted(out / LIVES) if (out / LIVES).exists() else 0


def _noted(journal: Path) -> int:
    with journal.open("rb") as log:
        return sum(1 for _ in records(log))


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


WORKS = (
    Work("study", ("sweep", "study.toml"), _runs_of_study, _tables),
    Work("search", ("portfolio", "market.toml", "--menu", "menu.toml", "--budget", "45", "--runs", "600"), _runs_of_search, _search),
)  # fmt: skip
STOPS = ("kill -9 of the driver", "kill -9 of a worker", "Ctrl-C")


@dataclass
class Found:
    """What was seen of one kind of stop."""

    stopped: int = 0
    lost: int = 0  # what was finished has shrunk
    differing: int = 0  # tables at the end
    left: int = 0  # processes that stayed behind
    untidy: int = 0  # Ctrl-C without its one line and its code


def _started(work: Work, folder: Path, out: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "cxsim", *work.options, "-o", out.name, "--workers", "2", "--resume"]
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def _processes(session: int) -> list[int]:
    """Living processes of a session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, own = stat.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(own) == session and state != "Z":
            found.append(int(stat.parent.name))
    return found


def _whole(work: Work, folder: Path, out: Path) -> float:
    """Let it go on to its end; the seconds that it took."""
    begun = time.monotonic()
    process = _started(work, folder, out)
    _, errors = process.communicate()
    if process.returncode:
        raise RuntimeError(f"{work.name} ended with {process.returncode}: {errors}")
    return time.monotonic() - begun


def _stop(process: subprocess.Popen[str], stop: str, choice: Choice) -> bool:
    """Do it; False where there was nothing to stop any more."""
    if process.poll() is not None:
        return False
    if stop == "Ctrl-C":
        os.killpg(process.pid, signal.SIGINT)
        return True
    workers = [each for each in _processes(process.pid) if each != process.pid]
    if stop == "kill -9 of a worker":
        if workers:
            os.kill(workers[choice.below(len(workers))], signal.SIGKILL)
        return bool(workers)
    os.kill(process.pid, signal.SIGKILL)
    return True


def _stopped_once(work: Work, stop: str, folder: Path, out: Path, longest: float, choice: Choice, found: Found) -> None:
    """Start it, stop it, and look at what is there."""
    before = work.finished(out)
    process = _started(work, folder, out)
    time.sleep(longest * choice.below(MOMENTS) / MOMENTS)
    done = _stop(process, stop, choice)
    said, errors = process.communicate()
    found.stopped += done
    found.lost += work.finished(out) < before
    if done and stop == "Ctrl-C" and process.returncode:
        found.untidy += process.returncode != 130 or "Traceback" in said + errors or len(errors.splitlines()) > 1
    end = time.monotonic() + PATIENCE
    while (left := _processes(process.pid)) and time.monotonic() < end:
        time.sleep(0.05)
    found.left += len(left)
    for each in left:
        os.kill(each, signal.SIGKILL)


def tried(work: Work, stop: str, times: int, folder: Path) -> Found:
    """So many stops of one kind; folders that are whole are compared, and another is begun."""
    found, number = Found(), 0
    reference = folder / f"{work.name}-whole"
    longest = _whole(work, folder, reference)
    wanted = work.kept(reference)
    while found.stopped < times:
        out = folder / f"{work.name}-{STOPS.index(stop)}-{number}"
        for _ in range(STOPS_OF_ONE):
            if found.stopped < times:
                number += 1
                _stopped_once(work, stop, folder, out, longest, Choice(f"{work.name} {stop}", number), found)
        _whole(work, folder, out)
        found.differing += work.kept(out) != wanted
    return found


def figures(times: int) -> str:
    """The table of the page."""
    rows = []
    for work in WORKS:
        for stop in STOPS:
            with tempfile.TemporaryDirectory() as place:
                folder = Path(place)
                for name, text in (("market.toml", MARKET), ("study.toml", STUDY), ("menu.toml", MENU)):
                    (folder / name).write_text(text, encoding="utf-8")
                found = tried(work, stop, 2 * times if stop == STOPS[-1] else times, folder)  # for two are kills
            counts = (found.stopped, found.lost, found.differing, found.left)
            untidy = str(found.untidy) if stop == "Ctrl-C" else ""
            rows.append([work.name, stop, *map(str, counts), untidy])
            print(rows[-1], flush=True)
    return table(
        ["what", "stopped by", "times", "something finished lost", "other tables at the end", "processes left", "said otherwise than in one line"],
        rows,
    )  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="update the page")
    parser.add_argument("--times", type=int, default=FEW, help="stops of a kind; Ctrl-C twice as often")
    asked = parser.parse_args()
    shown = figures(asked.times)
    print(shown)
    if asked.write:
        write_figures(PAGE, shown)
