"""The market as a Mesa model."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import mesa
from mesa.agent import AgentSet

from cxsim.compiled import announce_compilation
from cxsim.customer import Customer
from cxsim.journey.life import live_week
from cxsim.luck import MOST_SEED, key_of
from cxsim.market.exchange import tick
from cxsim.market.world import make_world
from cxsim.measures import Measure
from cxsim.records import NOBODY, TIME_UNIT, WEEK
from cxsim.scenario import Scenario, load

Engine = Literal["compiled", "agents"]


def _stock(model: "LoyaltyModel", *signed: tuple[Measure, int]) -> int:
    """The sum of weekly counts of the focal brand up to now, each with its sign."""
    lived = model.world.tally[: model.week, model.plan.focal]
    return int(sum(sign * lived[:, measure].sum() for measure, sign in signed))


def customers(model: "LoyaltyModel") -> int:
    """Customers of the focal brand now."""
    return _stock(model, (Measure.customers_gained, 1), (Measure.customers_lost, -1))


def loops(model: "LoyaltyModel") -> int:
    """Loops completed with the focal brand so far: purchases by habit, without research."""
    return _stock(model, (Measure.loops, 1))


def lines(model: "LoyaltyModel") -> int:
    """Lines of the focal brand that have ended and not begun anew."""
    ended = [(measure, 1) for measure in Measure if measure.name.startswith("lines_")]
    return _stock(model, *ended, (Measure.reopened, -1))


def purchases(model: "LoyaltyModel") -> int:
    """Purchases of the focal brand in the week just lived."""
    return int(model.world.tally[model.week - 1, model.plan.focal, Measure.purchases])


def satisfaction(model: "LoyaltyModel") -> float:
    """Mean satisfaction with the focal brand's episodes of the week just lived; nan without episodes."""
    week = model.world.tally[model.week - 1, model.plan.focal]
    episodes = int(week[Measure.episodes])
    return float(week[Measure.satisfaction_sum]) / TIME_UNIT / episodes if episodes else float("nan")


REPORTERS: dict[str, Callable[["LoyaltyModel"], float]] = {
    "customers": customers,
    "loops": loops,
    "lines": lines,
    "purchases": purchases,
    "satisfaction": satisfaction,
}


class LoyaltyModel(mesa.Model):  # type: ignore[misc]  # Mesa ships no types
    """A market of customers who live their journeys, one week a step.

    Args:
        scenario: a loaded scenario, a file, or the name of a ready one.
        rng: the seed, 0 to 2**63 - 1. With the same seed and replication everything repeats, bit for bit. None, as
            everywhere in Mesa, draws a fresh one (kept in `seed`), so that `mesa.batch_run`'s iterations differ.
        replication: the number of the replication, 0 to 2**32 - 1.
        engine: "compiled" (fast) or "agents" (a `Customer` each, overridable); both live the same lives.
        customer: the class of the customers; only the agents engine uses its stages.
        watch: number of a person whose life is noted in `world.log`.
        room_for_notes: how many notes are kept.
        collect: whether the data collector works each week.
        overrides: single values by full key, as in `**{"brand.focal.use.quality": 0.8}`; how `mesa.batch_run` varies
            parameters.

    Attributes:
        plan: the scenario being lived (`scenario` is Mesa's own).
        world: the records of people, bonds and brands (`cxsim.records.World`).
        week: weeks lived so far.
        events: events lived so far (compiled engine).

    Raises:
        ScenarioError: if the scenario or an override is wrong.
        ValueError: if the seed or the replication is out of range, or the engine unknown.
    """

    def __init__(
        self,
        scenario: Scenario | str | Path = "online-retailer",
        *,
        rng: int | None = None,
        replication: int = 0,
        engine: Engine = "compiled",
        customer: type[Customer] = Customer,
        watch: int = NOBODY,
        room_for_notes: int = 0,
        collect: bool = True,
        **overrides: float | int | bool | str,
    ) -> None:
        self.seed = secrets.randbelow(MOST_SEED) if rng is None else int(rng)
        key_of(self.seed, replication)  # refuses a seed or replication out of range before Mesa sees it
        super().__init__(rng=self.seed)
        self.running: bool = True
        if engine not in ("compiled", "agents"):
            raise ValueError(f"engine {engine!r} is unknown; choose 'compiled' or 'agents'")
        if customer is not Customer and engine == "compiled":
            raise ValueError("a Customer class of your own needs engine='agents'; the compiled engine would ignore it")
        if overrides and isinstance(scenario, Scenario):
            raise ValueError("overrides need a scenario by name or file; load(scenario, overrides) first")
        if not isinstance(scenario, Scenario):
            scenario = load(scenario, [f"{key}={_toml(value)}" for key, value in overrides.items()])
        announce_compilation()
        self.plan = scenario
        self.replication = replication
        self.engine = engine
        self.events = 0
        self.world = make_world(scenario, self.seed, replication, watch, room_for_notes)
        self._customer = customer
        self._customers_exist = False
        self._collects = collect
        self.datacollector = mesa.DataCollector(model_reporters=dict(REPORTERS))

    @property
    def week(self) -> int:
        """Weeks lived so far."""
        return int(self.world.clock[WEEK])

    @property
    def agents(self) -> "AgentSet[Customer]":
        """A `Customer` for every person; made when first asked for, since the compiled engine needs none."""
        if not self._customers_exist:
            self._customers_exist = True
            for number in range(self.plan.market.people):
                self._customer(self, number)
            # Mesa 3.3 counts agents in a dictionary of the class, which would keep this model alive for good.
            getattr(mesa.Agent, "_ids", {}).pop(self, None)
        customers_of_model: AgentSet[Customer] = super().agents
        return customers_of_model

    @agents.setter
    def agents(self, agents: object) -> None:
        raise AttributeError("the customers of a market are fixed for the run")

    def step(self) -> None:
        """One week: everybody lives it, then what happened becomes known."""
        if not self.running:
            return
        if self.engine == "compiled":
            self.events += live_week(self.world)
        else:
            self.agents.do("step")
        tick(self.world)
        if self._collects:
            self.datacollector.collect(self)
        self.running = self.week < self.plan.market.horizon_weeks


def _toml(value: float | int | bool | str) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
