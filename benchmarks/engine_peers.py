"""How much faster the compiled engine is: than the agents engine, and than a plain Mesa model of the same journey.

Part 1: the same scenario and seed through both engines of cxsim; the records and the tally must come out as the same
bytes, and only then do the times count. Part 2: `plain_mesa.py`, a straightforward Mesa model of the same journey;
its luck is its own, so its sums over the run are shown beside cxsim's to show that it does the same work. All times
are of stepping alone (no compilation, no set-up), on one core; the compiled engine's is the median of runs before, between
and after the others'. Read the ratios, not the seconds.

    python benchmarks/engine_peers.py [--people 20_000] [--weeks 156]
"""

import argparse
import statistics
import time
from collections import Counter

import numpy as np
from _common import SCENARIO, heading, table
from plain_mesa import PlainMarket

from cxsim.engine.measures import Measure
from cxsim.engine.model import Engine, LoyaltyModel
from cxsim.engine.state import MONEY_UNIT, TIME_UNIT
from cxsim.scenario import Scenario, load

SEED = 1
REPEATS = 5
COMPARED = (
    "considered", "searches", "purchases", "first_purchases", "loop_purchases", "returns", "lines", "customers_gained",
    "customers_lost", "failures", "contacts", "support_weeks", "messages_good", "messages_bad", "referrals",
    "referred_purchases", "reviews", "answers", "callbacks", "satisfaction", "revenue_money", "goods_money",
    "contacts_money", "interventions_money",
)  # fmt: skip


def main() -> None:
    """Run both parts."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--people", type=int, default=20_000)
    options.add_argument("--weeks", type=int, default=156)
    arguments = options.parse_args()
    scenario = load(SCENARIO, [f"market.people={arguments.people}", f"market.horizon_weeks={arguments.weeks}"])
    heading(f"The same journey on one core: {arguments.people:,} people x {arguments.weeks} weeks")

    lived(scenario, "compiled")  # compiles, or loads what is compiled
    before = [lived(scenario, "compiled") for _ in range(REPEATS)]
    agents, agents_seconds = lived(scenario, "agents")
    between = [lived(scenario, "compiled") for _ in range(REPEATS)]
    plain, plain_seconds = lived_plainly(scenario)
    after = [lived(scenario, "compiled") for _ in range(REPEATS)]
    compiled = after[0][0]
    seconds = statistics.median(taken for _, taken in (*before, *between, *after))
    assert_same_bytes(compiled, agents)

    people_weeks = arguments.people * arguments.weeks
    table(
        ("stepping", "times the compiled", "seconds", "person-weeks/s"),
        [
            (name, f"{time_taken / seconds:.0f}", f"{time_taken:.2f}", f"{people_weeks / time_taken:,.0f}")
            for name, time_taken in (
                ("compiled engine", seconds),
                ("agents engine (identical bytes)", agents_seconds),
                ("plain Mesa", plain_seconds),
            )
        ],
    )
    print("The same work: sums over all brands and weeks, and plain Mesa's as a share of cxsim's.\n")
    ours, theirs = sums(compiled), plain_sums(plain)
    table(
        ("", "cxsim", "plain Mesa", "share"),
        [(name, f"{ours[name]:,.0f}", f"{theirs[name]:,.0f}", f"{theirs[name] / ours[name]:.2f}") for name in COMPARED],
    )


def lived(scenario: Scenario, engine: Engine) -> tuple[LoyaltyModel, float]:
    """A run to its end and the seconds its steps took."""
    model = LoyaltyModel(scenario, rng=SEED, engine=engine, collect=False)
    if engine == "agents":
        _ = model.agents  # made when first asked for: part of set-up
    start = time.perf_counter()
    while model.running:
        model.step()
    return model, time.perf_counter() - start


def lived_plainly(scenario: Scenario) -> tuple[PlainMarket, float]:
    """The plain model, run as long."""
    model = PlainMarket(scenario, SEED)
    start = time.perf_counter()
    for _ in range(scenario.market.horizon_weeks):
        model.step()
    return model, time.perf_counter() - start


def assert_same_bytes(one: LoyaltyModel, other: LoyaltyModel) -> None:
    """Both engines must have left every record and every count the same, bit for bit."""
    for name in ("due", "people", "bonds", "standings", "tally"):
        if getattr(one.state, name).tobytes() != getattr(other.state, name).tobytes():
            raise SystemExit(f"the engines disagree on world.{name}; their times mean nothing")


def sums(model: LoyaltyModel) -> dict[str, float]:
    """What the tally says, under the names and in the units of the plain model."""
    total = {measure.name: float(np.sum(model.state.tally[:, :, measure])) for measure in Measure}
    total["lines"] = sum(total[name] for name in total if name.startswith("lines_"))
    total["support_weeks"] = total["support_time"] / TIME_UNIT
    total["satisfaction"] = total["satisfaction_sum"] / TIME_UNIT
    return {name: value / MONEY_UNIT if name.endswith("_money") else value for name, value in total.items()}


def plain_sums(model: PlainMarket) -> Counter[str]:
    """The same of the plain model."""
    total: Counter[str] = Counter()
    for brand in model.brands:
        total.update(brand.counts)
        total.update({f"{name}_money": amount for name, amount in brand.money.items()})
    return total


if __name__ == "__main__":
    main()
