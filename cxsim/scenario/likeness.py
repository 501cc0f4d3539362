"""Whether two schedules of the same market say the same to everybody in a week, bit for bit.

A value depends on those interventions alone that move it, so each is looked at by itself, for all people whom these could
tell apart: by segment, by who is covered, by what stands in the books.
"""

from dataclasses import dataclass
from itertools import product
from typing import Final, NamedTuple

import numpy as np

from cxsim.scenario.cells import Cells, cells_of
from cxsim.scenario.effects import Change, Term, Values, brand_of, moved, start_values
from cxsim.scenario.history import When
from cxsim.scenario.schedule import Flags, Schedule, coverage_key
from cxsim.scenario.schema import Intervention, Scenario

MOST_SHARES: Final = 10  # drawn by themselves, that move one value: beyond, what is not said alike is held to differ


class Meant(NamedTuple):
    """Whom an intervention means; who is covered is drawn by key and share, so the same are the same people."""

    segment: str
    share: tuple[float, int] | None
    rule: tuple[int, When] | None


class Acting(NamedTuple):
    """A change at work: what it does, how much of it works, on whom."""

    operation: str
    size: float
    works: float
    meant: Meant


@dataclass(frozen=True)
class _Crowd:
    """Everybody whom some changes could tell apart."""

    scenario: Scenario
    shares: list[tuple[float, int]]
    cells: Cells

    def reached(self, meant: Meant) -> Flags:
        """Shape (people,)."""
        names = list(self.scenario.segments())
        chosen = [not meant.segment or name == meant.segment for name in names]
        covered = [
            meant.share is None or each[self.shares.index(meant.share)]
            for each in product([False, True], repeat=len(self.shares))
        ]
        holding = np.ones(self.cells.count, bool) if meant.rule is None else self.cells.holding(*meant.rule)
        whole: Flags = np.array(chosen)[:, None, None] & np.array(covered)[None, :, None] & holding[None, None, :]
        return whole.reshape(-1)

    def values(self, term: Term, acting: list[Acting]) -> Values:
        """What a term is for each of them."""
        alike = (1 << len(self.shares)) * self.cells.count
        values = start_values(self.scenario, term, np.repeat(np.arange(len(self.scenario.segments())), alike))
        for each in acting:
            changed = moved(values, Change(0, each.operation, each.size), each.works)
            values = np.where(self.reached(each.meant), changed, values)
        return values


def same_for_everybody(one: Schedule, other: Schedule, periods: tuple[int, int]) -> bool:
    """Whether everybody meets the same terms in a period of each, and the same rules by history are at work.

    Never wrongly true.

    Args:
        one: of a market.
        other: of the same, beside its interventions.
        periods: a period of each.
    """
    if _rules_at_work(one, periods[0]) != _rules_at_work(other, periods[1]):
        return False
    for term in one.changes.keys() | other.changes.keys():
        both = [_acting(schedule, term, period) for schedule, period in zip((one, other), periods, strict=True)]
        if both[0] != both[1] and not _same_values(one.scenario, term, both):
            return False
    return True


def _same_values(scenario: Scenario, term: Term, both: list[list[Acting]]) -> bool:
    everybody = [each.meant for acting in both for each in acting]
    shares = sorted({meant.share for meant in everybody if meant.share is not None})
    if len(shares) > MOST_SHARES:
        return False
    crowd = _Crowd(scenario, shares, cells_of(meant.rule for meant in everybody if meant.rule is not None))
    one, other = (crowd.values(term, acting) for acting in both)
    return one.tobytes() == other.tobytes()


def _acting(schedule: Schedule, term: Term, period: int) -> list[Acting]:
    found = [(change, float(schedule.works(change)[period])) for change in schedule.changes.get(term, [])]
    items = schedule.scenario.intervention
    return [
        Acting(change.operation, change.size, works, meant_by(schedule.scenario, items[change.place]))
        for change, works in found
        if works > 0.0
    ]


def meant_by(scenario: Scenario, item: Intervention) -> Meant:
    """Whom an intervention of a scenario means."""
    share = (item.coverage, coverage_key(item)) if item.coverage < 1.0 else None
    return Meant(item.segment, share, None if item.when is None else (brand_of(scenario, item), item.when))


def named_rules(schedule: Schedule) -> list[tuple[str, Meant]]:
    """Each rule by history of a schedule: its name, and whom it means."""
    items = [schedule.scenario.intervention[place] for place in schedule.rules]
    return [(item.name, meant_by(schedule.scenario, item)) for item in items]


def _rules_at_work(schedule: Schedule, period: int) -> set[tuple[str, Meant]]:
    at_work = (schedule.strengths[period] > 0.0) | schedule.running[period]
    return {rule for place, rule in zip(schedule.rules, named_rules(schedule), strict=True) if at_work[place]}
