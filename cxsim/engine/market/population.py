"""Who the people are: segment, coverage by interventions, latent rates and loyalties, tastes, awareness, entry.

Everything is drawn by key, so one more person changes nobody else.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxsim.engine.compiled import compiled
from cxsim.engine.journey.need import PATIENCE
from cxsim.engine.luck import exponential, normal, purpose, uniform
from cxsim.engine.market.logarithms import exp
from cxsim.engine.market.quantiles import beta_logit_quantile, gamma_log_quantile
from cxsim.engine.state import BOND, NO_BRAND, NO_SCORE, NO_WEEK, NOBODY, PERSON, Bond, Person, Stage
from cxsim.scenario.schedule import Strata
from cxsim.scenario.stages import Traits
from cxsim.scenario.stages.loyalty import Departure
from cxsim.scenario.stages.need import NextNeed

SEGMENT: Final = purpose("population: segment")
COVERED: Final = purpose("population: covered by an intervention")
RATE: Final = purpose("population: need rate")
DISPOSITION: Final = purpose("population: latent loyalty")
MEAN_BASKET: Final = purpose("population: mean basket")
TASTE: Final = purpose("population: taste")
AWARE: Final = purpose("population: aware at the start")
MOST_BASKET: Final = 10_000.0  # at the least evenness that is allowed, one person in four million has more

Luck = NDArray[np.uint64]
Records = NDArray[np.void]
Floats = NDArray[np.float64]


def populate(
    luck: Luck,
    people: int,
    shares: Floats,
    entry_weeks: Floats,
    begin: float = 0.0,
    layout: np.dtype[np.void] = PERSON,
) -> tuple[Floats, Records]:
    """People with segment and entry: (due, people records).

    Args:
        luck: of the run.
        people: how many.
        shares: of the segments, shape (segments,), summing to 1.
        entry_weeks: week of entry, repeated in this order over the people.
        begin: the week in which living begins, 0 or before; those who enter in week 0 are there from then on.
        layout: of their records, if mechanisms keep more.
    """
    records = np.zeros(people, layout)
    due = np.empty(people)
    records["news_week"] = begin
    _found(luck, records, due, np.cumsum(shares), np.where(entry_weeks == 0.0, begin, entry_weeks))
    return due, records


def cover(luck: Luck, people: Records, segments: int, coverages: Floats, coverage_keys: NDArray[np.int64]) -> Strata:
    """Give everybody the number of their stratum, and that as their kind; say what strata there are.

    Args:
        luck: of the run.
        people: with their segments; stratum and kind are written.
        segments: how many there are.
        coverages: of the interventions that reach only a share of people, shape (partial interventions,).
        coverage_keys: a number for each of these, so that who is covered does not depend on what else is in the plan.
    """
    covered = np.empty((len(people), len(coverages)), bool)
    if len(coverages) == 0:
        people["kind"] = people["stratum"] = people["segment"]
        return Strata(np.arange(segments), covered[:segments])
    _draw_who_is_covered(luck, coverages, coverage_keys, covered)
    codes = people["segment"].astype(np.int64)
    for column in covered.T:
        codes = np.unique(2 * codes + column, return_inverse=True)[1].reshape(-1)
    _, first, kinds = np.unique(codes, return_index=True, return_inverse=True)
    people["kind"] = people["stratum"] = kinds.reshape(-1)
    return Strata(people["segment"][first].astype(np.int64), covered[first])


def whom_covers(luck: Luck, people: int, coverage: float, key: int) -> NDArray[np.bool_]:
    """Whom of so many people a share drawn under a key covers, shape (people,)."""
    covered = np.empty((people, 1), bool)
    _draw_who_is_covered(luck, np.array([coverage]), np.array([key], np.int64), covered)
    return covered[:, 0]


@compiled
def _draw_who_is_covered(
    luck: Luck, coverages: Floats, coverage_keys: NDArray[np.int64], into: NDArray[np.bool_]
) -> None:
    for person in range(into.shape[0]):
        for place in range(coverages.shape[0]):
            into[person, place] = uniform(luck, person, COVERED, coverage_keys[place], 0) < coverages[place]


@compiled
def _found(luck: Luck, people: Records, due: Floats, shares: Floats, entry_weeks: Floats) -> None:
    segments = shares.shape[0]
    for person in range(people.shape[0]):
        me: Person = people[person]
        u = uniform(luck, person, SEGMENT, 0, 0)
        segment = 0
        while segment < segments - 1 and u >= shares[segment]:
            segment += 1
        me.segment = segment
        due[person] = entry_weeks[person % entry_weeks.shape[0]]
        me.entry = due[person]
        me.target = NO_BRAND
        me.last_brand = NO_BRAND
        me.called_by = NOBODY
        me.invited_by = NOBODY
        me.pursuing_call = NOBODY
        me.patience = exponential(luck, person, PATIENCE, 0, 0)


def endow(luck: Luck, people: Records, traits: list[Traits]) -> None:
    """Give everybody a need rate, a latent loyalty and a mean basket by their segment's distributions; `traits` by segment."""
    u_rate = np.empty(len(people))
    u_loyalty = np.empty(len(people))
    _draw(luck, RATE, u_rate)
    _draw(luck, DISPOSITION, u_loyalty)
    for segment, trait in enumerate(traits):
        mine = people["segment"] == segment if len(traits) > 1 else slice(None)
        need = trait.need
        people["rate"][mine] = exp(gamma_log_quantile(u_rate[mine], need.rate_shape, need.rate_scale_weeks))
        people["disposition"][mine] = _latent_loyalty(u_loyalty[mine], trait)
        people["stage"][mine] = Stage.NEED if need.at_entry else Stage.OUTSIDE
    _give_mean_baskets(luck, people, traits)


