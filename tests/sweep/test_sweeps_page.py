"""Protects the page on studies: its study is right, its commands and code work, its columns are those written."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from cxsim.analysis.sweep import read_people, read_study
from cxsim.analysis.sweep.sweep import planned
from cxsim.interface.cli import cxsim

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sweeps.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_the_study_of_the_page_is_right(tmp_path):
    (text,) = blocks("toml")
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    reading = read_study(tmp_path / "study.toml")
    assert planned(reading).scenarios == 32 * 20 * 2
    assert reading.study.until is not None and not reading.study.people


def commands():
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    return [shlex.split(line, comments=True) for line in lines if line.startswith("cxsim")]


CHEAP = {
    "replications = 10": "replications = 5",
    "people = false": "people = true",
    "market.people = 5000": "market.people = 60\nmarket.horizon_weeks = 8",
    "points = 32": "points = 2",
    "draws = 20": "draws = 2",
    "most = 200": "most = 6",
}
IN_HERE = {
    "sweep": ("--workers", "0"),
    "compare": ("--set", "market.people=60", "--set", "market.horizon_weeks=8", "--most", "22"),
}


def put_study(folder):
    """The study of the page, made cheap, where its commands look for one."""
    (text,) = blocks("toml")
    for slow, cheap in CHEAP.items():
        assert slow in text
        text = text.replace(slow, cheap)
    for study in {arguments[0] for _, name, *arguments in commands() if name == "sweep"}:
        (folder / study).parent.mkdir(parents=True, exist_ok=True)
        (folder / study).write_text(text, encoding="utf-8")


def test_the_page_works_from_top_to_bottom(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    put_study(tmp_path)
    names = {"duckdb": pytest.importorskip("duckdb"), "polars": pytest.importorskip("polars")}
    said = []
    for _, name, *arguments in commands():
        if "--cluster" not in arguments:  # tests of their own live studies on one
            result = CliRunner().invoke(cxsim, [name, *arguments, *IN_HERE[name]], catch_exceptions=False)
            assert result.exit_code == 0, f"{name} {arguments}: {result.output}"
            said.append(result.stdout)
    assert said[0].startswith("2 points x 2 worlds x 2 (the market and its plans) x 5 replications = 40 runs")
    assert [re.match(r"(\d+) runs", each)[1] for each in said[1:4]] == ["40", "40", "120"]
    reading, lazily = blocks("python")
    exec(reading, names)
    assert names["pairs"].shape == (60, 2) and names["pairs"].notna().all(axis=None)
    assert len(names["weeks"]) == 120 * 8 * names["weeks"]["brand"].nunique() and len(names["people"]) == 120 * 60
    for line in lazily.splitlines():
        assert len(eval(line, names)) == 2  # the market and its plan


def test_the_columns_of_people_are_told(reference):
    told = re.search(r"`people` has (.*?)It is large", PAGE, re.DOTALL)[1]
    assert [column for column in read_people(reference).columns if column not in ("run", "person")] == [
        word for word in re.findall(r"`([a-z_]+)`", told) if word != "null"
    ]
