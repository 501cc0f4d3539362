"""The terms of every week: what each brand offers, and what traits hold, for every kind of person.

A kind is a stratum times an answer. A stratum is a segment and which of the interventions that reach only a share of
people reach somebody: of such combinations those alone have rows that people of the run really have. An answer is which
rules by history hold together, of those sets that can; what stands in the books gives it (`cxsim.scenario.cells`). A person
keeps their stratum; their answer is told anew each week.
"""

import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from cxsim.scenario.cells import Cells, Step, cells_of
from cxsim.scenario.channels import with_channels
from cxsim.scenario.effects import CHARGE, Change, Term, Values, brand_of, changes_of, moved, start_values
from cxsim.scenario.parameter import bounds, record_layout, record_values
from cxsim.scenario.reactions import with_answers
from cxsim.scenario.schema import Intervention, Scenario
from cxsim.scenario.stages import Fees

MOST_BYTES: Final = 1 << 30  # of all rows, for one life
MOST_CELLS: Final = 1 << 20

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Strata:
    """Who there is, apart from what they have done.

    Attributes:
        segments: numbers, shape (strata,).
        covered: by which of the interventions that reach only a share, shape (strata, partial interventions).
    """

    segments: NDArray[np.int64]
    covered: Flags


@dataclass(frozen=True)
class Terms:
    """Tables that the rules read.

    Attributes:
        offers: shape (periods * kinds, brands).
        traits: in dealing with each brand, and, last, where no brand is at stake; shape (periods * kinds, brands + 1).
        first_row: where the rows of each week's period begin, shape (weeks,).
        cuts: where rules by history tell people apart.
        cells: how many kinds further on than their stratum people are whose history is in a cell, shape (cells,).
        meant: whether each rule by history means who belongs to a row, and is at work then; shape (rows, rules).
    """

    offers: NDArray[np.void]
    traits: NDArray[np.void]
    first_row: NDArray[np.int64]
    cuts: list[Step]
    cells: NDArray[np.int64]
    meant: Flags


@dataclass(frozen=True)
class OutOfRange:
    """An intervention that would push a parameter out of its range."""

    intervention: int
    parameter: str
    reached: float
    low: float
    high: float


def partial_interventions(scenario: Scenario) -> list[int]:
    """Numbers of the interventions that reach only a share of people."""
    return [place for place, item in enumerate(scenario.intervention) if item.coverage < 1.0]


def coverage_key(item: Intervention) -> int:
    """What the luck of being covered by an intervention is drawn with: its lot, or its name."""
    return zlib.crc32((item.lot or item.name).encode()) & 0xFFFFFF


