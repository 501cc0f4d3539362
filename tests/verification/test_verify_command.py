"""Protects `cxsim verify`: what it prints and writes, its exit codes, and what a user's mistake is answered with."""

import json
import re
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from cxsim.analysis.verification import LIMITS, report, verify
from cxsim.analysis.verification import limit as limits
from cxsim.interface.charts.agreement import agreement, limit_figure, misses
from cxsim.interface.charts.look import FIRST_CYCLE, LINE
from cxsim.interface.cli import main

ROOT = Path(__file__).parents[2]
FEW = ("-n", 10)


@pytest.fixture
def cxsim(monkeypatch, capsys):
    """Run a command as the shell would: (exit code, stdout, stderr)."""

    def command(*arguments):
        monkeypatch.setattr("sys.argv", ["cxsim", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


@pytest.fixture
def broken_settings(monkeypatch, tmp_path):
    """Scenarios of the limits in a folder of their own, free to be changed."""
    folder = tmp_path / "settings"
    folder.mkdir()
    for file in limits.settings_folder().glob("*.toml"):
        (folder / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(limits, "settings_folder", lambda: folder)
    return folder


def test_one_limit_prints_its_line_and_its_table(cxsim):
    code, out, err = cxsim("verify", "learning", *FEW)
    assert code == 0
    assert re.match(r"passes  learning +24 of 24 checks +largest miss 0\.0 standard errors", out)
    assert "expectation less quality, running average  uses 12" in out
    assert re.search(r"24 checks, all passed\. .* fails \d\.\d of 24 by luck", out)
    assert re.search(r"^1 limit, 10 replications each, seed 1: about \d+ seconds on \d+ cores$", err, re.M)


def test_several_limits_print_a_line_each(cxsim):
    code, out, _ = cxsim("verify", "learning", "spreadsheet", "learning", *FEW)
    assert code == 0
    assert [line.split()[1] for line in out.splitlines() if line.startswith("passes")] == ["learning", "spreadsheet"]
    assert "closed form   simulated" not in out


def test_a_limit_that_fails_shows_its_table_and_code_1(cxsim, broken_settings, tmp_path):
    file = broken_settings / "learning.toml"
    file.write_text(file.read_text().replace("prior = 0.2", "prior = 0.2\npromise_weight = 1.0"))
    code, out, _ = cxsim("verify", "learning", "spreadsheet", *FEW, "-o", tmp_path / "out")
    assert code == 1
    assert re.search(r"^FAILS   learning ", out, re.M) and "<- fails" in out
    assert re.search(r"^passes  spreadsheet ", out, re.M)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert [manifest["limits"][name]["passed"] for name in ("learning", "spreadsheet")] == [False, True]


def test_results_are_written_whole(cxsim, tmp_path):
    out = tmp_path / "results" / "verified"
    code, said, _ = cxsim("verify", "learning", "sbg", *FEW, "--seed", 3, "-o", out)
    assert code == 0 and f"Written to {out}" in said
    names = {"table.csv", "verification.md", "learning.png", "sbg.png"}
    assert {path.name for path in out.iterdir()} == names | {"manifest.json"}
    table = pd.read_csv(out / "table.csv")
    assert list(table.groupby("limit", sort=False).size()) == [24, 12]
    assert table["passed"].all() and (table["miss"].abs() <= 3).all()
    manifest = json.loads((out / "manifest.json").read_text())
    assert set(manifest["files"]) == names and manifest["packages"]["numpy"]
    assert manifest["limits"]["sbg"]["seed"] == 3 and len(manifest["limits"]["sbg"]["scenario_sha256"]) == 64
    assert "### Contracts, sBG (`sbg`)" in (out / "verification.md").read_text()


MISTAKES = {
    "a name nearly right": (("bg_nbd",), "there is no limit 'bg_nbd'. Did you mean 'bg-nbd'?"),
    "an unknown name": (("zzz",), "Limits: bass, nbd"),
    "too few replications": (("-n", 9), "9 is not in the range"),
    "negative seed": (("--seed", -1), "-1 is not in the range"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_gets_one_message_and_code_2(cxsim, mistake):
    arguments, message = MISTAKES[mistake]
    code, out, err = cxsim("verify", *arguments)
    assert (code, out) == (2, "") and message in err and "Traceback" not in err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("leave_a = 0.668", "leave_a = -1.0", "loyalty.leave_a"),
        ("leave_a = 0.668", "leve_a = 0.668", "Did you mean 'leave_a'"),
        ("horizon_weeks = 12", "horizon_weeks = 5", "market.horizon_weeks is 5, but the limit looks at week 6"),
    ],
)
def test_a_broken_scenario_is_named_with_code_2(cxsim, broken_settings, old, new, message):
    file = broken_settings / "sbg.toml"
    file.write_text(file.read_text().replace(old, new))
    code, _, err = cxsim("verify", "sbg", *FEW)
    assert code == 2 and message in err and "Traceback" not in err


def test_a_full_folder_is_refused_before_the_work(cxsim, tmp_path, monkeypatch):
    (tmp_path / "mine.txt").write_text("mine")
    with monkeypatch.context() as patch:
        patch.setattr("cxsim.analysis.verification.verify", lambda *_, **__: pytest.fail("lived first"))
        code, out, err = cxsim("verify", "learning", *FEW, "-o", tmp_path)
    assert (code, out) == (2, "") and "--overwrite" in err
    assert cxsim("verify", "learning", *FEW, "-o", tmp_path, "--overwrite")[0] == 0
    assert (tmp_path / "mine.txt").read_text() == "mine"


# ---- charts ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fair():
    return verify(LIMITS["logit"], 12, people=400)


def colours_of(ax):
    return {line.get_color() for line in ax.lines if line.get_marker() == "o"}


def test_charts_draw_on_the_axes_they_are_given_and_return_them(fair):
    for chart in (agreement, misses):
        _, ax = plt.subplots()
        assert chart(fair, ax=ax) is ax
        plt.close("all")


def test_a_failing_point_is_orange():
    broken = verify(LIMITS["learning"], 12, people=20, overrides=["expectation.promise_weight=1.0"])
    assert not broken.passed
    assert LINE in colours_of(agreement(broken)) | colours_of(misses(broken))
    sound = verify(LIMITS["learning"], 12, people=20)
    assert colours_of(agreement(sound)) | colours_of(misses(sound)) == {FIRST_CYCLE}
    plt.close("all")


def test_a_figure_has_every_series_and_the_misses(fair):
    figure = limit_figure(fair)
    titles = [ax.get_title(loc="left").replace("\n", " ") for ax in figure.axes]
    assert [title for title in titles if title] == [series.quantity for series in fair.series]
    assert len(figure.axes) == len(fair.series) + 1
    plt.close("all")


# ---- the page -------------------------------------------------------------------------------------------------------


def test_the_page_lists_every_limit_and_its_formula():
    text = (ROOT / "docs" / "verification.md").read_text(encoding="utf-8")
    for limit in LIMITS.values():
        assert f"### {limit.title} (`{limit.name}`)" in text
        assert f"    {limit.formula}" in text
    checks = [int(number) for number in re.findall(r"\| \d+ of (\d+) \|", text)]
    assert len(checks) == len(LIMITS) and re.search(rf"^{sum(checks)} checks, ", text, re.M)
    for picture in re.findall(r"\((images/.*?)\)", text):
        assert (ROOT / "docs" / picture).is_file()


def test_the_overview_counts_what_passed(fair):
    assert f"| {report.checks_passed(fair)} |" in report.overview([fair])
