"""What a run leaves behind, as the bytes that travel from worker to driver and lie in the journal.

Numbers are laid byte by byte side by side before they are compressed: the high bytes of small counts are all zero, so
the fast LZ4 is enough, and the driver, which unpacks everything, hardly notices.
"""

import struct
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxsim.sweep.people import PEOPLE

_HEAD = struct.Struct("<B5I")  # kind, shape of the tally, people, bytes of the tally
_LIVED, _FAILED = 0, 1
MOST_LETTERS = 500  # of an error


@dataclass(frozen=True)
class Left:
    """What a run leaves behind.

    Attributes:
        figures: in the order of `FIGURES`; None if the run failed.
        tally: whole numbers, shape (weeks, brands, measures); None if they are not kept.
        people: records of `PEOPLE`, shape (people,); None if they are not kept.
        error: why the run failed; empty if it did not.
    """

    figures: NDArray[np.float64] | None = None
    tally: NDArray[np.int64] | None = None
    people: NDArray[np.void] | None = None
    error: str = ""

    def packed(self) -> bytes:
        """As bytes."""
        if self.figures is None:
            return _HEAD.pack(_FAILED, 0, 0, 0, 0, 0) + self.error[:MOST_LETTERS].encode(errors="replace")
        tally = np.zeros((0, 0, 0), np.int64) if self.tally is None else self.tally
        people = np.zeros(0, PEOPLE) if self.people is None else self.people
        weekly = _compressed(np.ascontiguousarray(np.moveaxis(tally, -1, 0), "<i8"))  # a column after the other
        head = _HEAD.pack(_LIVED, *tally.shape, len(people), len(weekly))
        return head + self.figures.astype("<f8").tobytes() + weekly + _compressed(people)

    @classmethod
    def unpacked(cls, data: bytes, figures: int) -> "Left":
        """From bytes, with so many figures."""
        kind, weeks, brands, measures, people, weekly = _HEAD.unpack_from(data)
        if kind == _FAILED:
            return cls(error=data[_HEAD.size :].decode())
        values = np.frombuffer(data, "<f8", figures, _HEAD.size).astype(np.float64)
        start = _HEAD.size + 8 * figures
        tally = _bytes_of(data[start : start + weekly], 8, measures * weeks * brands).view("<i8")
        stories = _bytes_of(data[start + weekly :], PEOPLE.itemsize, people).view(PEOPLE)
        return cls(
            values,
            np.moveaxis(tally.reshape(measures, weeks, brands), 0, -1) if tally.size else None,
            stories.reshape(people) if people else None,
        )


def _compressed(array: NDArray[np.generic]) -> bytes:
    if not array.size:
        return b""
    side_by_side = array.reshape(-1).view(np.uint8).reshape(array.size, array.itemsize).T
    packed: bytes = pa.compress(side_by_side.tobytes(), codec="lz4", asbytes=True)
    return packed


def _bytes_of(packed: bytes, size: int, count: int) -> NDArray[np.uint8]:
    """Numbers or records of so many bytes, shape (count, size)."""
    whole = np.zeros((count, size), np.uint8)
    if count:
        side_by_side = np.frombuffer(pa.decompress(packed, decompressed_size=count * size, codec="lz4"), np.uint8)
        for place, own in enumerate(side_by_side.reshape(size, count)):
            if own.any():  # most high bytes are zero everywhere
                whole[:, place] = own
    return whole
