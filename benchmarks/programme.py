"""What the loyalty programme costs: CPU per event of a market with it beside the same market without it.

    python benchmarks/programme.py
    python benchmarks/programme.py --market online-retailer --people 20000

With all effects at 0 both live the same events, so the ratio is that of the work alone; with its effects more happens, so the ratio is
per event. Each in turn in one process, the least CPU of several tries: neither a machine's speed nor who else uses it matters much.
"""

import argparse
import tempfile
from pathlib import Path

from _common import heading, lived_once, table

from cxsim.scenario import Scenario, load

EFFECTS = ("goal_gradient", "post_reward_drop", "points_pressure", "rewarded", "tier_pride", "demotion")
PROGRAMME = """
extends = "{market}"
mechanisms = ["loyalty_programme"]
[brand."{brand}".loyalty_programme]
join = 0.5
expires_weeks = 26
silver_from = 4
gold_from = 12
"""


def scenarios(market: str, people: int) -> dict[str, Scenario]:
    """The market without it, with it named and off, on without effects, and on."""
    size = [f"market.people={people}"]
    plain = load(market, size)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "programme.toml"
        file.write_text(
            PROGRAMME.format(
                market=Path(market).absolute() if market.endswith(".toml") else market, brand=plain.market.focal
            )
        )
        brand = f"brand.{plain.market.focal}.loyalty_programme"
        reward = [f"{brand}.reward_cost=1", f"{brand}.reward_value=2"]
        off = [f"loyalty_programme.{name}=0" for name in EFFECTS]
        return {
            "without": plain,
            "named and off": load(file, [*size, f"{brand}.join=0"]),
            "on, without effects": load(file, [*size, *reward, *off]),
            "on": load(file, [*size, *reward]),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--market", default="restaurant")
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--tries", type=int, default=5)
    asked = parser.parse_args()
    heading(f"{asked.market}, {asked.people:,} people: the least of {asked.tries} tries")
    markets = scenarios(asked.market, asked.people)
    for scenario in markets.values():
        lived_once(scenario)  # whatever has to be compiled
    tries = [{name: lived_once(scenario) for name, scenario in markets.items()} for _ in range(asked.tries)]
    nanoseconds = {name: min(1e9 * each[name][0] / each[name][1] for each in tries) for name in markets}
    rows = [
        (name, f"{tries[0][name][1]:,}", f"{value:,.0f}", f"{value / nanoseconds['without']:.2f}")
        for name, value in nanoseconds.items()
    ]
    table(("programme", "events", "ns per event", "beside none"), rows)


if __name__ == "__main__":
    main()
