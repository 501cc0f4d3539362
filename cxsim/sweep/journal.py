"""The journal of a block that is not complete: one record a finished run, whatever its order.

Record: magic, run number, length, CRC-32 over those and the payload, then the payload. A record that was being written
when the driver died is cut off when the journal is next opened; all before it count.
"""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

_HEAD = struct.Struct("<4sQI")
_CHECK = struct.Struct("<I")
_MAGIC = b"cxs1"


def record(run: int, payload: bytes) -> bytes:
    """One run as it stands in a journal."""
    head = _HEAD.pack(_MAGIC, run, len(payload))
    return head + _CHECK.pack(zlib.crc32(payload, zlib.crc32(head))) + payload


def records(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """(run, payload, where the record ends) of every record up to the first that is torn."""
    start = 0
    before = _HEAD.size + _CHECK.size
    while start + before <= len(data):
        magic, run, length = _HEAD.unpack_from(data, start)
        (check,) = _CHECK.unpack_from(data, start + _HEAD.size)
        payload = data[start + before : start + before + length]
        if magic != _MAGIC or len(payload) < length:
            return
        if zlib.crc32(payload, zlib.crc32(data[start : start + _HEAD.size])) != check:
            return
        start += before + length
        yield run, payload, start


class Journal:
    """The journal of one block, open for writing.

    Args:
        path: its file; made if needed.

    Attributes:
        runs: numbers of the runs that it holds.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.runs: set[int] = set()
        sound = 0
        self._file = path.open("a+b", buffering=0)
        self._file.seek(0)
        for run, _, end in records(self._file.read()):
            self.runs.add(run)
            sound = end
        self._file.truncate(sound)
        self._end = sound

    def add(self, run: int, payload: bytes) -> None:
        """Write a finished run, once however often it was lived.

        Raises:
            OSError: if it cannot be written, as on a full disk; what was written before stays sound.
        """
        if run in self.runs:
            return
        data = record(run, payload)
        try:
            if self._file.write(data) != len(data):
                raise OSError(f"{self.path} was not written whole; is the disk full?")
        except BaseException:
            self._file.truncate(self._end)
            raise
        self._end += len(data)
        self.runs.add(run)

    def payloads(self) -> dict[int, bytes]:
        """Everything written, by run."""
        return {run: payload for run, payload, _ in records(self.path.read_bytes())}

    def close(self) -> None:
        """Close the file; it stays."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
