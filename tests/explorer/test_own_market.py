"""A visitor's figures become a market that gives them back, and plans of it are lived in the worlds that the figures allow."""

import asyncio
import gzip
import json

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect
from pydantic import ValidationError
from questions import Question, answered
from servers import finished, post

from cxsim.analysis.firm.compared import Worlds, compare_over_worlds
from cxsim.analysis.firm.own_market import own_market
from cxsim.data.figures import ASKED
from cxsim.interface.explorer import answers, own
from cxsim.interface.explorer.files import Brought, read_file
from cxsim.interface.explorer.plan import ChosenIntervention, VisitorPlan, pair_of
from cxsim.interface.explorer.worlds import read_worlds, worlds_of
from cxsim.interface.web.pool import WorkerPool

FIGURES = {"name": "FitGym", "like": "gym", "price": "35", "margin": "60%"}
FEWER_FAILURES = ChosenIntervention(name="fewer-failures", level="high", start_week=0)


@pytest.fixture(scope="module")
def made():
    """A market from figures that are set and need not be searched for, with few draws: cheap."""
    return own._shown(own_market(own.checked(own.Answers(figures=FIGURES)), draws=5))


@pytest.fixture(scope="module")
def plan(made):
    return VisitorPlan(
        file=made.file, worlds=made.worlds, people=200, weeks=40, replications=8, interventions=(FEWER_FAILURES,)
    )


def test_what_the_terminal_asks_is_asked_and_only_where_it_means_something():
    asked = own.questions()
    assert [each.key for each in asked.questions] == [each.key for each in ASKED if each.main and each.key != "like"]
    assert set(asked.like) == set(own.LIKE)
    assert asked.like["gym"] == "contract"
    assert asked.like["appliance"] == "replacement"


def test_the_market_gives_the_figures_back_and_can_be_read_again(made):
    rows = {row.name: row for row in made.rows}
    assert (rows["price"].yours, rows["price"].fits) == ("35", True)
    assert rows["margin, share of revenue"].yours == "60.0%"
    assert all(row.fits == (not row.advice) for row in made.rows)
    assert made.kept == len(read_worlds(made.worlds)) > 1
    read = read_file(Brought(text=made.file))
    assert (read.market.brand, read.market.title) == ("FitGym", "FitGym")


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"like": "gym", "churn": "140%"}, "churn: given '140%'"),
        ({"price": "3"}, "like: choose"),
        ({"like": "/etc/passwd", "price": "3"}, "like: choose"),
        ({"like": "gym", "life": "4"}, "life: means nothing"),
        ({"like": "gym"}, "No figure was given"),
        ({"like": "gym", "like2": "x"}, "like2: nobody asked"),
        ({"like": "gym", "price": "35", "share": "70%", "rivals": "A 20, B 30"}, "sum to 120%"),
    ],
)
def test_what_cannot_be_is_refused_at_once(figures, words):
    with pytest.raises(ValueError, match=words):
        own.checked(own.Answers(figures=figures))


def test_a_plan_is_lived_in_the_worlds_as_the_command_line_does(plan):
    left = b""
    for pairs in answers.steps_of(plan):
        done = answers.stepped(answers.AnswerStep(plan=plan, pairs=pairs, lived=left))
        left = done.lived
    answer = json.loads(gzip.decompress(done.answer))
    pair = pair_of(plan)
    found = compare_over_worlds(*pair, worlds=Worlds(worlds_of(plan), "figures"), count=4, workers=1)
    (result,) = found.plans.values()
    money = next(figure["difference"] for figure in answer["figures"] if figure["name"] == "net_margin")
    wanted = result.difference("net_margin").estimate
    assert (money["mean"], money["low"], money["high"]) == (wanted.mean, wanted.low, wanted.high)
    assert answer["worlds"] == len(found.worlds) == 4
    assert "worlds that your figures allow" in answer["rest"]
    assert done.answer == answers.compared(plan)


