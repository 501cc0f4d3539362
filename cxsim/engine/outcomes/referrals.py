"""Who started whose loop: the referral forest and its reproduction number."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.engine.outcomes.columns import Columns
from cxsim.engine.state import BEFORE, NOBODY, State


def _who_referred(bonds: NDArray[np.void]) -> NDArray[np.int64]:
    """Of everybody, NOBODY where nobody did; how customers from before week 0 came is not looked at."""
    return np.where(bonds["first_bought"] >= 0.0, bonds["referrer"], NOBODY).astype(np.int64)


def generations(state: State, brand: int) -> NDArray[np.int64]:
    """Depth of each buyer in the referral forest, shape (people,): 0 came by themselves, or before week 0; -1 no buyer."""
    bonds = state.bonds[:, brand]
    referrer = _who_referred(bonds)
    buyer = (bonds["purchases"] > 0) & (bonds["ended_stage"] != BEFORE)
    depth = np.where(buyer, 0, -1).astype(np.int64)
    ancestor = np.where(depth == 0, referrer, NOBODY)
    while np.any(ancestor != NOBODY):
        found = ancestor != NOBODY
        depth[found] += 1
        ancestor[found] = referrer[ancestor[found]]
    return depth


def reproduction(state: State, brand: int) -> Columns:
    """Referred buyers per buyer by generation: columns generation, buyers, referred, reproduction_number."""
    depth = generations(state, brand)
    buyers = np.bincount(depth[depth >= 0], minlength=1)
    referred = np.append(buyers[1:], 0)
    return {
        "generation": np.arange(len(buyers)),
        "buyers": buyers,
        "referred": referred,
        "reproduction_number": referred / np.maximum(buyers, 1),
    }


def forest(state: State, brand: int) -> pd.DataFrame:
    """Every buyer of a brand and who brought them: columns person, referrer (-1 for nobody), generation, week.

    Args:
        state: as lived.
        brand: its number.

    Returns:
        One row a buyer, in the order of first purchases; `week` is that of the first purchase, below 0 if
        it was in the run-in.
    """
    bonds = state.bonds[:, brand]
    depth = generations(state, brand)
    buyers = np.flatnonzero(depth >= 0)
    table = pd.DataFrame(
        {
            "person": buyers,
            "referrer": _who_referred(bonds)[buyers],
            "generation": depth[buyers],
            "week": bonds["first_bought"][buyers].astype(float),
        }
    )
    return table.sort_values("week", kind="stable").reset_index(drop=True)
