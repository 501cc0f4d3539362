"""Protects the class on the network: what a phone may send, see and change; abuse harms nobody else."""

import json
import re

import pytest
from classes import MENU, PRICES, TEACHER, Known, begun
from starlette.testclient import TestClient

from cxsim.interface.classroom.classroom import Classroom
from cxsim.interface.classroom.codes import MOST_WRONG
from cxsim.interface.classroom.routes import TEAM, classroom_routes
from cxsim.interface.classroom.rules import usual_budget
from cxsim.interface.classroom.store import ClassStore
from cxsim.interface.web.app import create_app

HERE = "http://127.0.0.1:8000"
PLAN = ["Plain pages", "Kind desk"]


class School:
    """A server with its class; phones are clients with cookies of their own."""

    def __init__(self, folder, store=None):
        self.store = store or begun(folder)
        runs = Known()
        self.app = create_app(runs, classroom_routes(Classroom(self.store, runs), "127.0.0.1"))
        self.open = []

    def phone(self):
        client = TestClient(self.app, base_url=HERE)
        client.__enter__()  # its event loop lives on, so that plans go on being lived
        self.open.append(client)
        return client

    def team(self, name):
        phone = self.phone()
        said(phone.post("/class/join", json={"name": name}))
        return phone

    def teacher(self):
        desk = self.phone()
        said(desk.post("/class/teacher/enter", json={"key": TEACHER}))
        return desk

    def close(self):
        for client in self.open:
            client.__exit__(None, None, None)
        self.store.close()


@pytest.fixture
def school(tmp_path):
    school = School(tmp_path)
    yield school
    school.close()


def said(response, status=200):
    assert response.status_code == status, response.text
    return response.json()


def command(desk, what, round_number, phase, status=200):
    return said(
        desk.post("/class/teacher/command", json={"command": what, "round": round_number, "phase": phase}), status
    )


def show_all(desk, round_number=1):
    """Press the button until all of a round has been shown: the steps that were on the wall."""
    shown = []
    while True:
        state = said(desk.get("/class/teacher/state"))
        shown.append(state["step"])
        if "forward" not in state["commands"]:
            return shown
        step_to(desk, "forward", round_number, state["step_seen"])


def step_to(desk, what, round_number, step, status=200):
    body = {"command": what, "round": round_number, "phase": "revealed", "step": step}
    return said(desk.post("/class/teacher/command", json=body), status)


def commit(phone, chosen, round_number=1, status=200):
    return said(phone.post("/class/plan", json={"round": round_number, "chosen": chosen}), status)


def play(school, **plans):
    """A round to the moment before its reveal: (desk, phones)."""
    desk = school.teacher()
    phones = {name: school.team(name) for name in plans}
    command(desk, "start", 1, "setup")
    for name, chosen in plans.items():
        commit(phones[name], chosen)
    command(desk, "lock", 1, "open")
    for _ in range(500):
        if said(desk.get("/class/teacher/state"))["lived"]:
            return desk, phones
    raise AssertionError("the plans are never lived")


def test_a_round_from_joining_to_the_debrief(school):
    desk, phones = play(school, Ann=PLAN, Bob=[])
    command(desk, "reveal", 1, "locked")
    assert show_all(desk)[:3] == ["predictions", "leader", "margin"]
    board = said(phones["Bob"].get("/class/board/1"))
    assert [(line["team"], line["chosen"]) for line in board["board"]["lines"]] == [("Ann", PLAN), ("Bob", [])]
    assert board["ahead"]["net_margin"] == "Ann is ahead of every other team on money, and not by luck."
    assert "at most 5%" in board["how_sure"]
    assert "20 replications of this one set of assumptions" in board["how_sure"]
    assert board["doubts"] == ["look for a cost that is missing."]
    assert board["debrief"]["sentences"][0].startswith("Ann leads with EUR 198 (193 to 204)")
    step_to(desk, "next", 1, said(desk.get("/class/teacher/state"))["step_seen"])
    assert said(phones["Ann"].get("/class/own"))["plan_before"] == PLAN
    assert said(phones["Ann"].get("/class/own"))["plan"] is None


def everything_seen(client):
    """All that a client can read, as text."""
    return "".join(
        client.get(path).text for path in ("/class/state", "/class/own", "/class/board/1", "/class/teacher/state")
    )


