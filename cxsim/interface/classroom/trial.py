"""A trial: one plan lived beside the market as it is, by the same customers with the same luck. Done in a worker."""

from collections import defaultdict

import numpy as np
from pydantic import BaseModel, ConfigDict

from cxsim.analysis.compare.doubt import Doubt
from cxsim.analysis.compare.second_look import doubts_about
from cxsim.analysis.workers.remembered import Remembered
from cxsim.engine.branching import Branching
from cxsim.engine.outcomes.columns import Columns
from cxsim.engine.outcomes.status import Outcomes, Status, lines_by_stage_and_cause
from cxsim.engine.pasts import Pasts
from cxsim.interface.classroom.menu import Level, load_menu

WORLDS_AT_A_TIME = 4
WORLDS_KEPT = 40  # markets as they are that a worker remembers: a dozen bytes a person
MOST_BYTES_OF_PASTS = 120_000_000  # of the same where plans parted from them: all of a round in most ready markets
# Figures and outcomes by menu, seed and world.
_MARKETS: Remembered[tuple[str, int, int], tuple[dict[str, float], Outcomes]] = Remembered(WORLDS_KEPT)
_PASTS = Pasts(MOST_BYTES_OF_PASTS)


class Trial(BaseModel):
    """What a trial depends on; equal trials have equal results.

    Attributes:
        market: name of a menu.
        chosen: interventions, in the order of the menu.
        level: end of their effects.
        seed: of the class.
        first: the first replication.
        worlds: how many replications, each with customers of its own.
    """

    model_config = ConfigDict(frozen=True)

    market: str
    chosen: tuple[str, ...]
    level: Level
    seed: int
    first: int
    worlds: int

    def pieces(self) -> list["Trial"]:
        """The same in smaller pieces: what one worker does at a time."""
        last = self.first + self.worlds
        return [
            self.model_copy(update={"first": first, "worlds": min(WORLDS_AT_A_TIME, last - first)})
            for first in range(self.first, last, WORLDS_AT_A_TIME)
        ]


class LinesOfTrial(BaseModel):
    """How many lines ended at a stage for a cause: mean people over worlds."""

    stage: str
    cause: str
    people: float


class TrialOutcome(BaseModel):
    """What came of a trial; lists hold one number a world.

    Attributes:
        net_margin: discounted margin after cost, plan less market as it is, in currency.
        loops: loops at the horizon, plan less market as it is, in people.
        rescued: people whose line became a loop.
        broken: people whose loop became a line.
        lines: where and why lines end in the market as it is, most first.
        rescued_from: where and why the lines of the rescued people ended, most first.
        doubts: what should be known before it is believed; None where nobody looked, as of plans that do not lead.
    """

    net_margin: list[float]
    loops: list[float]
    rescued: list[float]
    broken: list[float]
    lines: list[LinesOfTrial]
    rescued_from: list[LinesOfTrial]
    doubts: list[Doubt] | None = None

    @classmethod
    def joined(cls, pieces: list["TrialOutcome"]) -> "TrialOutcome":
        """The lives of a trial from those of its pieces."""
        worlds = [len(piece.loops) for piece in pieces]
        return cls(
            net_margin=[value for piece in pieces for value in piece.net_margin],
            loops=[value for piece in pieces for value in piece.loops],
            rescued=[value for piece in pieces for value in piece.rescued],
            broken=[value for piece in pieces for value in piece.broken],
            lines=_mean_people([piece.lines for piece in pieces], worlds),
            rescued_from=_mean_people([piece.rescued_from for piece in pieces], worlds),
        )


def lived(trial: Trial) -> TrialOutcome:
    """Live a plan and the market as it is, world by world.

    Raises:
        ScenarioError: if the plan cannot be lived.
    """
    menu = load_menu(trial.market)
    plan = menu.plan(trial.chosen, trial.level)
    both = Branching(menu.base, [plan])
    worlds = range(trial.first, trial.first + trial.worlds)
    return TrialOutcome.joined([_lived_once(trial, both, world) for world in worlds])


def doubted(trial: Trial) -> list[Doubt]:
    """The doubts about a plan, from a few lives of their own.

    Raises:
        ScenarioError: if the plan cannot be lived.
    """
    menu = load_menu(trial.market)
    return doubts_about(menu.base, menu.plan(trial.chosen, trial.level), trial.seed, workers=1)


def _lived_once(trial: Trial, both: Branching, world: int) -> TrialOutcome:
    as_it_is = (trial.market, trial.seed, world)
    known, past = _MARKETS.get(as_it_is), _PASTS.of(as_it_is)
    if known is None:
        base, new = both.lives(trial.seed, world, kept=past)
        known = _MARKETS.keep(as_it_is, (base.figures, base.outcome))
    else:
        new = both.later(0, past, trial.seed, world)
    figures, before = known
    rescued = (before.status == Status.line) & (new.outcome.status == Status.loop)
    broken = (before.status == Status.loop) & (new.outcome.status == Status.line)
    return TrialOutcome(
        net_margin=[new.figures["net_margin"] - figures["net_margin"]],
        loops=[new.figures["loops"] - figures["loops"]],
        rescued=[float(np.count_nonzero(rescued))],
        broken=[float(np.count_nonzero(broken))],
        lines=_ended(lines_by_stage_and_cause(before)),
        rescued_from=_ended(lines_by_stage_and_cause(before, rescued)),
    )


def _ended(table: Columns) -> list[LinesOfTrial]:
    return [
        LinesOfTrial(stage=stage, cause=cause, people=float(people))
        for stage, cause, people in zip(table["stage"], table["cause"], table["people"], strict=True)
    ]


def _mean_people(parts: list[list[LinesOfTrial]], worlds: list[int]) -> list[LinesOfTrial]:
    """Means over parts that stand for so many worlds each; most first."""
    total: defaultdict[tuple[str, str], float] = defaultdict(float)
    for part, weight in zip(parts, worlds, strict=True):
        for each in part:
            total[each.stage, each.cause] += each.people * weight
    ordered = sorted(total.items(), key=lambda item: -item[1])
    return [LinesOfTrial(stage=stage, cause=cause, people=people / sum(worlds)) for (stage, cause), people in ordered]
