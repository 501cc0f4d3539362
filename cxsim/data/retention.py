"""Reading a retention table: how many of a cohort of contract customers are left after each period."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.data.cells import read_numbers
from cxsim.data.errors import DataError
from cxsim.data.opening import open_table
from cxsim.data.purchases import refuse_too_few
from cxsim.data.table import RETENTION, Table

_FEWEST_PERIODS = 2  # two parameters need at least two transitions
_SHARE, _PERCENT, _COUNT = "share", "percent", "customers"
_WORDS = {"share": _SHARE, "pct": _PERCENT, "percent": _PERCENT, "count": _COUNT, "customers": _COUNT}
_WHOLE = {_SHARE: 1.0, _PERCENT: 100.0}


class TooShortError(DataError):
    """A cohort that was not watched long enough to be judged; others of its table may be."""


@dataclass(frozen=True, eq=False)
class ContractCohort:
    """Customers who began together.

    Attributes:
        name: heading of its column.
        survivors: share still there after period 0, 1, 2, ...; begins at 1, never increases, shape (periods + 1,).
        customers: how many began; None when the file gives shares only, so that their precision has to be assumed.
    """

    name: str
    survivors: NDArray[np.float64]
    customers: int | None

    @property
    def counts(self) -> NDArray[np.int64] | None:
        """How many are still there, shape (periods + 1,); None when the file gives shares only."""
        return None if self.customers is None else np.rint(self.survivors * self.customers).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Retention:
    """A retention table.

    Attributes:
        path: the file.
        sha256: fingerprint of its bytes.
        rows: how many rows it holds.
        period: what a period is called in the heading, "year" say.
        cohorts: one for each column that can be judged, in the order of the file.
        left_out: what is wrong with the others, by name.
        assumptions: how the file is read, in words.
        warnings: what a fit has to say.
    """

    path: Path
    sha256: str
    rows: int
    period: str
    cohorts: tuple[ContractCohort, ...]
    left_out: dict[str, DataError]
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]


def read_retention(path: str | Path) -> Retention:
    """Read a table with one row a period, from 0, and one column a cohort.

    Cells are customers, percent or shares; the first row tells which: the cohort's size, 100 or 1. A cohort that was
    watched for a shorter time leaves its last cells empty; one with fewer than two periods after 0 is left out.

    Args:
        path: CSV with a column period (or year, quarter, month, week), and for each cohort a column, called as you
            like. `_count`, `_pct` or `_share` at the end of its heading says what it holds.

    Raises:
        DataError: if periods are missing or twice, survivors increase, a column could be customers or percent, or every
            cohort is too short.
    """
    table = open_table(path)
    return from_table(table, table.columns(RETENTION))


def from_table(table: Table, columns: dict[str, int]) -> Retention:
    """The cohorts of a table whose period column is known; see `read_retention`."""
    path, heading, at = table.path, table.heading, columns["period"]
    names = [name for place, name in enumerate(heading) if place != at]
    if not names or len(set(heading)) < len(heading) or "" in heading:
        raise DataError(
            path,
            f"every cohort needs a column with a heading of its own; given: {', '.join(heading)!r}.",
            "For example: year,regular_pct,premium_pct",
            table.first_line - 1,
        )
    cells = table.whole({name: place for place, name in enumerate(heading)})
    numbers, assumption = read_numbers(path, cells, "numbers only; one column a cohort")
    numbers = numbers.sort_values(heading[at], kind="stable")
    _check_periods(path, numbers[heading[at]])
    percent = {name for name in names if cells[name].str.contains("%").any()}
    found: dict[str, tuple[ContractCohort, str]] = {}
    left_out: dict[str, DataError] = {}
    for name in names:
        try:
            found[name] = _cohort(path, numbers[name], name in percent)
        except TooShortError as error:
            left_out[name] = error
    if not found:
        raise left_out[names[0]]
    cohorts, says = zip(*found.values(), strict=True)
    short = f"Left out, watched for fewer than two periods: {', '.join(left_out)}."
    return Retention(
        path=path,
        sha256=table.sha256,
        rows=len(numbers),
        period=heading[at],
        cohorts=cohorts,
        left_out=left_out,
        assumptions=(*table.assumptions, *assumption, *says, *([short] if left_out else [])),
        warnings=tuple(warning for cohort in cohorts for warning in _warnings(cohort)),
    )


def _check_periods(path: Path, periods: "pd.Series[float]") -> None:
    """Refuse anything but 0, 1, 2, ..."""
    for expected, (line, period) in enumerate(periods.items()):
        if period != expected:
            given = "nothing" if np.isnan(period) else f"{period:g}"
            raise DataError(
                path,
                f"period {expected} is expected, {given} is given.",
                "Number the periods 0, 1, 2, ... without gaps; period 0 is the whole cohort.",
                int(cast(int, line)),
            )
    if len(periods) <= _FEWEST_PERIODS:
        raise DataError(path, f"only {len(periods)} periods.", "Period 0 and at least two more are needed.")


def _cohort(path: Path, column: "pd.Series[float]", percent: bool) -> tuple[ContractCohort, str]:
    """One cohort, and what its column is taken for.

    Raises:
        TooShortError: if it has fewer than two transitions.
        DataError: if a cell in between is empty, somebody comes back, or it is not clear what is counted.
    """
    name = str(column.name)
    watched = column.loc[: column.last_valid_index()] if column.notna().any() else column.iloc[:0]
    if len(watched) <= _FEWEST_PERIODS:
        given = (
            f"{name} is empty."
            if watched.empty
            else f"{name} begins with {watched.iloc[0]:g} and has {len(watched)} cells."
        )
        raise TooShortError(path, given, "Period 0 and at least two more are needed.", int(cast(int, column.index[0])))
    for line, later, earlier in zip(watched.index[1:], watched.iloc[1:], watched, strict=False):
        if not 0 <= later <= earlier:
            given = "is empty" if np.isnan(later) else f"goes from {earlier:g} to {later:g}"
            raise DataError(
                path,
                f"{name} {given}.",
                "Allowed: 0 or more, never increasing; only the last cells may be empty.",
                line,
            )
    line, start = int(cast(int, watched.index[0])), float(watched.iloc[0])
    kind = _kind(path, name, watched, _PERCENT if percent else None, line)
    whole = _WHOLE.get(kind, start)
    if not start > 0 or start != whole or (kind == _COUNT and (watched % 1).any()):
        raise DataError(
            path,
            f"{name} begins with {start:g}; it is taken for {kind}.",
            "Begin with 1 for shares, 100 for percent, or the cohort's size in whole customers.",
            line,
        )
    if kind == _COUNT:
        refuse_too_few(path, int(start), f"in {name}")
    cohort = ContractCohort(name, np.asarray(watched, dtype=np.float64) / whole, int(start) if kind == _COUNT else None)
    return cohort, f"{name} is taken for {kind}."


def _kind(path: Path, name: str, values: "pd.Series[float]", sign: str | None, line: int) -> str:
    """What a column holds, by its heading, a percent sign, or its first cell and decimals.

    Raises:
        DataError: if 100 could be a hundred customers or percent.
    """
    words = re.split(r"[^a-z%]+", name.lower())
    said = sign or next((_WORDS[word] for word in words if word in _WORDS), None)
    if said:
        return said
    if values.iloc[0] == _WHOLE[_SHARE]:
        return _SHARE
    if values.iloc[0] != _WHOLE[_PERCENT]:
        return _COUNT
    if (values % 1).any():
        return _PERCENT
    raise DataError(
        path,
        f"{name} begins with 100, which could be percent or a hundred customers.",
        f"Call the column {name}_pct or {name}_count.",
        line,
    )


def _warnings(cohort: ContractCohort) -> list[str]:
    warnings = []
    if cohort.customers is None:
        warnings.append(
            f"{cohort.name} gives shares without the number of customers: how precise a fit is has to be assumed."
        )
    if cohort.survivors[-1] == 1.0:
        warnings.append(f"Nobody leaves in {cohort.name}: how customers leave cannot be fitted.")
    return warnings
