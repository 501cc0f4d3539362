"""The simulator as a plain function from parameters to figures, for programs that know nothing of it.

Samplers, optimisers and workbenches want a function that can be pickled, takes numbers and gives numbers. The same seed
and replication are the same customers with the same luck whatever the parameters, so the answers to two questions differ
by what was asked alone (common random numbers).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxsim.analysis.workers.remembered import Remembered
from cxsim.engine.agents import Customer
from cxsim.engine.branching import Branching
from cxsim.engine.luck import whole_number
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.outcomes.status import Status
from cxsim.scenario import Scenario
from cxsim.scenario.checks import same_market
from cxsim.scenario.files import load_together
from cxsim.scenario.writing import scenario_hash

LIVES_KEPT = 32  # a base asked for again with every plan is lived once; a life holds a byte a person


def evaluate(
    scenario: str | Path = "online-retailer",
    plan: str | Path | None = None,
    *,
    seed: int = 1,
    replication: int = 0,
    replications: int = 1,
    model: type[LoyaltyModel] = LoyaltyModel,
    customer: type[Customer] = Customer,
    **parameters: float | int | bool | str,
) -> dict[str, float]:
    """Live a market, and the same market under a plan if one is given, and return its figures as plain floats.

    Args:
        scenario: the name of a ready scenario, or a file.
        plan: another one for the same people, to compare with it.
        seed: 0 to 2**63 - 1.
        replication: which population and luck, 0 to 2**32 - 1.
        replications: how many, counted from `replication`; figures are then means over them.
        model: the class of the market, `LoyaltyModel` or one of your own.
        customer: the class of the customers; one of your own is lived by the agents engine.
        **parameters: values by full key, `**{"brand.retailer.use.late_rate": 0.1}`, for the scenario and the plan alike;
            `**{"intervention.better carrier.coverage": 0.5}` reaches an intervention of either by name.

    Returns:
        The figures of the focal brand, named as in `cxsim.engine.outcomes.figures` (`loops`, `net_margin`, ...); nan where there
        was nothing to measure. With a plan also `plan_loops` and `difference_loops` (plan less scenario, the same
        customers with the same luck) for every figure, `rescued_lines` (people whose line became a loop) and
        `broken_loops` (the other way round). With two replications or more, `loops_error` and so on: the Monte Carlo
        standard error of each mean, for differences that of the pairs.

    Raises:
        ScenarioError: if the scenario, the plan or a parameter is wrong, or the plan is about another market.
        ValueError: if seed, replication or replications are out of range, or a value cannot stand in a scenario.
    """
    first, count = whole_number("replication", replication), whole_number("replications", replications)
    if count < 1:
        raise ValueError(f"replications is {count}; it must be at least 1")
    names = [scenario] if plan is None else [scenario, plan]
    lived = load_together(names, parameters)
    if plan is not None:
        same_market(lived[0], lived[1], lived[1].name)
    luck = [(whole_number("seed", seed), number) for number in range(first, first + count)]
    return _means([_once([_Life(scenario_hash(each), *key, model, customer, each) for each in lived]) for key in luck])


@dataclass(frozen=True)
class _Life:
    """What a life depends on: equal for equal contents, wherever the scenario was read from."""

    sha256: str
    seed: int
    replication: int
    model: type[LoyaltyModel]
    customer: type[Customer]
    scenario: Scenario = field(compare=False, repr=False)


_Remains = tuple[dict[str, float], NDArray[np.uint8]]  # the figures of a life, and everybody's status, shape (people,)
_KNOWN: Remembered[_Life, _Remains] = Remembered(LIVES_KEPT)


def _remains(lives: list[_Life]) -> list[_Remains]:
    """What lives of one replication leave; those that are not known are lived as one until they part."""
    known = {life: found for life in lives if (found := _KNOWN.get(life)) is not None}
    missing = [life for life in dict.fromkeys(lives) if life not in known]
    if missing:
        first, scenarios = missing[0], [life.scenario for life in missing]
        runs = Branching(scenarios[0], scenarios[1:], first.model, first.customer).lives(first.seed, first.replication)
        for life, run in zip(missing, runs, strict=True):
            known[life] = _KNOWN.keep(life, (run.figures, run.outcome.status))
    return [known[life] for life in lives]


def _once(lives: list[_Life]) -> dict[str, float]:
    """What one replication says."""
    (base, before), *plans = _remains(lives)
    said = dict(base)
    for figures, after in plans:
        said |= {f"plan_{name}": value for name, value in figures.items()}
        said |= {f"difference_{name}": value - base.get(name, 0.0) for name, value in figures.items()}
        said["rescued_lines"] = float(np.count_nonzero((before == Status.line) & (after == Status.loop)))
        said["broken_loops"] = float(np.count_nonzero((before == Status.loop) & (after == Status.line)))
    return said


def _means(replications: Sequence[dict[str, float]]) -> dict[str, float]:
    """Means over replications with their standard errors; replications without a value are left out."""
    if len(replications) == 1:
        return {name: float(value) for name, value in replications[0].items()}
    said = {}
    for name in replications[0]:
        known = [each[name] for each in replications if math.isfinite(each[name])]
        said[name] = float(np.mean(known)) if known else math.nan
        said[f"{name}_error"] = float(np.std(known, ddof=1)) / math.sqrt(len(known)) if len(known) > 1 else math.nan
    return said
