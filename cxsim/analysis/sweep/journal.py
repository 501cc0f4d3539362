"""The journal of a block that is not complete: one record a finished run, whatever its order.

Record: magic, run number, length, CRC-32 over those and the payload, then the payload. A record that was being written
when the driver died is cut off when the journal is next opened; all before it count.
"""

import errno
import os
import struct
import zlib
from collections.abc import Iterator, Set
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

_HEAD = struct.Struct("<4sQI")
_CHECK = struct.Struct("<I")
_BEFORE = _HEAD.size + _CHECK.size  # the payload
_MAGIC = b"cxs3"


def record(run: int, payload: bytes) -> bytes:
    """One run as it stands in a journal."""
    head = _HEAD.pack(_MAGIC, run, len(payload))
    return head + _CHECK.pack(zlib.crc32(payload, zlib.crc32(head))) + payload


def records(file: BinaryIO) -> Iterator[tuple[int, bytes, int]]:
    """(run, payload, where the record ends) of every record up to the first that is torn; one in memory at a time."""
    end, size = 0, file.seek(0, os.SEEK_END)
    file.seek(0)
    while len(before := file.read(_BEFORE)) == _BEFORE:
        magic, run, length = _HEAD.unpack_from(before)
        (check,) = _CHECK.unpack_from(before, _HEAD.size)
        if magic != _MAGIC or end + _BEFORE + length > size:
            return
        payload = file.read(length)
        if zlib.crc32(payload, zlib.crc32(before[: _HEAD.size])) != check:
            return
        end += _BEFORE + length
        yield run, payload, end


class Journal:
    """The journal of one block, open for writing.

    Args:
        path: its file; made if needed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._places: dict[int, tuple[int, int]] = {}  # where the payload of each run begins, and its length
        self._end = 0
        with path.open("a+b") as file:
            for run, payload, end in records(file):
                self._places[run] = (end - len(payload), len(payload))
                self._end = end
        self._file = path.open("r+b", buffering=0)
        self._file.truncate(self._end)
        self._file.seek(self._end)

    @property
    def runs(self) -> Set[int]:
        """Numbers of the runs that it holds."""
        return self._places.keys()

    def add(self, run: int, payload: bytes) -> None:
        """Write a finished run, once however often it was lived.

        Raises:
            OSError: if it cannot be written, as on a full disk; what was written before stays sound.
        """
        if run in self._places:
            return
        data = record(run, payload)
        try:
            if self._file.write(data) != len(data):
                raise OSError(errno.ENOSPC, "it was not written whole; the disk is full", str(self.path))
        except BaseException:
            self._file.truncate(self._end)
            self._file.seek(self._end)
            raise
        self._places[run] = (self._end + _BEFORE, len(payload))
        self._end += len(data)

    def payload(self, run: int) -> bytes:
        """What a run left.

        Raises:
            OSError: if the file has changed since it was written.
        """
        start, length = self._places[run]
        self._file.seek(start)
        payload = self._file.read(length)
        self._file.seek(self._end)
        if len(payload) < length:
            raise OSError(f"{self.path} is shorter than it was; --resume lives again what it lost")
        return payload

    def close(self) -> None:
        """Close the file; it stays."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
