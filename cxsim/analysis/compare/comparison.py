"""One base and one or more plans, lived by the same customers with the same luck."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.analysis.compare.copied import Copied
from cxsim.analysis.compare.intervals import HalfWidthFactor, student_t
from cxsim.analysis.compare.pair import Pair, pair_of
from cxsim.analysis.compare.plan_result import PlanResult, plan_result
from cxsim.analysis.compare.runs import Runs, runs_of
from cxsim.analysis.compare.stopping import MOST, Until, lived_until
from cxsim.analysis.compare.verdict import verdict_of
from cxsim.analysis.workers.threads import each_replication
from cxsim.engine.agents import Customer
from cxsim.engine.branching import BASE, Branching
from cxsim.engine.luck import whole_number
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.outcomes.figures import figure_named, figures_of
from cxsim.engine.simulate import Run, RunTables
from cxsim.scenario import Scenario, load
from cxsim.scenario.checks import same_market
from cxsim.scenario.copying import copied_plan, rivals_of


@dataclass(frozen=True)
class Comparison:
    """A base and its plans; `verdict()` says the result in words.

    Attributes:
        base_name: what the base is called here.
        base_runs: the base's own replications as tables.
        plans: by name.
        stopped: why it ended at this number of replications, in words; empty if the number was given.
        worlds: in which worlds it was lived, one row each, one column a full key; empty where in one.
    """

    base_name: str
    base_runs: Runs = field(repr=False)
    plans: dict[str, PlanResult]
    stopped: str = ""
    worlds: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)

    @property
    def base(self) -> Scenario:
        """The base itself."""
        return self.base_runs.scenario

    @property
    def seed(self) -> int:
        """The seed of all luck."""
        return self.base_runs.seed

    @property
    def replications(self) -> int:
        """How many pairs were lived."""
        return self.base_runs.replications

    @property
    def base_figures(self) -> pd.DataFrame:
        """One row a replication, one column a figure of the focal brand."""
        return self.base_runs.figures

    @property
    def intervals(self) -> str:
        """Which intervals it has, by their name in files."""
        return next(iter(self.plans.values())).half_width_factor.name

    def verdict(self, plan: str | None = None) -> str:
        """What the comparison says about a plan (the first when left out), in sentences to read aloud."""
        return str(verdict_of(self.base_runs, self.plans[plan] if plan else next(iter(self.plans.values()))))

    def table(self) -> pd.DataFrame:
        """The differences of all plans under each other, tidy: plan, figure, base, plan_mean, difference, low, high, ..."""
        tables = [result.differences.assign(plan=name) for name, result in self.plans.items()]
        table = pd.concat(tables, ignore_index=True)
        return table[["plan", *[column for column in table.columns if column != "plan"]]]

    def __repr__(self) -> str:
        sentences = "\n".join(self.verdict(name) for name in self.plans)
        return f"<Comparison with {self.base_name!r}, {self.replications} paired replications, seed {self.seed}>\n{sentences}"


def compare(
    base: Scenario | str | Path,
    *plans: Scenario | str | Path,
    replications: int = 20,
    seed: int = 1,
    workers: int | None = None,
    progress: bool = False,
    until: Until | None = None,
    most: int = MOST,
    copied_after: float | None = None,
    living: Callable[[int, int], Iterable[Run]] | None = None,
    intervals: HalfWidthFactor = student_t,
    model: type[LoyaltyModel] = LoyaltyModel,
    customer: type[Customer] = Customer,
) -> Comparison:
    """Let the same simulated customers, with the same luck, live through a base and its plans.

    Args:
        base: the scenario to compare with.
        plans: one or more others; same people, horizon, brands and currency.
        replications: pairs to live, at least 2 for an interval; with `until` those to begin with, at least 5.
        seed: 0 to 2**63 - 1.
        workers: threads; as many as cores when left out. The results do not depend on it.
        progress: whether to show a progress bar on stderr.
        until: go on until a difference is known so well (`cxsim.HalfWidth`) or decided (`cxsim.Decided`).
        most: pairs to live at most, with `until`.
        copied_after: weeks after which every rival does the same; the verdict then says what that leaves of the plan.
        living: lives the base and its plans, in this order, of a seed and a replication; for who remembers or follows lives.
        intervals: how far they reach; with `until`, as its rule says.
        model: the class of the market, `LoyaltyModel` or one of your own.
        customer: the class of the customers; one of your own is lived by the agents engine.

    Raises:
        ScenarioError: if a scenario is wrong, a plan is not about the same market, or a plan cannot be copied.
        ValueError: if there is no plan or no replication, a number is no whole number, `copied_after` is below 0, or
            `until` looks at a figure that neither the base nor a plan has.
    """
    if not plans:
        raise ValueError("compare needs at least one plan besides the base")
    replications, seed = whole_number("replications", replications), whole_number("seed", seed)
    if replications < 1:
        raise ValueError(f"replications is {replications}; it must be at least 1")
    scenarios = [item if isinstance(item, Scenario) else load(item) for item in (base, *plans)]
    names = _names([base, *plans], scenarios)
    half_width_factor = _reach(until, replications, scenarios, intervals)
    copies = [] if copied_after is None else _copies(scenarios, copied_after, living is not None)
    parents = [BASE] * (len(scenarios) - 1) + list(range(len(copies)))
    lives = living or Branching(scenarios[0], [*scenarios[1:], *copies], model, customer, parents).lives

    def once(replication: int) -> _Lived:
        return _lived(iter(lives(seed, replication)), len(scenarios) - 1)

    def more(count: int, first: int) -> list[_Lived]:
        return each_replication(once, count, workers, progress, first)

    looked = partial(_differences, names[1:])
    results, stopped = lived_until(until, more, looked, replications, most) if until else (more(replications, 0), "")
    compared = _compared(names[1:], scenarios[1:], seed, results, half_width_factor, copied_after if copies else None)
    runs = runs_of(scenarios[0], seed, [each.pairs[0].base for each in results])
    return Comparison(names[0], runs, compared, stopped)


def comparison_of(
    base: Scenario, plan: Scenario, pairs: Sequence[Pair], seed: int, intervals: HalfWidthFactor = student_t
) -> Comparison:
    """The comparison of a base with one plan, of which pairs have been lived: one a replication, from replication 0 on.

    Raises:
        ScenarioError: if the plan is not about the same market.
        ValueError: if there is no pair.
    """
    if not pairs:
        raise ValueError("there is nothing to compare before a pair was lived")
    names = _names([base, plan], [base, plan])
    lived = [_Lived([pair], []) for pair in pairs]
    compared = _compared(names[1:], [plan], seed, lived, intervals, None)
    return Comparison(names[0], runs_of(base, seed, [pair.base for pair in pairs]), compared)


class _Lived(NamedTuple):
    """What is kept of one replication: the base with each plan, and the figures of each plan that was copied."""

    pairs: list[Pair]
    copies: list[dict[str, float]]


def _lived(lives: Iterator[Run], plans: int) -> _Lived:
    """The base, which lives first, with every plan; one plan at a time, since a run is large and a pair is not."""
    base = next(lives)
    return _Lived([pair_of(base, plan) for plan in islice(lives, plans)], [copy.figures for copy in lives])


def _compared(
    names: list[str],
    plans: list[Scenario],
    seed: int,
    results: list[_Lived],
    half_width_factor: HalfWidthFactor,
    copied_after: float | None,
) -> dict[str, PlanResult]:
    """What became of each plan, by name, and if rivals copied it."""
    compared = {}
    for place, (name, plan) in enumerate(zip(names, plans, strict=True)):
        copied = None
        if copied_after is not None:
            figures = pd.DataFrame([each.copies[place] for each in results]).rename_axis("replication")
            copied = Copied(float(copied_after), tuple(rivals_of(plan)), figures)
        pairs = [each.pairs[place] for each in results]
        compared[name] = plan_result(name, plan, seed, pairs, half_width_factor, copied)
    return compared


def _copies(scenarios: list[Scenario], after: float, by_somebody_else: bool) -> list[Scenario]:
    """Each plan when all rivals copy it."""
    if by_somebody_else:
        raise ValueError("copied_after and living exclude each other: living lives the base and its plans alone")
    if not 0.0 <= after < math.inf:
        raise ValueError(f"copied_after is {after:g}; it must be a number of weeks, 0 or more")
    return [copied_plan(scenarios[0], plan, after) for plan in scenarios[1:]]


def _reach(until: Until | None, first: int, scenarios: list[Scenario], otherwise: HalfWidthFactor) -> HalfWidthFactor:
    """How far intervals reach; a rule that looks at a figure which no scenario has is refused."""
    if until is None:
        return otherwise
    figure_named(until.figure, figures_of(*scenarios))
    return until.half_width_factor(first)


def _differences(names: list[str], figure: str, results: list[_Lived]) -> dict[str, NDArray[np.float64]]:
    """Of every plan, by name: its figure less that of the base, one number a replication."""
    columns = zip(*(each.pairs for each in results), strict=True)
    return {
        name: np.array([_value(pair.plan, figure) - _value(pair.base, figure) for pair in pairs])
        for name, pairs in zip(names, columns, strict=True)
    }


def _value(run: RunTables, figure: str) -> float:
    """A figure of a run; what only the mechanisms of the other scenario count is 0."""
    return run.figures.get(figure, 0.0)


def _names(given: list[Scenario | str | Path], scenarios: list[Scenario]) -> list[str]:
    """What each is called here, none twice; refuses plans about another market."""
    names = []
    for item, scenario in zip(given, scenarios, strict=True):
        wanted = scenario.name or (Path(item).stem if not isinstance(item, Scenario) else "plan")
        name, number = wanted, 2
        while name in names:
            name, number = f"{wanted} ({number})", number + 1
        names.append(name)
    for name, scenario in zip(names[1:], scenarios[1:], strict=True):
        same_market(scenarios[0], scenario, name)
    return names
