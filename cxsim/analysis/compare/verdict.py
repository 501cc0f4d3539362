"""The result of a comparison in sentences a strategist can read aloud: plain, with intervals, honest when undecided."""

import math
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from cxsim.analysis.compare.doubt import Doubt
from cxsim.analysis.compare.guard import doubts_of, nobody_lives_otherwise
from cxsim.analysis.compare.ignorance import Ignorance
from cxsim.analysis.compare.intervals import Estimate, PairedDifference
from cxsim.analysis.compare.plan_result import PlanResult
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.phrases import (
    ONE_REPLICATION,
    Writer,
    decimals,
    estimated,
    fitting,
    money,
    percent,
    signed,
    week,
    whole,
)
from cxsim.scenario.calendar import with_day

FEW_LINES = 10  # that became loops, or the other way round, below which shares and causes of them are luck


Outcome = Literal["pays", "loses", "moves no money", "too close to call", "one replication", "one person"]


@dataclass(frozen=True)
class Verdict:
    """What is said of a plan.

    Attributes:
        outcome: whether the 95% interval of the paired difference in net margin lies above zero, below, or holds it;
            or why that is no question.
        headline: the net result in one sentence to read aloud: money, then loops.
        moved: the two streams behind the loops, in a market of how many people.
        why: what ended the lines of the larger stream; empty when hardly anybody moved.
        cost: what it costs and returns, or how many more replications would decide; may be empty.
        copied: what it is worth if every rival does the same later; empty unless that was asked.
        sure: how often it was better, and what the intervals are.
        doubts: what should be known before any of it.
    """

    outcome: Outcome
    headline: str
    moved: str
    why: str
    cost: str
    sure: str
    copied: str = ""
    doubts: tuple[Doubt, ...] = ()

    @property
    def rest(self) -> str:
        """Everything behind the headline."""
        return " ".join(sentence for sentence in (self.moved, self.why, self.cost, self.copied, self.sure) if sentence)

    def __str__(self) -> str:
        return "\n\n".join([*(f"Careful: {doubt.sentence}" for doubt in self.doubts), f"{self.headline} {self.rest}"])


def verdict_of(base: Runs, plan: PlanResult) -> Verdict:
    """The net result in one sentence; then what it is made of, why, what it costs, and how sure that is."""
    currency, start = base.scenario.market.currency, base.scenario.market.start
    nothing = _nothing(base, plan)
    outcome, copied = _outcome(base, plan, bool(nothing)), _copied(currency, plan)
    doubts = tuple(doubt for doubt in doubts_of(base, plan) if not (nothing and doubt.kind == "nothing changes"))
    if whole := nothing or _of_one(base, plan):
        return Verdict(outcome, whole, "", "", "", _not_a_forecast(base, plan), copied, doubts)
    return Verdict(
        outcome,
        f'"{plan.name}" {_money(currency, plan, plan.difference("net_margin"))}{_loops(plan)}.',
        _moved(base, plan),
        _why(plan),
        _cost(currency, plan, start),
        _sure(base, plan),
        copied,
        doubts,
    )


def _outcome(base: Runs, plan: PlanResult, nothing: bool) -> Outcome:
    change = plan.difference("net_margin")
    if nothing and change.estimate.mean == 0.0:
        return "moves no money"
    if base.scenario.market.people == 1:
        return "one person"
    if math.isnan(change.sd):
        return "one replication"
    if not (nothing or _known_sign(plan)):
        return "too close to call"
    return "pays" if change.estimate.mean > 0.0 else "loses"


def _known_sign(plan: PlanResult) -> bool:
    """Whether the interval of the net margin leaves zero out, or nobody lives otherwise and only the plan's money moves."""
    change = plan.difference("net_margin")
    return change.decided or (
        not math.isnan(change.sd) and change.estimate.mean != 0.0 and nobody_lives_otherwise(plan)
    )


def _nothing(base: Runs, plan: PlanResult) -> str:
    """The whole answer where the plan has nothing to act on, or does nothing; else empty."""
    focal, currency = base.scenario.market.focal, base.scenario.market.currency
    spent = -plan.difference("net_margin").estimate.mean
    sum_of_money = money(currency, whole(abs(spent)))
    price = "costs nothing" if spent == 0.0 else f"{'costs' if spent > 0.0 else 'saves'} {sum_of_money}"
    sold = base.figures["purchases"].sum() + plan.per_replication["plan_purchases"].sum()
    if sold == 0.0:
        but = f" but that it {price}" if spent else ""
        return f'Nobody buys from {focal}, with "{plan.name}" or without it, so there is nothing to compare{but}.'
    if nobody_lives_otherwise(plan):
        return f'"{plan.name}" changes nothing in anybody\'s life, and {price}.'
    if _nobody_buys_otherwise(plan):
        seen = "one replication" if base.replications == 1 else f"{base.replications} replications"
        return f'"{plan.name}" changes what people feel, but not what anybody buys in {seen}, and {price}.'
    return ""


