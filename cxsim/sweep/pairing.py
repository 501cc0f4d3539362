"""What pairing saved: the variance of a difference lived with the same luck, beside that of independent seeds.

Two scenarios are compared replication by replication: each plan with the market at the same point and world or, in a
study without plans, each point with the first one in the same world. Independent seeds would give their difference the
variance var A + var B; the same luck gives var (B - A). Both are added up over all places before they are divided, so
that a place where nothing happens counts for nothing.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cxsim.sweep.design.grid import Grid
from cxsim.sweep.design.space import KeySpace
from cxsim.sweep.design.study import BASE

FIGURES_PAIRED = ("loops", "net_margin")

Cells = NDArray[np.float64]  # shape (replications, points, worlds, plans); nan where there was nothing to measure


def figure_of_runs(folder: Path, figure: str, grid: Grid, space: KeySpace) -> Cells:
    """A figure of all runs of a study that is complete: 8 bytes a run in memory, one block at a time read."""
    cells = np.full(space.runs, np.nan)
    for block in sorted((folder / "runs").glob("block-*.parquet")):
        table = pq.read_table(block, columns=["run", figure])
        cells[table["run"].to_numpy()] = table[figure].to_numpy()
    return cells.reshape(space.replications, len(grid.points), len(grid.worlds), len(grid.plans))


def pairing(folder: Path, grid: Grid, space: KeySpace, figures: Sequence[str] = FIGURES_PAIRED) -> pd.DataFrame:
    """One row a comparison and figure: the share of variance that pairing saved, and what a pair was worth.

    Returns:
        Columns plan, against, figure, places, replications, variance_saved (1 - var(B - A) / (var A + var B), negative
        where pairing did harm), worth (so many independent pairs tell as much as one with the same luck); empty with
        one replication or nothing to compare.
    """
    rows = []
    for figure in figures:
        for plan, against, a, b in _compared(figure_of_runs(folder, figure, grid, space), grid):
            known = np.isfinite(a) & np.isfinite(b)
            usable = known.sum(axis=0) > 1
            if not usable.any():
                continue
            a, b = (np.where(known, each, np.nan)[:, usable] for each in (a, b))
            apart = (np.nanvar(a, axis=0, ddof=1) + np.nanvar(b, axis=0, ddof=1)).sum()
            together = np.nanvar(b - a, axis=0, ddof=1).sum()
            saved = 1.0 - together / apart if apart > 0.0 else np.nan
            worth = apart / together if together > 0.0 else np.nan
            rows.append((plan, against, figure, int(usable.sum()), space.replications, saved, worth))
    columns = ["plan", "against", "figure", "places", "replications", "variance_saved", "worth"]
    return pd.DataFrame(rows, columns=columns)


def _compared(cells: Cells, grid: Grid) -> Iterator[tuple[str, str, Cells, Cells]]:
    """(name, against what, both) of every comparison, shape (replications, places)."""
    count = len(cells)
    if len(grid.plans) > 1:
        for number, plan in enumerate(grid.plans[1:], start=1):
            yield plan, BASE, cells[..., 0].reshape(count, -1), cells[..., number].reshape(count, -1)
    elif len(grid.points) > 1:
        others = cells[:, 1:]
        yield (
            "other points",
            "point 0",
            np.broadcast_to(cells[:, :1], others.shape).reshape(count, -1),
            others.reshape(count, -1),
        )
