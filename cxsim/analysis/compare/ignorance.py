"""What is not known beside luck: a plan lived in many plausible worlds, twice in each with luck of its own."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.analysis.compare.intervals import quantile_of_t

FEWEST: Final = 8  # worlds from which it can be told what carries most
# A rank correlation has to exceed this over the root of the number of worlds: dozens of values are tried.
BY_CHANCE: Final = 3.0


@dataclass(frozen=True)
class Ignorance:
    """How a plan's worth differs between worlds that all fit what is known.

    Attributes:
        worlds: how many were lived.
        better: in how many the plan earned money on average.
        luck: half-width of the 95% interval of one life of one world that luck alone would leave.
        unknown: half-width that the worlds alone would leave, with that luck taken out.
        carrying: the key whose value goes most with the plan's worth; empty where none does more than chance.
        carried: about the share of the spread between worlds that goes with it.
        source: what the worlds come from.
    """

    worlds: int
    better: int
    luck: float
    unknown: float
    carrying: str
    carried: float
    source: str


def ignorance_of(worth: NDArray[np.float64], worlds: pd.DataFrame, source: str) -> Ignorance:
    """Split what is not sure of a plan's worth (one-way analysis of variance).

    Args:
        worth: the plan's difference in money, shape (worlds, `LIVES_OF_A_WORLD`).
        worlds: their values, one row a world, one column a key.
        source: what they come from, for people.
    """
    means = worth.mean(axis=1)
    within = float(worth.var(axis=1, ddof=1).mean())
    between = max(float(means.var(ddof=1)) - within / worth.shape[1], 0.0)
    reach = quantile_of_t(len(worth) - 1)
    carrying, carried = _carrying(means, worlds)
    return Ignorance(
        worlds=len(worth),
        better=int((means > 0.0).sum()),
        luck=reach * math.sqrt(within),
        unknown=reach * math.sqrt(between),
        carrying=carrying if between > 0.0 else "",
        carried=carried,
        source=source,
    )


def _carrying(means: NDArray[np.float64], worlds: pd.DataFrame) -> tuple[str, float]:
    """The key with the largest rank correlation, and its square without what chance adds; none where chance makes as large a one."""
    best, largest = "", BY_CHANCE / math.sqrt(len(means))
    if len(means) < FEWEST or np.ptp(means) == 0.0:
        return "", 0.0
    places = pd.Series(means).rank()
    for key in worlds.columns:
        values = worlds[key]
        if values.nunique(dropna=False) > 1:
            found = abs(float(np.corrcoef(values.rank(), places)[0, 1]))  # Spearman's, without SciPy's statistics
            if found > largest:
                best, largest = str(key), found
    by_chance = 1.0 / (len(means) - 1.0)  # of the square, where nothing goes together
    return (best, (largest**2 - by_chance) / (1.0 - by_chance)) if best else ("", 0.0)
