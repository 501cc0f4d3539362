"""What cells mean: numbers and days, read one way for a whole column or refused."""

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.data.errors import DataError, line_word

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none"})  # in any case


class Seen(NamedTuple):
    """A text and the line it stands in."""

    text: str
    line: int

    def told(self, path: Path) -> str:
        """The text, and where it stands in its file."""
        return f"{self.text!r} in {line_word(path)} {self.line}"


@dataclass
class Evidence:
    """What the texts of one column say about which of two readings is right.

    Attributes:
        column: whose texts.
        ways: the two readings, in words.
        only: the first text that makes sense in one way only, for each way.
        either: the first text that makes sense in both ways, and not the same.
    """

    column: str
    ways: tuple[str, str]
    only: list[Seen | None] = field(default_factory=lambda: [None, None])
    either: Seen | None = None

    def weigh(self, seen: Seen, first_way: bool, second_way: bool, same: bool) -> None:
        """Take a text into account: does it make sense in each way, and do both ways give the same?"""
        if first_way and second_way:
            if not same:
                self.either = self.either or seen
        elif first_way or second_way:
            way = int(second_way)
            self.only[way] = self.only[way] or seen

    def decide(self, path: Path, remedy: str) -> tuple[int, list[str]]:
        """The way all texts are to be read, 0 or 1, and the assumption in words if it makes a difference.

        Raises:
            DataError: if the texts contradict each other, or make sense in both ways.
        """
        first, second = self.only
        if first and second:
            raise DataError(
                path,
                f"{self.column} is written in two ways: {first.told(path)} can only be read {self.ways[0]}, "
                f"{second.told(path)} only {self.ways[1]}.",
                remedy,
            )
        if not first and not second:
            if self.either:
                raise DataError(
                    path,
                    f"{self.column} {self.either.text!r} could be read {self.ways[0]} or {self.ways[1]}, and "
                    "no row decides it.",
                    remedy,
                    self.either.line,
                )
            return 0, []
        way, seen = (0, first) if first else (1, second)
        because = f": {seen.told(path)} can be read in no other way" if self.either and seen else ""
        return way, [f"Every {self.column} is read {self.ways[way]}{because}."]


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


_WHOLE_AS_DECIMAL = re.compile(r"-?\d+[.]0+")


def read_ids(texts: "pd.Series[str]") -> tuple["pd.Series[str]", list[str]]:
    """Ids without what programs add to them, "" for none, and what was done to them in words.

    A program that holds a column with empty cells as numbers writes 12017 as 12017.0: the same customer.
    """
    ids = texts.str.strip()
    decimal = ids.str.fullmatch(_WHOLE_AS_DECIMAL)
    said = []
    if decimal.any():
        given = str(ids[decimal].iloc[0])
        said = [f"Whole ids that were written as decimals are the same without them: {given} is {given.split('.')[0]}."]
        ids = ids.mask(decimal, ids.str.partition(".")[0])
    return ids.mask(ids.str.lower().isin(MISSING), ""), said


def is_number(text: str) -> bool:
    """Whether a text is a number in any of the ways."""
    return any(number == number for number in _two_ways(text))


def is_doubtful(text: str) -> bool:
    """Whether a text is a number whose value depends on what its comma or point means: 1,234."""
    point, comma = _two_ways(text)
    return point == point and comma == comma and point != comma


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


_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)
_TIME_OF_DAY = r"(?:[T\s]+\d{1,2}:|T\d{4}).*"
ALLOWED = "2024-12-31, 20241231, 31/12/2024 or 12/31/2024, each with or without a time of day"
_WAYS = ("as day/month/year", "as month/day/year")
_ISO = "Write every date as year-month-day: 2024-12-31"


def day_texts(texts: "pd.Series[str]") -> "pd.Series[str]":
    """The part of each text that names the day, without time of day and time zone."""
    return texts.str.replace(_TIME_OF_DAY, "", regex=True).str.strip()


def read_days(path: Path, seen: list[Seen]) -> tuple[NDArray[np.datetime64], list[str]]:
    """The days that some different texts name, NaT for texts that name none, and the assumption in words.

    31/12/2024 and 12/31/2024 are told apart by all texts together: one that makes sense in one way only decides.

    Raises:
        DataError: if the texts contradict each other, or all of them could be read in both ways.
    """
    evidence = Evidence("date", _WAYS)
    both: list[tuple[date | None, date | None]] = []
    for each in seen:
        days = _two_dates(each.text)
        both.append(days)
        evidence.weigh(each, days[0] is not None, days[1] is not None, same=days[0] == days[1])
    way, assumption = evidence.decide(path, _ISO)
    return np.array([days[way] for days in both], dtype="datetime64[D]"), assumption


def _two_dates(text: str) -> tuple[date | None, date | None]:
    """A text as a day with the day first, and with the month first; the same day when the year comes first."""
    if match := _YEAR_FIRST.fullmatch(text):
        day = _day(match[1], match[3], match[4])
        return day, day
    if match := _DIGITS.fullmatch(text):
        day = _day(*match.groups())
        return day, day
    if match := _YEAR_LAST.fullmatch(text):
        return _day(match[4], match[3], match[1]), _day(match[4], match[1], match[3])
    return None, None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
