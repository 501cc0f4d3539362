"""A simulated market in which everybody is watched, as an interviewer would have it."""

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.measures import Note
from cxsim.engine.model import LoyaltyModel
from cxsim.engine.state import EVERYBODY, NOTES
from cxsim.scenario import Scenario


def lived(scenario: Scenario, replication: int, notes_per_person: int = 0) -> LoyaltyModel:
    """The market at its horizon, with so many notes of everybody; seed 1, so calibration uses common random numbers.

    Raises:
        ValueError: if there were more notes than room for them.
    """
    room = notes_per_person * scenario.market.people
    model = LoyaltyModel(scenario, rng=1, replication=replication, collect=False, watch=EVERYBODY, room_for_notes=room)
    while model.running:
        model.step()
    if room and model.state.clock[NOTES] > room:
        raise ValueError(f"{model.state.clock[NOTES]} notes were taken, with room for {room}")
    return model


def last_notes(model: LoyaltyModel, *kinds: Note) -> NDArray[np.void]:
    """The last note of these kinds about each person who has one, in the order of the people."""
    log = model.state.log[: int(model.state.clock[NOTES])]
    backwards = log[np.isin(log["what"], kinds)][::-1]
    return backwards[np.unique(backwards["person"], return_index=True)[1]]
