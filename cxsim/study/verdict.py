"""The result of a comparison in sentences a strategist can read aloud: plain, with intervals, honest when undecided."""

import math
from typing import TYPE_CHECKING

from cxsim.study.paired import Estimate, PairedDifference

if TYPE_CHECKING:
    from cxsim.study.comparison import Comparison, PlanResult


def verdict_of(comparison: "Comparison", plan: "PlanResult") -> str:
    """Loops, where the rescued lines used to end, what that is worth, and how sure that is."""
    sentences = [
        _loops(comparison, plan),
        _where(plan),
        _worth(comparison.base.market.currency, plan),
        _sure(comparison, plan),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _loops(comparison: "Comparison", plan: "PlanResult") -> str:
    change = plan.difference("loops")
    net = change.estimate
    weeks = comparison.base.market.horizon_weeks
    market = f"in a market of {comparison.base.market.people:,} people over {weeks} weeks"
    moved = (
        f'"{plan.name}" turns {_number(plan.rescued_people)} lines into loops and '
        f"{_number(plan.broken_people)} loops into lines {market}"
    )
    if change.decided:
        word = "more" if net.mean > 0 else "fewer"
        return f'{moved}: {_number(_absolute(net))} {word} loops than "{comparison.base_name}" in all.'
    return f"{moved}: whether there are more loops in all is undecided ({_number(net, signed=True)})."


def _where(plan: "PlanResult") -> str:
    if plan.rescued.empty or plan.rescued_people.mean < 0.5:
        return ""
    by_stage = plan.rescued.groupby("stage")["people"].sum().sort_values(ascending=False)
    stage = str(by_stage.index[0])
    share = by_stage.iloc[0] / by_stage.sum()
    cause = plan.rescued[plan.rescued["stage"] == stage].iloc[0]["cause"]
    return f"{share:.0%} of the rescued lines used to end in {stage}, most often because of {_because(cause)}."


_REASONS = {
    "not found": "answers not found",
    "rival": "a more attractive rival",
    "price": "the price",
    "low expectation": "low expectations",
    "bad word": "what others told",
    "checkout": "a checkout that would not complete",
    "no need": "no need after all",
    "quality": "the quality delivered",
    "late": "late delivery",
    "misfit": "the wrong variant",
    "disappointment": "disappointment (less than was expected)",
    "effort": "too much effort",
    "failure": "something that failed",
    "unresolved": "problems left unresolved",
    "slow support": "slow support",
    "silent failure": "failures that nobody told the firm about",
    "past failures": "earlier failures",
    "own reasons": "their own reasons",
}


def _because(cause: str) -> str:
    return _REASONS.get(cause, cause)


def _worth(currency: str, plan: "PlanResult") -> str:
    change = plan.difference("net_margin")
    cost = plan.difference("intervention_cost").estimate.mean
    money = f"{currency} {_number(_absolute(change.estimate))}"
    spent = f", after its cost of {currency} {cost:,.0f}" if cost > 0 else ""
    if not change.decided:
        signed = _number(change.estimate, signed=True)
        return f"Whether it pays is undecided: {currency} {signed} of discounted margin{spent}.{_to_decide(change)}"
    if change.estimate.mean < 0:
        return f"It loses {money} of discounted margin{spent}."
    back = f"; paid back by week {plan.payback}" if plan.payback is not None else ""
    roi = f" (a return of {plan.roi.mean:.1f} for each {currency} spent{back})" if plan.roi else ""
    return f"It is worth {money} of discounted margin{spent}{roi}."


def _to_decide(change: PairedDifference) -> str:
    more = change.more_replications
    if math.isnan(change.sd):
        return " It takes at least two replications to tell."
    if more is None:
        return " More replications would hardly tell: the difference is too small beside its spread."
    if more == 1:
        return " About one more replication would take zero out of the interval, if the difference stays as it is."
    return f" About {more:,} more replications would take zero out of the interval, if the difference stays as it is."


def _sure(comparison: "Comparison", plan: "PlanResult") -> str:
    wins = plan.difference("net_margin").wins
    won = f"better on money in {wins:.0%} of" if not math.isnan(wins) else "no money to compare in"
    if comparison.replications == 1:
        return "(One paired replication of this model, so no intervals; not a forecast.)"
    return (
        f"({won} {comparison.replications} paired replications; 95% intervals over replications of this model, "
        "not a forecast.)"
    )


def _absolute(value: Estimate) -> Estimate:
    if value.mean >= 0:
        return value
    return Estimate(-value.mean, -value.high, -value.low)


def _number(value: Estimate, signed: bool = False) -> str:
    sign = "+z" if signed else "z"  # z: no "-0"
    if math.isnan(value.low):
        return f"{value.mean:{sign},.0f} (one replication, no interval)"
    return f"{value.mean:{sign},.0f} ({value.low:{sign},.0f} to {value.high:{sign},.0f})"
