"""A cohort under yearly contracts, simulated: the skeleton, in which latent loyalty alone decides, and a whole market.

A customer survives year t by beginning contract t + 1 without a break.
"""

from dataclasses import dataclass, replace

import numpy as np

from cxsim import load
from cxsim.analysis.calibration.score import score_of_survivors
from cxsim.analysis.calibration.solve import meet
from cxsim.analysis.closed_forms.likelihood import fit_retention
from cxsim.analysis.closed_forms.retention import BetaDiscreteWeibull
from cxsim.analysis.workers.threads import each_replication
from cxsim.data.histories import Numbers
from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import Scenario
from experiments.forecasts.matching import FITS, LUCK_OF_FITS, mean_satisfaction

SKELETON, FULL = "online-retailer-rhythm", "subscription"
WEEKS = 52
MID_YEAR = 26  # renewals of the whole market take a few weeks; by then they are made
FIRST_WEEKS = 4  # who buys the focal paper in these is the cohort
PEOPLE = 20_000
# Of those about to leave, a third renew after all as the market is shipped, one fifth here. Of none, one and two fifths
# this one forecasts years 6-7 best from years 1-5 (experiments.forecasts.switched_off).
FEWER_RETURN = "loyalty.exit=0.62"
ALLOWED = (np.array([0.02, 0.02, 0.1]), np.array([100.0, 100.0, 5.0]))  # a, b, c
FITTING_RUNS = 6  # of each fit

CONTRACTS = [
    "market.entry_counts=[1]", "market.entry_step_weeks=0.0", "need.kind=contract", f"need.period_weeks={WEEKS}.0",
    "loyalty.departure=after_use", "loyalty.first_may_leave=true",
]  # fmt: skip
# A contract renews by itself: there is no checkout that could fail. And all readers of this market begin in the same
# weeks, so that desks built for a stream of contacts would be overrun at every renewal, with waits of months, and a
# renewal waits for its reader's case to be closed. A real cohort is one of many.
OF_A_COHORT = ["market.run_in_weeks=0", "loyalty.rejoin=0.0"] + [
    f"brand.{name}.{setting}"
    for name in ("Courier", "Herald", "Bulletin")
    for setting in ("purchase.ease=1.0", "support.capacity=inf", "purchase.customers_at_start=0.0")
]


def skeleton(model: BetaDiscreteWeibull, years: int, people: int = PEOPLE, *more: str) -> Scenario:
    """Contracts of one firm and nothing else."""
    return load(SKELETON, [*_frame(years, people), *CONTRACTS, *parameters(model), *more])


def full(segment: str, model: BetaDiscreteWeibull, years: int, people: int = PEOPLE, *more: str) -> Scenario:
    """The newspaper market, peopled by readers of one segment who all choose a paper in the first weeks."""
    names = ("high_end", "regular")
    shares = [f"segment.{name}.share={float(name == segment)}" for name in names]
    traits = [each.replace("loyalty.leave", f"segment.{segment}.loyalty.leave") for each in parameters(model)]
    return load(FULL, [*_frame(years, people), "need.at_entry=true", *OF_A_COHORT, *shares, *traits, *more])


def parameters(model: BetaDiscreteWeibull) -> list[str]:
    """Overrides that give everybody the latent loyalty of a closed form."""
    return [f"loyalty.leave_a={model.a!r}", f"loyalty.leave_b={model.b!r}", f"loyalty.tenure_shape={model.c!r}"]


def _frame(years: int, people: int) -> list[str]:
    return [f"market.people={people}", f"market.horizon_weeks={WEEKS * years + MID_YEAR}"]


def survival(scenario: Scenario, replication: int) -> Numbers:
    """Share of the focal firm's first customers still there after years 0, 1, ..., in one run."""
    model = LoyaltyModel(scenario, rng=1, replication=replication, collect=False)
    bonds = model.state.bonds[:, scenario.focal]
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
        settings: of the market, as overrides.
        miss: root mean squared score, in standard errors of the data; 0 if the closed form would change nothing.
    """

    segment: str
    model: BetaDiscreteWeibull
    reference: float
    settings: tuple[str, ...] = ()
    miss: float = float("nan")

    def scenario(self, years: int) -> Scenario:
        """The whole market at the fit."""
        centred = f"loyalty.satisfaction_reference={self.reference!r}"
        return full(self.segment, self.model, years, PEOPLE, centred, *self.settings)


def fits_full(segment: str, survivors: Numbers, *settings: str, fits: int = FITS) -> list[FullFit]:
    """Several fits, each with luck of its own; all but the first start where that one ended."""
    one = fit_full(segment, survivors, *settings)
    others = (fit_full(segment, survivors, *settings, luck=luck, start=one.model) for luck in range(1, fits))
    return [one, *others]


def fit_full(
    segment: str, survivors: Numbers, *settings: str, luck: int = 0, start: BetaDiscreteWeibull | None = None
) -> FullFit:
    """Refit how loyal people are by nature, such that BdW would find nothing to correct in the simulated losses.

    Whether to go is decided anew by experience, and who only doubts may come back; so the market makes another dependence
    on duration than its people have by nature, and all three parameters are refitted, c too.

    Args:
        segment: name in the newspaper market.
        survivors: customers at the end of years 0, 1, ..., shape (known years + 1,).
        settings: of the market, as overrides.
        luck: number of the fit; each has runs of its own.
        start: where to start, instead of the closed form's most likely values.
    """
    years = len(survivors) - 1
    closed = fit_retention(BetaDiscreteWeibull, survivors)
    target = score_of_survivors(closed, survivors)
    reference = mean_satisfaction(full(segment, closed.model, years, PEOPLE, *settings))

    def guess(values: Numbers) -> FullFit:
        return FullFit(segment, BetaDiscreteWeibull(*values.tolist()), reference, settings)

    def misses(values: Numbers) -> Numbers:
        first = LUCK_OF_FITS + FITTING_RUNS * luck
        lived = survival_curves([guess(values).scenario(years)] * FITTING_RUNS, first).mean(axis=0)
        return survivors[0] * (score_of_survivors(closed, lived) - target)

    begin = closed.values if start is None else np.array([start.a, start.b, start.c])
    found = meet(begin, ALLOWED, misses)
    return replace(guess(found.values), miss=float(np.sqrt(found.misfit)))
