"""The static loyalty spreadsheet against a market that is alive: customers, loops and margin, and where the error comes from.

The spreadsheet is an analyst's: two periods are observed, and from them a retention rate, new customers, loops and
margin for each period are taken as constant ever after. In the laboratory one thing that it leaves out is switched on
at a time; then come ready markets with everything on.

    python -m experiments.replications.spreadsheet [--write]
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.workers.threads import each_replication
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.state import MONEY_UNIT
from cxsim.interface.charts.look import INK, LINE, LOOP, NEUTRAL
from cxsim.scenario import Scenario, load
from experiments.pages import asked_to_write, table, write_figures

REPLICATIONS = 20
PAGE, BARE = Path(__file__).with_suffix(".md"), Path(__file__).with_name("bare.toml")

LABORATORY = [
    "market.horizon_weeks=312", "market.entry_step_weeks=1.0", "need.kind=contract", "need.period_weeks=26.0",
    "telling.refer_base=-2.0", "brand.focal.need.reach_annual=0.0", "brand.focal.money.unit_cost=30.0",
]  # fmt: skip
STEADY = [
    "market.people=12480", f"market.entry_counts={[40] * 312}", "need.at_entry=true", "need.spontaneous_annual=0.0",
]  # fmt: skip
OPEN = [
    "market.people=30000", "market.entry_counts=[1]", "need.at_entry=false", "need.spontaneous_annual=0.01",
]  # fmt: skip
NOBODY_TALKS = ["need.imitation_annual=0.0", "telling.refer_threshold=2.0"]
ALIKE = ["loyalty.leave_a=200.0", "loyalty.leave_b=800.0"]  # a fifth leave
UNLIKE = ["loyalty.leave_a=0.8", "loyalty.leave_b=3.2"]  # a fifth, on average
LABORATORY_CASES = {  # of two values for one key the later one holds
    "all alike, nobody talks": STEADY + NOBODY_TALKS + ALIKE,
    "unlike customers": STEADY + NOBODY_TALKS + UNLIKE,
    "imitation, far from saturation": [*OPEN, *NOBODY_TALKS, *ALIKE, "need.imitation_annual=1.0"],
    "friends refer friends": [*OPEN, *NOBODY_TALKS, *ALIKE, "telling.refer_threshold=0.6"],
    "imitation, to saturation": [
        *OPEN, *NOBODY_TALKS, *ALIKE, "need.imitation_annual=2.0", "need.spontaneous_annual=0.3",
    ],
}  # fmt: skip
# Ready markets: length of a period in weeks, and what is changed to watch them for at least five years.
READY_MARKETS = {
    "subscription": (52, []),
    "b2b-software": (52, []),
    "restaurant": (26, ["market.horizon_weeks=312"]),
    "online-retailer": (26, ["market.horizon_weeks=312", "market.people=10000", "brand.retailer.support.capacity=6"]),
}

Numbers = NDArray[np.float64]
CASES = (*LABORATORY_CASES, *READY_MARKETS)
FIGURES = ("customers at the end", "loops", "margin", "of the customers observed", "of those who came later")


def scenario_of(case: str) -> tuple[Scenario, int]:
    """The market of a case, and the length of its period in weeks."""
    if case in READY_MARKETS:
        period, changes = READY_MARKETS[case]
        return load(case, changes), period
    return load(BARE, LABORATORY + LABORATORY_CASES[case]), 26


@dataclass(frozen=True)
class Book:
    """The firm's customer records at one moment, arrays of shape (people,)."""

    customer: NDArray[np.bool_]
    purchases: Numbers
    margin: Numbers  # earned so far, before advertising

    def repeats(self) -> Numbers:
        """Loops of each customer: purchases after the first."""
        repeats: Numbers = np.maximum(self.purchases - 1.0, 0.0)
        return repeats


def books(scenario: Scenario, period: int, replication: int) -> list[Book]:
    """The records after one period, after two, and at the end."""
    model = LoyaltyModel(scenario, rng=1, replication=replication, collect=False)
    found = []
    while model.running:
        model.step()
        if model.week in (period, 2 * period, scenario.market.horizon_weeks):
            bonds = model.state.bonds[:, scenario.focal]
            money = bonds["margin"].astype(float) / MONEY_UNIT
            found.append(Book(bonds["customer"].copy(), bonds["purchases"].astype(float), money))
    return found