def _of_one(base: Runs, plan: PlanResult) -> str:
    """The whole answer in a market of one person, of whom nothing can be learned of others; empty in any other."""
    if base.scenario.market.people != 1:
        return ""
    worth = _money(base.scenario.market.currency, plan, plan.difference("net_margin"))
    lives = "one life" if base.replications == 1 else f"{base.replications} lives"
    return f'"{plan.name}" {worth}, with a single person in {lives}: one person is no market to judge it by.'


def _nobody_buys_otherwise(plan: PlanResult) -> bool:
    """Whether in every pair as much is bought and earned, and as many stories go on."""
    row = plan.per_replication
    return all((row[f"plan_{name}"] == row[f"base_{name}"]).all() for name in ("purchases", "loops", "lines", "margin"))


def _money(currency: str, plan: PlanResult, change: PairedDifference) -> str:
    """What the plan is worth after its cost, as the end of a sentence about it."""
    value = money(currency, _number(change.estimate, signed))
    after = " after its cost" if plan.difference("intervention_cost").estimate.mean > 0 else ""
    if change.decided:
        verb = "earns" if change.estimate.mean > 0 else "loses"
        return f"{verb} {money(currency, _number(_absolute(change.estimate)))}{after}"
    if math.isnan(change.sd):
        return f"is worth {value}{after}"
    if change.more_replications is None and not _without_spread(change.estimate):
        return f"earns and loses nothing that could be told: {value}{after}"
    return f"may pay or not, undecided: {value}{after}"


def _copied(currency: str, plan: PlanResult) -> str:
    """What the plan is worth if every rival does the same later, and how far that is from the plan that nobody copies."""
    if plan.copied is None:
        return ""
    worth, less = plan.difference_copied("net_margin", plan.copied)
    who = "every rival does" if len(plan.copied.rivals) > 1 else f"{plan.copied.rivals[0]} does"
    after = f"{plan.copied.after_weeks:g} weeks later" if plan.copied.after_weeks else "at the same time"
    said = f"If {who} the same {after}, it {_money(currency, plan, worth)}"
    if less.estimate.mean == 0.0 and (_without_spread(less.estimate) or math.isnan(less.sd)):
        return f"{said}, as much as if nobody copied it."
    if not less.decided:
        beside = money(currency, _number(less.estimate, signed))
        return f"{said}; beside the plan that nobody copies {beside}{'' if math.isnan(less.sd) else ', undecided'}."
    than = f"{'less' if less.estimate.mean < 0 else 'more'} than if nobody copied it"
    return f"{said}: {money(currency, _number(_absolute(less.estimate)))} {than}."


def _loops(plan: PlanResult) -> str:
    change = plan.difference("loops")
    net = change.estimate
    if change.decided or (math.isnan(change.sd) and net.mean != 0.0):
        return f", with {_number(_absolute(net))} {'more' if net.mean > 0 else 'fewer'} loops"
    if net.mean == 0.0 and _without_spread(net):
        return ", with as many loops as before"
    could = change.more_replications is not None or math.isnan(change.sd) or _without_spread(net)
    told = "undecided" if could else "as good as none"
    return f"; change in loops {told}: {_number(net, signed)}"


def _without_spread(value: Estimate) -> bool:
    """Whether all replications showed the same, which is no certainty."""
    return value.low == value.high


def _moved(base: Runs, plan: PlanResult) -> str:
    """How many lines became loops and loops lines: people, of a market of which size."""
    here = base.scenario.market
    market = f"Of {here.people:,} people in {here.horizon_weeks} weeks"
    if base.figures["lines"].sum() == 0.0 and plan.rescued_people.mean == 0.0:
        rescued = "there is nobody to rescue, since no story ends without the plan"
    else:
        rescued = f"{_number(plan.rescued_people)} turn from lines into loops"
        where = _main_stage(plan.rescued, plan.rescued_people)
        if where:
            rescued += f" ({percent(where[1])} of those lines used to end in {where[0]})"
    return f"{market} {rescued}, and {_number(plan.broken_people)} from loops into lines."


def _main_stage(ends: pd.DataFrame, people: Estimate) -> tuple[str, float] | None:
    """The stage in which most of these lines end, and their share; None when they are so few that it is noise."""
    if ends.empty or people.mean < FEW_LINES:
        return None
    by_stage = ends.groupby("stage")["people"].sum().sort_values(ascending=False)
    return str(by_stage.index[0]), float(by_stage.iloc[0] / by_stage.sum())


