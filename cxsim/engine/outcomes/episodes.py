"""Purchases of one brand with what became of each: promised and delivered, failed, reported, resolved, answered."""

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.measures import Note
from cxsim.engine.state import Outcome, State

_NOTED = (Note.BUYS, Note.USES, Note.FAILS, Note.SUPPORT, Note.SURVEYED)
_ALIKE_WEEKS = 1e-6  # by less than a second

Floats = NDArray[np.float64]


class Resolved(IntEnum):
    """How a contact ended."""

    NONE = 0  # there was none
    NO = 1
    YES = 2


class Episodes(NamedTuple):
    """One entry a purchase, by person and then by time; arrays of shape (episodes,), times in weeks, nan where there is none.

    Attributes:
        person: who bought.
        ordered: when.
        promised: when it was to be there, by the terms under which it was bought.
        delivered: when it was used first; not yet, at the end of the run.
        failed: 1 if something went wrong in this use, reported or not, else 0; nan before it is delivered.
        contact: when the person first got in touch with support about it.
        outcome: how that ended, a `Resolved`.
        score: the answer to a survey after it, 0 to 10.
    """

    person: NDArray[np.int64]
    ordered: Floats
    promised: Floats
    delivered: Floats
    failed: Floats
    contact: Floats
    outcome: NDArray[np.int64]
    score: Floats


def episodes(state: State, brand: int) -> Episodes:
    """What a log of everybody holds of the purchases of a brand; those before it was opened are not in it.

    Args:
        state: a run lived with everybody watched, at its end.
        brand: its number.
    """
    notes = state.log[(state.log["brand"] == brand) & np.isin(state.log["what"], _NOTED)]
    notes = notes[np.argsort(notes["person"], kind="stable")]
    bought = notes["what"] == Note.BUYS
    place = np.cumsum(bought) - 1  # of the purchase that a note is about, the last one before it
    person, ordered = notes["person"][bought].astype(np.int64), notes["at"][bought]
    known = place >= 0
    known[known] = person[place[known]] == notes["person"][known]

    def of(what: Note, field: str, where: NDArray[np.bool_] | None = None) -> Floats:
        """Of each purchase the last note of a kind, nan without one."""
        chosen = known & (notes["what"] == what) & (True if where is None else where)
        found = np.full(len(person), np.nan)
        found[place[chosen][::-1]] = notes[field][chosen][::-1]  # in case of several the first one
        return found

    delivered = of(Note.USES, "at")
    failed = np.where(np.isnan(delivered), np.nan, (~np.isnan(of(Note.FAILS, "at"))).astype(float))
    spoke = notes["a"] != Outcome.SILENT
    ended = np.isin(notes["a"], (Outcome.RESOLVED, Outcome.QUICK))
    contact = of(Note.SUPPORT, "at", spoke)
    helped = ~np.isnan(of(Note.SUPPORT, "at", ended))
    outcome = np.where(np.isnan(contact), Resolved.NONE, np.where(helped, Resolved.YES, Resolved.NO))
    promised = _promised(state, brand, person, ordered, delivered)
    return Episodes(
        person, ordered, promised, delivered, failed, contact, outcome.astype(np.int64), of(Note.SURVEYED, "a")
    )


def _promised(state: State, brand: int, person: NDArray[np.int64], ordered: Floats, delivered: Floats) -> Floats:
    """When each purchase was to be there.

    Rules by history may have changed since what terms a person meets; they met those by which the delivery took as long
    as it did, on time or late.
    """
    offers = state.offers["use"]
    on_time, late = (offers[name][:, brand].astype(float) for name in ("delivery_weeks", "late_weeks"))
    first = state.first_row[np.floor(ordered).astype(np.int64)]
    now = first + state.people["kind"][person]
    rows = now[:, None]
    if len(state.cells) > 1:
        rows = np.column_stack([now, (first + state.people["stratum"][person])[:, None] + state.cells])
    took = (delivered - ordered)[:, None]
    slow = np.abs(took - on_time[rows] - late[rows]) < _ALIKE_WEEKS
    met = (np.abs(took - on_time[rows]) < _ALIKE_WEEKS) | slow
    return np.asarray(ordered + on_time[rows[np.arange(len(rows)), met.argmax(axis=1)]])
