"""What the page shows of a comparison: verdict, figures, lines, money, flow and ring, as numbers and words."""

from typing import Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.doubt import Doubt
from cxsim.analysis.compare.intervals import Estimate, estimate, estimate_count
from cxsim.analysis.compare.plan_result import PlanResult
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.compare.verdict import verdict_of
from cxsim.analysis.phrases import week
from cxsim.engine.outcomes.figures import counted_names, figures_of
from cxsim.interface.charts.flow_layout import flow_layout, streams_of
from cxsim.interface.charts.flow_svg import flow_svg
from cxsim.interface.explorer.plan import VisitorPlan
from cxsim.interface.explorer.ring import Ring

FIGURES = ("loops", "lines", "customers", "purchases", "satisfaction", "nps_true", "net_margin", "intervention_cost")
WIDE, NARROW = 900.0, 330.0  # of the flow, on a screen and on a phone


class Interval(BaseModel):
    """A mean over replications with its 95% interval; None where there is none."""

    mean: float | None
    low: float | None
    high: float | None


class FigureShown(BaseModel):
    """A figure in base and plan, and the paired difference."""

    name: str
    meaning: str
    unit: str
    good: int
    base: float | None
    plan: float | None
    difference: Interval


class LinesMoved(BaseModel):
    """Lines that end at a stage for a cause: people in base and plan, and the paired difference."""

    stage: str
    cause: str
    base: Interval
    plan: Interval
    difference: Interval


class Money(BaseModel):
    """Accumulated discounted margin of the plan less that of the base, by week, after cost; with its interval."""

    week: list[int]
    gain: list[float]
    cost: list[float]
    net: list[float]
    low: list[float]
    high: list[float]
    payback: int | None


class Compared(BaseModel):
    """Everything the page shows of a plan."""

    doubts: list[Doubt]
    headline: str
    rest: str
    title: str
    brand: str
    currency: str
    start: str
    people: int
    weeks: int
    replications: int
    worlds: int  # that figures allow, in which it was lived; 0 for one market
    seed: int
    changes: int
    figures: list[FigureShown]
    lines: list[LinesMoved]
    rescued: Interval
    broken: Interval
    matrix: list[list[float]]
    money: Money
    flow: dict[Literal["wide", "narrow"], str]
    ring: Ring


def shown_of(comparison: Comparison, plan: VisitorPlan, ring: Ring) -> Compared:
    """What the page shows of a plan that was lived beside its market."""
    base, (result,) = comparison.base, comparison.plans.values()
    verdict = verdict_of(comparison.base_runs, result)
    return Compared(
        doubts=list(verdict.doubts),
        headline=verdict.headline,
        rest=verdict.rest,
        title=base.name,
        brand=base.market.focal,
        currency=base.market.currency,
        start=base.market.start,
        people=plan.people,
        weeks=plan.weeks,
        replications=comparison.replications,
        worlds=len(comparison.worlds),
        seed=plan.seed,
        changes=len(result.scenario.intervention),
        figures=_figures(result),
        lines=_lines(comparison.base_runs, result),
        rescued=_interval(result.rescued_people),
        broken=_interval(result.broken_people),
        matrix=result.matrix.to_numpy(float).tolist(),
        money=_money(result),
        flow=_flow(comparison),
        ring=ring,
    )


def _figures(result: PlanResult) -> list[FigureShown]:
    rows = result.differences.set_index("figure")
    known = {figure.name: figure for figure in figures_of(result.scenario)}
    return [
        FigureShown(
            name=name,
            meaning=known[name].meaning,
            unit=known[name].unit,
            good=known[name].good,
            base=_known(rows.loc[name, "base"]),
            plan=_known(rows.loc[name, "plan_mean"]),
            difference=Interval(**{key: _known(rows.loc[name, column]) for key, column in _COLUMNS.items()}),
        )
        for name in (*FIGURES, *counted_names(result.scenario))
    ]


_COLUMNS = {"mean": "difference", "low": "low", "high": "high"}


def _known(value: object) -> float | None:
    number = float(str(value))
    return number if np.isfinite(number) else None


def _interval(value: Estimate) -> Interval:
    return Interval(mean=_known(value.mean), low=_known(value.low), high=_known(value.high))


def _lines(base: Runs, plan: PlanResult) -> list[LinesMoved]:
    """Lines by stage and cause, most in the base first."""
    before, after, reach = base.ended(), plan.runs.ended(), plan.half_width_factor
    ends = sorted(before | after, key=lambda end: -before[end].sum())
    return [
        LinesMoved(
            stage=stage,
            cause=cause,
            base=_interval(estimate_count(before[stage, cause], reach)),
            plan=_interval(estimate_count(after[stage, cause], reach)),
            difference=_interval(estimate(after[stage, cause] - before[stage, cause], reach)),
        )
        for stage, cause in ends
    ]


def _money(result: PlanResult) -> Money:
    weekly = result.weekly
    return Money(
        week=[week(index) for index in weekly["week"]],
        gain=_whole(weekly["gain"]),
        cost=_whole(weekly["cost"]),
        net=_whole(weekly["net"]),
        low=_whole(weekly["net_low"]),
        high=_whole(weekly["net_high"]),
        payback=None if result.payback is None else week(result.payback),
    )


def _whole(values: "pd.Series[float]") -> list[float]:
    return [round(float(value), 1) for value in values]


def _flow(comparison: Comparison) -> dict[Literal["wide", "narrow"], str]:
    streams = streams_of(comparison)
    return {"wide": flow_svg(flow_layout(streams, WIDE)), "narrow": flow_svg(flow_layout(streams, NARROW))}
