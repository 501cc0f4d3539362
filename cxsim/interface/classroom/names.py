"""What a team may be called."""

import unicodedata

from cxsim.interface.classroom.rules import RefusedError
from cxsim.interface.classroom.words import say

MOST_LETTERS = 30


def checked_name(given: str) -> str:
    """A name as it is stored and shown: composed letters, single spaces, nothing invisible.

    Raises:
        RefusedError: if it is empty, too long, or holds what cannot be seen.
    """
    name = " ".join(unicodedata.normalize("NFC", given).split())
    if not name:
        raise RefusedError(say("refused", "name_empty"))
    if len(name) > MOST_LETTERS:
        raise RefusedError(say("refused", "name_long", most=MOST_LETTERS))
    if not name.isprintable():
        raise RefusedError(say("refused", "name_control"))
    return name
