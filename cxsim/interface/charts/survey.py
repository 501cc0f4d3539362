"""What the survey says over time, in base and plan: NPS or CSAT, with how many answered, and gaps where too few did."""

from typing import Final, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.intervals import estimate_within
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.phrases import week, whole
from cxsim.analysis.trade_words import WORDS
from cxsim.data.histories import Numbers
from cxsim.engine.outcomes.figures import NET_PROMOTERS, SHARE
from cxsim.interface.charts.ends import End, name_ends
from cxsim.interface.charts.look import (
    INK,
    NEUTRAL,
    caption,
    mean_of,
    new_axes,
    open_box,
    shown,
    smallest,
    thick,
    title,
    written,
)
from cxsim.interface.charts.source import ChartSource, worlds_of
from cxsim.interface.charts.weeks import ticks_of_weeks, weeks_along

PERIODS: Final = 9  # about so many over the horizon
LEAST_ANSWERS: Final = 10.0  # in a period of one replication, below which there is a gap
MOST_COUNTS: Final = 4  # numbers of answers that are written


def survey(
    source: Runs | Comparison, plan: str | None = None, score: Literal["nps", "csat"] = "nps", ax: Axes | None = None
) -> Axes:
    """Net promoter score or customer satisfaction as the survey measures it, period by period, with bands.

    A period in which fewer than ten answer is a gap. `scores` draws what the survey cannot see.

    Args:
        source: runs, or a comparison: then the base in grey and the plan in ink.
        plan: name of a plan of the comparison, the first when left out.
        score: "nps", -100 to 100, or "csat", share of answers of 4 or 5 on 5.
        ax: where to draw; a figure of its own when left out.
    """
    worlds = worlds_of(source, plan)
    market, scale = worlds.runs.scenario.market, NET_PROMOTERS if score == "nps" else SHARE
    width = max(1, round(market.horizon_weeks / PERIODS))
    ax = ax or new_axes()
    ends: list[End] = []
    counts: list[tuple[Numbers, Numbers]] = []
    short = ["base", "plan"] if worlds.base else [shown(worlds.runs.scenario.name, 18)]
    for name, (_, runs, colour) in zip(short, worlds.shown, strict=True):
        at, values, answers = by_period(runs, score, width)
        counts.append((at, answers))
        each = [estimate_within(column, scale) for column in values.T]
        middle, low, high = (np.array([getattr(one, end) for one in each]) for end in ("mean", "low", "high"))
        ax.fill_between(at, low, high, color=colour, alpha=0.25, linewidth=0)
        ax.plot(at, middle, color=colour, marker="o", markersize=thick(2.0))
        known = np.flatnonzero(np.isfinite(middle))
        if len(known):
            last = float(middle[known[-1]])
            said = f"{last:.0%}" if score == "csat" else whole(last)
            ends.append(End(f"{name}\n{said}", last, colour))
    if score == "csat":
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    weeks_along(ax, market.start, f"week ({width} weeks together)" if width > 1 else "week")
    ax.set_ylabel(WORDS[score].name + (", points" if score == "nps" else ""))
    open_box(ax)
    ax.margins(y=0.2)
    title(ax, f"{WORDS[score].name} over time")
    caption(ax, _caption(worlds, counts))
    if ends:
        name_ends(ax, ends, float(week(0)), float(max(market.horizon_weeks, week(1))), ticks_of_weeks(market.start))
        _answers(ax, *counts[-1])
    else:
        ax.text(0.5, 0.5, "Too few answer", transform=ax.transAxes, ha="center", color=INK)
        ax.set_xticks([])
        ax.set_yticks([])
    return ax


def by_period(runs: Runs, score: Literal["nps", "csat"], width: int) -> tuple[Numbers, Numbers, Numbers]:
    """Middles of periods so many weeks wide, the score in each replication, and the mean number of answers.

    Shapes (periods,), (replications, periods), (periods,); nan where fewer than ten answer in a replication on average.
    """
    weeks = runs.weeks[runs.weeks["brand"] == runs.scenario.market.focal]
    columns = ["promoters", "detractors", "csat_satisfied", "answers"]
    sums = weeks.groupby(["replication", weeks["week"] // width])[columns].sum()
    good = sums["promoters"] - sums["detractors"] if score == "nps" else sums["csat_satisfied"]
    times = 100.0 if score == "nps" else 1.0
    table: pd.DataFrame = (times * good / sums["answers"].where(sums["answers"] > 0)).unstack("week")
    answers = sums["answers"].unstack("week").mean(axis=0).to_numpy(float)
    values = table.to_numpy(float).copy()
    values[:, answers < LEAST_ANSWERS] = np.nan
    begins = table.columns.to_numpy(float) * width
    ends = np.minimum(begins + width, runs.scenario.market.horizon_weeks)
    return week(0) + (begins + ends - 1.0) / 2.0, values, answers


def _answers(ax: Axes, at: Numbers, answers: Numbers) -> None:
    """How many answered in some of the periods, along the bottom."""
    step = max(1, -(-len(at) // MOST_COUNTS))
    for place in range(0, len(at), step):
        side = "left" if place == 0 else "right" if place == len(at) - 1 else "center"
        ax.annotate(
            f"n {whole(answers[place])}", (at[place], 0.02), xycoords=("data", "axes fraction"), ha=side, va="bottom",
            fontsize=smallest(), color=written(NEUTRAL),
        )  # fmt: skip


def _caption(worlds: ChartSource, counts: list[tuple[Numbers, Numbers]]) -> str:
    several = worlds.base is not None
    count = worlds.runs.replications
    who = ""
    if worlds.base is not None:
        who = f"Base: {shown(worlds.base.scenario.name)}; plan: {shown(worlds.runs.scenario.name)}. "
    said = f"{who}As the survey measures it, {mean_of(count, 'pair' if several else 'replication')}"
    said += "; bands: 95% interval of each mean. " if count > 1 else ", so no interval. "
    answers = np.concatenate([each for _, each in counts])
    whose = " with the plan" if several else ""
    least = f"n: answers in one replication{whose}. "
    gap = np.any(answers < LEAST_ANSWERS)
    return said + least + (f"Gaps: fewer than {LEAST_ANSWERS:g} answer." if gap else "")
