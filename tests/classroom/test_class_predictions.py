"""Protects predict, observe, explain: every phone counts once and in time, survives a restart, and is held against the board."""

import pytest
from classes import classroom, entry, lives
from test_class_server import PLAN, School, command, play, said, show_all, step_to

from cxsim.interface.classroom.board import board_of
from cxsim.interface.classroom.predictions import (
    MOST_PHONES,
    OTHER,
    Explanation,
    Prediction,
    came_true,
    explained,
    questions_of,
    ranges_of,
    reasons_of,
    score_of,
    tallied,
)
from cxsim.interface.classroom.rounds import Command, RoundMoment
from cxsim.interface.classroom.rules import RefusedError
from cxsim.interface.classroom.steps import WallStep, steps_of
from cxsim.interface.classroom.store import ClassStore
from cxsim.interface.classroom.trial import LinesOfTrial

STEADY = [0.0, 1.0, -1.0, 2.0, -2.0, 0.5]
GUESS = {"leader": "Ann", "gain": 1, "luck": False}


@pytest.fixture
def school(tmp_path):
    school = School(tmp_path)
    yield school
    school.close()


def around(mean, width=1.0):
    return [mean + width * each for each in STEADY]


def predict(phone, status=200, round_number=1, **changed):
    return said(phone.post("/class/prediction", json=GUESS | {"round": round_number} | changed), status)


def test_a_lesson_predicts_observes_and_explains(school):
    desk, phones = play(school, Ann=PLAN, Bob=["Short form"])
    predict(phones["Bob"], 409)  # plans are not open yet
    command(desk, "predict", 1, "locked")
    open_now = said(school.phone().get("/class/state"))
    assert open_now["plans"] == {"Ann": PLAN, "Bob": ["Short form"]}
    assert [question["field"] for question in open_now["questions"]] == ["leader", "gain", "luck"]
    command(desk, "reopen", 1, "predict", 409)  # whoever saw the others' plans may not change
    assert predict(phones["Ann"])["prediction"] == GUESS
    predict(phones["Ann"], luck=True)
    predict(phones["Bob"], leader="Bob", gain=0, luck=True)
    assert "no team" in predict(phones["Bob"], 422, leader="Cem")["error"]
    assert said(school.phone().get("/class/state"))["predicted"] == 2

    command(desk, "reveal", 1, "predict")
    predict(phones["Ann"], 409)
    told = said(phones["Bob"].get("/class/board/1"))
    assert [options[1] for options in told["predictions"]["tallies"][0]["options"]] == [1, 1]
    assert all(right is None for tally in told["predictions"]["tallies"] for _, _, right in tally["options"])
    assert not {"ahead", "order", "board", "debrief", "reasons"} & set(told)
    step_to(desk, "forward", 1, 0)
    told = said(phones["Bob"].get("/class/board/1"))
    assert [each["team"] for each in told["order"]] == ["Ann", "Bob"] and "board" not in told
    step_to(desk, "back", 1, 1)
    assert "order" not in said(phones["Bob"].get("/class/board/1"))
    step_to(desk, "forward", 1, 1, 409)  # pressed twice
    for step in (0, 1):
        step_to(desk, "forward", 1, step)
    told = said(phones["Bob"].get("/class/board/1"))
    assert told["board"]["lines"][0]["team"] == "Ann" and "debrief" not in told
    reason = {"round": 1, "reason": told["reasons"][0]["value"], "words": "We queued."}
    assert said(phones["Bob"].post("/class/explanation", json=reason))["explanation"]["words"] == "We queued."
    assert show_all(desk)[-1] == "right"
    said(phones["Bob"].post("/class/explanation", json=reason), 409)
    told = said(phones["Bob"].get("/class/board/1"))
    assert told["predictions"]["score"]["teams"] == [[2, [["Ann", 1]]], [0, [["Bob", 1]]]]
    assert sum(count for _, count, _ in told["explained"]["options"]) == 1
    assert "We queued." not in str(told)  # words are the teacher's to read
    assert said(desk.get("/class/teacher/board/1"))["words"] == [["Bob", "We queued."]]
    said(phones["Bob"].get("/class/teacher/board/1"), 401)


def test_predictions_and_the_step_on_the_wall_survive_a_restart(school, tmp_path):
    desk, phones = play(school, Ann=PLAN, Bob=[])
    command(desk, "predict", 1, "locked")
    predict(phones["Ann"])
    keys = dict(phones["Ann"].cookies)
    school.store.close()
    again = School(tmp_path, ClassStore(tmp_path / "class.sqlite"))
    try:
        ann, desk = again.phone(), again.teacher()
        for name, key in keys.items():
            ann.cookies.set(name, key, domain="127.0.0.1", path="/class")
        assert said(ann.get("/class/own"))["prediction"] == GUESS
        predict(ann, gain=2)
        assert said(ann.get("/class/state"))["predicted"] == 1  # the same phone
        command(desk, "reveal", 1, "predict")
        step_to(desk, "forward", 1, 0)
        assert again.store.moment() == RoundMoment(1, "revealed", 1)
    finally:
        again.close()


