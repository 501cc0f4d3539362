"""What a study will live: its scenarios and its runs, from its file or from the folder where it was begun."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd
import pyarrow
import pyarrow.parquet as pq

from cxsim.study.folder import ResultsExistError, versions
from cxsim.study.results import scenario_hash
from cxsim.sweep.design.grid import Grid
from cxsim.sweep.design.keys import Record
from cxsim.sweep.design.points import axes_of, check_points, points_of, uncertain_axes_of, worlds_of
from cxsim.sweep.design.space import Key, KeySpace
from cxsim.sweep.design.study import BASE, Reading
from cxsim.sweep.store.folder import Store
from cxsim.sweep.store.tables import values_of
from cxsim.sweep.workers.work import Chunk, Lives

WORDS = ("name", "labels")  # of a study: what readers are told; no run depends on them


@dataclass(frozen=True)
class Plan:
    """What a study will live.

    Attributes:
        reading: the study as read.
        grid: its scenarios.
        space: its runs.
        records: the market and the plans as they travel, by name.
    """

    reading: Reading
    grid: Grid
    space: KeySpace
    records: dict[str, Record]


def planned(reading: Reading) -> Plan:
    """The design and the worlds drawn, the runs numbered.

    Raises:
        StudyError: if the study is wrong.
    """
    points, worlds = points_of(reading), worlds_of(reading)
    check_points(reading, points, worlds)
    grid = _grid(reading, points, worlds)
    return Plan(reading, grid, KeySpace(len(grid)).expanded(reading.study.replications), reading.records)


def _grid(reading: Reading, points: pd.DataFrame, worlds: pd.DataFrame) -> Grid:
    scenarios = reading.scenarios
    hashes = {name: scenario_hash(scenario) for name, scenario in scenarios.items()}
    brands = {name: scenario.brands for name, scenario in scenarios.items()}
    segments = {name: list(scenario.segments()) for name, scenario in scenarios.items()}
    return Grid(points, worlds, tuple(scenarios), hashes, brands, segments, reading.study.seed)


def manifest_of(plan: Plan) -> dict[str, object]:
    """What sweep.json says when a study begins."""
    return {
        **versions(),
        "pyarrow": pyarrow.__version__,
        "study": record_of_study(plan.reading),
        "content": plan.grid.hashes,
        **_told(plan.reading),
        **plan.space.as_json(),
    }


def _told(reading: Reading) -> dict[str, object]:
    """What readers of the tables need to know of the scenarios, which may be gone by then."""
    base, design, worlds = reading.scenarios[BASE], axes_of(reading), uncertain_axes_of(reading)
    return {
        "market": {name: getattr(base.market, name) for name in ("focal", "currency", "people", "horizon_weeks")},
        "names": {name: scenario.name for name, scenario in reading.scenarios.items()},
        "factors": [asdict(axis) for axis in design],
        "uncertain": [asdict(axis) for axis in worlds],
    }


def record_of_study(reading: Reading) -> dict[str, Any]:
    """What a study file says, ready for JSON."""
    return reading.study.model_dump(mode="json", by_alias=True)


def found(store: Store, reading: Reading, manifest: dict[str, Any]) -> Plan:
    """The study in the folder, if it is this one; its words may be new.

    Raises:
        ResultsExistError: if it is another one, or was begun with another cxsim.
    """
    here, found = record_of_study(reading), manifest["study"]
    different = [key for key in here if key not in WORDS and here[key] != found.get(key)]
    points = values_of(pq.read_table(store.folder / "points.parquet"))
    worlds = values_of(pq.read_table(store.folder / "worlds.parquet"))
    grid = _grid(reading, points, worlds)
    different += [f"content of {name}" for name, value in grid.hashes.items() if manifest["content"].get(name) != value]
    if different == ["replications"]:
        message = f"holds {found['replications']} replications of this study; --expand adds more"
        raise ResultsExistError(f"{store.folder} {message}")
    if different:
        raise ResultsExistError(f"{store.folder} holds another study (different: {', '.join(different)})")
    if manifest["cxsim"] != versions()["cxsim"]:
        message = f"was begun with cxsim {manifest['cxsim']}, whose numbers may differ from this {versions()['cxsim']}"
        raise ResultsExistError(f"{store.folder} {message}; go on with that version")
    return Plan(reading, grid, KeySpace.from_json(manifest), reading.records)


def chunker(plan: Plan) -> Callable[[list[Key]], Chunk]:
    """What makes a chunk of work of some runs: those of the same scenario together."""

    def chunk(keys: list[Key]) -> Chunk:
        runs: dict[int, list[tuple[int, int]]] = {}
        for key in keys:
            runs.setdefault(key.scenario, []).append((key.run, key.replication))
        grid = plan.grid
        lives = [Lives(plan.records[grid.place(each)[2]], grid.values(each), own) for each, own in runs.items()]
        return Chunk(grid.seed, plan.reading.study.weeks, plan.reading.study.people, lives)

    return chunk
