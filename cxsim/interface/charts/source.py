"""What a chart is drawn from: runs by themselves (ink), or a base (grey) and a plan (ink)."""

from typing import NamedTuple

from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.plan_result import PlanResult
from cxsim.analysis.compare.runs import Runs
from cxsim.interface.charts.look import BASE, PLAN


class ChartSource(NamedTuple):
    """What a chart shows: runs, and the base they are held against if there is one."""

    runs: Runs
    base: Runs | None
    plan: PlanResult | None  # the comparison of the two
    names: dict[str, str]  # by colour

    @property
    def names_of_base(self) -> str:
        """What the base is called; empty without one."""
        return self.names.get(BASE, "")

    @property
    def shown(self) -> list[tuple[str, Runs, str]]:
        """Name, runs and colour of each, the base first."""
        pairs = [(self.names[BASE], self.base, BASE)] if self.base else []
        return [*pairs, (self.names[PLAN], self.runs, PLAN)]


def worlds_of(source: Runs | Comparison, plan: str | None = None) -> ChartSource:
    """The worlds of runs, or of a comparison's base and one plan (the first when left out)."""
    if isinstance(source, Runs):
        return ChartSource(source, None, None, {PLAN: source.scenario.name})
    result = chosen(source, plan)
    return ChartSource(result.runs, source.base_runs, result, {BASE: source.base_name, PLAN: result.name})


def chosen(comparison: Comparison, plan: str | None = None) -> PlanResult:
    """The plan of this name, the first when left out."""
    return comparison.plans[plan] if plan else next(iter(comparison.plans.values()))
