"""What is handed out and what comes back: keys of runs, and the bytes a run leaves, for the journal and for the way there.

Weekly numbers are small: each column is sent in the narrowest whole numbers that hold it, which the driver, who reads
everything, takes as they are. Stories are laid byte by byte side by side and compressed: most of their bytes are zero.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxsim.engine.simulate import Run
from cxsim.scenario import Scenario

PEOPLE = np.dtype(
    [
        ("margin", "<i8"),  # in 1/MONEY_UNIT of the currency
        ("satisfaction", "<f4"),
        ("purchases", "<u2"),
        ("loop_purchases", "<u2"),
        ("complaints", "<u2"),
        ("converts", "<u2"),
        ("segment", "u1"),
        ("status", "u1"),
        ("stage", "u1"),
        ("cause", "u1"),
        ("customer", "?"),
    ]
)
_OF_BONDS = ("margin", "satisfaction", "purchases", "loop_purchases", "complaints", "converts", "customer")
_HEAD = struct.Struct("<BHII")  # kind, weekly columns, their rows, people
_LIVED, _FAILED = 0, 1
_WIDTHS = [np.dtype(name) for name in ("<u1", "<u2", "<i4", "<i8")]
_LIMITS = [(int(np.iinfo(width).min), int(np.iinfo(width).max)) for width in _WIDTHS]
MOST_LETTERS = 500  # of an error


@dataclass(frozen=True, order=True)
class Key:
    """One run: its number, which scenario (point x world x plan) it lives, and with which replication's luck."""

    run: int
    scenario: int
    replication: int


class Done(NamedTuple):
    """What came of a chunk: seconds it took, and what each run left, by number."""

    seconds: float
    left: dict[int, bytes]


@dataclass(frozen=True)
class RunRecord:
    """What a run leaves behind.

    Attributes:
        figures: in the order they were asked for; None if the run failed.
        weeks: whole numbers, a column for each measure and count, a row a week and brand; None if they are not kept.
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
    def unpacked(cls, data: bytes, figures: int) -> "RunRecord":
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


def weekly_columns(
    tally: NDArray[np.int64], counted: NDArray[np.void] | None = None, counts: Sequence[str] = ()
) -> list[NDArray[np.int64]]:
    """What is kept of the weeks.

    Args:
        tally: shape (weeks, brands, measures).
        counted: what mechanisms count, by name, shape (weeks, brands).
        counts: names of what is kept of it; 0 where this market does not count it.
    """
    own = () if counted is None else counted.dtype.names or ()
    nothing = np.zeros(tally.shape[0] * tally.shape[1], np.int64)
    kept = [nothing if counted is None or name not in own else counted[name].reshape(-1) for name in counts]
    return [*np.moveaxis(tally, -1, 0).reshape(tally.shape[-1], -1), *kept]


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


def people_of(lived: Run, scenario: Scenario) -> NDArray[np.void]:
    """What the table keeps of everybody, shape (people,)."""
    kept = np.zeros(len(lived.state.people), PEOPLE)
    bonds = lived.state.bonds[:, scenario.focal]
    for name in _OF_BONDS:
        kept[name] = bonds[name]
    kept["segment"] = lived.state.people["segment"]
    for name in ("status", "stage", "cause"):
        kept[name] = getattr(lived.outcome, name)
    return kept
