"""How well the figures of a study are known: how many replications `[until]` takes, and what the same luck saved.

With plans, what has to be known is the difference of each plan at each point and in each world, else the figure itself.
The first stage is `replications` of the study file; it sets the number of all, in one step (two stages after Stein, see
`cxsim.analysis.compare.stopping`), so that a study that is killed and resumed comes to the same number, whoever lives it.

Pairing saves variance of differences, beside that of independent seeds. Two scenarios are compared replication by
replication: each plan with the market at the same point and world or, in a study without plans, each point with the
first one in the same world. Independent seeds would give their difference the variance var A + var B; the same luck
gives var (B - A). Both are added up over all places before they are divided, so that a place where nothing happens
counts for nothing.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.analysis.compare.stopping import replications_for, two_stages
from cxsim.analysis.sweep.checksums import read
from cxsim.analysis.sweep.numbering import Space
from cxsim.analysis.sweep.study import BASE, Precision, Study

FIGURES_PAIRED = ("loops", "net_margin")

Cells = NDArray[np.float64]  # shape (replications, points, worlds, plans); nan where there was nothing to measure


def figure_of_runs(folder: Path, figure: str, space: Space) -> Cells:
    """A figure of all runs of a study that is complete: 8 bytes a run in memory, one block at a time read."""
    cells = np.full(space.runs, np.nan)
    for block in sorted((folder / "runs").glob("block-*.parquet")):
        table = read(folder, f"runs/{block.name}", ["run", figure])
        cells[table["run"].to_numpy()] = table[figure].to_numpy()
    return cells.reshape(space.replications, len(space.points), len(space.worlds), len(space.plans))


def pairing(folder: Path, space: Space, figures: Sequence[str] = FIGURES_PAIRED) -> pd.DataFrame:
    """One row a comparison and figure: the share of variance that pairing saved, and what a pair was worth.

    Returns:
        Columns plan, against, figure, places, replications, variance_saved (1 - var(B - A) / (var A + var B), negative
        where pairing did harm), worth (so many independent pairs tell as much as one with the same luck); empty with
        one replication or nothing to compare.
    """
    rows = []
    for figure in figures:
        for plan, against, a, b in _compared(figure_of_runs(folder, figure, space), space):
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


def _compared(cells: Cells, space: Space) -> Iterator[tuple[str, str, Cells, Cells]]:
    """(name, against what, both) of every comparison, shape (replications, places)."""
    count = len(cells)
    if len(space.plans) > 1:
        for number, plan in enumerate(space.plans[1:], start=1):
            yield plan, BASE, cells[..., 0].reshape(count, -1), cells[..., number].reshape(count, -1)
    elif len(space.points) > 1:
        others = cells[:, 1:]
        yield (
            "other points",
            "point 0",
            np.broadcast_to(cells[:, :1], others.shape).reshape(count, -1),
            others.reshape(count, -1),
        )


def replications_wanted(folder: Path, space: Space, study: Study, enough: Precision) -> int:
    """How many replications the place that varies most takes, or as many as are allowed; the study is complete so far."""
    series = _series(figure_of_runs(folder, enough.figure, space)[: study.replications])
    return min(enough.most, max(replications_for(values, enough.half_width) for values in series))


def precision(folder: Path, space: Space, study: Study, enough: Precision) -> pd.DataFrame:
    """One row a point, world and plan: mean of the figure (with plans: its difference), half-width, whether it is enough.

    Intervals hold the truth in at least 95% of studies, each by itself, if replications are normal.
    """
    cells = figure_of_runs(folder, enough.figure, space)
    found = [two_stages(values, study.replications) for values in _series(cells)]
    names = space.plans[1:] or space.plans
    points, worlds = range(len(space.points)), range(len(space.worlds))
    table = pd.MultiIndex.from_product([points, worlds, names], names=["point", "world", "plan"]).to_frame(index=False)
    table["figure"] = enough.figure
    table["replications"] = np.isfinite(_series(cells)).sum(axis=1)
    table["mean"], table["half_width"] = zip(*found, strict=True)
    table["enough"] = table["half_width"] <= enough.half_width
    return table


def in_words(table: pd.DataFrame, enough: Precision) -> str:
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
