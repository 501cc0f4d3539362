"""A workbook (.xlsx) as bytes: every number exactly as it is, texts that are never formulas, the same bytes each time.

Written here in full because libraries round numbers to 15 or 16 digits and put the hour into the file; a workbook of
plain tables is a few lines of XML (ECMA-376, part 1, 18).
"""

import io
import math
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import pandas as pd

from cxsim.data.workbook import address

MOST_ROWS: Final = (1 << 20) - 1  # of a table in a sheet, below its heading
MOST_COLUMNS: Final = 1 << 14
_MOST_CHARACTERS: Final = 32_767  # of a cell
_EXACT: Final = 1 << 53  # whole numbers beyond are not all kept
_MARCH_1900: Final = date(1900, 3, 1)  # before, spreadsheets count a day that never was
_DAY_ZERO: Final = date(1899, 12, 30)
_SEEN_FOR_WIDTH: Final = 200
_NARROWEST, _WIDEST = 8, 60
_NAME_LENGTH: Final = 31
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PLAIN, _BOLD, _DATE, _TIME, _LARGE, _TENS, _ONES, _SMALL, _QUOTED = range(9)  # styles, as in _STYLES
_FORMATS: Final = ["yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "#,##0", "0.0", "0.00", "0.0000"]
_NO_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_KEPT: Final = {"\r": "&#13;"}  # XML would make a line's end of it
_LIKE_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class TableSheet:
    """A table with its name, and lines of text above it.

    Attributes:
        name: as wished; see `sheet_names` for what it becomes.
        table: with its heading; days and times of day as `datetime.date` and `datetime.datetime`.
        above: lines of text above the heading.
    """

    name: str
    table: pd.DataFrame
    above: tuple[str, ...] = ()


def sheet_names(wanted: Sequence[str]) -> list[str]:
    """Names that sheets may have: at most 31 characters, none of the few that Excel refuses, no two the same in any case."""
    names: list[str] = []
    taken: set[str] = set()
    for name in wanted:
        plain = re.sub(r"[][:*?/\\]", "-", name).strip("' ")[:_NAME_LENGTH] or "table"
        mark, count = "", 1
        while plain[: _NAME_LENGTH - len(mark)].casefold() + mark in taken:
            count += 1
            mark = f"~{count}"
        names.append(plain[: _NAME_LENGTH - len(mark)] + mark)
        taken.add(names[-1].casefold())
    return names


def workbook(sheets: Sequence[TableSheet]) -> bytes:
    """The file; the first sheet is the one that opens.

    Raises:
        ValueError: if a table or text is larger than a sheet or cell may be.
    """
    names = sheet_names([sheet.name for sheet in sheets])
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for part, text in _frame(names).items():
            with archive.open(_entry(part), "w") as file:
                file.write((_HEAD + text).encode())
        for place, sheet in enumerate(sheets, 1):
            with archive.open(_entry(f"xl/worksheets/sheet{place}.xml"), "w") as file:
                for text in _sheet_xml(sheet, first=place == 1):
                    file.write(text.encode())
    return content.getvalue()


def _entry(part: str) -> zipfile.ZipInfo:
    """A part of the file, of no hour: the same tables give the same bytes."""
    entry = zipfile.ZipInfo(part, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _frame(names: Sequence[str]) -> dict[str, str]:
    """All parts but the sheets."""
    places = range(1, len(names) + 1)
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{place}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for place in places
    )
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{place}" r:id="rId{place}"/>'
        for place, name in zip(places, map(_xml, names), strict=True)
    )
    links = "".join(
        f'<Relationship Id="rId{place}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{place}.xml"/>'
        for place in places
    )
    styles = f'<Relationship Id="rId{len(names) + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    book = f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{types}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{book}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}{styles}</Relationships>',
        "xl/styles.xml": _styles(),
    }


