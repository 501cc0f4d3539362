"""What every request must pass and every answer carries: hosts, origins, size and time of bodies, security headers."""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 128 * 1024  # of a body
SECONDS_TO_SEND = 10.0  # a body
READING = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class RequestLimits:
    """Refuses what is not for this server, or too large, or too slow; in plain words, as JSON.

    Args:
        app: what the request goes to when it passes.
        names: host names that this server answers to, besides this machine's own and every bare address. (A page of
            somebody else's can make a browser ask under its own name, never under an address.)
    """

    def __init__(self, app: ASGIApp, names: Iterable[str] = ()) -> None:
        self._app = app
        self._names = {*names, "localhost", *_own_names()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check an HTTP request and hand it on; anything but HTTP is closed."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        with_headers = _adding_headers(send)
        headers = Headers(scope=scope)
        refusal = self._refusal(scope["method"], headers)
        if refusal is None and scope["method"] not in READING:
            body = await _whole_body(headers, receive)
            if isinstance(body, bytes):
                receive = _replayed(body, receive)
            else:
                refusal = body
        await (refusal or self._app)(scope, receive, with_headers)

    def _refusal(self, method: str, headers: Headers) -> JSONResponse | None:
        host = headers.get("host", "")
        if not self._is_ours(host):
            return refused(400, "This server does not answer to that host name. Use the address that it printed.")
        origin = headers.get("origin")  # browsers always send it with a question; other programs need not
        if method not in READING and origin not in (None, f"http://{host}", f"https://{host}"):
            return refused(403, "This was sent by a page of another site, so it was refused.")
        return None

    def _is_ours(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name.lower() in self._names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def refused(status: int, error: str, **headers: str) -> JSONResponse:
    """An answer that says in words why there is no other."""
    return JSONResponse({"error": error}, status, headers)


def _own_names() -> set[str]:
    name = socket.gethostname().lower()
    return {name, name.split(".")[0], f"{name.split('.')[0]}.local"}


def _adding_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending


async def _whole_body(headers: Headers, receive: Receive) -> bytes | JSONResponse:
    too_large = refused(413, f"That is too large; at most {MOST_BYTES // 1024} kB can be sent.")
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        return refused(400, "The length of what was sent makes no sense.")
    if len(length) > 12 or int(length) > MOST_BYTES:
        return too_large
    body = bytearray()
    try:
        async with asyncio.timeout(SECONDS_TO_SEND):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return refused(400, "The connection ended before everything was sent.")
                body += message.get("body", b"")
                if len(body) > MOST_BYTES:
                    return too_large
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        return refused(408, "Sending took too long.")


def _replayed(body: bytes, receive: Receive) -> Receive:
    """What the body was read from, once more from its beginning."""
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
