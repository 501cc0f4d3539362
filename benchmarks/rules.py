"""What rules by history cost: the same lives with rules that move nothing, beside none, in turn in one process.

    python benchmarks/rules.py
    python benchmarks/rules.py --market restaurant --people 6000

Everybody lives the same events, for the effects are of size 0; what is left is looking into the books each week. The least CPU of
several tries each, so that neither a machine's speed nor who else uses it matters much.
"""

import argparse
from collections.abc import Mapping

from _common import SCENARIO, heading, lived_once, table

from cxsim.scenario import Intervention, Scenario, load

TIERS = [{"purchases": f">= {number}"} for number in range(1, 11)]
ONE_OF_EACH: list[Mapping[str, object]] = [
    {"purchases": ">= 2"},
    {"weeks_since_purchase": "> 26"},
    {"spend": "> 500"},
    {"complained": True},
    {"last_score": "<= 6"},
    {"customer": True},
]
RULES: Mapping[str, list[Mapping[str, object]]] = {
    "none": [],
    "one": [{"purchases": ">= 5"}],
    "ten tiers on purchases": list(TIERS),
    "one of each variable": ONE_OF_EACH,
    "ten tiers and one of each other": [*TIERS, *ONE_OF_EACH[1:]],
}


def with_rules(scenario: Scenario, rules: list[Mapping[str, object]]) -> Scenario:
    """The same market with interventions that move nothing, for those meant."""
    idle = [{"parameter": "use.quality", "add": 0.0}]
    own = [
        Intervention.model_validate({"name": f"rule {place}", "when": when, "effect": idle})
        for place, when in enumerate(rules)
    ]
    return scenario.model_copy(update={"intervention": [*scenario.intervention, *own]})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--market", default=str(SCENARIO), help="a ready market or a file")
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--tries", type=int, default=5)
    asked = parser.parse_args()
    base = load(asked.market, [f"market.people={asked.people}"])
    heading(f"{base.name}: {asked.people:,} people x {base.market.horizon_weeks} weeks")
    markets = {name: with_rules(base, rules) for name, rules in RULES.items()}
    found: dict[str, list[float]] = {name: [] for name in markets}
    events: dict[str, int] = {}
    for attempt in range(asked.tries + 1):
        for name, scenario in markets.items():
            seconds, events[name] = lived_once(scenario)
            if attempt:  # the first reads what is compiled
                found[name].append(seconds)
    assert len(set(events.values())) == 1, "rules that move nothing moved something"
    least = {name: min(times) for name, times in found.items()}
    rows = [
        (
            name,
            f"{least[name]:.3f} s",
            f"{1e9 * least[name] / events[name]:.0f} ns",
            f"{least[name] / least['none']:.3f}",
        )
        for name in markets
    ]
    table(("rules", "CPU", "an event", "beside none"), rows)


if __name__ == "__main__":
    main()
