"""A connection that is waited for so long and no longer, and no more of them for one client than half of all."""

import asyncio
from collections import Counter
from typing import ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 500
SECONDS_TO_ASK = 10.0  # until the headers of a request are there


class PatientProtocol(H11Protocol):
    """HTTP for uvicorn: who opens a connection and does not ask is given up, and who opens very many is refused.

    uvicorn itself waits for ever for the end of the headers.
    """

    open_by_client: ClassVar[Counter[str]] = Counter()
    _limit: asyncio.TimerHandle | None = None
    _counted = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """A client has connected."""
        super().connection_made(transport)
        client = self._who()
        if self.open_by_client[client] >= MOST_CONNECTIONS // 2:
            transport.abort()
            return
        self.open_by_client[client] += 1
        self._counted = True
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        if self._limit is not None:
            self._limit.cancel()
        if self._counted:
            self._counted = False
            client = self._who()
            self.open_by_client[client] -= 1
            if not self.open_by_client[client]:
                del self.open_by_client[client]
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """The client may ask again."""
        super().on_response_complete()
        self._wait()

    def _who(self) -> str:
        return self.client[0] if self.client else ""

    def _wait(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
        self._limit = self.loop.call_later(SECONDS_TO_ASK, self._give_up)

    def _give_up(self) -> None:
        if self.cycle is None or self.cycle.response_complete:  # no request is under way
            self.transport.close()
