"""Who computes what visitors ask for: a few worker processes, so that nobody waits for anybody else's run to click.

Equal questions have equal answers (luck is keyed), so an answer is computed once, for whoever asks at the same time or
later. Each worker is a process of its own: one that is killed, or takes too long, harms nobody but the question it was at.
"""

import asyncio
import logging
import os
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from contextlib import asynccontextmanager, suppress
from typing import TypeVar, cast

from pydantic import BaseModel

from cxsim.analysis.workers.backends import Processes
from cxsim.analysis.workers.threads import usable_cores
from cxsim.interface.web.waiting import WaitingLine

Request = TypeVar("Request", bound=BaseModel)
Answer = TypeVar("Answer")
Key = tuple[str, str]

MOST_WAITING = 120  # questions under way or waiting; what is more is asked to come back
MOST_KEPT = 300  # answers
MOST_SECONDS = 45.0  # for one answer, the waiting aside
MOST_TRIES = 3  # to get a worker that lives
NICE = 10
SECONDS_FOR_A_BIRTH = 5.0  # of a worker when all is to end; it takes longer only where rules are compiled
NO_WORKERS = "No process could be started that computes. The window in which cxsim serves says why."

_log = logging.getLogger(__name__)


class BusyError(Exception):
    """Too many questions are waiting; `seconds` says when to ask again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Too many plans are being computed just now. Try again in {seconds} seconds.")
        self.seconds = seconds


class TooLongError(Exception):
    """A question took longer than anybody may."""


class ClosedError(Exception):
    """The server is being stopped."""


class WorkerLostError(Exception):
    """The workers died over a question, more than once."""


class WorkerPool:
    """Answers questions in worker processes, once each.

    Use it inside `async with pool.working():`, as the application of `cxsim.interface.web.app` does for its lifetime.

    Args:
        workers: processes; as many as cores when left out.
        waiting: questions that may be under way or waiting at a time.
        kept: answers remembered, the last asked for first.
        seconds: the longest an answer may take once its turn has come.
    """

    def __init__(
        self,
        workers: int | None = None,
        waiting: int = MOST_WAITING,
        kept: int = MOST_KEPT,
        seconds: float = MOST_SECONDS,
    ) -> None:
        # One process each: a pool of several breaks as a whole when one dies.
        self._crew = Processes(1, preload="cxsim.interface.explorer.preload")
        self._size = workers or usable_cores()
        self._waiting, self._most_kept, self._seconds = waiting, kept, seconds
        self._kept: OrderedDict[Key, object] = OrderedDict()
        self._under_way: dict[Key, asyncio.Task[object]] = {}
        self._of: Counter[str] = Counter()  # questions under way, by visitor
        self._turns: dict[str, WaitingLine[None]] = {}
        self._long: WaitingLine[None] = WaitingLine([None])  # for questions that take long
        self._free: WaitingLine[Executor] = WaitingLine()
        self._all: list[Executor] = []
        self._waking: set[asyncio.Task[None]] = set()
        self._birth = threading.Lock()  # one at a time
        self._begun = 0.0
        self._ready = self._closed = self._broken = False

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """The workers come inside this block, and are gone after it, whatever they were doing.

        They need some seconds, and where the rules are compiled half a minute; whoever asks meanwhile waits for them.
        """
        self._long, self._free = WaitingLine([None]), WaitingLine()  # of this event loop
        self._begun = time.monotonic()
        self._ready = self._closed = self._broken = False
        try:
            for _ in range(self._size):
                self._waken()
            yield
        finally:
            self.close()
            if self._birth.acquire(timeout=SECONDS_FOR_A_BIRTH):
                self._birth.release()  # no worker is being born, and none will be
            else:
                self._crew.end_births()
            for executor in self._all:
                self._crew.close(executor)
            self._all.clear()

    def seconds_until_ready(self) -> float | None:
        """For how long the workers have been coming; None as soon as one of them takes questions.

        Raises:
            WorkerLostError: if none of them could be started.
        """
        if self._broken:
            raise WorkerLostError(NO_WORKERS)
        return None if self._ready else time.monotonic() - self._begun

    def close(self) -> None:
        """Tell everybody who waits that there will be no answer; call it before the server waits for its requests."""
        self._closed = True
        for task in (*self._under_way.values(), *self._waking):
            task.cancel()

    async def answer(
        self,
        function: Callable[[Request], Answer],
        request: Request,
        visitor: str = "",
        step: int = 0,
        seconds: float | None = None,
    ) -> Answer:
        """What `function(request)` says, computed in a worker unless it is known or under way already.

        Args:
            function: of a module, so that a worker can find it; the same request must always get the same answer.
            request: a checked pydantic model; its JSON is what tells one question from another.
            visitor: who asks, such as an address. Nobody takes more than half of the room to wait in, or more than
                their turn; without a name they are the server itself.
            step: of an answer that comes in steps, from 0; everybody's first come before anybody's second.
            seconds: of a question that may take longer than others; such questions are computed one at a time.

        Raises:
            BusyError: if too many questions are waiting, of all or of this visitor.
            TooLongError: if it took too long.
            WorkerLostError: if its workers died, or could not be started.
            ClosedError: if the server is stopped.
            Exception: whatever the function raised.
        """
        key = (f"{function.__module__}.{function.__qualname__}", request.model_dump_json())
        if key in self._kept:
            self._kept.move_to_end(key)
            return cast(Answer, self._kept[key])  # the answers of one function have one type
        if key not in self._under_way:
            self._refuse_if_over()
            if len(self._under_way) >= self._waiting or (visitor and self._of[visitor] >= self._waiting / 2):
                raise BusyError(seconds=5)
            task: asyncio.Task[object] = asyncio.create_task(
                self._in_turn(key, function, request, visitor, step, seconds)
            )
            self._under_way[key] = task
            self._of[visitor] += 1
            task.add_done_callback(lambda done: self._finished(key, visitor, done))
        try:
            return cast(Answer, await asyncio.shield(self._under_way[key]))  # who leaves stops nobody else
        except asyncio.CancelledError:
            self._refuse_if_over()
            raise

    def _refuse_if_over(self) -> None:
        if self._closed:
            raise ClosedError("The server is being stopped.") from None
        if self._broken:
            raise WorkerLostError(NO_WORKERS) from None

    def _finished(self, key: Key, visitor: str, task: asyncio.Task[object]) -> None:
        del self._under_way[key]
        self._of[visitor] -= 1
        if not self._of[visitor]:
            del self._of[visitor]
            self._turns.pop(visitor, None)
        if not task.cancelled():
            task.exception()  # seen, even if everybody who asked is gone

    async def _in_turn(
        self,
        key: Key,
        function: Callable[[Request], Answer],
        request: Request,
        visitor: str,
        step: int,
        seconds: float | None,
    ) -> Answer:
        """Few questions of one visitor are in line for the workers at a time, so that others' come in between."""
        if seconds is not None:
            turns = self._long
        elif visitor:
            turns = self._turns.setdefault(visitor, WaitingLine([None] * self._size))
        else:
            return await self._computed(key, function, request, step, self._seconds)
        await turns.get(step)
        try:
            return await self._computed(key, function, request, step, seconds or self._seconds)
        finally:
            turns.put(None)

    async def _computed(
        self, key: Key, function: Callable[[Request], Answer], request: Request, step: int, seconds: float
    ) -> Answer:
        for _ in range(self._crew.tries):
            executor = await self._free.get(step)
            gone = False
            try:
                work = asyncio.get_running_loop().run_in_executor(executor, function, request)
                answer = await asyncio.wait_for(work, seconds)
            except TimeoutError:
                gone = True
                raise TooLongError(
                    f"This takes longer than {seconds:.0f} seconds. Choose fewer people, weeks or replications."
                ) from None
            except Exception as error:
                if not self._crew.is_loss(error):
                    raise
                gone = True
            else:
                self._remember(key, answer)
                return answer
            finally:
                if gone:
                    self._part_with(executor)
                    self._waken()
                else:
                    self._free.put(executor)
        raise WorkerLostError("The process that computed this was ended from outside. Try again, with fewer people.")

    def _remember(self, key: Key, answer: object) -> None:
        self._kept[key] = answer
        while len(self._kept) > self._most_kept:
            self._kept.popitem(last=False)

    def _waken(self, again: int = MOST_TRIES) -> None:
        """Begin with another worker, who is asked once they are awake."""
        task = asyncio.create_task(self._awake(again))
        self._waking.add(task)
        task.add_done_callback(self._woken)

    async def _awake(self, again: int) -> None:
        """Wait until a worker has loaded the rules, so that no question's time is spent on it; one that dies is replaced."""
        executor = await _beside(self._hired)
        try:
            await asyncio.get_running_loop().run_in_executor(executor, usable_cores)
        except Exception as error:
            self._part_with(executor)
            if self._closed or not again or not self._crew.is_loss(error):
                raise
            self._waken(again - 1)
        else:
            self._ready = True
            self._free.put(executor)

    def _hired(self) -> Executor:
        with self._birth:
            if self._closed:
                raise ClosedError("The server is being stopped.")
            executor = self._crew.open()
            executor.submit(_give_way)  # waits for the process of which workers are born
            self._all.append(executor)
        return executor

    def _part_with(self, executor: Executor) -> None:
        self._all.remove(executor)
        self._crew.close(executor)

    def _woken(self, task: asyncio.Task[None]) -> None:
        self._waking.discard(task)
        if task.cancelled() or not (error := task.exception()) or self._closed:
            return
        _log.error("a worker could not be started", exc_info=error)
        if not self._all and not self._waking:
            self._broken = True
            for question in self._under_way.values():
                question.cancel()


async def _beside(work: Callable[[], Executor]) -> Executor:
    """What a thread returns that nobody waits for when the program ends, unlike those of `asyncio.to_thread`."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Executor] = loop.create_future()

    def tell(say: Callable[..., None], said: object) -> None:
        if not done.cancelled():
            say(said)

    def run() -> None:
        with suppress(RuntimeError):  # the loop has ended meanwhile
            try:
                result = work()
            except Exception as error:
                loop.call_soon_threadsafe(tell, done.set_exception, error)
            else:
                loop.call_soon_threadsafe(tell, done.set_result, result)

    threading.Thread(target=run, daemon=True).start()
    return await done


def _give_way() -> None:
    """In a worker: let the process that answers everybody go first."""
    if hasattr(os, "nice"):
        os.nice(NICE)
