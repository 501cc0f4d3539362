"""Protects the numbers behind every fit: a purchase list is read as its owner means it, counted in full, or refused.

A row that is not kept as it is has to be counted; a file that could be read in two ways has to be refused, with the
line and the way out. Nothing here is statistical.
"""

import gzip
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from data_files import FORTY, START, TODAY, as_csv, history, written

from cxsim.data import DataError, Transactions, read_transactions

GOOD = as_csv(FORTY)
BEFORE_13TH = [
    (name, START + timedelta(days=day), amount) for (name, _, amount), day in zip(FORTY, [1, 2, 3] * 20, strict=True)
]


def dated(pattern: str, rows=FORTY) -> list[tuple[str, str, float]]:
    return [(name, day.strftime(pattern), amount) for name, day, amount in rows]


def priced(pattern: str, rows=FORTY) -> list[tuple[str, date, str]]:
    return [(name, day, pattern.format(amount)) for name, day, amount in rows]


EXTRA = len(FORTY) + 2  # the line of the first row that is added

# name: content, and what the message has to contain
REFUSED: dict[str, tuple[str | bytes, list[str]]] = {
    "empty": ("", ["file is empty", "export"]),
    "blank lines only": ("\n\n  \n", ["file is empty"]),
    "heading only": ("customer_id,date,amount\n", ["heading but no rows"]),
    "heading and blank rows": ("customer_id,date,amount\n\n,,\n", ["heading but no rows"]),
    "no heading": (GOOD.split("\n", 1)[1], ["line 1", "holds data, not a heading", "'00000, 2024-01-01, 10.25'", "customer_id,date"]),
    "unknown heading": ("kunde,datum\n", ["line 1", "no heading is recognised", "'kunde, datum'", "customer_id,date"]),
    "no customer": (as_csv(FORTY, "order,date,amount"), ["line 1", "no column customer_id", "or: customer, id"]),
    "no date": ("\n" + as_csv(FORTY, "id,day,amount"), ["line 2", "no column date", "order_date"]),
    "two ids": (as_csv(FORTY, "id,date,customer"), ["line 1", "'id' and 'customer' could both be customer_id"]),
    "two dates": (as_csv(FORTY, "id,date,Date"), ["line 1", "'date' and 'Date' could both be date"]),
    "workbook": (b"PK\x03\x04" + bytes(100), ["workbook", "CSV"]),
    "old workbook": (b"\xd0\xcf\x11\xe0" + bytes(100), ["workbook", "CSV"]),
    "zero bytes": (GOOD.encode("utf-16-le"), ["zero bytes", "UTF-8"]),
    "no encoding": (GOOD.encode() + b"\x81,2024-01-01,3\n", ["neither UTF-8 nor Windows-1252"]),
    "broken UTF-8 after its mark": (b"\xef\xbb\xbf" + GOOD.encode() + b"\xfc\n", ["UTF-8-SIG", "does not go on"]),
    "damaged gzip": (gzip.compress(GOOD.encode())[:-20], ["gzip", "damaged or cut short"]),
    "garbled gzip": (gzip.compress(GOOD.encode())[:10] + b"\xff" * 200, ["gzip", "damaged or cut short"]),
    "open quote": (GOOD + '"7,2024-01-01,3\n', ["cannot be read as a table", "quote that is never closed"]),
    "decimal comma between commas": (as_csv(priced("{:.2f}")).replace(".", ","), ["line 2", "4 fields", "heading has 3", "double quotes"]),
    "one long row": (GOOD + "7,2024-01-01,3,50\n", [f"line {len(FORTY) + 2}", "4 fields", "heading has 3", "separated by commas"]),
    "day or month first": (as_csv(dated("%d/%m/%Y", BEFORE_13TH)), ["line 2", "'02/01/2024' could be read as day/month/year or as month/day/year", "2024-12-31"]),
    "day and month first": (as_csv([*dated("%d/%m/%Y"), ("7", "12/31/2024", 3)]), ["two ways", "'31/01/2024' in line", "only be read as day/month/year", f"'12/31/2024' in line {len(FORTY) + 2}", "2024-12-31"]),
    "month names": (as_csv(dated("%d %b %Y")), ["line 2", "60 of 60 dates cannot be used", "'01 Jan 2024'", "20241231"]),
    "two digits for the year": (as_csv(dated("%d.%m.%y")), ["line 2", "60 of 60 dates", "'01.01.24'"]),
    "days of a spreadsheet": (as_csv((n, 45292 + i, a) for i, (n, _, a) in enumerate(FORTY)), ["line 2", "60 of 60 dates", "'45292'"]),
    "far future": (as_csv((n, d.replace(year=2042), a) for n, d, a in FORTY), ["line 2", "60 of 60 dates", "to 2025-06-01"]),
    "a tenth of the dates": (GOOD + "7,soon,3\n" * 7, [f"line {len(FORTY) + 2}", "7 of 67 dates cannot be used", "'soon'"]),
    "words for amounts": (as_csv(priced("much")), ["line 2", "60 of 60 amounts are no numbers", "'much'", "leave the column out"]),
    "thousands or decimals": (as_csv(priced("1.234")), ["line 2", "amount '1.234' could be read with a decimal point or with a decimal comma", "1234.50"]),
    "two kinds of decimals": (as_csv([*priced("{:.2f}"), ("7", START, '"3,5"')]), ["two ways", "'10.25' in line 2", f"'3,5' in line {len(FORTY) + 2}"]),
    "amounts without measure": (as_csv(priced("{:.0f}e13")), ["add up to more"]),
    "rounded ids": (as_csv([*FORTY, ("1.23457E+11", START, 3)]), [f"line {len(FORTY) + 2}", "'1.23457E+11' was rounded by a spreadsheet", "as text"]),
    "few customers": (as_csv(FORTY[:43]), ["only 29 customers", "At least 30"]),
    "returns only": (as_csv(priced("-{:.2f}")), ["only 0 customers"]),
    "no ids": (as_csv(("", day, amount) for _, day, amount in FORTY), ["line 2", "60 of 60 rows have no customer_id"]),
    "merged cells": (as_csv((name if place % 3 else "", day, amount) for place, (name, day, amount) in enumerate(FORTY)), ["line 2", "20 of 60 rows have no customer_id", "merged cells"]),
    "a grand total": (as_csv([*FORTY, ("Grand total", TODAY, 1800)]), [f"line {EXTRA}", "'Grand total' has 1 row and 50% of all money", "Remove the rows"]),
    "a total by another name": (as_csv([*FORTY, ("", "", ""), ("9", TODAY, sum(amount for _, _, amount in FORTY))]), [f"line {EXTRA + 1}", "'9' has 1 row and 50% of all money"]),
    "a sum for each customer": (as_csv([*FORTY, *((f"{name} Ergebnis", day, amount) for name, day, amount in FORTY)]), [f"line {EXTRA}", "'00000 Ergebnis' and 39 more like it have 60 rows and 50%"]),
    "one day": (as_csv((name, START, amount) for name, _, amount in FORTY), ["every purchase is on 2024-01-01", "longer period"]),
}  # fmt: skip

