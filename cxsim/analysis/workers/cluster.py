"""Workers of other machines: those of a Dask scheduler that is already running."""

import importlib
import logging
import time
from concurrent.futures import Executor
from typing import Any

import cxsim
from cxsim.analysis.workers.backends import WorkersLostError
from cxsim.engine.fingerprint import rules

SECONDS_TO_ANSWER = 10
TIMES_TO_ASK, SECONDS_BETWEEN = 3, 1.0  # a worker that is lost before work begins
_COMM_CLOSED = "CommClosedError"
_GONE = "the cluster is gone; what is finished is kept, --resume goes on, also without it"


class Cluster:
    """The workers of a Dask scheduler that is already running.

    Args:
        address: of the scheduler, such as tcp://host:8786.

    Raises:
        ValueError: if Dask is not installed.
        WorkersLostError: if nobody answers there, or it has no workers, or they have another cxsim.
    """

    # Dask has tried on other workers before it says that a run kills them, and sends classes that cannot be imported.
    tries, breaks, imports = 1, False, False

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
        except WorkersLostError:
            self._client.close()
            raise

    def _connected(self) -> Any:
        try:
            return self._distributed.Client(self._address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
        except (OSError, ValueError) as error:
            raise WorkersLostError(f"no scheduler answers at {self._address}: {error}") from None

    def _check(self) -> None:
        if not self.size:
            raise WorkersLostError(f"the scheduler at {self._address} has no workers")
        versions = {*map(str, self._versions_of_workers().values()), self._version_of_scheduler()} - {_version()}
        if versions:
            raise WorkersLostError(
                f"at {self._address} there is cxsim {', '.join(sorted(versions))}; this is {_version()}. Numbers may "
                "differ: install the same cxsim on all machines, and the same Numba"
            )

    def _versions_of_workers(self) -> dict[str, str]:
        """What every worker has; those that are lost while they are asked are not asked again, the others are.

        Raises:
            WorkersLostError: if one cannot load cxsim, or workers are lost again and again.
        """
        lost: list[str] = []
        for _ in range(TIMES_TO_ASK):
            answers: dict[str, Any] = self._client.run(_version, on_error="return")
            lost = [worker for worker, answer in answers.items() if _is_lost(answer)]
            failed = next(
                (each for each in answers.values() if isinstance(each, Exception) and not _is_lost(each)), None
            )
            if failed is not None:
                raise self._cannot_load(failed)
            if answers and not lost:
                self.size = sum(self._client.nthreads().values())
                return answers
            time.sleep(SECONDS_BETWEEN)  # until the scheduler has noticed
        said = f"workers at {self._address} are lost while they are asked: {', '.join(lost) or 'all of them'}"
        raise WorkersLostError(f"{said}. Start them again, or wait until the scheduler has noticed")

    def _version_of_scheduler(self) -> str:
        try:
            return str(self._client.run_on_scheduler(_version))
        except Exception as error:  # whatever it raises, it cannot do the work
            raise self._cannot_load(error) from None

    def _cannot_load(self, error: Exception) -> WorkersLostError:
        message = f"the scheduler or a worker at {self._address} cannot load cxsim[cluster,parquet]: {error}"
        return WorkersLostError(message)

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
            raise WorkersLostError(_GONE)
        return False

    def check(self) -> None:
        """Whether the scheduler is still there: a result that was on its way when it was lost is never heard of again."""
        if self._client.status != "running":
            raise WorkersLostError(_GONE)


def _is_lost(answer: object) -> bool:
    """Whether what came instead of an answer says that nobody is there."""
    return isinstance(answer, ConnectionError | TimeoutError) or type(answer).__name__ == _COMM_CLOSED


def _is_no_lost_connection(record: logging.LogRecord) -> bool:
    return not record.exc_info or getattr(record.exc_info[0], "__name__", "") != _COMM_CLOSED


def _version() -> str:
    """The version and the rules of the machine it is asked on."""
    import pyarrow  # noqa: F401  # what a run leaves is packed with it

    return f"{cxsim.__version__} with rules {rules()}"
