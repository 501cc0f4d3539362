"""The key space: every run of a study has a number, and blocks of about 250 runs are stored together.

Run numbers count replication by replication: all scenarios (point x world x plan) once, then all again. More
replications are a further stage behind, so nothing is ever renumbered. A block is a tile of some scenarios x some
replications, so that a scenario is put together once for several runs of the same block.
"""

import bisect
from dataclasses import asdict, dataclass
from typing import Any

RUNS_OF_A_BLOCK = 250
REPLICATIONS_OF_A_BLOCK = 10  # at least, where a stage has them


@dataclass(frozen=True, order=True)
class Key:
    """One run: its number, which scenario (point x world x plan) it lives, and with which replication's luck."""

    run: int
    scenario: int
    replication: int


@dataclass(frozen=True)
class Stage:
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
class KeySpace:
    """All runs of a study, without a list of them.

    Attributes:
        scenarios: point x world x plan.
        stages: in the order they were asked for.
    """

    scenarios: int
    stages: tuple[Stage, ...] = ()

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

    def expanded(self, replications: int) -> "KeySpace":
        """With so many more replications, behind what there is."""
        stage = Stage(self.replications, replications, self.runs, self.blocks, _tile(self.scenarios, replications))
        return KeySpace(self.scenarios, (*self.stages, stage))

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

    @classmethod
    def from_json(cls, table: dict[str, Any]) -> "KeySpace":
        """From the manifest."""
        stages = [Stage(**{**stage, "tile": tuple(stage["tile"])}) for stage in table["stages"]]
        return cls(table["scenarios"], tuple(stages))


def _tile(scenarios: int, replications: int) -> tuple[int, int]:
    wide = min(scenarios, max(RUNS_OF_A_BLOCK // replications, RUNS_OF_A_BLOCK // REPLICATIONS_OF_A_BLOCK))
    return wide, min(replications, RUNS_OF_A_BLOCK // wide)
