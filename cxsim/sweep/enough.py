"""How many replications a study takes until a figure is known as well as it was asked for, everywhere.

With plans, what has to be known is the difference of each plan at each point and in each world, else the figure itself.
The first stage is `replications` of the study file; it sets the number of all, in one step (two stages after Stein, see
`cxsim.study.stopping`), so that a study that is killed and resumed comes to the same number, whoever lives it.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.study.stopping import replications_for, two_stages
from cxsim.sweep.design.study import Enough
from cxsim.sweep.pairing import Cells, figure_of_runs
from cxsim.sweep.plan import Plan
from cxsim.sweep.store.folder import Store


def replications_wanted(store: Store, plan: Plan, enough: Enough) -> int:
    """How many replications the place that varies most takes, or as many as are allowed; the study is complete so far."""
    first = plan.reading.study.replications
    series = _series(figure_of_runs(store.folder, enough.figure, plan.grid, plan.space)[:first])
    return min(enough.most, max(replications_for(values, enough.half_width) for values in series))


def precision(store: Store, plan: Plan, enough: Enough) -> pd.DataFrame:
    """One row a point, world and plan: mean of the figure (with plans: its difference), half-width, whether it is enough.

    Intervals hold the truth in at least 95% of studies, each by itself, if replications are normal.
    """
    cells = figure_of_runs(store.folder, enough.figure, plan.grid, plan.space)
    found = [two_stages(values, plan.reading.study.replications) for values in _series(cells)]
    names = plan.grid.plans[1:] or plan.grid.plans
    points, worlds = range(len(plan.grid.points)), range(len(plan.grid.worlds))
    table = pd.MultiIndex.from_product([points, worlds, names], names=["point", "world", "plan"]).to_frame(index=False)
    table["figure"] = enough.figure
    table["replications"] = np.isfinite(_series(cells)).sum(axis=1)
    table["mean"], table["half_width"] = zip(*found, strict=True)
    table["enough"] = table["half_width"] <= enough.half_width
    return table


def in_words(table: pd.DataFrame, enough: Enough) -> str:
    """What came of it, in one sentence."""
    places, widest = f"{len(table):,} places (95% each)", table["half_width"].max()
    still = int(table["half_width"].isna().sum())
    if table["enough"].all():
        return f"{enough.figure} is known to {widest:,.4g} or better at all {places}."
    said = f"{enough.figure} is known to {enough.half_width:,.4g} at {table['enough'].sum():,} of {places}"
    if widest > enough.half_width:
        said += f"; the widest half-width is {widest:,.4g}"
    if still:
        said += f"; at {still:,} the first replications did not differ, so there is no spread to go by"
    return f"{said}."


def _series(cells: Cells) -> NDArray[np.float64]:
    """What has to be known, one row a place: shape (places, replications)."""
    if cells.shape[-1] > 1:
        cells = cells[..., 1:] - cells[..., :1]
    return cells.reshape(len(cells), -1).T
