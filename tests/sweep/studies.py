"""Small studies for tests, what workers do to themselves in them, and how results are compared."""

import hashlib
import os
import signal
from pathlib import Path

from cxsim.analysis.sweep.study import read_study
from cxsim.analysis.sweep.sweep import sweep
from cxsim.analysis.sweep.work import live_chunk
from cxsim.analysis.workers.backends import Threads

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


def lived(study, out, backend=None, **options):
    """The study lived into a folder."""
    return sweep(read_study(study), out, backend or Threads(), **options)


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


# ---- drivers that are killed ----------------------------------------------------------------------------------------


def finished_bytes(out):
    """What is in journals and complete blocks so far."""
    sizes = []
    for path in [*Path(out).glob("journal/*.log"), *Path(out).glob("runs/*.parquet")]:
        try:
            sizes.append(path.stat().st_size)
        except FileNotFoundError:
            continue
    return sum(sizes)
