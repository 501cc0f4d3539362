"""How does `cxsim serve --class` bear a full class, from joining to the reveal?

Teams with two phones each, a projector and the teacher, all asking every two seconds as their pages do. The teams join,
choose, commit, and commit another plan twice more; the teacher locks, and reveals as soon as every plan is lived.
"""

import argparse
import gzip
import http.client
import itertools
import json
import re
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

from _common import GOLDEN, WAITING, heading, serving, table, waiting

Json = dict[str, Any]

EVERY = 2.0  # seconds between two questions of a page
COMMITS = 3  # of a team
ARRIVING = 10.0  # seconds within which everybody opens the page
PAGES = {
    "team": ("/class", "team.js", "/class/own"),
    "screen": ("/class/screen", "screen.js", "/class/state"),
    "teacher": ("/class/teacher", "teacher.js", "/class/teacher/state"),
}
SHARED = ("class.css", "class.js", "board.js", "icon.svg")


class Class:
    """What is measured of a class: seconds by kind of question, what went wrong, and when it was revealed."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.waited: defaultdict[str, list[float]] = defaultdict(list)
        self.errors: Counter[str] = Counter()
        self.joined, self.committed, self.revealed = 0, 0, 0.0


class Phone:
    """A browser on a page of the class: it keeps its connection, its cookie, and what has not changed."""

    def __init__(self, school: Class, page: str) -> None:
        self.school, self._page = school, page
        self._line = http.client.HTTPConnection("127.0.0.1", school.port, timeout=60.0)
        self._cookie = ""
        self._known: dict[str, tuple[str, Json]] = {}

    def ask(self, what: str, path: str, body: Json | None = None) -> Json:
        """What the server says; its time is noted under `what`, anything but an answer as an error."""
        mark, known = self._known.get(path, ("", {}))
        headers = {"cookie": self._cookie, "if-none-match": mark, "accept-encoding": "gzip"}
        start = time.perf_counter()
        try:
            self._line.request("POST" if body else "GET", path, json.dumps(body) if body else None, headers)
            answer = self._line.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._line.close()
            self.school.errors[f"{what}: {type(error).__name__}"] += 1
            return known
        self.school.waited[what].append(time.perf_counter() - start)
        if answer.status != 200:
            self.school.errors[f"{what}: {answer.status}"] += answer.status != 304
            return known
        self._cookie = answer.headers.get("set-cookie", self._cookie).partition(";")[0]
        if "json" in answer.headers["content-type"]:
            packed = answer.headers.get("content-encoding") == "gzip"
            known = json.loads(gzip.decompress(said) if packed else said)
            self._known[path] = answer.headers.get("etag", ""), known
        return known

    def open(self) -> Json:
        """The page, with all that belongs to it; the menu."""
        page, script, _ = PAGES[self._page]
        for path in (page, *(f"/class/static/{name}" for name in (script, *SHARED))):
            self.ask("page", path)
        return self.ask("menu", "/class/menu")

    def keep_up(self, until: Callable[[Json], bool]) -> Json:
        """Look every two seconds until something is so."""
        while not until(state := self.ask("state", PAGES[self._page][2])):
            time.sleep(EVERY)
        return state

    def see_board(self) -> None:
        """Wait for the reveal, then fetch the board."""
        self.keep_up(_is("revealed"))
        self.ask("board", "/class/board/1")
        self.school.waited["from the reveal until the board is there"].append(
            time.perf_counter() - self.school.revealed
        )


def _is(phase: str) -> Callable[[Json], bool]:
    return lambda state: state["phase"] == phase


def plans(menu: Json) -> list[list[str]]:
    """Two to four choices within the budget."""
    prices = {choice["name"]: choice["price"] for choice in menu["choices"]}
    some = itertools.chain.from_iterable(itertools.combinations(prices, size) for size in (2, 3, 4))
    return [list(plan) for plan in some if sum(prices[name] for name in plan) <= menu["budget"]]


def play(school: Class, number: int, choosing: float) -> None:
    """A team with both its phones, from joining to the board."""
    time.sleep((number * GOLDEN) % 1 * ARRIVING)
    first, second = Phone(school, "team"), Phone(school, "team")
    menu = first.open()
    first.ask("join", "/class/join", {"name": f"Team {number}"})
    second.open()
    second.ask("join", "/class/enter", {"key": first.ask("join", "/class/own/link")["link"].partition("#")[2]})
    school.joined += 1
    other = threading.Thread(target=second.see_board)
    other.start()
    first.keep_up(_is("open"))
    possible = plans(menu)
    for turn in range(COMMITS):
        pause = (0.5 + (COMMITS * number + turn) * GOLDEN % 1) * choosing / COMMITS
        ended = time.perf_counter() + pause
        first.keep_up(lambda _, ended=ended: time.perf_counter() > ended)  # type: ignore[misc]
        plan = possible[int((COMMITS * number + turn) * GOLDEN % 1 * len(possible))]
        first.ask("commit", "/class/plan", {"round": 1, "chosen": plan})
    school.committed += 1
    first.see_board()
    other.join()


def lesson(school: Class, key: str, teams: int, choosing: float) -> float:
    """A round with everybody; seconds from the lock until every plan is lived."""
    teacher, screen = Phone(school, "teacher"), Phone(school, "screen")
    teacher.open()
    screen.open()
    teacher.ask("teacher", "/class/teacher/enter", {"key": key})
    everybody = [threading.Thread(target=play, args=(school, number, choosing)) for number in range(teams)]
    everybody.append(threading.Thread(target=screen.see_board))
    for one in everybody:
        one.start()
    teacher.keep_up(lambda _: school.joined == teams)
    teacher.ask("teacher", "/class/teacher/command", {"command": "start", "round": 1, "phase": "setup"})
    teacher.keep_up(lambda _: school.committed == teams)
    teacher.ask("teacher", "/class/teacher/command", {"command": "lock", "round": 1, "phase": "open"})
    locked = time.perf_counter()
    teacher.keep_up(lambda state: bool(state.get("lived")))
    took = time.perf_counter() - locked
    school.revealed = time.perf_counter()
    teacher.ask("teacher", "/class/teacher/command", {"command": "reveal", "round": 1, "phase": "locked"})
    for one in everybody:
        one.join()
    return took


def main() -> None:
    """Measure one round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teams", type=int, default=30)
    parser.add_argument("--choosing", type=float, default=120.0, help="seconds that a team chooses, about")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--market", default="restaurant")
    given = parser.parse_args()
    heading(f"{given.teams} teams with two phones each, {given.workers} workers, {given.market}")
    with tempfile.TemporaryDirectory() as folder:
        options = ("--workers", str(given.workers), "--market", given.market, "--file", f"{folder}/class.sqlite")
        with serving("--class", *options) as said:
            found = re.search(r":(\d+)/class/teacher#(\S+)", said)
            assert found, said
            school = Class(int(found[1]))
            took = lesson(school, found[2], given.teams, given.choosing)
    table(WAITING, [waiting(what, seconds) for what, seconds in school.waited.items()])
    print(f"From the lock until every plan is lived: {took:.1f} s.")
    print(f"Errors: {dict(+school.errors) or 'none'}.")


if __name__ == "__main__":
    main()