def _styles() -> str:
    """How cells look, in the order of the names above."""
    formats = "".join(f'<numFmt numFmtId="{164 + i}" formatCode="{text}"/>' for i, text in enumerate(_FORMATS))
    looks = ['<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>']
    looks += ['<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>']
    looks += [
        f'<xf numFmtId="{164 + place}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        for place in range(len(_FORMATS))
    ]
    looks += ['<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/>']
    font = '<font>{bold}<sz val="11"/><name val="Calibri"/><family val="2"/></font>'
    return (
        f'<styleSheet xmlns="{_MAIN}"><numFmts count="{len(_FORMATS)}">{formats}</numFmts>'
        f'<fonts count="2">{font.format(bold="")}{font.format(bold="<b/>")}</fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(looks)}">{"".join(looks)}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _sheet_xml(sheet: TableSheet, first: bool) -> Iterator[str]:
    """A sheet, piece by piece: its heading stays in view, and columns are as wide as what they hold."""
    table, heading = sheet.table, len(sheet.above) + 1
    if len(table) + heading > MOST_ROWS or len(table.columns) > MOST_COLUMNS:
        raise ValueError(f"the table {sheet.name} is larger than a sheet of a workbook may be")
    below = address(heading + 1, 1)
    yield f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"{" tabSelected=" + quoteattr("1") if first else ""}>'
    yield f'<pane ySplit="{heading}" topLeftCell="{below}" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    widths = "".join(
        f'<col min="{i}" max="{i}" width="{wide}" customWidth="1"/>' for i, wide in enumerate(_widths(table), 1)
    )
    yield f"<cols>{widths}</cols><sheetData>" if widths else "<sheetData>"
    for number, line in enumerate(sheet.above, 1):
        yield f'<row r="{number}">{_text(address(number, 1), line)}</row>'
    names = "".join(_text(address(heading, i), str(name), _BOLD) for i, name in enumerate(table.columns, 1))
    yield f'<row r="{heading}">{names}</row>'
    letters = [address(0, column) for column in range(1, len(table.columns) + 1)]
    columns = [table[name].tolist() for name in table.columns]
    for number, row in enumerate(zip(*columns, strict=True), heading + 1):
        cells = "".join(_cell(f"{letter}{number}", value) for letter, value in zip(letters, row, strict=True))
        yield f'<row r="{number}">{cells}</row>'
    yield "</sheetData></worksheet>"


def _widths(table: pd.DataFrame) -> list[int]:
    shown = table.head(_SEEN_FOR_WIDTH)
    longest = [max([len(str(name)), *(len(_shown(value)) for value in shown[name].tolist())]) for name in shown.columns]
    return [min(max(wide + 2, _NARROWEST), _WIDEST) for wide in longest]


def _shown(value: object) -> str:
    return f"{value:,.4f}" if isinstance(value, float) else str(value)


def _cell(at: str, value: object) -> str:
    """A value where it stands; nothing for what is missing."""
    if isinstance(value, bool):
        return f'<c r="{at}" t="b"><v>{value:d}</v></c>'
    if isinstance(value, int):
        return f'<c r="{at}"><v>{value}</v></c>' if abs(value) <= _EXACT else _text(at, str(value))
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return f'<c r="{at}" s="{_look(value)}"><v>{value!r}</v></c>' if math.isfinite(value) else _text(at, str(value))
    if value is None or value is pd.NA or value is pd.NaT or value == "":
        return ""
    if isinstance(value, date):
        return _day(at, value)
    return _text(at, str(value))


def _look(number: float) -> int:
    """How many decimals are shown; all are kept."""
    size = abs(number)
    if size >= 1000.0:
        return _LARGE
    return _TENS if size >= 10.0 else _ONES if size >= 1.0 else _SMALL if size else _PLAIN


def _day(at: str, value: date) -> str:
    """A day, or a moment, as the days since the one that spreadsheets count from."""
    timed = isinstance(value, datetime)
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    day = moment.date()
    if day < _MARCH_1900:
        return _text(at, str(value))
    number = (day - _DAY_ZERO).days
    if not timed:
        return f'<c r="{at}" s="{_DATE}"><v>{number}</v></c>'
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return f'<c r="{at}" s="{_TIME}"><v>{number + seconds / 86400!r}</v></c>'


def _text(at: str, text: str, style: int = _PLAIN) -> str:
    """A text, whatever it begins with."""
    if len(text) > _MOST_CHARACTERS:
        raise ValueError(f"the cell {at} would hold {len(text):,} characters; a cell holds {_MOST_CHARACTERS:,}")
    style = _QUOTED if text.startswith(_LIKE_A_FORMULA) and style == _PLAIN else style
    return f'<c r="{at}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(_xml(text), _KEPT)}</t></is></c>'


def _xml(text: str) -> str:
    """A text without what XML cannot hold."""
    return _NO_XML.sub("\ufffd", text)
