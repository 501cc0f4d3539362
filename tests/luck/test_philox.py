"""Protects the generator: Philox4x32-10 gives the numbers its authors published, and purposes never share luck."""

import numpy as np
import pytest

from cxsim import luck
from cxsim.luck import key_of, philox, purpose, purposes

# Random123 1.14, tests/kat_vectors, "philox4x32 10": counter, key, result.
PUBLISHED = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def words(text: str) -> list[np.uint64]:
    return [np.uint64(int(word, 16)) for word in text.split()]


@pytest.mark.parametrize(("counter", "key", "result"), PUBLISHED)
def test_known_answers(counter, key, result):
    assert [int(word) for word in philox(*words(counter), *words(key))] == [int(word) for word in words(result)]


def test_the_key_is_the_seed_and_the_replication():
    assert key_of(2**32 + 5, 7).tolist() == [5, 1, 7]


@pytest.mark.parametrize(("seed", "replication"), [(-1, 0), (2**63, 0), (0, -1), (0, 2**32)])
def test_a_seed_out_of_range_is_refused(seed, replication):
    with pytest.raises(ValueError, match="outside 0 to"):
        key_of(seed, replication)


def test_a_purpose_registers_once():
    name = "test: a purpose of its own"
    word = purpose(name)
    assert purposes()[word] == name
    with pytest.raises(ValueError, match="already registered"):
        purpose(name)


def test_two_names_with_the_same_word_are_refused():
    # "plumless" and "buckeroo" are the textbook collision of CRC-32.
    try:
        purpose("plumless")
        with pytest.raises(ValueError, match=r"buckeroo.*plumless"):
            purpose("buckeroo")
    finally:
        luck._purposes.pop(0x4DDB0C25, None)
