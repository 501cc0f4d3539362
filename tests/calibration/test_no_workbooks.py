"""Protects whoever hands over what is no workbook, or one that would fill the memory: it is refused, with what it is and what to do."""

import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from data_files import FORTY, TODAY
from workbooks import inside, refusal, workbook

from cxsim.data import read, read_transactions
from cxsim.data.opening import open_table

HEADING = ("customer_id", "date", "amount")
ROWS = [HEADING, *FORTY]


def _zip(path: Path, **parts: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return path


def _strict(_: str, xml: bytes) -> bytes:
    return xml.replace(b"schemas.openxmlformats.org/spreadsheetml/2006", b"purl.oclc.org/ooxml/spreadsheetml")


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
NO_WORKBOOKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "protected": (
        lambda path: path.write_bytes(OLD + "EncryptedPackage".encode("utf-16-le")),
        "protected by a password",
    ),
    "old": (lambda path: path.write_bytes(OLD + "Workbook".encode("utf-16-le")), "of the old kind (.xls)"),
    "archive": (lambda path: _zip(path, **{"data.csv": b"customer_id,date\n"}), "a zip archive but no workbook"),
    "OpenDocument": (lambda path: _zip(path, **{"content.xml": b"<a/>", "mimetype": b"x"}), "OpenDocument"),
    "binary": (lambda path: _zip(path, **{"[Content_Types].xml": b"<a/>", "xl__workbook.bin": b""}), ".xlsb"),
    "strict": (lambda path: inside(workbook(path, ROWS), _strict, "xl/workbook.xml"), "Strict Open XML"),
    "cut": (lambda path: path.write_bytes(workbook(path, ROWS).read_bytes()[:3000]), "is damaged"),
    "torn text": (lambda path: inside(workbook(path, ROWS), lambda _, xml: xml[: len(xml) // 2]), "is damaged"),
    "no list of sheets": (lambda path: inside(workbook(path, ROWS), lambda *_: None, "xl/workbook.xml"), "is damaged"),
    "no sheet": (lambda path: inside(workbook(path, ROWS), lambda *_: None), "no workbook"),
    "wrong text": (
        lambda path: inside(workbook(path, ROWS), lambda _, xml: xml.replace(b"<v>", b"<v>x")),
        "is damaged",
    ),
    "empty": (lambda path: workbook(path, []), "no sheet of the workbook holds anything"),
    "Parquet, cut": (lambda path: path.write_bytes(b"PAR1" + bytes(50)), "damaged or cut short"),
}


@pytest.mark.parametrize("name", NO_WORKBOOKS)
def test_what_is_no_workbook_says_what_it_is_and_what_to_do(name: str, tmp_path: Path) -> None:
    make, part = NO_WORKBOOKS[name]
    path = tmp_path / "data.xlsx"
    make(path)
    message = refusal(lambda file: read(file, TODAY), path)
    assert part in message and len(message.splitlines()) == 2 and message.count("\n    ") == 1


SPACE = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
BOMBS: dict[str, Callable[[], bytes]] = {
    "a row without end": lambda: SPACE + b"<row>" + b"".join(b'<c r="A1" x="%07d"/>' % place for place in range(100_000)),
    "rows without end": lambda: (
        SPACE + b"".join(b'<row x="%07d"></row>' % place for place in range(20_000)) + b"</sheetData></worksheet>"
    ),
    "entities": lambda: b'<!DOCTYPE a [<!ENTITY a "%s">%s]>' % (
        b"x" * 1000, b"".join(b'<!ENTITY b%d "%s">' % (i, (b"&b%d;" % (i - 1) if i else b"&a;") * 50) for i in range(9))
    ) + SPACE.partition(b"?>")[2] + b"<row><c t='str'><v>&b8;</v></c></row></sheetData></worksheet>",
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_workbook_that_would_fill_the_memory_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cxsim.data.workbook._MOST_ROWS", 10_000)
    monkeypatch.setattr("cxsim.data.workbook._MOST_TAGS", 20_000)
    path = inside(workbook(tmp_path / "bomb.xlsx", ROWS), lambda *_: BOMBS[name]())
    tracemalloc.start()
    message = refusal(lambda file: read(file, TODAY), path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "larger inside" in message or "is damaged" in message
    assert peak < 30e6  # bytes; most of it is the file as it is made


def test_a_zip_that_inflates_to_gigabytes_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<a/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(64):
                part.write(bytes(1 << 20))
    assert path.stat().st_size < 200_000
    tracemalloc.start()
    assert "larger inside" in refusal(lambda file: read(file, TODAY), path)
    assert tracemalloc.get_traced_memory()[1] < 5e6
    tracemalloc.stop()


def test_thirty_thousand_empty_rows_below_the_table_are_no_rows(tmp_path: Path) -> None:
    rows = b"".join(b'<row r="%d" ht="12"><c r="A%d" s="0"/></row>' % (row, row) for row in range(100, 30_100))
    path = inside(
        workbook(tmp_path / "long.xlsx", ROWS), lambda _, xml: xml.replace(b"</sheetData>", rows + b"</sheetData>")
    )
    tracemalloc.start()
    assert read_transactions(path, TODAY).rows == len(FORTY)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8e6  # bytes; what XML keeps of each row, a hundred or so


def test_without_the_package_the_message_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "data.xlsx", ROWS)
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    for module in ("openpyxl.reader.excel", "pyarrow"):
        monkeypatch.setitem(sys.modules, module, None)
    assert "pip install 'cxsim[xlsx]'" in refusal(open_table, path)
    assert "pip install 'cxsim[parquet]'" in refusal(open_table, tmp_path / "a.parquet")
