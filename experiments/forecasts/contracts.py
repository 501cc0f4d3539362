"""A cohort under yearly contracts, simulated: the skeleton, in which latent loyalty alone decides, and a whole market.

A customer survives year t by beginning contract t + 1 without a break.
"""

from dataclasses import dataclass, replace

import numpy as np

from cxsim import load
from cxsim.closed_forms.histories import Numbers
from cxsim.closed_forms.likelihood import fit_retention
from cxsim.closed_forms.retention import BetaDiscreteWeibull
from cxsim.model import LoyaltyModel
from cxsim.scenario import Scenario
from cxsim.study.replications import each_replication
from experiments.forecasts.matching import match, mean_satisfaction

SKELETON, FULL = "online-retailer-rhythm", "subscription"
WEEKS = 52
MID_YEAR = 26  # renewals of the whole market take a few weeks; by then they are made
FIRST_WEEKS = 4  # who buys the focal paper in these is the cohort
PEOPLE = 20_000
ALLOWED = (np.full(2, 0.02), np.full(2, 100.0))  # a, b
FITTING_RUNS = 2

CONTRACTS = [
    "market.entry_counts=[1]", "market.entry_step_weeks=0.0", "need.kind=contract", f"need.period_weeks={WEEKS}.0",
    "loyalty.departure=after_use", "loyalty.first_may_leave=true",
]  # fmt: skip
# A contract renews by itself: there is no checkout that could fail. New readers have one, as before.
RENEWED_BY_ITSELF = [f"brand.{name}.purchase.ease=1.0" for name in ("Courier", "Herald", "Bulletin")]


def skeleton(model: BetaDiscreteWeibull, years: int, people: int = PEOPLE) -> Scenario:
    """Contracts of one firm and nothing else."""
    return load(SKELETON, [*_frame(years, people), *CONTRACTS, *parameters(model)])


def full(segment: str, model: BetaDiscreteWeibull, years: int, people: int = PEOPLE, *more: str) -> Scenario:
    """The newspaper market, peopled by readers of one segment who all choose a paper in the first weeks."""
    names = ("high_end", "regular")
    shares = [f"segment.{name}.share={float(name == segment)}" for name in names]
    traits = [each.replace("loyalty.leave", f"segment.{segment}.loyalty.leave") for each in parameters(model)]
    return load(FULL, [*_frame(years, people), "need.at_entry=true", *RENEWED_BY_ITSELF, *shares, *traits, *more])


def parameters(model: BetaDiscreteWeibull) -> list[str]:
    """Overrides that give everybody the latent loyalty of a closed form."""
    return [f"loyalty.leave_a={model.a!r}", f"loyalty.leave_b={model.b!r}", f"loyalty.tenure_shape={model.c!r}"]


def _frame(years: int, people: int) -> list[str]:
    return [f"market.people={people}", f"market.horizon_weeks={WEEKS * years + MID_YEAR}"]


def survival(scenario: Scenario, replication: int) -> Numbers:
    """Share of the focal firm's first customers still there after years 0, 1, ..., in one run."""
    model = LoyaltyModel(scenario, rng=1, replication=replication, collect=False)
    bonds = model.world.bonds[:, scenario.focal]
    alive, shares = np.ones(len(bonds), bool), []
    while model.running:
        model.step()
        year, week = divmod(model.week, WEEKS)
        if week == MID_YEAR:
            alive &= (bonds["purchases"] == year + 1) & (bonds["first_bought"] < FIRST_WEEKS)
            shares.append(float(alive.sum()))
    return np.array(shares) / shares[0]


def survival_curves(scenarios: list[Scenario], first: int = 0) -> Numbers:
    """One run of each scenario, with luck of its own, shape (scenarios, years + 1)."""
    return np.array(each_replication(lambda run: survival(scenarios[run], first + run), len(scenarios)))


@dataclass(frozen=True)
class FullFit:
    """A closed form refitted inside the whole market.

    Attributes:
        segment: name in the newspaper market.
        model: the parameters of latent loyalty.
        reference: `loyalty.satisfaction_reference`, the mean satisfaction over decisions to stay that the market makes.
        misfit: mean squared miss of the known years, in standard errors.
    """

    segment: str
    model: BetaDiscreteWeibull
    reference: float
    misfit: float = np.inf

    def scenario(self, years: int) -> Scenario:
        """The whole market at the fit."""
        centred = f"loyalty.satisfaction_reference={self.reference!r}"
        return full(self.segment, self.model, years, PEOPLE, centred)


def fit_full(segment: str, survivors: Numbers) -> FullFit:
    """Refit how loyal people are, a and b, by simulated moments: customers lost in each known year.

    The dependence on duration, c, stays what the closed form found: with seven known years three parameters and all the
    noise of a market leave too much to chance.

    Args:
        segment: name in the newspaper market.
        survivors: customers at the end of years 0, 1, ..., shape (known years + 1,).
    """
    years = len(survivors) - 1
    start = fit_retention(BetaDiscreteWeibull, survivors).model
    reference = mean_satisfaction(full(segment, start, years))
    lost = -np.diff(survivors) / survivors[0]

    def guess(values: Numbers) -> FullFit:
        a, b = values.tolist()
        return FullFit(segment, BetaDiscreteWeibull(a, b, start.c), reference)

    def simulate(values: Numbers) -> Numbers:
        return np.asarray(-np.diff(survival_curves([guess(values).scenario(years)] * FITTING_RUNS).mean(axis=0)))

    found = match(np.array([start.a, start.b]), ALLOWED, simulate, lost, np.sqrt(lost / survivors[0]))
    return replace(guess(found.values), misfit=found.misfit)
