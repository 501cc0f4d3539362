"""What a study says to one question, in words, tables and pictures; and what it cannot say."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import pandas as pd

from cxsim.analysis.compare.intervals import Estimate
from cxsim.analysis.phrases import ONE_REPLICATION, estimated, short


class Picture(NamedTuple):
    """A picture to draw: its file, which chart of `cxsim.interface.charts`, and what the chart takes."""

    file: str
    chart: Literal["boxes", "indices", "regional", "screening", "tornado", "worlds"]
    arguments: tuple[object, ...]


@dataclass
class Answer:
    """What a study says to one question.

    Attributes:
        question: a heading.
        says: sentences.
        cannot: what the design cannot say, in sentences.
        tables: by name without extension, ready for CSV.
        pictures: to draw.
    """

    question: str
    says: list[str]
    cannot: list[str] = field(default_factory=list)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    pictures: list[Picture] = field(default_factory=list)


def rows_of(table: pd.DataFrame) -> list[Any]:
    """The rows of a table, with its columns as attributes."""
    return list(table.itertuples())


def with_interval(value: Estimate, unit: str = "") -> str:
    """As in "1,234 (1,100 to 1,400) EUR"; without an interval where there is one replication."""
    said = f"{estimated(value, short)} {unit}".rstrip()
    return f"{said}{ONE_REPLICATION}" if value.low != value.low else said


def listed(parts: Iterable[str]) -> str:
    """As in "a, b and c"."""
    *before, last = parts
    return f"{', '.join(before)} and {last}" if before else last


def counted(count: int, what: str) -> str:
    """As in "1 world" or "2,000 points of the design"."""
    noun, _, rest = what.partition(" ")
    return f"{count:,} {noun}{'s' if count != 1 else ''} {rest}".rstrip()


def capital(text: str) -> str:
    """With a capital letter in front."""
    return text[:1].upper() + text[1:]
