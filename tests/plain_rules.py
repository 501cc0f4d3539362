"""The rules as plain Python: records whose fields are read and written as attributes, as compiled rules do.

A changed rule can then be lived at once, without compiling; a dozen people need no more speed.
"""

from typing import Any

import numpy as np

from cxsim.engine.state import State


class View:
    """One record of an array; numbers come out as Python's own, so that arithmetic is double, as when compiled."""

    __slots__ = ("_record",)

    def __init__(self, record: np.void) -> None:
        object.__setattr__(self, "_record", record)

    def __getattr__(self, name: str) -> Any:
        value = self._record[name]
        return View(value) if isinstance(value, np.void) else value.item()

    def __setattr__(self, name: str, value: Any) -> None:
        self._record[name] = value

    __getitem__ = __getattr__


class Records(np.ndarray):
    """An array whose single records are views."""

    def __getitem__(self, place: Any) -> Any:
        found = super().__getitem__(place)
        return View(found) if isinstance(found, np.void) else found


def plain(state: State) -> State:
    """The same memory, read through views by the rules."""
    names = ("people", "bonds", "standings", "offers", "traits", "cuts", "looks", "log")
    return state._replace(**{name: getattr(state, name).view(Records) for name in names})
