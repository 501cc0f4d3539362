"""One base and one or more plans, lived by the same customers with the same luck."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.ledger.figures import FIGURES
from cxsim.ledger.money import payback_week
from cxsim.ledger.outcomes import STATUSES, cause_name, stage_name
from cxsim.scenario import Problem, Scenario, ScenarioError, load
from cxsim.study.lived import Lived, live
from cxsim.study.pair import Counts, Pair, pair_of
from cxsim.study.paired import Estimate, PairedDifference, Reach, estimate, estimate_count, paired_difference, student_t
from cxsim.study.replications import each_replication
from cxsim.study.runs import Runs, runs_of
from cxsim.study.stopping import MOST, Until, lived_until


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
        reach: of its intervals, which are wider when the number of replications hung on what they showed.
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
    reach: Reach = field(default=student_t, repr=False)

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
        good = next(known.good for known in FIGURES if known.name == figure)
        row = self.per_replication
        before, after = row[f"base_{figure}"].to_numpy(float), row[f"plan_{figure}"].to_numpy(float)
        return paired_difference(before, after, good, self.reach)


@dataclass(frozen=True)
class Comparison:
    """A base and its plans; `verdict()` says the result in words.

    Attributes:
        base_name: what the base is called here.
        base_runs: the base's own replications as tables.
        plans: by name.
        stopped: why it ended at this number of replications, in words; empty if the number was given.
    """

    base_name: str
    base_runs: Runs = field(repr=False)
    plans: dict[str, PlanResult]
    stopped: str = ""

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

    def verdict(self, plan: str | None = None) -> str:
        """What the comparison says about a plan (the first when left out), in sentences to read aloud."""
        from cxsim.study.verdict import verdict_of

        return str(verdict_of(self, self.plans[plan] if plan else next(iter(self.plans.values()))))

    def table(self) -> pd.DataFrame:
        """The differences of all plans under each other, tidy: plan, figure, base, plan_mean, difference, low, high, ..."""
        tables = [result.differences.assign(plan=name) for name, result in self.plans.items()]
        table = pd.concat(tables, ignore_index=True)
        return table[["plan", *[column for column in table.columns if column != "plan"]]]

    def __repr__(self) -> str:
        sentences = "\n".join(self.verdict(name) for name in self.plans)
        return f"<Comparison with {self.base_name!r}, {self.replications} paired replications, seed {self.seed}>\n{sentences}"

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from cxsim.report.notebook import comparison_html

        return comparison_html(self)


def compare(
    base: Scenario | str | Path,
    *plans: Scenario | str | Path,
    replications: int = 20,
    seed: int = 1,
    workers: int | None = None,
    progress: bool = False,
    until: Until | None = None,
    most: int = MOST,
    living: Callable[[Scenario, int, int], Lived] = live,
) -> Comparison:
    """Let the same simulated customers, with the same luck, live through a base and its plans.

    Args:
        base: the scenario to compare with.
        plans: one or more others; same people, horizon, brands and currency.
        replications: pairs to live, at least 2 for an interval; with `until` those to begin with, at least 5.
        seed: 0 to 2**63 - 1.
        workers: threads; as many as cores when left out. The results do not depend on it.
        progress: whether to show a progress bar on stderr.
        until: go on until a difference is known so well (`cxsim.study.stopping.HalfWidth`) or decided (`Decided`).
        most: pairs to live at most, with `until`.
        living: lives a scenario with a seed and a replication; for who remembers or follows lives.

    Raises:
        ScenarioError: if a scenario is wrong, or a plan is not about the same market.
        ValueError: if there is no plan or no replication.
    """
    if not plans:
        raise ValueError("compare needs at least one plan besides the base")
    if replications < 1:
        raise ValueError(f"replications is {replications}; it must be at least 1")
    scenarios = [item if isinstance(item, Scenario) else load(item) for item in (base, *plans)]
    names = _names([base, *plans], scenarios)
    for name, scenario in zip(names[1:], scenarios[1:], strict=True):
        same_market(scenarios[0], scenario, name)

    def once(replication: int) -> list[Pair]:
        base = living(scenarios[0], seed, replication)
        return [pair_of(base, living(plan, seed, replication)) for plan in scenarios[1:]]

    def more(count: int, first: int) -> list[list[Pair]]:
        return each_replication(once, count, workers, progress, first)

    def difference(figure: str, results: list[list[Pair]]) -> dict[str, NDArray[np.float64]]:
        columns = zip(*results, strict=True)
        return {
            name: np.array([pair.plan.figures[figure] - pair.base.figures[figure] for pair in pairs])
            for name, pairs in zip(names[1:], columns, strict=True)
        }

    if until is None:
        results, stopped = more(replications, 0), ""
    else:
        results, stopped = lived_until(until, more, difference, replications, most)
    reach = student_t if until is None else until.reach
    compared = {
        name: _plan_result(name, scenario, seed, [pairs[place] for pairs in results], reach)
        for place, (name, scenario) in enumerate(zip(names[1:], scenarios[1:], strict=True))
    }
    return Comparison(names[0], runs_of(scenarios[0], seed, [pairs[0].base for pairs in results]), compared, stopped)


def _names(given: list[Scenario | str | Path], scenarios: list[Scenario]) -> list[str]:
    names = []
    for item, scenario in zip(given, scenarios, strict=True):
        wanted = scenario.name or (Path(item).stem if not isinstance(item, Scenario) else "plan")
        name, number = wanted, 2
        while name in names:
            name, number = f"{wanted} ({number})", number + 1
        names.append(name)
    return names


def same_market(base: Scenario, plan: Scenario, name: str) -> None:
    """Pairs of whole lives need the same people and brands."""
    same_people(base, plan, name)
    if base.brands != plan.brands:
        message = f"are {plan.brands} in the plan and {base.brands} in the base; a comparison needs the same"
        raise ScenarioError([Problem(name, "brands", message)])


def same_people(base: Scenario, plan: Scenario, name: str) -> None:
    """Pairs of figures need the same people over the same weeks, and one brand to look at."""
    for key in ("people", "horizon_weeks", "focal", "currency", "discount_rate_annual"):
        ours, theirs = getattr(base.market, key), getattr(plan.market, key)
        if ours != theirs:
            message = f"is {theirs!r} in the plan and {ours!r} in the base; a comparison needs the same"
            raise ScenarioError([Problem(name, f"market.{key}", message)])


def _plan_result(name: str, scenario: Scenario, seed: int, pairs: list[Pair], reach: Reach) -> PlanResult:
    runs = runs_of(scenario, seed, [pair.plan for pair in pairs])
    base, plan = pd.DataFrame([pair.base.figures for pair in pairs]), runs.figures
    gain = np.array([pair.gain for pair in pairs])
    cost = np.array([pair.cost for pair in pairs])
    matrix = np.mean([pair.matrix for pair in pairs], axis=0)
    both = pd.concat([base.add_prefix("base_"), plan.reset_index(drop=True).add_prefix("plan_")], axis=1)
    return PlanResult(
        name,
        runs,
        _difference_table(base, plan, reach),
        pd.DataFrame(matrix, index=pd.Index(STATUSES, name="base"), columns=pd.Index(STATUSES, name="plan")),
        _stage_cause_table([pair.rescued for pair in pairs], reach),
        _stage_cause_table([pair.broken for pair in pairs], reach),
        _weekly_money(gain, cost, reach),
        payback_week(gain.mean(axis=0), cost.mean(axis=0)),
        _return_on(gain.sum(axis=1), cost.sum(axis=1), reach),
        estimate_count(np.array([pair.rescued.sum() for pair in pairs], float), reach),
        estimate_count(np.array([pair.broken.sum() for pair in pairs], float), reach),
        estimate(np.array([pair.rescued_margin for pair in pairs]), reach),
        pairs[0].rescued_persons,
        both.rename_axis("replication"),
        reach,
    )


def _difference_table(base: pd.DataFrame, plan: pd.DataFrame, reach: Reach) -> pd.DataFrame:
    rows = []
    for figure in FIGURES:
        before, after = base[figure.name].to_numpy(float), plan[figure.name].to_numpy(float)
        pair = paired_difference(before, after, figure.good, reach)
        rows.append(
            {
                "figure": figure.name,
                "unit": figure.unit,
                "base": estimate(before).mean,
                "plan_mean": estimate(after).mean,
                "difference": pair.estimate.mean,
                "low": pair.estimate.low,
                "high": pair.estimate.high,
                "wins": pair.wins,
                "more_replications": pair.more_replications,
                "variance_saved": pair.variance_saved,
            }
        )
    return pd.DataFrame(rows).astype({"more_replications": "Int64"})


def _stage_cause_table(counts: list[Counts], reach: Reach) -> pd.DataFrame:
    """Mean people by stage and cause with interval, most first."""
    stacked = np.array(counts, float)
    rows = []
    for stage, cause in np.argwhere(stacked.sum(axis=0) > 0.0):
        people = estimate_count(stacked[:, stage, cause], reach)
        rows.append((stage_name(int(stage)), cause_name(int(cause)), people.mean, people.low, people.high))
    table = pd.DataFrame(rows, columns=["stage", "cause", "people", "low", "high"])
    return table.sort_values("people", ascending=False, kind="stable").reset_index(drop=True)


def _weekly_money(gain: NDArray[np.float64], cost: NDArray[np.float64], reach: Reach) -> pd.DataFrame:
    net = np.cumsum(gain - cost, axis=1)
    intervals = [estimate(column, reach) for column in net.T]
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


def _return_on(gain: NDArray[np.float64], cost: NDArray[np.float64], reach: Reach) -> Estimate | None:
    return estimate((gain - cost) / cost, reach) if np.all(cost > 0.0) else None
