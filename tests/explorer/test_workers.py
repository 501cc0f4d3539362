"""An answer is computed once for all who ask; a worker that dies or dawdles harms only the question it was at; none is left."""

import asyncio
import os
import threading
import time

import pytest
import questions
from questions import Question
from servers import finished, is_running, wait_until

from cxsim.interface.web import pool
from cxsim.interface.web.pool import NICE, BusyError, ClosedError, TooLongError, WorkerLostError, WorkerPool


def asked(runs, work):
    """What `work` (a coroutine function) returns while the runs are working."""

    async def inside():
        async with runs.working():
            return await work()

    return finished(inside())


def test_equal_questions_are_computed_once_at_the_same_time_and_later(tmp_path):
    count = tmp_path / "count"
    question = Question(text="line", counted_in=str(count), seconds=0.1)
    runs = WorkerPool(workers=2)

    async def work():
        first = await asyncio.gather(*(runs.answer(questions.answered, question.model_copy()) for _ in range(5)))
        return [*first, await runs.answer(questions.answered, question)]

    assert asked(runs, work) == ["enil"] * 6
    assert count.read_text().count("x") == 1


def test_the_answers_that_were_asked_for_last_are_kept(tmp_path):
    count = tmp_path / "count"
    runs = WorkerPool(workers=1, kept=2)

    async def work():
        for text in ("a", "b", "a", "c", "a", "b"):  # c displaces b, since a was asked for after it
            await runs.answer(questions.answered, Question(text=text, counted_in=str(count)))

    asked(runs, work)
    assert count.read_text().count("x") == 4


def test_who_comes_when_too_many_wait_is_told_when_to_come_back():
    runs = WorkerPool(workers=1, waiting=2)

    async def work():
        waiting = [
            asyncio.create_task(runs.answer(questions.answered, Question(text=text, seconds=0.2))) for text in "ab"
        ]
        await asyncio.sleep(0)
        with pytest.raises(BusyError) as busy:
            await runs.answer(questions.answered, Question(text="c"))
        same = await runs.answer(questions.answered, Question(text="a", seconds=0.2))  # waits with who asked before
        return busy.value.seconds, same, await asyncio.gather(*waiting)

    seconds, same, others = asked(runs, work)
    assert seconds > 0
    assert same == "a"
    assert others == ["a", "b"]


def test_a_killed_worker_is_replaced_and_its_question_answered_and_nobody_else_is_harmed(tmp_path):
    runs = WorkerPool(workers=2)

    async def work():
        return await asyncio.gather(
            runs.answer(questions.answered, Question(text="other", seconds=0.3)),
            runs.answer(questions.killed_once, Question(text="mine", counted_in=str(tmp_path / "killed"))),
        )

    assert asked(runs, work) == ["rehto", "mine"]


def test_a_question_that_kills_every_worker_is_given_up_and_the_workers_go_on():
    runs = WorkerPool(workers=1)

    async def work():
        with pytest.raises(WorkerLostError, match="Try again"):
            await runs.answer(questions.killed_always, Question(text="poison"))
        return await runs.answer(questions.answered, Question(text="next"))

    assert asked(runs, work) == "txen"


def test_a_question_that_takes_too_long_is_ended_and_the_workers_go_on():
    runs = WorkerPool(workers=1, seconds=3.0)  # of an answer; a worker that begins anew has the time it needs

    async def work():
        with pytest.raises(TooLongError, match="fewer people"):
            await runs.answer(questions.answered, Question(text="slow", seconds=6000.0))  # nobody waits for that
        return await runs.answer(questions.answered, Question(text="next"))

    assert asked(runs, work) == "txen"


def test_the_time_a_new_worker_needs_to_begin_is_not_that_of_a_question(monkeypatch):
    runs = WorkerPool(workers=1, seconds=3.0)
    awake = runs._awake

    async def slowly(again):
        if runs.begun:
            await asyncio.sleep(4.0)  # longer than any answer may take
        runs.begun = True
        await awake(again)

    runs.begun = False
    monkeypatch.setattr(runs, "_awake", slowly)

    async def work():
        with pytest.raises(WorkerLostError):
            await runs.answer(questions.killed_always, Question(text="poison"))
        return await runs.answer(questions.answered, Question(text="next"))

    assert asked(runs, work) == "txen"


def test_who_asks_before_the_workers_are_there_waits_for_them(monkeypatch):
    runs = WorkerPool(workers=1)
    opened, may_open = runs._crew.open, threading.Event()
    monkeypatch.setattr(runs._crew, "open", lambda: may_open.wait() and opened())

    async def work():
        early = asyncio.create_task(runs.answer(questions.answered, Question(text="early")))
        await asyncio.sleep(0.1)
        assert runs.seconds_until_ready() >= 0.1
        may_open.set()
        assert await early == "ylrae"
        return runs.seconds_until_ready()

    assert asked(runs, work) is None


