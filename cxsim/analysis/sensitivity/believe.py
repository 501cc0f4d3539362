"""What one must believe for a plan to pay: how far each assumption has to be off before the verdict turns.

Each assumption is moved alone, from the value assumed to either end of what is plausible, and the same customers with
the same luck live through the market and the plan at every value. The two whose turning points lie nearest are then
moved together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.doubt import Doubt
from cxsim.analysis.compare.guard import doubts_of
from cxsim.analysis.compare.intervals import Estimate, estimate
from cxsim.analysis.phrases import bracketed
from cxsim.analysis.sensitivity.assumptions import Assumption, assumptions_of
from cxsim.analysis.sensitivity.break_even import BreakEven, break_even_along
from cxsim.analysis.sensitivity.factor import Factor, Numbers
from cxsim.analysis.sensitivity.one_at_a_time import straight
from cxsim.analysis.sweep.parameters import Record, record_of, scenario_with
from cxsim.analysis.workers.threads import each_replication
from cxsim.engine.branching import Branching
from cxsim.engine.luck import whole_number
from cxsim.engine.outcomes.figures import figure_named, figures_of
from cxsim.scenario import Scenario, ScenarioError
from cxsim.scenario.channels import brand_of_channel
from cxsim.scenario.checks import same_market

LOOKS = 2  # at a turning point that straight lines give; each replaces a straight line by two
REACHES = (1.0, 0.75, 0.5, 0.25)  # shares of the way to an end that are tried, until a scenario can be so
ON_A_MAP = (-1.0, -0.5, 0.0, 0.5, 1.0)
Moves = tuple[tuple[Assumption, float], ...]  # assumptions, and the place of each


@dataclass(frozen=True)
class Belief:
    """An assumption, and where the verdict turns on it.

    Attributes:
        assumption: what is moved.
        turn: where the plan's advantage changes its sign, as a place from -1 to 1; nan where it does not.
        low: end of the places compatible with being it, as `BreakEven`.
        high: the other end.
        at_low: the advantage at the low end.
        at_high: the advantage at the high end.
        acts: whether anything at all changes between the ends.
    """

    assumption: Assumption
    turn: float
    low: float
    high: float
    at_low: Estimate
    at_high: Estimate
    acts: bool

    @property
    def turns(self) -> bool:
        """Whether the verdict turns within what is plausible."""
        return bool(np.isfinite(self.turn))

    @property
    def said(self) -> str:
        """Beyond which value it turns, with what is compatible with it: "above 14% (12% to 17%)"."""
        number, value = self.assumption.number, self.assumption.value
        way = "above" if value(self.turn) > value(0.0) else "below"
        ends = sorted((max(self.low, -1.0), min(self.high, 1.0)), key=value)
        known = [number(end) if abs(end) < 1.0 else "the end of the range" for end in ends]
        return bracketed(f"{way} {number(self.turn)}", " to ".join(known))


@dataclass(frozen=True)
class Together:
    """Two assumptions moved at once: the advantage at every pair of places, shape (places of second, of first)."""

    first: Assumption
    second: Assumption
    cells: list[list[Estimate]]

    def table(self) -> pd.DataFrame:
        """One row a pair of values: first, second (values), mean, low, high (the advantage)."""
        rows = [
            (self.first.value(across), self.second.value(down), cell.mean, cell.low, cell.high)
            for down, row in zip(ON_A_MAP, self.cells, strict=True)
            for across, cell in zip(ON_A_MAP, row, strict=True)
        ]
        return pd.DataFrame(rows, columns=[self.first.key, self.second.key, "mean", "low", "high"])


@dataclass(frozen=True)
class Beliefs:
    """What one must believe of a plan.

    Attributes:
        plan: its name.
        figure: what counts.
        unit: of the figure.
        present: the advantage as things are assumed.
        beliefs: those on which the verdict turns first, the least to be believed at the top; then the others by swing.
        refused: assumptions that could not be moved, with the reason.
        together: the two nearest turning points; None where fewer than two assumptions turn it.
        replications: pairs behind every number.
        doubts: that the verdict as things are assumed deserves, as a comparison has them.
    """

    plan: str
    figure: str
    unit: str
    present: Estimate
    beliefs: list[Belief]
    refused: dict[str, str]
    together: Together | None
    replications: int
    doubts: list[Doubt]

    def table(self) -> pd.DataFrame:
        """One row an assumption: key, label, unit, assumed, turns_at with low and high (values), share_of_the_way, at_low, at_high."""
        rows = []
        for each in self.beliefs:
            value = each.assumption.value
            ends = [value(place) if np.isfinite(place) else np.nan for place in (each.turn, each.low, each.high)]
            rows.append((
                each.assumption.key, each.assumption.label, each.assumption.unit, value(0.0), *ends, abs(each.turn),
                each.at_low.mean, each.at_high.mean,
            ))  # fmt: skip
        columns = ["key", "label", "unit", "assumed", "turns_at", "turns_at_low", "turns_at_high"]
        return pd.DataFrame(rows, columns=[*columns, "share_of_the_way", "at_low", "at_high"])


class _Advantage:
    """Plan minus base, positive when the plan is better, at assumptions moved; every place lived once."""

    def __init__(self, base: Scenario, plan: Scenario, figure: str, replications: int, seed: int) -> None:
        self.scenarios = (base, plan)
        self._records: tuple[Record, ...] = (record_of(base), record_of(plan))
        self._better = figure_named(figure, figures_of(base, plan)).good or 1
        self._figure, self._replications, self._seed = figure, replications, seed
        self.at = cache(self._lived)

    def reach(self, assumption: Assumption, end: float) -> float:
        """How far towards an end both scenarios can go: a plan may add to what is near its bound already.

        Raises:
            ScenarioError: if not even a little.
        """
        for share in REACHES:
            try:
                self._moved(((assumption, share * end),))
            except ScenarioError as error:
                refused = error
            else:
                return share * end
        raise refused

    def _moved(self, moves: Moves) -> list[Scenario]:
        moved = []
        for scenario, record in zip(self.scenarios, self._records, strict=True):
            values = {key: value for each, place in moves for key, value in each.moved(scenario, place).items()}
            moved.append(scenario_with(record, values, lambda _: "an assumption moved"))
        return moved

    def _lived(self, moves: Moves) -> Numbers:
        base, *plans = self._moved(moves)
        pair = Branching(base, plans)
        lives = [[run.figures[self._figure] for run in pair.lives(self._seed, r)] for r in range(self._replications)]
        return np.array([self._better * (plan - base) for base, plan in lives])


def believe(
    base: Scenario,
    plan: Scenario,
    *,
    figure: str = "net_margin",
    replications: int = 8,
    seed: int = 1,
    workers: int | None = None,
    progress: bool = False,
) -> Beliefs:
    """Find how far each assumption has to be off before the verdict on a plan turns.

    Args:
        base: the market.
        plan: of the same market.
        figure: what counts, by its name; the advantage is plan less base, turned round where less is better.
        replications: pairs to live at every value, at least 2.
        seed: 0 to 2**63 - 1.
        workers: threads; as many as cores when left out.
        progress: whether to show a progress bar on stderr.

    Raises:
        ScenarioError: if the plan is not about the same market.
        ValueError: if the figure is unknown, or there are fewer than two replications.
    """
    if whole_number("replications", replications) < 2:
        raise ValueError(f"replications is {replications}; it must be at least 2, or nothing is known of luck")
    same_market(base, plan, plan.name)
    unit = figure_named(figure, figures_of(base, plan)).unit
    compared = compare(base, plan, replications=replications, seed=seed, workers=workers)
    doubts = doubts_of(compared.base_runs, next(iter(compared.plans.values())))
    advantage = _Advantage(base, plan, figure, replications, seed)
    present = advantage.at(())
    assumed = assumptions_of(base, plan)
    tried = each_replication(lambda place: _tried(advantage, assumed[place]), len(assumed), workers, progress)
    beliefs = sorted((each for each in tried if isinstance(each, Belief)), key=_least_first)
    refused = {each.label: why for each, why in zip(assumed, tried, strict=True) if isinstance(why, str)}
    refused |= dict(_of_channels(base))
    turning = [each.assumption for each in beliefs if each.turns][:2]
    together = _together(advantage, turning, workers, progress) if len(turning) == 2 else None
    currency = base.market.currency if unit == "currency" else unit
    return Beliefs(plan.name, figure, currency, estimate(present), beliefs, refused, together, replications, doubts)


def _of_channels(base: Scenario) -> Iterator[tuple[str, str]]:
    """What differs in each channel, which stands in the market's file and nowhere else, and why it was not moved."""
    for each in base.channel:
        changed = ", ".join(effect.parameter for effect in each.effect)
        label = f"what differs in channel {each.name!r} of {brand_of_channel(base, each)}"
        yield label, f"a [[channel]] can be changed in its file alone: change {changed} there and ask again."


