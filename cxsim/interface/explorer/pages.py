"""The addresses of the workshop page: the page itself, what can be chosen, and the questions it asks."""

import asyncio
import base64
import gzip
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from cxsim.interface.explorer import answers, files, own
from cxsim.interface.explorer.markets import choices, market_names
from cxsim.interface.explorer.plan import VisitorPlan
from cxsim.interface.explorer.possible import possible_in_ready
from cxsim.interface.web.app import asked
from cxsim.interface.web.pool import BusyError, ClosedError, TooLongError, WorkerLostError, WorkerPool

JSON: Final = "application/json"
EVENTS: Final = "text/event-stream"

Question = TypeVar("Question", bound=BaseModel)
Answer = TypeVar("Answer")

STATIC = Path(__file__).parent / "static"


def workshop_routes() -> list[BaseRoute]:
    """What `cxsim serve` answers."""
    return [
        Route("/", _page),
        Route("/own", _own_page),
        Route("/api/choices", _choices),
        Route("/api/questions", _questions),
        Route("/api/own", _own, methods=["POST"]),
        Route("/api/possible/{market}", _possible),
        Route("/api/compare", _compare, methods=["POST"]),
        Route("/api/life", _life, methods=["POST"]),
        Route("/api/read", _read, methods=["POST"]),
        *(Route(f"/api/{name}", _file(make, kind), methods=["POST"]) for name, (make, kind) in _FILES.items()),
        Mount("/static", StaticFiles(directory=STATIC), name="static"),
    ]


_FILES: Final[dict[str, tuple[Callable[[VisitorPlan], bytes], str]]] = {
    "plan.toml": (files.plan_file, "application/toml"),
    "market.toml": (files.market_file, "application/toml"),
    "results.zip": (files.results_file, "application/zip"),
    "report.html": (files.report_file, "text/html; charset=utf-8"),
}


async def _answer(
    request: Request, function: Callable[[Question], Answer], question: Question, step: int = 0
) -> Answer:
    pool: WorkerPool = request.app.state.pool
    return await pool.answer(function, question, request.client.host if request.client else "", step)


async def _page(_: Request) -> Response:
    return FileResponse(STATIC / "workshop.html", headers={"cache-control": "no-cache"})


async def _own_page(_: Request) -> Response:
    return FileResponse(STATIC / "own.html", headers={"cache-control": "no-cache"})


async def _questions(_: Request) -> Response:
    return Response(own.questions().model_dump_json(), media_type=JSON, headers={"cache-control": "no-cache"})


async def _own(request: Request) -> Response:
    """A market of the visitor's own; one is found at a time, and plans come first."""
    answers_given = await asked(request, own.Answers)
    own.checked(answers_given)  # what is wrong is said at once
    pool: WorkerPool = request.app.state.pool
    found = await pool.answer(own.made, answers_given, step=1, seconds=own.MOST_SECONDS)
    return Response(found.model_dump_json(), media_type=JSON)


async def _choices(_: Request) -> Response:
    return Response(choices().model_dump_json(), media_type=JSON, headers={"cache-control": "no-cache"})


async def _possible(request: Request) -> Response:
    name = request.path_params["market"]
    if name not in market_names():
        raise HTTPException(404)
    found = await asyncio.to_thread(possible_in_ready, name)
    return Response(found.model_dump_json(), media_type=JSON, headers={"cache-control": "no-cache"})


async def _compare(request: Request) -> Response:
    """The answer after all pairs of lives; to who accepts events, after the first, and again when more are lived."""
    plan = (await asked(request, VisitorPlan)).canonical()
    steps = _steps(request, plan)
    if EVENTS in request.headers.get("accept", ""):
        first = await anext(steps)  # what is wrong with a question is found here, and has a status of its own
        return StreamingResponse(_events(first, steps, plan), media_type=EVENTS, headers={"cache-control": "no-store"})
    async for pairs in steps:
        packed = pairs.answer
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(packed), media_type=JSON)
    return Response(packed, media_type=JSON, headers={"content-encoding": "gzip", "vary": "accept-encoding"})


async def _steps(request: Request, plan: VisitorPlan) -> AsyncIterator[answers.Stepped]:
    lived = b""
    for number, pairs in enumerate(answers.steps_of(plan)):
        done = await _answer(request, answers.stepped, answers.AnswerStep(plan=plan, pairs=pairs, lived=lived), number)
        yield done
        lived = done.lived


async def _events(
    first: answers.Stepped, more: AsyncIterator[answers.Stepped], plan: VisitorPlan
) -> AsyncIterator[bytes]:
    """An event for each step: how many pairs there are, of how many, and the answer, packed with gzip, in base64."""
    counts = iter(answers.steps_of(plan))

    def event(step: answers.Stepped) -> bytes:
        packed = base64.b64encode(step.answer).decode()
        told = json.dumps({"pairs": next(counts), "of": plan.replications, "packed": packed})
        return f"data: {told}\n\n".encode()

    yield event(first)
    try:
        async for step in more:
            yield event(step)
    except (BusyError, ClosedError, TooLongError, WorkerLostError, ValueError) as error:
        yield f"data: {json.dumps({'error': str(error)})}\n\n".encode()


async def _life(request: Request) -> Response:
    somebody = await asked(request, answers.Somebody)
    somebody = somebody.model_copy(update={"plan": somebody.plan.canonical()})
    lived = await _answer(request, answers.life, somebody)
    return Response(lived.model_dump_json(), media_type=JSON)


async def _read(request: Request) -> Response:
    shown = await _answer(request, files.read_file, await asked(request, files.Brought))
    return Response(shown.model_dump_json(), media_type=JSON)


def _file(make: Callable[[VisitorPlan], bytes], kind: str) -> Callable[[Request], object]:
    async def give(request: Request) -> Response:
        plan = (await asked(request, VisitorPlan)).canonical()
        return Response(await _answer(request, make, plan), media_type=kind)

    return give
