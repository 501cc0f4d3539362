"""Numbers as the report writes them: as many digits as matter, with unit and interval."""

import math
from enum import IntEnum

from cxsim.scenario.register import in_words
from cxsim.study.paired import Estimate

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EM DASH}"
COUNTED = ("people", "purchases", "contacts")  # of which a hundredth says nothing
SIGNIFICANT = 3  # digits of the largest number, at least


def number(value: float, signed: bool = False) -> str:
    """A number, thousands apart; a dash when there was nothing to measure."""
    return _written(value, _digits(value), signed)


def setting(value: object) -> str:
    """A value of a scenario: numbers with thousands apart, all else as scenario files write it."""
    if isinstance(value, int | float) and not isinstance(value, bool | IntEnum):
        return f"{value:,.10g}"
    return in_words(value)


def percent(share: float) -> str:
    """A share as percent."""
    return number(100.0 * share) + ("" if math.isnan(share) else "%")


def parts(value: Estimate, unit: str = "", signed: bool = False) -> tuple[str, str]:
    """The mean, and the 95% interval or nothing, with the same digits and without the unit; shares as percent."""
    times = 100.0 if unit == "share" else 1.0
    mean, low, high = times * value.mean, times * value.low, times * value.high
    digits = _digits(mean, low, high)
    digits = min(digits, 1) if unit in COUNTED else digits
    between = f"{_written(low, digits, signed)} to {_written(high, digits, signed)}"
    return _written(mean, digits, signed), "" if math.isnan(low) else between


def interval(value: Estimate, unit: str = "", signed: bool = False) -> str:
    """The mean, the 95% interval in brackets if there is one, and the unit: "12 (10 to 14) people"."""
    mean, between = parts(value, unit, signed)
    said = f"{mean} ({between})" if between else mean
    return f"{said} {unit}".rstrip()


def _written(value: float, digits: int, signed: bool) -> str:
    if math.isnan(value):
        return DASH
    if math.isinf(value):
        return "unbounded"
    return f"{value:{'+z' if signed else 'z'},.{digits}f}".replace("-", MINUS)  # z: no "-0"


def _digits(*values: float) -> int:
    """Digits behind the point, the same for all: none for whole numbers, else enough for the largest."""
    known = [abs(value) for value in values if math.isfinite(value)]
    largest = max(known, default=0.0)
    if largest == 0.0 or all(value == round(value) for value in known):
        return 0
    return max(0, SIGNIFICANT - 1 - math.floor(math.log10(largest)))
