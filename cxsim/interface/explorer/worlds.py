"""The worlds that a visitor's own figures allow: a plan is lived in many of them, twice in each, instead of in one market."""

import csv
import io
from functools import lru_cache
from math import isfinite
from typing import Final

import pandas as pd

from cxsim.analysis.compare.intervals import LIVES_OF_A_WORLD
from cxsim.analysis.firm.compared import Worlds, lives_of
from cxsim.interface.explorer.plan import VisitorPlan, pair_of
from cxsim.scenario import Scenario

SOURCE: Final = "figures"  # what allows these worlds
MOST_WORLDS, MOST_VALUES = 200, 60
PLANS_KEPT: Final = 4  # whose worlds a worker remembers
DIGITS: Final = "%.6g"


def as_text(table: pd.DataFrame) -> str:
    """Worlds as a plan holds them; empty where there are too few to tell anything."""
    return table.to_csv(index=False, float_format=DIGITS, lineterminator="\n") if len(table) > 1 else ""


def read_worlds(text: str) -> pd.DataFrame:
    """Worlds, one row each, one column a full key.

    Raises:
        ValueError: in words, if it is no such table.
    """
    keys, *rows = list(csv.reader(io.StringIO(text))) or [[]]
    if (
        not 2 <= len(rows) <= MOST_WORLDS
        or not 1 <= len(keys) <= MOST_VALUES
        or any(len(row) != len(keys) for row in rows)
    ):
        raise ValueError(
            f"worlds are a table of at most {MOST_VALUES} values in 2 to {MOST_WORLDS} lines, keys in the first"
        )
    try:
        numbers = [[float(value) for value in row] for row in rows]
    except ValueError:
        raise ValueError("worlds are a table of numbers, with the keys of values in its first line") from None
    if not all(isfinite(value) for row in numbers for value in row):
        raise ValueError("worlds are a table of finite numbers")
    return pd.DataFrame(numbers, columns=keys)


class LivedWorlds:
    """The market and a plan of it in each world that is lived.

    Attributes:
        table: one row a world.
        left_out: which worlds are not lived, and why, in words.
    """

    def __init__(self, plan: VisitorPlan) -> None:
        table = worlds_of(plan)
        self.table, self._lived, self.left_out = lives_of(
            Worlds(table, SOURCE), plan.replications // LIVES_OF_A_WORLD, list(pair_of(plan))
        )

    @property
    def pairs(self) -> int:
        """How many pairs of lives there are."""
        return LIVES_OF_A_WORLD * len(self._lived)

    def pair(self, replication: int) -> tuple[Scenario, Scenario]:
        """Market and plan in the world of a replication."""
        base, changed = self._lived[replication // LIVES_OF_A_WORLD]
        return base, changed


def worlds_of(plan: VisitorPlan) -> pd.DataFrame:
    """The worlds of a plan; a value that its sliders set for the market is known, and stays in each."""
    table = read_worlds(plan.worlds)
    known = tuple(plan.sliders) if plan.in_both else ()
    return table.drop(columns=[key for key in table.columns if key.partition(".")[2].partition(".")[2] in known])


@lru_cache(PLANS_KEPT)
def lived_worlds(plan: str) -> LivedWorlds:
    """The worlds of a plan, given as JSON."""
    return LivedWorlds(VisitorPlan.model_validate_json(plan))


def pair_in(plan: VisitorPlan, replication: int) -> tuple[Scenario, Scenario]:
    """Market and plan as a replication lives them.

    Raises:
        ScenarioError: if the file, a value or an effect is wrong; in words.
    """
    return lived_worlds(plan.model_dump_json()).pair(replication) if plan.worlds else pair_of(plan)
