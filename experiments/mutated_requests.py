"""Requests to the workshop page that nobody should have to answer, and how the server answers them.

A part of `python -m experiments.robustness`: a sound question in JSON after one or two mutations, put to the whole application with one worker.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.testclient import TestClient

from cxsim.interface.explorer.pages import workshop_routes
from cxsim.interface.web.app import create_app
from cxsim.interface.web.pool import WorkerPool
from experiments.choices import Choice

ADDRESS = "http://127.0.0.1:8000"
QUESTIONS = ("/api/compare", "/api/compare", "/api/life", "/api/read", "/api/plan.toml")
PLAN: dict[str, object] = {
    "market": "restaurant", "file": "", "people": 60, "weeks": 6, "replications": 2, "seed": 1, "in_both": False,
    "sliders": {"use.failure_rate": 0.1, "purchase.price": 1.1}, "interventions": [{"name": "on-time-delivery", "level": "high", "start_week": 2}],
}  # fmt: skip
BAD = (
    "true", "null", '"5"', "-1", "80", "4", "0.9", '"typical"', "1e400", "NaN", "9" * 400, "[]", "[1, 2]", "{}", '{"a": 1}', '""', "0.5", "1_0", "'x'", '"\\u0000"', '"\\ud800"', '"../../x"',
    '"high"', "10001", "521", "41", "2000000", '[{"name": "on-time-delivery"}, {"name": "on-time-delivery"}]', '{"use.quality": 1e308}', '{"support.capacity": -3}',
)  # fmt: skip
GOOD = {
    "people": ("61", "80"), "weeks": ("5", "8"), "replications": ("1", "3"), "seed": ("2", "99"), "in_both": ("true",), "use.failure_rate": ("0", "0.5"),
    "purchase.price": ("0.9", "2"), "level": ('"low"', '"typical"'), "start_week": ("0", "3"), "person": ("0", "59"),
}  # fmt: skip
SLIPS = ("", "x", "-", ".", '"', ",", "[", "{", "\x00", "\u00e9")

Answer = Callable[[str, bytes], tuple[int, str]]  # the address and the body; the status and what is said


def mutated_request(number: int) -> tuple[str, bytes]:
    """An address of the page and a body for it, after one or two mutations."""
    choice = Choice("request", number)
    address = choice.of(QUESTIONS)
    plan = dict(PLAN)
    if choice.below(4) == 0:
        plan["file"] = 'extends = "restaurant"\n'
    question = {"plan": plan, "person": 7} if address == "/api/life" else plan
    if address == "/api/read":
        question = {"text": 'extends = "restaurant"\nname = "Mine"\n'}
    text = json.dumps(question)
    for _ in range(1 + choice.below(2)):
        text = _mutated(text, choice)
    return address, text.encode("utf-8", errors="surrogatepass")


def _mutated(text: str, choice: Choice) -> str:
    kind, at = choice.below(10), choice.below(max(1, len(text)))
    if kind < 5:
        keys = [place for place in range(len(text)) if text.startswith('": ', place)]
        if keys:  # another value for one of the keys, whatever comes after it
            begin = keys[choice.below(len(keys))] + 3
            end = min((found for mark in (", ", "}") if (found := text.find(mark, begin)) >= 0), default=len(text))
            key = text[: begin - 3].rpartition('"')[2]
            return text[:begin] + choice.of(GOOD.get(key, BAD) if kind < 2 else BAD) + text[end:]
    if kind < 8:
        return text[:at] + choice.of(SLIPS) + text[at + 1 :]
    return text[:at] if kind == 8 else text[:-1] + f', "{choice.of(("peeple", "person", "__class__", "weeks"))}": 3}}'


@contextmanager
def server() -> Iterator[Answer]:
    """The whole application, in this process, with one worker."""
    app = create_app(WorkerPool(workers=1), workshop_routes())
    with TestClient(app, base_url=ADDRESS, raise_server_exceptions=False) as client:

        def answer(address: str, body: bytes) -> tuple[int, str]:
            response = client.post(address, content=body, headers={"content-type": "application/json"})
            if response.status_code == 200:
                return 200, ""
            return response.status_code, str(response.json()["error"])

        yield answer
