"""The referral forest: who brought whom, and when."""

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from cxsim.data.histories import Numbers
from cxsim.engine.state import NOBODY
from cxsim.interface.charts.look import FIRST_CYCLE, INK, REFERRAL, caption, new_axes, thick, title

MOST: Final = 70  # people drawn


class _PlacedPeople(NamedTuple):
    """People drawn: row and week of each, and of the one who brought them (nan for nobody)."""

    rows: Numbers
    weeks: Numbers
    from_rows: Numbers
    from_weeks: Numbers
    trees: int


def forest(buyers: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """The largest trees of a referral forest of one replication: blue came by themselves, purple were brought.

    Args:
        buyers: from `cxsim.engine.outcomes.referrals.forest`.
        ax: where to draw; a figure of its own when left out.
    """
    ax = ax or new_axes(8.0, 6.0)
    placed = _place(buyers)
    brought = np.isfinite(placed.from_rows)
    steps = np.stack(
        [
            np.column_stack([placed.from_weeks, placed.from_rows]),
            np.column_stack([placed.from_weeks, placed.rows]),
            np.column_stack([placed.weeks, placed.rows]),
        ],
        axis=1,
    )
    ax.add_collection(LineCollection(list(steps[brought]), colors=REFERRAL, linewidths=thick(0.8), zorder=1))
    for some, colour in ((~brought, FIRST_CYCLE), (brought, REFERRAL)):
        ax.plot(placed.weeks[some], placed.rows[some], "o", color=colour, markersize=thick(3.0), zorder=2)
    ax.set_ylim(max(1.0, float(np.max(placed.rows, initial=0.0)) + 1.5), -1.5)
    ax.set_xlim(left=min(0.0, ax.get_xlim()[0]))
    ax.set_yticks([])
    ax.set_xlabel("weeks from the start to the first purchase")
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    if not placed.trees:
        ax.text(0.5, 0.5, "Nobody brings anybody", transform=ax.transAxes, ha="center", color=INK)
    title(ax, "Who brought whom")
    caption(ax, _caption(buyers, placed.trees))
    return ax


def _place(buyers: pd.DataFrame) -> _PlacedPeople:
    """The largest trees below each other; within a tree, whoever was brought stands below their referrer."""
    people, referrers = buyers["person"].tolist(), buyers["referrer"].tolist()
    week = dict(zip(people, buyers["week"].tolist(), strict=True))
    children: dict[int, list[int]] = {}
    for person, referrer in zip(people, referrers, strict=True):
        children.setdefault(referrer, []).append(person)
    roots = [person for person in children.pop(NOBODY, []) if person in children]
    trees = sorted((_order(root, children) for root in roots), key=len, reverse=True)
    rows: list[tuple[float, float, float, float]] = []
    drawn = 0
    for tree in trees:
        if rows and len(rows) + len(tree) > MOST:
            break
        first = float(len(rows) + drawn)  # an empty row between trees
        row = {person: first + place for place, (person, _) in enumerate(tree)}
        rows += [
            (
                row[person],
                week[person],
                row.get(referrer, np.nan),
                week.get(referrer, np.nan) if referrer in row else np.nan,
            )
            for person, referrer in tree
        ]
        drawn += 1
    at, weeks, from_rows, from_weeks = np.array(rows, float).reshape(-1, 4).T
    return _PlacedPeople(at, weeks, from_rows, from_weeks, drawn)


def _order(root: int, children: dict[int, list[int]]) -> list[tuple[int, int]]:
    """Everybody in a tree with their referrer: each person, then all they brought, the earliest first."""
    order, waiting = [], [(root, NOBODY)]
    while waiting:
        person, referrer = waiting.pop()
        order.append((person, referrer))
        waiting += [(child, person) for child in reversed(children.get(person, []))]
    return order


def _caption(buyers: pd.DataFrame, drawn: int) -> str:
    alone = buyers["referrer"] == NOBODY
    trees = int(buyers.loc[alone, "person"].isin(set(buyers.loc[~alone, "referrer"])).sum())
    return (
        f"Blue: came by themselves; purple: were brought. One replication: the {drawn} largest of {trees:,} trees. Of {len(buyers):,} buyers {int((~alone).sum()):,} were "
        f"brought ({np.mean(~alone) if len(buyers) else 0.0:.1%}); {int(alone.sum()) - trees:,} came by themselves and "
        "brought nobody."
    )
