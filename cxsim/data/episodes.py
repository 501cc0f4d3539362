"""Reading linked records: a row a purchase, with what became of it.

Any column but customer_id and ordered may be missing. What is there is read strictly: a row in which one thing contradicts another is
refused with its line, since a wrong link would be taken for an effect.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.data.cells import ALLOWED, MISSING, Seen, day_texts, read_days, read_ids, read_numbers
from cxsim.data.errors import DataError
from cxsim.data.histories import Numbers
from cxsim.data.opening import open_table
from cxsim.data.table import EPISODES, EVENT_LOG, Table, first_of

DATES = ("ordered", "promised", "delivered", "contact")
_YES_OR_NO = {"1": 1.0, "true": 1.0, "yes": 1.0, "1.0": 1.0, "0": 0.0, "false": 0.0, "no": 0.0, "0.0": 0.0}
_OUTCOMES = {"resolved": 1.0, "unresolved": 0.0}
_HIGHEST_SCORE, _CSAT = 10, 5
_MOST_MISSING = 0.1


@dataclass(frozen=True, eq=False)
class LinkedRecords:
    """Purchases and what became of them, by customer and then in their order; arrays of shape (purchases,).

    Attributes:
        path: the file.
        sha256: fingerprint of its bytes.
        rows: how many it holds.
        customers: the different ids as text, in order of their first row, shape (customers,).
        customer: whose purchase, a place in `customers`.
        ordered: day, counted from 1970.
        late: 1 if it came after the day it was promised for, else 0; nan where that is not known.
        failed: 1 if something went wrong, else 0; nan where it is not known.
        contact: 1 if the customer got in touch about it, else 0; nan without such a column.
        resolved: 1 if that ended resolved, 0 if not; nan without a contact, or where it is not known.
        score: answer to a survey, 0 to 10; nan without one.
        assumptions: how the file is read and what was left out, in words.
    """

    path: Path
    sha256: str
    rows: int
    customers: NDArray[np.object_]
    customer: NDArray[np.int64]
    ordered: NDArray[np.int64]
    late: Numbers
    failed: Numbers
    contact: Numbers
    resolved: Numbers
    score: Numbers
    assumptions: tuple[str, ...]


def read_episodes(path: str | Path) -> LinkedRecords:
    """Read linked records: a table of purchases (`EPISODES`), or an event log under pm4py's names (`EVENT_LOG`).

    Raises:
        DataError: if the file cannot be read safely, or a row contradicts itself.
    """
    table = open_table(path)
    if EVENT_LOG.fits(table.heading):
        from cxsim.data.event_log import rows_of_log

        return linked_records(table, *rows_of_log(table))
    columns = table.columns(EPISODES)
    return linked_records(table, table.whole(columns), table.says(columns))


def linked_records(table: Table, cells: pd.DataFrame, said: list[str]) -> LinkedRecords:
    """The records in some cells, whose columns have the canonical names and whose index is the line."""
    rows = len(cells)
    ids, of_ids = read_ids(cells["customer_id"])
    cells, ids, left_out = _with_customer_and_day(table.path, cells, ids)
    days, of_days = _days(table.path, cells)
    _refuse_wrong_order(table.path, days)
    values = pd.DataFrame(
        {
            "late": _late(days),
            "failed": _words(table.path, cells, "failed", _YES_OR_NO, "1 or 0, true or false, yes or no"),
            "score": _scores(table, cells),
            **_contacts(table.path, cells, days),
            "ordered": days["ordered"].to_numpy().astype("datetime64[D]").astype(np.int64),
            "sequence": _sequence(table.path, cells, ids),
        },
        index=cells.index,
    )
    values["customer"], customers = pd.factorize(ids)
    values = values.sort_values(["customer", "sequence", "ordered"], kind="stable")
    _refuse_days_against_sequence(table.path, values)
    columns = {name: values[name].to_numpy(float) for name in ("late", "failed", "contact", "resolved", "score")}
    return LinkedRecords(
        path=table.path,
        sha256=table.sha256,
        rows=rows,
        customers=np.array(customers, dtype=object),
        customer=values["customer"].to_numpy(np.int64),
        ordered=values["ordered"].to_numpy(np.int64),
        **columns,
        assumptions=(*table.assumptions, *said, *of_ids, *of_days, *left_out),
    )


def _with_customer_and_day(
    path: Path, cells: pd.DataFrame, ids: "pd.Series[str]"
) -> tuple[pd.DataFrame, "pd.Series[str]", list[str]]:
    """Without rows that name no customer or no day; more than a tenth of them is a file that is misread."""
    without = (ids == "") | _missing(cells["ordered"])
    share = float(without.mean())
    if share > _MOST_MISSING:
        raise DataError(
            path,
            f"{int(without.sum()):,} of {len(cells):,} rows ({share:.0%}) have no customer_id or no day of ordering.",
            "A link needs both: check the export, or leave these rows out.",
            first_of(without)[1],
        )
    said = [f"{int(without.sum()):,} rows without customer_id or ordered are left out."] if share else []
    return cells[~without], ids[~without], said


def _days(path: Path, cells: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The columns of dates as days, NaT where there is none; all are taken to be written in one way, so one can decide for all."""
    seen: list[Seen] = []
    texts = {name: day_texts(cells[name]) for name in DATES if name in cells}
    for text in texts.values():
        known = text[~_missing(text)]
        first = known[~known.duplicated()]
        seen += [Seen(str(each), int(line)) for each, line in zip(first, first.index.to_numpy(), strict=True)]
    found, assumption = read_days(path, seen)
    day = {each.text: when for each, when in zip(seen, found, strict=True)}
    days = pd.DataFrame(
        {name: text.map(day).astype("datetime64[s]") for name, text in texts.items()}, index=cells.index
    )
    for name, text in texts.items():
        wrong = days[name].isna() & ~_missing(text)
        if wrong.any():
            place, line = first_of(wrong)
            raise DataError(path, f"{name} is {cells[name].iloc[place]!r}, no day.", f"Allowed: {ALLOWED}.", line)
    return days, assumption


