"""What the report on a comparison shows: the verdict first, then how it came about, and what it rests on."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes

from cxsim import charts
from cxsim.ledger.figures import FIGURE, STAGES_OF_LINES
from cxsim.ledger.outcomes import STATUSES, stage_name
from cxsim.report.assumptions import Carrying, carrying, register_of
from cxsim.report.lines import Ended, Row, ended_in_both, figure_row, moved
from cxsim.report.page import provenance, rendered
from cxsim.report.pictures import NARROW, Pictures, flow_picture
from cxsim.study.comparison import Comparison, PlanResult
from cxsim.study.paired import Estimate, PairedDifference, paired_difference
from cxsim.study.reading import Results, read_comparison
from cxsim.study.results import BASE_FILE, plan_file, scenario_hash
from cxsim.study.verdict import Verdict, verdict_of


@dataclass(frozen=True)
class Payback:
    """When the plan has paid for itself: by the mean of the accumulated net, and by the ends of its 95% band.

    None: not before the horizon.
    """

    week: int | None
    earliest: int | None
    latest: int | None


@dataclass(frozen=True)
class Shown:
    """What is shown of one plan."""

    result: PlanResult
    verdict: Verdict
    wide_flow: Markup
    narrow_flow: Markup
    stages: list[Row]
    causes: list[Row]
    rescued: list[Ended]
    broken: list[Ended]
    figures: list[Row]
    money: Markup
    stay: Markup
    differences: Markup
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
    pictures, leader = Pictures(), _leader(comparison)
    names = list(comparison.plans)
    files = [BASE_FILE, *(plan_file(place) for place in range(1, len(names) + 1))]
    scenarios = [comparison.base, *(plan.scenario for plan in comparison.plans.values())]
    return rendered(
        "comparison.html",
        comparison=comparison,
        market=comparison.base.market,
        plans=[_shown(comparison, plan, pictures) for plan in comparison.plans.values()],
        leader=leader,
        leader_pays=verdict_of(comparison, leader).outcome == "pays",
        between=_between(comparison, leader),
        register=register_of(comparison.base),
        statuses=STATUSES,
        repeat=list(zip([comparison.base_name, *names], files, map(scenario_hash, scenarios), strict=True)),
        **provenance(results),
    )


def _shown(comparison: Comparison, plan: PlanResult, pictures: Pictures) -> Shown:
    def drawn(chart: Callable[..., Axes], described: str) -> Markup:
        return pictures(partial(chart, comparison, plan.name), described)

    gain, net = plan.difference("margin"), plan.difference("net_margin")
    cost = plan.difference("intervention_cost").estimate
    return Shown(
        result=plan,
        verdict=verdict_of(comparison, plan),
        wide_flow=flow_picture(comparison, plan.name),
        narrow_flow=flow_picture(comparison, plan.name, NARROW),
        stages=[figure_row(plan, FIGURE[f"lines_{stage_name(stage)}"]) for stage in STAGES_OF_LINES],
        causes=ended_in_both(comparison.base_runs, plan),
        rescued=moved(plan.rescued),
        broken=moved(plan.broken),
        figures=[figure_row(plan, figure) for figure in FIGURE.values()],
        money=drawn(charts.money, "Accumulated margin, cost and what is left, by week; the table has the numbers"),
        stay=drawn(charts.retention, "How many stay with and without the plan, by weeks since the first purchase"),
        differences=drawn(charts.differences, "Paired differences with intervals; the table has the numbers"),
        gain=gain,
        net=net,
        cost=cost,
        affordable=_times(plan.roi),
        payback=_payback(plan.weekly, plan.payback),
        carrying=carrying(comparison.base, plan.scenario, main_stage(plan)),
    )


def main_stage(plan: PlanResult) -> str | None:
    """The stage where most of the rescued lines used to end; None if nobody was rescued."""
    return None if plan.rescued.empty else str(plan.rescued.groupby("stage")["people"].sum().idxmax())


def _times(roi: Estimate | None) -> Estimate:
    """How many times its cost the plan's gain is: by so much the cost may be off before the plan stops paying."""
    if roi is None:
        return Estimate(np.nan, np.nan, np.nan)
    return Estimate(1.0 + roi.mean, 1.0 + roi.low, 1.0 + roi.high)


def _payback(weekly: pd.DataFrame, week: int | None) -> Payback:
    return Payback(week, _for_good(weekly["net_high"]), _for_good(weekly["net_low"]))


def _for_good(net: "pd.Series[float]") -> int | None:
    """The week from which an accumulated sum stays above zero; None if it ends below, or is not known."""
    values = net.to_numpy(float)
    if not np.all(np.isfinite(values)) or values[-1] < 0.0:
        return None
    behind = np.flatnonzero(values < 0.0)
    return int(behind[-1]) + 1 if len(behind) else 0


def _leader(comparison: Comparison) -> PlanResult:
    return max(comparison.plans.values(), key=lambda plan: plan.difference("net_margin").estimate.mean)


def _between(comparison: Comparison, leader: PlanResult) -> list[Between]:
    """Every other plan against the leading one, as pairs."""
    most = leader.figures["net_margin"].to_numpy(float)
    return [
        Between(name, paired_difference(plan.figures["net_margin"].to_numpy(float), most, 1, plan.reach))
        for name, plan in comparison.plans.items()
        if plan is not leader
    ]
