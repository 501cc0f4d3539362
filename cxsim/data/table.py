"""A table from a file, as text, whatever the file: its headings and its cells, with the line each stands in."""

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cxsim.data.errors import DataError

CELLS_AT_ONCE = 1_500_000  # about 100 MB of text in memory, however long or wide the file is

# Capitals, spaces, hyphens and underscores do not matter: "Customer ID" is customer_id.
ALSO_CALLED: dict[str, tuple[str, ...]] = {
    "customer_id": ("customer", "id"),
    "date": ("order_date",),
    "amount": ("value", "revenue"),
    "frequency": ("x",),
    "recency": ("t_x",),
    "T": (),
    "monetary_value": ("zbar",),
    "period": ("year", "quarter", "month", "week"),
    "score": ("nps", "csat"),
    "ordered": ("order_date", "date"),
    "promised": (),
    "delivered": (),
    "failed": (),
    "contact": (),
    "outcome": (),
    "sequence": (),
    "arm": ("group", "variant"),
    "start": ("start_date",),
    "case:concept:name": (),
    "concept:name": (),
    "time:timestamp": (),
    "count": ("answers", "responses", "anzahl", "antworten", "n"),
}


@dataclass(frozen=True)
class FileKind:
    """One kind of file: what it is called, which columns it needs, which it may have."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    def __str__(self) -> str:
        optional = "".join(f"[,{column}]" for column in self.optional)
        return f"{self.name}: {','.join(self.required)}{optional}"

    def fits(self, heading: Sequence[str]) -> bool:
        """Whether every required column is there."""
        return all(_places(column, heading) for column in self.required)

    def find(self, path: Path, heading: Sequence[str], line: int) -> dict[str, int]:
        """Where each column stands, by its canonical name; the canonical name goes before others.

        Raises:
            DataError: if a required column is missing, or two columns could be meant.
        """
        places = {}
        for column in (*self.required, *self.optional):
            found = _places(column, heading)
            if len(found) > 1:
                names = " and ".join(repr(heading[place]) for place in found)
                raise DataError(path, f"{names} could both be {column}.", f"Call the right one {column!r}.", line)
            if found:
                places[column] = found[0]
            elif column in self.required:
                raise self._missing(path, column, heading, line)
        return places

    def _missing(self, path: Path, column: str, heading: Sequence[str], line: int) -> DataError:
        given = ", ".join(heading)
        if not recognised(heading):
            message = f"no heading is recognised in {given!r}."
            if any(character.isdigit() for character in given):
                message = f"the first line holds data, not a heading: {given!r}."
            return DataError(path, message, f"Put this heading above the data: {','.join(self.required)}", line)
        other = ", ".join(ALSO_CALLED[column])
        allowed = f"{column} (or: {other})" if other else column
        return DataError(path, f"no column {column}; the heading is {given!r}.", f"Call the column {allowed}.", line)


PURCHASES = FileKind("a list of purchases", ("customer_id", "date"), ("amount",))
RFM = FileKind("a table of customers", ("customer_id", "frequency", "recency", "T"), ("monetary_value",))
RETENTION = FileKind("a retention table", ("period",))  # and one column a cohort, whatever it is called
EPISODES = FileKind(
    "linked records",
    ("customer_id", "ordered"),
    ("sequence", "promised", "delivered", "failed", "contact", "outcome", "score"),
)
TRIAL = FileKind("an experiment", ("customer_id", "arm", "start"), ("outcome",))
EVENT_LOG = FileKind("an event log", ("case:concept:name", "concept:name", "time:timestamp"))
SCORES = FileKind("survey answers", ("score",), ("count",))


def recognised(heading: Sequence[str]) -> int:
    """How many of some headings are known in any layout."""
    known = {_plain(name) for column, others in ALSO_CALLED.items() for name in (column, *others)}
    return sum(_plain(name) in known for name in heading)


def _places(column: str, heading: Sequence[str]) -> list[int]:
    plain = [_plain(name) for name in heading]
    canonical = [place for place, name in enumerate(plain) if name == _plain(column)]
    others = {_plain(name) for name in ALSO_CALLED[column]}
    return canonical or [place for place, name in enumerate(plain) if name in others]


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", name).lower()


@dataclass(frozen=True)
class Table(ABC):
    """A table in a file, opened: its headings, and its cells on demand.

    Attributes:
        path: the file, of a workbook with the sheet behind a #.
        sha256: fingerprint of its bytes.
        heading: the cells of the heading.
        first_line: the line after the heading, from 1; in a workbook the row as the spreadsheet numbers it.
        assumptions: how it is read, in words.
    """

    path: Path
    sha256: str
    heading: tuple[str, ...]
    first_line: int
    assumptions: tuple[str, ...]

    @abstractmethod
    def chunks(self, columns: dict[str, int], *, headless: bool = False) -> Iterator[pd.DataFrame]:
        """The cells of some columns as text, in pieces; the index is the line in the file.

        Args:
            columns: name of each column to be had, and its place.
            headless: True when the heading is data already.

        Raises:
            DataError: if a cell or line cannot be read safely.
        """

    def columns(self, layout: FileKind) -> dict[str, int]:
        """Where the columns of a layout stand, by their canonical names.

        Raises:
            DataError: if one is missing or there are two of a kind.
        """
        return layout.find(self.path, self.heading, self.first_line - 1)

    def says(self, columns: dict[str, int]) -> list[str]:
        """Which columns go by another name, and which are not used, in words."""
        heading = self.heading
        renamed = [f"{heading[at]!r} is taken for {column}." for column, at in columns.items() if heading[at] != column]
        unused = [repr(name) for at, name in enumerate(heading) if at not in columns.values()]
        return [*renamed, f"Not used: {', '.join(unused)}."] if unused else renamed

    def whole(self, columns: dict[str, int], *, headless: bool = False) -> pd.DataFrame:
        """All cells of some columns, without lines that are blank in all of them; see `chunks`.

        Raises:
            DataError: also if no line is left.
        """
        pieces = [*self.chunks(columns, headless=headless)]
        cells = pd.concat(pieces) if pieces else pd.DataFrame(columns=list(columns), dtype=str)
        blank = np.all([cells[name].str.strip() == "" for name in cells], axis=0)
        if blank.all():
            raise no_rows(self.path)
        return pd.DataFrame(cells[~blank])


def first_of(which: "pd.Series[bool]") -> tuple[int, int]:
    """Place and line of the first row that is True."""
    place = int(which.to_numpy().argmax())
    return place, int(which.index.to_numpy()[place])


def no_rows(path: Path) -> DataError:
    """The refusal of a file without data."""
    return DataError(path, "has a heading but no rows.", "Check the filter of the export.")


def fingerprint(path: Path) -> str:
    """SHA-256 of the bytes of a file."""
    with path.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()
