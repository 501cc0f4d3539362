"""Protects how numbers are written: every face writes them by the same few functions. Nothing here is statistical."""

import ast
import re
from math import inf, nan
from pathlib import Path

import numpy as np
import pytest

import cxsim
from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.phrases import (
    ONE_REPLICATION,
    decimals,
    estimated,
    fitting,
    interval,
    percent,
    short,
    short_signed,
    signed,
    typeset,
    week,
    whole,
)
from cxsim.interface.report import numbers

CODE = Path(cxsim.__file__).parent


@pytest.mark.parametrize(
    ("write", "value", "text"),
    [
        (whole, 1234.5, "1,234"),
        (whole, -0.2, "0"),
        (whole, nan, "\N{EM DASH}"),
        (whole, inf, "unbounded"),
        (signed, 12.0, "+12"),
        (signed, 0.3, "0"),
        (signed, -0.3, "0"),
        (decimals(1, signed=True), 0.04, "0.0"),
        (short, 0.12345, "0.123"),
        (short, 99.97, "100"),
        (short, 123456.0, "123,456"),
        (short_signed, -0.5, "-0.5"),
        (percent, 0.333, "33%"),
        (percent, nan, "\N{EM DASH}"),
        (fitting(3.0, 4.0), 3.0, "3"),
        (fitting(0.5, 12.3), 0.5, "0.5"),
    ],
)
def test_a_number_is_written_so(write, value, text):
    assert write(value) == text


def test_an_interval_stands_in_brackets_and_is_left_out_where_there_is_none():
    assert interval(12.0, 10.0, 14.0) == estimated(Estimate(12.0, 10.0, 14.0)) == "12 (10 to 14)"
    assert interval(12.0, nan, nan) == "12"
    assert interval(12.0, nan, nan, without=ONE_REPLICATION) == "12 (one replication, no interval)"
    assert typeset(interval(-1.0, -2.0, 3.0, signed)) == "\N{MINUS SIGN}1 (\N{MINUS SIGN}2 to +3)"


def test_no_spread_seen_is_no_interval_of_width_0():
    equal = estimate(np.array([3.0, 3.0, 3.0]))
    assert estimated(equal) == "3 (no spread seen in 3 replications)"
    assert estimated(equal, without=ONE_REPLICATION) == estimated(equal)
    assert interval(3.0, 3.0, 3.0) == "3 (no spread seen)"
    assert interval(3.0, 3.0, 3.0, replications=20) == "3 (no spread seen in 20 replications)"
    assert numbers.interval(equal, "people") == "3 (no spread seen in 3 replications) people"
    assert numbers.parts(equal) == ("3", "no spread seen")


def test_rounding_makes_no_interval_of_width_0():
    assert interval(3.0, 2.7, 3.3) == "3 (2.7 to 3.3)"
    assert interval(3.0, 2.97, 3.02, signed) == "+3 (+2.97 to +3.02)"
    assert interval(0.5, 0.501, 0.502, percent) == "50% (50% to 50%)"  # a share is said in whole percent


def test_people_count_weeks_from_one():
    assert week(0) == 1


def written_intervals(source: str) -> list[int]:
    """Lines with a text of its own for "12 (10 to 14)": value, bracket, value, "to", value."""
    kinds = (ast.FormattedValue, ast.Constant, ast.FormattedValue, ast.Constant, ast.FormattedValue)
    found = []
    for node in ast.walk(ast.parse(source)):
        parts = node.values if isinstance(node, ast.JoinedStr) else []
        for some in zip(*(parts[start:] for start in range(5)), strict=False):
            if all(map(isinstance, some, kinds)) and str(some[1].value).strip() == "(" and some[3].value == " to ":
                found.append(node.lineno)
    return found


def test_nobody_else_writes_an_interval():
    """Nor one whose mean stands elsewhere, but for what is a range: of what is allowed, asked for or drawn."""
    assert written_intervals('f"{mean:.0f} ({low:.0f} to {high:.0f}) people"') == [1]
    assert not [file for file in CODE.rglob("*.py") if written_intervals(file.read_text("utf-8"))]
    own = re.compile(r"\.low:[^{}]*\} to \{")
    ranges = {
        "analysis/calibration/report.py",
        "data/figures.py",
        "interface/explorer/plan.py",
        "scenario/checks.py",
        "scenario/register.py",
    }
    found = {file.relative_to(CODE).as_posix() for file in CODE.rglob("*.py") if own.search(file.read_text("utf-8"))}
    assert found <= ranges


def test_the_page_writes_an_interval_as_python_does():
    page = (CODE / "interface/explorer/static/words.js").read_text(encoding="utf-8")
    written = re.search(r"return `(\$\{show\(mean\)\} \(\$\{show\(low.*?)`;", page)
    assert written is not None
    text = re.sub(r"\$\{show\((\w+)(?:, digits)?\)\}", r"{\1}", written[1]).format(mean=12, low=10, high=14)
    assert text == interval(12.0, 10.0, 14.0)
    assert re.search(r"if \(low === high\) return `\$\{show\(mean\)\} \(\$\{say\(", page)
