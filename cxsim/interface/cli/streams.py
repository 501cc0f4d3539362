"""What reaches the terminal: letters alone, whatever a scenario is called, and nothing more once nobody reads."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

# Control characters (of which a terminal takes orders) but for line ends and tabs, and those that turn the direction of writing.
_ORDERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class Letters:
    """A stream that shows a control character as its code.

    Args:
        stream: where the rest goes.
    """

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text; how many characters of it were."""
        with _until_nobody_reads():
            self._stream.write(_ORDERS.sub(lambda found: ascii(found[0])[1:-1], text))
        return len(text)

    def flush(self) -> None:
        """Write what is still waiting."""
        with _until_nobody_reads():
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def letters_only() -> Iterator[None]:
    """Inside this block all output is letters."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Letters(sys.stdout), Letters(sys.stderr)
    try:
        yield
        sys.stdout.flush()
    finally:
        sys.stdout, sys.stderr = before


@contextmanager
def _until_nobody_reads() -> Iterator[None]:
    """`cxsim list | head -1` has got what it wanted: what is still to be written goes nowhere, and all is well."""
    try:
        yield
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
        raise SystemExit(0) from None