LATE = START + timedelta(days=100)

# name: rows added, what is said of them, what becomes of them, how many, and by how much purchases and spending grow
TREATED: dict[str, tuple[list[tuple[object, ...]], str, str, int, int, float]] = {
    "no id": ([("", LATE, 3), (" NULL ", LATE, 3)], "no customer_id", "dropped", 2, 0, 0.0),
    "no date": ([("00001", "", 3), ("00001", "n/a", 3)], "no date", "dropped", 2, 0, 0.0),
    "unreadable date": ([("00001", "soon", 3), ("00001", "2024-02-30", 3)], "date cannot be read", "dropped", 2, 0, 0.0),
    "the day that is no date": ([("00001", "1970-01-01", 3), ("00001", "1899-12-30", 3)], "date before 1970-01-02", "dropped", 2, 0, 0.0),
    "future": ([("00001", "2025-06-02", 3)], "date after 2025-06-01", "dropped", 1, 0, 0.0),
    "return": ([("00001", LATE, -3)], "taken off the customer's spending", "dropped", 1, 0, -3.0),
    "part of it back on the day": ([("00000", START, -3)], "taken off the customer's spending", "dropped", 1, 0, -3.0),
    "accountant's return": ([("00001", LATE, "(3.00)"), ("00001", LATE, "2.00-")], "returns (amount below 0)", "dropped", 2, 0, -5.0),
    "return by a stranger": ([("stranger", LATE, -3)], "returns of customers without a purchase", "dropped", 1, 0, 0.0),
    "nothing paid": ([("00001", LATE, 0)], "amount 0; counts as a purchase", "kept", 1, 1, 0.0),
    "no amount": ([("00001", LATE, ""), ("00002", LATE, "gift")], "no amount that can be read", "kept", 2, 2, 0.0),
    "copy": ([("00000", START, 10.25)], "same customer, day and amount", "merged", 1, 0, 10.25),
    "later that day": ([("00000", START, 3), ("00000", "2024-01-01 23:59:59", 4)], "same customer and day", "merged", 2, 0, 7.0),
    "blank": ([("", "", ""), (" ", "", "")], "", "kept", 0, 0, 0.0),
    "today": ([("00001", TODAY, 3)], "", "kept", 0, 1, 3.0),
    "new customer": ([("Total", LATE, 3)], "", "kept", 0, 1, 3.0),
}  # fmt: skip


