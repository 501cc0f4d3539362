"""Section 7.11: whom rules by history mean, from what stands in a brand's books as the week begins."""

import operator

from cxsim.scenario.schema import Intervention
from golden.people import Bond, Market

COMPARED = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}


def look_into_books(market: Market) -> None:
    """Of everybody, which rules hold this week."""
    scenario = market.terms.scenario
    rules = [plan for plan in scenario.intervention if plan.when is not None]
    for me in market.people:
        books = {plan.name: me.bonds[scenario.brands.index(plan.brand or scenario.market.focal)] for plan in rules}
        me.meant_by = frozenset(plan.name for plan in rules if holds(plan, books[plan.name], market.week))


def holds(plan: Intervention, bond: Bond, week: int) -> bool:
    """Whether everything asked for stands in the books; what is not known is never so."""
    known = {"purchases": bond.purchases, "spend": bond.spent / 10_000, "customer": bond.customer}
    if bond.purchases > 0:
        known["weeks_since_purchase"] = week - bond.last_bought
        known["complained"] = 0 < week - bond.reported_week <= 52
    if bond.last_score <= 10:
        known["last_score"] = bond.last_score
    asked = {name: getattr(plan.when, name) for name in type(plan.when).model_fields}
    return all(name in known and said(known[name], text) for name, text in asked.items() if text is not None)


def said(value: float, asked: str | bool) -> bool:
    """Whether a value is as asked: yes or no, or ">= 3, < 5"."""
    if isinstance(asked, bool):
        return value == asked
    parts = [part.split() for part in asked.split(",")]
    return all(COMPARED[sign](value, float(number)) for sign, number in parts)
