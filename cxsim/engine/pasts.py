"""Moments of the lives of bases, kept for plans that are asked for later: these part there instead of beginning anew."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock

import numpy as np

from cxsim.engine.state import NOTES, WEEK, WRITTEN, State, bytes_copied, copy_of


class Pasts:
    """Moments of some lives; which has not been asked for the longest is forgotten first.

    Args:
        most_bytes: that all moments together may hold; one that is larger is not kept.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most, self._held, self._lock = most_bytes, 0, Lock()
        self._kept: OrderedDict[tuple[Hashable, int], State] = OrderedDict()

    def of(self, life: Hashable) -> "Past":
        """The moments of one life.

        Args:
            life: all that it depends on, who is watched among it: equal for equal lives alone.
        """
        return Past(self, life)

    def keep(self, life: Hashable, state: State) -> None:
        """Remember a copy of a life as a week begins."""
        moment = life, int(state.clock[WEEK])
        with self._lock:
            if moment in self._kept:
                self._kept.move_to_end(moment)
                return
            size = _bytes_written(state)
            if size > self._most:
                return
            self._kept[moment] = _apart(state, min(int(state.clock[NOTES]), len(state.log)))
            self._held += size
            while self._held > self._most:
                self._held -= _bytes_written(self._kept.popitem(last=False)[1])

    def before(self, life: Hashable, week: int, room_for_notes: int) -> State | None:
        """A copy of a life in its last kept moment up to the start of a week, to live on; None where none is kept."""
        with self._lock:
            moment = max((each for each in self._kept if each[0] == life and each[1] <= week), key=_week, default=None)
            if moment is None:
                return None
            self._kept.move_to_end(moment)
            kept = self._kept[moment]
        return _apart(kept, room_for_notes)

    def forget(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._held = 0


@dataclass(frozen=True)
class Past:
    """The moments of one life that are kept."""

    pasts: Pasts
    life: Hashable

    def keep(self, state: State) -> None:
        """Remember a copy of it as a week begins."""
        self.pasts.keep(self.life, state)

    def before(self, week: int, room_for_notes: int = 0) -> State | None:
        """A copy of it in its last kept moment up to the start of a week, to live on; None where none is kept."""
        return self.pasts.before(self.life, week, room_for_notes)


def _week(moment: tuple[Hashable, int]) -> int:
    return moment[1]


def _apart(state: State, room_for_notes: int) -> State:
    """The same records once more, of which those of a life that goes on share nothing that may be written."""
    log = np.zeros(room_for_notes, state.log.dtype)  # of which only what is noted takes memory
    taken = min(int(state.clock[NOTES]), len(state.log))
    log[:taken] = state.log[:taken]
    offers, traits = bytes_copied(state.offers), bytes_copied(state.traits)
    return copy_of(state._replace(log=state.log[:0]))._replace(log=log, offers=offers, traits=traits)


def _bytes_written(state: State) -> int:
    noted = min(int(state.clock[NOTES]), len(state.log)) * state.log.itemsize
    return noted + sum(int(getattr(state, name).nbytes) for name in (*WRITTEN, "offers", "traits"))
