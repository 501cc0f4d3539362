"""The tally as tidy tables, in natural units."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.measures import Measure
from cxsim.records import MONEY_UNIT, TIME_UNIT, World

LINE_MEASURES = tuple(measure for measure in Measure if measure.name.startswith("lines_"))


def column_of(measure: Measure) -> str:
    """The column name of a measure; times say their unit."""
    name = measure.name
    return f"{name.removesuffix('_time')}_weeks" if name.endswith("_time") else name


def unit_of(measure: Measure) -> float:
    """What a count of one in the tally is worth in the unit of its column."""
    if measure.name.endswith("_money"):
        return 1.0 / MONEY_UNIT
    if measure.name.endswith(("_time", "satisfaction_sum")):
        return 1.0 / TIME_UNIT
    return 1.0


def weekly_table(world: World, brands: list[str]) -> pd.DataFrame:
    """One row a week and brand, one column a measure; money in currency, times in weeks."""
    weeks, count, _ = world.tally.shape
    columns: dict[str, NDArray[np.generic] | list[str]] = {
        "week": np.repeat(np.arange(weeks), count),
        "brand": brands * weeks,
    }
    for measure in Measure:
        values = world.tally[:, :, measure].reshape(-1)
        columns[column_of(measure)] = values if unit_of(measure) == 1.0 else values * unit_of(measure)
    return pd.DataFrame(columns)


def total(world: World, brand: int, measure: Measure) -> float:
    """A measure of a brand summed over the weeks lived, in natural units."""
    return float(world.tally[:, brand, measure].sum()) * unit_of(measure)
