"""Records for rules that run as plain Python: their fields have names there too, as in compiled rules."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.state import State


class PlainRecord(np.record):  # type: ignore[misc]  # NumPy's stubs call it final
    """A record whose fields come before NumPy's own attributes: a parameter may be called `base`.

    Numbers come out as Python's own, as wide as those that compiled rules reckon with: `me.uses * 64` has more than the 16 bits
    in which `uses` is kept.
    """

    def __getattribute__(self, name: str) -> Any:
        fields = np.void.__getattribute__(self, "dtype").fields
        if fields is None or name not in fields:
            return super().__getattribute__(name)
        kind, offset = fields[name][:2]
        value = np.void.getfield(self, kind, offset)
        return value.view((PlainRecord, kind)) if kind.names is not None else value.item()


def plain(state: State) -> State:
    """The same records, seen so that `state.people[person].points.balance` is what it says."""

    def seen(records: NDArray[np.void]) -> NDArray[np.void]:
        return records.view(np.dtype((PlainRecord, records.dtype)))

    return state._replace(
        people=seen(state.people),
        bonds=seen(state.bonds),
        standings=seen(state.standings),
        offers=seen(state.offers),
        traits=seen(state.traits),
        counted=seen(state.counted),
    )
