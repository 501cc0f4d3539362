"""Protects the pages on sweeps, calibrations and verifications, and what results show of themselves in a notebook."""

import base64
import json
import re
import shlex
import shutil
import subprocess
import sys
from html import unescape
from io import BytesIO

import openpyxl
import pytest
from markupsafe import escape
from reported import CURRENCY, NASTY, PLAN, market

import cxsim
from cxsim.analysis.results.reading import NoResultsError
from cxsim.analysis.sweep.reading import read_runs
from cxsim.interface.report import markdown
from cxsim.interface.report.workbook import workbook_on
from cxsim.interface.report.writing import report_on
from cxsim.scenario.writing import scenario_text

RETENTION = "year,still there\n" + "".join(
    f"{year},{count}\n" for year, count in enumerate([1000, 870, 780, 715, 665, 620, 590])
)
STUDY = """
name = {name}
scenario = "base.toml"
plans = ["plan.toml"]
replications = 2
weeks = false
[design]
kind = "factorial"
[[factor]]
key = "brand.focal.use.failure_rate"
values = [0.1, 0.5]
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A small study that was lived."""
    pytest.importorskip("pyarrow")
    from cxsim.analysis.sweep.study import read_study
    from cxsim.analysis.sweep.sweep import sweep
    from cxsim.analysis.workers.backends import Threads

    place = tmp_path_factory.mktemp("study")
    for file, name, more in (("base", f"base {NASTY}", ""), ("plan", f"plan {NASTY}", PLAN)):
        (place / f"{file}.toml").write_text(scenario_text(market(name, more)), encoding="utf-8")
    (place / "study.toml").write_text(STUDY.format(name=json.dumps(NASTY)), encoding="utf-8")
    sweep(read_study(place / "study.toml"), place / "out", Threads())
    return place / "out"


def test_the_tables_of_a_sweep_are_a_workbook(study):
    book = openpyxl.load_workbook(BytesIO(workbook_on(study)))
    assert {"contents", "runs", "points", "pairing"} <= {*book.sheetnames}
    runs = read_runs(study)
    rows = [*book["runs"].iter_rows(values_only=True)]
    column = rows[0].index("net_margin")
    assert [row[column] for row in rows[1:]] == runs["net_margin"].tolist()
    told = {row[1]: row[3] for row in book["contents"].iter_rows(values_only=True) if row[0] == "runs" and row[1]}
    assert {*told} == {*runs.columns} and all(told.values())


def test_a_sweep_has_its_page(study):
    page = report_on(study)
    assert f"<h1>{escape(NASTY)}</h1>" in page
    assert "2 points of the design (factorial)" in page and "150 people over 20 weeks" in page
    assert f'<th scope="row">{escape(f"plan {NASTY}")}</th>' in page
    assert "<script" not in page.lower() and len(page) < 500_000
    said = [html for html in re.findall(r"<strong>Careful:</strong> (.*?)</p>", page)]
    assert said and "only 150 people live in this market" in said[-1]
    assert all(unescape(sentence).startswith(f'"plan {NASTY}": ') for sentence in said)
    assert report_on(study) == page


