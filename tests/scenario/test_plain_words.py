"""Protects who has made a mistake: mutated scenarios and tables are read or refused in plain words, with file and line.

The inputs are those of `python -m experiments.robustness`, which tries more of them by hand. Nothing here is statistical.
"""

import pytest

from experiments.robustness import ACCEPTED, CLEAR, KINDS, fault_of, names_a_line, tried


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_read_is_accepted_or_refused_in_plain_words(kind):
    answers = tried(kind, 200)
    wrong = [(number, answer, message) for number, answer, message in answers if answer not in (ACCEPTED, CLEAR)]
    assert not wrong, wrong[0]
    refused = [message for _, answer, message in answers if answer == CLEAR]
    assert len(refused) > 100
    without = [message for message in refused if not names_a_line(message)]
    assert len(without) < 0.15 * len(refused), without[:3]  # of those, the whole file is meant


def test_words_of_programmers_are_noticed():
    for message in (
        "a.toml: input should be a valid dictionary",
        "a.toml: [Errno 2]",
        "a.toml: 'utf-8' codec can't decode",
    ):
        assert fault_of(message, "a.toml").startswith("wrong: says")
    assert fault_of("a.toml, line 3: name: given 'dict'; it should be text in quotes", "a.toml") == CLEAR
    assert fault_of("line 3: wrong", "a.toml") == "wrong: names no file"
