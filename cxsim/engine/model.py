"""The market as a Mesa model."""

import re
import secrets
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Literal

import numba.core.errors
import numpy as np

from cxsim.engine.agents import Customer, refuse_near_misses
from cxsim.engine.compiled import announce_compilation
from cxsim.engine.journey.life import live_week
from cxsim.engine.light_mesa import AgentSet, mesa
from cxsim.engine.luck import MOST_SEED, key_of, whole_number
from cxsim.engine.market.exchange import tick
from cxsim.engine.market.start import state_at_start
from cxsim.engine.measures import Measure
from cxsim.engine.outcomes.status import Status, outcomes
from cxsim.engine.plain import plain
from cxsim.engine.run_in import books_opened
from cxsim.engine.state import NOBODY, TIME_UNIT, WEEK, Stage, State
from cxsim.moved import Renamed
from cxsim.scenario import Scenario, load
from cxsim.scenario.mechanism import Mechanism, MechanismError, Rule

Engine = Literal["compiled", "agents"]


def _stock(model: "LoyaltyModel", *signed: tuple[Measure, int]) -> int:
    """The sum of weekly counts of the focal brand up to now, each with its sign."""
    lived = model.state.tally[: model.week, model.settings.focal]
    return int(sum(sign * lived[:, measure].sum() for measure, sign in signed))


def customers(model: "LoyaltyModel") -> int:
    """Customers of the focal brand now."""
    return int(np.count_nonzero(model.state.bonds["customer"][:, model.settings.focal]))


def loops(model: "LoyaltyModel") -> int:
    """People who loop now: repeat buyers who are still with the focal brand."""
    return int(np.count_nonzero(outcomes(model.state, model.settings.focal).status == Status.loop))


def loop_purchases(model: "LoyaltyModel") -> int:
    """Purchases of the focal brand by habit, without research, so far."""
    return _stock(model, (Measure.loop_purchases, 1))


def lines(model: "LoyaltyModel") -> int:
    """Lines of the focal brand that have ended and not begun anew."""
    ended = [(measure, 1) for measure in Measure if measure.name.startswith("lines_")]
    return _stock(model, *ended, (Measure.reopened, -1))


def purchases(model: "LoyaltyModel") -> int:
    """Purchases of the focal brand in the week just lived."""
    return int(model.state.tally[model.week - 1, model.settings.focal, Measure.purchases])


def satisfaction(model: "LoyaltyModel") -> float:
    """Mean satisfaction with the focal brand's episodes of the week just lived; nan without episodes."""
    week = model.state.tally[model.week - 1, model.settings.focal]
    episodes = int(week[Measure.episodes])
    return float(week[Measure.satisfaction_sum]) / TIME_UNIT / episodes if episodes else float("nan")


