"""One file, written whole or not at all; nothing of the user's is written over unless asked for."""

import os
from pathlib import Path


class ResultsExistError(ValueError):
    """The place for results holds something already."""


def check_file_free(file: Path, overwrite: bool) -> None:
    """Refuse to write over a file, unless asked to.

    Raises:
        ResultsExistError: if the file is a folder, or is there and `overwrite` is false.
    """
    if file.is_dir():
        raise ResultsExistError(f"{file} is a folder; give a file")
    if file.exists() and not overwrite:
        raise ResultsExistError(f"{file} exists already; choose another name, or add --overwrite to replace it")


def put_file(file: Path, content: str | bytes, overwrite: bool = False, make_folder: bool = True) -> None:
    """Write a text, or bytes, whole or not at all: a disk that is full leaves nothing behind.

    Raises:
        ResultsExistError: as `check_file_free`.
        OSError: naming the file, if it cannot be written.
    """
    check_file_free(file, overwrite)
    if make_folder:
        file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}-{os.getpid()}")
    try:
        part.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        part.replace(file)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(file)) from None
    finally:
        part.unlink(missing_ok=True)