def test_who_asks_where_no_worker_can_be_started_is_told(monkeypatch):
    runs = WorkerPool(workers=2)
    may_fail = threading.Event()

    def cannot():
        may_fail.wait()
        raise OSError("no more processes")

    monkeypatch.setattr(runs._crew, "open", cannot)

    async def work():
        waiting = asyncio.create_task(runs.answer(questions.answered, Question(text="early")))
        await asyncio.sleep(0)
        may_fail.set()
        for asks in (lambda: waiting, lambda: runs.answer(questions.answered, Question(text="late"))):
            with pytest.raises(WorkerLostError, match="No process could be started"):
                await asks()
        with pytest.raises(WorkerLostError):
            runs.seconds_until_ready()

    asked(runs, work)


def test_nobody_waits_at_the_end_for_a_worker_that_is_long_in_coming(monkeypatch):
    runs = WorkerPool(workers=2)
    compiled, ended = threading.Event(), []
    monkeypatch.setattr(pool, "SECONDS_FOR_A_BIRTH", 0.1)
    monkeypatch.setattr(runs._crew, "open", compiled.wait)
    monkeypatch.setattr(runs._crew, "end_births", lambda: ended.append(True))

    async def work():
        early = asyncio.create_task(runs.answer(questions.answered, Question(text="early")))
        await asyncio.sleep(0.1)
        runs.close()
        with pytest.raises(ClosedError):
            await early

    try:
        asked(runs, work)  # would never end
        assert ended == [True]
    finally:
        compiled.set()


def test_what_a_question_raises_reaches_who_asked_and_is_not_kept():
    runs = WorkerPool(workers=1)

    async def work():
        for _ in range(2):
            with pytest.raises(ValueError, match="no answer to this"):
                await runs.answer(questions.refused, Question(text="this"))
        return await runs.answer(questions.answered, Question(text="that"))

    assert asked(runs, work) == "taht"


def test_who_leaves_does_not_stop_what_others_wait_for():
    runs = WorkerPool(workers=1)

    async def work():
        question = Question(text="shared", seconds=0.2)
        impatient = asyncio.create_task(runs.answer(questions.answered, question))
        await asyncio.sleep(0)
        patient = asyncio.create_task(runs.answer(questions.answered, question))
        await asyncio.sleep(0.05)
        impatient.cancel()
        return await patient

    assert asked(runs, work) == "derahs"


def test_no_worker_is_left_even_if_it_is_at_work():
    runs = WorkerPool(workers=2)

    async def work():
        numbers = await asyncio.gather(
            *(runs.answer(questions.own_number, Question(text=text)) for text in ("a", "b", "c", "d"))
        )
        asyncio.create_task(runs.answer(questions.answered, Question(text="slow", seconds=60.0)))  # noqa: RUF006
        await asyncio.sleep(0.05)
        return set(numbers)

    start = time.monotonic()
    workers = asked(runs, work)
    assert time.monotonic() - start < 20.0
    assert wait_until(lambda: not any(map(is_running, workers)))


def test_workers_give_way_to_the_process_that_answers_everybody():
    runs = WorkerPool(workers=1)

    async def work():
        return await runs.answer(questions.own_niceness, Question(text=""))

    assert asked(runs, work) >= min(os.nice(0) + NICE, 19)


def test_nobody_waits_for_all_that_another_visitor_has_asked_before():
    runs = WorkerPool(workers=1)
    finished_in_order = []

    async def ask(visitor, number):
        await runs.answer(questions.answered, Question(text=f"{visitor}{number}", seconds=0.05), visitor)
        finished_in_order.append(visitor)

    async def work():
        many = [asyncio.create_task(ask("a", number)) for number in range(8)]
        await asyncio.sleep(0)
        await asyncio.gather(ask("b", 0), *many)

    asked(runs, work)
    assert "b" in finished_in_order[:3] and len(finished_in_order) == 9


def test_one_visitor_cannot_take_all_the_room_to_wait_in():
    runs = WorkerPool(workers=1, waiting=4)

    async def work():
        two = [
            asyncio.create_task(runs.answer(questions.answered, Question(text=text, seconds=0.1), "a")) for text in "12"
        ]
        await asyncio.sleep(0)
        with pytest.raises(BusyError):
            await runs.answer(questions.answered, Question(text="3"), "a")
        await runs.answer(questions.answered, Question(text="4"), "b")
        await asyncio.gather(*two)
        await runs.answer(questions.answered, Question(text="3"), "a")  # there is room again

    asked(runs, work)
