"""What is remembered: about a person, about a person and a brand, about a brand.

Each class below is two things at once: the layout of a NumPy record array that the compiled rules read and write, and
the type by which mypy checks those rules. Times are in weeks since the start; -1 stands for nobody and for no brand.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple, get_type_hints

import numpy as np
from numpy.typing import NDArray

from cxsim.moved import renamed

NOBODY: Final = -1
EVERYBODY: Final = -2
NO_BRAND: Final = -1
NEVER: Final = np.inf
NO_WEEK: Final = -(1 << 15)
NO_SCORE: Final = 255
BEFORE: Final = 255  # where a story ended that was over when the books were opened

Byte = Annotated[int, "u1"]
Small = Annotated[int, "i2"]
Count = Annotated[int, "u2"]
Whole = Annotated[int, "i4"]
Long = Annotated[int, "i8"]
Single = Annotated[float, "f4"]
Double = Annotated[float, "f8"]
Flag = Annotated[bool, "?"]


class Stage(IntEnum):
    """Where a person is in the story; the event that comes next for them."""

    OUTSIDE = 0  # no need yet: each week may start one
    NEED = 1  # a need arises when `due` comes
    EXPECTATION = 2
    RESEARCH = 3
    PURCHASE = 4
    USE = 5
    SUPPORT = 6
    LISTENING = 7
    TELLING = 8
    LOYALTY = 9
    LAPSE = 10  # leaves between purchases, when `due` comes
    GONE = 11  # left the category for good


class Cause(IntEnum):
    """Why a line ended: the largest negative term of that person's own sum."""

    NONE = 0
    NOT_FOUND = 1  # research: the answer needed could not be found
    RIVAL = 2  # a rival was worth more at the moment of choice
    PRICE = 3
    LOW_EXPECTATION = 4
    BAD_WORD = 5  # what others told
    CHECKOUT = 6  # the purchase would not complete
    NO_NEED = 7  # not buying at all was worth more
    QUALITY = 8  # the product itself
    LATE = 9
    MISFIT = 10
    DISAPPOINTMENT = 11  # less than expected
    EFFORT = 12
    FAILURE = 13
    UNRESOLVED = 14
    SLOW_SUPPORT = 15
    SILENT_FAILURE = 16  # something failed and nobody was told
    PAST_FAILURES = 17
    OWN_REASONS = 18  # the person's own latent loyalty, nothing the firm did
    TERMS = 19  # what was paid in the end was not what was understood


class Outcome(IntEnum):
    """How a failure ended for the person."""

    NO_FAILURE = 0
    SILENT = 1
    UNRESOLVED = 2
    RESOLVED = 3
    QUICK = 4


class Person:
    """One person, whichever brand they are with."""

    stage: Byte
    segment: Byte
    kind: (
        Whole  # row of the terms this person meets: stratum x which rules by history hold, see cxsim.scenario.schedule
    )
    stratum: Whole  # segment x which interventions cover them
    target: Small  # the brand this journey is heading for, or NO_BRAND
    last_brand: Small  # the brand bought last
    left: Flag  # left the category, and may come back
    by_habit: Flag  # this journey buys the same brand without research
    # how often each kind of luck has been met: the ordinals
    needs: Count
    searches: Count
    choices: Count
    uses: Count
    # who this person is
    entry: Single  # week of entering the market
    rate: Single  # latent need rate, needs per week
    disposition: Single  # latent loyalty: logit of staying (or minus the log of the hazard of leaving)
    mean_basket: Single  # how large this person's purchases are on average; 1 in the mean over people
    met: Single  # mean quality met in all uses so far, of any brand
    # the present episode
    patience: Double  # hazard still to be met before the next need arises outside
    bought_at: Double
    effort: Single  # spent so far in this journey, in tries
    basket: Single  # how large the purchase is: a factor of price and unit cost
    misfit: Flag  # the wrong variant was bought
    late: Flag
    misread: Flag  # what was paid was not what was understood
    outcome: Byte  # how the failure of this episode, if any, ended
    raised: Byte  # how often it was raised again, unresolved
    grievance: Byte  # the heaviest complaint of this episode, a Cause
    severity: Single  # of the failure this time, 0 if none
    gap: Single  # how much dearer this purchase was than the price remembered, as a share of it
    episode: Single  # satisfaction with this episode
    harm: Single  # cumulative satisfaction that the failure of this episode cost
    delight: Single  # satisfaction with a quick recovery: told in surveys, acts on nothing else
    relief: Single  # what a call back adds to the logit of staying
    # what others do: known as of the start of week `news_week`, and the news since
    news_week: Small
    owners_near: Whole  # neighbours who are somebody's customers
    owners_news: Whole
    called_by: Whole  # a referral made in week `called_week`
    called_to: Small
    called_week: Small
    invited_by: Whole  # the earliest referral of this week, if any
    invited_to: Small
    invited_at: Double  # exact, so that equal times tie
    pursuing_call: Whole  # the referrer whose call started this journey
    pursuing_to: Small  # and the brand they recommended


