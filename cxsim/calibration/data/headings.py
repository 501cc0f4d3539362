"""The columns each kind of file must have, and the few other names they may go by."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cxsim.calibration.data.problems import DataError

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
    "count": ("answers",),
}


@dataclass(frozen=True)
class Layout:
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


PURCHASES = Layout("a list of purchases", ("customer_id", "date"), ("amount",))
RFM = Layout("a table of customers", ("customer_id", "frequency", "recency", "T"), ("monetary_value",))
RETENTION = Layout("a retention table", ("period",))  # and one column a cohort, whatever it is called
SCORES = Layout("survey answers", ("score",), ("count",))


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
