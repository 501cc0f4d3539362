"""What the tests of the classroom share: no file of a class stays open after a test."""

import pytest
from classes import OPENED


@pytest.fixture(autouse=True)
def closed():
    yield
    while OPENED:
        OPENED.pop().close()
