"""Whatever is asked of the page's server is answered or refused in plain words, never with a fault of ours.

The requests are those of `python -m experiments.robustness`, which tries more of them by hand. Nothing here is statistical.
"""

from collections import Counter

from experiments.robustness import ACCEPTED, CLEAR, tried_requests

TRIED = 100


def test_mutated_requests_are_answered_or_refused_in_plain_words():
    answers = tried_requests(TRIED)
    wrong = [each for each in answers if each[1] not in (CLEAR, ACCEPTED)]
    assert not wrong, wrong[:3]
    assert min(Counter(kind for _, kind, _ in answers).values()) >= 5, "both kinds of answer are tried"