@dataclass(frozen=True)
class Schedule:
    """What interventions do, and when; the same for every replication.

    Attributes:
        scenario: whose they are.
        strengths: how much of each works, shape (periods, interventions).
        running: whether each is paid for, likewise.
        period: of each week, shape (weeks,).
        changes: of every term that is moved, in the order in which they act.
        partial: numbers of the interventions that reach only a share of people.
        rules: numbers of those that ask for what stands in the books.
        cells: what these tell apart.
    """

    scenario: Scenario
    strengths: NDArray[np.float64]
    running: Flags
    period: NDArray[np.int64]
    changes: dict[Term, list[Change]]
    partial: list[int]
    rules: list[int]
    cells: Cells

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """Of the segments."""
        return np.array([share for share, _ in self.scenario.segments().values()])

    @property
    def coverages(self) -> NDArray[np.float64]:
        """Of the interventions that reach only a share of people, shape (partial interventions,)."""
        return np.array([self.scenario.intervention[place].coverage for place in self.partial], float)

    @property
    def coverage_keys(self) -> NDArray[np.int64]:
        """A number for each of these, so that who is covered does not depend on what else is in the plan."""
        return np.array([coverage_key(self.scenario.intervention[place]) for place in self.partial], np.int64)

    def terms(self, strata: Strata) -> Terms:
        """The tables for the people of a run: a row for each period, answer and stratum, the last of them the fastest."""
        return self._terms(strata) if self.partial else self._terms_of_segments

    @cached_property
    def _terms_of_segments(self) -> Terms:
        return self._terms(_segments_alone(len(self.shares)))

    def extreme_terms(self) -> list[Terms]:
        """The tables for people whom no partial intervention covers and, where there are any, for those whom all cover."""
        ends = [np.full(len(self.partial), covered) for covered in (False, True)]
        return [self._terms(_segments_alone(len(self.shares), end)) for end in ends[: 1 + bool(self.partial)]]

    def _terms(self, strata: Strata) -> Terms:
        reached, segments = self.reached(strata)
        offers, traits = self._unmoved(segments)
        for term, changes in self.changes.items():
            table = offers if term.of_brand else traits
            column = table[term.stage][term.name][:, :, term.brand]
            column[...] = self._lived(changes, column, reached)
        brands = len(self.scenario.brand)
        at_work = (self.strengths > 0.0) | self.running
        meant = at_work[:, np.newaxis, self.rules] & reached[self.rules].T[np.newaxis]
        meant = np.ascontiguousarray(meant).reshape(len(self.strengths) * len(segments), len(self.rules))
        return Terms(
            offers.reshape(-1, brands),
            traits.reshape(-1, brands + 1),
            self.period * len(segments),
            self.cells.cuts(),
            self.answers[1] * len(strata.segments),
            meant,
        )

    @cached_property
    def answers(self) -> tuple[Flags, NDArray[np.int64]]:
        """Which rules hold together, shape (rules, answers), and which of these answers belongs to each cell."""
        if not self.rules:
            return np.ones((0, 1), bool), np.zeros(1, np.int64)
        items = [self.scenario.intervention[place] for place in self.rules]
        asked = [(brand_of(self.scenario, item), item.when) for item in items if item.when is not None]
        holding = np.array([self.cells.holding(brand, when) for brand, when in asked])
        distinct, of_cell = np.unique(holding, axis=1, return_inverse=True)
        return distinct, of_cell.reshape(-1).astype(np.int64)

    def reached(self, strata: Strata) -> tuple[Flags, NDArray[np.int64]]:
        """Which kinds each intervention means, shape (interventions, kinds), and the segment of each kind."""
        (holding, _), count = self.answers, len(strata.segments)
        answers = holding.shape[1]
        reached = np.ones((len(self.scenario.intervention), answers * count), bool)
        segments = np.tile(strata.segments, answers)
        names = list(self.scenario.segments())
        for place, item in enumerate(self.scenario.intervention):
            if item.segment:
                reached[place] &= segments == names.index(item.segment)
            if place in self.partial:
                reached[place] &= np.tile(strata.covered[:, self.partial.index(place)], answers)
            if place in self.rules:
                reached[place] &= np.repeat(holding[self.rules.index(place)], count)
        return reached, segments

    def _unmoved(self, segments: NDArray[np.int64]) -> tuple[NDArray[np.void], NDArray[np.void]]:
        """The tables without any intervention, shapes (periods, kinds, brands) and (periods, kinds, brands + 1)."""
        scenario, periods, kinds = self.scenario, len(self.strengths), len(segments)
        deal = scenario.deal_class
        offers = np.zeros((periods, kinds, len(scenario.brand)), record_layout(deal))
        traits = np.zeros((periods, kinds, len(scenario.brand) + 1), record_layout(scenario.traits_class))
        for brand, offer in enumerate(scenario.brand.values()):
            met = deal.model_construct(**{name: getattr(offer, name) for name in type(offer).model_fields}, fees=Fees())
            offers[:, :, brand] = _record(met, offers.dtype)
        for number, (_, trait) in enumerate(scenario.segments().values()):
            traits[:, segments == number] = _record(trait, traits.dtype)
        return offers, traits

    def _lived(self, changes: list[Change], values: Values, reached: Flags) -> Values:
        """The values of a term in all periods for all kinds, interventions included, shape (periods, kinds)."""
        for change in changes:
            works = self.works(change)[:, np.newaxis]
            values = np.where(reached[change.place], moved(values, change, works), values)
        return values

    def works(self, change: Change) -> NDArray[np.float64]:
        """How much of a change works in each period."""
        return (self.running if change.operation == CHARGE else self.strengths)[:, change.place].astype(float)

    def faults(self) -> list[OutOfRange]:
        """Every effect that can leave its parameter's range, whoever is covered by whatever else."""
        extremes = {term: self._extremes(term) for term in self.changes if term.stage != "fees"}
        found = []
        for place, item in enumerate(self.scenario.intervention):
            for effect in item.effect:
                stage, name = effect.parameter.split(".")
                for term, reached in extremes.items():
                    own = any(change.place == place for change in self.changes[term])
                    fault = _fault(self.scenario, term, reached) if own and term[1:3] == (stage, name) else None
                    if fault is not None:
                        found.append(OutOfRange(place, effect.parameter, *fault))
                        break
        return found

    def _extremes(self, term: Term) -> tuple[float, float]:
        """The least and the most that a term can be: each partial intervention may reach somebody or not."""
        strata = _segments_alone(len(self.shares), np.ones(len(self.partial), bool))
        reached, segments = self.reached(strata)
        low = np.broadcast_to(start_values(self.scenario, term, segments), (len(self.strengths), len(segments)))
        high = low
        for change in self.changes[term]:
            works = self.works(change)[:, np.newaxis]
            ends = moved(low, change, works), moved(high, change, works)
            least, most = np.minimum(*ends), np.maximum(*ends)
            if change.place in self.partial:
                least, most = np.minimum(low, least), np.maximum(high, most)
            low = np.where(reached[change.place], least, low)
            high = np.where(reached[change.place], most, high)
        return float(np.min(low)), float(np.max(high))

    def most_kinds(self) -> int:
        """Kinds of people at most: no more strata than people, however many combinations there could be."""
        combinations = 1 << len(self.partial)
        answers = self.answers[0].shape[1] if self.cells.count <= MOST_CELLS else self.cells.count
        return min(self.scenario.market.people, len(self.shares) * combinations) * answers

    def most_bytes(self) -> int:
        """Memory of the tables at most."""
        brands = len(self.scenario.brand)
        row = brands * record_layout(self.scenario.deal_class).itemsize
        row += (brands + 1) * record_layout(self.scenario.traits_class).itemsize + len(self.rules)
        return len(self.strengths) * self.most_kinds() * row


