"""Replications of one scenario."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.analysis.compare.intervals import estimate_within
from cxsim.analysis.phrases import interval
from cxsim.analysis.workers.threads import each_replication
from cxsim.engine.agents import Customer
from cxsim.engine.luck import whole_number
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.outcomes.columns import Columns
from cxsim.engine.outcomes.figures import figures_of
from cxsim.engine.simulate import RunTables, simulate
from cxsim.scenario import Scenario, load


@dataclass(frozen=True)
class Runs:
    """Replications of one scenario, as tidy tables.

    Attributes:
        scenario: what was lived.
        seed: the seed; replication r of it repeats exactly.
        figures: one row a replication, one column a figure of the focal brand.
        weeks: one row a replication, week and brand; money in currency, times in weeks.
        lines: one row a replication, stage and cause: people whose line with the focal brand ended so.
        retention: one row a replication and four weeks since the first purchase: share kept, share looped, intervals.
        referrals: one row a replication and generation: buyers, referred buyers, reproduction number.
        loop_lengths: one row a replication and class of weeks: repeat buyers by their mean time between purchases.
        reach: one row a replication and rule by history: people whom it meant while it was at work, and their weeks.
        cohorts: one row a replication, cohort of first purchase and age: people, and how many of them had stayed; empty in
            folders from before.
    """

    scenario: Scenario
    seed: int
    figures: pd.DataFrame
    weeks: pd.DataFrame = field(repr=False)
    lines: pd.DataFrame = field(repr=False)
    retention: pd.DataFrame = field(repr=False)
    referrals: pd.DataFrame = field(repr=False)
    loop_lengths: pd.DataFrame = field(repr=False)
    reach: pd.DataFrame = field(repr=False)
    cohorts: pd.DataFrame = field(repr=False)

    @property
    def replications(self) -> int:
        """How many times the scenario was lived."""
        return len(self.figures)

    def ended(self) -> defaultdict[tuple[str, str], NDArray[np.float64]]:
        """People whose line ended, by stage and cause, each of shape (replications,); zeros where nobody's did."""
        people: defaultdict[tuple[str, str], NDArray[np.float64]] = defaultdict(lambda: np.zeros(self.replications))
        columns = (self.lines[name].tolist() for name in ("replication", "stage", "cause", "people"))
        for replication, stage, cause, count in zip(*columns, strict=True):
            people[stage, cause][replication] += count
        return people

    def summary(self) -> pd.DataFrame:
        """Every figure with its mean, 95% interval, unit and meaning: one row a figure."""
        rows = []
        for figure in figures_of(self.scenario):
            result = estimate_within(self.figures[figure.name].to_numpy(float), figure.scale)
            rows.append((figure.name, result.mean, result.low, result.high, figure.unit, figure.meaning))
        return pd.DataFrame(rows, columns=["figure", "mean", "low", "high", "unit", "meaning"])

    def __repr__(self) -> str:
        table = self.summary()
        shown = table[table["figure"].isin(["loops", "lines", "new", "never", "net_margin"])]
        figures = "; ".join(
            f"{name} {interval(mean, low, high, replications=self.replications)}"
            for name, mean, low, high in zip(shown["figure"], shown["mean"], shown["low"], shown["high"], strict=True)
        )
        return f"<Runs of {self.scenario.name!r}: {self.replications} replication{'' if self.replications == 1 else 's'}, seed {self.seed}; {figures}>"


def run(
    scenario: Scenario | str | Path,
    replications: int = 1,
    seed: int = 1,
    workers: int | None = None,
    progress: bool = False,
    model: type[LoyaltyModel] = LoyaltyModel,
    customer: type[Customer] = Customer,
) -> Runs:
    """Live a scenario several times, each with its own luck.

    Args:
        scenario: a loaded scenario, a file, or the name of a ready one.
        replications: how many times, at least 1.
        seed: 0 to 2**63 - 1.
        workers: threads; as many as cores when left out. The results do not depend on it.
        progress: whether to show a progress bar on stderr.
        model: the class of the market, `LoyaltyModel` or one of your own.
        customer: the class of the customers; one of your own is lived by the agents engine.

    Raises:
        ScenarioError: if the scenario is wrong.
        ValueError: if a number is no whole number, or out of range.
    """
    replications, seed = whole_number("replications", replications), whole_number("seed", seed)
    if replications < 1:
        raise ValueError(f"replications is {replications}; it must be at least 1")
    plan = scenario if isinstance(scenario, Scenario) else load(scenario)

    def once(replication: int) -> RunTables:
        return simulate(plan, seed, replication, model=model, customer=customer).tables

    return runs_of(plan, seed, each_replication(once, replications, workers, progress))


def runs_of(scenario: Scenario, seed: int, remains: Sequence[RunTables]) -> Runs:
    """The tables of all replications, in their order, put together."""
    figures = pd.DataFrame([each.figures for each in remains]).rename_axis("replication")
    return Runs(scenario, seed, figures, *map(_stacked, zip(*(each.tables for each in remains), strict=True)))


def _stacked(tables: Sequence[Columns]) -> pd.DataFrame:
    """The same table of all replications under each other, the replication as the first column."""
    rows = [len(next(iter(table.values()))) for table in tables]
    columns: Columns = {"replication": np.repeat(np.arange(len(tables)), rows)}
    return pd.DataFrame(columns | {name: np.concatenate([table[name] for table in tables]) for name in tables[0]})
