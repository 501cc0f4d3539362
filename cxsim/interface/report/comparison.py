"""What the report on a comparison shows: the verdict first, then how it came about, and what it rests on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import partial
from typing import Final

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.intervals import Estimate, PairedDifference, paired_difference
from cxsim.analysis.compare.plan_result import PlanResult
from cxsim.analysis.compare.verdict import Verdict, verdict_of
from cxsim.analysis.phrases import week
from cxsim.analysis.results.reading import Results, read_comparison
from cxsim.analysis.results.writing import BASE_FILE, plan_file
from cxsim.engine.outcomes.figures import FIGURE, STAGES_OF_LINES, figures_of
from cxsim.engine.outcomes.status import STATUSES, stage_name
from cxsim.interface import charts
from cxsim.interface.report.assumptions import Carrying, carrying, register_of
from cxsim.interface.report.lines import LinesEnded, Row, ended_in_both, figure_row, moved
from cxsim.interface.report.page import provenance, rendered
from cxsim.interface.report.pictures import NARROW, Pictures, flow_picture
from cxsim.scenario.writing import scenario_hash

MOST_BYTES: Final = 490_000  # of a page: it has to go through the mail


class Detail(IntEnum):
    """How much is shown of the plans that do not lead; less, until the page is small enough."""

    whole = 0
    without_pictures = 1
    in_brief = 2  # verdict, what the plan does, where lines end, money, what would change the decision
    without_register = 3  # that, and no register of the base


@dataclass(frozen=True)
class Payback:
    """When the plan has paid for itself: by the mean of the accumulated net, and by the ends of its 95% band.

    Weeks as people count them, from 1. None: not before the horizon.
    """

    week: int | None
    earliest: int | None
    latest: int | None


@dataclass(frozen=True)
class Drawn:
    """The pictures of one plan."""

    wide_flow: Markup
    narrow_flow: Markup
    money: Markup
    stay: Markup
    differences: Markup

    def __len__(self) -> int:
        """Letters in all."""
        return sum(map(len, (self.wide_flow, self.narrow_flow, self.money, self.stay, self.differences)))


@dataclass(frozen=True)
class Shown:
    """What is shown of one plan; None and nothing where it gives way to the size of the page."""

    result: PlanResult
    verdict: Verdict
    drawn: Drawn | None
    in_brief: bool
    stages: list[Row]
    causes: list[Row]
    rescued: list[LinesEnded]
    broken: list[LinesEnded]
    figures: list[Row]
    gain: PairedDifference
    net: PairedDifference
    cost: Estimate
    affordable: Estimate  # cost at which the plan breaks even, as a multiple of its cost
    payback: Payback
    carrying: list[Carrying]


@dataclass(frozen=True)
class Between:
    """By how much the plan with the highest mean net margin is ahead of this one: the same people, the same luck."""

    name: str
    ahead: PairedDifference


def page(results: Results) -> str:
    """The report on a comparison.

    Raises:
        NoResultsError: if the folder is not whole, or was changed.
    """
    comparison = read_comparison(results)
    leader, pictures = _leader(comparison), Pictures()
    drawn = {leader.name: _drawn(comparison, leader, pictures)}
    if len(comparison.plans) * len(drawn[leader.name]) < MOST_BYTES:  # else all pictures cannot fit
        every = {
            plan.name: _drawn(comparison, plan, pictures) for plan in comparison.plans.values() if plan is not leader
        }
        whole = _rendered(results, comparison, leader, Detail.whole, drawn | every)
        if len(whole.encode()) < MOST_BYTES:
            return whole
    for detail in (Detail.without_pictures, Detail.in_brief):
        html = _rendered(results, comparison, leader, detail, drawn)
        if len(html.encode()) < MOST_BYTES:
            return html
    return _rendered(results, comparison, leader, Detail.without_register, drawn)


def _rendered(
    results: Results, comparison: Comparison, leader: PlanResult, detail: Detail, drawn: Mapping[str, Drawn]
) -> str:
    names = list(comparison.plans)
    files = [BASE_FILE, *(plan_file(place) for place in range(1, len(names) + 1))]
    scenarios = [comparison.base, *(plan.scenario for plan in comparison.plans.values())]
    return rendered(
        "comparison.html",
        comparison=comparison,
        market=comparison.base.market,
        plans=[
            _shown(comparison, plan, drawn.get(plan.name), detail >= Detail.in_brief and plan is not leader)
            for plan in comparison.plans.values()
        ],
        leader=leader,
        leader_pays=verdict_of(comparison.base_runs, leader).outcome == "pays",
        between=_between(comparison, leader),
        detail=detail,
        register=register_of(comparison.base),
        statuses=STATUSES,
        repeat=list(zip([comparison.base_name, *names], files, map(scenario_hash, scenarios), strict=True)),
        **provenance(results),
    )


def _drawn(comparison: Comparison, plan: PlanResult, pictures: Pictures) -> Drawn:
    def drawn(chart: Callable[..., Axes], described: str) -> Markup:
        return pictures(partial(chart, comparison, plan.name), described)

    return Drawn(
        wide_flow=flow_picture(comparison, plan.name),
        narrow_flow=flow_picture(comparison, plan.name, NARROW),
        money=drawn(charts.money, "Accumulated margin, cost and what is left, by week; the table has the numbers"),
        stay=drawn(charts.retention, "How many stay with and without the plan, by weeks since the first purchase"),
        differences=drawn(charts.differences, "Paired differences with intervals; the table has the numbers"),
    )


def _shown(comparison: Comparison, plan: PlanResult, drawn: Drawn | None, in_brief: bool) -> Shown:
    gain, net = plan.difference("margin"), plan.difference("net_margin")
    cost = plan.difference("intervention_cost").estimate
    return Shown(
        result=plan,
        verdict=verdict_of(comparison.base_runs, plan),
        drawn=drawn,
        in_brief=in_brief,
        stages=[figure_row(plan, FIGURE[f"lines_{stage_name(stage)}"]) for stage in STAGES_OF_LINES],
        causes=[] if in_brief else ended_in_both(comparison.base_runs, plan),
        rescued=moved(plan.rescued, comparison.replications),
        broken=moved(plan.broken, comparison.replications),
        figures=[] if in_brief else [figure_row(plan, figure) for figure in figures_of(plan.scenario)],
        gain=gain,
        net=net,
        cost=cost,
        affordable=_times(plan.roi),
        payback=_payback(plan.weekly, plan.payback),
        carrying=[] if in_brief else carrying(comparison.base, plan.scenario, main_stage(plan)),
    )


def main_stage(plan: PlanResult) -> str | None:
    """The stage where most of the rescued lines used to end; None if nobody was rescued."""
    return None if plan.rescued.empty else str(plan.rescued.groupby("stage")["people"].sum().idxmax())


def _times(roi: Estimate | None) -> Estimate:
    """How many times its cost the plan's gain is: by so much the cost may be off before the plan stops paying."""
    if roi is None:
        return Estimate(np.nan, np.nan, np.nan)
    return replace(roi, mean=1.0 + roi.mean, low=1.0 + roi.low, high=1.0 + roi.high)


