"""One cxsim at a time."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from cxsim.study.folder import ResultsExistError


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder that exists; nobody else gets it meanwhile.

    Raises:
        ResultsExistError: if somebody else holds it.
    """
    with held_by(folder / ".lock", f"{folder} is being written by another cxsim; wait for its end"):
        yield


@contextmanager
def held_by(file: Path, refusal: str) -> Iterator[None]:
    """Hold what a file stands for; it is made, and left behind.

    Raises:
        ResultsExistError: with the words of `refusal`, if somebody else holds it.
    """
    with file.open("w") as lock:
        if not _hold(lock):
            raise ResultsExistError(refusal)
        yield


def _hold(lock: TextIO) -> bool:
    """Take the lock of a file; the system gives it back when the process ends, however it ends."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
