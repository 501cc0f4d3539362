"""The web application: its middleware, its errors in plain words, and the lifetime of its workers."""

import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from cxsim.interface.web.limits import HEADERS, RequestLimits, refused
from cxsim.interface.web.pool import BusyError, ClosedError, TooLongError, WorkerLostError, WorkerPool
from cxsim.scenario.messages import in_plain_words, shortened

Model = TypeVar("Model", bound=BaseModel)

_log = logging.getLogger(__name__)


def create_app(pool: WorkerPool, routes: Sequence[BaseRoute] = (), names: Iterable[str] = ()) -> Starlette:
    """An application that serves `routes` within the request limits, with the workers of `pool`.

    A handler finds the workers as `request.app.state.pool`. It may raise ValueError (with ScenarioError and pydantic's
    ValidationError): a visitor's mistake, answered with 422 and its words. Every error is JSON: `{"error": "..."}`.
    `/api/ready` says since when the workers are coming.

    Args:
        pool: the workers; they start and end with the application.
        routes: what it serves.
        names: host names it answers to, besides this machine's own and bare addresses.
    """

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with pool.working():
            yield

    app = Starlette(
        routes=[Route("/api/ready", _ready), *routes],
        middleware=[
            Middleware(RequestLimits, names=names),
            Middleware(GZipMiddleware, minimum_size=2000, compresslevel=5),
        ],
        exception_handlers={
            HTTPException: _no_such_thing,
            BusyError: _busy,
            TooLongError: _too_long,
            WorkerLostError: _worker_lost,
            ClosedError: _closed,
            ValueError: _mistake,
            Exception: _our_fault,
        },
        lifespan=lifespan,
    )
    app.state.pool = pool
    return app


async def _ready(request: Request) -> Response:
    """For how many seconds the server has been getting ready to compute; null once it is."""
    seconds = request.app.state.pool.seconds_until_ready()
    return JSONResponse({"since": None if seconds is None else round(seconds)}, headers={"cache-control": "no-store"})


async def asked(request: Request, model: type[Model]) -> Model:
    """The JSON body of a request as a checked model.

    Raises:
        ValidationError: a ValueError, answered with 422 and words, if it is not JSON or not of that shape.
    """
    return model.model_validate_json(await request.body())


async def _no_such_thing(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = {404: "There is nothing at this address.", 405: "This address takes another kind of request."}
    return refused(error.status_code, words.get(error.status_code, error.detail), **(error.headers or {}))


async def _busy(_: Request, error: Exception) -> Response:
    assert isinstance(error, BusyError)
    return refused(503, str(error), **{"retry-after": str(error.seconds)})


async def _too_long(_: Request, error: Exception) -> Response:
    return refused(422, str(error))


async def _worker_lost(_: Request, error: Exception) -> Response:
    return refused(503, str(error), **{"retry-after": "2"})


async def _closed(_: Request, error: Exception) -> Response:
    return refused(503, str(error))


async def _mistake(_: Request, error: Exception) -> Response:
    return JSONResponse({"error": "\n".join(_words(error))}, 422)


def _words(error: Exception) -> list[str]:
    """What is wrong with what a visitor sent, a line each, without places on the server's disk."""
    if isinstance(error, ValidationError):
        return [_fault(fault) for fault in error.errors()[:10]]
    return [str(error)]


def _fault(fault: ErrorDetails) -> str:
    if fault["type"] == "json_invalid":
        return "What came cannot be read: it is not JSON."
    if fault["type"] == "value_error":  # our own words
        said = fault["msg"].removeprefix("Value error, ")
    elif not fault["loc"]:
        return "What came should be one JSON object: names, each with a value."
    elif fault["type"] == "extra_forbidden":
        said = "there is no such thing to ask for"
    elif fault["type"] == "missing":
        said = "is missing"
    else:
        said = in_plain_words(fault)
    where = shortened(".".join(map(str, fault["loc"])))
    return f"{where}: {said}" if where else said


async def _our_fault(request: Request, error: Exception) -> Response:
    _log.error("while answering %s", request.url.path, exc_info=error)
    words = "Something went wrong in the server. It is not your plan; others are not affected."
    return refused(500, words, **HEADERS)  # sent from outside of the request limits
