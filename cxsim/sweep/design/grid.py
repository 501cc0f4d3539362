"""The scenarios of a study: every design point x world x plan, by one number."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from cxsim.sweep.design.keys import Value, Values
from cxsim.sweep.design.space import Key


@dataclass(frozen=True)
class Grid:
    """The scenarios of a study: every design point x world x plan, by one number.

    Attributes:
        points: one row a point, one column a factor.
        worlds: one row a world, one column an uncertain key.
        plans: names, the base first.
        hashes: content of the market and of each plan, by name.
        brands: names of the brands, by plan.
        segments: names of the segments, by plan.
        seed: of all luck.
    """

    points: pd.DataFrame
    worlds: pd.DataFrame
    plans: tuple[str, ...]
    hashes: dict[str, str]
    brands: dict[str, list[str]]
    segments: dict[str, list[str]]
    seed: int

    def __len__(self) -> int:
        return len(self.points) * len(self.worlds) * len(self.plans)

    def place(self, scenario: int) -> tuple[int, int, str]:
        """(point, world, plan) of a scenario's number."""
        rest, plan = divmod(scenario, len(self.plans))
        point, world = divmod(rest, self._worlds)
        return point, world, self.plans[plan]

    def values(self, scenario: int) -> Values:
        """The values of a scenario, by full key."""
        point, world, _ = self.place(scenario)
        values = {key: column[point] for key, column in self._of_points.items()}
        return values | {key: column[world] for key, column in self._of_worlds.items()}

    @cached_property
    def _worlds(self) -> int:
        return len(self.worlds)  # which takes a while, and is asked for several times a run

    @cached_property
    def _of_points(self) -> dict[str, list[Value]]:
        return _columns(self.points)

    @cached_property
    def _of_worlds(self) -> dict[str, list[Value]]:
        return _columns(self.worlds)

    def run_id(self, key: Key) -> str:
        """Hash of what a run is: content of its market and plan, values, seed, replication; not the versions."""
        _, _, plan = self.place(key.scenario)
        content = [self.hashes[plan], self.values(key.scenario), self.seed, key.replication]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def _columns(table: pd.DataFrame) -> dict[str, list[Value]]:
    return {str(key): table[key].tolist() for key in table.columns}
