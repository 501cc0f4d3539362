"""The bytes of a data file: gzip or not, and which text encoding they are in."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from cxsim.calibration.data.problems import DataError

_BLOCK = 1 << 20
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1")  # xlsx or zip, xls, Parquet
_GZIP = b"\x1f\x8b"
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SAVE_AS = "Save it as CSV with encoding UTF-8."


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked when it is gzip; what the disk or gzip objects to becomes a `DataError`."""
    if path.is_dir():
        raise DataError(path, "this is a folder, not a file.", "Name one CSV file in it.")
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == _GZIP
            raw.seek(0)
            yield cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if packed else raw
    except FileNotFoundError:
        raise DataError(path, "there is no such file.", "Check the name and the folder.") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise DataError(path, "the gzip file is damaged or cut short.", "Export it again, or unpack it.") from None
    except OSError as error:
        raise DataError(
            path, f"cannot be read: {error.strerror or error}.", "Check that the file may be read."
        ) from None


def encoding_of(path: Path) -> tuple[str, str]:
    """Which encoding a text file is in, as Python names it, and in words.

    A byte order mark decides; without one, UTF-8 when every byte allows it, else Windows-1252.

    Raises:
        DataError: when it is no text, or in neither encoding.
    """
    with opened(path) as file:
        start = file.read(4)
    if start in _WORKBOOKS:
        raise DataError(path, "this is a workbook, an archive or a Parquet file, not text.", _SAVE_AS)
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            if not _is_text(path, encoding):
                raise DataError(path, f"begins as {encoding.upper()} but does not go on so.", _SAVE_AS)
            return encoding, f"Text is {'UTF-16' if encoding == 'utf-16' else 'UTF-8'}, as the file's mark says."
    if _is_text(path, "utf-8"):
        return "utf-8", "Text is UTF-8."
    if _is_text(path, "cp1252"):
        return "cp1252", "Text is not UTF-8; it is read as Windows-1252 (Western European)."
    raise DataError(path, "the text is neither UTF-8 nor Windows-1252.", _SAVE_AS)


def _is_text(path: Path, encoding: str) -> bool:
    with opened(path) as file, io.TextIOWrapper(file, encoding=encoding) as text:
        try:
            while block := text.read(_BLOCK):
                if "\0" in block:
                    raise DataError(path, "holds zero bytes, so it is no text, or UTF-16 without a mark.", _SAVE_AS)
        except UnicodeError:
            return False
    return True