def build_schedule(scenario: Scenario) -> Schedule:
    """What the interventions of a scenario do, and when; first those that its channels are, last the answers of rivals."""
    scenario = with_channels(with_answers(scenario))
    strengths, running, period = _periods(scenario)
    rules = [place for place, item in enumerate(scenario.intervention) if item.when is not None]
    asked = ((brand_of(scenario, item), item.when) for item in scenario.intervention if item.when is not None)
    partial = partial_interventions(scenario)
    return Schedule(scenario, strengths, running, period, changes_of(scenario), partial, rules, cells_of(asked))


def _periods(scenario: Scenario) -> tuple[NDArray[np.float64], Flags, NDArray[np.int64]]:
    """How strong each intervention is and whether it is paid for, shape (periods, interventions), and each week's period."""
    weeks = scenario.market.horizon_weeks
    strengths = np.array([[item.strength(week) for item in scenario.intervention] for week in range(weeks)])
    running = np.array([[item.is_running(week) for item in scenario.intervention] for week in range(weeks)])
    both = np.concatenate([strengths, running], axis=1).reshape(weeks, -1)
    if both.shape[1] == 0:
        return np.zeros((1, 0)), np.zeros((1, 0), bool), np.zeros(weeks, np.int64)
    distinct, period = np.unique(both, axis=0, return_inverse=True)
    count = len(scenario.intervention)
    return distinct[:, :count], distinct[:, count:] > 0.0, period.reshape(-1).astype(np.int64)


def _record(values: BaseModel, kind: np.dtype[np.void]) -> NDArray[np.void]:
    """One record, shape (); the bytes between its fields are zeros, not what memory held before."""
    record = np.zeros((), kind)
    record[...] = record_values(values)
    return record


def _segments_alone(count: int, covered: Flags | None = None) -> Strata:
    """A stratum for each segment, all covered alike; by nothing when left out."""
    covered = np.zeros(0, bool) if covered is None else covered
    return Strata(np.arange(count), np.tile(covered, (count, 1)))


def _fault(scenario: Scenario, term: Term, reached: tuple[float, float]) -> tuple[float, float, float] | None:
    """What a term reaches beyond its range, and that range; None where it stays inside."""
    side: Any = scenario.offer_class if term.of_brand else scenario.traits_class
    low, high = bounds(side.model_fields[term.stage].annotation.model_fields[term.name])
    for value in reached:
        if not low <= value <= high:
            return value, low, high
    return None
