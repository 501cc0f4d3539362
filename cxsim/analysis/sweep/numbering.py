"""Numbers: of every scenario of a study (point x world x plan), and of every run of it.

Every run of a study has a number, and blocks of about 250 runs are stored together.

Run numbers count replication by replication: all scenarios (point x world x plan) once, then all again. More
replications are a further stage behind, so nothing is ever renumbered. A block is a tile of some scenarios x some
replications, so that a scenario is put together once for several runs of the same block.
"""

import bisect
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd

from cxsim.analysis.sweep.parameters import Value, Values
from cxsim.analysis.workers.run_record import Key
from cxsim.engine.outcomes.figures import FIGURES
from cxsim.engine.outcomes.status import causes_known

RUNS_OF_A_BLOCK = 250
REPLICATIONS_OF_A_BLOCK = 10  # at least, where a stage has them


@dataclass(frozen=True)
class Batch:
    """Replications that were asked for together.

    Attributes:
        first_replication: the first of them.
        replications: how many.
        first_run: number of its first run.
        first_block: number of its first block.
        tile: scenarios and replications of a block.
    """

    first_replication: int
    replications: int
    first_run: int
    first_block: int
    tile: tuple[int, int]

    def blocks(self, scenarios: int) -> int:
        """How many blocks it has."""
        return -(-scenarios // self.tile[0]) * -(-self.replications // self.tile[1])


@dataclass(frozen=True)
class Space:
    """All runs of a study, without a list of them: every design point x world x plan, replication by replication.

    Attributes:
        points: one row a point, one column a factor.
        worlds: one row a world, one column an uncertain key.
        plans: names, the base first.
        hashes: content of the market and of each plan, by name.
        brands: names of the brands, by plan.
        segments: names of the segments, by plan.
        seed: of all luck.
        counts: what mechanisms of the market or a plan count, with its meaning.
        classes: who lives, where it is not cxsim's own classes.
        causes: what causes of lines are called, by number.
        stages: replications, in the order they were asked for.
    """

    points: pd.DataFrame
    worlds: pd.DataFrame
    plans: tuple[str, ...]
    hashes: dict[str, str]
    brands: dict[str, list[str]]
    segments: dict[str, list[str]]
    seed: int
    counts: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    causes: Mapping[int, str] = field(default_factory=causes_known)
    stages: tuple[Batch, ...] = ()

    @cached_property
    def figures(self) -> tuple[str, ...]:
        """Names of what is kept of every run: the figures of all markets, then the counts."""
        return (*(figure.name for figure in FIGURES), *self.counts)

    @cached_property
    def scenarios(self) -> int:
        """How many scenarios there are: point x world x plan."""
        return len(self.points) * len(self.worlds) * len(self.plans)

    @property
    def replications(self) -> int:
        """Of every scenario."""
        return sum(stage.replications for stage in self.stages)

    @property
    def runs(self) -> int:
        """How many runs there are."""
        return self.scenarios * self.replications

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return self.stages[-1].first_block + self.stages[-1].blocks(self.scenarios) if self.stages else 0

    def expanded(self, replications: int) -> "Space":
        """With so many more replications, behind what there is."""
        stage = Batch(self.replications, replications, self.runs, self.blocks, _tile(self.scenarios, replications))
        return replace(self, stages=(*self.stages, stage))

    def keys_of(self, block: int) -> list[Key]:
        """The runs of a block, by number."""
        firsts = [stage.first_block for stage in self.stages]
        stage = self.stages[bisect.bisect_right(firsts, block) - 1]
        wide, high = stage.tile
        row, column = divmod(block - stage.first_block, -(-self.scenarios // wide))
        return [
            Key(stage.first_run + own * self.scenarios + scenario, scenario, stage.first_replication + own)
            for own in range(row * high, min((row + 1) * high, stage.replications))
            for scenario in range(column * wide, min((column + 1) * wide, self.scenarios))
        ]

    def as_json(self) -> dict[str, Any]:
        """For the manifest."""
        return {"scenarios": self.scenarios, "stages": [asdict(stage) for stage in self.stages]}

    def with_stages(self, table: Mapping[str, Any]) -> "Space":
        """With the stages of a manifest."""
        return replace(
            self, stages=tuple(Batch(**{**stage, "tile": tuple(stage["tile"])}) for stage in table["stages"])
        )

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

    def market(self, scenario: int) -> tuple[Value, ...]:
        """The values of a scenario beside those of interventions: where they are the same, lives may share a past."""
        return tuple(value for key, value in self.values(scenario).items() if not key.startswith("intervention."))

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
        """Hash of what a run is: content of its market and plan, values, seed, replication, own classes; not the versions."""
        _, _, plan = self.place(key.scenario)
        content: list[object] = [self.hashes[plan], self.values(key.scenario), self.seed, key.replication]
        content += [self.classes] if self.classes else []
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def _tile(scenarios: int, replications: int) -> tuple[int, int]:
    wide = min(scenarios, max(RUNS_OF_A_BLOCK // replications, RUNS_OF_A_BLOCK // REPLICATIONS_OF_A_BLOCK))
    return wide, min(replications, RUNS_OF_A_BLOCK // wide)


def _columns(table: pd.DataFrame) -> dict[str, list[Value]]:
    return {str(key): table[key].tolist() for key in table.columns}