def _tried(advantage: _Advantage, assumption: Assumption) -> Belief | str:
    """Where the verdict turns on one assumption; why not, in words, if it cannot be moved."""

    def at(place: float) -> Numbers:
        return advantage.at(((assumption, place),) if place else ())

    try:
        first, last = (advantage.reach(assumption, way) for way in (-1.0, 1.0))
    except ScenarioError as error:
        return str(error)
    low, high = at(first), at(last)
    if np.array_equal(low, at(0.0)) and np.array_equal(high, at(0.0)):
        return Belief(assumption, np.nan, np.nan, np.nan, estimate(low), estimate(high), acts=False)
    along = Factor(assumption.key, first, last, assumption.label, "pure number")
    lived = {place: at(place) for place in (first, 0.0, last)}
    flip = _flip(along, lived)
    for _ in range(LOOKS):
        if np.isnan(flip.value):
            break
        lived[flip.value] = at(flip.value)
        flip = _flip(along, lived)
    return Belief(assumption, flip.value, flip.low, flip.high, estimate(low), estimate(high), acts=True)


def _flip(along: Factor, lived: dict[float, Numbers]) -> BreakEven:
    """Where the verdict turns if every replication goes straight between the places lived: looked at again where that says."""
    places = sorted(lived)
    return break_even_along(
        straight(along, np.array(places), np.array([lived[each] for each in places])), along, 0.0, places
    )


def _least_first(belief: Belief) -> tuple[float, float]:
    swing = abs(belief.at_high.mean - belief.at_low.mean)
    return (abs(belief.turn) if belief.turns else np.inf, -swing)


def _together(
    advantage: _Advantage, pair: Sequence[Assumption], workers: int | None, progress: bool
) -> Together | None:
    """Every pair of places; nothing if one of them is not allowed."""
    places = [(first, second) for second in ON_A_MAP for first in ON_A_MAP]

    def once(number: int) -> Estimate:
        moves = zip(pair, places[number], strict=True)
        return estimate(advantage.at(tuple((each, place) for each, place in moves if place)))

    try:
        cells = each_replication(once, len(places), workers, progress)
    except ScenarioError:
        return None
    wide = len(ON_A_MAP)
    return Together(pair[0], pair[1], [cells[start : start + wide] for start in range(0, len(cells), wide)])
