"""The addresses of a class: pages, what they ask for, and what they send. Whoever changes anything shows a key."""

import hashlib
import io
import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import segno
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from cxsim.interface.classroom.access import new_secret
from cxsim.interface.classroom.classroom import Classroom, NoKeyError
from cxsim.interface.classroom.codes import Codes, TooManyError
from cxsim.interface.classroom.pages import page
from cxsim.interface.classroom.predictions import Explanation, Prediction
from cxsim.interface.classroom.reveal import Json, reveal_for_all, reveal_for_teacher
from cxsim.interface.classroom.rounds import Command, NotNowError, Phase, RoundMoment
from cxsim.interface.classroom.rules import Rules
from cxsim.interface.classroom.store import Team
from cxsim.interface.classroom.views import menu_for_all, state_for_all, state_for_teacher, state_for_team
from cxsim.interface.web.app import asked
from cxsim.interface.web.serving import addresses

TEAM, TEACHER, PHONE = "cxsim_team", "cxsim_teacher", "cxsim_phone"  # cookies
SECONDS_KEPT = 14 * 24 * 3600  # a cookie: two meetings of a course, a week apart
STATIC = Path(__file__).parent / "static"

Handler = Callable[[Request], Awaitable[Response]]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Joining(_Body):
    """A team joins."""

    name: str = Field(max_length=200)


class Entering(_Body):
    """A phone shows a key."""

    key: str = Field(max_length=200)


class Typing(_Body):
    """A phone shows a code."""

    code: str = Field(max_length=40)


class Committing(_Body):
    """A team commits a plan."""

    round: int
    chosen: list[str] = Field(max_length=100)


class Predicting(Prediction):
    """A phone predicts what comes of a round."""

    round: int


class Explaining(Explanation):
    """A phone explains what came of a round."""

    round: int


class Commanding(_Body):
    """The teacher commands, having seen the class in that round, phase and step."""

    model_config = ConfigDict(extra="forbid")

    command: Command
    round: int
    phase: Phase
    step: int = 0


class Naming(_Body):
    """The teacher means a team."""

    team: str = Field(max_length=200)


class _Answers:
    """What each address of a class answers."""

    def __init__(self, classroom: Classroom, host: str) -> None:
        self._classroom, self._host, self._codes = classroom, host, Codes()

    def _address(self, request: Request) -> str:
        return addresses(self._host, request.url.port or 80)[-1]

    def _join_link(self, request: Request) -> str:
        return f"{self._address(request)}/class"

    def _way_in(self, request: Request, key: str) -> Json:
        """The ways to a team for another phone: a link, the same as a picture, and a code to type at a short address."""
        link = f"{self._join_link(request)}#{key}"
        return {
            "link": link,
            "qr": _qr(link),
            "code": self._codes.code_for(key),
            "address": _short(self._address(request)),
        }

    def _teachers_view(self, request: Request) -> Json:
        return state_for_teacher(self._classroom) | {"address": _short(self._address(request))}

    def _teams_view(self, request: Request, team: Team) -> Json:
        return state_for_team(self._classroom, team, request.cookies.get(PHONE))

    def _team_of(self, request: Request) -> Team:
        return self._classroom.team(request.cookies.get(TEAM))

    def _teacher(self, request: Request) -> None:
        self._classroom.teacher(request.cookies.get(TEACHER))

    async def state(self, request: Request) -> Response:
        return _unchanged_or(request, state_for_all(self._classroom) | {"address": _short(self._address(request))})

    async def own_state(self, request: Request) -> Response:
        if TEAM not in request.cookies:
            return _unchanged_or(request, state_for_all(self._classroom) | {"team": None})
        return _unchanged_or(request, self._teams_view(request, self._team_of(request)))

    async def teachers_state(self, request: Request) -> Response:
        self._teacher(request)
        return _unchanged_or(request, self._teachers_view(request))

    async def menu(self, request: Request) -> Response:
        return _unchanged_or(request, menu_for_all(self._classroom))

    async def board(self, request: Request) -> Response:
        return _unchanged_or(request, reveal_for_all(self._classroom, request.path_params["round"]))

    async def teachers_board(self, request: Request) -> Response:
        self._teacher(request)
        return _unchanged_or(request, reveal_for_teacher(self._classroom, request.path_params["round"]))

    async def join(self, request: Request) -> Response:
        where = request.client.host if request.client else ""
        key = self._classroom.join((await asked(request, Joining)).name, where)
        return _with_cookie(JSONResponse(state_for_team(self._classroom, self._classroom.team(key))), TEAM, key)

    async def enter(self, request: Request) -> Response:
        key = (await asked(request, Entering)).key
        return _with_cookie(JSONResponse(state_for_team(self._classroom, self._classroom.team(key))), TEAM, key)

    async def enter_by_code(self, request: Request) -> Response:
        typed = (await asked(request, Typing)).code
        key = self._codes.key_of(typed, request.client.host if request.client else "")
        return _with_cookie(JSONResponse(state_for_team(self._classroom, self._classroom.team(key))), TEAM, key)

    async def commit(self, request: Request) -> Response:
        team, wanted = self._team_of(request), await asked(request, Committing)
        self._classroom.commit(team, wanted.round, wanted.chosen)
        return JSONResponse(self._teams_view(request, team))

    async def predict(self, request: Request) -> Response:
        said = await asked(request, Predicting)
        prediction = Prediction(leader=said.leader, gain=said.gain, luck=said.luck)
        return self._says(request, lambda team, phone: self._classroom.predict(team, phone, said.round, prediction))

    async def explain(self, request: Request) -> Response:
        said = await asked(request, Explaining)
        explanation = Explanation(reason=said.reason, words=said.words)
        return self._says(request, lambda team, phone: self._classroom.explain(team, phone, said.round, explanation))

    def _says(self, request: Request, kept: Callable[[Team, str], None]) -> Response:
        """Keep what a phone says. It has a word of its own, so that every phone of a team counts, and each once."""
        team, phone = self._team_of(request), request.cookies.get(PHONE) or new_secret()
        kept(team, phone)
        return _with_cookie(JSONResponse(state_for_team(self._classroom, team, phone)), PHONE, phone)

    async def own_link(self, request: Request) -> Response:
        self._team_of(request)
        return JSONResponse(self._way_in(request, request.cookies[TEAM]))

    async def enter_as_teacher(self, request: Request) -> Response:
        key = (await asked(request, Entering)).key
        self._classroom.teacher(key)
        return _with_cookie(JSONResponse(self._teachers_view(request)), TEACHER, key)

    async def command(self, request: Request) -> Response:
        self._teacher(request)
        given = await asked(request, Commanding)
        self._classroom.command(given.command, RoundMoment(given.round, given.phase, given.step))
        return JSONResponse(self._teachers_view(request))

    async def rules(self, request: Request) -> Response:
        self._teacher(request)
        await self._classroom.set_rules(await asked(request, Rules))
        return JSONResponse(self._teachers_view(request))

    async def renew(self, request: Request) -> Response:
        self._teacher(request)
        name = (await asked(request, Naming)).team
        return JSONResponse(self._way_in(request, self._classroom.renewed_key(name)))

    async def remove(self, request: Request) -> Response:
        self._teacher(request)
        self._classroom.remove((await asked(request, Naming)).team)
        return JSONResponse(self._teachers_view(request))

    async def join_code(self, request: Request) -> Response:
        return Response(_qr(self._join_link(request)), media_type="image/svg+xml")


