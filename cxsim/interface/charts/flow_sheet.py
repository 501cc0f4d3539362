"""The sheet a flow is placed on: lengths of text and gaps, where columns are, how many rows words need."""

import math
from dataclasses import dataclass
from typing import Final

TEXT: Final = 12.0  # height of a letter's line box is 1.25 of it
ROW: Final = 1.25 * TEXT
LETTER: Final = 0.64 * TEXT  # a generous width of a letter, so that words have room in any font
STRONG: Final = 0.72 * TEXT  # ... of a bold one
NODE: Final = 5.0  # width of the bar at which a stage begins
GAP: Final = 7.0
DROP: Final = 24.0  # how far below the flow lines end
NARROW: Final = 560.0  # below this width intervals are left out
NAME: Final = 6.4 * TEXT  # width of the longest name of a stage, and some space


@dataclass(frozen=True)
class Sheet:
    """What all flows of a picture share: where columns are, and what lies between bands."""

    width: float
    stages: tuple[str, ...]
    words: float  # room for them at the right
    letters: int  # of the longest number

    @property
    def left(self) -> float:
        """Where the flow begins; before it loops come home."""
        return 0.05 * self.width + GAP

    @property
    def end(self) -> float:
        """Where first cycles still open arrive, and loops turn."""
        return self.width - self.words

    def column(self, place: int) -> float:
        """The left side of a stage; 0 is expectation. The last is wider, for the turn."""
        return self.left + place * (self.end - self.left) / (len(self.stages) + 1.6)

    @property
    def names(self) -> int:
        """Rows for the names of stages: so many that neighbours in a row keep apart."""
        return self._rows(NAME)

    @property
    def numbers(self) -> int:
        """Double rows for numbers and changes: so many that neighbours in a row keep apart."""
        return self._rows((self.letters + 1) * LETTER)

    def _rows(self, wide: float) -> int:
        return math.ceil(wide / (self.column(1) - self.column(0)))

    @property
    def rest(self) -> float:
        """Height of a flow without its bands: name, gap, names of stages, drop, numbers."""
        return 1.6 * ROW + GAP + self.names * ROW + DROP + self.numbers * 2 * ROW + 2 * GAP
