"""What a price does in every ready market: the elasticity it implies, and what other prices would earn.

The focal brand of each market asks another price from week 21 on; everybody lives through all of them with the same luck.

    python -m experiments.prices [--write]     (about seven minutes)
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

import cxsim
from cxsim.analysis.compare.comparison import Comparison
from cxsim.analysis.compare.intervals import Estimate
from cxsim.analysis.compare.price import dearer, other_prices, price_elasticity
from cxsim.analysis.phrases import DASH, decimals, estimated, signed
from cxsim.interface.charts.look import INK, LINE, NEUTRAL, save
from cxsim.scenario import Scenario
from experiments.pages import ABREAST, asked_to_write, table, write_figures

MARKETS = (
    "online-retailer", "subscription", "restaurant", "b2b-software", "durable",
    "gym", "mobile-operator", "bank", "hotel", "food-delivery",
)  # fmt: skip
FACTORS = (0.5, 0.75, 0.9, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0)
TOO_NEAR = (0.9, 1.1)  # to today's price for a word of their own in the picture
FROM_WEEK = 20
REPLICATIONS = 8
PAGE = Path(__file__).parents[1] / "docs" / "prices.md"
PICTURE = PAGE.parent / "images" / "prices.png"


class Answer(NamedTuple):
    """What a market answers to other prices."""

    market: str
    elasticity: Estimate | None
    net: dict[float, Estimate]  # difference in discounted margin against the price of now, by factor
    loops: dict[float, Estimate]
    margin: float  # at the price of now

    @property
    def best(self) -> float:
        """The factor that earns most; 1 is the price of now."""
        earned = {1.0: 0.0} | {factor: change.mean for factor, change in self.net.items()}
        return max(earned, key=earned.__getitem__)


def answer(market: str, replications: int = REPLICATIONS, people: int | None = None) -> Answer:
    """Simulate the market at all prices.

    Args:
        market: its name.
        replications: pairs for each price.
        people: fewer people than the market has, for tests.
    """
    scenario: Scenario = cxsim.load(market) if people is None else cxsim.load(market, {"market.people": people})
    compared: Comparison = other_prices(scenario, FACTORS, FROM_WEEK, replications)
    plans = dict(zip(FACTORS, compared.plans.values(), strict=True))
    return Answer(
        market,
        price_elasticity(dearer(scenario, replications)),
        {factor: plan.difference("net_margin").estimate for factor, plan in plans.items()},
        {factor: plan.difference("loops").estimate for factor, plan in plans.items()},
        float(np.mean(compared.base_figures["net_margin"])),
    )


def figures(answers: list[Answer]) -> str:
    """Two tables in Markdown."""
    implied = table(
        ["market", "own-price elasticity (5% more)", "price that earns most", "five times the price: money", "loops"],
        [
            [
                each.market,
                DASH if each.elasticity is None else estimated(each.elasticity, decimals(2)),
                f"{each.best:g} times today's",
                estimated(each.net[5.0], signed),
                estimated(each.loops[5.0], signed),
            ]
            for each in answers
        ],
    )
    money = table(
        ["times today's price", *(f"{factor:g}" for factor in FACTORS)],
        [[each.market, *(signed(each.net[factor].mean) for factor in FACTORS)] for each in answers],
    )
    return f"{implied}\n\nDiscounted margin against today's price, mean:\n\n{money}"


def picture(answers: list[Answer]) -> None:
    """Margin against the price, as a share of what the best price earns, a line for each market, five in a panel."""
    import matplotlib.pyplot as plt

    panels = [answers[first : first + ABREAST] for first in range(0, len(answers), ABREAST)]
    size = (4.6 * len(panels), 4.2)
    _, axes = plt.subplots(1, len(panels), figsize=size, sharey=True, layout="constrained", squeeze=False)
    for ax, some in zip(axes[0], panels, strict=True):
        _panel(ax, some)
    axes[0][0].set_ylabel("discounted margin, best = 1", color=INK)
    save(axes[0][0], PICTURE)


def _panel(ax: Axes, answers: list[Answer]) -> None:
    steps = sorted([*FACTORS, 1.0])
    for place, each in enumerate(answers):
        earned = {1.0: 0.0} | {factor: change.mean for factor, change in each.net.items()}
        totals = np.array([each.margin + earned[factor] for factor in steps])
        ax.plot(steps, totals / totals.max(), marker="o", markersize=3, label=each.market, color=f"C{place}")
    ax.axvline(1.0, color=LINE, linewidth=1)
    ax.axhline(0.0, color=NEUTRAL, linewidth=1)
    ax.set_xscale("log")
    ax.set_xticks(steps, ["" if factor in TOO_NEAR else f"{factor:g}" for factor in steps])
    ax.minorticks_off()
    ax.set_xlabel("price, times today's", color=INK)
    ax.set_ylim(-0.6, 1.1)
    ax.legend(frameon=False)


def main() -> None:
    """Print the figures, and write them with `--write`."""
    write = asked_to_write(__doc__)
    answers = [answer(market) for market in MARKETS]
    print(figures(answers))
    if write:
        write_figures(PAGE, figures(answers))
        picture(answers)


if __name__ == "__main__":
    main()
