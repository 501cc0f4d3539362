"""Write the hashes of the ledgers of every ready scenario, small, into ledgers.json: `python -m tests.engines.make_ledgers`.

Only after a change of the model, with an entry under "Numbers may change" in the changelog.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.simulate import Run, simulate
from cxsim.scenario import load, scenario_names

FILE = Path(__file__).with_name("ledgers.json")
SMALL = ["market.people=400", "market.horizon_weeks=60"]


def hash_of(run: Run) -> str:
    """Of everything that a run leaves: records field by field, the tally, the figures and the money of every week."""
    digest = hashlib.sha256()
    for records in (run.state.people, run.state.bonds, run.state.standings):
        for name, column in columns(records):
            digest.update(name.encode() + column.tobytes())
    digest.update(run.state.due.tobytes() + run.state.tally.tobytes())
    digest.update(json.dumps(run.figures).encode() + run.margin.tobytes() + run.cost.tobytes())
    return digest.hexdigest()


def columns(records: NDArray[np.void]) -> Iterator[tuple[str, NDArray[np.generic]]]:
    """Name and values of every field, those that a mechanism keeps too; the bytes between them mean nothing."""
    for name in sorted(records.dtype.names or ()):
        yield from columns(records[name]) if records[name].dtype.names else ((name, records[name]),)


def hashes(names: Iterable[str] = ()) -> dict[str, str]:
    """By name of the scenario, of these or of all."""
    chosen = list(names) or scenario_names()
    return {name: hash_of(simulate(load(name, SMALL), seed=7, replication=3)) for name in chosen}


if __name__ == "__main__":
    FILE.write_text(json.dumps(hashes(), indent=2) + "\n", encoding="utf-8")
