"""Reading a table of customers: how often each bought again, how recently, and how long they were watched."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.data.cells import read_numbers
from cxsim.data.csv_file import MISSING, RFM, Table, first_of, open_table
from cxsim.data.errors import DataError
from cxsim.data.histories import Histories
from cxsim.data.purchases import refuse_too_few, warnings_about

_LONGEST_WEEKS = 1040.0  # twenty years: longer than nearly any list of customers, and less than three years in days
_LONG_WEEKS = 104.0


@dataclass(frozen=True, eq=False)
class Rfm:
    """Customers as an RFM table gives them; shapes (customers,), in the order of the file.

    Attributes:
        path: the file.
        sha256: fingerprint of its bytes.
        customers: ids as text.
        histories: repeat purchases, recency and time watched, in weeks.
        amounts: mean money of a purchase; None without the column, nan where it is empty, or 0 without repeats: most
            programs average over repeat purchases only and write 0 where there are none.
        assumptions: how the file is read, in words.
        warnings: what a fit has to say.
    """

    path: Path
    sha256: str
    customers: NDArray[np.object_]
    histories: Histories
    amounts: NDArray[np.float64] | None
    assumptions: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def rows(self) -> int:
        """How many rows the file holds; every one is a customer."""
        return len(self.customers)


def read_rfm(path: str | Path) -> Rfm:
    """Read a table with one row a customer; times in weeks.

    An RFM table was computed by somebody, so a wrong row means a wrong computation: the first one is refused, none is
    dropped.

    Args:
        path: CSV with the columns customer_id, frequency (repeat purchases, the first one not counted), recency (weeks
            from the first purchase to the last), T (weeks from the first purchase to the end of the data) and perhaps
            monetary_value (mean money of a purchase).

    Raises:
        DataError: if the file cannot be read safely, a row contradicts itself, times look like days, or there are
            fewer than 30 customers.
    """
    table = open_table(path)
    return from_table(table, table.columns(RFM))


def from_table(table: Table, columns: dict[str, int]) -> Rfm:
    """The customers of a table whose columns are known; see `read_rfm`."""
    cells = table.whole(columns)
    ids = cells["customer_id"].str.strip()
    _check(table.path, ids, ids.str.lower().isin(MISSING), "customer_id is missing.", "Every row needs one.")
    _check(table.path, ids, ids.duplicated(), "customer_id {} is there twice.", "One row a customer.")
    numbers, assumption = read_numbers(table.path, cells.drop(columns="customer_id"), "a number, 0 or more")
    _check_rows(table.path, numbers)
    refuse_too_few(table.path, len(numbers), "in the table")
    x, t_x, age = (numbers[name].to_numpy(np.float64) for name in ("frequency", "recency", "T"))
    longest = float(age.max())
    years = f"Times are taken as weeks: the longest T is {longest:,.1f} weeks, {longest / 52.18:.1f} years."
    histories = Histories(x, t_x, age)
    amounts, unknown = _amounts(numbers)
    return Rfm(
        path=table.path,
        sha256=table.sha256,
        customers=ids.to_numpy(dtype=object),
        histories=histories,
        amounts=amounts,
        assumptions=(*table.assumptions, *table.says(columns), *assumption, *unknown, years),
        warnings=(*_perhaps_days(histories), *warnings_about(histories)),
    )


def _amounts(numbers: pd.DataFrame) -> tuple[NDArray[np.float64] | None, list[str]]:
    """Mean money of a purchase, nan where it is unknown, and what was taken for unknown, in words."""
    if "monetary_value" not in numbers:
        return None, []
    unknown = (numbers["frequency"] == 0) & (numbers["monetary_value"] == 0)
    amounts = np.asarray(numbers["monetary_value"].mask(unknown), dtype=np.float64)
    said = f"{unknown.sum():,} customers without repeats have monetary_value 0, which is taken for unknown."
    return amounts, [said] if unknown.any() else []


def _check_rows(path: Path, numbers: pd.DataFrame) -> None:
    """Refuse the first row that cannot be.

    Raises:
        DataError: naming its line.
    """
    frequency, recency, age = numbers["frequency"], numbers["recency"], numbers["T"]
    for name in ("frequency", "recency", "T"):
        _check(path, numbers[name], numbers[name].isna(), f"{name} is missing.", "Every row needs it.")
    for name in map(str, numbers.columns):
        _check(path, numbers[name], numbers[name] < 0, f"{name} is {{}}.", "Allowed: 0 or more.")
    _check(path, frequency, frequency % 1 != 0, "frequency is {}.", "Allowed: whole numbers, 0 or more.")
    _check(
        path,
        recency,
        (frequency == 0) & (recency > 0),
        "frequency is 0, yet recency is {}.",
        "Recency is the time from the first purchase to the last one: 0 without repeats, not the time since the last.",
    )
    _check(
        path,
        frequency,
        (frequency > 0) & (recency == 0),
        "frequency is {}, yet recency is 0.",
        "Frequency counts repeat purchases only, so subtract 1 if it counts all; count one purchase a day.",
    )
    _check(
        path,
        recency,
        recency > age,
        "recency {} is longer than T.",
        "Both are counted from the first purchase, in weeks.",
    )
    _check(
        path,
        age,
        age > _LONGEST_WEEKS,
        "T is {} weeks, over twenty years; are these days?",
        "Divide recency and T by 7.",
    )


def _check(
    path: Path, values: "pd.Series[float] | pd.Series[str]", wrong: "pd.Series[bool]", message: str, remedy: str
) -> None:
    if wrong.any():
        place, line = first_of(wrong)
        value = values.to_numpy()[place]
        raise DataError(path, message.format(repr(value) if isinstance(value, str) else f"{value:g}"), remedy, line)


def _perhaps_days(histories: Histories) -> list[str]:
    """Whole numbers only, and long: times in days look like that."""
    whole = not np.any(histories.last % 1) and not np.any(histories.age % 1)
    if whole and histories.age.max() > _LONG_WEEKS:
        return ["Recency and T are whole numbers throughout: if they are days, divide both by 7."]
    return []
