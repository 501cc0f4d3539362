"""Workbooks for tests, written by openpyxl, and the same damaged or changed inside."""

import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from cxsim.data import DataError

Sheet = Any
NAME = "Purchases 2024"


def workbook(path: Path, rows: Iterable[Sequence[object]], change: Callable[[Sheet], object] | None = None) -> Path:
    """A workbook of one sheet with these rows, changed by hand before it is saved."""
    book = Workbook()
    sheet = book.active
    sheet.title = NAME
    for row in rows:
        sheet.append(list(row))
    if change is not None:
        change(sheet)
    book.save(path)
    return path


def inside(path: Path, change: Callable[[str, bytes], bytes | None], part: str = "xl/worksheets/sheet1.xml") -> Path:
    """The same file with one of its parts changed, or left out for None."""
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in held.items():
            new = change(name, content) if name == part else content
            if new is not None:
                archive.writestr(name, new)
    return path


def refusal(reading: Callable[[Path], object], path: Path) -> str:
    with pytest.raises(DataError) as caught:
        reading(path)
    return str(caught.value)
