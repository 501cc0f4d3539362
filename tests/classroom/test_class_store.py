"""Protects what a class remembers: a restart loses nothing, no key can be read from the file, and no other file is harmed."""

import socket
import sqlite3
import subprocess
import sys
import threading

import pytest
from classes import TEACHER, begun, classroom, menu_file

from cxsim.analysis.results.folder import held_by
from cxsim.interface.classroom import startup as opening
from cxsim.interface.classroom.access import BYTES, new_secret
from cxsim.interface.classroom.classroom import NoKeyError
from cxsim.interface.classroom.rounds import Phase, RoundMoment
from cxsim.interface.classroom.store import ClassStore

OPEN = RoundMoment(1, Phase.open)


def test_no_key_can_be_read_from_the_file(tmp_path):
    room = classroom(tmp_path)
    key = room.join("Ann")
    room.store.close()
    content = b"".join(file.read_bytes() for file in tmp_path.glob("class.sqlite*"))
    assert b"Ann" in content
    for secret in (key, key.partition(".")[2], TEACHER):
        assert secret.encode() not in content


def test_keys_are_long_and_all_different():
    keys = {new_secret() for _ in range(1000)}
    assert len(keys) == 1000 and BYTES * 8 >= 128


@pytest.mark.parametrize("forge", [lambda key: key[:-1], lambda key: key + "x", lambda key: "2" + key[1:], lambda key: key[2:],
                                   lambda _: "1.", lambda _: ".", lambda _: "1.\ud800", lambda _: "9" * 30 + ".x", lambda _: "²." ])  # fmt: skip
def test_a_forged_key_opens_nothing(tmp_path, forge):
    room = classroom(tmp_path)
    key = room.join("Ann")
    room.join("Bob")
    assert room.team(key).name == "Ann"
    with pytest.raises(NoKeyError):
        room.team(forge(key))
    with pytest.raises(NoKeyError):
        room.teacher(key)
    with pytest.raises(NoKeyError):
        room.team(TEACHER)


def test_the_teachers_key_of_an_earlier_start_opens_nothing(tmp_path):
    room = classroom(tmp_path)
    room.teacher(TEACHER)
    room.store.set_teacher("another")
    with pytest.raises(NoKeyError):
        room.teacher(TEACHER)


def test_a_plan_is_there_after_the_process_was_killed(tmp_path):
    begun(tmp_path).close()
    work = (
        "import os, sys; from pathlib import Path; from cxsim.interface.classroom.store import ClassStore;"
        "from cxsim.interface.classroom.rounds import Phase, RoundMoment;"
        "store = ClassStore(Path(sys.argv[1])); team = store.add_team('Ann', 'secret', 9);"
        "store.move(RoundMoment(1, Phase.setup), RoundMoment(1, Phase.open));"
        "store.commit(team, ('Kind desk',), RoundMoment(1, Phase.open)); os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", work, str(tmp_path / "class.sqlite")], check=False)
    assert killed.returncode == -9
    store = ClassStore(tmp_path / "class.sqlite")
    assert store.moment() == OPEN
    assert store.plans(1) == {"Ann": ("Kind desk",)}
    store.close()


def test_two_commands_at_once_are_one(tmp_path):
    """Eight threads want to start the round; one does."""
    store = begun(tmp_path)
    moved = []
    start = threading.Barrier(8)

    def move():
        start.wait()
        moved.append(store.move(RoundMoment(1, Phase.setup), OPEN))

    threads = [threading.Thread(target=move) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(moved) == [False] * 7 + [True]


def test_names_that_look_alike_are_one_team(tmp_path):
    room = classroom(tmp_path)
    room.join("  Ann   &  Co ")
    assert [team.name for team in room.store.teams()] == ["Ann & Co"]
    for name in ("ann & co", "ANN & CO"):
        with pytest.raises(ValueError, match="There is a team"):
            room.join(name)


@pytest.mark.parametrize("name", ["", "   ", "x" * 31, "a\u202eb", "a\x00b", "\u200b", "\ud800"])
def test_names_that_cannot_be_shown_are_refused(tmp_path, name):
    with pytest.raises(ValueError, match="name"):
        classroom(tmp_path).join(name)


def test_the_class_is_full_at_some_point(tmp_path):
    room = classroom(tmp_path)
    for number in range(60):
        room.join(f"team {number}")
    with pytest.raises(ValueError, match="full: 60 teams"):
        room.join("one more")


def test_another_file_is_left_alone(tmp_path):
    text = tmp_path / "essay.txt"
    text.write_text("not a class " * 100)
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as file:
        file.execute("CREATE TABLE mine (x)")
    file.close()
    before = (text.read_bytes(), other.read_bytes())
    for path in (text, other, tmp_path / "no" / "such.sqlite"):
        with pytest.raises(ValueError, match=r"cannot hold a class: .*\. Name another file\."):
            ClassStore(path)
    assert (text.read_bytes(), other.read_bytes()) == before


def test_a_class_goes_on_with_the_rules_it_has(tmp_path):
    file = tmp_path / "class.sqlite"
    assert opening.remembered(file) is None
    assert not file.exists()
    begun(tmp_path).close()
    store = opening.remembered(file)
    assert store.rules().budget == 1000.0
    assert "goes on in round 1 of 2, with the rules it has: market" in opening.going_on(store, file)
    store.close()


def test_a_new_class_of_a_market_has_usual_rules(tmp_path):
    store = opening.begun(tmp_path / "new.sqlite", str(menu_file(tmp_path)), None, None, None)
    rules = store.rules()
    assert (rules.rounds, rules.seed, rules.level) == (3, 1, "typical")
    assert 0.0 < rules.budget < sum(store.briefing().prices.values())
    store.close()


def test_a_wrong_market_leaves_no_file(tmp_path):
    with pytest.raises(ValueError, match="no such file or ready scenario"):
        opening.begun(tmp_path / "new.sqlite", "nowhere", None, None, None)
    assert not list(tmp_path.iterdir())


def test_what_is_for_a_class_is_refused_without_one(cxsim, tmp_path):
    code, _, err = cxsim("serve", "--budget", "5")
    assert code == 2 and "add --class" in err


def test_a_port_that_is_taken_is_said_before_a_class_begins(cxsim, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, _, err = cxsim("serve", "--class", "--port", port, "--file", tmp_path / "class.sqlite")
    assert code == 2 and f"port {port} is taken" in err
    assert not list(tmp_path.iterdir())


def test_a_class_that_is_open_is_not_opened_again(cxsim, tmp_path):
    file = tmp_path / "class.sqlite"
    with held_by(tmp_path / ".class.sqlite.lock", "held"):
        code, _, err = cxsim("serve", "--class", "--port", 0, "--file", file)
    assert code == 2 and "is open in another cxsim" in err and "--file" in err
    assert not file.exists()
