"""One scenario lived once, and what is kept of it."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.ledger.figures import figures_of_run
from cxsim.ledger.loop_lengths import loop_lengths
from cxsim.ledger.money import contribution, discount_factors, intervention_costs
from cxsim.ledger.outcomes import Outcomes, lines_by_stage_and_cause, outcomes
from cxsim.ledger.referrals import reproduction
from cxsim.ledger.retention import retention_table
from cxsim.ledger.weekly import weekly_table
from cxsim.model import LoyaltyModel
from cxsim.records import EVERYBODY, NOBODY, World
from cxsim.scenario import Scenario


@dataclass(frozen=True)
class Remains:
    """What is kept of one replication: its figures, and its weeks, lines, retention, referrals and loop lengths."""

    figures: dict[str, float]
    tables: tuple[pd.DataFrame, ...]


@dataclass(frozen=True)
class Lived:
    """One scenario lived once: the records it left, and what they say of the focal brand."""

    scenario: Scenario = field(repr=False)
    world: World = field(repr=False)
    outcome: Outcomes = field(repr=False)
    figures: dict[str, float]
    margin: NDArray[np.float64]  # discounted contribution by week, before intervention costs
    cost: NDArray[np.float64]  # discounted intervention costs by week

    @cached_property
    def remains(self) -> Remains:
        """The figures and tables, without the records of everybody; made when first asked for."""
        focal, horizon = self.scenario.focal, self.scenario.market.horizon_weeks
        return Remains(
            self.figures,
            (
                weekly_table(self.world, self.scenario.brands),
                lines_by_stage_and_cause(self.outcome),
                retention_table(self.world, focal, horizon),
                reproduction(self.world, focal),
                loop_lengths(self.world, focal, horizon),
            ),
        )


def live(scenario: Scenario, seed: int, replication: int, notes: int = 0) -> Lived:
    """Live a whole run of a scenario with the compiled engine.

    Args:
        scenario: as loaded.
        seed: 0 to 2**63 - 1.
        replication: 0 to 2**32 - 1.
        notes: how many notes on what happens to everybody are kept in `Lived.world.log`; none when left out.

    Raises:
        ValueError: if the seed or the replication is out of range.
    """
    watch = EVERYBODY if notes else NOBODY
    model = LoyaltyModel(scenario, rng=seed, replication=replication, watch=watch, room_for_notes=notes, collect=False)
    while model.running:
        model.step()
    focal = scenario.focal
    outcome = outcomes(model.world, focal)
    discount = discount_factors(scenario)
    return Lived(
        scenario,
        model.world,
        outcome,
        figures_of_run(model.world, scenario, focal, outcome),
        contribution(model.world, scenario, focal) * discount,
        intervention_costs(model.world, scenario, focal) * discount,
    )
