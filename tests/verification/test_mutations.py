"""Protects the verification itself: a rule broken on purpose is noticed by the limit that speaks of it.

Each limit is lived twice in a small market, where the unbroken rules pass: once as they are, and once with a Customer
whose stage is broken in plain Python. Seed and size are the same, so the broken rule makes the difference. The compiled
engine stands for the unbroken one, since tests/engines shows that it lives the same lives as `Customer`, bit for bit.
"""

import math
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from cxsim.analysis.verification import LIMITS, verify
from cxsim.engine.agents import Customer
from cxsim.engine.state import Stage
from cxsim.scenario.parameter import LONGEST

PAGE = Path(__file__).parents[2] / "docs" / "verification.md"
REPLICATIONS = 20  # of few people: sizes at which the unbroken rules pass with this seed, which is always the same


@contextmanager
def instead(table, *keys, value):
    """A column of the world's records with another value for a moment."""
    for key in keys[:-1]:
        table = table[key]
    kept = table[keys[-1]].copy()
    table[keys[-1]] = value
    yield
    table[keys[-1]] = kept


class SeesOwnersTwice(Customer):
    def outside(self):
        with instead(self.state.standings, "owners", value=2 * self.state.standings["owners"]):
            super().outside()


class WaitsTooBriefly(Customer):
    def loyalty(self):
        super().loyalty()
        if self.stage == Stage.NEED:
            wait = self.state.due[self.number] - self.person.bought_at
            self.state.due[self.number] = self.person.bought_at + 0.7 * wait


class ForgetsTheSeason(Customer):
    def loyalty(self):
        even = np.arange(self.state.seasons.shape[1]) - LONGEST
        kept = self.state.seasons.copy()
        self.state.seasons[...] = even
        super().loyalty()
        self.state.seasons[...] = kept


class LearnsAThousandthTooMuch(Customer):
    surprise = 1.001

    def use(self):
        expected = float(self.bond(0).expectation)
        super().use()
        learned = float(self.bond(0).expectation) - expected
        self.bond(0).expectation = expected + self.surprise * learned


class LearnsHalfTooMuch(LearnsAThousandthTooMuch):
    surprise = 1.5


class SeesNoPrices(Customer):
    def purchase(self):
        with instead(self.state.traits, "purchase", "price_weight", value=0.0):
            super().purchase()


class MindsNoLosses(Customer):
    def use(self):
        with instead(self.state.traits, "use", "loss_aversion", value=1.0):
            super().use()


class NeverGivesUp(Customer):
    def support(self):
        with instead(self.state.offers, "support", "patience_weeks", value=math.inf):
            super().support()


class TiresOfAsking(Customer):
    def support(self):
        goes_on = 0.75 if self.person.raised == 0 else 0.0
        with instead(self.state.traits, "support", "raised_again", value=goes_on):
            super().support()


class GrowsAttached(Customer):
    def loyalty(self):
        super().loyalty()
        self.person.disposition += 0.5


class ForgetsTenure(Customer):
    def loyalty(self):
        streak = int(self.bond(0).streak)
        self.bond(0).streak = 1
        super().loyalty()
        self.bond(0).streak = streak


class NeverComesBack(Customer):
    def loyalty(self):
        with instead(self.state.traits, "loyalty", "rejoin", value=0.0):
            super().loyalty()


class RefersTwice(Customer):
    def telling(self):
        super().telling()
        self.person.uses += 1000  # luck not met otherwise
        super().telling()
        self.person.uses -= 1000


class BuysAsMuchAsOthers(Customer):
    def purchase(self):
        self.person.mean_basket = 1.0
        super().purchase()


class ForgetsTheCostOfGoods(Customer):
    def purchase(self):
        with instead(self.state.offers, "money", "unit_cost", value=0.0):
            super().purchase()


@dataclass(frozen=True)
class Mutation:
    limit: str
    words: str
    broken: type[Customer]
    people: int = 40
    overrides: tuple[str, ...] = ()


TEN_A_WEEK = (f"market.entry_counts={[10] * 40}", "brand.focal.support.capacity=6")
MORE_SEEDS = ("segment.seeds.share=0.05", "segment.others.share=0.95")
MUTATIONS = (
    Mutation("bass", "every owner is seen twice", SeesOwnersTwice),
    Mutation("nbd", "needs come back after seven tenths of the wait", WaitsTooBriefly),
    Mutation("product-life", "products last seven tenths of their life", WaitsTooBriefly),
    Mutation("season", "customers do not know the season, only who is new does", ForgetsTheSeason),
    Mutation("learning", "a use teaches a thousandth too much", LearnsAThousandthTooMuch, people=10),
    Mutation("stationary-variance", "a use teaches half too much", LearnsHalfTooMuch, people=30),
    Mutation("logit", "prices are not seen", SeesNoPrices, people=400),
    Mutation("loss-aversion", "a disappointment weighs no more than a pleasant surprise", MindsNoLosses, people=200),
    Mutation("abandonment", "callers never give up", NeverGivesUp, people=400, overrides=TEN_A_WEEK),
    Mutation("raised-again", "a problem is raised again once and no more", TiresOfAsking),
    Mutation("bg-nbd", "every purchase makes staying likelier", GrowsAttached, people=100),
    Mutation("pareto-nbd", "every purchase lengthens the lifetime", GrowsAttached, people=100),
    Mutation("bg-bb", "every purchase makes staying likelier", GrowsAttached, people=100),
    Mutation("sbg", "every renewal makes the next one likelier", GrowsAttached),
    Mutation("bdw", "nobody remembers how long they have been there", ForgetsTenure),
    Mutation("attrition", "who leaves never comes back", NeverComesBack),
    Mutation("branching", "everybody refers twice", RefersTwice, people=200, overrides=MORE_SEEDS),
    Mutation("gamma-gamma", "nobody buys more at a time than others", BuysAsMuchAsOthers),
    Mutation("spreadsheet", "the cost of goods is not booked", ForgetsTheCostOfGoods, people=20),
    Mutation("clv", "every renewal makes the next one likelier", GrowsAttached, people=20),
)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: each.limit)
def test_a_broken_rule_fails_its_limit(mutation):
    limit = LIMITS[mutation.limit]
    size = {"replications": REPLICATIONS, "people": mutation.people, "overrides": mutation.overrides}
    whole, broken = verify(limit, **size), verify(limit, customer=mutation.broken, **size)
    assert whole.passed, f"{mutation.limit} fails as it is"
    assert not broken.passed, f"{mutation.limit} does not notice that {mutation.words}"


def test_every_limit_has_a_mutation_and_the_page_says_which():
    assert {mutation.limit for mutation in MUTATIONS} == set(LIMITS)
    text = PAGE.read_text(encoding="utf-8")
    for mutation in MUTATIONS:
        assert f"| `{mutation.limit}` | {mutation.words} |" in text
