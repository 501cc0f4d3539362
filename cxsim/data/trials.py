"""Reading an experiment: who was in which arm, from when, and perhaps what came of it."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.data.cells import ALLOWED, Seen, day_texts, read_days, read_ids, read_numbers
from cxsim.data.errors import DataError
from cxsim.data.histories import Numbers
from cxsim.data.opening import open_table
from cxsim.data.table import TRIAL, first_of

TREATED: Final = ("treatment", "treated", "test", "plan", "b", "1", "yes", "true")
CONTROL: Final = ("control", "untreated", "base", "a", "0", "no", "false")
FEWEST: Final = 10  # customers in each arm, below which no error of a mean can be trusted
MOST_DAYS_APART: Final = 7


@dataclass(frozen=True, eq=False)
class TrialRecords:
    """Customers of an experiment, arrays of shape (customers,).

    Attributes:
        path: the file.
        sha256: fingerprint of its bytes.
        customers: ids as text.
        treated: whether each got the plan.
        start: the first day.
        outcome: purchases of each since the start; None where the file does not say.
        assumptions: how it is read, in words.
    """

    path: Path
    sha256: str
    customers: NDArray[np.object_]
    treated: NDArray[np.bool_]
    start: date
    outcome: Numbers | None
    assumptions: tuple[str, ...]


def read_trial(path: str | Path) -> TrialRecords:
    """Read an experiment: customer_id, arm, start[, outcome], a row a customer.

    Raises:
        DataError: if the file cannot be read safely, or there are not two arms.
    """
    table = open_table(path)
    columns = table.columns(TRIAL)
    cells = table.whole(columns)
    ids, of_ids = read_ids(cells["customer_id"])
    for wrong, what in ((ids == "", "has no customer_id"), (ids.duplicated(), "is there twice")):
        if wrong.any():
            place, line = first_of(wrong)
            raise DataError(table.path, f"a customer {what}: {ids.iloc[place]!r}.", "Give each customer one row.", line)
    treated = _arms(table.path, cells["arm"])
    start, of_days = _start(table.path, cells["start"])
    outcome = _outcome(table.path, cells) if "outcome" in cells else None
    said = (*table.assumptions, *table.says(columns), *of_ids, *of_days)
    return TrialRecords(table.path, table.sha256, ids.to_numpy(object), treated, start, outcome, said)


def _arms(path: Path, cells: "pd.Series[str]") -> NDArray[np.bool_]:
    texts = cells.str.strip().str.lower()
    wrong = ~texts.isin([*TREATED, *CONTROL])
    if wrong.any():
        place, line = first_of(wrong)
        raise DataError(
            path,
            f"arm is {cells.iloc[place]!r}; which arm got the plan cannot be told.",
            f"Call the arms treatment and control (or: {', '.join(TREATED[1:])}; {', '.join(CONTROL[1:])}). Of several plans give the rows of one.",
            line,
        )
    treated = texts.isin([*TREATED]).to_numpy()
    for many, name in ((int(treated.sum()), "the plan"), (int((~treated).sum()), "no plan")):
        if many < FEWEST:
            raise DataError(
                path,
                f"{many or 'no'} of {len(treated):,} customers got {name}: there are no two arms to compare.",
                f"An experiment has customers with and without the plan, {FEWEST} of each at least.",
            )
    return treated


def _start(path: Path, cells: "pd.Series[str]") -> tuple[date, list[str]]:
    """The first day; all customers have about the same one."""
    texts = day_texts(cells)
    first = texts[~texts.duplicated()]
    seen = [Seen(str(text), int(line)) for text, line in zip(first, first.index.to_numpy(), strict=True)]
    days, assumption = read_days(path, seen)
    if np.isnat(days).any():
        bad = seen[int(np.argmax(np.isnat(days)))]
        raise DataError(path, f"start is {bad.text!r}, no day.", f"Allowed: {ALLOWED}.", bad.line)
    early, late = days.min(), days.max()
    if int((late - early).astype(int)) > MOST_DAYS_APART:
        raise DataError(
            path,
            f"starts lie from {early} to {late}; an experiment that is lived again starts once.",
            f"Give the rows of those who started within {MOST_DAYS_APART} days.",
        )
    start: date = early.astype(object)
    return start, assumption


def _outcome(path: Path, cells: pd.DataFrame) -> Numbers:
    numbers, _ = read_numbers(path, cells[["outcome"]], "purchases since the start: whole numbers, 0 or more")
    outcome = numbers["outcome"]
    wrong = outcome.isna() | (outcome < 0) | (outcome % 1 > 0)
    if wrong.any():
        place, line = first_of(wrong)
        raise DataError(
            path,
            f"outcome is {cells['outcome'].iloc[place]!r}.",
            "Allowed: purchases since the start, whole numbers, 0 or more; or 0 and 1, whether they bought. Money cannot be used.",
            line,
        )
    return np.asarray(outcome.to_numpy(float))