class Bond:
    """One person and one brand."""

    aware: Flag
    considered: Flag  # was part of at least one journey
    in_play: Flag  # is part of the present journey
    customer: Flag
    was_customer: Flag  # at the start of the week `changed_week`
    changed_week: Small
    purchases: Count
    streak: Count  # purchases in a row
    loop_purchases: Count  # made by habit, without research
    complaints: Count  # failures met
    converts: Count  # people referred who bought
    referrer: Whole  # whose referral led to the first purchase
    expectation: Single
    satisfaction: Single  # cumulative
    was_satisfaction: Single  # at the start of the week `changed_week`
    failures: Single  # failure memory F
    reference: Single  # the price remembered, once bought
    grudge: Single  # what the last experience took from the logit of staying, 0 or more
    taste: Single  # how much this person likes this brand beyond its quality
    doubt_stage: Byte  # the stage and cause to record if a rival makes the next sale
    doubt_cause: Byte
    ended_stage: Byte  # OUTSIDE while the line has not ended; BEFORE: in the run-in, and not begun anew since
    ended_cause: Byte
    first_lost_at: Single  # when a line with this customer ended for the first time
    first_bought: Single
    looped_at: Single  # the second purchase
    last_bought: Single
    news_week: Small  # messages heard as of the start of this week, and the news since
    heard: Whole
    heard_good: Whole
    heard_sum: Whole  # of their satisfaction, in 1/VALENCE_UNIT
    news: Whole
    news_good: Whole
    news_sum: Whole
    margin: Long  # earned on this person so far, in whole 1/MONEY_UNIT of the currency
    # what stands in the brand's books beside purchases, of the run-in too
    spent: Long  # paid by this person so far, in the same unit
    reported_week: Small  # in which a failure was last reported to the desk, or NO_WEEK
    last_score: Byte  # the last answer to a survey, 0 to 10, or NO_SCORE


class Standing:
    """One brand, as everybody could know it at the last tick, and what has happened to it since."""

    stars: Long  # sum of all review stars
    reviews: Long
    new_stars: Long
    new_reviews: Long
    backlog: Double  # contacts waiting at the support desk
    contacts: Long  # made since the last tick
    owners: Long  # customers of the brand
    owners_news: Long


class Cut:
    """Where rules by history tell people apart; who has at least `edge` of a variable is `stride` cells further on."""

    edge: Double
    stride: Long
    brand: Small
    variable: Byte  # a History
    is_first: Flag  # of the cuts of its variable


class Look:
    """What came of looking into the books about a person."""

    again: Double  # week from which time alone may have changed what stands there
    kind: Whole  # of this week
    next: Whole  # of the next one
    since: Whole  # week from which on those of this kind are still to be counted
    entry: Single  # of the person: nobody is meant before


# Places in `State.clock`.
WEEK: Final = 0  # the current week
WATCHED: Final = 1  # whose life is noted: a person, NOBODY or EVERYBODY
NOTES: Final = 2  # how many notes were taken

VALENCE_UNIT: Final = 1 << 12  # fixed point, so that sums do not depend on the order of adding
MONEY_UNIT: Final = 10_000
TIME_UNIT: Final = 1_000_000


def layout(record: type) -> np.dtype[np.void]:
    """The NumPy record type of one of the classes above."""
    hints = get_type_hints(record, include_extras=True)
    fields = [(name, np.dtype(hint.__metadata__[0])) for name, hint in hints.items()]
    return _widest_first(fields)


