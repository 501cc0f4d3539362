"""Protects the books of a purchase list: nothing is lost or counted twice, and the order of rows never matters.

Judged by plain Python that goes through the rows one by one. Nothing here is statistical.
"""

import csv
import os
import tracemalloc
from collections import Counter, defaultdict
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from data_files import FORTY, START, TODAY, as_csv, history, written
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cxsim.data import (
    DataError,
    Transactions,
    csv_file,
    read,
    read_retention,
    read_rfm,
    read_scores,
    read_transactions,
)
from cxsim.data.opening import open_table
from cxsim.engine.luck import key_of, uniform

Row = tuple[str, object, object]

IDS = st.sampled_from(["00000", "00001", "1", "01", " 1 ", "stranger", "Zoë", "", "null"])
DAYS = st.integers(0, 90).map(lambda day: START + timedelta(days=day))
AMOUNTS = st.one_of(st.integers(-500, 2000).map(lambda cents: cents / 100), st.sampled_from([0, "", "gift"]))
NO_DAYS = st.sampled_from(["", "soon", "1970-01-01", "2025-06-02", "2024-13-01"])
MESSY = st.tuples(
    st.lists(st.tuples(IDS, DAYS, AMOUNTS), max_size=30),
    st.lists(st.tuples(st.just("00001"), NO_DAYS, AMOUNTS), max_size=5),
)


def read_rows(rows: list[Row]) -> Transactions:
    with TemporaryDirectory() as folder:
        return read_transactions(written(Path(folder), as_csv(rows)), TODAY)


def by_hand(rows: list[Row]) -> tuple[dict[str, set[date]], dict[str, float], Counter[str]]:
    """Days with a purchase and net spending of each customer, and rows dropped or merged, one row at a time."""
    days, spent, gone = defaultdict(set), defaultdict(float), Counter[str]()
    for id_, day, amount in rows:
        name = id_.strip()
        if name in ("", "null") or not isinstance(day, date):
            gone["dropped"] += 1
            continue
        spent[name] += amount if not isinstance(amount, str) else 0.0
        if not isinstance(amount, str) and amount < 0:
            gone["dropped"] += 1
        elif day in days[name]:
            gone["merged"] += 1
        else:
            days[name].add(day)
    return {name: found for name, found in days.items() if found}, spent, gone


def histories_of(transactions: Transactions, at: date) -> dict[str, tuple[float, ...]]:
    split = transactions.split(at)
    of_each = zip(split.histories.repeats, split.histories.last, split.histories.age, split.holdout, strict=True)
    return dict(zip(transactions.customers, of_each, strict=False))


