"""The sheet for a board: the answer, what it costs and returns, the trade's figures, four pictures, what it hangs on."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from markupsafe import Markup

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.intervals import Estimate, PairedDifference
from cxsim.analysis.compare.plan_result import PlanResult
from cxsim.analysis.compare.trade import TradeRow, is_known, trade_by_quarter, trade_rows
from cxsim.analysis.compare.verdict import Verdict, verdict_of
from cxsim.analysis.phrases import short
from cxsim.analysis.results.reading import Results
from cxsim.analysis.sensitivity.factor import SHARES
from cxsim.analysis.trade_words import TRADE
from cxsim.interface import charts
from cxsim.interface.report.assumptions import carrying, register_of
from cxsim.interface.report.believed import Believed, believed_in
from cxsim.interface.report.pictures import Pictures
from cxsim.interface.report.plans import Between, Payback, between_of, main_stage, payback_of
from cxsim.interface.report.spark import spark
from cxsim.scenario.register import Entry, in_words
from cxsim.scenario.stages.need import NextNeed

WIDTH, HEIGHT = 4.6, 2.5  # inches of a picture, of which two stand side by side on A4
MOST_DOUBTS: Final = 3  # on the sheet; all stand in the report, and in summary.md
MOST_EFFECTS: Final = 4


@dataclass(frozen=True)
class Assumed:
    """Something the plan is assumed to do: which part of it, what that moves, by how much, on which evidence."""

    part: str
    what: str
    amount: str
    evidence: str


@dataclass(frozen=True)
class BoardSheet:
    """What the sheet shows of the plan with the highest mean net margin.

    Attributes:
        name: of the plan.
        others: how many other plans there are.
        next_best: the plan with the next highest mean net margin, and how far it is behind; None of a single plan.
        verdict: the answer.
        more_doubts: how many doubts are left out.
        gain: margin before the plan's cost, paired.
        cost: of the plan.
        net: what is left, paired.
        back: brought back for each unit of currency spent; None without cost.
        payback: when it has paid for itself.
        needed: share of the simulated gain that must come true for the plan to pay; None where it does not pay.
        rows: the trade's words, base and plan.
        sparks: of those that are counted by week, by key: how they went from quarter to quarter.
        margin: where the money comes from.
        loops: where the loops come from.
        funnel: how far journeys come.
        survey: net promoter score over time.
        believed: what one must believe, if the folder holds it.
        effects: what the plan is assumed to do.
        values: how many values the market rests on.
        assumed: how many of them are assumed.
        bound: whether customers are bound by contract, where churn means another thing.
    """

    name: str
    others: int
    next_best: Between | None
    verdict: Verdict
    more_doubts: int
    gain: PairedDifference
    cost: Estimate
    net: PairedDifference
    back: Estimate | None
    payback: Payback
    needed: float | None
    rows: list[TradeRow]
    sparks: dict[str, Markup]
    margin: Markup
    loops: Markup
    funnel: Markup
    survey: Markup
    believed: Believed | None
    effects: list[Assumed]
    values: int
    assumed: int
    bound: bool


def board_of(results: Results, comparison: Comparison, plan: PlanResult, draw: Pictures) -> BoardSheet:
    """Gather the sheet on one plan."""
    base, verdict, register = comparison.base_runs, verdict_of(comparison.base_runs, plan), register_of(comparison.base)
    gain, cost = plan.difference("margin"), plan.difference("intervention_cost").estimate

    def drawn(chart: partial[object], described: str) -> Markup:
        return draw(chart, described, WIDTH, HEIGHT, captioned=False)  # type: ignore[arg-type]

    chart = {name: partial(getattr(charts, name), comparison, plan.name) for name in ("waterfall", "funnel", "survey")}
    return BoardSheet(
        name=plan.name,
        others=len(comparison.plans) - 1,
        next_best=min(between_of(comparison, plan), key=lambda each: each.ahead.estimate.mean, default=None),
        verdict=verdict,
        more_doubts=max(0, len(verdict.doubts) - MOST_DOUBTS),
        gain=gain,
        cost=cost,
        net=plan.difference("net_margin"),
        back=None if plan.roi is None else _one_more(plan.roi),
        payback=payback_of(plan.weekly, plan.payback),
        needed=cost.mean / gain.estimate.mean if 0.0 < cost.mean < gain.estimate.mean else None,
        sparks={
            word.key: spark(trade_by_quarter(base, word.key), trade_by_quarter(plan.runs, word.key), word.name)
            for word in TRADE
        },
        rows=[row for row in trade_rows(base, plan) if is_known(row.base) or is_known(row.plan)],
        margin=drawn(
            chart["waterfall"], "Net margin of the base, stream by stream, to that of the plan; the table has the sums"
        ),
        loops=drawn(
            partial(chart["waterfall"], of="loops"),
            "Loops of the base, by rescued lines and broken loops, to those of the plan",
        ),
        funnel=drawn(
            chart["funnel"],
            "In percent of journeys in which the brand is considered: found, chosen, bought, used, again",
        ),
        survey=drawn(chart["survey"], "Net promoter score over time with and without the plan"),
        believed=believed_in(results.folder, comparison.base, plan.scenario),
        effects=_effects(comparison, plan)[:MOST_EFFECTS],
        values=register.total,
        assumed=register.counts["assumed"],
        bound=any(traits.need.kind == NextNeed.contract for _, traits in comparison.base.segments().values()),
    )


def _one_more(roi: Estimate) -> Estimate:
    """What comes back for each unit spent, the unit itself included."""
    return Estimate(1.0 + roi.mean, 1.0 + roi.low, 1.0 + roi.high, roi.replications)


def _effects(comparison: Comparison, plan: PlanResult) -> list[Assumed]:
    """What the plan is assumed to do, each effect by itself."""
    near = {group.part: group.entries for group in carrying(comparison.base, plan.scenario, main_stage(plan))}
    today = {entry.key.split(".", 2)[-1]: entry for entry in near.get("acts on", []) if entry.key.startswith("brand.")}
    today |= {entry.key: entry for entry in near.get("acts on", []) if not entry.key.startswith("brand.")}
    return [_assumed(entry, today) for entry in near.get("plan", []) if ".effect." in entry.key]


def _assumed(entry: Entry, today: dict[str, Entry]) -> Assumed:
    part, _, parameter = entry.key.removeprefix("intervention.").partition(".effect.")
    now = today.get(parameter)
    percent = now is not None and now.unit in SHARES
    amount = _moved(str(entry.value), percent)
    if now is not None:
        amount += f" (today {_percent(float(str(now.value))) if percent else in_words(now.value)})"
    return Assumed(part, entry.meaning.rstrip("."), amount, entry.evidence)


def _moved(effect: str, percent: bool) -> str:
    """An effect as a register writes it ("multiply 0.45", "add 0.03"), for people."""
    how, _, number = effect.partition(" ")
    try:
        value = float(number)
    except ValueError:
        return effect
    if how == "add":
        return f"{100.0 * value:+.3g} points" if percent else f"{value:+.3g}"
    if how == "set":
        return f"set to {_percent(value) if percent else short(value)}"
    return f"times {value:.3g}"


def _percent(share: float) -> str:
    return f"{100.0 * share:.3g}%"
