"""A plan over uncertain worlds: in how many it wins, and the spread across worlds beside that of luck."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.sensitivity.factor import Numbers

MIDDLE = (0.025, 0.975)  # of the worlds


@dataclass(frozen=True)
class OverWorlds:
    """A plan's advantage in every world.

    Attributes:
        table: one row a world: world (its number in the study), advantage with its 95% interval over replications (low,
            high), verdict: wins, loses, or undecided where the interval holds zero.
        mean: the advantage in the mean of these worlds, with the 95% interval that luck leaves.
        middle: the worlds' own range, from 2.5% to 97.5% of them; the luck left in every world's mean is in it.
        luck: half-width of the interval that luck leaves in a single world (root mean square).
        spread: standard deviation between worlds with that luck taken out; 0 where luck explains all of it.
        replications: pairs behind every world's mean.
    """

    table: pd.DataFrame = field(repr=False)
    mean: Estimate
    middle: tuple[float, float]
    luck: float
    spread: float
    replications: int

    @property
    def wins(self) -> int:
        """Worlds in which the mean advantage is positive."""
        return int((self.table["advantage"] > 0.0).sum())

    def share_of(self, verdict: str) -> int:
        """Worlds of a verdict."""
        return int((self.table["verdict"] == verdict).sum())


def over_worlds(values: Numbers, worlds: NDArray[np.intp]) -> OverWorlds:
    """Count the worlds in which a plan wins, and hold their spread against that of luck.

    Luck is common to the worlds, so most of it drops out of differences between them. What is left is estimated from
    what worlds and replications do together (two-way analysis of variance without repetition), and taken out of
    the variance between worlds.

    Args:
        values: the plan's advantage, shape (worlds, replications), more is better.
        worlds: their numbers, shape (worlds,).
    """
    each = [estimate(row) for row in values]
    mean, low, high = (np.array([getattr(one, end) for one in each]) for end in ("mean", "low", "high"))
    decided = np.array([one.decided for one in each])
    table = pd.DataFrame({"world": worlds, "advantage": mean, "low": low, "high": high})
    table["verdict"] = np.select([~decided, mean > 0.0], ["undecided", "wins"], "loses")
    together = values - mean[:, None] - values.mean(axis=0) + values.mean()
    count, replications = values.shape
    freedom = (count - 1) * (replications - 1)
    left = float((together**2).sum()) / freedom / replications if freedom else np.nan
    between = float(mean.var(ddof=1)) if count > 1 else np.nan
    return OverWorlds(
        table,
        estimate(values.mean(axis=0)),
        (float(np.quantile(mean, MIDDLE[0])), float(np.quantile(mean, MIDDLE[1]))),
        float(np.sqrt(np.mean(((high - low) / 2.0) ** 2))),
        float(np.sqrt(max(between - left, 0.0))),
        replications,
    )
