"""Protects the picture of the house: it shows the rooms, files and imports that there are, not those of last month.

Numbers of lines are rounded and not compared. Whoever adds a file runs `python -m docs.make_house`.
"""

import re

from docs.make_house import PAGE, PICTURE, ROOMS, ROOT, page, picture, rooms, rooms_in


def without_lines(text):
    text = re.sub(r"(?<=\| )[\d,]+ \|$", "|", text, flags=re.MULTILINE)
    return re.sub(r"(?m)^(\| (?:longest file|lines, about).* \|) [\d, ]+ \|$", r"\1", text)


def test_picture_and_table_are_current():
    house = rooms()
    assert picture(house) == PICTURE.read_text(encoding="utf-8"), "run python -m docs.make_house"
    assert without_lines(page(house)) == without_lines(PAGE.read_text(encoding="utf-8")), (
        "run python -m docs.make_house"
    )


def test_every_room_of_the_package_is_in_the_picture():
    inside = {path.parent.name for path in (ROOT / "cxsim").glob("*/__init__.py")}
    assert inside == set(ROOMS)


def test_imports_are_seen_however_they_are_written():
    source = "import cxsim.data.rfm\ndef later():\n    from cxsim import engine\n    from cxsim.analysis import sweep\nimport cxsim"
    assert rooms_in(source) == {"data", "engine", "analysis"}
