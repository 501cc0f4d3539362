"""Protects the workbook of a folder of results: every cell is that of the CSV file, to the last digit, and no text is a formula.

openpyxl, which had no part in writing it, reads it back. Nothing here is statistical.
"""

import csv
import errno
import math
import zipfile
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reported import NASTY, PLAN, market

from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.members import COLUMNS
from cxsim.analysis.export import export
from cxsim.analysis.results.files import ResultsExistError
from cxsim.analysis.results.folder import write_folder
from cxsim.analysis.results.reading import NoResultsError
from cxsim.analysis.results.writing import write_comparison
from cxsim.data.opening import open_table
from cxsim.engine.measures import Measure
from cxsim.engine.outcomes.reach import RULE_COLUMNS
from cxsim.engine.outcomes.weekly import column_of
from cxsim.interface.report import workbook as on_folders
from cxsim.interface.report.columns import explained
from cxsim.interface.report.workbook import workbook_on
from cxsim.interface.report.writing import write_report
from cxsim.interface.report.xlsx import TableSheet, sheet_names, workbook


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(content))


def equal(text: str, value: object) -> bool:
    """Whether a cell of a workbook holds what the text of a CSV cell says."""
    if value is None:
        return text == ""
    if isinstance(value, bool):
        return text == str(value)
    if isinstance(value, datetime):
        return text in (value.date().isoformat(), value.isoformat(" "), value.isoformat())
    if isinstance(value, int | float):
        return float(text) == value
    return text == value


def unequal(folder: Path, book: openpyxl.Workbook) -> list[object]:
    """All cells that differ from those of the CSV files of a folder, by sheet."""
    found: list[object] = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            lines = [*csv.reader(file)]
        rows = [*book[path.stem].iter_rows(values_only=True)]
        found += [path.name] if len(rows) != len(lines) else []
        for line, row in zip(lines, rows, strict=False):
            found += [(path.name, text, value) for text, value in zip(line, row, strict=True) if not equal(text, value)]
    return found


@pytest.mark.parametrize("name", ["comparison", "two plans", "run"])
def test_every_cell_is_that_of_the_csv_file(name, folders):
    book = opened(workbook_on(folders[name]))
    assert unequal(folders[name], book) == []
    assert {path.stem for path in folders[name].glob("*.csv")} == {*book.sheetnames} - {"contents"}
    assert book.sheetnames[:2] == ["contents", "trade"]


def test_numbers_are_numbers_and_days_are_days(tmp_path):
    small = market("base", "", "market.start='2024-01-01'"), market("plan", PLAN, "market.start='2024-01-01'")
    write_comparison(compare(*small, replications=2), tmp_path / "compared")
    book = opened(workbook_on(tmp_path / "compared"))
    assert unequal(tmp_path / "compared", book) == []
    rows = book["money"].iter_rows(min_row=2, values_only=True)
    assert {(type(week), type(day), type(gain)) for _, week, day, gain, *_ in rows} <= {
        (int, datetime, int),
        (int, datetime, float),
    }
    assert book["money"]["C2"].number_format == "yyyy-mm-dd" and book["money"]["C3"].value == datetime(2024, 1, 8)
    exported = tmp_path / "exported"
    export(small[0], folder=exported)
    book = opened(workbook_on(exported))
    assert unequal(exported, book) == []
    assert isinstance(book["events"]["C2"].value, datetime) and isinstance(book["transactions"]["B2"].value, datetime)


def test_headings_stay_in_view_and_columns_are_as_wide_as_what_they_hold(folders):
    book = opened(workbook_on(folders["run"]))
    assert book.active.title == "contents"
    assert book["weeks"].freeze_panes == "A2"
    above = book["contents"].freeze_panes
    assert above is not None and book["contents"].cell(int(above[1:]) - 1, 1).value == "sheet"
    widths = book["summary"].column_dimensions
    assert widths["F"].width > widths["B"].width >= 8


@pytest.mark.parametrize("name", ["comparison", "run"])
def test_the_first_sheet_says_what_every_sheet_and_column_holds(name, folders):
    book = opened(workbook_on(folders[name]))
    rows = [row for row in book["contents"].iter_rows(values_only=True) if row[0] in book.sheetnames]
    told = {(sheet, column): (unit, meaning, interval) for sheet, column, unit, meaning, interval in rows}
    for sheet in book.worksheets[1:]:
        headings = [cell.value for cell in sheet[1]]
        assert told[sheet.title, None][0] == f"{sheet.max_row - 1:,} rows"
        assert all(told[sheet.title, heading][1] for heading in headings), sheet.title
    assert told["retention", "kept"][2] == "kept_low to kept_high"
    assert told["retention", "kept_high"][2] == "of kept"
    assert told["funnel", "share"] == ("share", "of the journeys that consider the brand", "low to high")
    assert told["weeks", "revenue_money"][0] == "<b>&\"'"[:-1]  # the market's currency
    if name == "comparison":
        assert told["differences", "difference"][2] == "low to high" and told["funnel", "low"][2] == "of share"
        said = " ".join(str(row[0]) for row in book["contents"].iter_rows(max_row=4, values_only=True))
        assert "3 replications, seed 5" in said and "95%, Student's t over replications, differences paired" in said


@pytest.mark.parametrize(
    ("table", "columns"),
    [("members", COLUMNS), ("reach", RULE_COLUMNS), ("copied", ["plan", "after_weeks", "replication", "net_margin"]),
     ("real", ["week", "actual_cumulative_repeat_purchases"]), ("weeks", [column_of(each) for each in Measure])],
)  # fmt: skip
def test_columns_that_only_some_markets_have_are_told_too(table, columns):
    assert all(meaning for _, meaning in explained(table, columns).values())
    assert explained("plausible", ["use.memory"]) == {"use.memory": ("", "value set in the scenario")}


