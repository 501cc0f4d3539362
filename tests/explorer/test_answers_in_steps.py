"""An answer comes in steps: the first pair of lives at once, the rest when it is lived; the last is what one step would say."""

import asyncio
import base64
import gzip
import json
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect
from questions import Question, answered
from servers import finished, post

from cxsim.engine.model import LoyaltyModel
from cxsim.interface.explorer import answers
from cxsim.interface.explorer.plan import ChosenIntervention, VisitorPlan
from cxsim.interface.web.pool import WorkerPool
from cxsim.interface.web.waiting import WaitingLine

CHOSEN = ChosenIntervention(name="on-time-delivery", start_week=9)
ASKED = VisitorPlan(people=200, weeks=30, replications=7, interventions=(CHOSEN,))
PLAN = "#market=restaurant&on-time-delivery=high@4&people=300&weeks=52&n=3&seed=1"


def unpacked(packed):
    return json.loads(gzip.decompress(packed))


def test_the_last_step_says_what_one_step_would_and_nothing_is_lived_twice(monkeypatch):
    lived = []
    step = LoyaltyModel.step
    monkeypatch.setattr(LoyaltyModel, "step", lambda model: (lived.append(model.week), step(model))[1])
    monkeypatch.setattr(answers, "near_the_mean", lambda _: 0)
    left, replications = b"", []
    answers._MARKETS.forget()
    answers._PASTS.forget()
    for pairs in answers.steps_of(ASKED):
        done = answers.stepped(answers.AnswerStep(plan=ASKED, pairs=pairs, lived=left))
        left = done.lived
        replications.append(unpacked(done.answer)["replications"])
    assert replications == answers.steps_of(ASKED) == [1, 6, 7]
    assert len(lived) == 7 * (30 + 21)  # the market, and from the parting on the plan
    assert done.answer == answers.compared(ASKED)


def test_the_first_step_has_figures_without_intervals_and_draws_the_first_pair():
    first = unpacked(answers.stepped(answers.AnswerStep(plan=ASKED, pairs=1)).answer)
    assert first["ring"]["replication"] == 0
    assert {figure["difference"]["low"] for figure in first["figures"]} == {None}
    assert "one replication" in first["headline"]


def test_what_was_lived_is_no_part_of_the_question():
    one, other = (answers.AnswerStep(plan=ASKED, pairs=6, lived=lived) for lived in (b"", b"much"))
    assert one.model_dump_json() == other.model_dump_json()


def test_who_accepts_events_gets_one_for_each_step_and_who_does_not_the_last_answer(address):
    question = json.loads(ASKED.model_dump_json())
    body = json.dumps(question).encode()
    with urlopen(Request(f"{address}/api/compare", body, {"accept": "text/event-stream"})) as coming:
        assert coming.headers["content-type"].startswith("text/event-stream")
        assert coming.headers["content-encoding"] is None  # whatever packs it would hold it back
        events = [json.loads(event.removeprefix("data: ")) for event in coming.read().decode().split("\n\n") if event]
    assert [(event["pairs"], event["of"]) for event in events] == [(1, 7), (6, 7), (7, 7)]
    assert unpacked(base64.b64decode(events[-1]["packed"])) == post(address, "/api/compare", question)


# ---- whose turn it is -----------------------------------------------------------------------------------------------


async def _served(line, people):
    order = []

    async def wait(name, step):
        thing = await line.get(step)
        order.append(name)
        await asyncio.sleep(0)
        line.put(thing)

    waiting = [asyncio.create_task(wait(name, step)) for name, step in people]
    await asyncio.sleep(0)
    return order, waiting


def test_everybodys_first_step_comes_before_anybodys_second():
    async def work():
        line = WaitingLine(["a worker"])
        order, waiting = await _served(line, [("first", 0), ("a2", 1), ("b2", 1), ("c1", 0), ("d3", 2), ("e1", 0)])
        await asyncio.gather(*waiting)
        return order

    assert finished(work()) == ["first", "c1", "e1", "a2", "b2", "d3"]


def test_a_turn_that_comes_to_somebody_who_is_gone_goes_on_to_the_next():
    async def work():
        line = WaitingLine()
        order, waiting = await _served(line, [("gone", 0), ("gone too", 0), ("there", 0)])
        waiting[0].cancel()
        await asyncio.sleep(0)
        line.put("a worker")
        waiting[1].cancel()  # while it is on its way
        await asyncio.wait_for(waiting[2], 10)
        return order, await line.get()

    assert finished(work()) == (["there"], "a worker")


