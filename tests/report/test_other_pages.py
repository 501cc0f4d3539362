"""Protects the pages on sweeps, calibrations and verifications, and what results show of themselves in a notebook."""

import base64
import json
import shutil

import pytest
from markupsafe import escape
from reported import CURRENCY, NASTY, PLAN, market

from cxsim.report import markdown
from cxsim.report.writing import report_on
from cxsim.scenario.writing import scenario_text
from cxsim.study.comparison import compare
from cxsim.study.folder import write_folder
from cxsim.study.reading import NoResultsError
from cxsim.study.runs import run

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
    from cxsim.sweep.crews import Threads
    from cxsim.sweep.study import read_study
    from cxsim.sweep.sweep import sweep

    place = tmp_path_factory.mktemp("study")
    for file, name, more in (("base", f"base {NASTY}", ""), ("plan", f"plan {NASTY}", PLAN)):
        (place / f"{file}.toml").write_text(scenario_text(market(name, more)), encoding="utf-8")
    (place / "study.toml").write_text(STUDY.format(name=json.dumps(NASTY)), encoding="utf-8")
    sweep(read_study(place / "study.toml"), place / "out", Threads())
    return place / "out"


def test_a_sweep_has_its_page(study):
    page = report_on(study)
    assert f"<h1>{escape(NASTY)}</h1>" in page
    assert "2 points of the design (factorial)" in page and "150 people over 20 weeks" in page
    assert f'<th scope="row">{escape(f"plan {NASTY}")}</th>' in page
    assert "<script" not in page.lower() and len(page) < 500_000
    assert "Careful" not in page
    assert report_on(study) == page


def test_a_sweep_that_is_not_complete_says_what_is_missing(study, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(study, copy)
    from cxsim.sweep.space import KeySpace

    manifest = json.loads((copy / "sweep.json").read_text())
    manifest |= KeySpace.from_json(manifest).expanded(1).as_json()
    (copy / "sweep.json").write_text(json.dumps(manifest))
    assert "8 of 12 runs are finished" in report_on(copy)


@pytest.mark.parametrize("text", ["no JSON", "[]", "{}", '{"cxsim": "0.1.0", "content": 3}'])
def test_a_damaged_manifest_of_a_sweep_is_refused(study, tmp_path, text):
    shutil.copytree(study, tmp_path / "copy")
    (tmp_path / "copy" / "sweep.json").write_text(text)
    with pytest.raises(NoResultsError, match=r"sweep\.json"):
        report_on(tmp_path / "copy")


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory):
    """A calibration on a table whose name and column are markup."""
    from cxsim.calibration.calibrate import calibrate
    from cxsim.calibration.observed import observe
    from cxsim.calibration.report import write_calibration

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


def test_a_portfolio_has_its_page(tmp_path):
    text = f"# {NASTY}\n\n{NASTY}\n\n| letter | cost |\n| --- | --- |\n| A | 12 |\n\n![Cost against loops](front.png)\n"
    manifest = {"scenario": {"name": NASTY, "sha256": "0"}, "seed": 1, "runs": 3000}
    picture = b"\x89PNG"
    write_folder(
        tmp_path / "out",
        "portfolio",
        manifest,
        {},
        {"report.md": text},
        lambda into: (into / "front.png").write_bytes(picture),
    )
    page = report_on(tmp_path / "out")
    assert "<script" not in page.lower() and f"<p>{escape(NASTY)}</p>" in page.replace("&#x27;", "&#39;").replace(
        "&quot;", "&#34;"
    )
    assert f'src="data:image/png;base64,{base64.b64encode(picture).decode()}"' in page and page.count("<img") == 1
    assert "front.png" not in page and "3,000 runs" in page


# ---- in a notebook --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shown():
    """What a notebook shows of a comparison with two plans, and of runs."""
    return [
        compare(market("base"), market(NASTY, PLAN), market("same"), replications=2)._repr_html_(),
        run(market(NASTY), replications=2)._repr_html_(),
    ]


def test_results_show_themselves_small_and_escaped(shown):
    for html in shown:
        assert len(html) < 100_000 and "<svg" in html
        assert "<script" not in html.lower() and "<style" not in html
        assert str(escape(NASTY)) in html and str(escape(CURRENCY)) in html
    assert "turns " in shown[0] and "too close to call" in shown[0]


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
