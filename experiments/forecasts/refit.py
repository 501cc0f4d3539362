"""The full online market, refitted to the known weeks of a cohort: how often and how lately people bought, and when."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cxsim import load
from cxsim.closed_forms.histories import Histories, Numbers
from cxsim.scenario import Scenario
from cxsim.study.replications import each_replication
from experiments.forecasts.cohorts import Cohort
from experiments.forecasts.lives import FULL, Lives, live, market
from experiments.forecasts.matching import match, mean_satisfaction
from experiments.forecasts.peers import RepeatModel

REPEATS = np.array([0, 1, 2, 3, 4, 6, 10, 15])  # smallest number of repeats of each row of the table
RECENCY = (1, 6, 5, 4, 3, 3, 1, 1)  # cells of each row by t_x / T, filled equally by the real customers
EVERY_WEEKS = 4  # of the cumulative curve
LOWEST, HIGHEST = 0.02, 500.0  # of any parameter; the scenario allows no shape below .01
PEOPLE, RUNS = 50_000, 2  # behind one evaluation


@dataclass(frozen=True)
class Moments:
    """What is held against the real customers.

    Attributes:
        edges: inner borders of t_x / T in each row of the table, a list of arrays.
    """

    edges: list[Numbers]

    @classmethod
    def of(cls, known: Histories) -> "Moments":
        """Borders such that the cells of a row hold about equally many of these customers."""
        row, recency = _row(known), known.last / known.age
        return cls(
            [
                np.quantile(recency[row == place], np.arange(1, cells) / cells) if cells > 1 else np.empty(0)
                for place, cells in enumerate(RECENCY)
            ]
        )

    def shares(self, histories: Histories) -> Numbers:
        """Share of customers in each cell, shape (cells,)."""
        row, recency = _row(histories), histories.last / histories.age
        rows = [
            np.bincount(np.searchsorted(edges, recency[row == place]), minlength=len(edges) + 1)
            for place, edges in enumerate(self.edges)
        ]
        return np.concatenate(rows) / len(histories)


def _row(histories: Histories) -> NDArray[np.intp]:
    return np.searchsorted(REPEATS, histories.repeats, side="right") - 1


@dataclass(frozen=True)
class FullFit:
    """A closed form's parameters, refitted inside the full market.

    Attributes:
        model: the refitted parameters.
        reference: `loyalty.satisfaction_reference`, the mean satisfaction over decisions to stay that the market makes.
        leaving: `loyalty.exit`, the share of those who do not stay who leave for good; the others look around.
        people: in one run.
        misfit: mean squared miss of the moments, in standard errors of the data; 1 would be no worse than chance.
    """

    model: RepeatModel
    reference: float
    leaving: float
    people: int
    misfit: float = float("nan")

    def scenario(self, known: Cohort, weeks: int) -> Scenario:
        """The full market at this fit, for so many weeks."""
        loyalty = [f"loyalty.satisfaction_reference={self.reference!r}", f"loyalty.exit={self.leaving!r}"]
        return market(FULL, self.model, known, self.people, weeks, *loyalty)


def refit_full(closed_form: RepeatModel, known: Cohort, people: int = PEOPLE, runs: int = RUNS) -> FullFit:
    """The full market whose customers look like the real ones of the known weeks, by simulated moments.

    Args:
        closed_form: fitted to the known weeks; where the search starts.
        known: the cohort as known.
        people: in the simulated market; about two in five become customers.
        runs: behind one evaluation.
    """
    kind, names = type(closed_form), list(closed_form.START)
    table = Moments.of(known.histories())
    reference = mean_satisfaction(market(FULL, closed_form, known, people, known.weeks))
    shares, curve = table.shares(known.histories()), _thinned(known.cumulative() / len(known))

    def guess(values: Numbers) -> FullFit:
        return FullFit(kind(*values[:4].tolist()), reference, float(values[4]), people)

    def simulate(values: Numbers) -> Numbers:
        scenario = guess(values).scenario(known, known.weeks)
        lives = each_replication(lambda number: live(scenario, number, known.weeks), runs)
        return np.asarray(np.mean([_moments(table, each) for each in lives], axis=0))

    # Counts within cells are near Poisson. The curve spreads more; its points count as if they were independent, since
    # it is what will be forecast.
    per_customer = np.var(known.histories().repeats) / np.mean(known.histories().repeats)
    error = np.sqrt(np.append(shares, per_customer * curve) / len(known))
    start = np.array([*(getattr(closed_form, name) for name in names), load(FULL).loyalty.exit])
    limits = (np.full(5, LOWEST), np.append(np.full(4, HIGHEST), 1.0))
    found = match(start, limits, simulate, np.append(shares, curve), np.maximum(error, 1e-9))
    return replace(guess(found.values), misfit=found.misfit)


def _moments(table: Moments, lives: Lives) -> Numbers:
    return np.append(table.shares(lives.histories), _thinned(lives.cumulative))


def _thinned(curve: Numbers) -> Numbers:
    return curve[::-1][::EVERY_WEEKS]
