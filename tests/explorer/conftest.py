"""A server for all tests of the page, and visitors whose browser may go nowhere else."""

from urllib.parse import urlsplit

import pytest
from servers import serving


@pytest.fixture(scope="session")
def address():
    """Of a server that all tests of the page share."""
    with serving() as (_, address):
        yield address


@pytest.fixture
def visit(chromium, address):
    """Open the page as a visitor with a screen of a size; outside requests and errors of the page fail the test."""
    contexts, outside, faults = [], [], []

    def opened(plan="", width=1280, height=900, **options):
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(120_000)
        own = urlsplit(address).netloc
        page.on("request", lambda request: urlsplit(request.url).netloc in (own, "") or outside.append(request.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: said.type == "error" and faults.append(said.text))
        page.goto(f"{address}/{plan}")
        page.wait_for_selector("html[data-ready]")
        return page

    opened.faults = faults  # a test that provokes an error looks at it, and takes it away
    yield opened
    for context in contexts:
        context.close()
    assert outside == []
    assert faults == []
