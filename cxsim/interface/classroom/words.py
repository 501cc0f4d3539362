"""Every word that a class reads stands in words.toml; here it is looked up."""

import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("words.toml")


@cache
def words() -> dict[str, dict[str, str]]:
    """All words, by group and key."""
    read: dict[str, dict[str, str]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return read


def say(group: str, key: str, **values: object) -> str:
    """A sentence with its values put in, such as {price:,.0f}."""
    return words()[group][key].format(**values)


def listed(names: list[str]) -> str:
    """Names in a sentence: "A", "A and B", "A, B and C"."""
    if len(names) < 2:
        return "".join(names)
    return say("board", "listed", first=", ".join(names[:-1]), last=names[-1])
