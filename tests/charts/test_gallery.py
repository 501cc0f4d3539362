"""Protects the gallery: the code it shows makes the pictures it shows, and no chart is missing from it.

Run with two replications of a small market; the pictures themselves are kept by test_chart_pictures.py.
"""

import matplotlib.pyplot as plt
import pytest

from cxsim.interface import charts
from docs.make_images import DOCS, GALLERY, draw_gallery

SMALLER = {
    "replications=20": "replications=2",
    "replications=8": "replications=2",
    "replications = 6": "replications = 2",
    "market.people = 1500": "market.people = 200",
    "sweep late-and-dear.toml": "sweep late-and-dear.toml --workers 1",
}
IMAGES_AT_MOST = 1_500_000  # bytes, all pictures together


@pytest.fixture(scope="module")
def page():
    return GALLERY.read_text(encoding="utf-8")


def test_the_code_shown_makes_the_pictures_shown(page, tmp_path):
    for large, small in SMALLER.items():
        assert large in page
        page = page.replace(large, small)
    drawn = draw_gallery(page, tmp_path)
    plt.close("all")
    assert {file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*.png")} == set(drawn)
    assert all("ax = charts." in code for code in drawn.values())
    assert all((DOCS / picture).exists() for picture in drawn)


def test_every_chart_is_on_the_page(page):
    assert [name for name in charts.__all__ if f"charts.{name}" not in page and f"`{name}`" not in page] == []


def test_pictures_stay_small():
    assert sum(file.stat().st_size for file in (DOCS / "images" / "charts").iterdir()) < IMAGES_AT_MOST
