"""Protects the generator: Philox4x32-10 gives the numbers its authors published, and purposes never share luck."""

import importlib

import numpy as np
import pytest

from cxsim.engine import luck
from cxsim.engine.luck import key_of, philox, purpose, purposes

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


@pytest.mark.parametrize("seed", [True, 1.9, "1", None, float("nan"), np.random.default_rng(1)])  # noqa: TID251
def test_what_is_no_whole_number_is_no_seed(seed):
    for luck_of in (lambda: key_of(seed, 0), lambda: key_of(0, seed)):
        with pytest.raises(ValueError, match="whole number"):
            luck_of()


@pytest.mark.parametrize("seed", [np.int32(7), np.uint64(7), 7.0, np.float32(7.0)])
def test_numbers_of_numpy_are_seeds(seed):
    assert key_of(seed, seed).tolist() == [7, 0, 7]


def test_a_purpose_registers_once():
    name = "test: a purpose of its own"
    word = purpose(name)
    assert purposes()[word] == name
    with pytest.raises(ValueError, match="already registered"):
        purpose(name)


def test_a_cell_run_twice_and_a_module_reloaded_register_the_same_purpose(tmp_path, monkeypatch):
    file = tmp_path / "mechanism_of_mine.py"
    file.write_text("from cxsim.engine.luck import purpose\nMINE = purpose('test: reloaded')\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("mechanism_of_mine")
    first = module.MINE
    file.write_text("import math\n" + file.read_text(encoding="utf-8"), encoding="utf-8")  # the line moves
    assert first == importlib.reload(module).MINE
    elsewhere = {"__name__": "another_module", "purpose": purpose}
    with pytest.raises(ValueError, match="already registered"):
        exec("MINE = purpose('test: reloaded')", elsewhere)


def test_two_names_with_the_same_word_are_refused():
    # "plumless" and "buckeroo" are the textbook collision of CRC-32.
    try:
        purpose("plumless")
        with pytest.raises(ValueError, match=r"buckeroo.*plumless"):
            purpose("buckeroo")
    finally:
        luck._purposes.pop(0x4DDB0C25, None)
