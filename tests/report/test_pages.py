"""Protects what a report promises: everything in one safe file, the same bytes again, nothing a user wrote taken for code."""

import json
import re
import shutil
from html.parser import HTMLParser
from itertools import pairwise

import pandas as pd
import pytest
from reported import CURRENCY, NASTY, OTHER, PLAN, market

from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.runs import run
from cxsim.analysis.compare.stopping import Decided, HalfWidth
from cxsim.analysis.compare.trade import is_known, trade_rows
from cxsim.analysis.results.folder import ResultsExistError, write_folder
from cxsim.analysis.results.reading import NoResultsError
from cxsim.analysis.results.writing import write_comparison, write_runs
from cxsim.interface.report.numbers import parts
from cxsim.interface.report.writing import board_on, report_on, write_report
from cxsim.scenario.writing import scenario_hash

VOID = {"meta", "br", "link", "img", "hr", "input", "use", "path"}
KINDS = ("comparison", "two plans", "run")


class Page(HTMLParser):
    """The elements of a page with their attributes, its text, and whether every element is closed."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.open, self.words = [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def values_of(page, attribute):
    return [attributes[attribute] for _, attributes in page.elements if attribute in attributes]


# ---- one safe file --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_words_of_a_scenario_are_only_words(pages, kind):
    page = Page(pages[kind])
    assert not page.open
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "iframe", "img", "object", "embed", "link", "form", "base"}
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert not [value for value in values_of(page, "href") if not value.startswith("#")]
    assert "<script" not in pages[kind].lower()


def test_words_of_a_scenario_are_shown_as_they_are(pages):
    page = Page(pages["comparison"])
    assert NASTY in page.text and "49" not in page.text.split("{{ 7*7 }}")[0][-5:]
    assert "<img src=x onerror=alert(2)>" in page.text
    assert '<a href="javascript:alert(3)">a source</a>' in page.text
    assert '<iframe src="https://example.org/"></iframe>' in page.text
    assert CURRENCY in page.text
    title = re.search(r"<title>(.*?)</title>", pages["comparison"], re.DOTALL)[1]
    assert "&lt;script&gt;" in title and "<" not in title


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_asks_for_nothing_from_outside(pages, kind):
    assert not re.search(r'\b(?:src|href)=(?!"#)|url\((?!#)|@import', without_words(pages[kind]))
    assert "default-src 'none'" in pages[kind]


def without_words(html):
    """A page without its text, which may hold anything."""
    return re.sub(r">[^<]*<(?!/style)", "><", html)


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_small(pages, kind):
    assert len(pages[kind].encode()) < 500_000


MANY_WORDS = """
[[intervention]]
name = "{name}"
story = "{words}"
source = "{words}"
effect = [{{parameter = "use.quality", add = 0.0{size}}}]
cost = {{weekly = 1.0}}
"""


@pytest.fixture(scope="module")
def eight_plans(tmp_path_factory):
    """A comparison of as many plans as anybody lays side by side, each with much to say about itself."""
    plans = [
        market(f"plan {size}", "".join(MANY_WORDS.format(name=f"part {part}", size=size, words="words " * 60) for part in range(4)))
        for size in range(1, 9)
    ]  # fmt: skip
    folder = tmp_path_factory.mktemp("eight") / "out"
    write_comparison(compare(market("base"), *plans, replications=2, seed=5), folder)
    return folder


def test_a_page_on_eight_plans_is_small_and_says_what_gives_way(eight_plans):
    html = report_on(eight_plans)
    page = Page(html)
    assert len(html.encode()) < 500_000 and not page.open
    leader = re.search(r"(plan \d) has the highest mean net margin", page.text)[1]
    assert f"only {leader}, which leads on money, is shown with pictures" in page.text
    assert html.count("<svg") - html.count('<svg class="spark"') == 11  # four of them on the sheet for a board
    assert all(f"plan {size}: " in page.text for size in range(1, 9))  # every verdict


def test_less_and_less_is_shown_until_the_page_is_small(folders, monkeypatch):
    most, said = 10**7, []
    for _ in range(4):
        monkeypatch.setattr("cxsim.interface.report.comparison.MOST_BYTES", most)
        html = report_on(folders["two plans"])
        assert len(html.encode()) < most
        most = len(html.encode())
        page = Page(html)
        said.append(" ".join(page.text.split()))
        assert set(values_of(page, "href")) >= {"#verdict", "#plan-1", "#plan-2", "#assumed", "#made"} and not page.open
    assert "To keep this page" not in said[0] and said[0].count("Where stories go") == 2
    assert "with pictures. The tables" in said[1] and said[1].count("Where stories go") == 1
    assert said[1].count("By cause") == 2 and "every value of base" in said[1].lower()
    assert "causes, figures and assumptions. The tables" in said[2] and said[2].count("By cause") == 1
    assert "cxsim assumptions base.toml" in said[3] and "every value of base" not in said[3].lower()


@pytest.mark.parametrize("kind", KINDS)
def test_ids_are_unique_and_links_lead_somewhere(pages, kind):
    page = Page(pages[kind])
    ids = values_of(page, "id")
    assert len(ids) == len(set(ids))
    assert {link.removeprefix("#") for link in values_of(page, "href")} <= set(ids)
    marks = re.findall(r"url\(#([^)]*)\)", pages[kind])
    assert marks and set(marks) <= set(ids)


@pytest.mark.parametrize("kind", KINDS)
def test_headings_go_down_one_level_at_a_time(pages, kind):
    levels = [int(tag[1]) for tag, _ in Page(pages[kind]).elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("kind", ["comparison", "run"])
def test_the_same_folder_gives_the_same_bytes_wherever_it_lies(folders, pages, kind, tmp_path):
    elsewhere = tmp_path / folders[kind].name
    shutil.copytree(folders[kind], elsewhere)
    assert report_on(elsewhere) == pages[kind]


# ---- what is said ---------------------------------------------------------------------------------------------------


def reported(tmp_path, *plans, replications=3):
    write_comparison(compare(*plans, replications=replications, seed=5), tmp_path / "out")
    return Page(report_on(tmp_path / "out")).text


def test_the_verdict_comes_first_and_is_the_comparisons_own(pages, compared):
    text = Page(pages["comparison"]).text
    verdict = " ".join(compared.verdict().split())
    for sentence in verdict.split(". "):
        assert sentence.strip(" .()") in text
    assert text.index("It pays") < text.index("Where stories go") < text.rindex("What is assumed")


def test_how_often_it_was_better_is_said_of_this_one_set_of_assumptions(pages):
    text = Page(pages["comparison"]).text
    assert re.search(r"the plan was better on money in \d+% of them, under this one set of assumptions", text)


def test_a_plan_that_loses_is_said_to_lose(tmp_path):
    text = reported(tmp_path, market("base"), market("two", OTHER))
    assert "It loses money" in text and "It pays" not in text
    assert "has not paid for itself by week 20" in text
    assert "so no cost would be low enough" in text


def test_what_does_nothing_moves_no_money_and_rescues_nobody(tmp_path):
    text = reported(tmp_path, market("base"), market("same"))
    assert "It moves no money" in text and "It pays" not in text
    assert "Rescued lines:" not in text
    assert "no spread seen in 3 replications is not certainty" in text


def test_one_replication_says_that_it_says_nothing(tmp_path):
    text = reported(tmp_path, market("base"), market("one", PLAN), replications=1)
    assert "One replication: nothing can be said yet" in text
    assert "luck cannot be told from the plan's effect" in text
    assert "It pays" not in text and "nan" not in text.lower().split()


@pytest.mark.parametrize(
    ("until", "why"),
    [
        (Decided("loops"), "After 6 replications the sign of the difference in loops is"),
        (HalfWidth("loops", 1e6), "The spread over the first 6 replications set their number"),
    ],
)
def test_a_comparison_that_stopped_by_itself_says_why(tmp_path, until, why):
    write_comparison(
        compare(market("base"), market("one", PLAN), replications=6, until=until, most=6), tmp_path / "out"
    )
    text = Page(report_on(tmp_path / "out")).text
    uncertain = text[text.index("What would change this decision") : text.index("All figures")]
    assert f"Why 6 replications. {why}" in uncertain
    assert "For the intervals of this page give the rule" in text
    assert ("two stages after Stein" in text[text.index("Luck seed") :]) == isinstance(until, HalfWidth)


def test_several_plans_stand_side_by_side_and_against_the_leader(pages, two_plans):
    text = Page(pages["two plans"]).text
    assert text.index("Side by side") < text.index("Which plan?") < text.index("Where stories go")
    ahead = (two_plans.plans["one"].figures - two_plans.plans["two"].figures)["net_margin"].mean()
    found = re.search(r"one has the highest mean net margin\. It is ahead of two by \+([0-9.,]+) \(", text)
    assert float(found[1].replace(",", "")) == pytest.approx(ahead, abs=1.0)


def test_where_nothing_happens_there_is_still_a_report(tmp_path):
    still = ("need.spontaneous_annual=0.0", "need.imitation_annual=0.0", "brand.focal.need.reach_annual=0.0")
    quiet = [market(name, "", *still) for name in "ab"]
    assert run(quiet[0]).figures["lines"].sum() == 0
    assert "It moves no money" in reported(tmp_path, *quiet)
    write_runs(run(quiet[0]), tmp_path / "run")
    assert "No line ended" in Page(report_on(tmp_path / "run")).text


def test_what_the_plan_does_and_costs_leads_the_assumptions(pages):
    text = Page(pages["comparison"]).text
    carrying = text[text.index("What the plan is assumed to do, and to cost") :]
    order = ["intervention.better", "brand.focal.use.quality", "brand.focal.money.unit_cost"]
    places = [carrying.index(key) for key in order]
    assert places == sorted(places)


def test_the_command_to_repeat_is_the_one_that_repeats(pages, folders, cxsim, tmp_path, monkeypatch):
    command = re.search(r"<pre><code>cxsim ([^<]*)</code>", pages["comparison"])[1]
    monkeypatch.chdir(folders["comparison"])
    code, _, errors = cxsim(*command.split(), "-o", tmp_path / "again")
    assert (code, errors) == (0, "")
    again, first = (
        json.loads((place / "comparison.json").read_text()) for place in (tmp_path / "again", folders["comparison"])
    )
    assert again == first


def test_the_command_to_repeat_runs(pages, folders, cxsim, tmp_path, monkeypatch):
    command = re.search(r"<pre><code>cxsim ([^<]*)</code>", pages["run"])[1]
    monkeypatch.chdir(folders["run"])
    assert cxsim(*command.split(), "-o", tmp_path / "again")[0] == 0
    assert (tmp_path / "again" / "figures.csv").read_text() == (folders["run"] / "figures.csv").read_text()


def test_real_figures_are_shown_from_the_folder_alone(tmp_path):
    real = tmp_path / "real.csv"
    real.write_text(
        "week,actual_cumulative_repeat_purchases\n" + "".join(f"{week},{week * 3}\n" for week in range(1, 21))
    )
    scenario = market("real", "", f"reference.weekly_repeat_purchases='{real}'")
    write_runs(run(scenario, replications=2), tmp_path / "out")
    real.unlink()
    assert "Cumulative repeat purchases by week 20" in Page(report_on(tmp_path / "out")).text


# ---- where it is written --------------------------------------------------------------------------------------------


def test_the_command_writes_one_file_and_keeps_what_is_there(folders, pages, cxsim, tmp_path):
    out = tmp_path / "new" / "report.html"
    code, said, _ = cxsim("report", folders["run"], "-o", out)
    assert code == 0 and str(out) in said and "kB" in said
    assert out.read_text(encoding="utf-8") == pages["run"]
    out.write_text("mine")
    code, _, said = cxsim("report", folders["run"], "-o", out)
    assert code == 2 and "--overwrite" in said and out.read_text() == "mine"
    assert cxsim("report", folders["run"], "-o", out, "--overwrite")[0] == 0
    assert [path.name for path in out.parent.iterdir()] == ["report.html"]
    with pytest.raises(ResultsExistError, match="is a folder"):
        write_report(folders["run"], tmp_path)


def test_nothing_is_written_when_there_is_nothing_to_report(cxsim, tmp_path):
    code, _, said = cxsim("report", tmp_path / "nowhere", "-o", tmp_path / "report.html")
    assert code == 2 and said.startswith("cxsim: ") and "is not there" in said
    assert not list(tmp_path.iterdir())


def test_results_of_a_kind_without_report_say_so(tmp_path):
    write_folder(tmp_path / "out", "export", {}, {}, {})
    with pytest.raises(NoResultsError, match="'export'"):
        report_on(tmp_path / "out")


# ---- the sheet for a board -------------------------------------------------------------------------------------------


def test_the_sheet_holds_the_verdict_the_sums_and_every_word_of_the_trade(folders, compared):
    text = Page(board_on(folders["comparison"])).text
    (plan,) = compared.plans.values()
    for sentence in " ".join(compared.verdict().split()).split(". "):
        assert sentence.strip(" .()") in text
    assert f"{plan.difference('net_margin').estimate.mean:+,.0f}" in text
    rows = trade_rows(compared.base_runs, plan)
    for row in rows:
        if is_known(row.base):
            assert row.word.name[1:] in text and parts(row.plan, row.unit)[0] in text
    assert text.index("It pays") < text.index("Careful") < text.index("In the trade's words") < text.index("Rests on")


def test_the_sheet_says_which_plan_it_is_about_and_how_far_it_leads(folders, two_plans):
    text = Page(board_on(folders["two plans"])).text
    assert (
        "This sheet is about one, which has the highest mean net margin of 2 plans" in text and "ahead of two" in text
    )


def test_the_share_that_must_come_true_is_cost_by_gain(folders, compared):
    (plan,) = compared.plans.values()
    cost, gain = (plan.difference(name).estimate.mean for name in ("intervention_cost", "margin"))
    assert f"At least {cost / gain:.0%} of the margin" in Page(board_on(folders["comparison"])).text


def test_what_must_be_believed_is_on_the_sheet_if_the_folder_holds_it(folders, compared, tmp_path):
    shutil.copytree(folders["comparison"], tmp_path / "out")
    (plan,) = compared.plans.values()
    told = {
        "key": ["a", "b"], "label": ["loyalty: exit", "use: quality"], "unit": ["share", "quality"], "assumed": [0.4, 0.7],
        "turns_at": [0.5, float("nan")], "turns_at_low": [0.45, float("nan")], "turns_at_high": [0.6, float("nan")],
        "share_of_the_way": [0.2, float("nan")], "at_low": [1.0, 1.0], "at_high": [-1.0, 2.0],
    }  # fmt: skip

    def believed(*scenarios):
        lived = [{"name": each.name, "sha256": scenario_hash(each)} for each in scenarios]
        manifest, table = {"scenarios": lived, "replications": 4}, pd.DataFrame(told)
        write_folder(tmp_path / "out" / "beliefs", "beliefs", manifest, {"beliefs": table}, {}, overwrite=True)
        return Page(board_on(tmp_path / "out")).text

    said = believed(compared.base, plan.scenario)
    assert "The verdict turns if loyalty: exit (assumed 40%) is above 50% (45% to 60%)" in said
    assert "1 of 2 assumptions turn it by themselves (4 pairs each)" in said and "cxsim believe base.toml" not in said
    assert "cxsim believe base.toml plan-1.toml" in believed(plan.scenario, compared.base)  # of other scenarios


def test_one_page_is_of_a_comparison(folders, tmp_path):
    with pytest.raises(NoResultsError, match="of the kind 'run'; --one-page is for a comparison"):
        write_report(folders["run"], tmp_path / "sheet.html", one_page=True)
    write_report(folders["comparison"], tmp_path / "sheet.html", one_page=True)
    assert (tmp_path / "sheet.html").read_text(encoding="utf-8") == board_on(folders["comparison"])


def test_the_report_says_where_tables_and_pictures_lie(pages, folders):
    text = Page(pages["comparison"]).text
    for table in ("trade.csv", "waterfall.csv", "funnel.csv", "cohorts.csv", "differences.csv"):
        assert table in text and (folders["comparison"] / table).is_file()
