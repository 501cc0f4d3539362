"""Simulated customers of a cohort: the skeleton of the market, or all of it, lived week by week.

A customer of day d enters at its end, time (d + 1)/7, so that the end of week w finds everybody as old as in the data.
"""

from dataclasses import dataclass

import numpy as np

from cxsim import load
from cxsim.analysis.closed_forms.bg_nbd import BgNbd
from cxsim.data.histories import Histories, Numbers
from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import Scenario
from experiments.forecasts.cohorts import DAYS, Cohort
from experiments.forecasts.peers import RepeatModel

SKELETON, FULL = "online-retailer-rhythm", "online-retailer"
# The day of entry is the day of the first purchase, as in the data. A next need does not wait for the parcel: real
# customers order while the last order is under way, but simulated ones live one episode after the other; lateness still
# costs satisfaction. And a checkout is no hurdle to people who have an account.
OF_A_COHORT = {
    name: ["research.duration_weeks=0.0"]
    + [
        f"brand.{brand}.{key}"
        for brand in brands
        for key in ("use.delivery_weeks=0.0", "use.late_weeks=0.0", "purchase.ease=1.0")
    ]
    for name, brands in {SKELETON: ("retailer",), FULL: ("retailer", "rival")}.items()
}


@dataclass(frozen=True)
class Lives:
    """Simulated customers.

    Attributes:
        histories: of each at the end of the known weeks.
        after: purchases of each in the weeks to forecast, shape (customers,); empty if nothing was to be forecast.
        cumulative: repeat purchases by the end of each week, per customer, shape (weeks,).
        variance: of them across customers, shape (weeks,).
    """

    histories: Histories
    after: Numbers
    cumulative: Numbers
    variance: Numbers

    def __len__(self) -> int:
        return len(self.histories)


def market(which: str, model: RepeatModel, entered: Cohort, people: int, weeks: int, *more: str) -> Scenario:
    """A market at the parameters of a closed form, whose people enter as the cohort's customers did."""
    days = [0, *np.bincount(entered.entered).tolist()]
    frame = [f"market.people={people}", f"market.horizon_weeks={weeks}", f"market.entry_counts={days}"]
    return load(which, [*frame, *OF_A_COHORT[which], *parameters(model), *more])


def parameters(model: RepeatModel) -> list[str]:
    """Overrides that give the simulated people the rates and loyalties of a closed form."""
    rates = [f"need.rate_shape={model.r!r}", f"need.rate_scale_weeks={model.alpha!r}"]
    if isinstance(model, BgNbd):
        return [*rates, "loyalty.departure=after_use", f"loyalty.leave_a={model.a!r}", f"loyalty.leave_b={model.b!r}"]
    hazards = [f"loyalty.hazard_shape={model.s!r}", f"loyalty.hazard_scale_weeks={model.beta!r}"]
    return [*rates, "loyalty.departure=anytime", *hazards]


def live(scenario: Scenario, replication: int, known_weeks: int, seed: int = 1) -> Lives:
    """Live a market to its horizon; its customers are those whose first journey ended in a purchase of the focal brand."""
    model = LoyaltyModel(scenario, rng=seed, replication=replication, collect=False)
    people, bonds = model.state.people, model.state.bonds[:, scenario.focal]
    totals, squares = [], []
    while model.running:
        model.step()
        mine = bonds["first_bought"] <= people["entry"] + 0.5 / DAYS  # False for those who never bought
        repeats = np.maximum(bonds["purchases"][mine] - 1.0, 0.0)
        totals.append(repeats.sum())
        squares.append(np.dot(repeats, repeats))
        if model.week == known_weeks:
            x = repeats
            last = (bonds["last_bought"] - bonds["first_bought"])[mine].astype(float)
            age = known_weeks - bonds["first_bought"][mine].astype(float)
            customers = mine
    age = np.rint(DAYS * age) / DAYS  # all entered on a day; the rest is rounding
    last = np.minimum(last, age)
    after = bonds["purchases"][customers] - 1.0 - x
    mean = np.array(totals) / len(x)
    return Lives(Histories(x, last, age), after, mean, np.array(squares) / len(x) - mean**2)


def together(histories: list[Histories]) -> Histories:
    """Histories of several runs as one."""
    columns = zip(*((each.repeats, each.last, each.age) for each in histories), strict=True)
    return Histories(*(np.concatenate(column) for column in columns))
