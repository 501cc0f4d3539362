"""A checksum with every table of a study: what a disk, a copy or a hand has changed is refused, never read as figures.

Beside `runs/block-000123.parquet` and what belongs to it lies `sums/block-000123.json`, written just before the block is complete.
Folders of before have none; their tables are read as they are, and that is said once.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from cxsim.analysis.results.folder import sha256_of

SUMS = "sums"


class DamagedError(ValueError):
    """A table of a study that is not what was written; the message names its file."""

    def __init__(self, file: Path, what: str, remedy: str = "--resume lives its runs again") -> None:
        super().__init__(f"{file} {what}; `cxsim sweep STUDY -o {_folder_of(file)}` with {remedy}")


def _folder_of(file: Path) -> Path:
    return file.parent if file.suffix == ".parquet" and not file.stem.startswith("block-") else file.parent.parent


def sums_file(name: str) -> str:
    """Where the checksums of a table, and of those that belong to it, lie in the folder."""
    return f"{SUMS}/{Path(name).stem}.json"


def sums_text(sums: Mapping[str, str]) -> str:
    """Checksums as they are written: SHA-256 by the name of the file in the folder."""
    return json.dumps(dict(sorted(sums.items())), indent=1) + "\n"


def check(folder: Path, name: str) -> None:
    """Refuse a table that is not what was written.

    Args:
        folder: of the study.
        name: of the table's file in it.

    Raises:
        DamagedError: naming the file.
    """
    file = folder / name
    known = _sums_of(folder, name)
    if not file.is_file():
        raise DamagedError(file, "is missing")
    if known is None:
        _say_unchecked(folder)
    elif known.get(name) != sha256_of(file):
        raise DamagedError(file, "is damaged: it is not what was written")


def read(folder: Path, name: str, columns: list[str] | None = None) -> Any:
    """An Arrow table, if it is what was written.

    Raises:
        DamagedError: naming the file.
    """
    check(folder, name)
    with _whole(folder / name):
        return pq.read_table(folder / name, columns=columns)


def columns_of(folder: Path, name: str) -> list[str]:
    """The columns of a table that can be read.

    Raises:
        DamagedError: naming the file.
    """
    if not (folder / name).is_file():
        raise DamagedError(folder / name, "is missing")
    with _whole(folder / name):
        return [str(column) for column in pq.read_schema(folder / name).names]


@contextmanager
def _whole(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DamagedError(file, f"cannot be read ({error})") from None
    except ValueError:  # what pyarrow raises about what it cannot understand
        raise DamagedError(file, "is damaged: it is no whole table") from None


def is_sound(folder: Path, names: Iterable[str]) -> bool:
    """Whether tables are there and what was written; those without a checksum have to be whole, at least."""
    try:
        for name in names:
            check(folder, name)
            pq.read_metadata(folder / name)
    except (OSError, ValueError):
        return False
    return True


def _sums_of(folder: Path, name: str) -> dict[str, str] | None:
    try:
        known = json.loads((folder / sums_file(name)).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        known = None
    return known if isinstance(known, dict) else {}


@cache
def _say_unchecked(folder: Path) -> None:
    print(f"cxsim: {folder} holds tables from before there were checksums; they are read unchecked", file=sys.stderr)
