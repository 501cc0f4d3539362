"""What a process remembers of lives, so that a base that is asked for again with other plans is not lived again."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

Question = TypeVar("Question", bound=Hashable)
Answer = TypeVar("Answer")


class Remembered(Generic[Question, Answer]):
    """The last answers by question; which has not been asked for the longest is forgotten first.

    Unlike `functools.lru_cache` it can be told what was found out together with something else.

    Args:
        most: answers that are kept.
    """

    def __init__(self, most: int) -> None:
        self._most, self._answers, self._lock = most, OrderedDict[Question, Answer](), Lock()

    def get(self, question: Question) -> Answer | None:
        """The answer, if it is known."""
        with self._lock:
            if question in self._answers:
                self._answers.move_to_end(question)
            return self._answers.get(question)

    def keep(self, question: Question, answer: Answer) -> Answer:
        """Remember an answer; returns it."""
        with self._lock:
            self._answers[question] = answer
            self._answers.move_to_end(question)
            if len(self._answers) > self._most:
                self._answers.popitem(last=False)
        return answer

    def forget(self) -> None:
        """Forget everything."""
        with self._lock:
            self._answers.clear()
