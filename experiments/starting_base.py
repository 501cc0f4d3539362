"""The customers with which established markets begin: where each market stays by itself, and how little it moves from there.

python -m experiments.starting_base     (about a minute)
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

import cxsim
from cxsim.analysis.compare.intervals import estimate, student_t
from cxsim.analysis.phrases import estimated, percent
from cxsim.engine.measures import Measure
from cxsim.engine.simulate import Run, simulate
from experiments.pages import table

ESTABLISHED: Final = (
    "restaurant", "subscription", "b2b-software", "gym", "mobile-operator", "bank", "hotel", "food-delivery",
)  # fmt: skip
YEAR: Final = 52
REPLICATIONS: Final = 8
LONG: Final = 20 * YEAR  # weeks after which a market that began with nobody stays where it is


class Drift(NamedTuple):
    """How much is different a year on, as a share; an array holds one number a replication."""

    customers: NDArray[np.float64]  # at the end of the first year beside week 0
    purchases: NDArray[np.float64]  # in the second year beside the first


def stock(run: Run, brand: int) -> NDArray[np.int64]:
    """Customers of a brand at the end of each week, shape (weeks,)."""
    change = run.state.tally[:, brand, Measure.customers_gained] - run.state.tally[:, brand, Measure.customers_lost]
    last = int(np.count_nonzero(run.state.bonds["customer"][:, brand]))
    return last - int(change.sum()) + np.cumsum(change)


def stays_at(market: str) -> NDArray[np.float64]:
    """Share of people who are customers of each brand in the last five of twenty years that began with nobody."""
    nobody = [f"brand.{name}.purchase.customers_at_start=0" for name in cxsim.load(market).brand]
    scenario = cxsim.load(market, [*nobody, "market.run_in_weeks=0", f"market.horizon_weeks={LONG}"])
    run = simulate(scenario, 0, 0)
    return np.array(
        [stock(run, brand)[-5 * YEAR :].mean() / scenario.market.people for brand in range(len(scenario.brand))]
    )


def drift(market: str, replications: int = REPLICATIONS, overrides: Sequence[str] = ()) -> Drift:
    """Of the focal brand, in the market as it is, or with some values replaced."""
    scenario = cxsim.load(market, [f"market.horizon_weeks={2 * YEAR}", *overrides])
    runs = [simulate(scenario, 0, replication) for replication in range(replications)]
    customers, purchases = [], []
    for run in runs:
        customers.append(stock(run, scenario.focal)[YEAR - 1] / run.figures["customers_at_start"] - 1.0)
        bought = run.state.tally[:, scenario.focal, Measure.purchases]
        purchases.append(bought[YEAR:].sum() / bought[:YEAR].sum() - 1.0)
    return Drift(np.array(customers), np.array(purchases))


def main() -> None:
    """Print where markets stay, where they begin, and how much the first year changes."""
    rows = []
    for market in ESTABLISHED:
        begins = [offer.purchase.customers_at_start for offer in cxsim.load(market).brand.values()]
        found = drift(market)
        rows.append(
            [
                market,
                " ".join(f"{share:.3f}" for share in stays_at(market)),
                " ".join(f"{share:.3f}" for share in begins),
                estimated(estimate(found.customers, student_t), percent),
                estimated(estimate(found.purchases, student_t), percent),
            ]
        )
    print(
        table(["market", "stays at", "begins with", "customers after a year", "purchases, second year to first"], rows)
    )


if __name__ == "__main__":
    main()
