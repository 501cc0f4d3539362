"""What is wrong with a TOML text, in plain words and with its line."""

import re

_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", re.DOTALL)
# What tomllib says, by how it begins, and what its reader needs to hear.
_WORDS = {
    "Invalid value": "there is no value that can be read",
    "Invalid statement": "this is neither a [section] nor a key with its value",
    "Cannot overwrite a value": "a key is given twice",
    "Duplicate inline table key": "a key is given twice",
    "Cannot mutate immutable namespace": "what is written in { } cannot be added to",
    "Cannot redefine namespace": "a key is given twice",
    "Cannot declare": "a [section] is written twice",
    "Illegal character '\\n'": "a text in quotes does not end on its line",
    "Illegal character": "a character that may not stand in a file",
    "Found invalid character": "a character that may not stand in a file",
    "Unterminated string": "a text in quotes does not end",
    "Unclosed array": "a list in [ ] does not end",
    "Unclosed inline table": "what is written in { } does not end",
    "Invalid date or datetime": "there is no such date",
    "Invalid initial character for a key part": "a key begins with a character that it may not hold",
    "Expected '=' after a key": "a key needs = and a value",
    "Expected newline or end of document": "after the value the line has to end",
    "Expected ']": "a [section] does not end with its bracket",
    "Expected": "a text in quotes does not end",
    "Escaped character": "a character after \\ is unknown",
    "Unescaped": "a character after \\ is unknown; in single quotes \\ stands for itself",
    "Invalid hex value": "a character after \\ is unknown",
}
HINT = 'A key needs a value after "=", text needs quotes, and a key may be given once.'


def in_words(said: str, text: str) -> tuple[str, int]:
    """What tomllib said of a text in plain words, and the line."""
    found = _PLACE.fullmatch(said)
    end = len(text.rstrip().splitlines()) or 1
    what, line = (found[1], int(found[2] or end)) if found else (said, end)
    words = next((plain for begin, plain in _WORDS.items() if what.startswith(begin)), "this cannot be understood")
    return words, line


MOST_DIGITS, MOST_PARTS = 300, 20
_DIGITS = re.compile(rf"[0-9_]{{{MOST_DIGITS},}}")
_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DEEP = re.compile(rf"(?:^|[{{,\[])[ \t]*{_PART}(?:[ \t]*\.[ \t]*{_PART}){{{MOST_PARTS}}}", re.MULTILINE)


def too_much(text: str) -> tuple[str, int] | None:
    """What in a text would keep a reader busy for ever, in words, and its line; None when there is nothing."""
    for pattern, words in (
        (_DEEP, f"a key has more than {MOST_PARTS} parts"),
        (_DIGITS, f"a number has more than {MOST_DIGITS} digits"),
    ):
        if found := pattern.search(text):
            return words, text.count("\n", 0, found.start() + 1) + 1
    return None
