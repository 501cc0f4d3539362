"""Plans: at most one option of each intervention of a menu; all that a budget can hold, and the neighbours of one."""

from collections.abc import Iterator

from cxsim.analysis.portfolio.menu import Option, PlanMenu
from cxsim.analysis.sweep.parameters import Record, record_of
from cxsim.scenario import Scenario

Plan = tuple[int, ...]  # by intervention of the menu: 0 not done, n its n-th option


def nothing(menu: PlanMenu) -> Plan:
    """The plan that does nothing."""
    return (0,) * len(menu.items)


def options_of(menu: PlanMenu, plan: Plan) -> list[Option]:
    """The options a plan, or the beginning of one, takes."""
    return [options[choice - 1] for options, choice in zip(menu.items.values(), plan, strict=False) if choice]


def fixed_cost(menu: PlanMenu, plan: Plan) -> float:
    """What a plan costs at least, discounted: once and weekly."""
    return sum(option.fixed_cost for option in options_of(menu, plan))


def words_of(menu: PlanMenu, plan: Plan) -> str:
    """A plan in words."""
    return "; ".join(option.words for option in options_of(menu, plan)) or "nothing"


def record_with(market: Scenario, menu: PlanMenu, plan: Plan) -> Record:
    """The market under a plan, as plain tables."""
    base = record_of(market)
    done = [option.record for option in options_of(menu, plan)]
    return {**base, "intervention": [*base.get("intervention", []), *done]}


def affordable(menu: PlanMenu, budget: float, most: int) -> list[Plan] | None:
    """Every plan, doing nothing first, whose fixed cost is within the budget; None if there are more than `most`."""
    plans: list[Plan] = [()]
    saved = [min(0.0, *(option.fixed_cost for option in options)) for options in menu.items.values()]
    for place, options in enumerate(menu.items.values(), 1):
        longer = ((*plan, choice) for plan in plans for choice in range(len(options) + 1))
        within = budget - sum(saved[place:])  # what comes later may save as much
        plans = [plan for plan in longer if agrees(menu, plan) and fixed_cost(menu, plan) <= within]
        if len(plans) > most:
            return None
    return plans


def neighbours(menu: PlanMenu, plan: Plan) -> Iterator[Plan]:
    """Plans one step away: one intervention more, less or otherwise, or one in place of another."""
    sizes = [len(options) for options in menu.items.values()]
    steps = [_with(plan, place, choice) for place, size in enumerate(sizes) for choice in range(size + 1)]
    for dropped in (place for place, now in enumerate(plan) if now):
        for added in (place for place, now in enumerate(plan) if not now):
            steps += [_with(_with(plan, dropped, 0), added, choice) for choice in range(1, sizes[added] + 1)]
    return (step for step in steps if step != plan and agrees(menu, step))


def agrees(menu: PlanMenu, plan: Plan) -> bool:
    """Whether no two of its options set the same parameter: the later would silently undo the earlier."""
    sets = [parameter for option in options_of(menu, plan) for parameter in option.sets]
    return len(sets) == len({*sets})


def _with(plan: Plan, place: int, choice: int) -> Plan:
    return (*plan[:place], choice, *plan[place + 1 :])
