"""What is shown of each plan of a comparison: verdict, pictures, tables, money, what carries the result."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.axes import Axes

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.intervals import Estimate, PairedDifference, paired_difference
from cxsim.analysis.compare.plan_result import PlanResult
from cxsim.analysis.compare.verdict import Verdict, verdict_of
from cxsim.analysis.phrases import week
from cxsim.engine.outcomes.figures import FIGURE, STAGES_OF_LINES, figures_of
from cxsim.engine.outcomes.status import stage_name
from cxsim.interface import charts
from cxsim.interface.report.assumptions import Carrying, carrying
from cxsim.interface.report.lines import LinesEnded, Row, ended_in_both, figure_row, moved
from cxsim.interface.report.pictures import NARROW, Pictures, flow_picture


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
    """The pictures of one plan; where the money comes from only of plans that are not on the sheet for a board."""

    wide_flow: Markup
    narrow_flow: Markup
    changed_flow: Markup
    money: Markup
    stay: Markup
    cohorts: Markup
    differences: Markup
    margin: Markup | None

    def __len__(self) -> int:
        """Letters in all."""
        flows = (self.wide_flow, self.narrow_flow, self.changed_flow)
        return sum(map(len, (*flows, self.money, self.stay, self.cohorts, self.differences, self.margin or "")))


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


def drawn_of(comparison: Comparison, plan: PlanResult, pictures: Pictures, on_sheet: bool) -> Drawn:
    """Draw the pictures of a plan, less those that the sheet for a board has of it."""

    def drawn(chart: Callable[..., Axes], described: str, height: float = 3.4) -> Markup:
        return pictures(partial(chart, comparison, plan.name), described, height=height)

    return Drawn(
        wide_flow=flow_picture(comparison, plan.name),
        narrow_flow=flow_picture(comparison, plan.name, NARROW),
        changed_flow=drawn(
            charts.changed_flow, "By how many people more or fewer lines end in each stage, and loops close", 3.2
        ),
        money=drawn(charts.money, "Accumulated margin, cost and what is left, by week; the table has the numbers"),
        stay=drawn(charts.retention, "How many stay with and without the plan, by weeks since the first purchase"),
        cohorts=drawn(charts.cohorts, "Share who stay, by when they first bought and how long ago that is", 4.6),
        margin=None
        if on_sheet
        else drawn(charts.waterfall, "Net margin of the base, stream by stream, to that of the plan", 4.4),
        differences=drawn(charts.differences, "Paired differences with intervals; the table has the numbers"),
    )


def shown_of(comparison: Comparison, plan: PlanResult, drawn: Drawn | None, in_brief: bool) -> Shown:
    """Gather what is shown of a plan."""
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
        payback=payback_of(plan.weekly, plan.payback),
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


def payback_of(weekly: pd.DataFrame, index: int | None) -> Payback:
    """When a plan has paid for itself, from its money by week and the index of the week of payback."""
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


def leader_of(comparison: Comparison) -> PlanResult:
    """The plan with the highest mean net margin."""
    return max(comparison.plans.values(), key=lambda plan: plan.difference("net_margin").estimate.mean)


def between_of(comparison: Comparison, leader: PlanResult) -> list[Between]:
    """Every other plan against the leading one, as pairs."""
    most = leader.figures["net_margin"].to_numpy(float)
    return [
        Between(name, paired_difference(plan.figures["net_margin"].to_numpy(float), most, 1, plan.half_width_factor))
        for name, plan in comparison.plans.items()
        if plan is not leader
    ]
