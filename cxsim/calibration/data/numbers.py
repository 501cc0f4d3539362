"""Numbers as people and programs write them: 1234.5, 1,234.50, 1.234,50, 12,50 €, (12.50), 12.50-."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.calibration.data.problems import DataError
from cxsim.calibration.data.readings import Evidence, Seen
from cxsim.calibration.data.table import MISSING

_WHOLE = r"(?:\d+|[1-9]\d{0,2}(?:%s\d{3})+)"
_POINT = re.compile(rf"-?(?:{_WHOLE % ','}(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_COMMA = re.compile(rf"-?(?:{_WHOLE % '[.]'}(?:,\d*)?|,\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_ORNAMENT = {ord(character): None for character in " \t\u00a0\u202f'\u2019$€£¥%+"} | {ord("\u2212"): "-"}
_LARGEST = 1e15  # whatever is larger was not counted or paid by anybody
_SAME_DECIMALS = "Write every number with a decimal point and without separators of thousands: 1234.50"


@dataclass
class Numbers:
    """A column of numbers, read piece by piece in both ways until the file has decided for one.

    Attributes:
        column: its name.
        unreadable: how many cells hold something that is no number.
        first_unreadable: the first of them.
    """

    column: str
    unreadable: int = 0
    first_unreadable: Seen | None = None
    _evidence: Evidence = field(init=False)
    _ways: tuple[list[NDArray[np.float64]], list[NDArray[np.float64]]] = field(default_factory=lambda: ([], []))

    def __post_init__(self) -> None:
        self._evidence = Evidence(self.column, ("with a decimal point", "with a decimal comma"))

    def add(self, cells: "pd.Series[str]") -> None:
        """Read the next piece of the column; its index is the line of each cell."""
        codes, texts = pd.factorize(cells)
        lines = cells.index[first_places(codes)].tolist()
        both = np.empty((2, len(texts)))
        for place, (text, line) in enumerate(zip(texts.tolist(), lines, strict=True)):
            point, comma = both[:, place] = _two_ways(text)
            if point != point and comma != comma:
                if text.strip().lower() not in MISSING:
                    self.unreadable += int(np.sum(codes == place))
                    self.first_unreadable = self.first_unreadable or Seen(text, line)
            elif point != comma:
                self._evidence.weigh(Seen(text, line), point == point, comma == comma, same=False)
        for way in (0, 1):
            self._ways[way].append(both[way][codes])

    def values(self, path: Path) -> tuple[NDArray[np.float64], list[str]]:
        """The numbers, nan where there is none, and the assumption in words if there is one.

        Raises:
            DataError: if decimals are written in two ways, or every number could be read in both.
        """
        way, assumption = self._evidence.decide(path, _SAME_DECIMALS)
        return np.concatenate(self._ways[way]) if self._ways[way] else np.empty(0), assumption


def read_numbers(path: Path, cells: pd.DataFrame, allowed: str) -> tuple[pd.DataFrame, list[str]]:
    """Columns in which every cell must be empty or a number; empty ones become nan.

    All columns are taken to be written in the same way, so that one cell can decide for all.

    Args:
        path: the file.
        cells: the columns as text, indexed by line.
        allowed: what they may hold, in words.

    Raises:
        DataError: naming the first cell that is no number.
    """
    numbers = Numbers("number")
    for name in cells:
        numbers.add(cells[name])
        if bad := numbers.first_unreadable:
            raise DataError(path, f"{name} {bad.text!r} is not a number.", f"Allowed: {allowed}.", bad.line)
    values, assumption = numbers.values(path)
    return pd.DataFrame(values.reshape(cells.shape[1], -1).T, cells.index, cells.columns), assumption


def is_number(text: str) -> bool:
    """Whether a text is a number in any of the ways."""
    return any(number == number for number in _two_ways(text))


def first_places(codes: NDArray[np.signedinteger]) -> NDArray[np.intp]:
    """Where each code 0, 1, 2, ... stands first, for codes given in order of appearance."""
    return np.flatnonzero(np.diff(np.maximum.accumulate(codes), prepend=-1)) if len(codes) else codes


def _two_ways(text: str) -> tuple[float, float]:
    """A text as a number with decimal point and with decimal comma; nan where it is none."""
    plain = text.translate(_ORNAMENT)
    if plain.endswith("-"):
        plain = f"-{plain[:-1]}"
    elif plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    point = _number(plain.replace(",", "")) if _POINT.fullmatch(plain) else np.nan
    comma = _number(plain.replace(".", "").replace(",", ".")) if _COMMA.fullmatch(plain) else np.nan
    return point, comma


def _number(text: str) -> float:
    number = float(text)
    return number if abs(number) <= _LARGEST else np.nan
