"""From a table of runs to what the analyses read: points, and the plan's advantage at each, paired by replication."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxsim.analysis.sensitivity.factor import Factor, Numbers
from cxsim.engine.outcomes.figures import FIGURE

WHERE = ("point", "world")


def advantages(
    runs: pd.DataFrame, factors: Sequence[Factor], plan: str, base: str, figure: str = "net_margin"
) -> tuple[Numbers, Numbers]:
    """The points of a study and how much better the plan is there than the base, with the same luck.

    Args:
        runs: one row a run: plan, replication, point (and world, if it has that column), one column a parameter by full
            key, one column a figure.
        factors: the parameters wanted as coordinates, k of them.
        plan: the plan judged.
        base: what it is compared with.
        figure: what counts; where less of it is better, the sign is turned.

    Returns:
        Points, shape (n, k), in the order of point (and world), and advantages, shape (n, replications).

    Raises:
        ValueError: if a run of the plan or the base is missing or twice.
    """
    where = [name for name in WHERE if name in runs]
    index = [*where, "replication"]
    sides = [runs[runs["plan"] == name].set_index(index).sort_index() for name in (plan, base)]
    unpaired = f"{plan!r} and {base!r} need the same replications at every point, each once, with numbers for {figure}"
    if any(side.index.has_duplicates for side in sides):
        raise ValueError(unpaired)
    table = (sides[0][figure] - sides[1][figure]).unstack("replication")
    if table.empty or table.isna().to_numpy().any():
        raise ValueError(unpaired)
    points = sides[0].groupby(where)[[factor.key for factor in factors]].first().loc[table.index]
    good = FIGURE[figure].good if figure in FIGURE else 1
    return points.to_numpy(float), np.asarray((good or 1) * table.to_numpy(float))
