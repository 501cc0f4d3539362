"""The three pages of a class: the team's, the projector's, the teacher's. Their words come from words.toml."""

import json
from collections.abc import Awaitable, Callable

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from cxsim.interface.classroom.words import words

IN_SCRIPTS = ("page", "phase", "stage")  # groups of words


def page(name: str) -> Callable[[Request], Awaitable[Response]]:
    """A handler that serves a page; it is the same for everybody."""
    environment = Environment(
        loader=PackageLoader("cxsim.interface.classroom"), autoescape=True, undefined=StrictUndefined
    )
    script_words = json.dumps({group: words()[group] for group in IN_SCRIPTS}, ensure_ascii=False).replace(
        "<", "\\u003c"
    )
    text = environment.get_template(f"{name}.html").render(words=words(), script_words=script_words)

    async def served(_: Request) -> Response:
        return HTMLResponse(text, headers={"cache-control": "no-cache"})

    return served
