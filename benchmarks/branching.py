"""What a comparison costs when base and plan are lived as one until they part, beside living each from the start.

    python benchmarks/branching.py
    python benchmarks/branching.py --market restaurant --people 6000

Both are measured in turn, so a machine's speed does not matter. By weeks the share would be (2h - w) / 2h; as the weeks in
which a market begins are not like later ones, it is also told by the time that the weeks shared take.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from _common import SCENARIO, heading, table

from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.price import at_price
from cxsim.engine.branching import simulate_together
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.simulate import Run, simulate
from cxsim.scenario import Scenario, load

DEARER = 1.05


def apart(scenarios: Sequence[Scenario], seed: int, replication: int) -> Iterator[Run]:
    """Each from the start."""
    for scenario in scenarios:
        yield simulate(scenario, seed, replication)


def lived(living: Callable[..., Iterator[Run]], scenarios: Sequence[Scenario]) -> None:
    """All of them, none kept."""
    for _ in living(scenarios, 1, 0):
        pass


def seconds(work: Callable[[], object]) -> float:
    """CPU that some work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def ratio(one: Callable[[], object], other: Callable[[], object], pairs: int) -> float:
    """Of their CPU, in turn; the first pair reads and compiles."""
    return statistics.median([seconds(one) / seconds(other) for _ in range(pairs + 1)][1:])


def share_of_time(scenario: Scenario, weeks: list[int], pairs: int) -> list[float]:
    """Of the CPU of a life so far at the start of some weeks, setting up included."""

    def once() -> list[float]:
        start, seen = time.process_time(), {}
        model = LoyaltyModel(scenario, rng=1, collect=False)
        while model.running:
            seen[model.week] = time.process_time() - start
            model.step()
        return [seen[week] / (time.process_time() - start) for week in weeks]

    return [statistics.median(shares) for shares in zip(*(once() for _ in range(pairs)), strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--market", default=str(SCENARIO))
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--pairs", type=int, default=9)
    asked = parser.parse_args()
    base = load(asked.market, [f"market.people={asked.people}"])
    horizon = base.market.horizon_weeks
    heading(f"Base and plan, branched against apart: {base.name}, {asked.people:,} people, {horizon} weeks")
    weeks = [horizon * quarter // 4 for quarter in range(4)]
    simulate(base, 1, 0)
    rows = []
    for week, share in zip(weeks, share_of_time(base, weeks, asked.pairs), strict=True):
        plan = at_price(base, DEARER, week)
        pair = partial(compare, base, plan, replications=1, workers=1)
        both = [base, plan]
        lives = ratio(partial(lived, simulate_together, both), partial(lived, apart, both), asked.pairs)
        compared = ratio(pair, partial(pair, living=apart), asked.pairs)
        wanted = 1.0 - week / horizon / 2.0
        shown = (lives, compared, wanted, 1.0 - share / 2.0 if week else 1.0)
        rows.append((week, *(f"{value:.3f}" for value in shown), f"{lives / wanted - 1.0:+.1%}"))
    table(("plan from week", "lives", "comparison", "(2h - w) / 2h", "by time", "lives beyond"), rows)


if __name__ == "__main__":
    main()
