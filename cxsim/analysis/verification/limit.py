"""What a limit is, and how it is checked: one scenario lived many times, held against a closed form.

One rule of statistics holds for all limits. Each replication is a market of its own luck and gives one value for each
check; the simulated value is their mean, its standard error their standard deviation over the square root of their
number. Nothing is assumed about people within a market, who may have influenced each other. A check passes when

    |simulated - expected| <= 3 standard errors + bias

where `bias` is what is known to part the simulation from the closed form even in endless replications (weekly ticks, a
finite population, a horizon), computed for each check. A right simulator fails a check by luck with the chance that
Student's t, replications - 1 degrees of freedom, lies beyond 3. Each limit has luck of its own, so that one rare draw
cannot fail two of them.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cxsim.analysis.workers.threads import each_replication
from cxsim.engine.agents import Customer
from cxsim.engine.model import Engine, LoyaltyModel
from cxsim.scenario import Scenario, load

Numbers = NDArray[np.float64]

ERRORS_ALLOWED = 3.0
REPLICATIONS = 100
FEWEST_REPLICATIONS = 10  # with fewer, a standard error over replications is itself mostly luck


@dataclass(frozen=True)
class Series:
    """One quantity of a closed form, compared at several points.

    Attributes:
        quantity: what it is, with its unit.
        x: what the points are, with their unit.
        at: the points, shape (points,).
        closed_form: the quantity at any points, shape (points,) to shape (points,).
        bias: how far the expectation of the simulated value is known to lie from the closed form, 0 or more, at `at`.
        labels: words for the points when they are kinds and not numbers; then nothing lies between them.
    """

    quantity: str
    x: str
    at: Numbers
    closed_form: Callable[[Numbers], Numbers]
    bias: Numbers | float = 0.0
    labels: tuple[str, ...] = ()

    @property
    def expected(self) -> Numbers:
        """The closed form at the points, shape (points,)."""
        return np.asarray(self.closed_form(self.at), float)


def listed(quantity: str, x: str, values: dict[str, float], bias: Numbers | float = 0.0) -> Series:
    """A series whose points are kinds: the closed form is a list of values by label."""
    expected = np.array(list(values.values()))
    return Series(quantity, x, np.arange(float(len(values))), lambda at: expected[at.astype(int)], bias, tuple(values))


@dataclass(frozen=True)
class Limit:
    """A closed form that the simulator contains, and how to find it in a run.

    Attributes:
        name: of the limit and of its scenario file.
        title: in a few words.
        formula: the closed form in plain symbols.
        reference: who published it.
        bias: in words, what may part simulation and closed form and how that is computed; nothing when "none".
        series: the closed forms at the very parameters of a scenario.
        measure: lives a model and returns what was simulated: an array like `Series.at` for each series, in order; nan
            where this replication has nobody to measure it on.
    """

    name: str
    title: str
    formula: str
    reference: str
    bias: str
    series: Callable[[Scenario], list[Series]]
    measure: Callable[[LoyaltyModel], Sequence[Numbers]]

    @property
    def first_replication(self) -> int:
        """Replications of this limit are numbered from here: a CRC-32 of the name, as with purposes of luck."""
        return zlib.crc32(self.name.encode()) >> 1

    @property
    def file(self) -> Path:
        """The scenario in which the closed form holds."""
        return settings_folder() / f"{self.name}.toml"


@dataclass(frozen=True)
class Check:
    """One number of a closed form against the simulated one.

    Attributes:
        quantity: what is compared.
        at: where, in words such as "weeks 39".
        expected: by the closed form.
        simulated: mean over replications.
        standard_error: of that mean.
        bias: allowed besides, 0 or more.
    """

    quantity: str
    at: str
    expected: float
    simulated: float
    standard_error: float
    bias: float

    @property
    def z(self) -> float:
        """The miss in standard errors, beyond the bias; infinite when there is a miss without any spread."""
        miss = self.simulated - self.expected
        beyond = max(0.0, abs(miss) - self.bias)
        if beyond == 0.0:
            return 0.0
        return float(np.copysign(beyond / self.standard_error if self.standard_error > 0.0 else np.inf, miss))

    @property
    def passed(self) -> bool:
        """Whether the miss lies within three standard errors and the bias; what could not be measured did not pass."""
        return abs(self.simulated - self.expected) <= ERRORS_ALLOWED * self.standard_error + self.bias


@dataclass(frozen=True)
class Verified:
    """A limit after its replications.

    Attributes:
        limit: which.
        scenario: as it was lived.
        seed: of all luck.
        values: what each replication gave for each check, shape (replications, checks).
    """

    limit: Limit
    scenario: Scenario
    seed: int
    values: Numbers

    @property
    def replications(self) -> int:
        """How many markets were lived."""
        return len(self.values)

    @cached_property
    def series(self) -> list[Series]:
        """The closed forms at the parameters of the scenario."""
        return self.limit.series(self.scenario)

    @cached_property
    def checks(self) -> list[Check]:
        """Every point of every series, in order."""
        known = np.isfinite(self.values).sum(axis=0)
        means = np.nanmean(self.values, axis=0)
        errors = np.nanstd(self.values, axis=0, ddof=1) / np.sqrt(known)
        columns = zip(means.tolist(), errors.tolist(), strict=True)
        return [
            Check(series.quantity, _place(series, point), expected, *next(columns), bias)
            for series in self.series
            for point, (expected, bias) in enumerate(
                zip(series.expected.tolist(), np.broadcast_to(series.bias, series.at.shape).tolist(), strict=True)
            )
        ]

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)

    @property
    def largest_miss(self) -> float:
        """The largest miss of any check beyond its bias, in standard errors."""
        return max(abs(check.z) for check in self.checks)


def _place(series: Series, point: int) -> str:
    return series.labels[point] if series.labels else f"{series.x} {series.at[point]:.4g}"


def verify(
    limit: Limit,
    replications: int = REPLICATIONS,
    seed: int = 1,
    people: int | None = None,
    customer: type[Customer] = Customer,
    overrides: Sequence[str] = (),
    progress: bool = False,
) -> Verified:
    """Live the scenario of a limit many times and measure what its closed form speaks of.

    Args:
        limit: what to verify.
        replications: markets to live, at least 10.
        seed: of all luck.
        people: in each market; as many as the scenario says when left out.
        customer: a class of customers; one of your own is lived by the agents engine.
        overrides: other values, such as "need.rate_shape=0.5"; the closed form is taken at them too.
        progress: whether to show a bar on stderr.

    Raises:
        ScenarioError: if the scenario is wrong.
        ValueError: if there are too few replications, or too few people to measure something on.
    """
    if replications < FEWEST_REPLICATIONS:
        raise ValueError(f"given {replications} replications; standard errors need at least {FEWEST_REPLICATIONS}")
    fewer = [] if people is None else [f"market.people={people}"]
    scenario = load(limit.file, [*overrides, *fewer])
    engine: Engine = "compiled" if customer is Customer else "agents"

    def once(replication: int) -> Numbers:
        number = limit.first_replication + replication
        model = LoyaltyModel(scenario, rng=seed, replication=number, engine=engine, customer=customer, collect=False)
        return np.concatenate([np.asarray(values, float) for values in limit.measure(model)])

    values = np.array(each_replication(once, replications, progress=progress))
    if np.any(np.isfinite(values).sum(axis=0) < 2):
        few = f"{scenario.market.people:,} people in {replications} replications"
        raise ValueError(f"{limit.name}: {few} are too few to measure it on; take more")
    return Verified(limit, scenario, seed, values)


def expected_false_alarms(results: Sequence[Verified]) -> float:
    """How many checks a right simulator would fail by luck with another seed, at most (bias makes it fewer)."""
    return float(sum(2.0 * stats.t.sf(ERRORS_ALLOWED, each.replications - 1) * len(each.checks) for each in results))


def live_to(model: LoyaltyModel, week: float) -> None:
    """Live on to the end of this week.

    Raises:
        ValueError: if the scenario ends before.
    """
    horizon = model.settings.market.horizon_weeks
    if week > horizon:
        raise ValueError(
            f"{model.settings.name}: market.horizon_weeks is {horizon}, but the limit looks at week {week:g}"
        )
    while model.week < week:
        model.step()


def after(model: LoyaltyModel, weeks: Numbers) -> Iterator[float]:
    """Live on to the end of each of these weeks, in order."""
    for week in weeks.tolist():
        live_to(model, week)
        yield week


def members(model: LoyaltyModel) -> list[NDArray[np.bool_]]:
    """Who belongs to each segment, masks of shape (people,)."""
    segment = model.state.people["segment"]
    return [segment == number for number in range(len(model.settings.segments()))]


def mean_in(groups: Iterable[NDArray[np.bool_]], values: Numbers | NDArray[np.bool_]) -> Numbers:
    """The mean of a value in each group of people, nan in an empty one, shape (groups,)."""
    return np.array([values[group].mean() if group.any() else np.nan for group in groups])


def settings_folder() -> Path:
    """The folder of the limits' scenarios: in a checkout among the experiments, inside the package when installed."""
    inside = Path(__file__).parent / "scenarios"
    return inside if inside.is_dir() else Path(__file__).parents[3] / "experiments" / "verification"
