"""Reading a table of customers: how often each bought again, how recently, and how long they were watched."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.data.cells import read_ids, read_numbers
from cxsim.data.errors import DataError
from cxsim.data.histories import Histories
from cxsim.data.opening import open_table
from cxsim.data.purchases import refuse_too_few, warnings_about
from cxsim.data.table import RFM, Table, first_of

_LONGEST_WEEKS = 1040.0  # twenty years: longer than nearly any list of customers, and less than three years in days
_DAYS_A_WEEK, _HOURS = 7.0, 24.0
TimeUnit = Literal["days", "weeks"]


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


def read_rfm(path: str | Path, time_unit: TimeUnit | None = None) -> Rfm:
    """Read a table with one row a customer; times in weeks, unless said otherwise.

    An RFM table was computed by somebody, so a wrong row means a wrong computation: the first one is refused, none is
    dropped.

    Args:
        path: CSV with the columns customer_id, frequency (repeat purchases, the first one not counted), recency (weeks
            from the first purchase to the last), T (weeks from the first purchase to the end of the data) and perhaps
            monetary_value (mean money of a purchase).
        time_unit: what recency and T count; None takes weeks, and warns where they look like days.

    Raises:
        DataError: if the file cannot be read safely, a row contradicts itself, times look like days, or there are
            fewer than 30 customers.
    """
    table = open_table(path)
    return from_table(table, table.columns(RFM), time_unit)


def from_table(table: Table, columns: dict[str, int], time_unit: TimeUnit | None = None) -> Rfm:
    """The customers of a table whose columns are known; see `read_rfm`."""
    cells = table.whole(columns)
    ids, said_of_ids = read_ids(cells["customer_id"])
    _check(table.path, ids, ids == "", "customer_id is missing.", "Every row needs one.")
    _check(table.path, ids, ids.duplicated(), "customer_id {} is there twice.", "One row a customer.")
    numbers, assumption = read_numbers(table.path, cells.drop(columns="customer_id"), "a number, 0 or more")
    numbers, rounded = _without_rounding(numbers, cells)
    if time_unit == "days":
        numbers[["recency", "T"]] /= _DAYS_A_WEEK
    _check_rows(table.path, numbers)
    refuse_too_few(table.path, len(numbers), "in the table")
    x, t_x, age = (numbers[name].to_numpy(np.float64) for name in ("frequency", "recency", "T"))
    longest = float(age.max())
    as_given = "are taken as weeks" if time_unit is None else f"are given in {time_unit}"
    years = f"Times {as_given}: the longest T is {longest:,.1f} weeks, {longest / 52.18:.1f} years."
    histories = Histories(x, t_x, age)
    amounts, unknown = _amounts(numbers)
    return Rfm(
        path=table.path,
        sha256=table.sha256,
        customers=ids.to_numpy(dtype=object),
        histories=histories,
        amounts=amounts,
        assumptions=(
            *table.assumptions,
            *table.says(columns),
            *said_of_ids,
            *assumption,
            *unknown,
            *rounded,
            years,
        ),
        warnings=(*(_perhaps_days(histories) if time_unit is None else ()), *warnings_about(histories)),
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
    if (longer := recency > age).any():
        place, line = first_of(longer)
        given = f"recency {recency.iloc[place]:.10g} is longer than T, {age.iloc[place]:.10g}."
        raise DataError(path, given, "Both are counted from the first purchase, in one unit.", line)
    _check(
        path,
        age,
        age > _LONGEST_WEEKS,
        "T is {} weeks, over twenty years; are these days?",
        "Divide recency and T by 7, or say so: --time-unit days.",
    )


def _check(
    path: Path, values: "pd.Series[float] | pd.Series[str]", wrong: "pd.Series[bool]", message: str, remedy: str
) -> None:
    if wrong.any():
        place, line = first_of(wrong)
        value = values.to_numpy()[place]
        raise DataError(path, message.format(repr(value) if isinstance(value, str) else f"{value:g}"), remedy, line)


def _without_rounding(numbers: pd.DataFrame, cells: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Recency that exceeds T by no more than rounding is T; how often, in words.

    Who rounds the one up and the other down is off by one unit of the coarser one's last decimal, never by a whole unit.
    """
    decimals = cells[["recency", "T"]].map(lambda text: len(text.strip()) - 1 - max(text.rfind("."), text.rfind(",")))
    whole = ~cells[["recency", "T"]].map(lambda text: "." in text or "," in text)
    unit = 10.0 ** -decimals.mask(whole, 0).min(axis=1).clip(upper=9)
    beyond = numbers["recency"] - numbers["T"]
    rounded = (beyond > 0) & (beyond <= unit * (1.0 + 1e-6)) & (unit < 1.0)
    if not rounded.any():
        return numbers, []
    said = f"Recency exceeds T by {beyond[rounded].max():.2g} at most in {rounded.sum():,} rows: rounding; T is taken."
    return numbers.assign(recency=numbers["recency"].mask(rounded, numbers["T"])), [said]


def _perhaps_days(histories: Histories) -> list[str]:
    """Times in whole days, or in days with a time of day, look like that; weeks counted in days are sevenths."""
    way_out = "if they are days, say so: --time-unit days (if not: --time-unit weeks)."
    times = np.concatenate([histories.last, histories.age])
    if _all_whole(times):
        return [f"Recency and T are whole numbers throughout: {way_out}"]
    if _all_whole(times * _HOURS):
        return [f"Recency and T are whole numbers of hours of a day throughout: {way_out}"]
    return []


def _all_whole(numbers: NDArray[np.float64]) -> bool:
    return not np.any(np.abs(numbers - np.rint(numbers)) > 1e-6)  # what days divided and multiplied again leave