def spreadsheet(first: Book, second: Book, periods: int) -> tuple[float, float, float, float]:
    """Customers, of whom observed ones, loops and margin after so many more periods, with everything constant.

    Customers after a period are retention x customers before it + those gained; loops and margin are so much for each
    customer at its start, and so much from those gained.
    """
    old = first.customer
    retention = second.customer[old].mean()
    gained = np.count_nonzero(second.customer & ~old)
    loops, margin = second.repeats() - first.repeats(), second.margin - first.margin
    customers = float(np.count_nonzero(second.customer))
    observed, all_loops, all_margin = customers, 0.0, 0.0
    for _ in range(periods):
        all_loops += loops[old].mean() * customers + loops[~old].sum()
        all_margin += margin[old].mean() * customers + margin[~old].sum()
        customers = retention * customers + gained
        observed *= retention
    return customers, observed, all_loops, all_margin


def errors(case: str, replication: int) -> Numbers:
    """Spreadsheet over simulation, less 1, for each of FIGURES."""
    scenario, period = scenario_of(case)
    first, second, last = books(scenario, period, replication)
    customers, observed, loops, margin = spreadsheet(first, second, scenario.market.horizon_weeks // period - 2)
    there = float(np.count_nonzero(last.customer))
    of_observed = float(np.count_nonzero(last.customer & second.customer))
    actual_loops, actual_margin = (last.repeats() - second.repeats()).sum(), (last.margin - second.margin).sum()
    forecast = np.array([customers, loops, margin, observed, customers - observed])
    lived: Numbers = np.array([there, actual_loops, actual_margin, of_observed, there - of_observed])
    return forecast / lived - 1.0


def results(case: str, replications: int = REPLICATIONS) -> list[Estimate]:
    """`errors` over replications, with intervals."""
    runs = each_replication(partial(errors, case), replications, workers=2)
    return [estimate(column) for column in np.array(runs).T]


def said(value: Estimate) -> str:
    """An error in percent with its interval."""
    return f"{100.0 * value.mean:+.0f}% ({100.0 * value.low:+.0f} to {100.0 * value.high:+.0f})"


def report(found: dict[str, list[Estimate]]) -> str:
    """The table of the page."""
    rows = [[case, *map(said, found[case])] for case in CASES]
    return (
        f"Spreadsheet against simulation: too high is +, too low is -. {REPLICATIONS} replications, 95% intervals.\n\n"
        + table(["market", *FIGURES], rows)
    )


def draw(found: dict[str, list[Estimate]], ax: Axes) -> Axes:
    """Spreadsheet over simulation for customers, loops and margin, one line a market."""
    for place, (figure, colour) in enumerate(zip(FIGURES[:3], (NEUTRAL, LOOP, LINE), strict=True)):
        values = [found[case][place] for case in CASES]
        means = np.array([1.0 + value.mean for value in values])
        widths = [value.high - value.mean for value in values]
        ax.errorbar(means, np.arange(len(CASES)) + 0.2 * (place - 1), xerr=widths, fmt="o", color=colour, label=figure)
    ax.axvline(1.0, color=INK, linewidth=1)
    ax.axhline(len(LABORATORY_CASES) - 0.5, color=NEUTRAL, linewidth=1, linestyle=":")
    ax.set_xscale("log", base=2)
    ax.set_xticks([0.25, 0.5, 1.0, 2.0, 4.0, 8.0], ["1/4", "1/2", "right", "2 times", "4 times", "8 times"])
    ax.set_yticks(range(len(CASES)), CASES)
    ax.invert_yaxis()
    ax.set_xlabel("spreadsheet : simulation")
    ax.set_title("What the static spreadsheet gets wrong", loc="left", fontweight="bold", color=INK)
    ax.legend(frameon=False, fontsize=8, loc="lower right")
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def main() -> None:
    writing = asked_to_write(__doc__)
    found = {case: results(case) for case in CASES}
    print(text := report(found))
    if writing:
        write_figures(PAGE, text)
        figure, ax = plt.subplots(figsize=(10.0, 5.5), layout="constrained")
        draw(found, ax)
        figure.savefig(PAGE.with_suffix(".png"), dpi=110)


if __name__ == "__main__":
    main()
