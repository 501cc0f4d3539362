"""Protects that a workbook or a Parquet file is read as the CSV file of the same table, or refused with the cell that is doubtful.

Nothing is guessed: not the sheet, not what hidden rows, merged cells, errors and formulas without a value hold, not what
a text that looks like a number or date means.
Nothing here is statistical.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import openpyxl
import pandas as pd
import pytest
from data_files import FORTY, START, TODAY, as_csv, written
from hypothesis import given, settings
from hypothesis import strategies as st
from workbooks import NAME, Sheet, inside, refusal, workbook

from cxsim.data import Transactions, read, read_retention, read_rfm, read_scores, read_transactions
from cxsim.data.figures_file import read_figures
from cxsim.data.opening import open_table, read_plain_table

HEADING = ("customer_id", "date", "amount")
ROWS = [HEADING, *FORTY]


def same(left: Transactions, right: Transactions) -> bool:
    kept = ("rows", "start", "end", "customers", "offsets", "days", "spending")
    return all(np.array_equal(getattr(left, name), getattr(right, name)) for name in kept)


# ---- read rightly ----------------------------------------------------------------------------------------------------


def test_purchases_of_a_workbook_and_of_parquet_are_those_of_the_csv(tmp_path: Path) -> None:
    plain = read_transactions(written(tmp_path, as_csv(FORTY)), TODAY)
    sheet = read(workbook(tmp_path / "data.xlsx", ROWS), TODAY)
    assert isinstance(sheet, Transactions) and same(plain, sheet)
    assert sheet.path.name == f"data.xlsx#{NAME}"
    assert sheet.assumptions[0] == f"The sheet {NAME!r} is read; its heading is row 1."
    frame = pd.DataFrame(FORTY, columns=list(HEADING))
    frame.to_parquet(tmp_path / "data.parquet")
    parquet = read(tmp_path / "data.parquet", TODAY)
    assert isinstance(parquet, Transactions) and same(plain, parquet)


VALUES: dict[str, tuple[object, str]] = {
    "whole number": (12017, "12017"),
    "whole number stored as a decimal": (12017.0, "12017"),
    "three decimals are no thousands": (1.234, "1.2340"),
    "a small number": (1.234e-7, "1.2340e-07"),
    "a day": (date(2024, 12, 31), "2024-12-31"),
    "a time of day": (datetime(2024, 12, 31, 13, 45), "2024-12-31 13:45:00"),
    "a switch": (True, "TRUE"),
    "a text with noughts": ("00017", "00017"),
    "a text that a CSV file would have to quote": ('a,"b"\nc', 'a,"b"\nc'),
    "a text of a formula's beginning": ("'=1", "'=1"),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_cell_is_the_text_that_a_csv_file_would_hold(name: str, tmp_path: Path) -> None:
    value, text = VALUES[name]
    table = open_table(workbook(tmp_path / "v.xlsx", [("key", "other"), (value, "x")]))
    assert table.heading == ("key", "other")
    (piece,) = table.chunks({"key": 0})
    assert piece["key"].tolist() == [text] and piece.index.tolist() == [2]


def test_a_share_shown_in_percent_is_read_as_it_is_shown(tmp_path: Path) -> None:
    def as_percent(sheet: Sheet) -> None:
        for row in range(2, 6):
            sheet.cell(row, 2).number_format = "0%"

    rows = [("year", "regular"), (0, 1.0), (1, 0.631), (2, 0.47), (3, 0.07)]
    read_back = read_retention(workbook(tmp_path / "r.xlsx", rows, as_percent))
    assert read_back.cohorts[0].survivors.tolist() == [1.0, 0.631, 0.47, 0.07]
    assert any("percent" in each for each in read_back.assumptions)


def test_the_years_before_1904_count_as_the_workbook_says(tmp_path: Path) -> None:
    path = workbook(tmp_path / "mac.xlsx", ROWS)
    book = openpyxl.load_workbook(path)
    book.epoch = openpyxl.utils.datetime.MAC_EPOCH
    book.save(path)
    plain = read_transactions(written(tmp_path, as_csv(FORTY)), TODAY)
    assert same(plain, read_transactions(path, TODAY))


def test_a_title_above_empty_rows_and_columns_and_blank_rows_are_no_data(tmp_path: Path) -> None:
    rows = [[], [None, "Export of the shop"], [None, "All stores"], [], *([None, *row] for row in ROWS), [], []]
    rows.insert(20, [])

    def styled(sheet: Sheet) -> None:  # what a spreadsheet keeps of cells that were emptied
        for row in range(1, 150):
            sheet.cell(row, 9).number_format = "0.00"

    path = workbook(tmp_path / "title.xlsx", rows, styled)
    read_back = read_transactions(path, TODAY)
    assert same(read_transactions(written(tmp_path, as_csv(FORTY)), TODAY), read_back)
    assert "its heading is row 5" in read_back.assumptions[0]
    assert "'Export of the shop'; 'All stores'" in read_back.assumptions[1]


def test_one_column_of_answers_has_no_title(tmp_path: Path) -> None:
    scores = read_scores(workbook(tmp_path / "s.xlsx", [("nps",), (0,), (10,), (10,)]))
    assert scores.answers == 3 and scores.figure == pytest.approx(100 / 3)
    bare = read_scores(workbook(tmp_path / "b.xlsx", [(0,), (10,), (9,)]))
    assert bare.answers == 3


def test_a_size_that_a_sheet_wrongly_says_hides_no_rows(tmp_path: Path) -> None:
    path = workbook(tmp_path / "size.xlsx", ROWS)
    changed = inside(path, lambda _, xml: xml.replace(f'ref="A1:C{len(ROWS)}"'.encode(), b'ref="A1:B5"'))
    assert read_transactions(changed, TODAY).rows == len(FORTY)


def test_a_formula_has_the_value_that_was_saved_with_it(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xlsx", [*ROWS[:-1], (*FORTY[-1][:2], "=40+9.25")])
    saved = inside(
        path, lambda _, xml: xml.replace(b"</f><v />", b"</f><v>49.25</v>").replace(b"</f><v/>", b"</f><v>49.25</v>")
    )
    assert same(read_transactions(written(tmp_path, as_csv(FORTY)), TODAY), read_transactions(saved, TODAY))


def test_figures_and_points_of_a_study_may_stand_in_a_workbook(tmp_path: Path) -> None:
    rows = [("Our year 2024",), (), ("figure", "value"), ("customers", 4200), ("churn", "3% a month"), ("price", 29.5)]
    given_ = read_figures(workbook(tmp_path / "figures.xlsx", rows))
    assert given_["customers"] == 4200.0 and given_["price"] == 29.5
    assert given_["churn"] == pytest.approx(1.0 - 0.97**12)
    wrong = workbook(tmp_path / "wrong.xlsx", [*rows[:4], ("churn", 3.5), ("nps", 400)])
    assert f"wrong.xlsx#{NAME}, row 6: nps: given '400'" in refusal(read_figures, wrong)
    points = [("market.people", "brand.focal.use.quality", "word"), (500, 0.125, "a"), (600, 0.5, "b")]
    table = read_plain_table(workbook(tmp_path / "points.xlsx", points))
    assert table.to_dict("list") == {
        "market.people": [500, 600],
        "brand.focal.use.quality": [0.125, 0.5],
        "word": ["a", "b"],
    }
    table.to_parquet(tmp_path / "points.parquet")
    assert read_plain_table(tmp_path / "points.parquet").equals(table)


def _short(number: float) -> float:
    """What openpyxl writes of a number, which is one digit less than it may have."""
    return float(f"{number:.15g}")


IDS = st.one_of(st.integers(0, 10**14), st.sampled_from(["00001", "A-7", "Zoë", " x ", "-"]))
AMOUNTS = st.one_of(
    st.floats(0.001, 1e6).map(_short), st.integers(-50, 500), st.sampled_from([0.125, 12.345, 1234.567])
)
PURCHASES = st.lists(
    st.tuples(IDS, st.integers(0, 300).map(lambda day: START + timedelta(days=day)), AMOUNTS), max_size=40
)


@given(PURCHASES)
@settings(max_examples=25, deadline=None)
def test_any_purchases_are_the_same_in_csv_workbook_and_parquet(rows: list[tuple[object, date, float]]) -> None:
    rows = [*FORTY, *rows]
    with TemporaryDirectory() as name:
        folder = Path(name)
        # with noughts, so that 12.345 cannot be thousands: in a workbook it is a number and needs none
        texts = [
            (id_, day, f"{amount!r}0000" if "." in repr(amount) and "e" not in repr(amount) else amount)
            for id_, day, amount in rows
        ]
        plain = read_transactions(written(folder, as_csv(texts)), TODAY)
        assert same(plain, read_transactions(workbook(folder / "a.xlsx", [HEADING, *rows]), TODAY))
        frame = pd.DataFrame([(str(id_), day, float(amount)) for id_, day, amount in rows], columns=list(HEADING))
        frame.to_parquet(folder / "a.parquet")
        assert same(plain, read_transactions(folder / "a.parquet", TODAY))


CELLS = st.one_of(st.integers(-(10**12), 10**12), st.floats(-1e9, 1e9).map(_short), st.booleans())


@given(
    st.lists(
        st.tuples(CELLS, st.text("abcxyz äß0,", min_size=1).map(lambda text: f"w{text}w")), min_size=1, max_size=20
    )
)
@settings(max_examples=25, deadline=None)
def test_any_plain_table_goes_to_csv_and_workbook_and_back(rows: list[tuple[object, str]]) -> None:
    one_kind = [(value, text) for value, text in rows if isinstance(value, bool) == isinstance(rows[0][0], bool)]
    frame = pd.DataFrame({"a.b": [value for value, _ in one_kind], "c": [text for _, text in one_kind]})
    with TemporaryDirectory() as name:
        folder = Path(name)
        frame.to_csv(folder / "t.csv", index=False)
        plain = read_plain_table(folder / "t.csv")
        sheet = read_plain_table(workbook(folder / "t.xlsx", [["a.b", "c"], *frame.to_numpy(object).tolist()]))
        assert plain.to_numpy().tolist() == sheet.to_numpy().tolist() == frame.to_numpy(object).tolist()


# ---- refused, with the cell ------------------------------------------------------------------------------------------


def _hide(sheet: Sheet) -> None:
    sheet.row_dimensions[7].hidden = True


def _hide_column(sheet: Sheet) -> None:
    sheet.column_dimensions["C"].hidden = True


def _cell(at: str, value: object) -> Callable[[Sheet], None]:
    def change(sheet: Sheet) -> None:
        sheet[at] = value

    return change


def _serial(sheet: Sheet) -> None:
    for row in range(2, 62):
        sheet.cell(row, 2).number_format = "General"


def _text_day(sheet: Sheet) -> None:
    sheet["B9"] = "13/04/2024"


def _text_number(sheet: Sheet) -> None:
    sheet["C9"] = "1,234"


DOUBTFUL: dict[str, tuple[Callable[[Sheet], object], tuple[str, ...]]] = {
    "a hidden row": (_hide, ("row 7:", "hidden", "clear the filter")),
    "a hidden column": (_hide_column, ("row 1:", "'amount' (C) is hidden")),
    "merged cells": (lambda sheet: sheet.merge_cells("A4:A6"), ("row 4:", "A4:A6 are merged", "fill in every cell")),
    "merged headings": (
        lambda sheet: sheet.merge_cells("B1:C1"),
        ("row 2:", "C2 holds", "outside the columns that have a heading"),
    ),
    "an error": (_cell("C5", "#N/A"), ("row 5:", "C5 holds the error #N/A")),
    "a formula without a value": (
        _cell("C5", "=SUM(C2:C4)"),
        ("row 5:", "C5 holds a formula that was never calculated"),
    ),
    "an id of too many digits": (
        _cell("A5", 4000123412341234567),
        ("row 5:", "A5", "more digits than spreadsheets keep"),
    ),
    "a text day among days": (
        _text_day,
        ("row 9:", "B9 is the text '13/04/2024'", "B2 is a real day, 2024-01-01", "exchanged"),
    ),
    "a text number among numbers": (_text_number, ("row 9:", "C9 is the text '1,234'", "C2 is a real number, 10.25")),
    "a note beside the table": (_cell("F12", "checked by Ann"), ("row 12:", "F12 holds 'checked by Ann'", "outside")),
    "a number for a day": (_serial, ("row 2:", "'45292'", "written 2024-12-31")),
    "a sum below": (_cell("A62", "Grand total"), ("row 62:", "Grand total")),
}


@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_cannot_be_read_in_one_way_is_refused_with_its_cell(name: str, tmp_path: Path) -> None:
    change, parts = DOUBTFUL[name]
    path = workbook(tmp_path / "data.xlsx", ROWS, change)
    if name == "a sum below":
        path = workbook(path, [*ROWS, ("Grand total", None, 1800)])
    message = refusal(lambda file: read_transactions(file, TODAY), path)
    assert f"data.xlsx#{NAME}" in message
    for part in parts:
        assert part in message, message


def test_a_text_among_numbers_is_doubted_in_whatever_column(tmp_path: Path) -> None:
    rows = [
        ("customer_id", "frequency", "recency", "T"),
        *((f"c{i}", 1, 10.5, 40) for i in range(40)),
        ("d", 1, 9, "1,234"),
    ]
    message = refusal(read_rfm, workbook(tmp_path / "rfm.xlsx", rows))
    assert "row 42: D42 is the text '1,234', while C2 is a real number, 10.5" in message


@pytest.mark.parametrize("change", [_cell("D5", "#N/A"), _cell("D5", "=1+1"), lambda sheet: sheet.merge_cells("D4:D6")])
def test_what_stands_in_a_column_that_is_not_used_does_not_block(
    change: Callable[[Sheet], object], tmp_path: Path
) -> None:
    rows = [(*HEADING, "note"), *((*row, "x") for row in FORTY)]
    read_back = read_transactions(workbook(tmp_path / "data.xlsx", rows, change), TODAY)
    assert read_back.rows == len(FORTY) and "Not used: 'note'." in read_back.assumptions


def test_text_numbers_alone_are_read_as_in_a_csv_file(tmp_path: Path) -> None:
    rows = [HEADING, *((id_, day, f"{amount:.2f}".replace(".", ",")) for id_, day, amount in FORTY)]
    read_back = read_transactions(workbook(tmp_path / "data.xlsx", rows), TODAY)
    assert same(read_transactions(written(tmp_path, as_csv(FORTY)), TODAY), read_back)
    days = [HEADING, *((id_, day.strftime("%d/%m/%Y"), amount) for id_, day, amount in FORTY)]
    read_back = read_transactions(workbook(tmp_path / "days.xlsx", days), TODAY)
    assert any("day/month/year: '31/01/2024' in row" in each for each in read_back.assumptions)


def test_several_sheets_are_listed_and_none_is_guessed(tmp_path: Path) -> None:
    path = workbook(tmp_path / "data.xlsx", ROWS)
    book = openpyxl.load_workbook(path)
    book.create_sheet("Empty")
    book.save(path)
    assert read_transactions(path, TODAY).rows == len(FORTY)  # an empty one does not count
    book.create_sheet("Lists").append(["a"])
    book["Lists"].sheet_state = "hidden"
    book.save(path)
    message = refusal(lambda file: read_transactions(file, TODAY), path)
    assert f"2 sheets hold something, and which one is meant is not guessed: {NAME!r}, 'Lists' (hidden)." in message
    assert f"'{path}#{NAME}'" in message
    assert read_transactions(f"{path}#{NAME}", TODAY).rows == len(FORTY)
    assert read_transactions(f"{path}#{NAME.upper()}", TODAY).rows == len(FORTY)
    message = refusal(open_table, Path(f"{path}#Prices"))
    assert "no sheet 'Prices'" in message and NAME in message
    assert "the sheet is empty" in refusal(open_table, Path(f"{path}#Empty"))
    assert "no workbook" in refusal(open_table, Path(f"{written(tmp_path, as_csv(FORTY), 'b.xlsx')}#{NAME}"))
    assert "no such file" in refusal(open_table, tmp_path / f"none.xlsx#{NAME}")


def test_a_missing_column_is_refused_with_the_row_of_the_heading(tmp_path: Path) -> None:
    rows = [("Export",), (), ("customer", "amount"), ("a", 1)]
    message = refusal(lambda file: read_transactions(file, TODAY), workbook(tmp_path / "data.xlsx", rows))
    assert f"data.xlsx#{NAME}, row 3: no column date" in message
    frame = pd.DataFrame({"customer_id": ["a"], "date": [["2024-01-01"]]})
    frame.to_parquet(tmp_path / "lists.parquet")
    assert "no single values" in refusal(lambda file: read_transactions(file, TODAY), tmp_path / "lists.parquet")


def test_rows_of_a_table_of_customers_are_named_as_the_spreadsheet_shows_them(tmp_path: Path) -> None:
    rows = [
        ("customer_id", "frequency", "recency", "T"),
        *((f"c{i}", 1, 10.5, 40.5) for i in range(40)),
        ("d", 1, 60.5, 40),
    ]
    message = refusal(read_rfm, workbook(tmp_path / "rfm.xlsx", rows))
    assert f"rfm.xlsx#{NAME}, row 42:" in message and "60.5" in message