def test_where_nobody_predicts_and_nobody_explains_the_reveal_goes_on(school):
    desk, phones = play(school, Ann=[])
    command(desk, "predict", 1, "locked")
    assert said(desk.get("/class/teacher/state"))["predicted"] == 0
    command(desk, "reveal", 1, "predict")
    shown = show_all(desk)
    assert "reasons" not in shown and "parts" not in shown  # a plan that does nothing has nothing to explain
    told = said(phones["Ann"].get("/class/board/1"))
    assert told["predictions"]["score"]["teams"] == [] and told["reasons"] == []
    assert len(told["predictions"]["tallies"]) == 2  # of one team nobody asks who leads


def test_every_phone_of_a_team_counts_once_and_no_more_than_ten(tmp_path):
    room = classroom(tmp_path)
    ann = room.team(room.join("Ann"))
    for what in (Command.start, Command.lock, Command.predict):
        room.command(what, room.store.moment())
    guess = Prediction(**GUESS)
    for phone in range(MOST_PHONES):
        room.predict(ann, f"phone {phone}", 1, guess)
        room.predict(ann, f"phone {phone}", 1, guess)
    with pytest.raises(RefusedError, match="10 phones"):
        room.predict(ann, "one more", 1, guess)
    assert len(room.store.answers(1, "prediction")) == MOST_PHONES
    assert "phone 3" not in str(room.store._all("SELECT * FROM answer"))


def test_what_the_board_cannot_rule_out_is_right():
    """Budget 1,000: the ranges end at 0, 500 and 1,000."""
    level = board_of([entry("A", around(490.0)), entry("B", around(490.0)[::-1]), entry("C", around(0.0))])
    assert came_true(level, 1000.0) == {"leader": {"A", "B"}, "gain": {1}, "luck": {True}}
    clear = board_of([entry("A", around(800.0)), entry("C", around(0.0))])
    assert came_true(clear, 1000.0) == {"leader": {"A"}, "gain": {2}, "luck": {False}}
    wide = board_of([entry("A", around(480.0, 20.0)), entry("C", around(-2000.0))])
    assert came_true(wide, 1000.0)["gain"] == {1, 2}  # the interval crosses 500
    assert came_true(board_of([entry("A", around(0.0))]), 1000.0)["luck"] == {True}
    assert came_true(board_of([entry("A", around(-90.0))]), 1000.0) == {"leader": {"A"}, "gain": {0}, "luck": {False}}
    assert [low for low, _ in ranges_of(1000.0)[1:]] == [high for _, high in ranges_of(1000.0)[:-1]]


def test_guessing_is_reckoned_from_what_can_be_said():
    """Four teams of which one is right, four ranges of which one, two words on luck: 1/4 + 1/4 + 1/2."""
    questions = questions_of(["A", "B", "C", "D"], 1000.0, "EUR")
    true = {"leader": {"A"}, "gain": {2}, "luck": {False}}
    said_ = [("A", Prediction(leader="A", gain=2, luck=False)), ("A", Prediction(leader="A", gain=2, luck=True)),
             ("B", Prediction(leader="A", gain=2, luck=False))]  # fmt: skip
    score = score_of(questions, said_, true)
    assert score.guessing == 1.0 and score.of == 3
    assert score.teams == [(3, [("A", 1), ("B", 1)]), (2, [("A", 1)])]
    counted = tallied(questions, [each for _, each in said_], true)
    assert [each.options[0][1:] for each in counted] == [(3, True), (0, False), (2, True)]


def test_reasons_hold_the_truth_and_do_not_give_it_away():
    lines = [
        LinesOfTrial(stage="use", cause=cause, people=9.0)
        for cause in ("late", "quality", "failure", "misfit", "effort", "price")
    ]
    rare = [LinesOfTrial(stage="purchase", cause="checkout", people=1.0)]
    options = reasons_of(lines, rare)
    words = [option.words for option in options[:-1]]
    assert len(options) == 7 and words == sorted(words) and options[-1].value == OTHER
    told = explained(options, [Explanation(reason="purchase/checkout"), Explanation(reason="made/up")], rare)
    assert [(count, right) for _, count, right in told.options if count or right] == [(1, True), (1, False)]


def test_a_story_takes_as_many_steps_as_it_has_pairs_of_sentences():
    class Told:
        doubts, sentences, parts = [1, 2, 3], [1, 2, 3, 4, 5], []

    board = board_of([entry("A", around(1.0), ["x"])])
    steps = steps_of(board, Told)
    assert steps.count(WallStep.story) == 3 and steps.count(WallStep.careful) == 2
    assert steps == sorted(steps, key=list(WallStep).index) and steps[-1] is WallStep.right
    assert lives(around(1.0)).doubts is None
