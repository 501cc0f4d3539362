"""What is allowed in a scenario, and yet hardly meant."""

from collections.abc import Iterable, Iterator

from cxsim.scenario.likeness import same_for_everybody
from cxsim.scenario.schedule import build_schedule
from cxsim.scenario.schema import Effect, Intervention, Scenario

LEAST_SEASON = 0.005  # of a year's needs: below, a season is taken for rounded


def warnings_of(scenario: Scenario, leaving_out: Iterable[Intervention] = ()) -> Iterator[str]:
    """One sentence each on interventions that do less than their author may think.

    Args:
        scenario: as loaded.
        leaving_out: interventions of which nothing is said, those of a base for instance.
    """
    known = list(leaving_out)
    for place, item in enumerate(scenario.intervention):
        if item not in known:
            yield from _of_intervention(scenario, place, item)


def season_of_no_year(scenario: Scenario) -> Iterator[str]:
    """One sentence on each season that changes how much is needed in a year, not only when."""
    for name, (_, traits) in scenario.segments().items():
        season = traits.need.season
        mean = sum(season) / len(season) if season else 1.0
        if abs(mean - 1.0) >= LEAST_SEASON:
            whose = f" of {name}" if scenario.segment else ""
            much = f"{abs(mean - 1.0):.0%} {'more' if mean > 1.0 else 'less'}"
            yield f"the season{whose} has a mean of {mean:.3g}, so a year brings {much} needs than without it"


def _of_intervention(scenario: Scenario, place: int, item: Intervention) -> Iterator[str]:
    weeks = scenario.market.horizon_weeks
    strength = max(item.strength(week) for week in range(weeks))
    desk = scenario.brand[item.brand or scenario.market.focal].support
    acts_on = {effect.parameter for effect in item.effect}
    if item.coverage == 0.0:
        yield f"intervention {item.name!r} reaches nobody: its coverage is 0"
    elif strength == 0.0:
        yield f"intervention {item.name!r} never works in the {weeks} weeks of this market"
    elif _moves_nothing(scenario, place):
        stay = "stays as it is" if len(acts_on) == 1 else "stay as they are"
        yield f"intervention {item.name!r} cannot act here: {', '.join(sorted(acts_on))} {stay} without it"
    elif strength < 1.0:
        yield f"intervention {item.name!r} never comes to its full strength, but to {strength:.0%} of it at most"
    if desk.agents > 0.0 and "support.capacity" in acts_on:
        yield f"intervention {item.name!r} sets support.capacity, but here support.agents say what the desk can handle"


def _moves_nothing(scenario: Scenario, place: int) -> bool:
    """Whether every value that people meet is the same without the effects of an intervention."""
    idle = [Effect(parameter=effect.parameter, add=0.0) for effect in scenario.intervention[place].effect]
    items = list(scenario.intervention)
    items[place] = items[place].model_copy(update={"effect": idle})
    acting, still = (build_schedule(each) for each in (scenario, scenario.model_copy(update={"intervention": items})))
    return all(same_for_everybody(acting, still, (period, period)) for period in range(len(acting.strengths)))
