"""The business figures by which a firm knows itself: what may be given, in which units, and what cannot be.

A figure is asked for in plain words, with what is usual beside it. What is impossible, or contradicts another figure, is
refused with one message; what is left out is not known.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from cxsim.data.cells import is_number

Need = Literal["repeat", "replacement", "contract"]
Kind = Literal["word", "amount", "share", "points", "shares", "months"]
Value = str | float | dict[str, float] | tuple[float, ...]
Figures = Mapping[str, Value]

WEEKS_A_YEAR: Final = 52.0
MONTHS: Final = 12
BILLING: Final = {"week": 1.0, "month": 52.0 / 12.0, "quarter": 13.0, "half-year": 26.0, "year": 52.0}
AGREE: Final = 0.1  # how far figures that follow from each other may lie apart, as a share
EVERY: Final = ("repeat", "replacement", "contract")


@dataclass(frozen=True)
class Asked:
    """One figure.

    Attributes:
        key: in a file of figures.
        question: in plain words.
        usual: what is usual, beside the question.
        kind: how it is written: a word, an amount, a share ("5%", 5 or .05), points, shares by name, twelve numbers.
        low: the least that it can be, a share as 0 to 1.
        high: the most.
        needs: the kinds of need for which it means anything.
        main: whether it is asked in the terminal; others may stand in a file.
    """

    key: str
    question: str
    usual: str
    kind: Kind
    low: float = 0.0
    high: float = math.inf
    needs: tuple[Need, ...] = EVERY
    main: bool = True


ASKED: Final = (
    Asked("name", "What is your firm called?", "any name", "word"),
    Asked("like", "What is it most like: shop, restaurant, hotel, delivery, subscription, gym, mobile, bank, software, appliance?", "the nearest is chosen by your figures", "word"),
    Asked("currency", "In which currency do you count?", "EUR", "word", main=False),
    Asked("customers", "How many customers do you have today (without a contract: who bought in the last 12 months)?", "whole number", "amount", 1.0, 1e9),
    Asked("billing", "If customers are under contract, for how long do they pay at a time: week, month, quarter, half-year, year?", "month or year", "word", needs=("contract",)),
    Asked("price", "What does a customer pay at a time (a purchase, or one period of the contract)?", "what a receipt says on average", "amount", 0.01, 1e9),
    Asked("revenue", "What do all customers pay in a year?", "customers x price x times a year", "amount", 0.0, 1e15, main=False),
    Asked("margin", "Of 100 of revenue, how much is left after the cost of what is sold?", "20% to 80%", "share", -1.0, 1.0),
    Asked("purchases", "How often does a customer buy in a year?", "2 to 20", "amount", 0.01, 400.0, needs=("repeat",)),
    Asked("life", "After how many years is what you sell replaced?", "3 to 12 years", "amount", 0.2, 60.0, needs=("replacement",)),
    Asked("churn", "Of 100 customers, how many do you lose in a year (or: 3 a month; without a contract: who buys nothing for 12 months)?", "10% to 40% a year under contract, more without", "share", 0.001, 0.99, needs=("repeat", "contract")),
    Asked("repeat", "Of 100 who bought for the first time, how many buy again within a year?", "20% to 50%", "share", 0.005, 0.995, needs=("repeat",)),
    Asked("new", "How many new customers do you win in a year?", "about as many as you lose", "amount", 0.0, 1e9, needs=("repeat", "contract")),
    Asked("referral", "Of 100 new customers, how many come because a customer recommended you?", "5% to 30%", "share", 0.0, 0.95),
    Asked("nps", "What is your net promoter score (-100 to 100)?", "0 to 60", "points", -100.0, 100.0),
    Asked("csat", "Of 100 answers on satisfaction, how many are 4 or 5 of 5?", "60% to 90%", "share", 0.01, 0.99, main=False),
    Asked("failures", "Of 100 purchases (or periods of a contract), in how many does something go wrong?", "2% to 30%", "share", 0.0, 0.9),
    Asked("contacts", "How many contacts about problems does your support get for each 100 customers and year?", "5 to 200", "amount", 0.0, 1e5),
    Asked("first_contact", "Of 100 such contacts, how many end with the problem solved?", "50% to 90%", "share", 0.0, 1.0),
    Asked("late", "Of 100 deliveries, how many come late?", "2% to 20%", "share", 0.0, 0.95),
    Asked("share", "Of 100 who are somebody's customers in your market, how many are yours?", "5% to 50%", "share", 0.001, 1.0),
    Asked("rivals", "Which rivals have how many of the 100 (as: Herald 30, Bulletin 25)?", "the three largest", "shares", 0.0, 1.0),
    Asked("season", "How much do you sell in each month, January to December (twelve numbers)?", "none: all months alike", "months", 0.0, 1e15),
    Asked("advertising", "What do you spend on advertising in a year?", "2% to 15% of revenue", "amount", 0.0, 1e15, main=False),
    Asked("contact_cost", "What does it cost to handle one contact?", "3 to 15 for consumers, more for firms", "amount", 0.0, 1e6, main=False),
)  # fmt: skip
BY_KEY: Final = {asked.key: asked for asked in ASKED}


def understood(asked: Asked, given: object) -> Value:
    """What somebody gave for a figure: a share as 0 to 1, that of a month as that of a year.

    Args:
        asked: the figure.
        given: a text, or what TOML holds.

    Raises:
        ValueError: in words, if it cannot be that figure.
    """
    if isinstance(given, bool) or given is None:
        raise _refused(asked, given, "it is no number")
    read = _READERS[asked.kind]
    value = read(asked, given)
    numbers = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else [value]
    for number in numbers:
        if isinstance(number, float) and not asked.low <= number <= asked.high:
            raise _refused(asked, given, f"allowed: {allowed(asked)}")
    return value


def allowed(asked: Asked) -> str:
    """What a figure may be, in words."""
    if asked.kind in ("share", "shares"):
        return f"{asked.low:.3g} to {asked.high:.3g}, which is {100 * asked.low:.3g}% to {100 * asked.high:.3g}%"
    return f"{asked.low:,.10g} to {asked.high:,.10g}" if asked.high < 1e15 else f"{asked.low:,.10g} or more"


def _refused(asked: Asked, given: object, why: str) -> ValueError:
    return ValueError(
        f"{asked.key}: given {str(given)[:60]!r}; {why}.\n    {asked.question} Leave it out if you do not know."
    )


def _word(asked: Asked, given: object) -> Value:
    text = str(given).strip()
    if not text or isinstance(given, int | float | list | dict):
        raise _refused(asked, given, "it takes a word")
    if asked.key == "billing" and _billing(text) is None:
        raise _refused(asked, given, f"it takes one of {', '.join(BILLING)}")
    return _billing(text) or text if asked.key == "billing" else text


def _billing(text: str) -> str | None:
    words = {"weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year", "annual": "year"}
    text = words.get(text.lower(), text.lower().removesuffix("s"))
    return text if text in BILLING else None


def _amount(asked: Asked, given: object) -> Value:
    return _number(asked, given)


def _share(asked: Asked, given: object) -> Value:
    """A share of a year; "5%", 5 and .05 are the same."""
    text, share_a_year = str(given).strip(), 1.0
    times = re.fullmatch(r"(.*?)\s*(?:a|per|/|an|each)\s*(week|month|quarter|year)", text)
    if times:
        text, share_a_year = times[1], WEEKS_A_YEAR / BILLING[times[2]]
    percent = text.endswith("%")
    number = _number(asked, text.removesuffix("%") if percent else text if times else given)
    share = number / 100.0 if percent or abs(number) >= 1.0 else number
    if share > asked.high or share < asked.low:
        what = f"that is {100 * share:.4g}% of customers" if asked.key == "churn" else f"that is {100 * share:.4g}%"
        raise _refused(asked, given, f"{what}; allowed: {allowed(asked)}")
    return 1.0 - (1.0 - share) ** share_a_year if share_a_year != 1.0 else share


def _number(asked: Asked, given: object) -> float:
    if isinstance(given, int | float):
        number = float(given)
    else:
        text = str(given).strip().replace("\u2212", "-").replace("_", "")
        text = re.sub(r"[\s\u00a0\u202f'\u2019$€£¥]", "", text)
        text = re.sub(r"(?<=\d),(?=\d{3}(?:\D|$))", "", text)  # thousands
        if not is_number(text):
            raise _refused(asked, given, "it is no number; write it as 1234.5")
        number = float(text.replace(",", "."))
    if not math.isfinite(number):
        raise _refused(asked, given, "it is no number")
    return number


def _shares(asked: Asked, given: object) -> Value:
    """Names with shares: a table, or "Herald 30, Bulletin 25"."""
    if isinstance(given, dict):
        pairs = [(str(name), share) for name, share in given.items()]
    else:
        found = [re.fullmatch(r"\s*(.+?)[\s:=]+([\d.]+\s*%?)\s*", part) for part in str(given).split(",")]
        if not all(found):
            raise _refused(asked, given, "it takes names with shares, as: Herald 30, Bulletin 25")
        pairs = [(match[1], match[2]) for match in found if match]
    return {name: float(_share(asked, share)) for name, share in pairs}  # type: ignore[arg-type]


def _months(asked: Asked, given: object) -> Value:
    parts = list(given) if isinstance(given, list | tuple) else re.split(r"[\s;,]+", str(given).strip())
    if len(parts) != MONTHS:
        raise _refused(asked, given, f"it takes twelve numbers, January first, not {len(parts)}")
    numbers = tuple(_number(asked, part) for part in parts)
    if min(numbers) < 0.0 or not sum(numbers):
        raise _refused(asked, given, "months sell nothing or something, and one of them has to sell")
    return numbers


_READERS: Final[Mapping[Kind, Callable[[Asked, object], Value]]] = {
    "word": _word, "amount": _amount, "share": _share, "points": _amount, "shares": _shares, "months": _months,
}  # fmt: skip


def number_of(figures: Figures, key: str) -> float | None:
    """An amount or a share; None where it is not known."""
    value = figures.get(key)
    return value if isinstance(value, float) else None


def times_a_year(figures: Figures) -> float | None:
    """How often a customer pays in a year; None where it is not known."""
    if "billing" in figures:
        return WEEKS_A_YEAR / BILLING[str(figures["billing"])]
    return number_of(figures, "purchases")


def contradiction(figures: Figures) -> str | None:
    """What cannot be true of these figures together, in words; None where nothing is."""
    return _of_shares(figures) or _of_revenue(figures) or _of_contacts(figures) or _of_new(figures)


def _of_shares(figures: Figures) -> str | None:
    rivals = figures.get("rivals")
    if not isinstance(rivals, dict):
        return None
    own = number_of(figures, "share") or 0.0
    total = own + sum(rivals.values())
    if total <= 1.005:
        return None
    parts = ([f"yours {own:.0%}"] if own else []) + [f"{name} {share:.0%}" for name, share in rivals.items()]
    return f"share and rivals sum to {total:.0%} ({', '.join(parts)}); together they cannot be more than 100%. Give shares of the same whole."


def _of_revenue(figures: Figures) -> str | None:
    revenue, customers, price = (number_of(figures, key) for key in ("revenue", "customers", "price"))
    times = times_a_year(figures)
    if None in (revenue, customers, price, times):
        return None
    assert revenue is not None and customers is not None and price is not None and times is not None
    says = customers * price * times
    if abs(says - revenue) <= AGREE * max(says, revenue):
        return None
    return (
        f"revenue is {revenue:,.0f}, but customers x price x times a year is {customers:,.0f} x {price:,.10g} x {times:.4g} = "
        f"{says:,.0f}. They contradict each other; correct one of them, or leave one out."
    )


def _of_contacts(figures: Figures) -> str | None:
    contacts, failures, times = (
        number_of(figures, "contacts"),
        number_of(figures, "failures"),
        times_a_year(figures),
    )
    if contacts is None or failures is None or times is None or contacts <= 100.0 * failures * times:
        return None
    return (
        f"contacts are {contacts:,.4g} for each 100 customers and year, but something goes wrong only {100 * failures * times:,.4g} "
        "times (failures x times a year). Here each contact is about something that went wrong: count only those, or raise failures."
    )


def _of_new(figures: Figures) -> str | None:
    new, customers, churn = (number_of(figures, key) for key in ("new", "customers", "churn"))
    if new is None or customers is None or churn is None or "billing" not in figures:
        return None
    change = new / customers - churn
    if abs(change) <= 0.5:
        return None
    return (
        f"new is {new:,.0f} of {customers:,.0f} customers ({new / customers:.0%}) and churn {churn:.0%}, so customers would change by "
        f"{change:+.0%} a year. Such a market is not described by the figures of one year; correct one of them, or leave one out."
    )
