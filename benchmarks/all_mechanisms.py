"""What everything that a market can have costs together: the same lives with it, all effects at 0, beside none of it.

    python benchmarks/all_mechanisms.py
    python benchmarks/all_mechanisms.py --market subscription --people 6000

Six rules by history, one of each variable; a season of ones; an app that four in ten take and in which nothing differs; the other ready
mechanisms, switched on, with effects of size 0. Everybody
lives the same events, so the ratio is that of the work alone. Each in turn in one process, the least CPU of several tries: neither
a machine's speed nor who else uses it matters much.
"""

import argparse

from _common import SCENARIO, heading, lived_once, table
from programme import EFFECTS
from rules import ONE_OF_EACH, with_rules

from cxsim.scenario import Scenario, load
from cxsim.scenario.stages.need import NextNeed

APP = 'channel=[{name="app", effect=[{parameter="use.quality", add=0.0}]}]'
SEASON = f"need.season={[1.0] * 52}"
CARD = {
    "join": 0.5,
    "reward_cost": 0,
    "expires_weeks": 26,
    "silver_from": 1,
    "gold_from": 12,
}  # a yearly renewal reaches silver
CONTRACT = {"minimum_weeks": 0.5, "notice_weeks": 0.5, "pause_weeks": 13}  # bind nobody: a period is longer
PEOPLE = [*(f"loyalty_programme.{name}=0" for name in EFFECTS), "contract_terms.pause_taken=0"]


def settings_of(plain: Scenario) -> list[str]:
    """The ready mechanisms, at work for the focal brand and without effect."""
    terms = {"loyalty_programme": CARD, "switching_cost": {"money": 0, "effort": 0}}
    if plain.need.kind == NextNeed.contract:
        terms["contract_terms"] = CONTRACT
    named = ", ".join(f'"{name}"' for name in ("loyalty_programme", "contract_terms", "switching_cost"))
    brand = f"brand.{plain.market.focal}"
    written = [f"{brand}.{name}.{key}={value}" for name, own in terms.items() for key, value in own.items()]
    return [f"mechanisms=[{named}]", *PEOPLE, *written]


def scenarios(market: str, people: int) -> dict[str, Scenario]:
    """The market as it is, with each kind of thing, and with all."""
    size = [f"market.people={people}"]
    plain = load(market, size)
    own = settings_of(plain)
    return {
        "none": plain,
        "six rules by history": with_rules(plain, ONE_OF_EACH),
        "a season": load(market, [*size, SEASON]),
        "the ready mechanisms": load(market, [*size, *own]),
        "a channel": load(
            market, [*size, 'mechanisms=["channels"]', APP, f"brand.{plain.market.focal}.channels.share=0.4"]
        ),
        "all together": with_rules(load(market, [*size, SEASON, *own]), ONE_OF_EACH),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--market", action="append", help="ready markets or files; twice for two")
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--tries", type=int, default=5)
    asked = parser.parse_args()
    for market in asked.market or [str(SCENARIO), "restaurant", "subscription"]:
        markets = scenarios(market, asked.people)
        heading(f"{markets['none'].name}: {asked.people:,} people, the least of {asked.tries} tries")
        for scenario in markets.values():
            lived_once(scenario)  # whatever has to be compiled
        tries = [{name: lived_once(scenario) for name, scenario in markets.items()} for _ in range(asked.tries)]
        events = {name: tries[0][name][1] for name in markets}
        assert len(set(events.values())) == 1, f"something moved somebody: {events}"
        least = {name: min(1e9 * each[name][0] / each[name][1] for each in tries) for name in markets}
        rows = [(name, f"{value:,.0f} ns", f"{value / least['none']:.2f}") for name, value in least.items()]
        table(("with", "an event", "beside none"), rows)


if __name__ == "__main__":
    main()
