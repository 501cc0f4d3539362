"""Who does the work: threads of this process, processes of this machine, or a Dask cluster; all one executor to the driver."""

import importlib
import logging
import multiprocessing as mp
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection, forkserver
from typing import Any, Protocol

import cxsim

_ONE_THREAD = {"NUMBA_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
SECONDS_TO_ANSWER = 10
_COMM_CLOSED = "CommClosedError"
_GONE = "the cluster is gone; what is finished is kept, --resume goes on, also without it"


class ClusterLostError(ValueError):
    """The scheduler of a cluster cannot be reached, or not any more."""


class Crew(Protocol):
    """Something that can open an executor.

    Attributes:
        size: workers that run side by side.
        tries: how often a run may lose its worker before it counts as failed.
        breaks: whether the executor is of no use any more when a worker died.
    """

    size: int
    tries: int
    breaks: bool

    def open(self) -> Executor:
        """An executor ready for work; called again when the last one broke."""
        ...

    def close(self, executor: Executor) -> None:
        """End an executor at once, whatever it is doing."""
        ...

    def is_loss(self, error: BaseException) -> bool:
        """Whether an exception says that a worker died, not that the work failed.

        Raises:
            ClusterLostError: if it says that all workers are gone for good.
        """
        ...

    def check(self) -> None:
        """Asked about once a second.

        Raises:
            ClusterLostError: if all workers are gone for good.
        """
        ...


class Threads:
    """Threads of this process: the compiled rules hold no interpreter lock."""

    tries, breaks = 1, False

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

    tries, breaks = 3, True

    def __init__(self, size: int, preload: str = "cxsim.sweep.workers.preload") -> None:
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

    def is_loss(self, error: BaseException) -> bool:
        """A worker that is killed breaks the whole pool."""
        return isinstance(error, BrokenProcessPool)

    def check(self) -> None:
        """A pool says by its futures that it is broken."""


class Cluster:
    """The workers of a Dask scheduler that is already running.

    Args:
        address: of the scheduler, such as tcp://host:8786.

    Raises:
        ValueError: if Dask is not installed.
        ClusterLostError: if nobody answers there, or it has no workers, or they have another cxsim.
    """

    tries, breaks = 1, False  # Dask has tried on other workers before it says that a run kills them

    def __init__(self, address: str) -> None:
        try:
            self._distributed: Any = importlib.import_module("distributed")
        except ImportError:
            raise ValueError("--cluster needs the package distributed: pip install 'cxsim[cluster]'") from None
        for name in ("client", "batched", "core"):  # that a scheduler is lost is said by us
            logging.getLogger(f"distributed.{name}").setLevel(logging.CRITICAL)
        logging.getLogger("tornado.application").addFilter(_is_no_lost_connection)
        self._address = address
        self._client = self._connected()
        self._lost = (self._distributed.scheduler.KilledWorker,)
        self.size = sum(self._client.nthreads().values())
        try:
            self._check()
        except ClusterLostError:
            self._client.close()
            raise

    def _connected(self) -> Any:
        try:
            return self._distributed.Client(self._address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
        except (OSError, ValueError) as error:
            raise ClusterLostError(f"no scheduler answers at {self._address}: {error}") from None

    def _check(self) -> None:
        if not self.size:
            raise ClusterLostError(f"the scheduler at {self._address} has no workers")
        try:
            versions = {*self._client.run(_version).values(), self._client.run_on_scheduler(_version)}
        except Exception as error:  # whatever they raise, they cannot do the work
            message = f"the scheduler or a worker at {self._address} cannot load cxsim[cluster,parquet]: {error}"
            raise ClusterLostError(message) from None
        if versions != {cxsim.__version__}:
            raise ClusterLostError(f"there is cxsim {', '.join(versions)}; this is {cxsim.__version__}")

    def open(self) -> Executor:
        """The cluster as an executor."""
        if self._client.status == "closed":  # by the end of the replications before
            self._client = self._connected()
        executor: Executor = self._client.get_executor(pure=False, retries=0)
        return executor

    def close(self, executor: Executor) -> None:
        """Cancel what is not done and leave the cluster running."""
        executor.shutdown(wait=False)
        self._client.close(timeout=2)

    def is_loss(self, error: BaseException) -> bool:
        """Whether a run killed its workers; when the scheduler is lost, all futures are cancelled."""
        if isinstance(error, self._lost):
            return True
        if type(error).__name__ in ("CancelledError", "FutureCancelledError", _COMM_CLOSED, "TimeoutError"):
            raise ClusterLostError(_GONE)
        return False

    def check(self) -> None:
        """Whether the scheduler is still there: a result that was on its way when it was lost is never heard of again."""
        if self._client.status != "running":
            raise ClusterLostError(_GONE)


def _is_no_lost_connection(record: logging.LogRecord) -> bool:
    return not record.exc_info or getattr(record.exc_info[0], "__name__", "") != _COMM_CLOSED


def _version() -> str:
    import pyarrow  # noqa: F401  # what a run leaves is packed with it

    return cxsim.__version__


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """What is started here does not hear Ctrl-C, which a terminal sends to all: who started it decides what to do."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


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