def test_nobody_sees_a_plan_before_the_reveal(school):
    desk, phones = play(school, Ann=PLAN, Bob=["Short form"])
    for client in (phones["Bob"], school.phone(), desk):
        assert not any(choice in everything_seen(client) for choice in PLAN)
    assert all(choice in everything_seen(phones["Ann"]) for choice in PLAN)
    said(phones["Bob"].get("/class/board/1"), 409)
    command(desk, "reveal", 1, "locked")
    assert not any(choice in everything_seen(phones["Bob"]) for choice in PLAN)  # the first step shows predictions
    show_all(desk)
    assert all(choice in everything_seen(phones["Bob"]) for choice in PLAN)


def test_a_plan_goes_to_the_team_of_the_key_and_no_other(school):
    desk = school.teacher()
    ann, bob = school.team("Ann"), school.team("Bob")
    command(desk, "start", 1, "setup")
    commit(ann, PLAN)
    for more in ({"team": "Ann"}, {"name": "Ann"}, {"id": 1}):
        assert (
            "there is no such thing"
            in said(bob.post("/class/plan", json={"round": 1, "chosen": [], **more}), 422)["error"]
        )
    commit(bob, ["Short form"])
    assert said(ann.get("/class/own"))["plan"] == PLAN
    said(school.phone().post("/class/plan", json={"round": 1, "chosen": []}), 401)


def test_committing_twice_is_committing_once(school):
    desk, ann = school.teacher(), school.team("Ann")
    command(desk, "start", 1, "setup")
    assert commit(ann, PLAN) == commit(ann, PLAN) == commit(ann, PLAN[::-1])
    assert commit(ann, ["Short form"])["plan"] == ["Short form"]


def test_the_server_holds_teams_to_the_budget(school):
    desk, ann = school.teacher(), school.team("Ann")
    command(desk, "start", 1, "setup")
    commit(ann, PLAN)
    assert "EUR 400 too much" in commit(ann, list(PRICES), status=422)["error"]
    assert said(ann.get("/class/own"))["plan"] == PLAN


def test_old_messages_do_nothing(school):
    desk, phones = play(school, Ann=PLAN)
    ann = phones["Ann"]
    assert "round 1 is locked" in commit(ann, [], status=409)["error"]
    for what, phase in (("start", "setup"), ("lock", "open")):
        assert "has moved on" in command(desk, what, 1, phase, 409)["error"]
    command(desk, "reveal", 1, "locked")
    command(desk, "next", 1, "revealed")
    assert "This plan is for round 1" in commit(ann, [], round_number=1, status=409)["error"]
    command(desk, "next", 1, "revealed", 409)
    assert said(desk.get("/class/teacher/state"))["round"] == 2


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("command", {"command": "start", "round": 1, "phase": "setup"}),
        ("rules", {"market": "restaurant", "budget": 9.0, "rounds": 1, "seed": 1}),
        ("renew", {"team": "Ann"}),
        ("remove", {"team": "Ann"}),
    ],
)
def test_what_the_teacher_does_takes_the_teachers_key(school, path, body):
    ann = school.team("Ann")
    state = ann.get("/class/state").text
    forged = school.phone()
    forged.cookies.set("cxsim_teacher", ann.cookies[TEAM], domain="127.0.0.1", path="/class")
    for client in (ann, school.phone(), forged):
        assert "Only the teacher" in said(client.post(f"/class/teacher/{path}", json=body), 401)["error"]
        said(client.get("/class/teacher/state"), 401)
    said(forged.post("/class/teacher/enter", json={"key": "guess"}), 401)
    assert ann.get("/class/state").text == state


def test_a_lost_phone(school):
    desk, lost = school.teacher(), school.team("Ann")
    command(desk, "start", 1, "setup")
    commit(lost, PLAN)
    own = said(lost.get("/class/own/link"))
    second = school.phone()
    said(second.post("/class/enter", json={"key": own["link"].partition("#")[2]}))
    assert said(second.get("/class/own"))["plan"] == PLAN
    new = said(desk.post("/class/teacher/renew", json={"team": "Ann"}))
    assert new["link"].startswith("http://127.0.0.1:8000/class#1.") and new["qr"].startswith("<svg")
    found = school.phone()
    assert said(found.post("/class/enter", json={"key": new["link"].partition("#")[2]}))["plan"] == PLAN
    for old in (lost, second):
        commit(old, [], status=401)
    commit(found, [])


