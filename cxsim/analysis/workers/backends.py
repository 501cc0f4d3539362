"""Who does the work: threads of this process, processes of this machine, or an executor that is given; all one to the driver."""

import multiprocessing as mp
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import connection, forkserver, resource_tracker
from typing import Any, Protocol

from cxsim.analysis.workers.threads import usable_cores

_ONE_THREAD = {"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class WorkersLostError(ValueError):
    """All workers are gone for good, as when the scheduler of a cluster cannot be reached, or not any more."""


class Backend(Protocol):
    """Something that can open an executor.

    Attributes:
        size: workers that run side by side.
        tries: how often a run may lose its worker before it counts as failed.
        breaks: whether the executor is of no use any more when a worker died.
        imports: whether workers import the classes they are handed, by name.
    """

    size: int
    tries: int
    breaks: bool
    imports: bool

    def open(self) -> Executor:
        """An executor ready for work; called again when the last one broke."""
        ...

    def close(self, executor: Executor) -> None:
        """End an executor at once, whatever it is doing."""
        ...

    def is_loss(self, error: BaseException) -> bool:
        """Whether an exception says that a worker died, not that the work failed.

        Raises:
            WorkersLostError: if it says that all workers are gone for good.
        """
        ...

    def check(self) -> None:
        """Asked about once a second.

        Raises:
            WorkersLostError: if all workers are gone for good.
        """
        ...


class Threads:
    """Threads of this process: the compiled rules hold no interpreter lock."""

    tries, breaks, imports = 1, False, False

    def __init__(self, size: int = 1) -> None:
        self.size = size

    def open(self) -> Executor:
        """A pool of threads."""
        return ThreadPoolExecutor(self.size)

    def close(self, executor: Executor) -> None:
        """Wait for what is under way."""
        executor.shutdown(cancel_futures=True)

    def is_loss(self, error: BaseException) -> bool:
        """Threads do not die alone."""
        return False

    def check(self) -> None:
        """They are always there."""


class Processes:
    """Processes of this machine, born of a fork server that has loaded the rules (on Windows each for itself).

    Args:
        size: how many.
        preload: the module that the fork server imports; it starts once in the life of a program.
    """

    tries, breaks, imports = 3, True, True

    def __init__(self, size: int, preload: str = "cxsim.analysis.workers.preload") -> None:
        self.size = size
        self._preload = preload

    def open(self) -> Executor:
        """A pool of processes."""
        if sys.platform == "win32":
            return ProcessPoolExecutor(self.size, mp.get_context("spawn"), _begin_worker)
        context = mp.get_context("forkserver")
        context.set_forkserver_preload([self._preload])
        with _environment(_ONE_THREAD), _deaf_to_ctrl_c():
            forkserver.ensure_running()
        return ProcessPoolExecutor(self.size, context, _begin_worker)

    def close(self, executor: Executor) -> None:
        """Kill the workers: what they were doing is done again by whoever resumes."""
        processes = getattr(executor, "_processes", None) or {}
        for process in list(processes.values()):
            process.kill()
        executor.shutdown(cancel_futures=True)

    def end_births(self) -> None:
        """End the process of which workers are born, as the program ends: it may be compiling for long.

        An executor that another thread is giving its first work meanwhile is of no use any more, not even to be closed.
        """
        born_of = getattr(getattr(forkserver, "_forkserver", None), "_forkserver_pid", None)
        if born_of is not None:
            with suppress(ProcessLookupError):
                os.kill(born_of, signal.SIGKILL)

    def is_loss(self, error: BaseException) -> bool:
        """A worker that is killed breaks the whole pool."""
        return isinstance(error, BrokenProcessPool)

    def check(self) -> None:
        """A pool says by its futures that it is broken."""


class Given:
    """An executor of somebody else, who also ends it: any that `concurrent.futures` knows, here or far away.

    Args:
        executor: what takes the work; it must be able to load cxsim, and to pickle if it is another process.
        size: workers that it has; the cores of this machine when left out.
    """

    tries, breaks = 1, False

    def __init__(self, executor: Executor, size: int | None = None) -> None:
        self.size = size or usable_cores()
        self.imports = isinstance(executor, ProcessPoolExecutor)
        self._executor = executor

    def open(self) -> Executor:
        """The executor, lent."""
        return _Lent(self._executor)

    def close(self, executor: Executor) -> None:
        """Take back what is not begun; the executor stays open."""
        executor.shutdown(wait=False, cancel_futures=True)

    def is_loss(self, error: BaseException) -> bool:
        """Work that was taken from us, or an executor that broke, whom only its owner can replace."""
        if isinstance(error, BrokenExecutor | CancelledError):
            raise WorkersLostError("the executor takes no more work; what is finished is kept, resume with a new one")
        return False

    def check(self) -> None:
        """It says by its futures that it is broken."""


class _Lent(Executor):
    """Hands work on, and at its end cancels only its own."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._futures: set[Future[Any]] = set()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future = self._executor.submit(fn, *args, **kwargs)
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        for future in list(self._futures) if cancel_futures else ():
            future.cancel()


def backend_of(workers: Backend | Executor) -> Backend:
    """A backend as it is, or that of an executor."""
    return Given(workers) if isinstance(workers, Executor) else workers


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """What is started here does not hear Ctrl-C, which a terminal sends to all; who started it hears it right after."""
    resource_tracker.ensure_running()  # as it begins it lets Ctrl-C through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _begin_worker() -> None:
    """Ctrl-C is the driver's business, and no worker outlives its driver."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_driver, daemon=True).start()


def _end_with_driver() -> None:
    driver = mp.parent_process()
    if driver is not None:
        connection.wait([driver.sentinel])
        os._exit(1)
