"""Things that are lent to whoever waits for them: who is at an earlier step of an answer first, then who came first."""

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import Iterable
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class WaitingLine(Generic[Thing]):
    """Who waits for something, such as a worker.

    Args:
        things: what is there to be lent.
    """

    def __init__(self, things: Iterable[Thing] = ()) -> None:
        self._free = deque(things)
        self._waiting: list[tuple[int, int, asyncio.Future[Thing]]] = []
        self._numbers = itertools.count()

    async def get(self, step: int = 0) -> Thing:
        """Wait for one of the things; give it back with `put`.

        Args:
            step: who has had part of an answer lets those go first who have had less of theirs.
        """
        if self._free:
            return self._free.popleft()
        turn: asyncio.Future[Thing] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (step, next(self._numbers), turn))
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.put(turn.result())  # it came, and nobody is there any more
            raise

    def put(self, thing: Thing) -> None:
        """Give it to who is next."""
        while self._waiting:
            *_, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(thing)
                return
        self._free.append(thing)
