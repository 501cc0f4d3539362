"""One base and one or more plans, lived by the same customers with the same luck."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.ledger.figures import FIGURES
from cxsim.ledger.money import payback_week
from cxsim.ledger.outcomes import STATUSES, Outcomes, Status, cause_name, stage_name
from cxsim.records import MONEY_UNIT, Cause, Stage
from cxsim.scenario import Problem, Scenario, ScenarioError, load
from cxsim.study.paired import Estimate, PairedDifference, estimate, estimate_count, paired_difference
from cxsim.study.replications import Lived, each_replication, live

Counts = NDArray[np.int64]

SHOWN_PERSONS = 10


@dataclass(frozen=True)
class _Pair:
    """What one replication of base and plan says, person by person."""

    base: dict[str, float]
    plan: dict[str, float]
    matrix: Counts  # (4, 4) people by status in the base x in the plan
    rescued: Counts  # (stages, causes) where and why the rescued lines ended in the base
    broken: Counts  # (stages, causes) where and why the broken loops end in the plan
    rescued_margin: float  # what the rescued people earned more
    gain: NDArray[np.float64]  # (weeks,) discounted margin of the plan less that of the base
    cost: NDArray[np.float64]  # (weeks,) discounted intervention cost of the plan less that of the base
    rescued_persons: list[int]  # a few of them, with short stories


@dataclass(frozen=True)
class PlanResult:
    """A plan against the base.

    Attributes:
        name: of the plan.
        scenario: the plan itself.
        figures: one row a replication, one column a figure of the focal brand.
        differences: one row a figure: base, plan, difference with 95% interval, wins, more_replications, variance_saved.
        matrix: mean people by status in the base (rows) and in the plan (columns).
        rescued: lines that became loops, by the stage and cause at which they ended in the base: mean people, interval.
        broken: loops that became lines, by the stage and cause at which they end in the plan.
        weekly: accumulated discounted gain, cost and net by week, means over replications.
        payback: week from which the mean accumulated gain covers the cost for good; None if that never comes.
        rescued_persons: numbers of some people rescued in replication 0, to follow.
        roi: (gain - cost) / cost on discounted contribution margin, with interval; None without cost.
    """

    name: str
    scenario: Scenario
    figures: pd.DataFrame = field(repr=False)
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

    def difference(self, figure: str) -> PairedDifference:
        """The paired difference of one figure."""
        good = next(known.good for known in FIGURES if known.name == figure)
        row = self.per_replication
        return paired_difference(row[f"base_{figure}"].to_numpy(float), row[f"plan_{figure}"].to_numpy(float), good)


@dataclass(frozen=True)
class Comparison:
    """A base and its plans; `verdict()` says the result in words."""

    base: Scenario
    base_name: str
    seed: int
    replications: int
    base_figures: pd.DataFrame = field(repr=False)
    plans: dict[str, PlanResult]

    def verdict(self, plan: str | None = None) -> str:
        """What the comparison says about a plan (the first when left out), in sentences to read aloud."""
        from cxsim.study.verdict import verdict_of

        return verdict_of(self, self.plans[plan] if plan else next(iter(self.plans.values())))

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
) -> Comparison:
    """Let the same simulated customers, with the same luck, live through a base and its plans.

    Args:
        base: the scenario to compare with.
        plans: one or more others; same people, horizon, brands and currency.
        replications: pairs to live, at least 2 for an interval.
        seed: 0 to 2**63 - 1.
        workers: threads; as many as cores when left out. The results do not depend on it.
        progress: whether to show a progress bar on stderr.

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

    def once(replication: int) -> list[_Pair]:
        before = live(scenarios[0], seed, replication)
        return [_pair(before, live(plan, seed, replication)) for plan in scenarios[1:]]

    results = each_replication(once, replications, workers, progress)
    compared = {
        name: _plan_result(name, scenario, [pairs[place] for pairs in results])
        for place, (name, scenario) in enumerate(zip(names[1:], scenarios[1:], strict=True))
    }
    base_figures = pd.DataFrame([pairs[0].base for pairs in results]).rename_axis("replication")
    return Comparison(scenarios[0], names[0], seed, replications, base_figures, compared)


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
    """Pairs need the same people over the same weeks, and one brand to look at."""
    for key in ("people", "horizon_weeks", "focal", "currency", "discount_rate_annual"):
        ours, theirs = getattr(base.market, key), getattr(plan.market, key)
        if ours != theirs:
            message = f"is {theirs!r} in the plan and {ours!r} in the base; a comparison needs the same"
            raise ScenarioError([Problem(name, f"market.{key}", message)])
    if base.brands != plan.brands:
        message = f"are {plan.brands} in the plan and {base.brands} in the base; a comparison needs the same"
        raise ScenarioError([Problem(name, "brands", message)])


