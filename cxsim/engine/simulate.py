"""One scenario lived once, and what is kept of it."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.agents import Customer
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.outcomes.columns import Columns
from cxsim.engine.outcomes.figures import counted_names, figures_of_run
from cxsim.engine.outcomes.loop_lengths import loop_lengths
from cxsim.engine.outcomes.money import contribution, discount_factors, intervention_costs
from cxsim.engine.outcomes.reach import reach_table
from cxsim.engine.outcomes.referrals import reproduction
from cxsim.engine.outcomes.retention import cohort_table, retention_table
from cxsim.engine.outcomes.status import Outcomes, lines_by_stage_and_cause, outcomes
from cxsim.engine.outcomes.weekly import weekly_table
from cxsim.engine.state import EVERYBODY, NOBODY, State
from cxsim.moved import renamed
from cxsim.scenario import Scenario


@dataclass(frozen=True)
class RunTables:
    """What is kept of one replication: its figures, and weeks, lines, retention, referrals, loop lengths, reach, cohorts."""

    figures: dict[str, float]
    tables: tuple[Columns, ...]


@dataclass(frozen=True)
class Run:
    """One scenario lived once: the records it left, and what they say of the focal brand."""

    scenario: Scenario = field(repr=False)
    state: State = field(repr=False)
    outcome: Outcomes = field(repr=False)
    figures: dict[str, float]
    margin: NDArray[np.float64]  # discounted contribution by week, before intervention costs
    cost: NDArray[np.float64]  # discounted intervention costs by week

    @cached_property
    def tables(self) -> RunTables:
        """The figures and tables, without the records of everybody; made when first asked for."""
        focal, horizon = self.scenario.focal, self.scenario.market.horizon_weeks
        return RunTables(
            self.figures,
            (
                weekly_table(self.state, self.scenario.brands, counted_names(self.scenario)),
                lines_by_stage_and_cause(self.outcome),
                retention_table(self.state, focal, horizon),
                reproduction(self.state, focal),
                loop_lengths(self.state, focal, horizon),
                reach_table(self.state, self.scenario),
                cohort_table(self.state, focal, horizon),
            ),
        )


def simulate(
    scenario: Scenario,
    seed: int,
    replication: int,
    notes: int = 0,
    model: type[LoyaltyModel] = LoyaltyModel,
    customer: type[Customer] = Customer,
) -> Run:
    """Live a whole run of a scenario.

    Args:
        scenario: as loaded.
        seed: 0 to 2**63 - 1.
        replication: 0 to 2**32 - 1.
        notes: how many notes on what happens to everybody are kept in `Run.state.log`; none when left out.
        model: the class of the market.
        customer: the class of the customers; one of your own is lived by the agents engine.

    Raises:
        ValueError: if the seed or the replication is out of range.
    """
    watch = EVERYBODY if notes else NOBODY
    lived = model(
        scenario,
        rng=seed,
        replication=replication,
        engine="compiled" if customer is Customer else "agents",
        customer=customer,
        watch=watch,
        room_for_notes=notes,
        collect=False,
    )
    return run_of(lived_to(lived, scenario.market.horizon_weeks))


def lived_to(model: LoyaltyModel, week: int) -> LoyaltyModel:
    """The market at the start of a week, lived on from wherever it is."""
    while model.running and model.week < week:
        model.step()
    return model


def run_of(model: LoyaltyModel) -> Run:
    """What is kept of a market at its horizon."""
    scenario, focal = model.settings, model.settings.focal
    outcome = outcomes(model.state, focal)
    discount = discount_factors(scenario)
    return Run(
        scenario,
        model.state,
        outcome,
        figures_of_run(model.state, scenario, focal, outcome),
        contribution(model.state, scenario, focal) * discount,
        intervention_costs(model.state, scenario, focal) * discount,
    )


if not TYPE_CHECKING:  # or any name would do
    __getattr__ = renamed(__name__, live="simulate", Lived="Run", Remains="RunTables")
