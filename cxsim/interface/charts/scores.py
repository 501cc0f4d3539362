"""The net promoter score that a survey measures, against the one it would find if everybody answered exactly."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxsim.analysis.compare.intervals import estimate, estimate_within
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.phrases import decimals, estimated, typeset, week
from cxsim.data.histories import Numbers
from cxsim.engine.outcomes.figures import NET_PROMOTERS
from cxsim.interface.charts.ends import End, name_ends
from cxsim.interface.charts.look import BASE, PLAN, caption, mean_of, new_axes, open_box, sentence, thick, title
from cxsim.interface.charts.weeks import ticks_of_weeks, weeks_along

PERIODS: Final = 13  # about so many over the horizon, so that each holds some answers


def scores(runs: Runs, ax: Axes | None = None) -> Axes:
    """Measured (ink) and true (grey) net promoter score of the focal brand over time, with bands.

    Args:
        runs: replications of a scenario.
        ax: where to draw; a figure of its own when left out.
    """
    ax = ax or new_axes()
    horizon = runs.scenario.market.horizon_weeks
    width = max(1, round(horizon / PERIODS))
    weeks = runs.weeks[runs.weeks["brand"] == runs.scenario.market.focal]
    sums = weeks.groupby(["replication", weeks["week"] // width]).sum(numeric_only=True)
    ends = []
    for name, plus, minus, count, colour in (
        ("true", "true_promoters", "true_detractors", "episodes", BASE),
        ("measured", "promoters", "detractors", "answers", PLAN),
    ):
        score = (100.0 * (sums[plus] - sums[minus]) / sums[count].where(sums[count] > 0)).unstack("week")
        at = np.minimum(week(0) + score.columns.to_numpy(float) * width + (width - 1) / 2, horizon)
        middle, low, high = _with_band(score)
        ax.fill_between(at, low, high, color=colour, alpha=0.25, linewidth=0)
        ax.plot(at, middle, color=colour, marker="o", markersize=thick(2.5))
        known = middle[np.isfinite(middle)]
        if len(known):
            ends.append(End(name, float(known[-1]), colour))
    ax.plot([week(0), horizon], [0.0, 0.0], color=BASE, linewidth=thick(0.4))
    weeks_along(ax, runs.scenario.market.start, f"week (answers of {width} weeks together)")
    ax.set_ylabel("net promoter score, \N{MINUS SIGN}100 to 100")
    open_box(ax)
    title(ax, "What the survey sees")
    caption(ax, _caption(runs, weeks))
    if ends:
        name_ends(ax, ends, float(week(0)), float(max(horizon, week(1))), ticks_of_weeks(runs.scenario.market.start))
    return ax


def _with_band(score: pd.DataFrame) -> tuple[Numbers, Numbers, Numbers]:
    each = [estimate_within(column, NET_PROMOTERS) for column in score.to_numpy(float).T]
    middle, low, high = (np.array([getattr(one, name) for one in each]) for name in ("mean", "low", "high"))
    return middle, low, high


def _caption(runs: Runs, weeks: pd.DataFrame) -> str:
    totals = weeks[["answers", "episodes"]].sum()
    said = sentence(mean_of(runs.replications, "replication"))
    said += "; bands: 95% interval of the mean" if runs.replications > 1 else ", so no interval"
    said += f". {totals['answers'] / max(1, totals['episodes']):.1%} of experiences are answered for."
    gap = estimate((runs.figures["nps_measured"] - runs.figures["nps_true"]).to_numpy(float))
    if gap.mean != gap.mean:
        return said
    off = typeset(estimated(gap, decimals(1, signed=True)))
    return f"{said} Over the whole time the survey is off by {off} points."
