"""What workers compute for visitors: a plan beside its market, a life in base and plan, files to take home."""

import gzip
from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from cxsim.analysis.compare.comparison import Comparison, compare
from cxsim.analysis.compare.doubt import Doubt
from cxsim.analysis.compare.intervals import Estimate, estimate, estimate_count
from cxsim.analysis.compare.plan_result import PlanResult
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.compare.verdict import verdict_of
from cxsim.analysis.phrases import week
from cxsim.analysis.workers.remembered import Remembered
from cxsim.engine.branching import Branching
from cxsim.engine.outcomes.figures import counted_names, figures_of
from cxsim.engine.outcomes.story import Moment, follow_together, parting, sentence
from cxsim.engine.pasts import Pasts
from cxsim.engine.simulate import Run
from cxsim.engine.state import EVERYBODY, NOBODY
from cxsim.interface.charts.flow_layout import flow_layout, streams_of
from cxsim.interface.charts.flow_svg import flow_svg
from cxsim.interface.explorer.plan import MOST_PEOPLE, NAME, VisitorPlan, pair_of
from cxsim.interface.explorer.ring import MOST_NOTES, Ring, Tracks, ring, tracks_of

# What a worker remembers of markets as they are, so that each is lived once for all plans; a life takes some 2 MB for
# each thousand people, and one that is noted twice as much.
LIVES_KEPT, MOST_REMEMBERED = 36, 4000
MOST_BYTES_OF_PASTS = 100_000_000  # of moments in which plans part from them: some .7 MB for each thousand people
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
    people: int
    weeks: int
    replications: int
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


class Somebody(BaseModel):
    """The question how one person lives, in the market and under a plan."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    plan: VisitorPlan
    person: int = Field(ge=0, lt=MOST_PEOPLE)


class MomentShown(BaseModel):
    """A moment of a life in words."""

    week: float
    said: str


class Life(BaseModel):
    """One person in base and plan: what is the same, and what base and plan bring after they part."""

    person: int
    same: list[MomentShown]
    base: list[MomentShown]
    plan: list[MomentShown]


def compared(plan: VisitorPlan) -> bytes:
    """A plan beside its market: `Compared` as JSON, packed with gzip."""
    base, changed = pair_of(plan)
    market = plan.market_alone()
    tracks: list[Tracks] = []  # of the market and of the plan

    both = Branching(base, [changed])

    def living(seed: int, replication: int) -> Iterator[Run]:
        as_it_is = (market, seed, replication)
        known, past = _MARKETS.get(as_it_is), _PASTS.of(as_it_is)
        noted = (NOBODY, 0) if replication else (EVERYBODY, MOST_NOTES)
        if known is None:
            remember = plan.people <= MOST_REMEMBERED
            lives = both.lives(seed, replication, *noted, past if remember else None)
            known = _followed(next(lives), replication)
            if remember:
                _MARKETS.keep(as_it_is, known)
            yield known.lived
            under_plan = _followed(next(lives), replication)
        else:
            yield known.lived
            under_plan = _followed(both.later(0, past, seed, replication, *noted), replication)
        if known.tracks and under_plan.tracks:
            tracks.extend((known.tracks, under_plan.tracks))
        yield under_plan.lived

    comparison = compare(base, changed, replications=plan.replications, seed=plan.seed, workers=1, living=living)
    result = comparison.plans[NAME]
    verdict = verdict_of(comparison.base_runs, result)
    answer = Compared(
        doubts=list(verdict.doubts),
        headline=verdict.headline,
        rest=verdict.rest,
        title=base.name,
        brand=base.market.focal,
        currency=base.market.currency,
        people=plan.people,
        weeks=plan.weeks,
        replications=plan.replications,
        seed=plan.seed,
        changes=len(changed.intervention),
        figures=_figures(result),
        lines=_lines(comparison.base_runs, result.runs),
        rescued=_interval(result.rescued_people),
        broken=_interval(result.broken_people),
        matrix=result.matrix.to_numpy(float).tolist(),
        money=_money(result),
        flow=_flow(comparison),
        ring=ring(*tracks),
    )
    return gzip.compress(answer.model_dump_json().encode(), 6, mtime=0)


class Followed(NamedTuple):
    """A life and, in replication 0, everybody's way round the ring."""

    lived: Run
    tracks: Tracks | None


def _followed(lived: Run, replication: int) -> Followed:
    """A life, with its tracks if it is the one that the ring shows.

    Raises:
        ValueError: if too much happened to be noted.
    """
    return Followed(lived, None if replication else tracks_of(lived))


# Lives of markets as they are, by `VisitorPlan.market_alone`, seed and replication: every plan is held against them.
_MARKETS: Remembered[tuple[str, int, int], Followed] = Remembered(LIVES_KEPT)
_PASTS = Pasts(MOST_BYTES_OF_PASTS)  # the same lives where plans parted from them, for the next plan


def life(somebody: Somebody) -> Life:
    """A person's life in the market and under the plan, in replication 0: the one that the ring shows.

    Raises:
        ValueError: if there is no such person.
    """
    base, plan = follow_together(pair_of(somebody.plan), somebody.person, somebody.plan.seed)
    place = parting(base, plan)
    same = base if place is None else base[:place]
    return Life(
        person=somebody.person,
        same=_told(same),
        base=[] if place is None else _told(base[place:]),
        plan=[] if place is None else _told(plan[place:]),
    )


def _told(moments: list[Moment]) -> list[MomentShown]:
    return [MomentShown(week=round(moment.week, 1), said=sentence(moment)) for moment in moments]


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


def _lines(base: Runs, plan: Runs) -> list[LinesMoved]:
    """Lines by stage and cause, most in the base first."""
    before, after = base.ended(), plan.ended()
    ends = sorted(before | after, key=lambda end: -before[end].sum())
    return [
        LinesMoved(
            stage=stage,
            cause=cause,
            base=_interval(estimate_count(before[stage, cause])),
            plan=_interval(estimate_count(after[stage, cause])),
            difference=_interval(estimate(after[stage, cause] - before[stage, cause])),
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