REPORTERS: dict[str, Callable[["LoyaltyModel"], float]] = {
    "customers": customers,
    "loops": loops,
    "loop_purchases": loop_purchases,
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
        watch: number of a person whose life is noted in `state.log`.
        room_for_notes: how many notes are kept.
        collect: whether the data collector works each week.
        state: records to go on from, as `cxsim.engine.branching` makes them; those of the start when left out.
        overrides: single values by full key, as in `**{"brand.focal.use.quality": 0.8}`; how `mesa.batch_run` varies
            parameters.

    Attributes:
        settings: the scenario being lived (`scenario` is Mesa's own).
        state: the records of people, bonds and brands (`cxsim.engine.state.State`).
        week: weeks lived so far.
        events: events lived so far (compiled engine).

    Raises:
        ScenarioError: if the scenario or an override is wrong.
        ValueError: if the seed or the replication is no whole number or out of range, or the engine unknown.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        refuse_near_misses(cls, ["step"])

    plan = Renamed("settings")
    world = Renamed("state")

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
        state: State | None = None,
        **overrides: float | int | bool | str,
    ) -> None:
        if "seed" in overrides:
            raise ValueError(f"the seed is called rng, as in Mesa: LoyaltyModel(..., rng={overrides['seed']!r})")
        self.seed = secrets.randbelow(MOST_SEED) if rng is None else whole_number("seed", rng)
        key_of(self.seed, replication)  # refuses a seed or replication out of range before Mesa sees it
        super().__init__(rng=self.seed)
        if engine not in ("compiled", "agents"):
            raise ValueError(f"engine {engine!r} is unknown; choose 'compiled' or 'agents'")
        if customer is not Customer and engine == "compiled":
            raise ValueError("a Customer class of your own needs engine='agents'; the compiled engine would ignore it")
        if overrides and isinstance(scenario, Scenario):
            raise ValueError("overrides need a scenario by name or file; load(scenario, overrides) first")
        if not isinstance(scenario, Scenario):
            scenario = load(scenario, overrides)
        announce_compilation()
        self.settings = scenario
        self.replication = replication
        self.engine = engine
        self.events = 0
        self._customer = customer
        self._customers_exist = False
        self.state = state or state_at_start(scenario, self.seed, replication, watch, room_for_notes)
        if self.week < 0:
            self._run_in(watch, room_for_notes)
        self.running: bool = self.week < scenario.market.horizon_weeks
        self._collects = collect
        self.datacollector = mesa.DataCollector(model_reporters=dict(REPORTERS))

    def __repr__(self) -> str:
        market = self.settings.market
        return (
            f"<{type(self).__name__} of {self.settings.name!r}: week {self.week} of {market.horizon_weeks}, "
            f"{market.people:,} people; {market.focal}: {customers(self):,} customers, {loops(self):,} loops; "
            f"{self.engine} engine, seed {self.seed}, replication {self.replication}>"
        )

    @property
    def week(self) -> int:
        """Weeks lived so far."""
        return int(self.state.clock[WEEK])

    @property
    def agents(self) -> "AgentSet[Customer]":
        """A `Customer` for every person; made when first asked for, since the compiled engine needs none."""
        if not self._customers_exist:
            self._customers_exist = True
            for number in range(self.settings.market.people):
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
        self._live_week()
        if self._collects:
            self.datacollector.collect(self)
        self.running = self.week < self.settings.market.horizon_weeks

    def _run_in(self, watch: int, room_for_notes: int) -> None:
        """Live up to week 0. What a class of your own does in `step` begins there; its `Customer` has lived before."""
        while self.week < 0:
            self._live_week()
        self.state = books_opened(self.state, self.settings, watch, room_for_notes)
        self.__dict__.pop("plain_state", None)
        self.events = 0

    def _live_week(self) -> None:
        for rule in self._rules("before_week"):
            rule(self.state)
        if self.engine == "compiled":
            self.events += self._live_week_compiled()
        else:
            self.agents.do("step")
        for rule in self._rules("after_week"):
            rule(self.state)
        tick(self.state)

    def _live_week_compiled(self) -> int:
        try:
            return live_week(self.state)
        except numba.core.errors.NumbaError as error:
            if not self.settings.own:
                raise
            raise cannot_be_compiled(error, self.settings.own) from None

    def _rules(self, hook: str) -> list[Rule]:
        """What mechanisms do there, as written."""
        found = (mechanism.rule(hook) for mechanism in self.settings.own)
        return [rule for rule in found if rule is not None]

    @cached_property
    def rules_after(self) -> dict[int, list[Rule]]:
        """What mechanisms do, in plain Python, after an event of each stage."""
        return {stage: self._rules(f"after_{stage.name.lower()}") for stage in Stage}

    @cached_property
    def plain_state(self) -> State:
        """The same records, whose fields plain Python can name: `state.people[person].points.balance`."""
        return plain(self.state)


def cannot_be_compiled(error: Exception, mechanisms: tuple[type[Mechanism], ...]) -> MechanismError:
    """What to say when the journey cannot be compiled with these mechanisms: where, and what is wrong there."""
    said = str(error)
    for mechanism in mechanisms:
        lines = re.findall(rf'File "[^"]*{re.escape(Path(mechanism.reference).name)}", line (\d+)', said)
        if lines:
            where = f"{mechanism.reference}, line {lines[0]}"
            break
    else:
        where = ", ".join(mechanism.reference for mechanism in mechanisms)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", said)
    about = [
        line for line in plain.splitlines() if line and not line.startswith(("Failed in nopython", "During:", "File"))
    ]
    return MechanismError(
        f"{where}: this rule cannot be compiled: {about[0] if about else type(error).__name__}. Compiled rules know "
        "numbers, records and luck; with engine='agents' what is done after a stage runs as plain Python"
    )
