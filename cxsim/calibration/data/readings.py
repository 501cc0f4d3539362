"""Two ways to read the same texts, such as 3/4/2024 or 1.234: the file decides, or the reader refuses to guess."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from cxsim.calibration.data.problems import DataError


class Seen(NamedTuple):
    """A text and the line it stands in."""

    text: str
    line: int

    def __str__(self) -> str:
        return f"{self.text!r} in line {self.line}"


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
                f"{self.column} is written in two ways: {first} can only be read {self.ways[0]}, "
                f"{second} only {self.ways[1]}.",
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
        way = 0 if first else 1
        because = f": {first or second} can be read in no other way" if self.either else ""
        return way, [f"Every {self.column} is read {self.ways[way]}{because}."]