def _payback(weekly: pd.DataFrame, index: int | None) -> Payback:
    spent = np.flatnonzero(weekly["cost"].to_numpy(float) > 0.0)
    first = int(spent[0]) if len(spent) else 0
    ends = (_for_good(weekly["net_high"], first), _for_good(weekly["net_low"], first))
    return Payback(None if index is None else week(index), *ends)


def _for_good(net: "pd.Series[float]", first: int) -> int | None:
    """The week from which an accumulated sum stays above zero, not before the first; None if it ends below, or is not known."""
    values = net.to_numpy(float)
    if not np.all(np.isfinite(values)) or values[-1] < 0.0:
        return None
    behind = np.flatnonzero(values < 0.0)
    return week(max(first, int(behind[-1]) + 1 if len(behind) else 0))


def _leader(comparison: Comparison) -> PlanResult:
    return max(comparison.plans.values(), key=lambda plan: plan.difference("net_margin").estimate.mean)


def _between(comparison: Comparison, leader: PlanResult) -> list[Between]:
    """Every other plan against the leading one, as pairs."""
    most = leader.figures["net_margin"].to_numpy(float)
    return [
        Between(name, paired_difference(plan.figures["net_margin"].to_numpy(float), most, 1, plan.half_width_factor))
        for name, plan in comparison.plans.items()
        if plan is not leader
    ]
