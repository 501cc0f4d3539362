"""How large a test of a plan must be to decide it, from the simulated market, and what such a test does not see.

Each market is lived three times by the same people with the same luck: without the plan, with it for half of them by lot, and with it for all. Since
people talk, rate and queue, those left out have effects too (interference): the difference of the arms is not what the plan does to everybody
(Hudgens & Halloran 2008, J. American Statistical Association 103(482), 832-842).
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.experiment.arms import as_experiment, first_week, treated_in, tried_in
from cxsim.analysis.experiment.power import decides, people_per_arm, power_of
from cxsim.analysis.workers.threads import Silent, each_replication
from cxsim.data.histories import Numbers
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.simulate import lived_to
from cxsim.engine.state import State
from cxsim.scenario import Scenario

HALF: Final = 0.5
LENGTHS: Final = (4, 8, 13, 26, 52)  # weeks of a test
MARKETS: Final = 20  # lived three times, for the differences
FEWEST: Final = 10  # people in each arm
TESTS: Final = 200  # lived once each, for the power


@dataclass(frozen=True)
class Length:
    """A test of so many weeks.

    Attributes:
        weeks: from the start of the plan.
        difference: of the arms, purchases a person, over markets.
        spread: standard deviation of one person's purchases.
        left_out: what the plan does to those it leaves out, purchases a person.
        everybody: what it does if everybody gets it.
    """

    weeks: int
    difference: Estimate
    spread: float
    left_out: Estimate
    everybody: Estimate

    @property
    def people(self) -> float:
        """In each arm, for 80% power; inf where nothing differs."""
        return people_per_arm(self.difference.mean, self.spread)

    @property
    def people_between(self) -> tuple[float, float]:
        """Ends of the interval of that, from the interval of the difference; inf where it holds no difference."""
        low, high = self.difference.low, self.difference.high
        if not self.difference.decided:
            return people_per_arm(max(abs(low), abs(high)), self.spread), math.inf
        ends = sorted((people_per_arm(low, self.spread), people_per_arm(high, self.spread)))
        return ends[0], ends[1]


@dataclass(frozen=True)
class ExperimentPlan:
    """How a plan can be tested.

    Attributes:
        base: the market.
        plan: what is tried.
        start_week: when it starts.
        customers: whether only people who had bought before take part; else everybody.
        there: people who could take part in each arm, on average.
        lengths: tests of several lengths, the shortest first.
        chosen: the shortest that the market has people for, or the one that needs the fewest; None where none would decide.
        people: in each arm of the tests that were lived.
        decided: how many of them decided.
        tests: how many were lived.
    """

    base: Scenario
    plan: Scenario
    start_week: float
    customers: bool
    there: float
    lengths: tuple[Length, ...]
    chosen: Length | None
    people: int
    decided: int
    tests: int

    @property
    def power(self) -> Estimate:
        """Share of the tests that decided, with its 95% interval (Wilson 1927)."""
        low, high = stats.binomtest(self.decided, self.tests).proportion_ci(method="wilson")
        return Estimate(self.decided / self.tests, float(low), float(high), self.tests)

    @property
    def by_formula(self) -> float:
        """Chance to decide of such a test by the usual formula."""
        assert self.chosen is not None
        return power_of(self.people, self.chosen.difference.mean, self.chosen.spread)


def plan_experiment(
    base: Scenario,
    plan: Scenario,
    tests: int = TESTS,
    seed: int = 1,
    workers: int | None = None,
    told_of: Silent | None = None,
) -> ExperimentPlan:
    """Find out how large a test of a plan must be.

    Args:
        base: the market.
        plan: of the same market; its interventions are given to half of the people.
        tests: how many tests are lived for the power.
        seed: of all luck.
        workers: threads; as many as cores when left out.
        told_of: is told of each life.

    Raises:
        ScenarioError: if the plan cannot be given to some people only.
        ValueError: if the plan starts too late to be watched.
    """
    told_of = told_of or Silent()
    tried = tried_in(base, plan)
    half, start = as_experiment(plan, tried, HALF), first_week(tried)
    began = math.ceil(start)
    weeks = _lengths(base, plan, began)
    told_of.begin(3 * MARKETS + tests)
    without = plan.model_copy(update={"intervention": base.intervention})

    def three(replication: int) -> list[_MarketLived]:
        lives = [_live(each, began, weeks, seed, replication) for each in (without, half, plan)]
        told_of.lived(2)
        return lives

    lived = each_replication(three, MARKETS, workers, told_of)
    customers = all(lives[0].before.any() for lives in lived)
    found = tuple(_length(lived, place, each, customers) for place, each in enumerate(weeks))
    there = float(np.mean([np.count_nonzero(lives[1].takes_part(customers)) for lives in lived])) * HALF
    if there < FEWEST:
        raise ValueError(
            f"in {base.name!r} there are {there:.0f} people for each arm when the plan starts: nothing to test on. Take more people, or a later start"
        )
    chosen = _chosen(found, there)
    people, decided = 0, 0
    if chosen is not None:
        people = min(math.ceil(chosen.people), math.floor(there))
        place = weeks.index(chosen.weeks)

        def test(replication: int) -> bool:
            life = _live(half, began, weeks[: place + 1], seed, MARKETS + replication)
            return decides(*life.arms(place, customers, people))

        decided = sum(each_replication(test, tests, workers, told_of))
    return ExperimentPlan(base, plan, start, customers, there, found, chosen, people, decided, tests)


def _lengths(base: Scenario, plan: Scenario, began: int) -> list[int]:
    """How long tests may last, weeks."""
    left = base.market.horizon_weeks - began
    if left < 1:
        raise ValueError(
            f"{plan.name!r} starts after {began} weeks and the market ends after {base.market.horizon_weeks}: nothing is left to watch"
        )
    return [*(weeks for weeks in LENGTHS if weeks < left and weeks != LENGTHS[-1]), min(left, LENGTHS[-1])]


@dataclass(frozen=True)
class _MarketLived:
    """One life of a market: who had bought before the test, whom the lot treats, and purchases since by its length."""

    before: NDArray[np.bool_]
    treated: NDArray[np.bool_]
    bought: Numbers  # (lengths, people)

    def takes_part(self, customers: bool) -> NDArray[np.bool_]:
        return self.before if customers else np.ones(len(self.before), bool)

    def arms(self, place: int, customers: bool, people: int) -> tuple[Numbers, Numbers]:
        """Purchases of the first so many of each arm."""
        part = self.takes_part(customers)
        return self.bought[place, part & self.treated][:people], self.bought[place, part & ~self.treated][:people]


def _live(scenario: Scenario, began: int, weeks: list[int], seed: int, replication: int) -> _MarketLived:
    model = LoyaltyModel(scenario, rng=seed, replication=replication, collect=False)
    at_start = _purchases(lived_to(model, began).state, scenario)
    counts = np.array([_purchases(lived_to(model, began + each).state, scenario) - at_start for each in weeks])
    return _MarketLived(at_start > 0.0, treated_in(model.state, HALF), counts)


def _purchases(state: State, scenario: Scenario) -> Numbers:
    return np.asarray(state.bonds["purchases"][:, scenario.focal].astype(float))


def _length(lived: list[list[_MarketLived]], place: int, weeks: int, customers: bool) -> Length:
    """What tests of one length see, against the same people with the same luck without the plan: so who is in which arm is no luck of it."""
    differences, left_out, everybody, variances = [], [], [], []
    for without, half, whole in lived:
        part = half.takes_part(customers)
        treated, control = part & half.treated, part & ~half.treated
        gained = half.bought[place] - without.bought[place]
        differences.append(_mean(gained[treated]) - _mean(gained[control]))
        left_out.append(_mean(gained[control]))
        everybody.append(_mean((whole.bought[place] - without.bought[place])[part]))
        variances.append((np.var(half.bought[place, treated]) + np.var(half.bought[place, control])) / 2.0)
    each = [estimate(np.array(values)) for values in (differences, left_out, everybody)]
    return Length(weeks, each[0], math.sqrt(float(np.mean(variances))), each[1], each[2])


def _mean(values: Numbers) -> float:
    return float(np.mean(values)) if len(values) else 0.0


def _chosen(lengths: tuple[Length, ...], there: float) -> Length | None:
    """The shortest test that decides with the people there are; else the one that needs the fewest; None where none would."""
    able = [each for each in lengths if each.difference.decided]
    if not able:
        return None
    enough = [each for each in able if each.people <= there]
    return enough[0] if enough else min(able, key=lambda each: each.people)