def test_a_phone_without_a_camera(school):
    desk, ann, bob = school.teacher(), school.team("Ann"), school.team("Bob")
    shown = said(ann.get("/class/own/link"))
    assert shown["address"] == "127.0.0.1:8000"
    assert school.phone().get("/").url.path == "/class"  # where that address leads
    second = school.phone()
    assert said(second.post("/class/code", json={"code": shown["code"].lower()}))["team"] == "Ann"
    assert said(second.get("/class/own"))["team"] == "Ann"
    new = said(desk.post("/class/teacher/renew", json={"team": "Ann"}))["code"]
    said(school.phone().post("/class/code", json={"code": shown["code"]}), 401)  # it led to a key that is void now
    assert said(school.phone().post("/class/code", json={"code": new}))["team"] == "Ann"
    assert said(bob.get("/class/own"))["team"] == "Bob"


def test_guessing_codes_ends_soon(school):
    code = said(school.team("Ann").get("/class/own/link"))["code"]
    guesser = school.phone()
    for _ in range(MOST_WRONG):
        assert "No team shows this code" in said(guesser.post("/class/code", json={"code": "BBBBBB"}), 422)["error"]
    assert "Too many" in said(guesser.post("/class/code", json={"code": code}), 429)["error"]
    link = said(school.team("Bob").get("/class/own/link"))["link"]
    said(guesser.post("/class/enter", json={"key": link.partition("#")[2]}))  # links go on working


def test_keys_are_kept_from_scripts_and_other_sites(school):
    phone = school.phone()
    cookie = phone.post("/class/join", json={"name": "Ann"}).headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "path=/class" in cookie
    key = phone.cookies[TEAM]
    assert key not in "".join(phone.get(path).text for path in ("/class", "/class/own", "/class/state"))


def test_the_class_goes_on_after_a_restart(school, tmp_path):
    phones = play(school, Ann=PLAN, Bob=[])[1]
    keys = dict(phones["Ann"].cookies)
    before = said(phones["Ann"].get("/class/own"))
    school.store.close()
    again = School(tmp_path, ClassStore(tmp_path / "class.sqlite"))
    try:
        ann = again.phone()
        for name, key in keys.items():
            ann.cookies.set(name, key, domain="127.0.0.1", path="/class")
        assert said(ann.get("/class/own")) == before
        desk = again.teacher()
        command(desk, "reveal", 1, "locked")
        show_all(desk)
        assert said(ann.get("/class/board/1"))["board"]["lines"][0]["team"] == "Ann"
    finally:
        again.close()


def test_removing_the_leader_after_the_reveal_leaves_a_board(school):
    desk, _ = play(school, Ann=PLAN, Bob=["Short form"], Cem=[])
    command(desk, "reveal", 1, "locked")
    show_all(desk)
    said(desk.post("/class/teacher/remove", json={"team": "Ann"}))
    for _ in range(200):
        response = desk.get("/class/board/1")
        if response.status_code == 200 and "board" in response.json():
            break
    assert [line["team"] for line in said(response)["board"]["lines"]] == ["Bob", "Cem"]
    assert "removed" not in said(desk.post("/class/teacher/remove", json={"team": "Ann"}), 422)["error"]


def test_who_committed_nothing_does_nothing(school):
    desk, ann, bob = school.teacher(), school.team("Ann"), school.team("Bob")
    command(desk, "start", 1, "setup")
    commit(ann, PLAN)
    command(desk, "lock", 1, "open")
    assert said(bob.get("/class/own"))["plan"] is None
    command(desk, "reopen", 1, "locked")
    assert [team["committed"] for team in said(bob.get("/class/state"))["teams"]] == [True, False]
    commit(bob, ["Short form"])


def test_rules_can_be_changed_before_the_first_round_alone(school):
    desk = school.teacher()
    now = said(desk.get("/class/teacher/state"))["settings"]
    assert (
        said(desk.post("/class/teacher/rules", json=now | {"budget": 700.0, "level": "low"}))["settings"]["level"]
        == "low"
    )
    for wrong in ({"budget": -1}, {"budget": "NaN"}, {"rounds": 99}, {"seed": -1}, {"level": "magic"}, {"more": 1}):
        said(desk.post("/class/teacher/rules", json=now | wrong), 422)
    for market in ("nowhere", "../../etc/passwd", "/etc/passwd", "plans/restaurant-second-cook"):
        assert "no market" in said(desk.post("/class/teacher/rules", json=now | {"market": market}), 422)["error"]
    school.team("Ann")
    command(desk, "start", 1, "setup")
    said(desk.post("/class/teacher/rules", json=now), 409)