def test_what_a_visitor_sets_for_the_market_is_known_in_every_world(plan):
    table = worlds_of(plan)
    uncertain = "brand.FitGym.use.late_rate"
    assert uncertain in table
    known = plan.model_copy(update={"sliders": {"use.late_rate": 0.2}, "in_both": True})
    assert list(worlds_of(known)) == [key for key in table if key != uncertain]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"worlds": "a,b\n1,2\n3,4\n", "file": ""}, "worlds belong to a file"),
        ({"worlds": "a\n1\n2\n", "file": "x = 1", "replications": 7}, "4, 6, 8"),
        ({"worlds": "a" * 24_001, "file": "x = 1"}, "24000"),
    ],
)
def test_worlds_that_do_not_belong_there_are_refused(wrong, words):
    with pytest.raises(ValidationError, match=words):
        VisitorPlan.model_validate(wrong)


@pytest.mark.parametrize("text", ["a\n1\n", "a,b\n1,2\n3\n", "a\n1\nmany\n", "a\n1\ninf\n", "\n", "a\n" + "1\n" * 300])
def test_what_is_no_table_of_worlds_is_refused_in_words(text):
    with pytest.raises(ValueError, match="worlds are a table"):
        read_worlds(text)


def test_what_takes_long_is_computed_one_at_a_time_and_leaves_a_worker_to_others():
    async def work():
        pool, order = WorkerPool(workers=2), []

        async def ask(text, takes, seconds=None):
            await pool.answer(answered, Question(text=text, seconds=takes), seconds=seconds)
            order.append(text)

        async with pool.working():
            await pool.answer(answered, Question(text="awake"))
            asked = [("long", 0.5, 60.0), ("long too", 0.5, 60.0), ("short", 0.0)]
            await asyncio.gather(*(ask(*each) for each in asked))
        return order

    order = finished(work())
    assert order.index("short") < order.index("long too") > order.index("long")


def test_the_server_says_what_is_wrong_before_it_looks_for_a_market(address):
    assert post(address, "/api/own", {"figures": {"like": "gym", "churn": "140%"}})["error"].startswith("churn: given")


# ---- the page -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [360, 1366])
def test_figures_become_a_table_and_a_market_to_try_plans_in(visit, made, width):
    page = visit("own", width=width, reduced_motion="reduce")
    page.select_option("#like", "gym")
    assert page.is_hidden("#ask-life")
    assert page.is_visible("#ask-billing")
    page.fill("#figure-churn", "140%")
    page.click("#find")
    expect(page.locator("#figure-churn-wrong")).to_contain_text("140%")
    expect(page.locator("#figure-churn")).to_be_focused()
    page.click("#understood")
    page.route("**/api/own", lambda asked: asked.fulfill(json=made.model_dump()))
    page.fill("#figure-churn", "")
    page.fill("#figure-price", "35")
    page.click("#find")
    expect(page.locator("#table tbody tr").first).to_contain_text("as yours")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    faults = [fault["id"] for fault in Axe().run(page)["violations"] if fault["impact"] in ("serious", "critical")]
    assert faults == []
    page.click("#explore")
    expect(page.locator("#verdict-heading")).to_have_text("FitGym, as it is")
    assert "worlds that your figures allow" in page.inner_text("#market-days")
    page.go_back()
    page.wait_for_selector("html[data-ready]")
    assert page.input_value("#figure-price") == "35"
    assert [fault for fault in visit.faults if "422" not in fault] == []
    visit.faults.clear()


def test_a_link_to_a_plan_in_a_market_of_ones_own_holds_its_worlds(visit, made):
    page = visit("own", reduced_motion="reduce")
    page.route("**/api/own", lambda asked: asked.fulfill(json=made.model_dump()))
    page.select_option("#like", "gym")
    page.fill("#figure-price", "35")
    page.click("#find")
    page.wait_for_selector("#made:visible")
    link = page.get_attribute("#explore", "href").removeprefix("/")
    small = link.replace("n=20", "n=8").replace("people=1000", "people=200")
    weeks = small.split("weeks=")[1].split("&")[0]
    asked = small.replace(f"weeks={weeks}", "weeks=40") + "&fewer-failures=high@0"
    page = visit(asked, reduced_motion="reduce")
    assert "worlds that your figures allow" in page.inner_text("#verdict-rest")
    assert "in 4 worlds that your figures allow" in page.inner_text("#luck")
