"""Numbers as the report's templates ask for them: with unit and interval, typeset."""

from enum import IntEnum

from cxsim.analysis import phrases
from cxsim.analysis.compare.intervals import Estimate
from cxsim.scenario.register import in_words

# Decimals beyond which a number says nothing, by unit; others get three digits of the largest.
MOST = {
    "people": 1, "purchases": 1, "contacts": 1, "points": 1, "share": 2, "times": 2, "currency per customer": 2,
    "contacts per 100 customers and year": 2,
}  # fmt: skip


def number(value: float, signed: bool = False) -> str:
    """A number, thousands apart; a dash when there was nothing to measure."""
    return phrases.typeset(phrases.fitting(value, signed=signed)(value))


def setting(value: object) -> str:
    """A value of a scenario: numbers with thousands apart, all else as scenario files write it."""
    if isinstance(value, int | float) and not isinstance(value, bool | IntEnum):
        return phrases.given(value)
    return in_words(value)


def parts(value: Estimate, unit: str = "", signed: bool = False, told: bool = False) -> tuple[str, str]:
    """The mean, and the 95% interval or nothing, with the same digits and without the unit; shares as percent.

    Args:
        value: a mean with its interval.
        unit: of the value.
        signed: whether a plus is written.
        told: whether to say in how many replications no spread was seen; a table's caption says it once.
    """
    times = 100.0 if unit == "share" else 1.0
    mean, low, high = times * value.mean, times * value.low, times * value.high
    write = phrases.fitting(mean, low, high, signed=signed, most=MOST.get(unit))
    between = phrases.span(low, high, write, value.replications if told else 0)
    return phrases.typeset(write(mean)), phrases.typeset(between)


def interval(value: Estimate, unit: str = "", signed: bool = False) -> str:
    """The mean, the 95% interval in brackets if there is one, and the unit: "12 (10 to 14) people"."""
    return f"{phrases.bracketed(*parts(value, unit, signed, told=True))} {unit}".rstrip()
