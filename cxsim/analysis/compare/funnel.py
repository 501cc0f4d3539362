"""How far journeys with the focal brand come: of those in which it is considered, in how many it is found, chosen, bought, ..."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.analysis.compare.intervals import Estimate, HalfWidthFactor, estimate, estimate_within, student_t
from cxsim.analysis.compare.runs import Runs
from cxsim.analysis.compare.trade import by_week, ratio
from cxsim.engine.outcomes.figures import SHARE

Numbers = NDArray[np.float64]

STEPS = ("considers it", "finds what they need", "chooses it", "buys it", "uses it without trouble", "buys it again")


@dataclass(frozen=True)
class FunnelStep:
    """A step of the funnel.

    Attributes:
        name: of `STEPS`.
        share: of the journeys in which the brand is considered, in this world.
        base: the same in the base; None for runs by themselves.
        change: the paired change of the share; None for runs by themselves.
        journeys: mean number in this world.
    """

    name: str
    share: Estimate
    base: Estimate | None
    change: Estimate | None
    journeys: float


def funnel_counts(runs: Runs) -> Numbers:
    """Journeys of the focal brand that come to each of `STEPS` in the time simulated, shape (replications, steps).

    Who buys by habit need not search. Whoever is under way at the end has not come further yet.
    """

    def total(column: str) -> Numbers:
        summed: Numbers = by_week(runs, column).sum(axis=1)
        return summed

    considered = total("considered")
    found = considered - (total("searches") - total("found"))
    well = total("uses") - total("failures")
    columns = [considered, found, total("chosen"), total("purchases"), well, total("repeat_purchases")]
    return np.stack(columns, axis=1)


def funnel_of(runs: Runs, base: Runs | None = None, reach: HalfWidthFactor = student_t) -> list[FunnelStep]:
    """Every step of a world, beside those of a base if one is given; the last two are each of those who bought."""
    counts = funnel_counts(runs)
    shares = _shares(counts)
    before = _shares(funnel_counts(base)) if base else None
    return [
        FunnelStep(
            name,
            estimate_within(shares[:, place], SHARE, reach),
            None if before is None else estimate_within(before[:, place], SHARE, reach),
            None if before is None else estimate(shares[:, place] - before[:, place], reach),
            float(counts[:, place].mean()),
        )
        for place, name in enumerate(STEPS)
    ]


def _shares(counts: Numbers) -> Numbers:
    return ratio(counts, np.broadcast_to(counts[:, :1], counts.shape))


def funnel_table(runs: Runs, base: Runs | None = None, reach: HalfWidthFactor = student_t) -> pd.DataFrame:
    """One row a step: step, journeys, share with low and high; and base, difference, difference_low, difference_high."""
    rows: list[dict[str, object]] = []
    for step in funnel_of(runs, base, reach):
        row: dict[str, object] = {"step": step.name, "journeys": step.journeys}
        row |= {"share": step.share.mean, "low": step.share.low, "high": step.share.high}
        if step.base is not None and step.change is not None:
            row |= {"base": step.base.mean, "difference": step.change.mean}
            row |= {"difference_low": step.change.low, "difference_high": step.change.high}
        rows.append(row)
    return pd.DataFrame(rows)
