"""A server for an application: its address is printed, Ctrl-C ends it, and no process of it is left behind."""

import contextlib
import errno
import functools
import ipaddress
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from cxsim.interface.web.patience import MOST_CONNECTIONS, PatientProtocol

SECONDS_TO_FINISH = 3  # requests under way when the server is stopped


def serve_app(
    app: Starlette,
    host: str,
    port: int,
    say: Callable[[str], None] = print,
    opening: Callable[[list[str]], str] = lambda addresses: f"Open {', or '.join(addresses)}",
    browse: str | None = None,
) -> None:
    """Serve until interrupted.

    Args:
        app: as from `create_app`.
        host: address to listen at; 127.0.0.1 for this machine alone, 0.0.0.0 for its network too.
        port: 0 for any that is free.
        say: what prints the addresses.
        opening: what is said about them.
        browse: what this machine's browser opens, behind the address; None for nothing.

    Raises:
        ValueError: if the address cannot be listened at.
    """
    with bound(host, port) as listening:
        found = addresses(host, listening.getsockname()[1])
        begun = functools.partial(_announce, found, say, opening, browse)
        server = _Server(settings(app), begun, app.state.pool.close)
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listening])
        if not server.started:
            raise ValueError("the server could not start; the reason stands above")


def settings(app: ASGIApp) -> uvicorn.Config:
    """How it is served."""
    return uvicorn.Config(
        app,
        http=PatientProtocol,
        proxy_headers=False,  # whoever says for whom they ask may say what they like
        log_level="warning",
        access_log=False,
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )


class _Server(uvicorn.Server):
    """A server that says so once it answers, and lets nobody wait in vain once it is to end."""

    def __init__(self, config: uvicorn.Config, begun: Callable[[], None], ending: Callable[[], None]) -> None:
        super().__init__(config)
        self._begun, self._ending = begun, ending

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._begun()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._ending()
        await super().shutdown(sockets)


def _announce(
    found: list[str], say: Callable[[str], None], opening: Callable[[list[str]], str], browse: str | None
) -> None:
    say(opening(found))
    say("Ctrl-C ends it.")
    if browse is not None:  # beside the server: some browsers keep whoever opens them waiting
        threading.Thread(target=webbrowser.open, args=(found[0] + browse,), daemon=True).start()


def has_browser() -> bool:
    """Whether a person sits at this machine: at a terminal, with a screen on which a browser can open."""
    screen = sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return screen and sys.stdout.isatty()


def bound(host: str, port: int) -> socket.socket:
    """A socket at that address, before anything is loaded, so that a port that is taken is said at once.

    Raises:
        ValueError: if the port is taken, or the host is none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends small answers at once only if it knows that this is TCP; else each waits 40 ms for the last to arrive.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform != "win32":  # there it would let two servers share a port
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise ValueError(
                f"port {port} is taken by another program; choose another with --port, or --port 0"
            ) from None
        if error.errno == errno.EACCES:
            raise ValueError(f"port {port} may not be used by everybody; choose one above 1024 with --port") from None
        raise ValueError(f"cannot listen at {host}: {error.strerror or error}; try --host 127.0.0.1") from None
    return listening


def addresses(host: str, port: int) -> list[str]:
    """What to type into a browser, here and on another machine of the network."""
    if host not in ("0.0.0.0", "::"):
        return [f"http://{f'[{host}]' if ':' in host else host}:{port}"]
    return [f"http://127.0.0.1:{port}", *(f"http://{address}:{port}" for address in _addresses_in_network())]


def _addresses_in_network() -> list[str]:
    """This machine's address on the way to the network, if it is on one; nothing is sent to find out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for documentation, which nobody has
            own = str(probe.getsockname()[0])
        except OSError:
            return []
    return [] if ipaddress.ip_address(own).is_loopback else [own]
