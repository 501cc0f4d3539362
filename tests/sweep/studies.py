"""Small studies for tests, what workers do to themselves in them, and how results are compared."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from cxsim.sweep.crews import Threads
from cxsim.sweep.study import read_study
from cxsim.sweep.sweep import sweep
from cxsim.sweep.work import live_chunk

MARKET = """
name = "Two shops"
[market]
people = 60
horizon_weeks = 8
focal = "ours"
[need]
rate_scale_weeks = 2.0
[brand.ours]
use.failure_rate = 0.2
[brand.theirs]
use.quality = 0.7
"""
PLAN = """
name = "Fewer failures"
extends = "market.toml"
[[intervention]]
name = "Check twice"
effect = [{ parameter = "use.failure_rate", multiply = { low = 0.9, typical = 0.5, high = 0.2 } }]
cost = { once = 5.0 }
"""
STUDY = """
name = "Small"
scenario = "market.toml"
plans = ["plan.toml"]
replications = 5
seed = 3
people = true
[design]
kind = "latin_hypercube"
points = 9
[[factor]]
key = "brand.ours.use.quality"
low = 0.5
high = 0.9
[[factor]]
key = "intervention.Check twice.coverage"
low = 0.2
high = 1.0
[worlds]
from = "register"
draws = 3
keys = ["telling.bad"]
"""
LIVELY = STUDY.replace("points = 9", "points = 2").replace("draws = 3", "draws = 2")  # few runs; in all the plan tells
LIVELY = LIVELY.replace("people = true", "weeks = false\nset = { market.people = 400, market.horizon_weeks = 30 }")
RUNS = 9 * 3 * 2 * 5  # more than a block


def written(folder, text=STUDY, market=MARKET, plan=PLAN):
    """A study file with its market and plan beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("market.toml", market), ("plan.toml", plan), ("study.toml", text)):
        (folder / name).write_text(content, encoding="utf-8")
    return folder / "study.toml"


def lived(study, out, crew=None, **options):
    """The study lived into a folder."""
    return sweep(read_study(study), out, crew or Threads(), **options)


def sums(folder, *endings):
    """SHA-256 of every table; with endings, of files with these too."""
    files = sorted(path for ending in (".parquet", *endings) for path in Path(folder).rglob(f"*{ending}"))
    assert files
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# ---- what workers do ------------------------------------------------------------------------------------------------


def _runs_of(chunk):
    return {run for lives in chunk.lives for run, _ in lives.runs}


def die_once(marker, run, chunk):
    """Kill the worker that is first given this run."""
    if run in _runs_of(chunk) and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return live_chunk(chunk)


def die_always(run, chunk):
    """Kill every worker that is given this run."""
    if run in _runs_of(chunk):
        os.kill(os.getpid(), signal.SIGKILL)
    return live_chunk(chunk)


# ---- drivers that can be killed -------------------------------------------------------------------------------------


def started(study, out, *options, **popen):
    """`cxsim sweep` in a session of its own."""
    command = [sys.executable, "-m", "cxsim", "sweep", str(study), "-o", str(out), *map(str, options)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, **popen
    )


def finished_bytes(out):
    """What is in journals and complete blocks so far."""
    sizes = []
    for path in [*Path(out).glob("journal/*.log"), *Path(out).glob("runs/*.parquet")]:
        try:
            sizes.append(path.stat().st_size)
        except FileNotFoundError:
            continue
    return sum(sizes)


def wait_until(condition, process=None, seconds=120):
    """Look again and again; fail when it never comes true."""
    end = time.monotonic() + seconds
    while not condition():
        if process is not None and process.poll() is not None:
            raise AssertionError(f"ended before it came to that: {process.communicate()}")
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)


def processes_of(session):
    """Living processes of a session (Linux)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, own = stat.read_text().rpartition(")")[2].split()[:4]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(own) == session and state != "Z":
            found.append(int(stat.parent.name))
    return found
