"""A plan that every rival copies: the same effects, at the same cost, on each rival's own offer, some weeks later."""

from collections.abc import Sequence

from cxsim.scenario.checks import problems_of_whole
from cxsim.scenario.effects import is_of_brand
from cxsim.scenario.errors import Problem, ScenarioError
from cxsim.scenario.schema import Effect, Intervention, Scenario


def own_interventions(base: Scenario, plan: Scenario) -> list[Intervention]:
    """Those of the plan that the base has not: what the plan is."""
    return [item for item in plan.intervention if item not in base.intervention]


def rivals_of(scenario: Scenario) -> list[str]:
    """The brands that reports are not about."""
    return [name for name in scenario.brands if name != scenario.market.focal]


def copied_plan(base: Scenario, plan: Scenario, after: float) -> Scenario:
    """The plan when every rival does the same some weeks later.

    A change of how many people need the category is not done twice: it meets everybody already.

    Args:
        base: the market without the plan.
        plan: the same market with it.
        after: weeks from the start of each of its interventions to that of their copies, 0 or more.

    Raises:
        ScenarioError: if there is nothing to copy, nobody to copy it or no time for it, or a rival cannot do the same.
    """
    own = own_interventions(base, plan)
    message, hint = _why_not(plan, own, after)
    if message:
        raise ScenarioError([Problem(plan.name or "plan", "copied after", message, hint)])
    both = with_copies(plan, own, after)
    problems = problems_of_whole(both, lambda _: f"{plan.name}, copied after {after:g} weeks")
    if problems:
        raise ScenarioError(problems)
    return both


def _why_not(plan: Scenario, own: Sequence[Intervention], after: float) -> tuple[str, str]:
    """What stands against copying, and what to do; nothing if it can be done."""
    horizon, focal = plan.market.horizon_weeks, plan.market.focal
    of_rivals = [item.name for item in own if item.brand not in ("", focal)]
    first = min((item.start_week for item in own if copied_effects(plan, item)), default=None)
    if not rivals_of(plan):
        return f"{focal} is the only brand of this market, so nobody can copy it", "Add a rival: [brand.rival]."
    if of_rivals:
        hint = "Compare it without --copied-after, or leave out of the plan what rivals do."
        return f"the plan says already what rivals do ({', '.join(of_rivals)})", hint
    if plan.reaction:
        return "the market says already how rivals react ([[reaction]])", "Ask one of the two."
    if not own:
        return "it has no intervention that the base has not, so there is nothing to copy", ""
    if first is None:
        return "it only changes how many people need the category, which is everybody's; nothing to copy", ""
    if first + after >= horizon:
        hint = f"Give fewer weeks than {horizon - first:g}."
        return f"the copies would start after {first + after:g} weeks, and the market ends after {horizon} weeks", hint
    return "", ""


def copied_effects(plan: Scenario, item: Intervention) -> list[Effect]:
    """What a rival can do too: effects on what a brand offers, and on customers in dealing with it."""
    return [
        effect
        for effect in item.effect
        if is_of_brand(effect.parameter, type(plan)) or not effect.parameter.startswith("need.")
    ]


def with_copies(plan: Scenario, items: Sequence[Intervention], after: float) -> Scenario:
    """The plan, and each rival's copies of these interventions so many weeks later, however late that is."""
    copies = [
        item.model_copy(
            update={
                "name": f"{item.name}, by {rival}",
                "brand": rival,
                "start_week": item.start_week + after,
                "end_week": item.end_week + after,
                "effect": effects,
            }
        )
        for item in items
        if (effects := copied_effects(plan, item))
        for rival in rivals_of(plan)
    ]
    return plan.model_copy(update={"intervention": [*plan.intervention, *copies]})
