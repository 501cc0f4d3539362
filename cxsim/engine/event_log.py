"""A market lived again with notes taken."""

from collections.abc import Sequence

from cxsim.engine.branching import simulate_together
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
    (state,) = run_together_with_log([scenario], seed, replication, person, room)
    return state


def run_together_with_log(
    scenarios: Sequence[Scenario], seed: int, replication: int, person: int, room: int
) -> list[State]:
    """The same of a base, which is the first, and its plans, lived as one until they part."""
    while True:
        states = [run.state for run in simulate_together(scenarios, seed, replication, person, room)]
        taken = [int(state.clock[NOTES]) for state in states]
        if max(taken) <= room:
            return [state._replace(log=state.log[:count]) for state, count in zip(states, taken, strict=True)]
        room = max(taken)
