"""A folder of results: written whole or not at all; nothing of the user's is deleted, one cxsim at a time."""

import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Literal, TextIO

import pandas as pd

import cxsim
from cxsim.analysis.results.files import ResultsExistError as ResultsExistError

Format = Literal["csv", "parquet"]
Draw = Callable[[Path], None]  # saves pictures into the folder it is given

# What a folder holds.
Kind = Literal[
    "run",
    "comparison",
    "calibration",
    "verification",
    "export",
    "portfolio",
    "sensitivity",
    "beliefs",
    "journey",
    "market",
]

FORMAT = 1  # of the files in a folder; whoever reads them back knows what to expect
PACKAGES = ("mesa", "numba", "numpy", "scipy", "pandas", "pydantic")


OLD_COLUMNS = {"loops": "loop_purchases"}  # of the weeks, as they were called before


def write_folder(
    folder: Path,
    kind: Kind,
    manifest: Mapping[str, object],
    tables: Mapping[str, pd.DataFrame],
    texts: Mapping[str, str],
    draw: Draw | None = None,
    table_format: Format = "csv",
    overwrite: bool = False,
) -> None:
    """Write everything beside the folder first, then put it in place; manifest.json, with versions, comes last.

    Args:
        folder: where to; made if needed.
        kind: what is written.
        manifest: what the results depend on, ready for JSON.
        tables: by name without extension.
        texts: by file name.
        draw: saves pictures into a folder.
        table_format: of the tables.
        overwrite: whether results already in the folder are replaced (other files stay).

    Raises:
        ResultsExistError: if the folder is not empty and `overwrite` is false.
    """
    check_free(folder, overwrite)
    folder.parent.mkdir(parents=True, exist_ok=True)
    parts = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, table in tables.items():
            if table_format == "parquet":
                table.to_parquet(parts / f"{name}.parquet", index=False)
            else:
                table.to_csv(parts / f"{name}.csv", index=False)
        for name, text in texts.items():
            (parts / name).write_text(text, encoding="utf-8")
        if draw is not None:
            draw(parts)
        files = {path.name: sha256_of(path) for path in sorted(parts.iterdir())}
        whole = {"format": FORMAT, "kind": kind, **versions(), **manifest, "files": files}
        (parts / "manifest.json").write_text(json.dumps(whole, indent=2), encoding="utf-8")
        folder.mkdir(exist_ok=True)
        for name in _files_of_manifest(folder):  # tables of earlier results would contradict the new manifest
            (folder / name).unlink(missing_ok=True)
        for part in sorted(parts.iterdir(), key=lambda path: path.name == "manifest.json"):
            part.replace(folder / part.name)
    finally:
        shutil.rmtree(parts, ignore_errors=True)


def sha256_of(file: Path) -> str:
    """Of what is in a file."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def versions() -> dict[str, object]:
    """Of all that results depend on: cxsim, its rules and its commit, Python, packages, operating system, processor."""
    from cxsim.engine.fingerprint import rules  # brings Numba, which only who has lived something needs

    return {
        "cxsim": cxsim.__version__,
        "rules": rules(),
        "commit": _commit(),
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        "system": f"{platform.system()} {platform.release()}",
        "processor": f"{platform.machine()} {_kind_of_processor()}",
    }


@cache
def _commit() -> str | None:
    """The Git commit of the checkout that cxsim is run from; None where it is installed, or Git does not say."""
    root = Path(cxsim.__file__).parent.parent
    if not (root / ".git").exists():
        return None
    try:
        asked = subprocess.run(
            ["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return asked.stdout.strip() or None


def _kind_of_processor() -> str:
    """What Numba compiles for, as znver3 or apple-m1."""
    from llvmlite import binding

    return str(binding.get_host_cpu_name())


def _files_of_manifest(folder: Path) -> list[str]:
    """What the results now in the folder say that they wrote there; nothing when that cannot be read."""
    try:
        files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
        return [name for name in files if Path(name).name == name]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def check_free(folder: Path, overwrite: bool) -> None:
    """Refuse to write among files that are there already, unless asked to, and where nothing can be written.

    Raises:
        ResultsExistError: if the folder is a file, or holds anything and `overwrite` is false.
        PermissionError: if the folder could not be made or written.
    """
    above = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    if above != folder.absolute() and not above.is_dir():
        raise ResultsExistError(f"{folder} cannot be a folder, since {above} is a file")
    if not os.access(above, os.W_OK):
        raise PermissionError(f"{above} cannot be written; choose another folder for the results")
    if folder.exists() and not folder.is_dir():
        raise ResultsExistError(f"{folder} is a file; give a folder for the results")
    if folder.is_dir() and any(folder.iterdir()) and not overwrite:
        raise ResultsExistError(
            f"{folder} is not empty; choose another folder, or add --overwrite to replace the results in it "
            "(other files stay)"
        )


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
