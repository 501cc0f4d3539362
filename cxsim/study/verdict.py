"""The result of a comparison in sentences a strategist can read aloud: plain, with intervals, honest when undecided."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cxsim.study.paired import Estimate, PairedDifference

if TYPE_CHECKING:
    from cxsim.study.comparison import Comparison, PlanResult


Outcome = Literal["pays", "loses", "too close to call", "one replication"]


@dataclass(frozen=True)
class Verdict:
    """What is said of a plan.

    Attributes:
        outcome: whether the 95% interval of the paired difference in net margin lies above zero, below, or holds it.
        headline: how many lines became loops, and what that is worth.
        loops: how many loops broke, and how many more there are in all.
        why: what ended the rescued lines; empty when hardly anybody was rescued.
        cost: what it costs and returns, or how many more replications would decide; may be empty.
        sure: how often it was better, and what the intervals are.
    """

    outcome: Outcome
    headline: str
    loops: str
    why: str
    cost: str
    sure: str

    def __str__(self) -> str:
        sentences = (self.headline, self.loops, self.why, self.cost, self.sure)
        return " ".join(sentence for sentence in sentences if sentence)


def verdict_of(comparison: "Comparison", plan: "PlanResult") -> Verdict:
    """The result in one sentence; then what else changes, why, what it costs, and how sure that is."""
    currency = comparison.base.market.currency
    return Verdict(
        _outcome(plan.difference("net_margin")),
        _headline(currency, plan),
        _loops(comparison, plan),
        _why(plan),
        _cost(currency, plan),
        _sure(comparison, plan),
    )


def _outcome(change: PairedDifference) -> Outcome:
    if math.isnan(change.sd):
        return "one replication"
    if not change.decided:
        return "too close to call"
    return "pays" if change.estimate.mean > 0.0 else "loses"


def _headline(currency: str, plan: "PlanResult") -> str:
    """How many lines became loops, where those lines used to end, and what that is worth."""
    moved = f'"{plan.name}" turns {_number(plan.rescued_people)} lines into loops'
    where = _main_stage(plan)
    if where:
        moved += f", {where[1]:.0%} of which used to end in {where[0]},"
    change = plan.difference("net_margin")
    after = " of discounted margin after its cost" if _cost_of(plan) > 0 else " of discounted margin"
    if not change.decided:
        return f"{moved.rstrip(',')}; whether it pays is undecided ({currency} {_number(change.estimate, signed=True)}{after})."
    verb = "is worth" if change.estimate.mean > 0 else "loses"
    return f"{moved} and {verb} {currency} {_number(_absolute(change.estimate))}{after}."


def _loops(comparison: "Comparison", plan: "PlanResult") -> str:
    change = plan.difference("loops")
    net = change.estimate
    market = f"of {comparison.base.market.people:,} people over {comparison.base.market.horizon_weeks} weeks"
    moved = f"It turns {_number(plan.broken_people)} loops into lines; in all, in this market {market},"
    if change.decided:
        word = "more" if net.mean > 0 else "fewer"
        return f'{moved} there are {_number(_absolute(net))} {word} loops than in "{comparison.base_name}".'
    return f"{moved} it is undecided whether there are more loops ({_number(net, signed=True)})."


def _main_stage(plan: "PlanResult") -> tuple[str, float] | None:
    """The stage in which most rescued lines used to end, and their share; None when hardly anybody was rescued."""
    if plan.rescued.empty or plan.rescued_people.mean < 0.5:
        return None
    by_stage = plan.rescued.groupby("stage")["people"].sum().sort_values(ascending=False)
    return str(by_stage.index[0]), float(by_stage.iloc[0] / by_stage.sum())


def _why(plan: "PlanResult") -> str:
    where = _main_stage(plan)
    if where is None:
        return ""
    cause = plan.rescued[plan.rescued["stage"] == where[0]].iloc[0]["cause"]
    return f"The rescued lines that ended in {where[0]} did so most often because of {REASONS.get(cause, cause)}."


REASONS = {
    "not found": "answers not found",
    "rival": "a more attractive rival",
    "price": "the price",
    "low expectation": "low expectations",
    "bad word": "what others told",
    "checkout": "a purchase that would not come off",
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
    "own reasons": "little loyalty of their own, which a better experience can outweigh",
}


def _cost_of(plan: "PlanResult") -> float:
    return plan.difference("intervention_cost").estimate.mean


def _cost(currency: str, plan: "PlanResult") -> str:
    change = plan.difference("net_margin")
    spent = f"It costs {currency} {_cost_of(plan):,.0f}" if _cost_of(plan) > 0 else ""
    if not change.decided:
        return f"{spent}.{_to_decide(change)}" if spent else _to_decide(change).lstrip()
    if spent and plan.roi and change.estimate.mean > 0:
        back = f", and all is paid back by week {plan.payback}" if plan.payback is not None else ""
        spent += f": each {currency} spent brings back {1.0 + plan.roi.mean:.2f}{back}"
    return f"{spent}." if spent else ""


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
