"""How numbers are written for people, once for every face: terminal, summary, report, notebook, page, class, charts."""

import math
from collections.abc import Callable
from typing import Final, Protocol

Writer = Callable[[float], str]

DASH: Final = "\N{EM DASH}"
MINUS: Final = "\N{MINUS SIGN}"
ONE_REPLICATION: Final = " (one replication, no interval)"


class HasInterval(Protocol):
    """A mean with its interval, as `cxsim.analysis.compare.intervals.Estimate`."""

    @property
    def mean(self) -> float: ...  # noqa: D102
    @property
    def low(self) -> float: ...  # noqa: D102
    @property
    def high(self) -> float: ...  # noqa: D102
    @property
    def replications(self) -> int: ...  # noqa: D102


def decimals(digits: int, signed: bool = False) -> Writer:
    """Writes numbers with so many decimals, thousands apart; zero has no sign, and nothing to measure is a dash."""

    def write(value: float) -> str:
        if math.isnan(value):
            return DASH
        if math.isinf(value):
            return "unbounded"
        sign = "+" if signed and round(value, digits) else ""
        return f"{value:{sign}z,.{digits}f}"  # z: no "-0"

    return write


def fitting(*values: float, signed: bool = False, most: int | None = None) -> Writer:
    """Writes these numbers with the same decimals: none for whole numbers, else three digits of the largest; at most so many."""
    known = [abs(value) for value in values if math.isfinite(value)]
    largest = max(known, default=0.0)
    if largest == 0.0 or all(value == round(value) for value in known):
        return decimals(0, signed)
    digits = max(0, 2 - math.floor(math.log10(largest)))
    return decimals(digits if most is None else min(digits, most), signed)


whole: Final = decimals(0)
signed: Final = decimals(0, signed=True)


def short(value: float, with_sign: bool = False) -> str:
    """A number a reader can take in: 1,234 or 0.123."""
    if 0.0 < abs(value) < 99.95:
        return f"{value:{'+' if with_sign else ''}z.3g}"
    return decimals(0, with_sign)(value)


def short_signed(value: float) -> str:
    """A change as `short` writes it: +1,234 or -0.123."""
    return short(value, with_sign=True)


def given(value: float) -> str:
    """An amount as somebody gave it, thousands apart."""
    return f"{value:,.10g}"


def percent(share: float) -> str:
    """A share in whole percent."""
    return DASH if math.isnan(share) else f"{share:.0%}"


def money(currency: str, amount: str) -> str:
    """An amount that is written already, with its currency: "EUR 1,234"."""
    return f"{currency} {amount}"


def span(low: float, high: float, write: Writer = whole, replications: int = 0) -> str:
    """As in "10 to 14"; nothing where there is no interval (low is nan), and words where no spread was seen (low is high).

    Values that do not differ are no certainty: the next one may.
    """
    if math.isnan(low):
        return ""
    if low == high:
        return f"no spread seen in {replications} replications" if replications > 1 else "no spread seen"
    return between(low, high, _finer(write, low, high))


def between(low: float, high: float, write: Writer) -> str:
    """As in "10 to 14", whatever the two are ends of."""
    return f"{write(low)} to {write(high)}"


def _finer(write: Writer, low: float, high: float) -> Writer:
    """Whole numbers get decimals where rounding would make an interval of no width of one that has a width."""
    if write not in (whole, signed) or write(low) != write(high):
        return write
    finer = [decimals(digits, write is signed) for digits in (1, 2, 3)]
    return next((each for each in finer if each(low) != each(high)), write)


def bracketed(mean: str, between: str) -> str:
    """What is written already: "12 (10 to 14)"."""
    return f"{mean} ({between})" if between else mean


def interval(
    mean: float, low: float, high: float, write: Writer = whole, without: str = "", replications: int = 0
) -> str:
    """As in "12 (10 to 14)" or "3 (no spread seen in 3 replications)"; the mean and `without` where there is no interval."""
    return bracketed(write(mean), span(low, high, write, replications)) + (without if math.isnan(low) else "")


def estimated(value: HasInterval, write: Writer = whole, without: str = "") -> str:
    """A mean with its interval, as `interval` writes it."""
    return interval(value.mean, value.low, value.high, write, without, value.replications)


def week(index: int) -> int:
    """The number by which people call a week: tables and arrays count from 0, people from 1."""
    return index + 1


def typeset(text: str) -> str:
    """A written number for pages and pictures, with a true minus sign; terminals may lack it."""
    return text.replace("-", MINUS)
