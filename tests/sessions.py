"""Commands in sessions of their own, to be killed with all their children."""

import subprocess
import sys
import time
from pathlib import Path


def started(*arguments, **popen):
    """`cxsim ...` in a session of its own."""
    command = [sys.executable, "-m", "cxsim", *map(str, arguments)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, **popen
    )


def wait_until(condition, process=None, seconds=120):
    """Look again and again; fail when it never comes true."""
    end = time.monotonic() + seconds
    while not condition():
        if process is not None and process.poll() is not None:
            raise AssertionError(f"ended before it came to that: {process.communicate()}")
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)


def processes_of(session):
    """Living processes of a session (Linux)."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, own = stat.read_text().rpartition(")")[2].split()[:4]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(own) == session and state != "Z":
            found.append(int(stat.parent.name))
    return found
