"""Choices that everybody makes alike: they follow from a name and a number, on every machine."""

import hashlib
from collections.abc import Sequence


class Choice:
    """Choices that follow from a name and a number alone."""

    def __init__(self, name: str, number: int) -> None:
        self._key, self._drawn = f"{name} {number}", 0

    def below(self, count: int) -> int:
        """A whole number, 0 to count - 1."""
        self._drawn += 1
        digest = hashlib.sha256(f"{self._key} {self._drawn}".encode()).digest()
        return int.from_bytes(digest[:8]) % count

    def of(self, options: Sequence[str]) -> str:
        """One of several."""
        return options[self.below(len(options))]
