"""Section 5: who the people are at the start of week 0, all from keyed luck."""

import math
import zlib
from pathlib import Path

import numpy as np

from cxsim.engine.luck import key_of
from cxsim.engine.market.quantiles import beta_logit_quantile, gamma_log_quantile
from cxsim.engine.state import Stage
from cxsim.scenario import Scenario
from cxsim.scenario.schema import LinkKind
from cxsim.scenario.stages import Traits
from cxsim.scenario.stages.loyalty import Departure
from cxsim.scenario.stages.need import NextNeed
from golden.basket import varies
from golden.need import wait_for_next_need
from golden.people import Bond, Market, Person, Standing
from golden.season import when_passed
from golden.terms import Terms


def beginning(scenario: Scenario, seed: int, replication: int) -> Market:
    """The market as it begins: nothing is told, no desk is busy; whose customer somebody is from before is drawn."""
    brands = len(scenario.brand)
    market = Market(key_of(seed, replication), brands, [], None, Terms(scenario), [Standing() for _ in range(brands)])
    market.people = [somebody(market, scenario, number) for number in range(scenario.market.people)]
    market.friends = links(market, scenario)
    market.week = -scenario.market.run_in_weeks
    for me in market.people:
        if me.due == 0.0:
            me.due = me.entry = float(market.week)
            shares = [offer.purchase.customers_at_start for offer in scenario.brand.values()]
            u = market.uniform(me, "base: whose customer at the start", 0)
            mine = [brand for brand in range(brands) if sum(shares[:brand]) <= u < sum(shares[: brand + 1])]
            if mine:
                bought_before(market, me, mine[0])
    return market


def bought_before(market: Market, me: Person, brand: int) -> None:
    """One purchase of the brand, and stayed: at an even place of the wait for the next need."""
    me.needs = me.searches = me.choices = me.uses = 1
    me.target = me.last_brand = brand
    traits, offer, bond = market.traits(me, brand), market.offer(me, brand), me.bonds[brand]
    wait = wait_for_next_need(market, me)
    to_come = wait
    if traits.need.kind != NextNeed.repeat:
        to_come *= 1.0 - market.uniform(me, "base: share of the wait that is over", 0)
    me.due, me.bought_at = market.week + to_come, market.week + to_come - wait
    if traits.need.season and traits.need.kind != NextNeed.contract:
        me.due = when_passed(market, me, market.week, to_come)
        me.bought_at = when_passed(market, me, market.week, to_come - wait)
    bond.first_bought = bond.last_bought = me.bought_at
    me.stage, me.by_habit = Stage.NEED, True
    me.met = bond.expectation = offer.use.quality
    bond.aware = bond.considered = bond.customer = True
    bond.purchases = bond.streak = 1
    bond.satisfaction = traits.loyalty.satisfaction_reference
    bond.reference = offer.purchase.price
    bond.spent = math.floor(offer.purchase.price * 10_000 + 0.5)


def somebody(market: Market, scenario: Scenario, number: int) -> Person:
    """One person, whose luck does not depend on who else there is."""
    me = Person(number, "", frozenset(), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, Stage.OUTSIDE, [])
    me.segment, traits = segment_of(scenario, market.uniform(me, "population: segment", 0))
    me.covered_by = frozenset(
        plan.name for plan in scenario.intervention
        if market.uniform(me, "population: covered by an intervention", zlib.crc32(plan.name.encode()) & 0xFFFFFF)
        < plan.coverage < 1.0
    )  # fmt: skip
    me.due = me.entry = entry_of(scenario, number)
    me.rate = math.exp(
        quantile(gamma_log_quantile, market.uniform(me, "population: need rate", 0),
                 traits.need.rate_shape, traits.need.rate_scale_weeks)
    )  # fmt: skip
    me.disposition = disposition(market.uniform(me, "population: latent loyalty", 0), traits)
    me.mean_basket = mean_basket(market.uniform(me, "population: mean basket", 0), traits)
    me.patience = -math.log(market.uniform(me, "need: patience of those outside", 0))
    me.stage = Stage.NEED if traits.need.at_entry else Stage.OUTSIDE
    for brand, offer in enumerate(scenario.brand.values()):
        me.bonds.append(
            Bond(
                taste=traits.use.taste_sd * market.normal(me, "population: taste", 0, brand),
                aware=market.uniform(me, "population: aware at the start", 0, brand) < offer.expectation.awareness,
            )
        )
    return me


def segment_of(scenario: Scenario, u: float) -> tuple[str, Traits]:
    """The segment in whose share luck `u` falls, and its traits."""
    reached = 0.0
    for name, (share, traits) in scenario.segments().items():
        reached += share
        if u < reached:
            return name, traits
    return name, traits


def entry_of(scenario: Scenario, number: int) -> float:
    """The week of entry: so many in each step, repeated over the people."""
    weeks = []
    for step, count in enumerate(scenario.market.entry_counts):
        weeks += [step * scenario.market.entry_step_weeks] * count
    return weeks[number % len(weeks)]


def mean_basket(u: float, traits: Traits) -> float:
    """Inverse Gamma with mean 1, at most 10,000: luckier buys more."""
    q = traits.purchase.basket_evenness
    return (
        min(10_000.0, (q - 1.0) / math.exp(quantile(gamma_log_quantile, 1.0 - u, q, 1.0))) if varies(traits, q) else 1.0
    )


def disposition(u: float, traits: Traits) -> float:
    """Minus the logit of a Beta chance of leaving, or minus the log of a Gamma hazard: luckier is more loyal."""
    loyalty = traits.loyalty
    if loyalty.departure == Departure.after_use:
        return -quantile(beta_logit_quantile, 1.0 - u, loyalty.leave_a, loyalty.leave_b)
    return -quantile(gamma_log_quantile, 1.0 - u, loyalty.hazard_shape, loyalty.hazard_scale_weeks)


def quantile(of, u: float, *parameters: float) -> float:
    """One number of a function that takes arrays."""
    return float(of(np.array([u]), *parameters)[0])


def links(market: Market, scenario: Scenario) -> list[list[int]] | None:
    """Everybody's friends, in the order of the links; of the kinds of links those that golden lives use."""
    wanted, people = scenario.market.links, scenario.market.people
    if wanted.kind == LinkKind.complete:
        return None
    if wanted.kind == LinkKind.file:
        rows = Path(wanted.edges).read_text(encoding="utf-8").split()
        edges = [tuple(map(int, row.split(","))) for row in rows]
    else:
        assert wanted.kind == LinkKind.small_world
        edges = ring(market, wanted.neighbours // 2, wanted.rewiring)
    friends: list[list[int]] = [[] for _ in range(people)]
    for one, other in edges:
        friends[one].append(other)
        friends[other].append(one)
    return friends


def ring(market: Market, half: int, rewiring: float) -> list[tuple[int, int]]:
    """A small world: each linked to the next ones on a ring, a share of links to anybody."""
    people = len(market.people)
    edges = []
    for me in market.people:
        for step in range(min(half, (people - 1) // 2)):
            other = (me.number + step + 1) % people
            if market.uniform(me, "links: rewire", step) < rewiring:
                other = int(market.uniform(me, "links: new end", step) * (people - 1))
                other += other >= me.number
            edges.append((me.number, other))
    return edges