def _why(plan: PlanResult) -> str:
    """The commonest cause of the larger stream."""
    rescued = plan.rescued_people.mean >= plan.broken_people.mean
    ends, people = (plan.rescued, plan.rescued_people) if rescued else (plan.broken, plan.broken_people)
    where = _main_stage(ends, people)
    if where is None:
        return ""
    cause = str(ends[ends["stage"] == where[0]].iloc[0]["cause"])
    reason = REASONS.get(cause, cause)
    if rescued:
        return f"The rescued lines that ended in {where[0]} did so most often because of {reason}."
    return f"Most of the broken loops ({percent(where[1])}) end in {where[0]}, most often because of {reason}."


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
    "terms": "a bill or terms that were not understood",
    "own reasons": "little loyalty of their own, which a better experience can outweigh",
}


def _cost(currency: str, plan: PlanResult, start: str) -> str:
    change = plan.difference("net_margin")
    decides = _knowing(plan.ignorance) if plan.ignorance else _to_decide(change)
    cost = plan.difference("intervention_cost").estimate.mean
    spent = f"It {'costs' if cost > 0 else 'saves'} {money(currency, whole(abs(cost)))}" if cost else ""
    if not _known_sign(plan):
        return f"{spent}.{decides}" if spent else decides.lstrip()
    if cost > 0 and plan.roi and change.estimate.mean > 0:
        by = "" if plan.payback is None else with_day(f"week {week(plan.payback)}", plan.payback, start)
        back = f", and all is paid back by {by}" if by else ""
        spent += f": each {currency} spent brings back {decimals(2)(1.0 + plan.roi.mean)}{back}"
    return f"{spent}." if spent else ""


def _to_decide(change: PairedDifference) -> str:
    more = change.more_replications
    if math.isnan(change.sd):
        return " It takes at least two replications to tell."
    if _without_spread(change.estimate):
        return " Without any spread nobody can tell how many more replications would decide."
    if more is None:
        return " More replications would hardly tell: the difference is too small beside its spread."
    if more == 1:
        return " About one more replication would take zero out of the interval, if the difference stays as it is."
    return f" About {more:,} more replications would take zero out of the interval, if the difference stays as it is."


def _knowing(ignorance: Ignorance) -> str:
    """What would decide, where worlds differ."""
    if ignorance.unknown <= ignorance.luck:
        return " One life of the market is luck for the most part; no number of replications changes that."
    return " More replications would not decide it; to know more of your customers would, best by an experiment."


def _over_worlds(currency: str, ignorance: Ignorance) -> str:
    """In how many worlds it is better, and what the interval is made of."""
    write = fitting(ignorance.luck, ignorance.unknown)
    luck, unknown = (money(currency, f"+-{write(each)}") for each in (ignorance.luck, ignorance.unknown))
    if ignorance.carrying:
        most = f"; most of it: {ignorance.carrying}, with which about {percent(ignorance.carried)} of it goes"
    else:
        most = "; no single value carries it" if ignorance.unknown else ""
    return (
        f"(better on money in {ignorance.better} of {ignorance.worlds} worlds that your {ignorance.source} allow; 95% intervals hold "
        f"luck, {luck} by itself, and what is not known, {unknown}{most}; not a forecast.)"
    )


def _sure(base: Runs, plan: PlanResult) -> str:
    if plan.ignorance is not None:
        return _over_worlds(base.scenario.market.currency, plan.ignorance)
    wins = plan.difference("net_margin").wins
    if base.replications == 1:
        return _not_a_forecast(base, plan)
    won = f"better on money in {percent(wins)} of" if not math.isnan(wins) else "no money to compare in"
    return (
        f"({won} {base.replications} paired replications of this one set of assumptions; 95% intervals hold "
        "their luck and nothing else; not a forecast.)"
    )


def _not_a_forecast(base: Runs, plan: PlanResult) -> str:
    if plan.ignorance is not None:
        return f"(In {plan.ignorance.worlds} worlds that your {plan.ignorance.source} allow; not a forecast.)"
    if base.replications == 1:
        return "(One paired replication of this model, so no intervals; not a forecast.)"
    return f"({base.replications} paired replications of this one set of assumptions; not a forecast.)"


def _absolute(value: Estimate) -> Estimate:
    if value.mean >= 0:
        return value
    return replace(value, mean=-value.mean, low=-value.high, high=-value.low)


def _number(value: Estimate, write: Writer = whole) -> str:
    return estimated(value, write, without=ONE_REPLICATION)
