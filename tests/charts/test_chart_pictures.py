"""Protects how charts look: each is compared with a small picture of it that somebody looked at.

The numbers in them are written in fixed.py, so that only a change of a chart changes its picture. After a change that
is meant, look at the new pictures and keep them: `python tests/charts/pictures.py`. Fonts come with Matplotlib, so that
every machine with the pinned Matplotlib draws the same; the tolerance is for rounding.
"""

from dataclasses import replace

import matplotlib.pyplot as plt
import pictures
import pytest
from matplotlib.testing.compare import compare_images

from cxsim.interface import charts

TOLERANCE = 0.2  # root mean square difference, of 255; one digit changed makes 0.3 or more


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_a_chart_looks_as_it_did(name, tmp_path):
    drawn = pictures.draw(name, tmp_path)
    assert compare_images(str(pictures.BASELINES / f"{name}.png"), str(drawn), TOLERANCE) is None


def test_a_changed_number_is_noticed(tmp_path, monkeypatch):
    comparison = pictures.fixed.comparison()
    plan = comparison.plans["Easy to buy"]
    matrix = plan.matrix.copy()
    matrix.loc["line", "loop"] += 1.0  # 366 instead of 365
    other = replace(comparison, plans={plan.name: replace(plan, matrix=matrix)})
    monkeypatch.setitem(pictures.PICTURES, "matrix", lambda: charts.matrix(other))
    drawn = pictures.draw("matrix", tmp_path)
    assert compare_images(str(pictures.BASELINES / "matrix.png"), str(drawn), TOLERANCE) is not None


@pytest.mark.parametrize("file", pictures.FLOWS)
def test_the_flow_as_svg_is_the_same_bytes(file):
    assert pictures.drawn_flow(file) == (pictures.BASELINES / file).read_text(encoding="utf-8")


def test_baselines_are_small_and_all_of_them_are_used():
    files = list(pictures.BASELINES.iterdir())
    assert {file.name for file in files} == {f"{name}.png" for name in pictures.PICTURES} | set(pictures.FLOWS)
    assert sum(file.stat().st_size for file in files) < 1_000_000