TEXTS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    '=HYPERLINK("x")',
    "\t=1",
    " =1",
    "007",
    "1e5",
    "TRUE",
    "2024-01-01",
    "#N/A",
    NASTY,
    "a\nb",
    "Zoë 🙂",
]


def test_no_text_is_a_formula_whatever_it_begins_with():
    content = workbook([TableSheet("t", pd.DataFrame({"=key": TEXTS}), above=("=2+2",))])
    sheet = opened(content)["t"]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in cells] == ["=2+2", "=key", *TEXTS]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells if cell.quotePrefix] == [
        text for text in ["=2+2", *TEXTS] if text[0] in "=+-@\t"
    ]
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


VALUES = st.one_of(
    st.floats(), st.integers(-(2**70), 2**70), st.booleans(), st.none(), st.text(max_size=20),
    st.dates(date(1850, 1, 1)), st.datetimes(datetime(1900, 3, 1), datetime(2400, 1, 1)).map(lambda at: at.replace(microsecond=0)),
)  # fmt: skip


@given(st.lists(VALUES, max_size=30))
@settings(max_examples=80, deadline=None)
def test_any_value_is_read_back_as_it_was(values):
    sheet = opened(workbook([TableSheet("t", pd.DataFrame({"a": pd.Series(values, dtype=object), "end": 1}))]))["t"]
    for value, (read, _) in zip(values, sheet.iter_rows(min_row=2, values_only=True), strict=True):
        if isinstance(value, datetime):
            assert read == value
        elif isinstance(value, date):
            assert read == (
                value.isoformat() if value < date(1900, 3, 1) else datetime(value.year, value.month, value.day)
            )
        elif isinstance(value, float) and not math.isfinite(value):
            assert read == (None if math.isnan(value) else str(value))
        elif isinstance(value, int) and abs(value) > 2**53:
            assert read == str(value)
        elif isinstance(value, str):
            assert (read or "") == "".join("\ufffd" if _not_in_xml(c) else c for c in value)
        else:
            assert read == value and isinstance(read, bool) == isinstance(value, bool)


def _not_in_xml(character: str) -> bool:
    return (
        (ord(character) < 32 and character not in "\t\n\r")
        or "\ud800" <= character <= "\udfff"
        or character in "\ufffe\uffff"
    )


def test_sheets_have_names_that_every_program_takes():
    names = sheet_names(["weeks", "Weeks", "a" * 40, "a" * 41, "a/b:c", "'", ""])
    assert names == ["weeks", "Weeks~2", "a" * 31, "a" * 29 + "~2", "a-b-c", "table", "table~2"]


def test_the_same_folder_gives_the_same_bytes_whole_or_not_at_all(folders, tmp_path, monkeypatch):
    out = tmp_path / "new" / "tables.xlsx"
    write_report(folders["run"], out)
    assert out.read_bytes() == workbook_on(folders["run"])
    with zipfile.ZipFile(out) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}  # and not the hour
    with pytest.raises(ResultsExistError, match="--overwrite"):
        write_report(folders["run"], out)
    with pytest.raises(NoResultsError, match="--one-page is a page"):
        write_report(folders["comparison"], tmp_path / "b.XLSX", one_page=True)

    def full(path, content):
        with path.open("wb") as file:
            file.write(content[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    before = out.read_bytes()
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        write_report(folders["run"], out, overwrite=True)
    assert out.read_bytes() == before and [path.name for path in out.parent.iterdir()] == ["tables.xlsx"]


@pytest.mark.parametrize("ending", ["xls", "ODS", "csv", "parquet"])
def test_no_page_is_written_under_the_name_of_a_table(folders, tmp_path, ending):
    with pytest.raises(NoResultsError, match=r"ends in \.xlsx, and a page ends in \.html"):
        write_report(folders["comparison"], tmp_path / f"tables.{ending}")
    assert not list(tmp_path.iterdir())


def test_a_changed_table_is_refused(folders, tmp_path):
    write_folder(tmp_path / "r", "calibration", {}, {"plausible": pd.DataFrame({"a": [1.5]})}, {})
    assert opened(workbook_on(tmp_path / "r"))["plausible"]["A2"].value == 1.5
    (tmp_path / "r" / "plausible.csv").write_text("a\n2.5\n")
    with pytest.raises(NoResultsError, match="not as cxsim wrote it"):
        workbook_on(tmp_path / "r")


def test_a_table_longer_than_a_sheet_is_left_out_and_said(tmp_path, monkeypatch):
    monkeypatch.setattr(on_folders, "MOST_ROWS", 5)
    tables = {"short": pd.DataFrame({"a": np.arange(3)}), "long": pd.DataFrame({"a": np.arange(9)})}
    write_folder(tmp_path / "r", "calibration", {}, tables, {})
    book = opened(workbook_on(tmp_path / "r"))
    assert book.sheetnames == ["contents", "short"]
    (said,) = [row for row in book["contents"].iter_rows(values_only=True) if row[1] == "long"]
    assert "9 rows are more than a sheet holds" in said[3]


def test_a_sheet_of_it_is_read_like_any_other_table(folders, tmp_path):
    write_report(folders["run"], tmp_path / "tables.xlsx")
    table = open_table(f"{tmp_path / 'tables.xlsx'}#figures")
    places = {name: place for place, name in enumerate(table.heading)}
    cells = table.whole(places)
    plain = open_table(folders["run"] / "figures.csv").whole(places)
    assert cells["net_margin"].astype(float).tolist() == plain["net_margin"].astype(float).tolist()
