"""How time and memory grow with the number of people, 10,000 to 10,000,000, over one simulated year.

Each size runs in a process of its own, on one core. Set-up is split into links and people, and held against the time
of the year that is then lived. Bytes per person are what the finished world holds; the peak is the whole process's,
Python and libraries included (measured at its end by the operating system), so it shows what set-up needs on the way.

    python benchmarks/sizes.py [--largest 10_000_000] [--brands 3] [--weeks 52] [--scenario NAME]
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

from _common import SCENARIO, heading, table

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)


def main() -> None:
    """Run every size in a process of its own and print the table."""
    arguments = parser().parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one, arguments)))
        return
    heading(
        f"{arguments.weeks} weeks of {Path(arguments.scenario).stem} with up to {arguments.brands} brands, one core, by number of people"
    )
    measure_in_child(SIZES[0], arguments)  # compiles, if nobody has yet
    rows = []
    for people in (size for size in SIZES if size <= arguments.largest):
        found = measure_in_child(people, arguments)
        setup = found["links"] + found["population"]
        rows.append(
            (
                f"{people:,}",
                f"{found['run'] / found['events'] * 1e9:.0f}",
                f"{found['events'] / people:.0f}",
                f"{setup / found['run']:.2f}",
                f"{found['links']:.2f}",
                f"{found['population']:.2f}",
                f"{found['run']:.2f}",
                f"{found['world'] / people:.0f}",
                f"{found['peak'] / 2**30:.2f}",
            )
        )
    table(
        ("people", "ns/event", "events each", "set-up/run", "links s", "people s", "run s", "bytes each", "peak GiB"),
        rows,
    )


def parser() -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--largest", type=int, default=SIZES[-1], help="leave out the sizes above")
    options.add_argument("--brands", type=int, default=3, choices=(1, 2, 3), help="how many of the brands to keep")
    options.add_argument("--weeks", type=int, default=52)
    options.add_argument("--scenario", default=str(SCENARIO), help="another scenario, by file or name")
    options.add_argument("--one", type=int, help=argparse.SUPPRESS)  # a single size, in this process
    return options


def measure_in_child(people: int, arguments: argparse.Namespace) -> dict[str, float]:
    """One size in a fresh process."""
    same = [f"--{name}={getattr(arguments, name)}" for name in ("brands", "weeks", "scenario")]
    done = subprocess.run(
        [sys.executable, __file__, f"--one={people}", *same], check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def measure(people: int, arguments: argparse.Namespace) -> dict[str, float]:
    """Times in seconds and sizes in bytes for one number of people."""
    from cxsim.engine.journey.life import live_week
    from cxsim.engine.luck import key_of
    from cxsim.engine.market.exchange import tick
    from cxsim.engine.market.start import make_links, state_at_start
    from cxsim.scenario import Scenario, load

    def with_people(number: int) -> Scenario:
        scenario = load(arguments.scenario, [f"market.people={number}", f"market.horizon_weeks={arguments.weeks}"])
        kept = dict(list(scenario.brand.items())[: arguments.brands])
        return scenario.model_copy(update={"brand": kept})

    rehearsal = state_at_start(with_people(1000), 1)  # loads or compiles everything once
    live_week(rehearsal)
    tick(rehearsal)

    scenario = with_people(people)
    start = time.perf_counter()
    make_links(scenario, key_of(1, 0))
    linked = time.perf_counter()
    world = state_at_start(scenario, 1)
    made = time.perf_counter()
    events = 0
    for _ in range(arguments.weeks):
        events += live_week(world)
        tick(world)
    lived = time.perf_counter()
    return {
        "links": linked - start,
        "population": (made - linked) - (linked - start),
        "run": lived - made,
        "events": events,
        "world": sum(array.nbytes for array in world),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


if __name__ == "__main__":
    main()
