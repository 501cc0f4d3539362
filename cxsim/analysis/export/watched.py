"""A market lived with everybody's life noted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.event_log import run_together_with_log
from cxsim.engine.measures import Note
from cxsim.engine.state import EVERYBODY, State
from cxsim.scenario import Scenario

NOTES_EXPECTED = 40  # of a person; where they are more, the market is lived again with room for all


@dataclass(frozen=True)
class Watched:
    """A market at its horizon.

    Attributes:
        scenario: what was lived.
        world: the records it left.
        notes: everything that happened, by person and then by time, shape (notes,) of `cxsim.engine.measures.NOTE`.
    """

    scenario: Scenario
    state: State
    notes: NDArray[np.void]

    def of_focal(self, what: Note) -> NDArray[np.void]:
        """The notes of one kind about the focal brand."""
        about: NDArray[np.bool_] = (self.notes["what"] == what) & (self.notes["brand"] == self.scenario.focal)
        return self.notes[about]


def watch(scenarios: Sequence[Scenario], seed: int, replication: int) -> list[Watched]:
    """Live a market, and the same under a plan if there is one, and note every life.

    Raises:
        ValueError: if the seed or the replication is out of range.
    """
    room = NOTES_EXPECTED * scenarios[0].market.people
    states = run_together_with_log(scenarios, seed, replication, EVERYBODY, room)
    return [
        Watched(scenario, state, state.log[np.argsort(state.log["person"], kind="stable")])
        for scenario, state in zip(scenarios, states, strict=True)
    ]
