"""Codes: six letters to type where there is no camera. For ten minutes a code stands for a team's key, in memory alone.

A key cannot be guessed. A code can, in principle: there are 47 million. So wrong ones are counted: after ten from one
address, or two hundred from all, no code is taken until the oldest of them is ten minutes old. Two hundred guesses against
sixty teams that all show their codes find one with a chance of 1 in 3,900. Links go on working all the while.
"""

import secrets
import time
from collections import deque
from collections.abc import Callable

from cxsim.interface.classroom.rules import RefusedError
from cxsim.interface.classroom.words import say

LETTERS = "BCDFGHJKMNPQRSTVWXZ"  # no vowels, so no words; no I, L, O, which look like digits
LENGTH = 6
SECONDS = 600.0  # that a code is good for, and that a wrong one is remembered
MOST_WRONG, MOST_WRONG_OF_ALL = 10, 200


class TooManyError(RefusedError):
    """Too many wrong codes have been tried."""


class Codes:
    """The codes that are good just now, and the wrong ones that were tried.

    Args:
        clock: seconds that only ever grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._good: dict[str, tuple[str, float]] = {}  # code: key, and until when
        self._wrong: deque[tuple[float, str]] = deque()  # when, and from where

    def code_for(self, key: str) -> str:
        """The code of a key, good for ten minutes from now; as long as it is good the same one."""
        now = self._clock()
        self._good = {code: kept for code, kept in self._good.items() if kept[1] > now}
        known = next((code for code, kept in self._good.items() if kept[0] == key), None)
        code = known or "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        self._good[code] = key, now + SECONDS
        return code

    def key_of(self, typed: str, address: str) -> str:
        """The key that a code stands for, however it was typed.

        Args:
            typed: the letters; capitals, spaces and dashes make no difference.
            address: of who typed it.

        Raises:
            TooManyError: if too many wrong ones came from there, or from everywhere.
            RefusedError: if it is wrong, or too old.
        """
        now = self._clock()
        while self._wrong and self._wrong[0][0] <= now - SECONDS:
            self._wrong.popleft()
        from_here = sum(where == address for _, where in self._wrong)
        if from_here >= MOST_WRONG or len(self._wrong) >= MOST_WRONG_OF_ALL:
            raise TooManyError(say("refused", "code_many"))
        key, until = self._good.get("".join(filter(str.isalnum, typed)).upper(), ("", now))
        if until <= now:
            self._wrong.append((now, address))
            raise RefusedError(say("refused", "code_wrong"))
        return key
