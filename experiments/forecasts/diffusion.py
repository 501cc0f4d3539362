"""Yearly sales of a new product, simulated: well-mixed imitation and nothing else, or a whole market of a durable.

Sales are bought per person of the simulated market; how many people the real market has is fitted with p and q.
"""

from dataclasses import dataclass

import numpy as np

from cxsim import load
from cxsim.analysis.closed_forms.bass import Bass, fit_bass
from cxsim.analysis.workers.threads import each_replication
from cxsim.data.histories import Numbers
from cxsim.engine.measures import Measure
from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import Scenario
from experiments.forecasts.matching import FITS, LUCK_OF_FITS, match

SKELETON, FULL = "online-retailer-rhythm", "durable"
WEEKS = 52
PEOPLE = 4_000
FITTING_RUNS = 4  # of each fit
ALLOWED = (np.array([5e-4, 0.05]), np.array([0.5, 3.0]))  # p, q
ONE_FOR_LIFE = [
    "market.entry_counts=[1]", "market.entry_step_weeks=0.0", "need.at_entry=false", "need.kind=repeat",
    "need.rate_shape=1.0", "need.rate_scale_weeks=10000.0", "loyalty.leave_a=0.01", "loyalty.leave_b=1000.0",
]  # fmt: skip


def skeleton(model: Bass, years: int, people: int = PEOPLE) -> Scenario:
    """Everybody talks to everybody, and nobody needs a second one."""
    return load(SKELETON, [*_frame(model, years, people), *ONE_FOR_LIFE])


def full(model: Bass, years: int, people: int = PEOPLE) -> Scenario:
    """The market of a household appliance: two brands, research, failures, support, talk, replacement."""
    assumed = load(FULL)
    desks = [
        f"brand.{name}.support.capacity={brand.support.capacity * people / assumed.market.people!r}"
        for name, brand in assumed.brand.items()
    ]
    quiet = [f"brand.{name}.need.reach_annual=0.0" for name in assumed.brand]  # p says it all
    return load(FULL, [*_frame(model, years, people), *desks, *quiet])


def _frame(model: Bass, years: int, people: int) -> list[str]:
    return [
        f"market.people={people}",
        f"market.horizon_weeks={WEEKS * years}",
        f"need.spontaneous_annual={model.p!r}",
        f"need.imitation_annual={model.q!r}",
    ]


def yearly(scenario: Scenario, replication: int) -> Numbers:
    """Purchases of all brands in each year, per person, in one run, shape (years,)."""
    model = LoyaltyModel(scenario, rng=1, replication=replication, collect=False)
    while model.running:
        model.step()
    weekly = model.state.tally[:, :, Measure.purchases].sum(axis=1)
    return np.asarray(weekly.reshape(-1, WEEKS).sum(axis=1) / scenario.market.people)


def yearly_sales(scenarios: list[Scenario], first: int = 0) -> Numbers:
    """One run of each scenario, with luck of its own, shape (scenarios, years)."""
    return np.array(each_replication(lambda run: yearly(scenarios[run], first + run), len(scenarios)))


@dataclass(frozen=True)
class FullFit:
    """Attributes: p and q refitted inside the whole market, with the people it stands for; the misfit of known years."""

    model: Bass
    misfit: float

    def scenario(self, years: int) -> Scenario:
        """The whole market at the fit."""
        return full(self.model, years)


def fits_full(sales: Numbers) -> list[FullFit]:
    """Several fits, each with luck of its own."""
    return [fit_full(sales, luck) for luck in range(FITS)]


def fit_full(sales: Numbers, luck: int = 0) -> FullFit:
    """Least squares on known sales over p and q, replacements included; the number of people is the best one for each.

    Args:
        sales: of the known years, shape (years,).
        luck: number of the fit; each has runs of its own.
    """
    start, first = fit_bass(sales), LUCK_OF_FITS + FITTING_RUNS * luck

    def sold(values: Numbers) -> Numbers:
        scenario = full(Bass(*values.tolist()), len(sales))
        return np.asarray(yearly_sales([scenario] * FITTING_RUNS, first).mean(axis=0))

    def simulate(values: Numbers) -> Numbers:
        seen = sold(values)
        return people_behind(sales, seen) * seen

    size = np.full(len(sales), np.sqrt(np.mean(sales**2)))
    found = match(np.clip([start.p, start.q], *ALLOWED), ALLOWED, simulate, sales, size)
    p, q = found.values.tolist()
    return FullFit(Bass(p, q, people_behind(sales, sold(found.values))), found.misfit)


def people_behind(sales: Numbers, per_person: Numbers) -> float:
    """By least squares."""
    return float(sales @ per_person) / max(float(per_person @ per_person), 1e-12)