def test_another_market_brings_its_own_budget_unless_one_is_given(school):
    desk = school.teacher()
    now = said(desk.get("/class/teacher/state"))["settings"] | {"budget": 700.0}
    for market, budget, expected in (
        (now["market"], 700.0, 700.0),
        ("durable", 700.0, usual_budget(PRICES)),  # the made-up prices of every market here
        ("restaurant", 1500.0, 1500.0),
    ):
        changed = said(desk.post("/class/teacher/rules", json=now | {"market": market, "budget": budget}))
        assert changed["settings"]["budget"] == expected
    assert usual_budget(PRICES) != 700.0


NONSENSE = ["", "{", "[]", "null", "1", '"x"', '{"name": 5}', '{"name": null}', '{"name": ["a"]}', '{"nam": "Ann"}',
            '{"name": "Ann", "x": 1}', "{" * 5000, '{"name": "\\ud800"}', '{"name": "a", "name": {"b": 1}}']  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "join",
        "enter",
        "code",
        "plan",
        "teacher/enter",
        "teacher/command",
        "teacher/rules",
        "teacher/renew",
        "prediction",
        "explanation",
    ],
)
def test_nonsense_is_refused_and_the_class_goes_on(school, path):
    desk, ann = school.teacher(), school.team("Ann")
    ann.cookies.update(desk.cookies)
    state = ann.get("/class/state").text
    for body in NONSENSE:
        response = ann.post(f"/class/{path}", content=body)
        assert 400 <= response.status_code < 500, (path, body, response.text)
        assert response.json()["error"]
    assert said(ann.post(f"/class/{path}", content=b'{"name": "' + b"x" * 200_000 + b'"}'), 413)
    said(ann.post(f"/class/{path}", json={"name": "Eve"}, headers={"origin": "http://evil.example"}), 403)
    said(ann.get(f"/class/{path}"), 405)
    assert ann.get("/class/state").text == state


@pytest.mark.parametrize("path", ["board/0", "board/-1", "board/99", "board/x", "static/../routes.py", "static/%2e%2e/store.py",
                                  "static//etc/passwd", "nothing"])  # fmt: skip
def test_there_is_nothing_beside_the_class(school, path):
    response = school.team("Ann").get(f"/class/{path}")
    assert response.status_code in (404, 409) and response.json()["error"]


def test_a_name_is_text_and_never_markup(school):
    evil = "<img src=x onerror=alert()>"
    ann = school.team(evil)
    assert said(ann.get("/class/state"))["teams"][0]["name"] == evil
    for path in ("/class", "/class/screen", "/class/teacher"):
        page = ann.get(path)
        assert evil not in page.text
        assert (
            "script-src" in page.headers["content-security-policy"]
            or "default-src 'self'" in page.headers["content-security-policy"]
        )
        assert not re.search(r"<script(?![^>]*(src=|application/json))|\son\w+=|style=", page.text)


def test_a_phone_that_has_the_news_is_told_so(school):
    phone = school.phone()
    first = phone.get("/class/state")
    assert phone.get("/class/state", headers={"if-none-match": first.headers["etag"]}).status_code == 304
    school.team("Ann")
    assert phone.get("/class/state", headers={"if-none-match": first.headers["etag"]}).status_code == 200


def test_everybody_knows_prices_and_reasons(school):
    menu = said(school.phone().get("/class/menu"))
    assert {choice["name"]: choice["price"] for choice in menu["choices"]} == PRICES
    assert all(choice["source"] and choice["story"] and choice["evidence"] for choice in menu["choices"])
    assert menu["budget"] == 1000.0 and json.dumps(menu) and "Corner shop" in MENU


def test_no_page_names_another_host(school):
    phone = school.phone()
    for path in (
        "/class",
        "/class/screen",
        "/class/teacher",
        "/class/static/class.css",
        "/class/static/class.js",
        "/class/static/team.js",
    ):
        text = phone.get(path).text.replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text and "https://" not in text and "//cdn" not in text