def read(folder: Path, content: str | bytes) -> Transactions:
    return read_transactions(written(folder, content), TODAY)


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_safely_is_refused_with_the_way_out(name: str, tmp_path: Path) -> None:
    content, parts = REFUSED[name]
    with pytest.raises(DataError) as refusal:
        read(tmp_path, content)
    message = str(refusal.value)
    assert str(tmp_path / "data.csv") in message
    for part in parts:
        assert part in message


@pytest.mark.parametrize("name", TREATED)
def test_rows_that_are_not_plain_purchases_are_counted(name: str, tmp_path: Path) -> None:
    added, what, action, rows, purchases, spending = TREATED[name]
    plain, mended = read(tmp_path, GOOD), read(tmp_path, as_csv([*FORTY, *added]))
    if rows:
        (treated,) = mended.treatment
        assert what in treated.what and (treated.action, treated.rows, treated.line) == (action, rows, EXTRA)
    else:
        assert not mended.treatment
    assert mended.purchases - plain.purchases == purchases
    assert mended.spending.sum() - plain.spending.sum() == pytest.approx(spending, abs=1e-9)
    gone = sum(treated.rows for treated in mended.treatment if treated.action != "kept")
    assert mended.rows == mended.purchases + gone


def test_what_is_bought_and_returned_on_one_day_is_no_purchase(tmp_path: Path) -> None:
    added = [
        ("00001", LATE, 3),
        ("00001", LATE, -3),
        ("00003", LATE, 5),
        ("00003", LATE, -2),
        ("new", LATE, 4),
        ("new", LATE, -4),
    ]
    plain, mended = read(tmp_path, GOOD), read(tmp_path, as_csv([*FORTY, *added]))
    gone = mended.treatment[0]
    assert "on the same day" in gone.what and (gone.rows, gone.line) == (2, EXTRA)
    assert mended.purchases - plain.purchases == 1 and len(mended.customers) == len(plain.customers)
    assert mended.spending.sum() - plain.spending.sum() == pytest.approx(3.0)


def test_an_id_written_as_a_decimal_is_the_same_customer(tmp_path: Path) -> None:
    plain = read(tmp_path, GOOD)
    mixed = read(
        tmp_path, as_csv((name if place % 2 else f"{name}.0", day, n) for place, (name, day, n) in enumerate(FORTY))
    )
    np.testing.assert_array_equal(mixed.customers, plain.customers)
    np.testing.assert_array_equal(mixed.days, plain.days)
    assert any("00000.0 is 00000" in said for said in mixed.assumptions)


def test_one_customer_with_much_of_the_money_is_doubted(tmp_path: Path) -> None:
    assert "'large' has 36% of all money" in read(tmp_path, as_csv([*FORTY, ("large", TODAY, 1000)])).warnings[0]
    assert "called like a sum" in read(tmp_path, as_csv([*FORTY, ("Summe", TODAY, 3)])).warnings[0]


def test_only_rows_of_one_customer_and_day_can_be_copies(tmp_path: Path) -> None:
    added = [("00000", START, 11.25), ("00001", START + timedelta(days=1), 11.25)]  # 00001 paid 11.25 that day already
    copy, other = read(tmp_path, as_csv([*FORTY, *added])).treatment
    assert "same customer, day and amount" in copy.what and (copy.rows, copy.line) == (1, EXTRA + 1)
    assert "same customer and day" in other.what and (other.rows, other.line) == (1, EXTRA)


