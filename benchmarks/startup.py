"""How long a user waits before anything is simulated.

Whole processes are timed, the best of several: the command line's help, the imports of the main modules (less a bare
interpreter's start they show what each costs), and the first run against the next: the first compiles the journey
into an empty cache folder, the next loads it from there. The small run lives 1,000 people for one week.

Then where the CPU of the first verdict goes, which is that of `make demo`: imports, compiling, lives, tables and charts;
with `--install` the making of an environment too.

    python benchmarks/startup.py
    python benchmarks/startup.py --only-verdict --install
"""

import argparse
import importlib.util
import json
import os
import resource
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
ROOT = Path(__file__).parents[1]
DEMO = ["online-retailer", "plans/online-retailer-checkout", "plans/online-retailer-delivery"]
VERDICT = f"""
import json, sys, time
from pathlib import Path
spent = {{}}
before = 0.0
def done(what):
    global before
    now = time.process_time()
    spent[what], before = now - before, now
from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.results.writing import write_comparison
from cxsim.interface.cli import options
from cxsim.interface.cli.compare import _OF_A_COMPARISON
from cxsim.scenario import load_together
done("imports")
compare(*load_together({DEMO!r}, ["market.people=20", "market.horizon_weeks=4"]), replications=2)
done("compiling the rules")
comparison = compare(*load_together({DEMO!r}, []), replications=20)
done("60 lives and the comparison")
def draw(folder):
    for place, plan in enumerate(comparison.plans, start=1):
        options.draw(folder, _OF_A_COMPARISON, comparison, plan, f"-{{place}}")
write_comparison(comparison, Path(sys.argv[1]), draw=draw)
done("tables and charts")
print(json.dumps(spent))
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only-verdict", action="store_true", help="where the CPU of the first verdict goes, alone")
    parser.add_argument("--install", action="store_true", help="measure the making of an environment too")
    asked = parser.parse_args()
    if not asked.only_verdict:
        of_processes()
    first_verdict(asked.install)


def of_processes() -> None:
    """Seconds of whole processes, from help to a first run."""
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


def first_verdict(install: bool) -> None:
    """CPU seconds by what they are spent on, with nothing cached."""
    heading("CPU seconds until the first verdict (make demo), by what they are spent on")
    with tempfile.TemporaryDirectory() as place:
        spent = {}
        if install:
            before = of_children()
            subprocess.run([sys.executable, "-m", "venv", f"{place}/venv"], check=True)
            pip = [f"{place}/venv/bin/python", "-m", "pip", "install", "--quiet", "--no-compile", "--constraint"]
            subprocess.run([*pip, str(ROOT / "constraints.txt"), "--editable", str(ROOT)], check=True)
            spent["install"] = of_children() - before
        environment = {**os.environ, "NUMBA_CACHE_DIR": f"{place}/cache"}
        command = [sys.executable, "-c", VERDICT, f"{place}/results"]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
        spent |= json.loads(done.stdout)
    table(("", "seconds"), [(what, f"{seconds:.1f}") for what, seconds in spent.items()])


def of_children() -> float:
    """CPU seconds of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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
