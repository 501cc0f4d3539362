"""What is allowed in a scenario, and yet hardly meant."""

from collections.abc import Iterator

from cxsim.scenario.schema import Scenario


def warnings_of(scenario: Scenario) -> Iterator[str]:
    """One sentence each on interventions that do less than their author may think."""
    weeks = scenario.market.horizon_weeks
    for item in scenario.intervention:
        strength = max(item.strength(week) for week in range(weeks))
        if item.coverage == 0.0:
            yield f"intervention {item.name!r} reaches nobody: its coverage is 0"
        elif strength == 0.0:
            yield f"intervention {item.name!r} never works in the {weeks} weeks of this market"
        elif strength < 1.0:
            yield f"intervention {item.name!r} never comes to its full strength, but to {strength:.0%} of it at most"
        desk = scenario.brand[item.brand or scenario.market.focal].support
        acts_on = {effect.parameter for effect in item.effect}
        if desk.agents > 0.0 and "support.capacity" in acts_on:
            yield f"intervention {item.name!r} sets support.capacity, but here support.agents say what the desk can handle"