def _widest_first(fields: Sequence[tuple[str, Any]]) -> np.dtype[np.void]:
    """Of (name, type): no padding between fields."""
    return np.dtype(sorted(fields, key=lambda field: -np.dtype(field[1]).itemsize), align=True)


def extended(record: np.dtype[np.void], own: dict[str, list[tuple[str, str]]]) -> np.dtype[np.void]:
    """A record with the fields that mechanisms keep, nested under the name of each, before its own.

    Numba takes a record that begins like another one for that other one; this must not be.

    Args:
        record: `PERSON`, `BOND` or `STANDING`.
        own: (name, NumPy type) of its fields, by mechanism; those without any are passed over.
    """
    nested = [(name, _widest_first(fields)) for name, fields in own.items() if fields]
    if not nested:
        return record
    return np.dtype([*nested, *((name, record[name]) for name in record.names or ())], align=True)


PERSON: Final = layout(Person)
BOND: Final = layout(Bond)
STANDING: Final = layout(Standing)
CUT: Final = layout(Cut)
LOOK: Final = layout(Look)


class State(NamedTuple):
    """Everything a run reads and writes; the only argument, besides the person, of every rule.

    `offers[first_row[week] + kind, brand]` and `traits[first_row[week] + kind, brand]` are the scenario's terms as a person
    of that kind meets them in dealing with a brand (traits with NO_BRAND where none is at stake: the last column), and may be
    written in mid-run: the next event reads them. What people were drawn from (need
    rates, latent loyalties, tastes, first awareness) is not in them. The friends of person i are
    `friends[first_friend[i]:first_friend[i + 1]]`.
    """

    due: NDArray[np.float64]  # (people,) week of each person's next event
    people: NDArray[np.void]  # (people,) Person
    bonds: NDArray[np.void]  # (people, brands) Bond
    standings: NDArray[np.void]  # (brands,) Standing
    offers: NDArray[np.void]  # (periods * kinds, brands) Deal
    traits: NDArray[np.void]  # (periods * kinds, brands + 1) Traits
    first_row: NDArray[np.int64]  # (weeks,) where the rows of each week's period begin
    seasons: NDArray[np.float64]  # (segments, 2 * LONGEST + 1) time added up by the season; (0, 0) without one
    cuts: NDArray[np.void]  # (cuts,) Cut; none without rules by history
    cells: NDArray[np.int64]  # (cells,) how many kinds further on than their stratum people are
    meant: NDArray[np.bool_]  # (periods * kinds, rules) whom rules that are at work mean
    first_friend: NDArray[np.int64]  # (people + 1,), empty when everybody talks to everybody
    friends: NDArray[np.int32]
    luck: NDArray[np.uint64]  # (3,) two key words and the replication
    clock: NDArray[np.int64]  # (3,) WEEK, WATCHED, NOTES
    tally: NDArray[np.int64]  # (weeks, brands, measures)
    log: NDArray[np.void]  # (capacity,) notes on the watched person
    looks: NDArray[np.void]  # (people,) Look; none without rules by history
    heed: NDArray[np.float64]  # (people,) from which week on a look has to be heeded; none without rules by history
    weeks_meant: NDArray[np.uint16]  # (people, rules) in how many weeks, of those before `Look.since`
    counted: NDArray[np.void]  # (weeks, brands) what mechanisms count, by name
    mechanisms: NDArray[np.void]  # (0,) only its type says something: which mechanisms the rules are compiled with


WRITTEN: Final = (
    "due",
    "people",
    "bonds",
    "standings",
    "clock",
    "tally",
    "looks",
    "heed",
    "weeks_meant",
    "counted",
)  # while people live


def copy_of(state: State) -> State:
    """The same records once more, to live on by themselves; what nobody writes while people live is shared."""
    taken = min(int(state.clock[NOTES]), len(state.log))
    log = np.zeros(len(state.log), state.log.dtype)  # of which only what is noted takes memory
    log[:taken] = state.log[:taken]
    written: dict[str, Any] = {name: bytes_copied(getattr(state, name)) for name in WRITTEN}
    return state._replace(log=log, **written)


def bytes_copied(records: NDArray[Any]) -> NDArray[Any]:
    """A copy with the bytes between fields, which NumPy's own leaves to chance; and several times as fast."""
    return records.view(np.uint8).copy().view(records.dtype)


if not TYPE_CHECKING:  # or any name would do
    __getattr__ = renamed(__name__, World="State")
