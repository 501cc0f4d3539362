"""The journey map, computed: stage by stage how many pass, what they feel, what it takes, what hurts, what perfection is worth.

Customer-experience teams draw this map by hand. Here every replication is lived with notes on everybody, and each stage
of the focal brand is then made perfect in turn for the same customers with the same luck: the difference in net margin
is what the stage's faults cost, and marks the moments of truth.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.intervals import Estimate, estimate, estimate_within
from cxsim.analysis.workers.threads import each_replication
from cxsim.engine.event_log import run_together_with_log
from cxsim.engine.luck import whole_number
from cxsim.engine.measures import Note
from cxsim.engine.outcomes.figures import FROM_ZERO, OPEN, SHARE
from cxsim.engine.outcomes.status import lines_by_stage_and_cause, outcomes
from cxsim.engine.state import EVERYBODY, Outcome, State
from cxsim.scenario import Scenario
from cxsim.scenario.checks import same_market
from cxsim.scenario.schema import Effect, Intervention

Numbers = NDArray[np.float64]

STAGES: Final = ("expectation", "research", "purchase", "use", "support", "loyalty")
NOTES_A_PERSON: Final = 60  # expected; where there are more, the market is lived once more
PERFECT: Final[dict[str, dict[str, float]]] = {
    "research": {"research.findability": 1.0, "research.clarity": 1.0},
    "purchase": {"purchase.ease": 1.0, "purchase.fit": 1.0, "purchase.terms_clarity": 1.0},
    "use": {"use.late_rate": 0.0, "use.failure_rate": 0.0},
    "support": {
        "support.resolve_rate": 1.0, "support.quick_rate": 1.0, "support.access_effort": 0.0, "support.capacity": np.inf,
    },
}  # fmt: skip


@dataclass(frozen=True)
class StageOnMap:
    """One stage of the journey with the focal brand, in one scenario.

    Attributes:
        stage: of `STAGES`.
        comes: how often somebody comes to it in the horizon.
        passes: share of those that go on without harm: found, bought, nothing failed, resolved, stayed; nan for expectation.
        feels: mean of what is expected (expectation to purchase) or of satisfaction (use to loyalty), about 0 to 1.
        low_quarter: a quarter feel no better than this.
        high_quarter: a quarter feel at least this well.
        effort: tries it takes; nan where none are counted.
        wait: weeks it takes; nan where it takes none.
        pain: the commonest cause of lines that end there, in words; empty without any.
        pained: how many lines ended there for it.
    """

    stage: str
    comes: Estimate
    passes: Estimate
    feels: Estimate
    low_quarter: float
    high_quarter: float
    effort: Estimate
    wait: Estimate
    pain: str
    pained: Estimate


@dataclass(frozen=True)
class JourneyMap:
    """The journey in a base and, if one is given, in a plan; and what each stage made perfect would be worth in the base.

    Attributes:
        names: of the base and the plan.
        stages: of each of them, in order.
        gains: by stage, what each replication of the base would gain in net margin if the stage were perfect, shape (replications,).
        currency: of the worth.
        replications: behind every number.
    """

    names: list[str]
    stages: list[list[StageOnMap]]
    gains: dict[str, Numbers]
    currency: str
    replications: int

    @property
    def moments_of_truth(self) -> list[str]:
        """The stage whose perfection is worth most, and those that cannot be told from it; none if it is worth nothing for certain."""
        best = max(self.gains, key=lambda stage: float(self.gains[stage].mean()))
        if not self.worth[best].low > 0.0:
            return []
        return [stage for stage, gains in self.gains.items() if not estimate(self.gains[best] - gains).low > 0.0]

    @property
    def worth(self) -> dict[str, Estimate]:
        """By stage, net margin gained if it were perfect from week 0 on, before what that would cost."""
        return {stage: estimate(gains) for stage, gains in self.gains.items()}

    def table(self) -> pd.DataFrame:
        """One row a scenario and stage, with every number, its interval and, for the base, the worth."""
        rows = []
        for name, stages in zip(self.names, self.stages, strict=True):
            for each in stages:
                row: dict[str, object] = {"scenario": name, "stage": each.stage}
                for what in ("comes", "passes", "feels", "effort", "wait", "pained"):
                    row |= _spread_out(what, getattr(each, what))
                row |= {"low_quarter": each.low_quarter, "high_quarter": each.high_quarter, "pain": each.pain}
                if name == self.names[0] and each.stage in self.worth:
                    row |= _spread_out("worth", self.worth[each.stage])
                rows.append(row)
        return pd.DataFrame(rows)


def _spread_out(what: str, value: Estimate) -> dict[str, object]:
    return {what: value.mean, f"{what}_low": value.low, f"{what}_high": value.high}


def journey_map(
    base: Scenario,
    plan: Scenario | None = None,
    *,
    replications: int = 8,
    seed: int = 1,
    workers: int | None = None,
    progress: bool = False,
) -> JourneyMap:
    """Draw the map of a market, and of a plan beside it.

    Args:
        base: the market.
        plan: of the same market.
        replications: to live, at least 2 for an interval.
        seed: 0 to 2**63 - 1.
        workers: threads; as many as cores when left out.
        progress: whether to show a progress bar on stderr.

    Raises:
        ScenarioError: if the plan is not about the same market.
        ValueError: if a number is no whole number.
    """
    scenarios = [base] if plan is None else [base, plan]
    if plan is not None:
        same_market(base, plan, plan.name)
    room = NOTES_A_PERSON * base.market.people

    def once(replication: int) -> list[list[_StageLived]]:
        states = run_together_with_log(scenarios, whole_number("seed", seed), replication, EVERYBODY, room)
        return [list(_lived(state, base.focal)) for state in states]

    lived = each_replication(once, replications, workers, progress)
    stages = [
        [_put_together(stage, [replication[place][at] for replication in lived]) for at, stage in enumerate(STAGES)]
        for place in range(len(scenarios))
    ]
    gains = _gains(base, replications, seed, workers, progress)
    return JourneyMap([each.name for each in scenarios], stages, gains, base.market.currency, replications)


def _gains(base: Scenario, replications: int, seed: int, workers: int | None, progress: bool) -> dict[str, Numbers]:
    perfect = [perfected(base, stage) for stage in PERFECT]
    compared = compare(base, *perfect, replications=replications, seed=seed, workers=workers, progress=progress)
    rows = (result.per_replication for result in compared.plans.values())
    return {
        stage: (row["plan_net_margin"] - row["base_net_margin"]).to_numpy(float)
        for stage, row in zip(PERFECT, rows, strict=True)
    }


def perfected(scenario: Scenario, stage: str) -> Scenario:
    """The scenario with one stage of its focal brand as good as it can be from week 0 on; what it costs is left out."""
    perfect = PERFECT[stage]
    effects = [{"parameter": name, "set": value} for name, value in perfect.items()]
    if stage == "support" and scenario.brand[scenario.market.focal].support.agents:
        effects = [
            each for each in effects if each["parameter"] != "support.capacity"
        ]  # as large as its agents make it
    item = Intervention.model_validate({"name": f"perfect {stage}", "effect": effects})
    others = [
        _at_rest(each, perfect) if each.brand in ("", scenario.market.focal) else each for each in scenario.intervention
    ]
    return scenario.model_copy(update={"name": f"perfect {stage}", "intervention": [*others, item]})


def _at_rest(item: Intervention, parameters: Collection[str]) -> Intervention:
    """The same at the same cost, without its effects on what is perfect already: they would take it beyond."""
    effects = [
        Effect(parameter=each.parameter, multiply=1.0) if each.parameter in parameters else each for each in item.effect
    ]
    return item.model_copy(update={"effect": effects})


@dataclass(frozen=True)
class _StageLived:
    """A stage in one replication: how many came, how many of them went on, and what was felt, tried and waited."""

    comes: int
    goes_on: float
    feels: Numbers
    effort: Numbers
    wait: Numbers
    ended: pd.DataFrame


def _lived(state: State, focal: int) -> Iterator[_StageLived]:
    """The six stages of a life with notes on everybody."""
    log = state.log[(state.log["brand"] == focal) & (state.log["at"] >= 0.0)]
    log = log[np.argsort(log["person"], kind="stable")]  # a life is noted in order
    what = log["what"]
    lines = pd.DataFrame(lines_by_stage_and_cause(outcomes(state, focal)))

    def of(note: Note) -> NDArray[np.void]:
        found: NDArray[np.void] = log[what == note]
        return found

    def ended(stage: str) -> pd.DataFrame:
        return lines[lines["stage"] == stage]

    none = np.zeros(0)
    expects, found, lost = of(Note.EXPECTS), of(Note.FOUND), of(Note.NOT_FOUND)
    chosen, buys, uses = of(Note.CHOOSES), of(Note.BUYS), of(Note.USES)
    failed, helped = of(Note.FAILS), of(Note.SUPPORT)
    decides = log[np.isin(what, (Note.STAYS, Note.DOUBTS, Note.LEAVES))]
    well = np.isin(helped["a"], (Outcome.RESOLVED, Outcome.QUICK))
    contacted = helped["a"] != Outcome.SILENT
    yield _StageLived(len(expects), np.nan, expects["a"], none, none, ended("expectation"))
    yield _StageLived(len(found) + len(lost), len(found), found["c"], found["a"], none, ended("research"))
    tries = 1.0 + len(of(Note.CHECKOUT_FAILS)) / max(len(buys), 1)
    yield _StageLived(
        len(chosen),
        len(of(Note.BUYS)[of(Note.BUYS)["c"] == 0.0]),
        chosen["c"],
        np.full(1, tries),
        none,
        ended("purchase"),
    )
    yield _StageLived(len(uses), len(uses) - len(failed), uses["d"], none, _waited(log, what), ended("use"))
    yield _StageLived(
        len(helped), float(well.sum()), _after_trouble(log, what), helped["d"][contacted], helped["b"][contacted],
        ended("support"),
    )  # fmt: skip
    stays = float((decides["what"] == Note.STAYS).sum())
    yield _StageLived(len(decides), stays, decides["c"], none, none, ended("loyalty"))


def _waited(log: NDArray[np.void], what: NDArray[np.int16]) -> Numbers:
    """Weeks from each purchase to the use that follows."""
    steps = log[np.isin(what, (Note.BUYS, Note.USES))]
    follows = (steps["what"][:-1] == Note.BUYS) & (steps["what"][1:] == Note.USES)
    follows &= steps["person"][:-1] == steps["person"][1:]
    waited: Numbers = (steps["at"][1:] - steps["at"][:-1])[follows]
    return waited


def _after_trouble(log: NDArray[np.void], what: NDArray[np.int16]) -> Numbers:
    """Cumulative satisfaction with which those decide to whom something happened this time."""
    steps = log[np.isin(what, (Note.USES, Note.FAILS, Note.STAYS, Note.DOUBTS, Note.LEAVES))]
    decides = np.isin(steps["what"], (Note.STAYS, Note.DOUBTS, Note.LEAVES))
    after = (steps["what"][:-1] == Note.FAILS) & decides[1:] & (steps["person"][:-1] == steps["person"][1:])
    felt: Numbers = steps["c"][1:][after]
    return felt


def _put_together(stage: str, lived: Sequence[_StageLived]) -> StageOnMap:
    """All replications of a stage."""

    def mean(values: list[float], scale: tuple[float, float] = FROM_ZERO) -> Estimate:
        return estimate_within(np.array(values, float), scale)

    causes = pd.concat([each.ended for each in lived], ignore_index=True).groupby("cause")["people"].sum()
    pain = str(causes.idxmax()) if len(causes) else ""
    pained = [float(each.ended.loc[each.ended["cause"] == pain, "people"].sum()) for each in lived]
    felt = np.concatenate([each.feels for each in lived])
    low, high = np.quantile(felt, [0.25, 0.75]) if len(felt) else (np.nan, np.nan)
    return StageOnMap(
        stage,
        mean([each.comes for each in lived]),
        mean([each.goes_on / each.comes if each.comes else np.nan for each in lived], SHARE),
        mean([_mean(each.feels) for each in lived], OPEN),
        float(low),
        float(high),
        mean([_mean(each.effort) for each in lived]),
        mean([_mean(each.wait) for each in lived]),
        pain,
        mean(pained),
    )


def _mean(values: Numbers) -> float:
    return float(values.mean()) if len(values) else np.nan
