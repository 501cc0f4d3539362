"""The table `people`: how everybody's story with the focal brand stands at the horizon, one row a run and person."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cxsim.ledger.outcomes import STATUSES, Status, cause_name, stage_name
from cxsim.records import MONEY_UNIT, Cause, Stage
from cxsim.scenario import Scenario
from cxsim.study.lived import Lived

PEOPLE = np.dtype(
    [
        ("margin", "<i8"),  # in 1/MONEY_UNIT of the currency
        ("satisfaction", "<f4"),
        ("purchases", "<u2"),
        ("loops", "<u2"),
        ("complaints", "<u2"),
        ("converts", "<u2"),
        ("segment", "u1"),
        ("status", "u1"),
        ("stage", "u1"),
        ("cause", "u1"),
        ("customer", "?"),
    ]
)
_OF_BONDS = ("margin", "satisfaction", "purchases", "loops", "complaints", "converts", "customer")
_STAGES = [stage_name(stage) for stage in Stage]
_CAUSES = [cause_name(cause) for cause in Cause]


def people_of(lived: Lived, scenario: Scenario) -> NDArray[np.void]:
    """What the table keeps of everybody, shape (people,)."""
    kept = np.zeros(len(lived.world.people), PEOPLE)
    bonds = lived.world.bonds[:, scenario.focal]
    for name in _OF_BONDS:
        kept[name] = bonds[name]
    kept["segment"] = lived.world.people["segment"]
    for name in ("status", "stage", "cause"):
        kept[name] = getattr(lived.outcome, name)
    return kept


def people_table(
    runs: Sequence[int], people: Sequence[NDArray[np.void]], segments: Sequence[Sequence[str]], names: Sequence[str]
) -> pa.Table:
    """One row a run and person.

    Args:
        runs: their numbers.
        people: of each run, records of `PEOPLE`, shape (people,).
        segments: names of the segments, of each run.
        names: of all segments there are.
    """
    counts = [len(each) for each in people]
    everybody = np.concatenate([np.zeros(0, PEOPLE), *people])
    own = [
        np.array([names.index(name) for name in each])[of["segment"]] for each, of in zip(segments, people, strict=True)
    ]
    line = everybody["status"] == Status.line
    return pa.table(
        {
            "run": pa.array(np.repeat(np.array(runs, np.int64), counts)),
            "person": pa.array(np.concatenate([np.zeros(0, np.int32), *(np.arange(each, dtype=np.int32) for each in counts)])),
            "segment": _words(np.concatenate([np.zeros(0, np.int64), *own]), names),
            "status": _words(everybody["status"], STATUSES),
            "stage": _words(everybody["stage"], _STAGES, line),
            "cause": _words(everybody["cause"], _CAUSES, line),
            "customer": pa.array(everybody["customer"]),
            "purchases": pa.array(everybody["purchases"].astype(np.int32)),
            "loop_purchases": pa.array(everybody["loops"].astype(np.int32)),
            "failures": pa.array(everybody["complaints"].astype(np.int32)),
            "referred": pa.array(everybody["converts"].astype(np.int32)),
            "satisfaction": pa.array(everybody["satisfaction"], from_pandas=True),
            "margin": pa.array(everybody["margin"] / MONEY_UNIT),
        }
    )  # fmt: skip


def _words(
    numbers: NDArray[np.generic], words: Sequence[str], where: NDArray[np.bool_] | None = None
) -> pa.DictionaryArray:
    """The words that numbers stand for; null except where asked."""
    places = pa.array(numbers.astype(np.int32), mask=None if where is None else ~where)
    return pa.DictionaryArray.from_arrays(places, pa.array(words, pa.string()))
