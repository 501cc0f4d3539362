"""What a run leaves behind, as the bytes that travel from worker to driver and lie in the journal.

Weekly numbers are small: each column is sent in the narrowest whole numbers that hold it, which the driver, who reads
everything, takes as they are. Stories are laid byte by byte side by side and compressed: most of their bytes are zero.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxsim.sweep.store.people import PEOPLE

_HEAD = struct.Struct("<BHII")  # kind, weekly columns, their rows, people
_LIVED, _FAILED = 0, 1
_WIDTHS = [np.dtype(name) for name in ("<u1", "<u2", "<i4", "<i8")]
_LIMITS = [(int(np.iinfo(width).min), int(np.iinfo(width).max)) for width in _WIDTHS]
MOST_LETTERS = 500  # of an error


@dataclass(frozen=True)
class Left:
    """What a run leaves behind.

    Attributes:
        figures: in the order of `FIGURES`; None if the run failed.
        weeks: whole numbers, a column for each measure, a row a week and brand; None if they are not kept.
        people: records of `PEOPLE`, shape (people,); None if they are not kept.
        error: why the run failed; empty if it did not.
    """

    figures: NDArray[np.float64] | None = None
    weeks: Sequence[NDArray[np.integer]] | None = None
    people: NDArray[np.void] | None = None
    error: str = ""

    def packed(self) -> bytes:
        """As bytes."""
        if self.figures is None:
            return _HEAD.pack(_FAILED, 0, 0, 0) + self.error[:MOST_LETTERS].encode(errors="replace")
        columns = self.weeks or []
        widths = [_width(column) for column in columns]
        people = np.zeros(0, PEOPLE) if self.people is None else self.people
        return b"".join(
            [
                _HEAD.pack(_LIVED, len(columns), len(columns[0]) if columns else 0, len(people)),
                self.figures.astype("<f8").tobytes(),
                bytes(widths),
                *(column.astype(_WIDTHS[width]).tobytes() for column, width in zip(columns, widths, strict=True)),
                _compressed(people),
            ]
        )

    @classmethod
    def unpacked(cls, data: bytes, figures: int) -> "Left":
        """From bytes, with so many figures."""
        kind, columns, rows, people = _HEAD.unpack_from(data)
        if kind == _FAILED:
            return cls(error=data[_HEAD.size :].decode())
        values = np.frombuffer(data, "<f8", figures, _HEAD.size).astype(np.float64)
        place = _HEAD.size + 8 * figures
        widths = [_WIDTHS[width] for width in data[place : place + columns]]
        place += columns
        weeks = []
        for width in widths:
            weeks.append(np.frombuffer(data, width, rows, place))
            place += rows * width.itemsize
        return cls(values, weeks or None, _people_of(data[place:], people) if people else None)


def weekly_columns(tally: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """What is kept of a tally of shape (weeks, brands, measures)."""
    return list(np.moveaxis(tally, -1, 0).reshape(tally.shape[-1], -1))


def _width(column: NDArray[np.integer]) -> int:
    """Which of `_WIDTHS` is the narrowest that holds a column."""
    low, high = int(column.min(initial=0)), int(column.max(initial=0))
    return next(width for width, (least, most) in enumerate(_LIMITS) if least <= low and high <= most)


def _compressed(people: NDArray[np.void]) -> bytes:
    if not people.size:
        return b""
    side_by_side = people.view(np.uint8).reshape(people.size, PEOPLE.itemsize).T
    packed: bytes = pa.compress(side_by_side.tobytes(), codec="lz4", asbytes=True)
    return packed


def _people_of(packed: bytes, count: int) -> NDArray[np.void]:
    """Records of `PEOPLE`, shape (count,)."""
    side_by_side = np.frombuffer(
        pa.decompress(packed, decompressed_size=count * PEOPLE.itemsize, codec="lz4"), np.uint8
    )
    records = np.ascontiguousarray(side_by_side.reshape(PEOPLE.itemsize, count).T)
    return records.view(PEOPLE).reshape(count)
