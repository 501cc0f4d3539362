"""A plan against the base: differences of figures, who was rescued and why, money week by week, with intervals."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.analysis.compare.copied import Copied
from cxsim.analysis.compare.ignorance import Ignorance
from cxsim.analysis.compare.intervals import (
    Estimate,
    HalfWidthFactor,
    PairedDifference,
    estimate,
    estimate_count,
    mean_of,
    paired_difference,
    student_t,
)
from cxsim.analysis.compare.members import COLUMNS
from cxsim.analysis.compare.pair import Counts, Pair
from cxsim.analysis.compare.runs import Runs, runs_of
from cxsim.engine.outcomes.figures import Figure, figures_of
from cxsim.engine.outcomes.money import payback_week
from cxsim.engine.outcomes.status import STATUSES, cause_name, stage_name
from cxsim.scenario import Scenario


@dataclass(frozen=True)
class PlanResult:
    """A plan against the base.

    Attributes:
        name: of the plan.
        scenario: the plan itself.
        runs: the plan's own replications as tables.
        differences: one row a figure: base, plan, difference with 95% interval, wins, more_replications, variance_saved.
        matrix: mean people by status in the base (rows) and in the plan (columns).
        rescued: lines that became loops, by the stage and cause at which they ended in the base: mean people, interval.
        broken: loops that became lines, by the stage and cause at which they end in the plan.
        weekly: accumulated discounted gain, cost and net by week, means over replications.
        payback: week from which the mean accumulated gain covers the cost for good; None if that never comes.
        rescued_persons: numbers of some people rescued in replication 0, to follow.
        roi: (gain - cost) / cost on discounted contribution margin, with interval; None without cost.
        members: one row a replication, who is in the plan's loyalty programme and what each earned
            (`cxsim.analysis.compare.members`); empty without one.
        half_width_factor: of its intervals, which are wider when the number of replications hung on what they showed.
        copied: its lives with every rival doing the same later, if that was asked.
        ignorance: what of its worth is not known, if its replications are lives of many worlds.
    """

    name: str
    runs: Runs = field(repr=False)
    differences: pd.DataFrame = field(repr=False)
    matrix: pd.DataFrame = field(repr=False)
    rescued: pd.DataFrame = field(repr=False)
    broken: pd.DataFrame = field(repr=False)
    weekly: pd.DataFrame = field(repr=False)
    payback: int | None
    roi: Estimate | None
    rescued_people: Estimate
    broken_people: Estimate
    rescued_margin: Estimate
    rescued_persons: list[int]
    per_replication: pd.DataFrame = field(repr=False)
    members: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)
    half_width_factor: HalfWidthFactor = field(default=student_t, repr=False)
    copied: Copied | None = field(default=None, repr=False)
    ignorance: Ignorance | None = field(default=None, repr=False)

    @property
    def scenario(self) -> Scenario:
        """The plan itself."""
        return self.runs.scenario

    @property
    def figures(self) -> pd.DataFrame:
        """One row a replication, one column a figure of the focal brand."""
        return self.runs.figures

    def difference(self, figure: str) -> PairedDifference:
        """The paired difference of one figure."""
        return self._paired(figure, "base", self.per_replication[f"plan_{figure}"].to_numpy(float))

    def difference_copied(self, figure: str, copied: Copied) -> tuple[PairedDifference, PairedDifference]:
        """The paired difference of one figure when rivals copy the plan: from the base, and from the plan uncopied."""
        after = copied.figures[figure].to_numpy(float)
        return self._paired(figure, "base", after), self._paired(figure, "plan", after)

    def _paired(self, figure: str, less: str, after: NDArray[np.float64]) -> PairedDifference:
        good = next(known.good for known in figures_of(self.scenario) if known.name == figure)
        before = self.per_replication[f"{less}_{figure}"].to_numpy(float)
        return paired_difference(before, after, good, self.half_width_factor)


def plan_result(
    name: str,
    scenario: Scenario,
    seed: int,
    pairs: list[Pair],
    half_width_factor: HalfWidthFactor,
    copied: Copied | None = None,
) -> PlanResult:
    """What became of a plan in its pairs, one a replication."""
    runs = runs_of(scenario, seed, [pair.plan for pair in pairs])
    known = figures_of(scenario)
    plan = runs.figures
    base = pd.DataFrame([pair.base.figures for pair in pairs])
    base = base.reindex(columns=plan.columns, fill_value=0.0)  # what only the plan's mechanisms count is 0 in the base
    gain = np.array([pair.gain for pair in pairs])
    cost = np.array([pair.cost for pair in pairs])
    matrix = np.mean([pair.matrix for pair in pairs], axis=0)
    both = pd.concat([base.add_prefix("base_"), plan.reset_index(drop=True).add_prefix("plan_")], axis=1)
    return PlanResult(
        name,
        runs,
        _difference_table(known, base, plan, half_width_factor),
        pd.DataFrame(matrix, index=pd.Index(STATUSES, name="base"), columns=pd.Index(STATUSES, name="plan")),
        _stage_cause_table([pair.rescued for pair in pairs], half_width_factor),
        _stage_cause_table([pair.broken for pair in pairs], half_width_factor),
        _weekly_money(gain, cost, half_width_factor),
        payback_week(gain.mean(axis=0), cost.mean(axis=0)),
        _return_on(gain.sum(axis=1), cost.sum(axis=1), half_width_factor),
        estimate_count(np.array([pair.rescued.sum() for pair in pairs], float), half_width_factor),
        estimate_count(np.array([pair.broken.sum() for pair in pairs], float), half_width_factor),
        estimate(np.array([pair.rescued_margin for pair in pairs]), half_width_factor),
        pairs[0].rescued_persons,
        both.rename_axis("replication"),
        pd.DataFrame([pair.members for pair in pairs if pair.members], columns=COLUMNS),
        half_width_factor,
        copied,
    )


def _difference_table(
    figures: tuple[Figure, ...], base: pd.DataFrame, plan: pd.DataFrame, half_width_factor: HalfWidthFactor
) -> pd.DataFrame:
    rows = []
    for figure in figures:
        before, after = base[figure.name].to_numpy(float), plan[figure.name].to_numpy(float)
        pair = paired_difference(before, after, figure.good, half_width_factor)
        rows.append(
            {
                "figure": figure.name,
                "unit": figure.unit,
                "base": mean_of(before),
                "plan_mean": mean_of(after),
                "difference": pair.estimate.mean,
                "low": pair.estimate.low,
                "high": pair.estimate.high,
                "wins": pair.wins,
                "more_replications": pair.more_replications,
                "variance_saved": pair.variance_saved,
            }
        )
    return pd.DataFrame(rows).astype({"more_replications": "Int64"})


def _stage_cause_table(counts: list[Counts], half_width_factor: HalfWidthFactor) -> pd.DataFrame:
    """Mean people by stage and cause with interval, most first."""
    stacked = np.array(counts, float)
    rows = []
    for stage, cause in np.argwhere(stacked.sum(axis=0) > 0.0):
        people = estimate_count(stacked[:, stage, cause], half_width_factor)
        rows.append((stage_name(int(stage)), cause_name(int(cause)), people.mean, people.low, people.high))
    table = pd.DataFrame(rows, columns=["stage", "cause", "people", "low", "high"])
    return table.sort_values("people", ascending=False, kind="stable").reset_index(drop=True)


def _weekly_money(
    gain: NDArray[np.float64], cost: NDArray[np.float64], half_width_factor: HalfWidthFactor
) -> pd.DataFrame:
    net = np.cumsum(gain - cost, axis=1)
    intervals = [estimate(column, half_width_factor) for column in net.T]
    return pd.DataFrame(
        {
            "week": np.arange(net.shape[1]),
            "gain": np.cumsum(gain, axis=1).mean(axis=0),
            "cost": np.cumsum(cost, axis=1).mean(axis=0),
            "net": net.mean(axis=0),
            "net_low": [interval.low for interval in intervals],
            "net_high": [interval.high for interval in intervals],
        }
    )


def _return_on(
    gain: NDArray[np.float64], cost: NDArray[np.float64], half_width_factor: HalfWidthFactor
) -> Estimate | None:
    return estimate((gain - cost) / cost, half_width_factor) if np.all(cost > 0.0) else None
