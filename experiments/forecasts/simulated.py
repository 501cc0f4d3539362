"""Forecasts made of many runs, and how far the luck of these runs moves their scores."""

from dataclasses import dataclass, fields

import numpy as np
from scipy import stats

from cxsim.analysis.workers.threads import each_replication
from cxsim.data.histories import Numbers
from cxsim.scenario import Scenario
from experiments.forecasts.cohorts import Cohort, Forecast, Sealed
from experiments.forecasts.lives import Lives, live, together
from experiments.forecasts.matching import FITS
from experiments.forecasts.scores import Scores
from experiments.forecasts.twins import expected_of_twins

RUNS, GROUPS = 50, FITS


@dataclass(frozen=True)
class Simulated:
    """A forecast by simulation.

    Attributes:
        name: of the method.
        curves: by groups of runs, shape (groups, weeks).
        individuals: by groups of runs, shape (groups, customers).
        spread: standard deviation of the curve of one cohort of this size around its expectation, shape (weeks,).
        lives: simulated customers behind it.
    """

    name: str
    curves: Numbers
    individuals: Numbers
    spread: Numbers
    lives: int

    @property
    def forecast(self) -> Forecast:
        """The mean of all groups."""
        return Forecast(self.name, self.curves.mean(axis=0), self.individuals.mean(axis=0))

    def without(self, group: int) -> Forecast:
        """The mean of all other groups."""
        others = np.arange(len(self.curves)) != group
        return Forecast(self.name, self.curves[others].mean(axis=0), self.individuals[others].mean(axis=0))

    def score(self, sealed: Sealed) -> tuple[Scores, Scores]:
        """The scores, and the half-width of their 95% intervals over the luck of the runs (delete-a-group jackknife)."""
        groups = len(self.curves)
        leave_one_out = np.array([_values(sealed.score(self.without(group))) for group in range(groups)])
        error = np.sqrt((groups - 1.0) / groups * ((leave_one_out - leave_one_out.mean(axis=0)) ** 2).sum(axis=0))
        return sealed.score(self.forecast), Scores(*(stats.t.ppf(0.975, groups - 1) * error).tolist())


def _values(scores: Scores) -> list[float]:
    return [getattr(scores, field.name) for field in fields(scores)]


def simulate(name: str, scenarios: list[Scenario], known: Cohort, runs: int = RUNS) -> Simulated:
    """Live a market `runs` times and forecast the cohort from it: the curve by the mean, individuals by their twins.

    Args:
        name: of the method.
        scenarios: the market of each group of runs; where a market was fitted several times, each fit has a group.
        known: the cohort as known.
        runs: of all groups together.
    """
    histories, groups = known.histories(), len(scenarios)

    def one_group(group: int) -> tuple[Lives, Numbers]:
        numbers = range(group, runs, groups)
        lives = merged([live(scenarios[group], number + 1, known.weeks) for number in numbers])
        return lives, expected_of_twins(histories, [lives])[0]

    done = each_replication(one_group, groups)
    curves = len(known) * np.array([lives.cumulative for lives, _ in done])
    spread = np.sqrt(len(known) * np.mean([lives.variance for lives, _ in done], axis=0))
    individuals = np.array([individual for _, individual in done])
    return Simulated(name, curves, individuals, spread, sum(len(lives) for lives, _ in done))


def merged(runs: list[Lives]) -> Lives:
    """Lives of several runs as one, each run counting by its customers."""
    customers = [len(lives) for lives in runs]
    mean = np.average([run.cumulative for run in runs], axis=0, weights=customers)
    variance = np.average([run.variance for run in runs], axis=0, weights=customers)
    return Lives(together([run.histories for run in runs]), np.concatenate([run.after for run in runs]), mean, variance)


def half_and_half(name: str, one: Simulated, other: Simulated) -> Simulated:
    """The mean of two forecasts."""
    return Simulated(
        name,
        (one.curves + other.curves) / 2.0,
        (one.individuals + other.individuals) / 2.0,
        (one.spread + other.spread) / 2.0,
        one.lives + other.lives,
    )
