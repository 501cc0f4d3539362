"""The own-price elasticity that a market implies, and what other prices would earn in it."""

import math
from collections.abc import Sequence

from cxsim.analysis.compare.comparison import Comparison, compare
from cxsim.analysis.compare.guard import ELASTICITIES, implied_elasticity
from cxsim.analysis.compare.intervals import Estimate
from cxsim.analysis.phrases import decimals, estimated
from cxsim.scenario import Scenario
from cxsim.scenario.schema import Intervention

RISE = 1.05
A_YEAR = 52
MOST_WEEKS = 20_000_000  # people times weeks that are simulated by the way, within seconds


def at_price(scenario: Scenario, factor: float, week: int) -> Scenario:
    """The scenario with the price of its focal brand multiplied from `week` on, unannounced.

    Args:
        scenario: as loaded.
        factor: of the price, 0 or more; 1 is the price of now.
        week: from 0 to its horizon.
    """
    change = Intervention.model_validate(
        {
            "name": "another price",
            "brand": scenario.market.focal,
            "start_week": week,
            "effect": [{"parameter": "purchase.price", "multiply": factor}],
        }
    )
    return scenario.model_copy(update={"name": f"price x {factor:g}", "intervention": [*scenario.intervention, change]})


def dearer(scenario: Scenario, replications: int = 4) -> Comparison:
    """The scenario without its interventions beside itself at a price 5% higher in the last year that is simulated.

    The last 52 weeks, or the second half of a shorter horizon.

    Args:
        scenario: as loaded.
        replications: 2 or more for an interval.
    """
    horizon = scenario.market.horizon_weeks
    bare = scenario.model_copy(update={"intervention": []})
    return compare(bare, at_price(bare, RISE, max(horizon - A_YEAR, horizon // 2)), replications=replications)


def price_elasticity(comparison: Comparison) -> Estimate | None:
    """The elasticity of the focal brand's sales in a comparison with a dearer plan, as `dearer` makes it.

    ln(sales ratio) / ln(price ratio) of the same customers with the same luck; an arc elasticity, of which a rise of 1%
    has less and a large rise more.

    Returns:
        The mean and its 95% interval over replications; None where nothing is sold.
    """
    implied = implied_elasticity(comparison.base_runs, next(iter(comparison.plans.values())))
    return None if implied is None else implied[1]


def price_told(comparison: Comparison) -> str:
    """The elasticity of such a comparison in words, and how it compares with what studies find."""
    market = comparison.base.market
    if comparison.base.brand[market.focal].purchase.price == 0.0:
        return f"price: {market.focal} asks nothing, so {RISE - 1.0:.0%} more is nothing too"
    elasticity = price_elasticity(comparison)
    if elasticity is None:
        return "price: nothing is sold, so a price answers nothing"
    low, high = ELASTICITIES
    said = f"price: {RISE - 1.0:.0%} more is answered with an elasticity of {estimated(elasticity, decimals(2))}"
    if low <= elasticity.mean <= high:
        return f"{said}; real ones lie between {low:g} and {high:g}"
    if math.isnan(elasticity.low) or (elasticity.low < high and elasticity.high > low):
        return f"{said}: too few sales to tell; real ones lie between {low:g} and {high:g}"
    return f"{said}, but real ones lie between {low:g} and {high:g}: do not judge prices in this market"


def other_prices(scenario: Scenario, factors: Sequence[float], week: int, replications: int) -> Comparison:
    """The scenario against itself at other prices from `week` on, each a plan, lived by the same customers."""
    return compare(scenario, *(at_price(scenario, factor, week) for factor in factors), replications=replications)