def test_a_sweep_that_is_not_complete_says_what_is_missing(study, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(study, copy)

    from cxsim.analysis.sweep.reading import finished

    manifest = json.loads((copy / "sweep.json").read_text())
    manifest |= finished(copy, ["loops"]).space.expanded(1).as_json()
    (copy / "sweep.json").write_text(json.dumps(manifest))
    assert "8 of 12 runs are finished" in report_on(copy)


def test_a_sweep_stopped_before_its_first_run_was_finished_says_so(study, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(study, copy)
    shutil.rmtree(copy / "runs")
    (copy / "journal").mkdir(exist_ok=True)
    (copy / "journal" / "block-000000.log").touch()
    with pytest.raises(ValueError, match="not one run is finished"):
        report_on(copy)


def test_reports_need_no_pyarrow_but_for_sweeps(study):
    without = "import sys; sys.modules['pyarrow'] = None; from cxsim.interface.cli import main; main()"
    for folder, message in ((study, "cxsim[parquet]"), (study.parent, "manifest.json")):
        command = [sys.executable, "-c", without, "report", folder, "-o", study.parent / "page.html"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 2 and message in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize("text", ["no JSON", "[]", "{}", '{"cxsim": "0.1.0", "content": 3}'])
def test_a_damaged_manifest_of_a_sweep_is_refused(study, tmp_path, text):
    shutil.copytree(study, tmp_path / "copy")
    (tmp_path / "copy" / "sweep.json").write_text(text)
    with pytest.raises(NoResultsError, match=r"sweep\.json"):
        report_on(tmp_path / "copy")


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory):
    """A calibration on a table whose name and column are markup."""
    from cxsim.analysis.calibration.calibrate import calibrate
    from cxsim.analysis.calibration.observed import observe
    from cxsim.analysis.calibration.report import write_calibration

    place = tmp_path_factory.mktemp("calibrated")
    data = place / "<b>&'1'.csv"
    data.write_text(RETENTION.replace("still there", "<script>alert(1)</script>"))
    write_calibration(calibrate(observe(data, 4), draws=50), place / "out")
    return place / "out"


def test_a_calibration_has_its_page(calibrated):
    page = report_on(calibrated)
    assert "<h1>Calibration on &lt;b&gt;&amp;&#39;1&#39;.csv</h1>" in page
    assert "<script" not in page.lower()
    for words in (
        "What these data cannot tell",
        "Forecast of what was held back",
        "loyalty.leave_a",
        "The forecast as a picture",
    ):
        assert words in page
    assert page.count("<svg") == 1
    assert report_on(calibrated) == page


def test_a_calibration_says_how_to_repeat_it(tmp_path, cxsim):
    data = tmp_path / "a <b> 'c'.csv"
    data.write_text(RETENTION)
    code, _, errors = cxsim("calibrate", data, "--until", 4, "--draws", 50, "--seed", 7, "-o", tmp_path / "out")
    assert code == 0, errors
    page = report_on(tmp_path / "out")
    command = unescape(re.search(r"<pre><code>(cxsim calibrate [^<]*)</code>", page)[1])
    assert "--until 4" in command and "--market rhythm-only" in command and "--seed 7" in command
    words = shlex.split(command)[1:-1]
    assert cxsim(*words, tmp_path / "again")[0] == 0
    for name in ("calibrated.toml", "plausible.csv"):
        assert (tmp_path / "again" / name).read_text() == (tmp_path / "out" / name).read_text()


def test_an_edited_text_of_a_calibration_is_refused(calibrated, tmp_path):
    shutil.copytree(calibrated, tmp_path / "copy")
    report = tmp_path / "copy" / "report.md"
    report.write_text(report.read_text().replace("held back", "proven"))
    with pytest.raises(NoResultsError, match=r"report\.md is not as cxsim wrote it"):
        report_on(tmp_path / "copy")


def test_a_verification_has_its_page(tmp_path, cxsim):
    cxsim("verify", "sbg", "-n", "10", "-o", tmp_path / "out")
    page = report_on(tmp_path / "out")
    assert "checks" in page and "share still customers" in page
    assert "cxsim verify sbg -n 10 --seed 1" in page
    assert page.count("<svg") == 1


SHOP = f"""
name = {json.dumps(NASTY)}
[market]
people = 60
horizon_weeks = 12
currency = {json.dumps(CURRENCY)}
[need]
at_entry = true
rate_scale_weeks = 2.0
[brand.focal]
use.failure_rate = 0.3
[brand.theirs]
use.quality = 0.7
"""
MENU = f"""
[[intervention]]
name = "repairs"
source = {json.dumps(NASTY)}
effect = [{{parameter = "use.failure_rate", multiply = 0.2}}]
cost = {{once = 20.0}}
[[intervention]]
name = "poster"
effect = [{{parameter = "expectation.promise", add = 0.0}}]
cost = {{once = 5.0}}
"""


def test_a_portfolio_has_its_page(tmp_path, cxsim, monkeypatch):
    monkeypatch.setenv("CI", "true")
    (tmp_path / "base.toml").write_text(SHOP, encoding="utf-8")
    (tmp_path / "menu.toml").write_text(MENU, encoding="utf-8")
    wanted = ("--budget", 25, "--menu", tmp_path / "menu.toml", "--runs", 300, "--workers", 0, "--aim", "loops")
    code, said, errors = cxsim("portfolio", tmp_path / "base.toml", *wanted, "-o", tmp_path / "out")
    assert code == 0, errors
    page = report_on(tmp_path / "out")
    assert report_on(tmp_path / "out") == page
    assert f"<h1>The best plan for a budget: {escape(NASTY)}</h1>" in page
    assert "<script" not in page.lower() and page.count("<img") == 1 and len(page) < 500_000
    picture = base64.b64encode((tmp_path / "out" / "front.png").read_bytes()).decode()
    assert f'src="data:image/png;base64,{picture}"' in page and "front.png" not in page
    assert f"With {CURRENCY} 25 over 12 weeks" in said and f"With {CURRENCY} 25 over 12 weeks" in unescape(page)
    assert "- repairs" in said and "<li>repairs" in page
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert f"{manifest['runs']:,} runs" in page and manifest["scenario"]["sha256"] in page


# ---- in a notebook --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shown():
    """What a notebook shows of a comparison with two plans, and of runs."""
    return [
        cxsim.compare(market("base"), market(NASTY, PLAN), market("same"), replications=2)._repr_html_(),
        cxsim.run(market(NASTY), replications=2)._repr_html_(),
    ]


def test_results_show_themselves_small_and_escaped(shown):
    for html in shown:
        assert len(html) < 100_000 and "<svg" in html
        assert "<script" not in html.lower() and "<style" not in html
        assert str(escape(NASTY)) in html and str(escape(CURRENCY)) in html
    assert "loops" in shown[0] and "too close to call" in shown[0]


# ---- Markdown -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, expected",
    [
        ("# whole\n\nwords\nmore", "<p>words more</p>"),
        ("## part\n", "<h2>part</h2>"),
        ("- one\n- **two** `x*`\n", "<ul><li>one</li><li><strong>two</strong> <code>x*</code></li></ul>"),
        ("    a < b\n    c\n", "<pre><code>a &lt; b\nc</code></pre>"),
        ("<b> & `<i>`", "<p>&lt;b&gt; &amp; <code>&lt;i&gt;</code></p>"),
    ],
)
def test_markdown_becomes_html(text, expected):
    assert markdown.html(text) == expected


def test_a_table_keeps_its_bars_and_names_its_columns():
    html = markdown.html("| a | b |\n| --- | --- |\n| x \\| y | <i> |")
    assert '<th scope="col">a</th><th scope="col">b</th>' in html
    assert '<th scope="row">x | y</th><td>&lt;i&gt;</td>' in html


def test_a_face_is_given_when_results_are_first_asked_for_and_costs_no_import_before():
    code = (
        "import sys, cxsim; assert 'pandas' not in sys.modules; cxsim.Runs._repr_html_; cxsim.Comparison._repr_html_; "
        "assert 'jinja2' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