def _refuse_wrong_order(path: Path, days: pd.DataFrame) -> None:
    """Nothing is delivered, promised for, or complained about on a day before it was ordered."""
    for name in DATES[1:]:
        if name not in days:
            continue
        before = days[name] < days["ordered"]
        if before.any():
            many = int(before.sum())
            raise DataError(
                path,
                f"{name} lies before ordered in {many:,} of {len(days):,} rows ({many / len(days):.1%}).",
                "Dates of another purchase, or another format: mend the export, or leave the column out.",
                first_of(before)[1],
            )


def _late(days: pd.DataFrame) -> Numbers:
    if "promised" not in days or "delivered" not in days:
        return np.full(len(days), np.nan)
    known = (days["promised"].notna() & days["delivered"].notna()).to_numpy()
    return np.where(known, (days["delivered"] > days["promised"]).to_numpy(float), np.nan)


def _contacts(path: Path, cells: pd.DataFrame, days: pd.DataFrame) -> dict[str, Numbers]:
    """Whether there was a contact, and whether it ended resolved."""
    resolved = _words(path, cells, "outcome", _OUTCOMES, "resolved, unresolved or none")
    if "contact" not in days:
        told = ~np.isnan(resolved)
        return {"contact": told.astype(float) if "outcome" in cells else resolved, "resolved": resolved}
    spoke = days["contact"].notna().to_numpy()
    wrong = pd.Series(~np.isnan(resolved) & ~spoke, cells.index)
    if wrong.any():
        many = int(wrong.sum())
        raise DataError(
            path,
            f"an outcome without a contact in {many:,} of {len(cells):,} rows ({many / len(cells):.1%}).",
            "Give the day of the contact, write none, or leave the column contact out.",
            first_of(wrong)[1],
        )
    return {"contact": spoke.astype(float), "resolved": resolved}


def _words(path: Path, cells: pd.DataFrame, name: str, known: dict[str, float], allowed: str) -> Numbers:
    """A column of a few words as numbers, nan where it is empty or none."""
    if name not in cells:
        return np.full(len(cells), np.nan)
    texts = cells[name].str.strip().str.lower()
    wrong = ~texts.isin([*known]) & ~texts.isin([*MISSING])
    if wrong.any():
        place, line = first_of(wrong)
        raise DataError(path, f"{name} is {cells[name].iloc[place]!r}.", f"Allowed: {allowed}, or empty.", line)
    return np.asarray(texts.map(known), float)


def _scores(table: Table, cells: pd.DataFrame) -> Numbers:
    """Answers on 0 to 10; the market knows no other scale for single customers."""
    if "score" not in cells:
        return np.full(len(cells), np.nan)
    numbers, _ = read_numbers(table.path, cells[["score"]], "whole numbers from 0 to 10, or empty")
    score = numbers["score"]
    wrong = (score % 1 > 0) | (score < 0) | (score > _HIGHEST_SCORE)
    if wrong.any():
        place, line = first_of(wrong)
        raise DataError(
            table.path,
            f"score is {cells['score'].iloc[place]!r}.",
            "Allowed: whole numbers from 0 to 10, or empty.",
            line,
        )
    on_eleven = bool((score == 0).any() or (score > _CSAT).any())
    if score.notna().any() and not on_eleven and table.heading[table.columns(EPISODES)["score"]].lower() != "nps":
        raise DataError(
            table.path,
            "no score is 0 or above 5, so they may be answers from 1 to 5.",
            "Call the column nps if they are answers from 0 to 10. Answers from 1 to 5 cannot be linked: leave the column out.",
        )
    return np.asarray(score.to_numpy(float))


def _sequence(path: Path, cells: pd.DataFrame, ids: "pd.Series[str]") -> Numbers:
    """The order within each customer, 0 for all where nobody says it."""
    if "sequence" not in cells:
        return np.zeros(len(cells))
    numbers, _ = read_numbers(path, cells[["sequence"]], "whole numbers")
    sequence = numbers["sequence"]
    wrong = sequence.isna() | (sequence % 1 > 0)
    if wrong.any():
        place, line = first_of(wrong)
        raise DataError(path, f"sequence is {cells['sequence'].iloc[place]!r}.", "Allowed: 1, 2, 3, ...", line)
    twice = pd.DataFrame({"id": ids, "sequence": sequence}).duplicated()
    if twice.any():
        place, line = first_of(twice)
        raise DataError(
            path,
            f"customer {ids.iloc[place]!r} has the sequence {sequence.iloc[place]:.0f} twice.",
            "Each purchase of a customer has its own: 1, 2, 3, ...",
            line,
        )
    return np.asarray(sequence.to_numpy(float))


def _refuse_days_against_sequence(path: Path, values: pd.DataFrame) -> None:
    again = values["customer"].diff() == 0
    back = again & (values["ordered"].diff() < 0)
    if back.any():
        raise DataError(
            path,
            f"ordered goes back in the sequence of a customer in {int(back.sum()):,} rows.",
            "The sequence is the order of the purchases in time; leave the column out if it counts something else.",
            first_of(back)[1],
        )


def _missing(texts: "pd.Series[str]") -> "pd.Series[bool]":
    return texts.str.strip().str.lower().isin([*MISSING])
