"""A market lived again with notes taken."""

from cxsim.model import LoyaltyModel
from cxsim.records import NOTES, World
from cxsim.scenario import Scenario


def noted(scenario: Scenario, seed: int, replication: int, person: int, room: int) -> World:
    """The records of a market at its horizon, with every note in `log`.

    Args:
        scenario: as loaded.
        seed: 0 to 2**63 - 1.
        replication: 0 to 2**32 - 1.
        person: whose life is noted, or `cxsim.records.EVERYBODY`.
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
        taken = int(model.world.clock[NOTES])
        if taken <= room:
            return model.world._replace(log=model.world.log[:taken])
        room = taken
