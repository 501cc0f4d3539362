"""Questions that tests put to workers."""

import os
import signal
import time
from pathlib import Path

from pydantic import BaseModel


class Question(BaseModel):
    """Something to ask: a text, and a file that counts how often it was computed."""

    text: str
    counted_in: str = ""
    seconds: float = 0.0


def answered(question: Question) -> str:
    """The text backwards, after a while; a line more in the file."""
    if question.counted_in:
        with Path(question.counted_in).open("a") as counted:
            counted.write("x\n")
    time.sleep(question.seconds)
    return question.text[::-1]


def refused(question: Question) -> str:
    raise ValueError(f"no answer to {question.text}")


def killed_once(question: Question) -> str:
    """The worker is killed the first time that anybody asks."""
    first = Path(question.counted_in)
    if not first.exists():
        first.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return question.text


def killed_always(question: Question) -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return question.text


def own_number(question: Question) -> int:
    return os.getpid()


def own_niceness(question: Question) -> int:
    return os.nice(0)
