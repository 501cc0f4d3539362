"""The driver: hands out chunks, never more than a few a worker, and hands each finished run over once.

A worker that dies takes an unknown run with it. All runs that were under way are then lived one by one, with nothing
beside them, so that the one that kills workers is found and no other is blamed.
"""

import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager
from typing import Generic, NamedTuple, TypeVar

from cxsim.analysis.workers.backends import Backend, WorkersLostError
from cxsim.analysis.workers.run_record import Done, Key, RunRecord

CHUNKS_A_WORKER = 4  # under way or waiting
SECONDS_A_CHUNK = 1.0
TICK = 1.0  # seconds after which progress is told although nothing finished

WORKER_DIED = "its worker died each time (killed, or out of memory)"

Work = TypeVar("Work")  # of some runs, as a worker is handed it


class _Sent(NamedTuple):
    """A chunk that is under way, and whether nothing is beside it."""

    keys: list[Key]
    alone: bool


class Driver(Generic[Work]):
    """Lives runs with a backend.

    Args:
        backend: who does the work.
        task: what they do; picklable.
        chunk_of: puts a chunk together.
        finished: is handed each run, once, and what it left.
        tick: is called at least once a second.
    """

    def __init__(
        self,
        backend: Backend,
        task: Callable[[Work], Done],
        chunk_of: Callable[[list[Key]], Work],
        finished: Callable[[Key, bytes], None],
        tick: Callable[[], None],
    ) -> None:
        self.backend, self.task, self.chunk_of, self.finished, self.tick = backend, task, chunk_of, finished, tick
        self.seconds_a_run = 0.0
        self._under_way: dict[Future[Done], _Sent] = {}
        self._suspects: deque[Key] = deque()
        self._losses: dict[int, int] = {}

    @property
    def runs_a_chunk(self) -> int:
        """About a second's worth; one run until it is known how long one takes."""
        return max(1, round(SECONDS_A_CHUNK / self.seconds_a_run)) if self.seconds_a_run else 1

    def live(self, keys: Iterator[list[Key]]) -> None:
        """Live all runs; `keys` gives chunks of them, of the size that `runs_a_chunk` says at the time.

        Raises:
            WorkersLostError: if the cluster is gone.
            OSError: if what is finished cannot be written.
        """
        executor = self.backend.open()
        more = True
        try:
            with _stop_asked() as asked:
                while more or self._under_way or self._suspects:
                    if asked():
                        raise KeyboardInterrupt
                    more = more and (bool(self._suspects) or self._hand_out(executor, keys))
                    if self._suspects and not self._under_way:
                        self._submit(executor, [self._suspects.popleft()], alone=True)
                    done, _ = wait(self._under_way, TICK, FIRST_COMPLETED)
                    if any([self._take(future) for future in done]) and self.backend.breaks:
                        executor = self._new_executor(executor)
                    if self._under_way:
                        self.backend.check()
                    self.tick()
        except (KeyboardInterrupt, WorkersLostError):
            self._keep_what_is_done()
            raise
        finally:
            self.backend.close(executor)

    def _hand_out(self, executor: Executor, keys: Iterator[list[Key]]) -> bool:
        while len(self._under_way) < CHUNKS_A_WORKER * self.backend.size:
            chunk = next(keys, None)
            if chunk is None:
                return False
            self._submit(executor, chunk, alone=False)
        return True

    def _submit(self, executor: Executor, keys: list[Key], alone: bool) -> None:
        try:
            future = executor.submit(self.task, self.chunk_of(keys))
        except Exception as error:  # a pool that broke since the last look
            future = Future()
            future.set_exception(error)
        self._under_way[future] = _Sent(keys, alone)

    def _take(self, future: "Future[Done]") -> bool:
        """Hand over what a chunk left; true if its worker was lost."""
        keys, alone = self._under_way.pop(future)
        try:
            done = future.result()
        except Exception as error:
            if not self.backend.is_loss(error):
                raise
            self._lost(keys, alone)
            return True
        for key in keys:
            self.finished(key, done.left[key.run])
        seconds = done.seconds / len(keys)
        self.seconds_a_run += (seconds - self.seconds_a_run) * (0.2 if self.seconds_a_run else 1.0)
        return False

    def _lost(self, keys: list[Key], alone: bool) -> None:
        for key in keys:
            losses = self._losses[key.run] = self._losses.get(key.run, 0) + 1
            if alone and losses >= self.backend.tries:
                self.finished(key, RunRecord(error=WORKER_DIED).packed())
            else:
                self._suspects.append(key)

    def _new_executor(self, broken: Executor) -> Executor:
        """All that was under way is done or lost with the pool; begin a new one."""
        wait(self._under_way)
        for future in list(self._under_way):
            self._take(future)
        self.backend.close(broken)
        return self.backend.open()

    def _keep_what_is_done(self) -> None:
        for future, (keys, _) in self._under_way.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                for key in keys:
                    self.finished(key, future.result().left[key.run])


@contextmanager
def _stop_asked() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed: asked for between two chunks, so that no file is left half written by it."""
    pressed: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)
