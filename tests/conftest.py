"""What all tests share: Hypothesis repeats its examples exactly, charts draw into memory, and commands run as typed."""

import gc
import sys
from pathlib import Path

import matplotlib
import pytest
from hypothesis import HealthCheck, settings

from cxsim.interface import cli

matplotlib.use("Agg")
# Or a twentieth of the suite's work is looking through what compiling and pandas make for circles in memory.
gc.set_threshold(100_000, 50, 50)

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Files of few tests that wait for servers, clusters and browsers: begun first, so that none is left over at the end.
LONG = (
    "test_docs.py", "test_cluster.py", "test_survival.py", "test_portfolio_survives.py", "test_serving.py", "test_abuse.py",
    "test_class_in_browser.py", "test_workshop_page.py", "test_calibrate.py", "test_notebooks.py", "test_gallery.py",
)  # fmt: skip

settings.register_profile(
    "same every time",
    derandomize=True,  # a failure on one machine is a failure on all
    database=None,
    deadline=None,  # the first example may compile a rule
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("same every time")


def pytest_collection_modifyitems(items):
    """Long files first; the rest stays in its order."""
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))


@pytest.fixture(scope="module")
def chromium():
    """A browser for the tests of one file: while Playwright is there, nothing else in this process can run an event loop."""
    if not CHROMIUM.exists():
        pytest.skip(f"no browser at {CHROMIUM}: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def cxsim(monkeypatch, capsys):
    """Run a command as the shell would: (exit code, stdout, stderr)."""

    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["cxsim", *map(str, arguments)])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code or 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return command
