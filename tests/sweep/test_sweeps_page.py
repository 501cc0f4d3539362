"""Protects the page on studies: its study is right, its commands exist, and its tables and columns are those written."""

import re
import shlex
from pathlib import Path

import click
import pytest

from cxsim.cli import cxsim
from cxsim.sweep import read_people, read_study
from cxsim.sweep.plan import planned

PAGE = (Path(__file__).parents[2] / "docs" / "sweeps.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_the_study_of_the_page_is_right(tmp_path):
    (text,) = blocks("toml")
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    reading = read_study(tmp_path / "study.toml")
    assert len(planned(reading).grid) == 32 * 20 * 2
    assert reading.study.until is not None and not reading.study.people


@pytest.mark.parametrize(
    "line", [line for block in blocks("sh") for line in block.splitlines() if line.startswith("cxsim")]
)
def test_commands_of_the_page_have_the_options_they_are_given(line):
    program, name, *arguments = shlex.split(line, comments=True)
    assert program == "cxsim"
    command = cxsim.commands[name]
    with click.Context(command) as context:
        command.parse_args(context, list(arguments))
    if name == "sweep":
        assert (Path(__file__).parents[2] / arguments[0]).is_file()


def test_the_columns_of_people_are_told(reference):
    told = re.search(r"`people` has (.*?)It is large", PAGE, re.DOTALL)[1]
    assert [column for column in read_people(reference).columns if column not in ("run", "person")] == [
        word for word in re.findall(r"`([a-z_]+)`", told) if word != "null"
    ]
