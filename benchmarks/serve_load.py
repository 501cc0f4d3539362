"""How long do participants of a workshop wait for `cxsim serve`, and does a busy server still answer others at once?

Everybody asks for plans of their own on one market. In the workshop they look at a result for a while before they ask
for the next; in the burst all ask in the same moment. Beside them somebody opens the page again and again.
"""

import argparse
import http.client
import itertools
import json
import re
import threading
import time
from collections.abc import Iterator

from _common import GOLDEN, WAITING, heading, serving, table, waiting

from cxsim.interface.explorer.possible import possible_in_ready
from cxsim.scenario import load_intervention_library

LOOKING = (20.0, 40.0)  # seconds between a result and the next question
PATIENCE = 600.0  # seconds until a request counts as lost


def plans(market: str) -> Iterator[dict[str, object]]:
    """More different plans than anybody will ask for: pairs of interventions that the page offers there."""
    impossible = possible_in_ready(market).impossible
    pairs = itertools.combinations([name for name in load_intervention_library() if name not in impossible], 2)
    return iter([{"market": market, "interventions": [{"name": name} for name in pair]} for pair in pairs])


def asked(port: int, method: str, path: str, question: object = None) -> tuple[float, float, int]:
    """Seconds until the first part of the answer and the whole were there, and its status.

    A busy server is asked again, as the page does.
    """
    start = time.perf_counter()
    body = None if question is None else json.dumps(question)
    accept = "text/event-stream" if question is not None else "*/*"
    while True:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        line.request(method, path, body, {"accept-encoding": "gzip", "accept": accept})
        answer = line.getresponse()
        answer.readline()
        first = time.perf_counter() - start
        answer.read()
        line.close()
        if answer.status != 503 or time.perf_counter() - start > PATIENCE:
            return first, time.perf_counter() - start, answer.status
        time.sleep(float(answer.headers["retry-after"]))


def measured(port: int, participants: int, seconds: float, asking: Iterator[object]) -> dict[str, list[float]]:
    """Waiting times of all questions and of the page, in seconds.

    Args:
        port: of the server.
        participants: who ask.
        seconds: how long they go on; 0 for one question each, all at once.
        asking: plans to ask for, each once, so that nobody profits from what was computed before.
    """
    waited: dict[str, list[float]] = {"first answer": [], "full answer": [], "page": [], "lost": []}
    over, ended = threading.Event(), time.perf_counter() + seconds

    def participate(number: int) -> None:
        pause = (number * GOLDEN) % 1 * LOOKING[1] if seconds else 0.0
        while not over.wait(pause):
            first, full, status = asked(port, "POST", "/api/compare", next(asking))
            if status == 200:
                waited["first answer"].append(first)
                waited["full answer"].append(full)
            else:
                waited["lost"].append(full)
            if not seconds or time.perf_counter() > ended:
                return
            pause = LOOKING[0] + (len(waited["full answer"]) * GOLDEN) % 1 * (LOOKING[1] - LOOKING[0])

    def look() -> None:
        while not over.wait(0.1):
            waited["page"].append(asked(port, "GET", "/")[1] + asked(port, "GET", "/api/choices")[1])

    crowd = [threading.Thread(target=participate, args=(number,)) for number in range(participants)]
    watcher = threading.Thread(target=look)
    for thread in (*crowd, watcher):
        thread.start()
    for thread in crowd:
        thread.join()
    over.set()
    watcher.join()
    return waited


def main() -> None:
    """Measure the burst, then the workshop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--participants", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--market", default="restaurant")
    given = parser.parse_args()
    heading(f"{given.participants} participants, {given.workers} workers, {given.market}")
    rows = []
    with serving("--workers", str(given.workers)) as said:
        found = re.search(r":(\d+)", said)
        assert found, said
        port = int(found[1])
        asked(port, "POST", "/api/compare", {"market": given.market})
        asking = plans(given.market)
        for name, seconds in (("all at once", 0.0), ("workshop", given.seconds)):
            waited = measured(port, given.participants, seconds, asking)
            for what in ("first answer", "full answer", "page"):
                lost = len(waited["lost"]) if what == "full answer" else 0
                rows.append((*waiting(f"{name}: {what}", waited[what]), lost))
    table((*WAITING, "lost"), rows)


if __name__ == "__main__":
    main()
