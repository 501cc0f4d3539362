"""Simulating guesses: the market with other values, lived with the same luck for every guess."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cxsim.calibration.cohort import Cohort, live_cohort
from cxsim.calibration.moments import Moment, read_all
from cxsim.calibration.priors import Uncertain
from cxsim.closed_forms.histories import Numbers
from cxsim.scenario import Scenario, load
from cxsim.study.replications import each_replication

WINDOW_WEEKS = 26  # customers who first buy within so many weeks of the start are watched
ENOUGH_PEOPLE = 15_000  # to search with; the calibrated scenario keeps the market's own size
Values = Mapping[str, object]


@dataclass(frozen=True)
class Market:
    """A market to be calibrated.

    Attributes:
        source: the scenario's file or name.
        fixed: values that every guess has, by full key.
        uncertain: what the guesses differ in.
        weeks: how long customers must be watched.
        seed: of all luck.
    """

    source: str | Path
    fixed: Values
    uncertain: Sequence[Uncertain]
    weeks: float
    seed: int

    @property
    def horizon_weeks(self) -> int:
        """Long enough to watch everybody who first buys within the window."""
        return math.ceil(self.weeks) + WINDOW_WEEKS

    def scenario(self, values: Values) -> Scenario:
        """The market with these values beside the fixed ones."""
        return with_values(self.source, {**self.fixed, **values, "market.horizon_weeks": self.horizon_weeks})

    def values(self, normal: Numbers) -> dict[str, float]:
        """The parameters of a guess on the scale of the prior, shape (k,), by full key."""
        return {
            each.key: float(f"{float(each.value(point)):.6g}")
            for each, point in zip(self.uncertain, normal, strict=True)
        }

    def cohort(self, normal: Numbers, replication: int = 0) -> Cohort:
        """The cohort of a guess."""
        return live_cohort(self.scenario(self.values(normal)), self.weeks, self.seed, replication)


def small_enough(scenario: Scenario) -> dict[str, object]:
    """A large market's size for the search, and with it what is an absolute number: desks and advertising."""
    share = ENOUGH_PEOPLE / scenario.market.people
    if share >= 1.0 or scenario.market.links.edges:
        return {}
    values: dict[str, object] = {"market.people": ENOUGH_PEOPLE}
    for name, offer in scenario.brand.items():
        if math.isfinite(offer.support.capacity):
            values[f"brand.{name}.support.capacity"] = offer.support.capacity * share
        values[f"brand.{name}.money.advertising_weekly"] = offer.money.advertising_weekly * share
    return values


def with_values(source: str | Path, values: Values) -> Scenario:
    """A scenario with values replaced by full key."""
    return load(source, [f"{key}={toml(value)}" for key, value in values.items()])


def toml(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ", ".join(toml(each) for each in value) + "]"
    return repr(float(value)) if isinstance(value, float) else str(value)


def simulated_moments(market: Market, moments: Sequence[Moment], guesses: Numbers, progress: bool) -> Numbers:
    """Moments of every guess, all with the luck of replication 0, shape (guesses, m)."""

    def of_guess(place: int) -> Numbers:
        cohort = market.cohort(guesses[place])
        return read_all(moments, cohort, brand=_focal(market))

    return np.array(each_replication(of_guess, len(guesses), progress=progress))


def luck_of_moments(market: Market, moments: Sequence[Moment], replications: int) -> Numbers:
    """Standard deviation of each moment between replications at the centre of the prior, shape (m,)."""
    centre = np.zeros(len(market.uncertain))

    def of_replication(replication: int) -> Numbers:
        return read_all(moments, market.cohort(centre, replication), brand=_focal(market))

    return np.asarray(np.std(each_replication(of_replication, replications), axis=0, ddof=1))


def _focal(market: Market) -> int:
    return market.scenario({}).focal
