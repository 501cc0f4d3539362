"""How long loops are: the time between two purchases of the same customer."""

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.outcomes.columns import Columns
from cxsim.engine.state import State

BINS = 52  # about so many over the horizon


def mean_loops(state: State, brand: int) -> NDArray[np.float64]:
    """Each repeat buyer's mean time between two purchases in weeks, (last - first) / (purchases - 1)."""
    bonds = state.bonds[:, brand]
    looped = (bonds["purchases"] > 1) & (bonds["last_bought"] >= 0.0)
    first, last = bonds["first_bought"][looped], bonds["last_bought"][looped]
    weeks: NDArray[np.float64] = (last - first) / (bonds["purchases"][looped] - 1.0)
    return weeks


def loop_lengths(state: State, brand: int, horizon_weeks: int) -> Columns:
    """Repeat buyers by their mean time between two purchases: columns weeks, where a class begins, and people.

    Classes are whole weeks wide, so that about 52 of them fill the horizon. A loop longer than the horizon cannot be
    seen, so long ones are missing the more, the shorter the horizon.
    """
    width = max(1, round(horizon_weeks / BINS))
    edges = np.arange(0.0, horizon_weeks + width + 1.0, width)
    people, _ = np.histogram(mean_loops(state, brand), edges)
    return {"weeks": edges[:-1], "people": people}
