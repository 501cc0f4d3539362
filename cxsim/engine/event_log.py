"""A market lived again with notes taken."""

from cxsim.engine.model import LoyaltyModel
from cxsim.engine.state import NOTES, State
from cxsim.scenario import Scenario


def run_with_log(scenario: Scenario, seed: int, replication: int, person: int, room: int) -> State:
    """The records of a market at its horizon, with every note in `log`.

    Args:
        scenario: as loaded.
        seed: 0 to 2**63 - 1.
        replication: 0 to 2**32 - 1.
        person: whose life is noted, or `cxsim.engine.state.EVERYBODY`.
        room: notes expected; where there are more, the market is lived once more with room for all.

    Raises:
        ValueError: if the seed or the replication is out of range.
    """
    while True:
        model = LoyaltyModel(
            scenario, rng=seed, replication=replication, watch=person, room_for_notes=room, collect=False
        )
        while model.running:
            model.step()
        taken = int(model.state.clock[NOTES])
        if taken <= room:
            return model.state._replace(log=model.state.log[:taken])
        room = taken
