"""A server as people start it, its processes, and bare questions to it."""

import asyncio
import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen


@contextmanager
def serving(*options, early=False):
    """`cxsim serve` in a process of its own, whose workers are there unless one comes early: (process, address)."""
    command = [sys.executable, "-m", "cxsim", "serve", "--port", "0", "--workers", "2", *options]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        said = ""
        while not (found := re.search(r"http://127\.0\.0\.1:\d+", said)):
            line = process.stdout.readline()
            assert line, f"the server ended before it answered: {said}"
            said += line
        assert early or wait_until(lambda: is_ready(found[0]), seconds=180.0)
        yield process, found[0]
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(20)
        process.stdout.close()


def finished(work):
    """What a coroutine returns, in a thread of its own: the browser of other tests keeps a loop in this one."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, work).result()


def wait_until(true, seconds=10.0):
    """Whether something becomes true in time."""
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()


def is_ready(address):
    """Whether a server has workers."""
    with urlopen(f"{address}/api/ready") as answer:
        return json.load(answer)["since"] is None


def processes_of(server):
    """The children of a process, and their children: of a server the fork server and such, and the workers."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    children = [process for process, parent in parents.items() if parent == server]
    return children, [process for process, parent in parents.items() if parent in children]


def is_running(process):
    try:
        return "(zombie)" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


def post(address, path, question):
    """A bare request, without any client's help."""
    body = json.dumps(question).encode()
    place = urlsplit(address)
    with socket.create_connection((place.hostname, place.port), timeout=120) as line:
        head = f"POST {path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
        line.sendall(f"{head}Accept-Encoding: gzip\r\n\r\n".encode() + body)
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    headers, _, content = answer.partition(b"\r\n\r\n")
    return json.loads(gzip.decompress(content) if b"content-encoding: gzip" in headers else content)
