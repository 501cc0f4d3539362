"""The full online market, refitted to the known weeks of a cohort: how often and how lately people bought.

What has a likelihood is fitted by it: the closed form of the same structure. The full market, which has none, is moved
until its customers look the same to that closed form (`cxsim.analysis.calibration.score`). Its effects of experience stay what
the scenario says; only the four parameters that say how often people need something and how loyal they are by nature
are refitted beside them, and satisfaction is measured from the market's own mean.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cxsim.analysis.calibration.score import score_of_histories
from cxsim.analysis.calibration.solve import meet
from cxsim.analysis.workers.threads import each_replication
from cxsim.data.histories import Histories, Numbers
from cxsim.scenario import Scenario
from experiments.forecasts.cohorts import Cohort
from experiments.forecasts.lives import FULL, live, market, together
from experiments.forecasts.matching import FITS, LUCK_OF_FITS, mean_satisfaction
from experiments.forecasts.peers import RepeatModel, fit

REPEATS = np.array([0, 1, 2, 3, 4, 6, 10, 15])  # smallest number of repeats of each row of the table
RECENCY = (1, 6, 5, 4, 3, 3, 1, 1)  # cells of each row by t_x / T, filled equally by the real customers
LOWEST, HIGHEST = 0.02, 500.0  # of any parameter; the scenario allows no shape below .01
PEOPLE, RUNS = 50_000, 2  # behind one evaluation of one fit


@dataclass(frozen=True)
class Cells:
    """A table of customers by how often and how lately they bought. It checks a fit and decides nothing.

    Attributes:
        edges: inner borders of t_x / T in each row of the table, a list of arrays.
    """

    edges: list[Numbers]

    @classmethod
    def of(cls, known: Histories) -> "Cells":
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

    def misfit(self, known: Histories, simulated: Histories) -> float:
        """Mean squared miss of the shares, in standard errors of the known customers'; 1 is no worse than chance."""
        real = self.shares(known)
        miss = self.shares(simulated) - real
        return float(len(known) * np.mean(miss**2 / np.maximum(real, 1.0 / len(known))))


def _row(histories: Histories) -> NDArray[np.intp]:
    return np.searchsorted(REPEATS, histories.repeats, side="right") - 1


@dataclass(frozen=True)
class FullFit:
    """A closed form's parameters, refitted inside the full market.

    Attributes:
        model: the refitted parameters.
        reference: `loyalty.satisfaction_reference`, the mean satisfaction over decisions to stay that the market makes.
        people: in one run.
        settings: of the market, as overrides.
        miss: root mean squared score, in standard errors of the data; 0 if the closed form would change nothing.
        misfit: of the known weeks, by `Cells`.
    """

    model: RepeatModel
    reference: float
    people: int
    settings: tuple[str, ...] = ()
    miss: float = float("nan")
    misfit: float = float("nan")

    @property
    def overrides(self) -> tuple[str, ...]:
        """What the market has beside the parameters."""
        return (f"loyalty.satisfaction_reference={self.reference!r}", *self.settings)

    def scenario(self, known: Cohort, weeks: int) -> Scenario:
        """The full market at this fit, for so many weeks."""
        return market(FULL, self.model, known, self.people, weeks, *self.overrides)

    def centred(self, known: Cohort) -> "FullFit":
        """The same with the reference at this market's own mean satisfaction."""
        return replace(self, reference=mean_satisfaction(self.scenario(known, known.weeks)))

    def lived(self, known: Cohort, runs: int, luck: int = 0) -> Histories:
        """Histories of its customers at the end of the known weeks; every number of luck has runs of its own."""
        scenario = self.scenario(known, known.weeks)
        first = LUCK_OF_FITS + runs * luck
        return together(each_replication(lambda run: live(scenario, run, known.weeks).histories, runs, first=first))


def refits_full(kind: type[RepeatModel], known: Cohort, *settings: str, fits: int = FITS) -> list[FullFit]:
    """Several fits, each with luck of its own; all but the first start where that one ended."""
    one = refit_full(kind, known, *settings)
    return [one, *(refit_full(kind, known, *settings, luck=luck, start=one.model) for luck in range(1, fits))]


def refit_full(
    kind: type[RepeatModel],
    known: Cohort,
    *settings: str,
    people: int = PEOPLE,
    runs: int = RUNS,
    luck: int = 0,
    start: RepeatModel | None = None,
) -> FullFit:
    """The full market whose customers look to a closed form like the real ones of the known weeks.

    Args:
        kind: of closed form; its structure is that of the market.
        known: the cohort as known.
        settings: of the market, as overrides.
        people: in the simulated market; about two in five become customers.
        runs: behind one evaluation, always with the same luck.
        luck: number of the fit; each has runs of its own.
        start: where to start, instead of the closed form's most likely values.
    """
    closed = fit(kind, known)
    real = known.histories()
    target = score_of_histories(closed, real)  # 0, unless a parameter ran to the end of its range
    limits = (np.full(len(closed.values), LOWEST), np.full(len(closed.values), HIGHEST))

    centred = FullFit(closed.model, 0.6, people, settings).centred(known)

    def at(values: Numbers) -> FullFit:
        return replace(centred, model=kind(*values.tolist()))

    def misses(values: Numbers) -> Numbers:
        return len(known) * (score_of_histories(closed, at(values).lived(known, runs, luck)) - target)

    begin = closed.values if start is None else np.array([getattr(start, name) for name in closed.names])
    met = meet(begin, limits, misses)
    found = replace(at(met.values), miss=float(np.sqrt(met.misfit)))
    return replace(found, misfit=Cells.of(real).misfit(real, found.lived(known, runs, luck)))
