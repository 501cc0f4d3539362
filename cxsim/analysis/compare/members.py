"""Members of a loyalty programme against other customers, beside the same people with and without the programme.

Who buys much joins sooner: so members earn a firm more than others even where the programme does nothing. What it does is
the difference between the same people in plan and base, who have the same luck in both.
"""

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.analysis.compare.intervals import Estimate, HalfWidthFactor, estimate, student_t
from cxsim.analysis.phrases import estimated, fitting, money
from cxsim.engine.simulate import Run
from cxsim.engine.state import MONEY_UNIT, State

PROGRAMME: Final = "loyalty_programme"  # the mechanism
COLUMNS: Final = ["members", "others", "members_earned", "members_earned_before", "others_earned"]


class Members(NamedTuple):
    """What each customer earned the brand from week 0 on, undiscounted: mean over replications, with intervals.

    Attributes:
        others: customers who never joined, in the plan.
        before: those who are members in the plan, as they lived in the base.
        members: the same in the plan.
        naive: members less others, as a table of customers shows it.
        effect: members less the same people without the plan.
    """

    others: Estimate
    before: Estimate
    members: Estimate
    naive: Estimate
    effect: Estimate


def members_of_pair(base: Run, plan: Run) -> dict[str, float]:
    """One replication: how many there are, and what each earned, by `COLUMNS`; empty where the plan has no members."""
    joined = _joined(plan.state, plan.scenario.focal)
    if not joined.any():
        return {}
    bought = plan.state.bonds[:, plan.scenario.focal]["last_bought"] >= 0.0
    others = bought & ~joined
    values = (
        float(np.count_nonzero(joined)),
        float(np.count_nonzero(others)),
        *(_mean(run.outcome.margin[who]) for run, who in ((plan, joined), (base, joined), (plan, others))),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _joined(state: State, brand: int) -> NDArray[np.bool_]:
    """Who is a member at the horizon, shape (people,)."""
    if PROGRAMME not in (state.bonds.dtype.names or ()):
        return np.zeros(len(state.people), bool)
    joined: NDArray[np.bool_] = state.bonds[PROGRAMME]["member"][:, brand]
    return joined


def _mean(margin: NDArray[np.int64]) -> float:
    return float(margin.mean()) / MONEY_UNIT if len(margin) else float("nan")


def members_of(table: pd.DataFrame, half_width_factor: HalfWidthFactor = student_t) -> Members:
    """The five means with their intervals.

    Args:
        table: `PlanResult.members`, one row a replication, not empty.
        half_width_factor: how far intervals reach.
    """
    with_it, before, others = (
        table[name].to_numpy(float) for name in ("members_earned", "members_earned_before", "others_earned")
    )
    values = (others, before, with_it, with_it - others, with_it - before)
    return Members(*(estimate(each, half_width_factor) for each in values))


def members_text(table: pd.DataFrame, currency: str, half_width_factor: HalfWidthFactor = student_t) -> str:
    """The two differences in a sentence; empty where nobody is a member."""
    if table.empty:
        return ""
    found = members_of(table, half_width_factor)
    naive, effect = (
        money(currency, estimated(each, fitting(each.mean, each.low, each.high, signed=True)))
        for each in (found.naive, found.effect)
    )
    return (
        f"Earned on each member, less what is earned on another customer: {naive}. On the same people with the plan, less "
        f"without it: {effect}. Only the second is what the plan does; who buys much joins sooner."
    )
