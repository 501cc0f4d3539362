"""The tables of a block: `runs` (a row a run: parameters and figures), `weeks` (run, week and brand), `people` (run and person)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from cxsim.ledger.figures import FIGURES
from cxsim.ledger.weekly import column_of, unit_of
from cxsim.measures import Measure
from cxsim.sweep.keys import Value, Values
from cxsim.sweep.left import Left
from cxsim.sweep.people import people_table as table_of_people
from cxsim.sweep.space import Key

_WORD = pa.dictionary(pa.int32(), pa.string())
_FRONT = (
    ("run", pa.int64()), ("id", pa.string()), ("point", pa.int64()), ("world", pa.int64()), ("plan", _WORD),
    ("replication", pa.int64()), ("seed", pa.int64()),
)  # fmt: skip
_MEASURES = [(column_of(measure), unit_of(measure), measure) for measure in Measure]


@dataclass(frozen=True)
class Grid:
    """The scenarios of a study: every design point x world x plan, by one number.

    Attributes:
        points: one row a point, one column a factor.
        worlds: one row a world, one column an uncertain key.
        plans: names, the base first.
        hashes: content of the market and of each plan, by name.
        brands: names of the brands, by plan.
        segments: names of the segments, by plan.
        seed: of all luck.
    """

    points: pd.DataFrame
    worlds: pd.DataFrame
    plans: tuple[str, ...]
    hashes: dict[str, str]
    brands: dict[str, list[str]]
    segments: dict[str, list[str]]
    seed: int

    def __len__(self) -> int:
        return len(self.points) * len(self.worlds) * len(self.plans)

    def place(self, scenario: int) -> tuple[int, int, str]:
        """(point, world, plan) of a scenario's number."""
        rest, plan = divmod(scenario, len(self.plans))
        point, world = divmod(rest, len(self.worlds))
        return point, world, self.plans[plan]

    def values(self, scenario: int) -> Values:
        """The values of a scenario, by full key."""
        point, world, _ = self.place(scenario)
        values = {key: column[point] for key, column in self._of_points.items()}
        return values | {key: column[world] for key, column in self._of_worlds.items()}

    @cached_property
    def _of_points(self) -> dict[str, list[Value]]:
        return _columns(self.points)

    @cached_property
    def _of_worlds(self) -> dict[str, list[Value]]:
        return _columns(self.worlds)

    def run_id(self, key: Key) -> str:
        """Hash of what a run is: content of its market and plan, values, seed, replication; not the versions."""
        _, _, plan = self.place(key.scenario)
        content = [self.hashes[plan], self.values(key.scenario), self.seed, key.replication]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def _columns(table: pd.DataFrame) -> dict[str, list[Value]]:
    return {str(key): table[key].tolist() for key in table.columns}


def design_table(name: str, values: pd.DataFrame) -> pa.Table:
    """The points or worlds with their numbers in front."""
    numbers = pa.table({name: pa.array(range(len(values)), pa.int64())})
    for key in values.columns:
        numbers = numbers.append_column(str(key), pa.array(values[key].tolist()))
    return numbers


def values_of(table: pa.Table) -> pd.DataFrame:
    """The points or worlds back from their table; numbers, flags and words keep their types."""
    keys = table.column_names[1:]
    return pd.DataFrame({key: table[key].to_pandas() for key in keys}, index=range(table.num_rows))


def runs_table(grid: Grid, keys: Sequence[Key], left: Sequence[Left]) -> pa.Table:
    """One row a run; a figure is null where there was nothing to measure, all are where the run failed."""
    places = [grid.place(key.scenario) for key in keys]
    front: list[list[Any]] = [
        [key.run for key in keys],
        [grid.run_id(key) for key in keys],
        [point for point, _, _ in places],
        [world for _, world, _ in places],
        [plan for _, _, plan in places],
        [key.replication for key in keys],
        [grid.seed] * len(keys),
    ]
    columns = {name: pa.array(values, kind) for (name, kind), values in zip(_FRONT, front, strict=True)}
    values = [grid.values(key.scenario) for key in keys]
    for design in (grid.points, grid.worlds):
        for field in design_table("number", design).schema:
            if field.name != "number":
                columns[field.name] = pa.array([row[field.name] for row in values], field.type)
    nothing = np.full(len(FIGURES), np.nan)
    figures = np.array([nothing if each.figures is None else each.figures for each in left])
    for number, figure in enumerate(FIGURES):
        columns[figure.name] = pa.array(figures[:, number], from_pandas=True)  # nan becomes null
    columns["error"] = pa.array([each.error or None for each in left], pa.string())
    return pa.table(columns)


def weeks_table(grid: Grid, keys: Sequence[Key], left: Sequence[Left]) -> pa.Table:
    """One row a run, week and brand; counts are whole, money in currency, times in weeks. Failed runs have no rows."""
    runs, weeks, brands = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    tallies = [np.zeros((len(Measure), 0), np.int64)]
    names = _all_of(grid, grid.brands)
    for key, each in zip(keys, left, strict=True):
        if each.tally is None:
            continue
        count, rivals, _ = each.tally.shape
        own = [names.index(name) for name in grid.brands[grid.place(key.scenario)[2]]]
        runs.append(np.full(count * rivals, key.run))
        weeks.append(np.repeat(np.arange(count), rivals))
        brands.append(np.tile(own, count))
        tallies.append(np.moveaxis(each.tally, -1, 0).reshape(len(Measure), -1))
    tally = np.concatenate(tallies, axis=1)
    word = pa.DictionaryArray.from_arrays(pa.array(np.concatenate(brands), pa.int32()), pa.array(names))
    columns = {
        "run": pa.array(np.concatenate(runs)),
        "week": pa.array(np.concatenate(weeks), pa.int32()),
        "brand": word,
    }
    for name, unit, measure in _MEASURES:
        columns[name] = pa.array(tally[measure] if unit == 1.0 else tally[measure] * unit)
    return pa.table(columns)


def people_table(grid: Grid, keys: Sequence[Key], left: Sequence[Left]) -> pa.Table:
    """One row a run and person, their story with the focal brand at the horizon. Failed runs have no rows."""
    lived = [(key, each.people) for key, each in zip(keys, left, strict=True) if each.people is not None]
    segments = [grid.segments[grid.place(key.scenario)[2]] for key, _ in lived]
    people = [each for _, each in lived]
    return table_of_people([key.run for key, _ in lived], people, segments, _all_of(grid, grid.segments))


def _all_of(grid: Grid, names: Mapping[str, Sequence[str]]) -> list[str]:
    """Every name that the market or a plan has, in a fixed order."""
    return list(dict.fromkeys(name for plan in grid.plans for name in names[plan]))
