"""Simulating guesses: the market with other values, each guess lived with luck of its own.

With the same luck for all, that luck would be fitted, and no number of guesses would average it out.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cxsim.analysis.calibration.cohort import Cohort, live_cohort
from cxsim.analysis.calibration.moments import FittedFigure, read_all
from cxsim.analysis.calibration.priors import Uncertain
from cxsim.analysis.experiment.arms import Tried, as_experiment
from cxsim.analysis.sweep.parameters import in_every_segment
from cxsim.analysis.workers.threads import Silent, each_replication
from cxsim.data.histories import Numbers
from cxsim.scenario import Scenario, load
from cxsim.scenario.writing import as_toml

WINDOW_WEEKS = 26  # customers who first buy within so many weeks of the start are watched
ENOUGH_PEOPLE = 15_000  # to search with; the calibrated scenario keeps the market's own size
MOST_REPLICATIONS = 4  # lived for each guess in a smaller market, so that its luck is not taken for its parameters
Values = Mapping[str, object]


@dataclass(frozen=True)
class MarketToFit:
    """A market to be calibrated.

    Attributes:
        source: the scenario's file or name.
        base: that scenario.
        fixed: values that every guess has, by full key.
        uncertain: what the guesses differ in.
        weeks: how long customers must be watched.
        seed: of all luck.
        noted: whether what happens to everybody is noted, for figures of linked records.
        tried: what some of the customers were given in an experiment meanwhile.
    """

    source: str | Path
    base: Scenario
    fixed: Values
    uncertain: Sequence[Uncertain]
    weeks: float
    seed: int
    noted: bool = False
    tried: Tried | None = None

    @property
    def horizon_weeks(self) -> int:
        """Long enough to watch everybody who first buys within the window."""
        return math.ceil(self.weeks) + WINDOW_WEEKS

    def scenario(self, values: Values) -> Scenario:
        """The market with these values beside the fixed ones, new: records are of customers who were seen to come."""
        new = {f"brand.{brand}.purchase.customers_at_start": 0.0 for brand in self.base.brands}
        span = {"market.horizon_weeks": self.horizon_weeks, "market.run_in_weeks": 0, **new}
        market = with_values(self.source, in_every_segment(self.base, {**self.fixed, **values, **span}))
        return market if self.tried is None else as_experiment(market, *self.tried, checked=True)

    @property
    def replications(self) -> int:
        """Run for each guess."""
        return min(math.ceil(ENOUGH_PEOPLE / self.base.market.people), MOST_REPLICATIONS)

    def watched_for(self, weeks: float) -> "MarketToFit":
        """The same market, lived long enough to watch customers for so many weeks, without notes."""
        return replace(self, weeks=weeks, noted=False)

    def values(self, normal: Numbers) -> dict[str, float]:
        """The parameters of a guess on the scale of the prior, shape (k,), by full key."""
        return {each.key: rounded(float(each.value(point))) for each, point in zip(self.uncertain, normal, strict=True)}

    def cohort(self, normal: Numbers, replication: int = 0) -> Cohort:
        """The cohort of a guess."""
        return live_cohort(self.scenario(self.values(normal)), self.weeks, self.seed, replication, self.noted)


def small_enough(scenario: Scenario) -> dict[str, object]:
    """A large market's size for the search, and with it what is an absolute number: desks and advertising."""
    share = ENOUGH_PEOPLE / scenario.market.people
    if share >= 1.0 or scenario.market.links.edges:
        return {}
    values: dict[str, object] = {"market.people": ENOUGH_PEOPLE}
    for name, offer in scenario.brand.items():
        if math.isfinite(offer.support.capacity):
            values[f"brand.{name}.support.capacity"] = offer.support.capacity * share
        values[f"brand.{name}.support.agents"] = offer.support.agents * share
        values[f"brand.{name}.money.advertising_weekly"] = offer.money.advertising_weekly * share
    return values


def prices_in_proportion(scenario: Scenario, price: float) -> dict[str, float]:
    """What has to move with the focal brand's price, so that people choose as before: all prices and their weight.

    The costs of goods move too, so that margins keep their share. Other amounts of money stay as they are.
    """
    now = scenario.brand[scenario.market.focal].purchase.price
    if not now:
        return {}
    factor = price / now
    values = {"purchase.price_weight": rounded(scenario.purchase.price_weight / factor)}
    for name, segment in scenario.segment.items():
        if "price_weight" in segment.purchase.model_fields_set:
            values[f"segment.{name}.purchase.price_weight"] = rounded(segment.purchase.price_weight / factor)
    for name, offer in scenario.brand.items():
        if name != scenario.market.focal:
            values[f"brand.{name}.purchase.price"] = rounded(offer.purchase.price * factor)
        values[f"brand.{name}.money.unit_cost"] = rounded(offer.money.unit_cost * factor)
    return values


def rounded(value: float) -> float:
    """A fitted value as a scenario holds it: six digits are more than any data tell."""
    return float(f"{value:.6g}")


def with_values(source: str | Path, values: Values) -> Scenario:
    """A scenario with values replaced by full key."""
    return load(source, [f"{key}={as_toml(value)}" for key, value in values.items()])


def simulated_moments(
    market: MarketToFit, moments: Sequence[FittedFigure], guesses: Numbers, progress: bool | Silent
) -> Numbers:
    """Moments of every guess, means over replications of its own, the same whenever it is asked, shape (guesses, m).

    Where nobody answers or rates at all, the moment counts as 0: as far off as can be.
    """
    lived = market.replications

    def read(run: int) -> Numbers:
        return read_all(moments, market.cohort(guesses[run // lived], run), market.base.focal)

    found = np.array(each_replication(read, len(guesses) * lived, progress=progress))
    return np.asarray(np.nan_to_num(found).reshape(len(guesses), lived, -1).mean(axis=1))


def luck_of_moments(
    market: MarketToFit, moments: Sequence[FittedFigure], replications: int, progress: bool | Silent = False
) -> Numbers:
    """Standard error that luck leaves in each simulated moment, at the centre of the prior, shape (m,).

    Raises:
        ValueError: if the market has nothing to hold against a figure.
    """
    centre = np.zeros(len(market.uncertain))
    found = np.array(
        each_replication(
            lambda each: read_all(moments, market.cohort(centre, each), market.base.focal),
            replications,
            progress=progress,
        )
    )
    for moment, values in zip(moments, found.T, strict=True):
        if np.isnan(values).all():
            raise ValueError(
                f"in {market.base.name!r} there is nothing to hold against your {moment.name}: no survey is sent, no review "
                f"written, or nobody buys. Switch it on in a file that extends {str(market.source)!r}, or leave the figure out"
            )
    spread = np.std(np.nan_to_num(found), axis=0, ddof=1)
    return np.asarray(spread / np.sqrt(market.replications))
