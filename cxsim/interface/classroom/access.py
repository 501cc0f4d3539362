"""Keys: who holds one is the teacher, or a team. Only fingerprints are stored."""

import hashlib
import hmac
import secrets

BYTES = 24  # of chance in a key: 32 letters
MOST_DIGITS = 9  # of the number of a team


def new_secret() -> str:
    """A word that nobody guesses."""
    return secrets.token_urlsafe(BYTES)


def team_key(team: int, secret: str) -> str:
    """The key of a team: its number, so that it is found, and its secret."""
    return f"{team}.{secret}"


def team_in(key: str) -> int | None:
    """The number of the team that a key claims to belong to; None if it is no key of a team."""
    number, dot, _ = key.partition(".")
    right = dot and number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS
    return int(number) if right else None


def fingerprint(key: str) -> str:
    """What is stored of a key. A key holds 192 bits of chance, so its hash cannot be turned back by trying."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def matches(key: str, stored: str) -> bool:
    """Whether a key has the fingerprint, in a time that tells nothing about it."""
    return hmac.compare_digest(fingerprint(key), stored)