# name: the forty customers' purchases written in another way, and an assumption that has to be said
WRITTEN: dict[str, tuple[str | bytes, str]] = {
    "plain": (GOOD, "Text is UTF-8."),
    "with a mark": (GOOD.encode("utf-8-sig"), "Text is UTF-8, as the file's mark says."),
    "UTF-16": (GOOD.encode("utf-16"), "Text is UTF-16, as the file's mark says."),
    "Windows-1252": (as_csv([(*row, "Zürich") for row in FORTY], "customer_id,date,amount,shop").encode("cp1252"), "read as Windows-1252"),
    "packed": (gzip.compress(GOOD.encode()), "Text is UTF-8."),
    "line ends of Windows": (as_csv(FORTY, end="\r\n"), "Text is UTF-8."),
    "line ends of old": (as_csv(FORTY, end="\r"), "Text is UTF-8."),
    "no end of line": (GOOD.rstrip("\n"), "Text is UTF-8."),
    "blank lines": ("\n" + GOOD.replace("\n", "\n\n"), "Text is UTF-8."),
    "semicolons, as Excel says": ("sep=;\n" + as_csv(FORTY, delimiter=";"), "'sep=;' above the heading is skipped"),
    "semicolons": (as_csv(FORTY, delimiter=";"), "separated by semicolons"),
    "semicolons, and more commas": (as_csv(((*row, "") for row in FORTY), "customer_id,date,amount,note", ";").replace("note", "note, if any, or a, b, c"), "separated by semicolons"),
    "tabs": (as_csv(FORTY, delimiter="\t"), "separated by tabs"),
    "bars": (as_csv(FORTY, delimiter="|"), "separated by bars"),
    "commas and spaces": (as_csv(FORTY, delimiter=", "), "separated by commas"),
    "quotes": (as_csv((f'"{name}"', f'"{day}"', f'"{amount}"') for name, day, amount in FORTY), "separated by commas"),
    "other names": (as_csv(FORTY, " Customer ID ,ORDER-DATE,Revenue"), "'Revenue' is taken for amount."),
    "more columns": (as_csv([(i, *row) for i, row in enumerate(FORTY)], "id,customer_id,date,amount"), "Not used: 'id'."),
    "other order": (as_csv(((a, d, n) for n, d, a in FORTY), "amount,date,customer_id"), "separated by commas"),
    "decimal comma": (as_csv(priced("{:.2f}"), delimiter=";").replace(".", ","), "Every amount is read with a decimal comma"),
    "thousands": (as_csv([*priced("€ {:.2f}"), ("00000", START, '"1,000.00"'), ("00000", START, "-1000")]), "with a decimal point"),
    "day first": (as_csv(dated("%d/%m/%Y")), "Every date is read as day/month/year: '31/01/2024' in line 3"),
    "month first": (as_csv(dated("%m-%d-%Y")), "Every date is read as month/day/year: '01-31-2024' in line 3"),
    "dots": (as_csv(dated("%d.%m.%Y")), "day/month/year"),
    "digits": (as_csv(dated("%Y%m%d")), "separated by commas"),
    "times": (as_csv(dated("%Y-%m-%dT23:59:59.999+02:00")), "Times of day are cut off; the day counts as it is written"),
    "times without colons": (as_csv(dated("%Y%m%dT235959Z")), "separated by commas"),
    "times of an American": (as_csv(dated("%m/%d/%Y 11:59 PM")), "month/day/year"),
    "years first, days first": (as_csv([*dated("%Y/%m/%d", FORTY[:9]), *dated("%d.%m.%Y", FORTY[9:])]), "day/month/year"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_however_it_is_written_the_same_purchases_are_read(name: str, tmp_path: Path) -> None:
    content, assumption = WRITTEN[name]
    read_so = read(tmp_path, content)
    assert any(assumption in said for said in read_so.assumptions), read_so.assumptions
    at = START + timedelta(days=45)
    split = read_so.split(at)
    expected = {name: history([day for who, day, _ in FORTY if who == name], at) for name, _, _ in FORTY}
    histories = zip(split.histories.repeats, split.histories.last, split.histories.age, split.holdout, strict=True)
    assert dict(zip(read_so.customers, histories, strict=True)) == expected
    spent = {who: sum(amount for name, _, amount in FORTY if name == who) for who, _, _ in FORTY}
    assert dict(zip(read_so.customers, read_so.spending, strict=True)) == spent
    assert read_so.mean_amount == pytest.approx(sum(spent.values()) / len(FORTY))


def test_blank_lines_are_no_rows_but_are_counted_as_lines(tmp_path: Path) -> None:
    with_blanks = read(tmp_path, GOOD.replace("\n", "\n\n") + "\n00001,soon,3\n")
    (treated,) = with_blanks.treatment
    assert treated.line == 2 * (len(FORTY) + 1) + 2 and with_blanks.rows == len(FORTY) + 1


def test_amounts_are_not_needed(tmp_path: Path) -> None:
    without = read(tmp_path, as_csv((row[:2] for row in FORTY), "customer_id,date"))
    assert without.spending is None and without.mean_amount is None and without.purchases == len(FORTY)
    empty = read(tmp_path, as_csv((*row[:2], "") for row in FORTY))
    assert empty.spending is None and empty.mean_amount is None and empty.purchases == len(FORTY)


def test_days_that_are_the_same_in_both_ways_need_no_decision(tmp_path: Path) -> None:
    same = [(f"{i}", f"{month:02d}/{month:02d}/2024", 3) for i in range(40) for month in (1, 1 + i % 12)]
    assert read(tmp_path, as_csv(same)).end == date(2024, 12, 12)


def test_the_fingerprint_is_of_the_file_as_it_lies_there(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD).sha256 == read(tmp_path, GOOD).sha256 != read(tmp_path, GOOD + "\n").sha256


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="folder, not a file"):
        read_transactions(tmp_path)
    with pytest.raises(DataError, match="no such file"):
        read_transactions(tmp_path / "none.csv")


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = written(tmp_path, GOOD)
    monkeypatch.setattr(Path, "open", forbidden)
    with pytest.raises(DataError, match="cannot be read: Permission denied"):
        read_transactions(path)


def test_what_a_fit_has_to_say_is_said(tmp_path: Path) -> None:
    assert "Only 40 customers, 20 of whom buy again" in read(tmp_path, GOOD).warnings[0]
    once = [row for row in FORTY if row[1] == START + timedelta(days=int(row[0]))]
    assert "Nobody buys twice" in read(tmp_path, as_csv(once)).warnings[0]
    silent = [*FORTY, ("late", START + timedelta(days=400), 3)]
    assert "Nobody buys between 2024-03-09 and 2025-02-04" in read(tmp_path, as_csv(silent)).warnings[0]
    many = [(f"{i}", START + timedelta(days=i % 50 + later), 3) for i in range(200) for later in (0, 9)]
    assert not read(tmp_path, as_csv(many)).warnings


def test_a_split_leaves_out_later_customers_and_counts_them(tmp_path: Path) -> None:
    split = read(tmp_path, GOOD).split(START + timedelta(days=34))
    assert len(split.histories) == 35 and split.left_out == 5
    assert split.histories.age[-1] == 0.0
    assert split.weeks == pytest.approx((38 + 30 - 34) / 7)


@pytest.mark.parametrize("days", [-1, 0, 28, 69])
def test_a_split_without_two_sides_or_cohort_is_refused(days: int, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="only 29 customers" if days == 28 else "cannot be split at"):
        read(tmp_path, GOOD).split(START + timedelta(days=days))


def test_weeks_and_days_are_counted_from_the_first_day_of_the_file(tmp_path: Path) -> None:
    transactions = read(tmp_path, GOOD)
    np.testing.assert_array_equal(transactions.entries_by_day, [1] * 40 + [0] * 29)
    # repeats on days 30, 32, ... 68, which is week 5 to week 10; day 69 is the last day of no whole week
    np.testing.assert_array_equal(transactions.weekly_repeats(), [0, 0, 0, 0, 3, 6, 10, 13, 17])
    early = transactions.weekly_repeats(entered_by=START + timedelta(days=4))
    np.testing.assert_array_equal(early, [0, 0, 0, 0, 3, 3, 3, 3, 3])
