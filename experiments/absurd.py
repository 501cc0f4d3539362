"""What extreme plans do in every ready market: a simulator in which nothing that customers experience matters is wrong.

Each plan acts on the focal brand from week 21 on, for five years or the market's own horizon if that is longer.

    python -m experiments.absurd [--write]     (about three minutes)
"""

import math
from pathlib import Path
from typing import Final, NamedTuple

import cxsim
from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.intervals import Estimate
from cxsim.analysis.compare.plan_result import PlanResult
from cxsim.analysis.phrases import percent, signed, whole
from cxsim.scenario import Scenario
from cxsim.scenario.schema import Intervention
from cxsim.scenario.smaller import of_people
from experiments.pages import asked_to_write, tables_abreast, write_figures
from experiments.prices import MARKETS

PEOPLE = 2000
FIVE_YEARS = 260
FROM_WEEK = 20
REPLICATIONS = 4
PAGE = Path(__file__).parents[1] / "docs" / "absurd.md"

Effects = tuple[dict[str, object], ...]
ANY: Final = (-1.0, math.inf)


class Plan(NamedTuple):
    """An extreme plan, and what must come of it: figures that may not rise, and how many loops it may cost.

    Bands of prices are the published elasticities (-.5 to -4; see docs/prices.md): 1.5**-.5 - 1 = -.18 and
    1.5**-4 - 1 = -.80; 5**-.5 - 1 = -.55. The others are a judgement, made once: a desk that few customers meet costs
    some loops, half of all uses failing a fifth to four fifths of them, a thing that hardly works a third and more.
    """

    name: str
    effects: Effects
    never_more: tuple[str, ...]
    loops: tuple[float, float] = ANY  # the band in which the relative change of loops must lie


def _set(parameter: str, value: float) -> dict[str, object]:
    return {"parameter": parameter, "set": value}


def _times(parameter: str, factor: float) -> dict[str, object]:
    return {"parameter": parameter, "multiply": factor}


PLANS = (
    Plan("no support at all", (_set("support.capacity", 0.01),), ("customers", "loops"), (-0.3, 0.0)),
    Plan("no problem is ever resolved", (_set("support.resolve_rate", 0.0),), ("customers", "loops"), (-0.3, 0.0)),
    Plan("half of all uses fail", (_set("use.failure_rate", 0.5),), ("customers", "loops", "net_margin"), (-0.8, -0.2)),
    Plan("always late", (_set("use.late_rate", 1.0),), ("customers", "loops", "net_margin")),
    Plan(
        "unit cost halved, quality less .2",
        (_times("money.unit_cost", 0.5), {"parameter": "use.quality", "add": -0.2}),
        ("customers", "loops"),
    ),
    Plan(
        "unit cost halved, quality less .6",
        (_times("money.unit_cost", 0.5), {"parameter": "use.quality", "add": -0.6}),
        ("customers", "loops", "net_margin"),
        (-1.0, -0.33),
    ),
    Plan("price times 1.5", (_times("purchase.price", 1.5),), ("customers", "loops"), (-0.8, -0.18)),
    Plan("price times 5", (_times("purchase.price", 5.0),), ("customers", "loops", "net_margin"), (-1.0, -0.55)),
    Plan("for nothing", (_set("purchase.price", 0.0),), ("net_margin",)),
    Plan("nobody finds out", (_set("research.findability", 0.05),), ("customers", "loops", "net_margin")),
    Plan("checkout hardly ever works", (_set("purchase.ease", 0.05),), ("customers", "loops", "net_margin")),
)
FIGURES = ("customers", "loops", "net_margin")


class Found(NamedTuple):
    """A plan in a market: what it changed, and which of its rules do not hold."""

    market: str
    plan: Plan
    before: dict[str, float]
    change: dict[str, Estimate]

    @property
    def broken(self) -> list[str]:
        """Figures that rose, by their interval, though they must not."""
        return [figure for figure in self.plan.never_more if self.change[figure].low > 0.0]

    @property
    def out_of_band(self) -> bool:
        """Whether the whole interval of the change of loops lies outside the band of the plan."""
        least, most = (bound * self.before["loops"] for bound in self.plan.loops)
        return self.change["loops"].high < least or self.change["loops"].low > most


def tried(market: str, people: int = PEOPLE, replications: int = REPLICATIONS) -> list[Found]:
    """All plans in one market, lived by the same customers with the same luck."""
    horizon = max(FIVE_YEARS, cxsim.load(market).market.horizon_weeks)
    base = of_people(cxsim.load(market, {"market.horizon_weeks": horizon}), people)
    plans = [_with(base, plan) for plan in PLANS]
    compared = compare(base, *plans, replications=replications)
    before = {figure: float(compared.base_figures[figure].mean()) for figure in FIGURES}
    return [Found(market, plan, before, _change(compared.plans[plan.name])) for plan in PLANS]


def _with(base: Scenario, plan: Plan) -> Scenario:
    acting = {"name": "extreme", "start_week": FROM_WEEK, "effect": plan.effects}
    return base.model_copy(
        update={"name": plan.name, "intervention": [*base.intervention, Intervention.model_validate(acting)]}
    )


def _change(result: PlanResult) -> dict[str, Estimate]:
    return {figure: result.difference(figure).estimate for figure in FIGURES}


def figures(found: list[list[Found]]) -> str:
    """A table a figure, and the rules that do not hold."""
    parts = []
    for figure in FIGURES:
        rows = [["as it is", *(whole(market[0].before[figure]) for market in found)]]
        for place, plan in enumerate(PLANS):
            cells = []
            for market in found:
                change, before = market[place].change[figure].mean, market[place].before[figure]
                cells.append(f"{signed(change)} ({percent(change / abs(before))})" if before else signed(change))
            rows.append([plan.name, *cells])
        parts.append(
            f"**{figure}**: as it is, then the change\n\n{tables_abreast(['plan', *(market[0].market for market in found)], rows)}"
        )
    broken = [
        f"- {each.market}, {each.plan.name}: {', '.join(each.broken)}"
        for market in found
        for each in market
        if each.broken
    ]
    broken += [
        f"- {each.market}, {each.plan.name}: the change of loops lies outside its band"
        for market in found
        for each in market
        if each.out_of_band
    ]
    rules = sum(len(plan.never_more) + (plan.loops != ANY) for plan in PLANS) * len(found)
    failed = sum(len(each.broken) + each.out_of_band for market in found for each in market)
    said = f"Of {rules} rules {rules - failed} hold."
    return "\n\n".join([*parts, said + (" These do not:" if broken else ""), *(["\n".join(broken)] if broken else [])])


def main() -> None:
    """Print the figures, and write them with `--write`."""
    write = asked_to_write(__doc__)
    found = [tried(market) for market in MARKETS]
    print(figures(found))
    if write:
        write_figures(PAGE, figures(found))


if __name__ == "__main__":
    main()
