"""Who is truly ahead: all teams compared with each other as pairs, and how much of the order is luck.

Every pair of teams is compared world by world (the same customers, the same luck), with a Student t interval for each
difference. The intervals of all pairs and all figures shown are widened together by Bonferroni's rule, so that the chance
that luck makes even one of them wrong is at most 5%. From them follow the places a team may truly have: behind all who
surely are ahead of it, before all whom it surely is ahead of (Mogstad, Romano, Shaikh & Wilhelm, "Inference for ranks",
Review of Economic Studies, doi:10.1093/restud/rdad006).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Numbers = NDArray[np.float64]

WRONG = 0.05  # chance that luck makes any statement of a board wrong


@dataclass(frozen=True)
class Rank:
    """Where a team stands in one figure.

    Attributes:
        mean: over worlds.
        low: lower end of the 95% interval of this team alone.
        high: upper end of it.
        best: the best place it may truly have, from 1.
        worst: the worst place it may truly have.
        level_with_leader: whether it cannot be told apart from the team with the highest mean (which is itself).
        firsts: worlds in which nobody was ahead of it; shared first places count for each.
    """

    mean: float
    low: float
    high: float
    best: int
    worst: int
    level_with_leader: bool
    firsts: int


def standings(values: Numbers, figures_shown: int) -> list[Rank]:
    """The standing of every team in one figure, of which more is better.

    Args:
        values: one row a team, one column a world, all teams in the same worlds; at least two worlds.
        figures_shown: how many figures the board shows, which share the 5%.

    Raises:
        ValueError: if there is no team, or less than two worlds.
    """
    teams, worlds = values.shape
    if teams < 1 or worlds < 2:
        raise ValueError(f"a board needs a team and two worlds; given {teams} teams and {worlds} worlds")
    means = values.mean(axis=1)
    half = t_of(0.05, worlds) * values.std(axis=1, ddof=1) / math.sqrt(worlds)
    ahead = surely_ahead(values, figures_shown)
    leader = int(np.argmax(means))
    firsts = (values == values.max(axis=0)).sum(axis=1)
    return [
        Rank(
            float(means[team]),
            float(means[team] - half[team]),
            float(means[team] + half[team]),
            1 + int(ahead[:, team].sum()),
            teams - int(ahead[team].sum()),
            not bool(ahead[leader, team]),
            int(firsts[team]),
        )
        for team in range(teams)
    ]


def surely_ahead(values: Numbers, figures_shown: int) -> NDArray[np.bool_]:
    """Which team (row) is ahead of which (column) for all that luck can do, shape (teams, teams)."""
    teams, worlds = values.shape
    pairs = max(1, teams * (teams - 1) // 2)
    t = t_of(WRONG / (pairs * figures_shown), worlds)
    difference = values[:, None, :] - values[None, :, :]
    error = difference.std(axis=2, ddof=1) / math.sqrt(worlds)
    ahead: NDArray[np.bool_] = difference.mean(axis=2) > t * error
    return ahead


def t_of(wrong: float, worlds: int) -> float:
    """Half the width of a two-sided interval that misses with this chance, in standard errors."""
    return float(stats.t.ppf(1.0 - wrong / 2.0, worlds - 1))
