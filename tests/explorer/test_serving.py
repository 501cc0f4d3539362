"""`cxsim serve` says where it is, what is missing or taken, and answers only this machine unless told otherwise."""

import asyncio
import importlib.util
import signal
import socket
import sys
import threading
import time
from itertools import chain
from pathlib import Path
from types import SimpleNamespace

import pytest
from servers import is_ready, is_running, post, processes_of, serving, wait_until

from cxsim.interface.web.serving import addresses, bound, has_browser


def test_what_to_install_is_said_when_the_extra_is_missing(cxsim, monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "uvicorn" else found(name))
    code, _, error = cxsim("serve")
    assert (code, error) == (2, "cxsim: serve needs uvicorn: pip install 'cxsim[web]'\n")


def test_a_port_that_is_taken_is_said(cxsim):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, error = cxsim("serve", "--port", port)
    assert code == 2
    assert error == f"cxsim: port {port} is taken by another program; choose another with --port, or --port 0\n"


def test_small_answers_are_sent_at_once():
    """A connection that waits to fill its packets keeps every answer back by 40 ms."""

    async def waits():
        told = asyncio.get_running_loop().create_future()

        async def met(_, writer):
            told.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0)
            writer.close()

        with bound("127.0.0.1", 0) as listening:
            async with await asyncio.start_server(met, sock=listening):
                _, writer = await asyncio.open_connection(*listening.getsockname())
                writer.close()
                return await told

    assert not asyncio.run(waits())


def test_an_address_of_another_machine_is_said(cxsim):
    code, _, error = cxsim("serve", "--host", "192.0.2.1", "--port", "0")
    assert code == 2
    assert error.startswith("cxsim: cannot listen at 192.0.2.1:")


@pytest.mark.parametrize(
    ("host", "first"),
    [("127.0.0.1", "http://127.0.0.1:8000"), ("::1", "http://[::1]:8000"), ("0.0.0.0", "http://127.0.0.1:8000")],
)
def test_the_address_printed_can_be_opened(host, first):
    assert addresses(host, 8000)[0] == first


@pytest.mark.parametrize(
    ("terminal", "screen", "somebody"), [(True, ":0", True), (True, "", False), (False, ":0", False)]
)
def test_a_browser_opens_only_where_somebody_sits(monkeypatch, terminal, screen, somebody):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(isatty=lambda: terminal))
    monkeypatch.setenv("DISPLAY", screen)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert has_browser() is somebody


def test_the_browser_opens_at_the_page_which_answers_while_workers_are_coming(monkeypatch, tmp_path):
    told, browser = tmp_path / "told", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {told}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    with serving("--browser", early=True) as (_, address):
        assert not is_ready(address)
        assert wait_until(lambda: told.exists() and told.read_text() == f"{address}/\n")


def test_a_socket_is_bound_where_it_was_asked_for():
    with bound("127.0.0.1", 0) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"


def test_ctrl_c_ends_it_at_once_while_visitors_wait_and_they_are_told():
    """And until then it listens on this machine alone."""
    answers = []
    with serving(early=True) as (process, address):
        port = f"{int(address.rpartition(':')[2]):04X}"
        listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines() if " 0A " in line]
        assert [place for place in listening if place.endswith(port)] == [f"0100007F:{port}"]
        plan = {"people": 10_000, "weeks": 200, "replications": 4}
        visitors = [
            threading.Thread(
                target=lambda seed=seed: answers.append(post(address, "/api/compare", plan | {"seed": seed}))
            )
            for seed in range(3)
        ]
        for visitor in visitors:
            visitor.start()
        time.sleep(0.7)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        for visitor in visitors:
            visitor.join()
        said = process.stdout.read()
    assert answers == [{"error": "The server is being stopped."}] * 3
    assert "Traceback" not in said
    assert "leaked" not in said


def test_no_process_outlives_a_server_that_is_killed():
    with serving() as (process, address):
        assert post(address, "/api/compare", {"people": 100, "weeks": 8, "replications": 2})["people"] == 100
        assert wait_until(lambda: len([*chain(*processes_of(process.pid))]) >= 4)  # fork server, tracker, two workers
        others = [*chain(*processes_of(process.pid))]
        process.kill()
        process.wait(10)
        assert wait_until(lambda: not any(map(is_running, others)))
