"""What a run leaves behind, as the bytes that travel from worker to driver and lie in the journal."""

import struct
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SHAPE = struct.Struct("<BIII")  # kind, then the shape of the tally
_LIVED, _FAILED = 0, 1
_FAST = 1  # of zlib: tallies are mostly zeros
MOST_LETTERS = 500  # of an error


@dataclass(frozen=True)
class Left:
    """What a run leaves behind.

    Attributes:
        figures: in the order of `FIGURES`; None if the run failed.
        tally: whole numbers by week, brand and measure; without weeks if they are not kept.
        error: why the run failed; empty if it did not.
    """

    figures: NDArray[np.float64] | None = None
    tally: NDArray[np.int64] | None = None
    error: str = ""

    def packed(self) -> bytes:
        """As bytes."""
        if self.figures is None:
            return _SHAPE.pack(_FAILED, 0, 0, 0) + self.error[:MOST_LETTERS].encode(errors="replace")
        tally = np.zeros((0, 0, 0), np.int64) if self.tally is None else self.tally
        numbers = np.moveaxis(tally, 0, -1).astype("<i8").tobytes()  # each measure's weeks side by side
        return (
            _SHAPE.pack(_LIVED, *tally.shape)
            + self.figures.astype("<f8").tobytes()
            + (zlib.compress(numbers, _FAST) if numbers else b"")
        )

    @classmethod
    def unpacked(cls, data: bytes, figures: int) -> "Left":
        """From bytes, with so many figures."""
        kind, weeks, brands, measures = _SHAPE.unpack_from(data)
        rest = data[_SHAPE.size :]
        if kind == _FAILED:
            return cls(error=rest.decode())
        values = np.frombuffer(rest, "<f8", figures).astype(np.float64)
        if not weeks:
            return cls(values)
        numbers = np.frombuffer(zlib.decompress(rest[8 * figures :]), "<i8").reshape(brands, measures, weeks)
        return cls(values, np.moveaxis(numbers, -1, 0).astype(np.int64))
