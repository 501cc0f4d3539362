"""What a firm would hold of a simulated market: purchases, an RFM summary, survey answers, linked records; and everybody's events."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.analysis.export.calendar import days_of, times_of
from cxsim.analysis.export.watched import Watched
from cxsim.engine.measures import Note
from cxsim.engine.outcomes.episodes import episodes as episodes_of
from cxsim.engine.outcomes.status import stage_name
from cxsim.engine.state import Outcome, Stage

DIGITS_OF_MONEY: Final = 4  # the simulator books whole 1/MONEY_UNIT
DIGITS_OF_WEEKS: Final = 4  # a minute

# What each note is called in an event log, and in which stage of the story it happens.
ACTIVITIES: Final[dict[Note, tuple[str, Stage]]] = {
    Note.NEED: ("need arises", Stage.NEED),
    Note.EXPECTS: ("expects", Stage.EXPECTATION),
    Note.NOT_FOUND: ("does not find out", Stage.RESEARCH),
    Note.FOUND: ("finds out", Stage.RESEARCH),
    Note.CHOOSES: ("chooses", Stage.PURCHASE),
    Note.BUYS_NOTHING: ("chooses nothing", Stage.PURCHASE),
    Note.CHECKOUT_FAILS: ("gives up checkout", Stage.PURCHASE),
    Note.BUYS: ("buys", Stage.PURCHASE),
    Note.USES: ("uses", Stage.USE),
    Note.FAILS: ("something fails", Stage.USE),
    Note.SUPPORT: ("stays silent", Stage.SUPPORT),
    Note.SURVEYED: ("answers survey", Stage.LISTENING),
    Note.TELLS: ("tells friends", Stage.TELLING),
    Note.REVIEWS: ("reviews", Stage.TELLING),
    Note.REFERS: ("refers a friend", Stage.TELLING),
    Note.STAYS: ("stays", Stage.LOYALTY),
    Note.DOUBTS: ("will look around", Stage.LOYALTY),
    Note.LEAVES: ("leaves", Stage.LOYALTY),
    Note.LINE_ENDS: ("line ends", Stage.LOYALTY),
    Note.NO_PURCHASE: ("ends without purchase", Stage.PURCHASE),
    Note.BUYS_SIMILAR: ("buys something similar", Stage.PURCHASE),
    Note.FROM_BEFORE: ("bought before week 0", Stage.LOYALTY),
}
CONTACTS: Final = {
    Outcome.UNRESOLVED: "contact, not resolved",
    Outcome.RESOLVED: "contact, resolved",
    Outcome.QUICK: "contact, resolved quickly",
}
# The rest happens in a customer's mind, at home or among friends.
RECORDED: Final = (Note.CHECKOUT_FAILS, Note.BUYS, Note.BUYS_SIMILAR, Note.SURVEYED, Note.REVIEWS)

OUTCOMES: Final = ("none", "unresolved", "resolved")  # in the order of `Resolved`

Table = Callable[[Watched, date], pd.DataFrame]


def transactions(market: Watched, start: date) -> pd.DataFrame:
    """One row a purchase of the focal brand: customer_id, date (day), amount (currency); by customer, then by time."""
    bought = market.of_focal(Note.BUYS)
    return pd.DataFrame(
        {"customer_id": bought["person"], "date": days_of(bought["at"], start), "amount": _money(bought["a"])}
    )


def rfm(market: Watched, start: date) -> pd.DataFrame:
    """One row a customer of the focal brand: customer_id, frequency, recency, T, monetary_value.

    Frequency is the number of repeat purchases; recency and T are weeks from the first purchase to the last, and to
    the horizon; monetary_value is the mean amount of all purchases, the first included.
    """
    bought = market.of_focal(Note.BUYS)
    customer, first, purchases = np.unique(bought["person"], return_index=True, return_counts=True)
    began, last = bought["at"][first], bought["at"][first + purchases - 1]
    spent = np.add.reduceat(bought["a"], first) if len(first) else np.zeros(0)
    return pd.DataFrame(
        {
            "customer_id": customer,
            "frequency": purchases - 1,
            "recency": np.round(last - began, DIGITS_OF_WEEKS),
            "T": np.round(market.scenario.market.horizon_weeks - began, DIGITS_OF_WEEKS),
            "monetary_value": _money(spent / purchases),
        }
    )


def surveys(market: Watched, start: date) -> pd.DataFrame:
    """One row an answer: customer_id, date, score (likelihood to recommend, 0 to 10), called_back."""
    answered = market.of_focal(Note.SURVEYED)
    return pd.DataFrame(
        {
            "customer_id": answered["person"],
            "date": days_of(answered["at"], start),
            "score": answered["a"].astype(np.int64),
            "called_back": answered["b"] > 0.0,
        }
    )


def episodes(market: Watched, start: date) -> pd.DataFrame:
    """One row a purchase of the focal brand, with what became of it: linked records, as a firm's systems may join them.

    Columns: customer_id, sequence (1, 2, ... of each customer), ordered, promised, delivered, failed (1 or 0), contact,
    outcome (resolved, unresolved or none), score (0 to 10). Times to the second; empty where there is none (yet).
    """
    found = episodes_of(market.state, market.scenario.focal)
    begins = np.flatnonzero(np.diff(found.person, prepend=-1))
    since = np.repeat(begins, np.diff(begins, append=len(found.person)))
    times = {
        name: _times_or_none(getattr(found, name), start) for name in ("ordered", "promised", "delivered", "contact")
    }
    return pd.DataFrame(
        {
            "customer_id": found.person,
            "sequence": np.arange(len(since)) - since + 1,
            "ordered": times["ordered"],
            "promised": times["promised"],
            "delivered": times["delivered"],
            "failed": pd.Series(found.failed).astype("Int8"),
            "contact": times["contact"],
            "outcome": in_words(found.outcome, OUTCOMES),
            "score": pd.Series(found.score).astype("Int8"),
        }
    )


def _times_or_none(weeks: NDArray[np.float64], start: date) -> NDArray[np.datetime64]:
    known = ~np.isnan(weeks)
    return np.where(known, times_of(np.where(known, weeks, 0.0), start), np.datetime64("NaT", "s"))


def events(market: Watched, start: date) -> pd.DataFrame:
    """One row an event of anybody with any brand, by case and then by time, under pm4py's names.

    Columns: `case:concept:name` (the customer), `concept:name` (what happened), `time:timestamp`, `brand` (empty where
    there is none), `stage`, and `recorded`: whether a firm's own systems would hold it.
    """
    notes = market.notes
    names = [ACTIVITIES[note][0] for note in Note]
    kind = notes["what"].astype(np.int64)
    stage = np.array([ACTIVITIES[note][1] for note in Note])[kind]
    recorded = np.isin(notes["what"], RECORDED)
    for place, (outcome, name) in enumerate(CONTACTS.items(), start=len(names)):
        contact = (notes["what"] == Note.SUPPORT) & (notes["a"] == outcome)
        kind[contact] = place
        recorded |= contact
        names.append(name)
    ended = notes["what"] == Note.LINE_ENDS
    stage[ended] = notes["a"][ended]
    return pd.DataFrame(
        {
            "case:concept:name": notes["person"].astype(str),
            "concept:name": in_words(kind, names),
            "time:timestamp": times_of(notes["at"], start),
            "brand": in_words(notes["brand"], market.scenario.brands),
            "stage": in_words(stage, [stage_name(each) for each in Stage]),
            "recorded": recorded,
        }
    )


TABLES: Final[dict[str, Table]] = {
    "transactions": transactions,
    "events": events,
    "rfm": rfm,
    "surveys": surveys,
    "episodes": episodes,
}


def in_words(numbers: NDArray[Any], words: Sequence[str]) -> "pd.Categorical[str]":
    """Numbers as the words they stand for; -1 stands for none."""
    return pd.Categorical.from_codes(numbers.astype(np.int64), pd.Index(words))


def _money(amount: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.round(amount, DIGITS_OF_MONEY)
