"""The tally as tidy tables, in natural units."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.measures import Measure
from cxsim.engine.outcomes.columns import Columns, words
from cxsim.engine.state import MONEY_UNIT, TIME_UNIT, State

LINE_MEASURES = tuple(measure for measure in Measure if measure.name.startswith("lines_"))


def column_of(measure: Measure) -> str:
    """The column name of a measure; times say their unit."""
    name = measure.name
    return f"{name.removesuffix('_time')}_weeks" if name.endswith("_time") else name


def unit_of(measure: Measure) -> float:
    """What a count of one in the tally is worth in the unit of its column."""
    if measure.name.endswith("_money"):
        return 1.0 / MONEY_UNIT
    if measure.name.endswith(("_time", "_sum")):
        return 1.0 / TIME_UNIT
    return 1.0


def weekly_table(state: State, brands: list[str], counted: Sequence[str] = ()) -> Columns:
    """One row a week and brand, one column a measure; money in currency, times in weeks; then what mechanisms count."""
    weeks, count, _ = state.tally.shape
    columns: Columns = {"week": np.repeat(np.arange(weeks), count), "brand": words(brands * weeks)}
    for measure in Measure:
        values = state.tally[:, :, measure].reshape(-1)
        columns[column_of(measure)] = values if unit_of(measure) == 1.0 else values * unit_of(measure)
    return columns | {name: counts_in_units(state.counted, name).reshape(-1) for name in counted}


def counts_in_units(counted: NDArray[np.void], name: str) -> NDArray[np.generic]:
    """What a mechanism counts by week and brand, shape (weeks, brands): whole numbers, or money in currency."""
    values: NDArray[np.int64] = counted[name]
    return values if unit_of_count(name) == 1.0 else values * unit_of_count(name)


def unit_of_count(name: str) -> float:
    """What a count of one is worth in the unit of its column, for what mechanisms count."""
    return 1.0 / MONEY_UNIT if name.endswith("_money") else 1.0


def total(state: State, brand: int, measure: Measure) -> float:
    """A measure of a brand summed over the weeks lived, in natural units."""
    return float(state.tally[:, brand, measure].sum()) * unit_of(measure)