def _pair(base: Lived, plan: Lived) -> _Pair:
    before, after = base.outcome, plan.outcome
    matrix = np.bincount(before.status.astype(np.int64) * 4 + after.status, minlength=16).reshape(4, 4)
    rescued = (before.status == Status.line) & (after.status == Status.loop)
    broken = (before.status == Status.loop) & (after.status == Status.line)
    return _Pair(
        base.figures,
        plan.figures,
        matrix,
        _by_stage_and_cause(before, rescued),
        _by_stage_and_cause(after, broken),
        float((after.margin[rescued] - before.margin[rescued]).sum()) / MONEY_UNIT,
        plan.margin - base.margin,
        plan.cost - base.cost,
        _shortest_stories(plan, rescued),
    )


def _shortest_stories(plan: Lived, people: NDArray[np.bool_]) -> list[int]:
    """A few of these people, those with the fewest purchases first: their lives are quickly told."""
    numbers = np.flatnonzero(people)
    purchases = plan.world.bonds["purchases"][numbers].sum(axis=1)
    return [int(person) for person in numbers[np.argsort(purchases, kind="stable")][:SHOWN_PERSONS]]


def _by_stage_and_cause(outcome: Outcomes, people: NDArray[np.bool_]) -> Counts:
    places = outcome.stage[people].astype(np.int64) * len(Cause) + outcome.cause[people]
    return np.bincount(places, minlength=len(Stage) * len(Cause)).reshape(len(Stage), len(Cause))


def _plan_result(name: str, scenario: Scenario, pairs: list[_Pair]) -> PlanResult:
    base = pd.DataFrame([pair.base for pair in pairs])
    plan = pd.DataFrame([pair.plan for pair in pairs]).rename_axis("replication")
    gain = np.array([pair.gain for pair in pairs])
    cost = np.array([pair.cost for pair in pairs])
    matrix = np.mean([pair.matrix for pair in pairs], axis=0)
    both = pd.concat([base.add_prefix("base_"), plan.reset_index(drop=True).add_prefix("plan_")], axis=1)
    return PlanResult(
        name,
        scenario,
        plan,
        _difference_table(base, plan),
        pd.DataFrame(matrix, index=pd.Index(STATUSES, name="base"), columns=pd.Index(STATUSES, name="plan")),
        _stage_cause_table([pair.rescued for pair in pairs]),
        _stage_cause_table([pair.broken for pair in pairs]),
        _weekly_money(gain, cost),
        payback_week(gain.mean(axis=0), cost.mean(axis=0)),
        _return_on(gain.sum(axis=1), cost.sum(axis=1)),
        estimate_count(np.array([pair.rescued.sum() for pair in pairs], float)),
        estimate_count(np.array([pair.broken.sum() for pair in pairs], float)),
        estimate(np.array([pair.rescued_margin for pair in pairs])),
        pairs[0].rescued_persons,
        both.rename_axis("replication"),
    )


def _difference_table(base: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for figure in FIGURES:
        before, after = base[figure.name].to_numpy(float), plan[figure.name].to_numpy(float)
        pair = paired_difference(before, after, figure.good)
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


def _stage_cause_table(counts: list[Counts]) -> pd.DataFrame:
    """Mean people by stage and cause with interval, most first."""
    stacked = np.array(counts, float)
    rows = []
    for stage, cause in np.argwhere(stacked.sum(axis=0) > 0.0):
        people = estimate_count(stacked[:, stage, cause])
        rows.append((stage_name(int(stage)), cause_name(int(cause)), people.mean, people.low, people.high))
    table = pd.DataFrame(rows, columns=["stage", "cause", "people", "low", "high"])
    return table.sort_values("people", ascending=False, kind="stable").reset_index(drop=True)


def _weekly_money(gain: NDArray[np.float64], cost: NDArray[np.float64]) -> pd.DataFrame:
    net = np.cumsum(gain - cost, axis=1)
    intervals = [estimate(column) for column in net.T]
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


def _return_on(gain: NDArray[np.float64], cost: NDArray[np.float64]) -> Estimate | None:
    return estimate((gain - cost) / cost) if np.all(cost > 0.0) else None
