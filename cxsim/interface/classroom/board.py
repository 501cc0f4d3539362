"""The board of a round: what every plan brought, and which differences are more than luck."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from cxsim.interface.classroom.ranks import Rank, standings
from cxsim.interface.classroom.trial import TrialOutcome

SHOWN = ("net_margin", "loops", "rescued")  # the figures of a board; the first decides the order


@dataclass(frozen=True)
class TeamEntry:
    """A team's plan in a round, and what came of it.

    Attributes:
        team: its name.
        chosen: interventions, in the order of the menu.
        price: by list, in currency.
        lives: what came of the plan.
    """

    team: str
    chosen: tuple[str, ...]
    price: float
    lives: TrialOutcome


@dataclass(frozen=True)
class Line:
    """A line of the board.

    Attributes:
        team: its name.
        chosen: interventions.
        price: by list, in currency.
        figures: where it stands in each figure shown.
        broken: loops that became lines, mean people.
    """

    team: str
    chosen: tuple[str, ...]
    price: float
    figures: dict[str, Rank]
    broken: float


@dataclass(frozen=True)
class Board:
    """All teams of a round, the highest mean margin first.

    Attributes:
        lines: one a team.
        worlds: in how many worlds every plan was lived.
    """

    lines: list[Line]
    worlds: int

    def level(self, figure: str) -> list[str]:
        """The team with the highest mean of a figure, then those that cannot be told apart from it."""
        ordered = sorted(self.lines, key=lambda line: -line.figures[figure].mean)
        return [line.team for line in ordered if line.figures[figure].level_with_leader]

    def as_record(self) -> dict[str, object]:
        """Ready for JSON."""
        return asdict(self)


def board_of(entries: list[TeamEntry]) -> Board:
    """Compare all plans of a round with each other, world by world.

    Args:
        entries: one a team, at least one; all lived in the same worlds.
    """
    places: Mapping[str, list[Rank]] = {
        figure: standings(np.array([getattr(entry.lives, figure) for entry in entries]), len(SHOWN)) for figure in SHOWN
    }
    lines = [
        Line(
            entry.team,
            entry.chosen,
            entry.price,
            {figure: places[figure][number] for figure in SHOWN},
            float(np.mean(entry.lives.broken)),
        )
        for number, entry in enumerate(entries)
    ]
    lines.sort(key=lambda line: (-line.figures[SHOWN[0]].mean, line.price, line.team))
    return Board(lines, len(entries[0].lives.net_margin))
