"""The tables of a block: `runs` (a row a run: parameters and figures), `weeks` (run, week and brand), `people` (run and person)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from cxsim.ledger.figures import FIGURES
from cxsim.ledger.weekly import column_of, unit_of
from cxsim.measures import Measure
from cxsim.sweep.design.grid import Grid
from cxsim.sweep.design.space import Key
from cxsim.sweep.store.left import Left
from cxsim.sweep.store.people import people_table as table_of_people

_WORD = pa.dictionary(pa.int32(), pa.string())
_FRONT = (
    ("run", pa.int64()), ("id", pa.string()), ("point", pa.int64()), ("world", pa.int64()), ("plan", _WORD),
    ("replication", pa.int64()), ("seed", pa.int64()),
)  # fmt: skip
_NONE = np.zeros(0, np.int64)
_MEASURES = [(column_of(measure), unit_of(measure), measure) for measure in Measure]


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
    figures = np.array([nothing if each.figures is None else each.figures for each in left]).reshape(-1, len(FIGURES))
    for number, figure in enumerate(FIGURES):
        columns[figure.name] = pa.array(figures[:, number], from_pandas=True)  # nan becomes null
    columns["error"] = pa.array([each.error or None for each in left], pa.string())
    return pa.table(columns)


def weeks_table(grid: Grid, keys: Sequence[Key], left: Sequence[Left]) -> pa.Table:
    """One row a run, week and brand; counts are whole, money in currency, times in weeks. Failed runs have no rows."""
    names = _all_of(grid, grid.brands)
    lived = [(key, each.weeks) for key, each in zip(keys, left, strict=True) if each.weeks is not None]
    runs, weeks, brands = [_NONE], [_NONE], [_NONE]
    for key, columns_of_run in lived:
        own = [names.index(name) for name in grid.brands[grid.place(key.scenario)[2]]]
        rows = len(columns_of_run[0])
        runs.append(np.full(rows, key.run))
        weeks.append(np.repeat(np.arange(rows // len(own)), len(own)))
        brands.append(np.tile(own, rows // len(own)))
    counts = list(zip(*([_NONE] * len(Measure), *(columns_of_run for _, columns_of_run in lived)), strict=True))
    columns = {
        "run": pa.array(np.concatenate(runs)),
        "week": pa.array(np.concatenate(weeks), pa.int32()),
        "brand": pa.DictionaryArray.from_arrays(pa.array(np.concatenate(brands), pa.int32()), pa.array(names)),
    }
    for name, unit, measure in _MEASURES:
        column = np.concatenate(counts[measure], dtype=np.int64)
        columns[name] = pa.array(column if unit == 1.0 else column * unit)
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