@given(MESSY)
@example(([("stranger", START, -3)], []))
@settings(max_examples=30)
def test_the_books_are_those_kept_by_hand(messy: tuple[list[Row], list[Row]]) -> None:
    rows = [*FORTY, *messy[0], *messy[1]]
    days, spent, gone = by_hand(rows)
    transactions = read_rows(rows)
    counted = Counter[str]()
    for treated in transactions.treatment:
        counted[treated.action] += treated.rows
    assert (counted["dropped"], counted["merged"]) == (gone["dropped"], gone["merged"])
    assert transactions.rows == len(rows) == transactions.purchases + counted["dropped"] + counted["merged"]
    assert dict(zip(transactions.customers, transactions.spending, strict=True)) == pytest.approx(
        {name: spent[name] for name in days}
    )
    at = START + timedelta(days=50)
    cohort = {name: history(found, at) for name, found in days.items() if min(found) <= at}
    assert histories_of(transactions, at) == cohort
    assert transactions.split(at).left_out == len(days) - len(cohort)
    assert transactions.entries_by_day.sum() == len(days)
    whole_weeks = (transactions.end - START).days // 7 * 7
    repeats = [day for found in days.values() for day in sorted(found)[1:] if (day - START).days < whole_weeks]
    weeks = transactions.weekly_repeats()
    assert len(weeks) == ((transactions.end - START).days + 1) // 7
    assert weeks[whole_weeks // 7 - 1] == len(repeats)


@given(MESSY, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_the_order_of_rows_never_matters(messy: tuple[list[Row], list[Row]], shuffler) -> None:
    rows = [*FORTY, *messy[0], *messy[1]]
    shuffled = rows.copy()
    shuffler.shuffle(shuffled)
    one, other = read_rows(rows), read_rows(shuffled)
    for name in ("customers", "offsets", "days", "spending"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    for name in ("mean_amount", "start", "end", "warnings"):
        assert getattr(one, name) == getattr(other, name)
    counted = [Counter({(t.what, t.action): t.rows for t in each.treatment}) for each in (one, other)]
    assert counted[0] == counted[1]


RIGHT = [
    as_csv(FORTY).encode(),
    as_csv(FORTY).encode("utf-16"),
    as_csv(((i, i % 3, i % 3 * 1.5, 30.5) for i in range(40)), "id,x,t_x,T").encode(),
    b"year,a\n0,400\n1,300\n2,100\n",
    b"score,count\n1,2\n2,3\n3,4\n4,1\n5,2\n",
]
SPLINTERS = st.one_of(
    st.binary(max_size=6),
    st.sampled_from(
        [b'"', b"\n", b"\r", b",", b";", b"\t", b"\0", b"\xff", b"-", b"%", b"nan", b"inf", b"1e999", b"9" * 40]
    ),
    st.sampled_from(["\u0661".encode(), b'"\n"', b"2024-02-30", b"9999-12-31", b"0000-01-01", b"1e20"]),
)


@given(
    st.sampled_from(RIGHT),
    st.lists(st.tuples(st.integers(0, 200), SPLINTERS, st.sampled_from([0, 1, 3, 40])), max_size=4),
)
@example(b"", [])
@example(b"1e20", [])
@settings(max_examples=100)
def test_nothing_but_a_refusal_comes_out_of_a_damaged_file(
    content: bytes, damage: list[tuple[int, bytes, int]]
) -> None:
    for at, splinter, length in damage:
        content = content[:at] + splinter + content[at + length :]
    with TemporaryDirectory() as folder:
        path = written(Path(folder), content)
        for reader in (read, read_transactions, read_rfm, read_retention, read_scores):
            with suppress(DataError):
                reader(path)


def simulated(customers: int, weeks: float) -> dict[str, set[date]]:
    """Days with a purchase of customers who buy at their own rates, from luck of their own."""
    luck, days = key_of(1, 0), {}
    for person in range(customers):
        clock = 7.0 * uniform(luck, person, 0, 0, 0) * 12
        mean_gap = 7.0 * (1.0 + 20.0 * uniform(luck, person, 0, 1, 0))
        bought, times = set(), 2
        while clock < 7.0 * weeks:
            bought.add(START + timedelta(days=int(clock)))
            clock -= mean_gap * np.log(uniform(luck, person, 0, times, 0))
            times += 1
        days[f"{person:06d}"] = bought
    return days


def test_a_simulated_set_written_and_read_gives_back_its_histories(tmp_path: Path) -> None:
    days = simulated(500, 60.0)
    path = written(tmp_path, as_csv(((name, day) for name in days for day in days[name]), "customer_id,date"))
    transactions = read_transactions(path, TODAY)
    at = START + timedelta(weeks=30)
    assert histories_of(transactions, at) == {name: history(found, at) for name, found in days.items()}
    assert not transactions.treatment and not transactions.warnings


def test_a_long_file_is_read_in_pieces_and_needs_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, customers = 100_000, 2_000
    place = np.arange(rows)
    frame = pd.DataFrame(
        {
            "customer_id": place * 7919 % customers,
            "date": (np.datetime64(START) + place * 104_729 % 500).astype(str),
            "amount": place % 997 / 100,
        }
    )
    path = tmp_path / "long.csv"
    frame.to_csv(path, index=False)
    whole = read_transactions(path, TODAY)
    monkeypatch.setattr(csv_file, "CELLS_AT_ONCE", 30_000)
    opened = open_table(path)
    assert {len(piece) for piece in opened.chunks({"date": 1})} == {10_000}
    tracemalloc.start()
    pieces = read_transactions(path, TODAY)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert pieces.rows == rows and len(pieces.customers) == customers
    for name in ("customers", "offsets", "days", "spending"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(pieces, name))
    assert pieces.treatment == whole.treatment and pieces.assumptions == whole.assumptions
    assert peak < 160 * rows  # bytes; 112 when written; one text a row, held in Python, takes 60 more


@pytest.mark.skipif("CXSIM_DATA" not in os.environ, reason="CXSIM_DATA names no folder with CDNOW_sample.txt")
def test_the_real_customers_of_cdnow_come_to_the_weekly_counts_that_ship(tmp_path: Path) -> None:
    source = Path(os.environ["CXSIM_DATA"]) / "CDNOW_sample.txt"
    if not source.exists():
        pytest.skip(f"no {source}")
    rows = [(line.split()[1], *line.split()[2::2]) for line in source.read_text().splitlines()]
    transactions = read_transactions(written(tmp_path, as_csv(rows)), TODAY)
    with (Path(__file__).parents[2] / "scenarios/data/cdnow-weekly-repeat-purchases.csv").open() as shipped:
        real = [int(row["actual_cumulative_repeat_purchases"]) for row in csv.DictReader(shipped)]
    assert transactions.weekly_repeats().tolist() == real
    assert len(transactions.customers) == 2357
    assert (
        1.0 - np.mean(transactions.split(START.replace(year=1997, month=9, day=30)).histories.repeats > 0)
        == 1411 / 2357
    )
