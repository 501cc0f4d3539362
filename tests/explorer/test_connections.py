"""Who opens connections and does not ask, or very many, or says to be somebody else, harms nobody: others are answered."""

import contextlib
import socket
import sys
import threading

import pytest
import uvicorn
from servers import wait_until

from cxsim.interface.web import patience, serving


@contextlib.contextmanager
def served(monkeypatch, **limits):
    """A server of this process at a free port, with other limits."""
    for name, value in limits.items():
        monkeypatch.setattr(patience, name, value)

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            return
        said = f"{scope['client'][0]} {scope['scheme']}".encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(said))]})
        await send({"type": "http.response.body", "body": said})

    listening = serving.bound("127.0.0.1", 0)
    server = uvicorn.Server(serving.settings(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        wait_until(lambda: server.started)
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def answer_of(line):
    """All that comes until the last of the fourteen letters that are served."""
    said = b""
    while not said.endswith(b" http"):
        said += line.recv(1000)
    return said


ASKING = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


def test_who_does_not_end_the_headers_is_given_up_and_nobody_else_is(monkeypatch):
    with served(monkeypatch, SECONDS_TO_ASK=0.5) as port, contextlib.ExitStack() as lines:
        silent, half, later, patient = (
            lines.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60)) for _ in range(4)
        )
        half.sendall(ASKING)
        later.sendall(ASKING + b"\r\n")
        assert b"200 OK" in answer_of(later)
        later.sendall(ASKING)  # half a second request
        patient.sendall(ASKING + b"\r\n")
        assert b"200 OK" in answer_of(patient)
        assert [line.recv(1000) for line in (silent, half, later)] == [b"", b"", b""]


def test_one_client_has_half_of_the_connections_at_most(monkeypatch):
    with served(monkeypatch, MOST_CONNECTIONS=8) as port, contextlib.ExitStack() as lines:
        for _ in range(4):
            line = lines.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            line.sendall(ASKING + b"\r\n")
            assert b"200 OK" in answer_of(line)
        more = lines.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
        with contextlib.suppress(ConnectionError):
            assert more.recv(1000) == b""
        if not sys.platform.startswith("linux"):
            pytest.skip("other systems have one address of their own only")
        other = lines.enter_context(
            socket.create_connection(("127.0.0.1", port), timeout=60, source_address=("127.0.0.3", 0))
        )
        other.sendall(ASKING + b"\r\n")
        assert b"200 OK" in answer_of(other)
    assert wait_until(lambda: not patience.PatientProtocol.open_by_client)


def test_nobody_is_believed_for_whom_they_ask(monkeypatch):
    with served(monkeypatch) as port, socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(
            ASKING + b"X-Forwarded-For: 10.9.8.7\r\nX-Forwarded-Proto: https\r\nForwarded: for=10.9.8.7\r\n\r\n"
        )
        assert answer_of(line).endswith(b"\r\n127.0.0.1 http")
