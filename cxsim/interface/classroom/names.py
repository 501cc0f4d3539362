"""What a team may be called."""

import unicodedata

from cxsim.interface.classroom.rules import RefusedError
from cxsim.interface.classroom.words import say

MOST_LETTERS = 30
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"  # letters and signs that show nothing
_ALIKE = str.maketrans(  # small letters that look like Latin ones: Greek, Cyrillic, and a few of its own
    "\u03b1\u03b2\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7"
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0455\u0456\u0458\u0501\u051b\u0131|10",
    "abeikvoptux" + "abekmhopctyxsijdqi" + "llo",
)


def checked_name(given: str) -> str:
    """A name as it is stored and shown: composed letters, single spaces, nothing invisible.

    Raises:
        RefusedError: if it is empty, too long, or holds what cannot be seen.
    """
    name = " ".join(unicodedata.normalize("NFC", given).split())
    if not any(unicodedata.category(letter)[0] in "LNS" and letter not in _BLANK for letter in name):
        raise RefusedError(say("refused", "name_empty"))
    if len(name) > MOST_LETTERS:
        raise RefusedError(say("refused", "name_long", most=MOST_LETTERS))
    if not name.isprintable() or any(letter in _BLANK for letter in name):
        raise RefusedError(say("refused", "name_control"))
    return name


def looks(name: str) -> str:
    """What a name looks like: the same for two that differ by capitals, spaces, signs between words or alphabets only."""
    plain = unicodedata.normalize("NFKC", name).casefold().translate(_ALIKE)
    return "".join(letter for letter in plain if unicodedata.category(letter)[0] in "LNSM")
