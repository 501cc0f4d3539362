"""What is allowed in a scenario, and yet hardly meant."""

from collections.abc import Iterator

from cxsim.scenario.schema import Intervention, Scenario


def doubts(scenario: Scenario) -> Iterator[str]:
    """One sentence each on what will do less than its author may think."""
    horizon = scenario.market.horizon_weeks
    for item in scenario.intervention:
        for why in _idle(item, horizon):
            yield f"intervention {item.name!r} {why}"


def _idle(item: Intervention, horizon: int) -> Iterator[str]:
    if item.coverage == 0.0:
        yield "reaches nobody: its coverage is 0"
    if item.start_week >= horizon:
        yield f"never begins: it starts in week {item.start_week:g}, and the market ends after week {horizon}"
    elif item.start_week + item.ramp_weeks > horizon:
        yield f"never comes to full strength: it grows until week {item.start_week + item.ramp_weeks:g} of {horizon}"
    if item.end_week == item.start_week:
        yield f"does nothing: it ends in week {item.end_week:g}, in which it begins"
