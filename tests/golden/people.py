"""Section 2: the state of people, of a person and a brand, of a brand; and the market that holds them.

The records of the engine keep some numbers in single precision, so these round whenever they are written. Everything
between two writings is double.
"""

import math
import zlib
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from cxsim.engine import luck
from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import Cause, Outcome, Stage

ROUNDED_TO_SINGLE = {
    "entry", "rate", "disposition", "effort", "severity", "episode", "harm", "delight", "relief", "gap", "reference",
    "grudge", "mean_basket", "basket", "met",
    "expectation", "satisfaction", "failures", "taste", "first_lost_at", "first_bought", "looped_at", "last_bought",
}  # fmt: skip
UNKNOWN = math.nan


class Record:
    """Rounds what the engine keeps in single precision."""

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, float(np.float32(value)) if name in ROUNDED_TO_SINGLE else value)


@dataclass
class Bond(Record):
    """A person and a brand."""

    taste: float = 0.0
    aware: bool = False
    considered: bool = False
    in_play: bool = False
    customer: bool = False
    purchases: int = 0
    streak: int = 0
    loop_purchases: int = 0
    complaints: int = 0
    converts: int = 0
    referrer: int = -1
    expectation: float = 0.0
    satisfaction: float = UNKNOWN
    failures: float = 0.0
    reference: float = 0.0
    grudge: float = 0.0
    doubt_stage: Stage = Stage.OUTSIDE
    doubt_cause: int = Cause.NONE
    ended_stage: Stage = Stage.OUTSIDE
    ended_cause: int = Cause.NONE
    first_lost_at: float = UNKNOWN
    first_bought: float = UNKNOWN
    looped_at: float = UNKNOWN
    last_bought: float = UNKNOWN
    heard: int = 0
    heard_good: int = 0
    heard_sum: int = 0
    margin: int = 0
    spent: int = 0  # what stands in the brand's books beside purchases
    reported_week: int = -32768
    last_score: int = 255


@dataclass
class Person(Record):
    """One person."""

    number: int
    segment: str
    covered_by: frozenset[str]
    due: float
    entry: float
    rate: float
    disposition: float
    mean_basket: float
    patience: float
    stage: Stage
    bonds: list[Bond]
    target: int = -1
    last_brand: int = -1
    by_habit: bool = False
    left: bool = False
    needs: int = 0
    searches: int = 0
    choices: int = 0
    uses: int = 0
    met: float = 0.0
    bought_at: float = 0.0
    effort: float = 0.0
    misfit: bool = False
    late: bool = False
    misread: bool = False
    gap: float = 0.0
    basket: float = 0.0
    outcome: int = Outcome.NO_FAILURE
    raised: int = 0
    grievance: int = Cause.NONE
    severity: float = 0.0
    episode: float = 0.0
    harm: float = 0.0
    delight: float = 0.0
    relief: float = 0.0
    call: tuple[int, int] | None = None  # last week's referral: by whom, to which brand
    pursuing: tuple[int, int] | None = None
    meant_by: frozenset[str] = frozenset()  # rules by history that hold this week


@dataclass
class Standing:
    """One brand, as known at the start of the week."""

    stars: int = 0
    reviews: int = 0
    backlog: float = 0.0


class Seen(NamedTuple):
    """What others may see of a person and a brand this week."""

    customer: bool
    satisfaction: float


class Noted(NamedTuple):
    """A note as the engine takes it."""

    at: float
    person: int
    what: Note
    brand: int
    numbers: tuple[float, float, float, float]


@dataclass
class News:
    """What happened this week and is known from the next on."""

    messages: list[tuple[int, int, bool, int]] = field(default_factory=list)  # to whom, brand, good, valence
    referrals: dict[int, tuple[float, int, int]] = field(default_factory=dict)  # to whom: when, by whom, brand
    reviews: list[tuple[int, int]] = field(default_factory=list)  # brand, stars
    contacts: list[int] = field(default_factory=list)  # brand


@dataclass
class Market:
    """Everybody, everything, and what was written down."""

    key: np.ndarray
    brands: int
    people: list[Person]
    friends: list[list[int]] | None  # None: everybody talks to everybody
    terms: Any  # golden.terms.Terms
    standings: list[Standing]
    week: int = 0
    seen: list[list[Seen]] = field(default_factory=list)
    news: News = field(default_factory=News)
    notes: list[Noted] = field(default_factory=list)
    tally: dict[tuple[int, int, Measure], int] = field(default_factory=dict)
    diary: list[SimpleNamespace] = field(default_factory=list)

    def uniform(self, person: Person, what_for: str, ordinal: int, brand: int = 0) -> float:
        """The luck of a person, for a purpose, the how-manieth time."""
        return luck.uniform(self.key, person.number, zlib.crc32(what_for.encode()), ordinal, brand)

    def normal(self, person: Person, what_for: str, ordinal: int, brand: int = 0) -> float:
        """The same luck as a standard normal number."""
        return luck.normal_quantile(self.uniform(person, what_for, ordinal, brand))

    def traits(self, person: Person, brand: int = -1) -> Any:
        """This week's traits of a person in dealing with a brand; -1 where none is at stake."""
        return self.terms.traits(self.week, person, brand)

    def offer(self, person: Person, brand: int) -> Any:
        """This week's offer of a brand to a person."""
        return self.terms.offer(self.week, person, brand)

    def count(self, brand: int, measure: Measure, amount: int = 1) -> None:
        """Add to the tally."""
        cell = (self.week, brand, measure)
        self.tally[cell] = self.tally.get(cell, 0) + amount

    def count_time(self, brand: int, measure: Measure, weeks: float) -> None:
        """Times are counted in millionths of a week."""
        self.count(brand, measure, math.floor(weeks * 1e6 + 0.5))

    def book(self, person: Person, brand: int, measure: Measure, amount: float) -> None:
        """Money is booked in ten-thousandths: revenue adds to what this person has earned the brand, costs take off."""
        units = math.floor(amount * 10_000 + 0.5)
        self.count(brand, measure, units)
        person.bonds[brand].margin += units if measure == Measure.revenue_money else -units
        person.bonds[brand].spent += units if measure == Measure.revenue_money else 0

    def note(self, person: Person, what: Note, brand: int = -1, *numbers: float) -> None:
        """Take a note, with up to four numbers."""
        a, b, c, d = (*map(float, numbers), 0.0, 0.0, 0.0, 0.0)[:4]
        self.notes.append(Noted(person.due, person.number, what, brand, (a, b, c, d)))

    def remember(self, what: str, person: Person, brand: int, **facts: Any) -> None:
        """Enter in the diary from which the ledger is recomputed; it says more than notes do."""
        self.diary.append(
            SimpleNamespace(what=what, week=self.week, at=person.due, person=person.number, brand=brand, **facts)
        )


def logistic(x: float) -> float:
    """1 / (1 + e^-x)."""
    return 1.0 / (1.0 + math.exp(-x))


def logit(p: float) -> float:
    """The inverse of `logistic`."""
    return math.log(p / (1.0 - p))