def test_the_workers_take_first_steps_first_of_one_visitor_too(tmp_path):
    async def work():
        pool = WorkerPool(workers=1)
        order = []

        async def ask(text, step):
            await pool.answer(answered, Question(text=text, seconds=0.05), "somebody", step)
            order.append(text)

        async with pool.working():
            await pool.answer(answered, Question(text="awake"))
            await asyncio.gather(*(ask(text, step) for text, step in [("a", 0), ("b2", 1), ("c2", 1), ("d", 0)]))
        return order

    assert finished(work()) == ["a", "d", "b2", "c2"]


# ---- on the page ----------------------------------------------------------------------------------------------------


def first_event(address):
    """What the server sends of the first step, and no more, as if the line were cut."""
    question = VisitorPlan(
        people=300, weeks=52, replications=3, interventions=(ChosenIntervention(name="on-time-delivery", level="high"),)
    )
    with urlopen(
        Request(f"{address}/api/compare", question.model_dump_json().encode(), {"accept": "text/event-stream"})
    ) as coming:
        return coming.read().split(b"\n\n")[0] + b"\n\n"


def test_the_first_pair_is_shown_at_once_and_a_line_that_breaks_is_taken_up_again(visit, address):
    page = visit(PLAN, reduced_motion="reduce")
    said, cut, held = page.inner_text("#verdict-heading"), first_event(address), []

    def answer(asked):
        held.append(asked)
        if len(held) == 1:
            asked.fulfill(body=cut, content_type="text/event-stream")

    page.route("**/api/compare", answer)
    page.click("#run")
    expect(page.locator("#kicker")).to_have_text("So far, after 1 of 3 pairs of lives")
    expect(page.locator("#error")).to_contain_text("The connection to the server broke")
    assert "one replication" in page.inner_text("#verdict-heading")
    assert page.is_hidden("#sure-card")
    expect(page.locator("#status")).to_contain_text("Asking again")
    page.evaluate("dispatchEvent(new Event('online'))")
    while len(held) < 2:
        page.wait_for_timeout(50)
    held[1].continue_()
    expect(page.locator("#verdict-heading")).to_have_text(said)
    expect(page.locator("#status")).to_have_text("The result is there.")
    assert page.is_hidden("#error")
    assert page.inner_text("#kicker").lower() == "what comes of it"


def test_who_was_offline_gets_the_answer_when_the_network_is_back(visit):
    page = visit(PLAN, reduced_motion="reduce")
    page.click("#stage-purchase > summary")
    page.check("label:has-text('A smoother checkout') input")
    page.context.set_offline(True)
    page.click("#run")
    expect(page.locator("#error")).to_contain_text("The server does not answer")
    assert page.is_visible("#answer")
    assert page.is_enabled("#run")
    page.context.set_offline(False)
    expect(page.locator("#status")).to_have_text("The result is there.")
    assert page.is_hidden("#error")
    assert "smooth-checkout" in page.url
    assert all("ERR_INTERNET_DISCONNECTED" in fault for fault in visit.faults)
    visit.faults.clear()


@pytest.mark.parametrize("width", [360, 1366])
def test_a_person_who_is_followed_stays_while_the_rest_comes(visit, address, width):
    page = visit(PLAN, width=width, reduced_motion="reduce")
    cut, held = first_event(address), []
    page.route(
        "**/api/compare",
        lambda asked: (
            held.append(asked) or (len(held) == 1 and asked.fulfill(body=cut, content_type="text/event-stream"))
        ),
    )
    page.click("#run")
    expect(page.locator("#kicker")).to_contain_text("So far")
    drawn = page.locator("#person option").nth(1).get_attribute("value")
    page.locator("#week").fill("20")
    page.select_option("#person", drawn)
    page.wait_for_selector(".strip")
    page.evaluate("dispatchEvent(new Event('online'))")
    while len(held) < 2:
        page.wait_for_timeout(50)
    held[1].continue_()
    expect(page.locator("#status")).to_have_text("The result is there.")
    assert page.inner_text("#week-said") == "week 20 of 52"
    if "the first pair" in page.inner_text("#ring-caption") or "pair 1 of" in page.inner_text("#ring-caption"):
        assert page.input_value("#person") == drawn
        assert page.is_visible(".strip")