def classroom_routes(classroom: Classroom, host: str) -> Sequence[BaseRoute]:
    """The routes of a class.

    Args:
        classroom: the class.
        host: where the server listens; phones are sent to its address in the network.
    """
    answers = _Answers(classroom, host)
    reading = {
        "/class/state": answers.state,
        "/class/own": answers.own_state,
        "/class/own/link": answers.own_link,
        "/class/teacher/state": answers.teachers_state,
        "/class/menu": answers.menu,
        "/class/board/{round:int}": answers.board,
        "/class/teacher/board/{round:int}": answers.teachers_board,
        "/class/join.svg": answers.join_code,
    }
    writing = {
        "/class/join": answers.join,
        "/class/enter": answers.enter,
        "/class/code": answers.enter_by_code,
        "/class/plan": answers.commit,
        "/class/prediction": answers.predict,
        "/class/explanation": answers.explain,
        "/class/teacher/enter": answers.enter_as_teacher,
        "/class/teacher/command": answers.command,
        "/class/teacher/rules": answers.rules,
        "/class/teacher/renew": answers.renew,
        "/class/teacher/remove": answers.remove,
    }
    return [
        Route("/", lambda _: RedirectResponse("/class", 302)),
        Route("/class", page("team")),
        Route("/class/screen", page("screen")),
        Route("/class/teacher", page("teacher")),
        *[Route(path, _in_words(handler), methods=["GET"]) for path, handler in reading.items()],
        *[Route(path, _in_words(handler), methods=["POST"]) for path, handler in writing.items()],
        Mount("/class/static", StaticFiles(directory=STATIC)),
    ]


def _in_words(handler: Handler) -> Handler:
    """What is refused, with the status that says why; the application answers all other mistakes with 422."""

    async def handled(request: Request) -> Response:
        try:
            return await handler(request)
        except NoKeyError as error:
            raise HTTPException(401, str(error)) from None
        except NotNowError as error:
            raise HTTPException(409, str(error)) from None
        except TooManyError as error:
            raise HTTPException(429, str(error)) from None

    return handled


def _unchanged_or(request: Request, content: Json) -> Response:
    """The content, or nothing when the browser has it already: phones ask every two seconds."""
    body = json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
    mark = f'W/"{hashlib.blake2s(body, digest_size=12).hexdigest()}"'
    headers = {"etag": mark, "cache-control": "private, no-cache", "vary": "cookie"}
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def _with_cookie(response: Response, name: str, key: str) -> Response:
    """The key goes where no script reads it and no other site's page sends it."""
    response.set_cookie(name, key, max_age=SECONDS_KEPT, path="/class", httponly=True, samesite="strict")
    return response


def _short(address: str) -> str:
    """An address as it is typed; it leads to the page on which teams join."""
    return address.removeprefix("http://")


def _qr(text: str) -> str:
    """A QR code as SVG."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(
        drawn, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2, dark="#000", light="#fff"
    )
    return drawn.getvalue().decode()