def _latent_loyalty(u: Floats, trait: Traits) -> Floats:
    """Luckier is more loyal. The chance to leave is Beta(a, b); or the hazard of leaving is Gamma(s, beta)."""
    loyalty = trait.loyalty
    if loyalty.departure == Departure.after_use:
        return -beta_logit_quantile(1.0 - u, loyalty.leave_a, loyalty.leave_b)
    return -gamma_log_quantile(1.0 - u, loyalty.hazard_shape, loyalty.hazard_scale_weeks)


def _give_mean_baskets(luck: Luck, people: Records, traits: list[Traits]) -> None:
    """Luckier is larger. Inverse Gamma(q) of mean 1; bounded, so that no sum of money leaves the whole numbers."""
    people["mean_basket"] = 1.0
    evenness = [np.inf if trait.need.kind == NextNeed.contract else trait.purchase.basket_evenness for trait in traits]
    if min(evenness) == np.inf:
        return
    u = np.empty(len(people))
    _draw(luck, MEAN_BASKET, u)
    for segment, q in enumerate(evenness):
        if q < np.inf:
            mine = people["segment"] == segment
            means = (q - 1.0) * exp(-gamma_log_quantile(1.0 - u[mine], q, 1.0))
            people["mean_basket"][mine] = np.minimum(MOST_BASKET, means)


@compiled
def _draw(luck: Luck, what_for: int, into: Floats) -> None:
    for person in range(into.shape[0]):
        into[person] = uniform(luck, person, what_for, 0, 0)


def meet(
    luck: Luck,
    people: Records,
    taste_sd: Floats,
    awareness: Floats,
    begin: float = 0.0,
    layout: np.dtype[np.void] = BOND,
) -> Records:
    """Bonds of everybody with every brand, shape (people, brands), with lasting tastes and first awareness.

    Args:
        luck: of the run.
        people: their records, shape (people,).
        taste_sd: by segment, shape (segments,).
        awareness: share who know each brand at the start, by kind, shape (kinds, brands).
        begin: the week in which living begins.
        layout: of their records, if mechanisms keep more.
    """
    bonds = np.zeros((len(people), awareness.shape[1]), layout)
    bonds["news_week"] = begin
    bonds["changed_week"] = begin - 1.0
    bonds["reported_week"] = NO_WEEK
    bonds["last_score"] = NO_SCORE
    _meet(luck, people, bonds, taste_sd, awareness)
    return bonds


@compiled
def _meet(luck: Luck, people: Records, bonds: Records, taste_sd: Floats, awareness: Floats) -> None:
    for person in range(bonds.shape[0]):
        me: Person = people[person]
        for brand in range(bonds.shape[1]):
            bond: Bond = bonds[person, brand]
            bond.aware = uniform(luck, person, AWARE, 0, brand) < awareness[me.kind, brand]
            bond.taste = taste_sd[me.segment] * normal(luck, person, TASTE, 0, brand)
            bond.referrer = NOBODY
            bond.satisfaction = np.nan
            bond.was_satisfaction = np.nan
            bond.first_lost_at = np.nan
            bond.first_bought = np.nan
            bond.looped_at = np.nan
            bond.last_bought = np.nan
