"""Simulated against real figures that a scenario ships with."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.phrases import estimated, whole
from cxsim.scenario.named_files import REPEATS, WEEK, weekly_figures


@dataclass(frozen=True)
class AgainstReal:
    """Cumulative repeat purchases, simulated against real.

    Attributes:
        week: the last week compared.
        real: real cumulative repeat purchases by then.
        simulated: mean over replications with 95% interval.
        error: mean absolute percentage error of the mean simulated curve over the second half of the weeks.
        from_week: the first week of that half.
    """

    week: int
    real: float
    simulated: Estimate
    error: float
    from_week: int

    def __str__(self) -> str:
        return (
            f"Cumulative repeat purchases by week {self.week}: {estimated(self.simulated)} simulated, "
            f"{whole(self.real)} real; the curves are {self.error:.1%} apart over weeks {self.from_week} to {self.week}."
        )


def cumulative_repeats(runs: Runs) -> pd.DataFrame:
    """Cumulative repeat purchases of the focal brand: one row a week (from 1), one column a replication."""
    focal = runs.weeks[runs.weeks["brand"] == runs.scenario.market.focal]
    table = focal.pivot(index="week", columns="replication", values="repeat_purchases").cumsum()
    table.index += 1
    return table


def real_repeats(runs: Runs) -> "pd.Series[float]":
    """The real figures, indexed by week from 1.

    Raises:
        ValueError: if the scenario ships none.
    """
    path = runs.scenario.reference.weekly_repeat_purchases
    if not path:
        raise ValueError(f"scenario {runs.scenario.name!r} ships no real weekly figures")
    figures = weekly_figures(path)
    weeks = pd.RangeIndex(1, len(figures) + 1, name=WEEK)
    return pd.Series(figures, weeks, dtype=float, name=REPEATS)


def against_real(runs: Runs) -> AgainstReal:
    """How far the simulated curve is from the real one, over the second half of the weeks that both have."""
    simulated, real = cumulative_repeats(runs), real_repeats(runs)
    week = int(min(simulated.index.max(), real.index.max()))
    first = week // 2 + 1
    later = simulated.mean(axis=1).loc[first:week].to_numpy()
    error = float(np.mean(np.abs(later / real.loc[first:week].to_numpy() - 1.0)))
    return AgainstReal(week, float(real.loc[week]), estimate(simulated.loc[week].to_numpy(float)), error, first)
