"""The plain Mesa model: what a person remembers of brands, and the way from a need through expectation and research."""

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import mesa

from cxsim.engine.state import Cause, Outcome, Stage
from cxsim.scenario.parameter import WEEKS_PER_YEAR
from cxsim.scenario.stages import Deal, Traits

if TYPE_CHECKING:
    from plain_mesa import PlainMarket
    from plain_shopper import Shopper

MOST_TRIES = 16
NOTHING = -1
COMPLETELY = 0.999999

Counts = defaultdict[str, float]


def logistic(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(-logit))


def logit(share: float) -> float:
    return math.log(share / (1.0 - share))


@dataclass(slots=True)
class Tie:
    """What a shopper remembers of one brand."""

    aware: bool
    taste: float
    considered: bool = False
    in_play: bool = False
    customer: bool = False
    purchases: int = 0
    loops: int = 0
    complaints: int = 0
    expectation: float = 0.0
    satisfaction: float = math.nan
    failures: float = 0.0
    heard: int = 0
    heard_good: int = 0
    heard_sum: float = 0.0
    last_bought: float = 0.0
    margin: float = 0.0
    referrer: "Shopper | None" = None
    doubt: tuple[Stage, Cause] | None = None
    ended: tuple[Stage, Cause] | None = None


@dataclass(slots=True)
class Brand:
    """What everybody knows of a brand, its desk, and its counts."""

    stars: int = 0
    reviews: int = 0
    backlog: float = 0.0
    contacts: int = 0
    counts: Counts = field(default_factory=lambda: defaultdict(float))
    money: Counts = field(default_factory=lambda: defaultdict(float))


class Person(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """Somebody with a need, expectations, and a search for what a brand is like; what comes then is in plain_purchase.py."""

    model: "PlainMarket"

    def __init__(self, model: "PlainMarket", kind: int, traits: Traits, offers: list[Deal]) -> None:
        super().__init__(model)
        draw = self.random
        self.kind = kind
        self.friends: list[Shopper] = []
        self.rate = draw.gammavariate(traits.need.rate_shape, 1.0 / traits.need.rate_scale_weeks)
        leave = draw.betavariate(traits.loyalty.leave_a, traits.loyalty.leave_b)
        self.disposition = -logit(min(max(leave, 1.0 - COMPLETELY), COMPLETELY))
        self.ties = [
            Tie(draw.random() < offer.expectation.awareness, draw.gauss(0.0, traits.use.taste_sd)) for offer in offers
        ]
        self.due = 0.0
        self.next: Callable[[], None] = self.need if traits.need.at_entry else self.outside
        self.patience = draw.expovariate(1.0)
        self.owners_near = 0
        self.uses = 0
        self.target = NOTHING
        self.last_brand = NOTHING
        self.by_habit = False
        self.call: tuple[Shopper, int] | None = None
        self.pursuing: tuple[Shopper, int] | None = None
        self.effort = self.relief = self.severity = self.episode = self.bought_at = 0.0
        self.harm = self.delight = 0.0
        self.misfit = self.late = False
        self.outcome = Outcome.NO_FAILURE
        self.grievance = Cause.NONE

    @property
    def traits(self) -> Traits:
        return self.model.traits[self.kind]

    @property
    def offers(self) -> list[Deal]:
        return self.model.offers[self.kind]

    def step(self) -> None:
        """Live everything due this week."""
        end_of_week = self.model.week + 1.0
        while self.due < end_of_week:
            self.next()

    # Need

    def outside(self) -> None:
        need = self.traits.need
        week = self.model.week
        if self.call is not None:
            self.pursuing = self.call
            self.start_journey(self.call[1])
            return
        advertising = [offer.need.reach_annual for offer in self.offers]
        pull = need.imitation_annual * self.owners_near / len(self.friends) if self.friends else 0.0
        annual = need.spontaneous_annual + sum(advertising) + pull
        weekly = annual / WEEKS_PER_YEAR
        left_of_week = week + 1.0 - self.due
        if weekly * left_of_week <= self.patience:
            self.patience -= weekly * left_of_week
            self.due = week + 1.0
            return
        self.due += self.patience / weekly
        u = self.random.random() * annual
        for brand, reach in enumerate(advertising):
            u -= reach
            if u < 0.0:
                self.start_journey(brand)
                return
        self.start_journey(self.brand_of_a_neighbour() if u < pull else None)

    def brand_of_a_neighbour(self) -> int | None:
        owned = [brand for friend in self.friends for brand, tie in enumerate(friend.ties) if tie.customer]
        return self.random.choice(owned) if owned else None

    def start_journey(self, brand: int | None) -> None:
        self.call = None
        if brand is not None:
            self.ties[brand].aware = True
        self.next = self.need

    def need(self) -> None:
        self.effort = 0.0
        self.relief = 0.0
        self.next = self.expect

    def await_next_need(self, since: float) -> None:
        self.pursuing = None
        self.due = max(self.due, since + self.random.expovariate(self.rate) if self.rate > 0.0 else math.inf)
        self.next = self.need

    # Expectation

    def expect(self) -> None:
        any_in_play = False
        for brand, tie in enumerate(self.ties):
            tie.in_play = False
            if brand == self.target if self.by_habit else tie.aware:
                self.bring_into_play(brand, tie)
                any_in_play = True
        if any_in_play:
            self.next = self.purchase if self.by_habit else self.research
        else:
            self.end_without_purchase()

    def bring_into_play(self, brand: int, tie: Tie) -> None:
        counts = self.model.brands[brand].counts
        tie.in_play = True
        counts["considered"] += 1
        if not tie.considered:
            tie.considered = True
            counts["newly_considered"] += 1
        if tie.purchases == 0:
            self.reopen(brand, tie)
        tie.expectation = self.expected_quality(brand, tie)

    def expected_quality(self, brand: int, tie: Tie) -> float:
        traits = self.traits.expectation
        promises = [offer.expectation.promise for offer in self.offers]
        promise = promises[brand]
        norm = (sum(promises) - promise) / (len(promises) - 1) if len(promises) > 1 else promise
        own, weight = traits.prior, traits.prior_weight
        if tie.purchases > 0:
            own = tie.expectation
            weight += traits.experience_weight * tie.purchases
        total = weight * own + traits.promise_weight * promise + traits.norm_weight * norm
        total += traits.heard_weight * tie.heard_sum
        weight += traits.promise_weight + traits.norm_weight + traits.heard_weight * tie.heard
        public = self.model.brands[brand]
        if public.reviews > 0:
            trust = traits.rating_weight * public.reviews / (public.reviews + traits.rating_half)
            total += trust * (public.stars / public.reviews - 1.0) / 4.0
            weight += trust
        imagined = self.random.gauss(0.0, traits.imagination_sd) if tie.purchases == 0 else 0.0
        return total / weight + imagined

    def end_without_purchase(self) -> None:
        self.by_habit = False
        self.target = NOTHING
        if self.uses == 0:
            self.pursuing = None
            self.patience = self.random.expovariate(1.0)
            self.next = self.outside
        else:
            self.await_next_need(self.due)

    # Research

    def research(self) -> None:
        tries = 0
        found_any = False
        for brand, tie in enumerate(self.ties):
            if tie.in_play:
                needed, found = self.search(brand)
                tries += needed
                weeks = needed * self.traits.research.duration_weeks
                self.model.brands[brand].counts["research_weeks"] += weeks
                if found:
                    found_any = True
                    self.inform(brand, tie)
                else:
                    tie.in_play = False
                    self.end_line(brand, tie, Stage.RESEARCH, Cause.NOT_FOUND)
        self.due += tries * self.traits.research.duration_weeks
        if found_any:
            self.next = self.purchase
        else:
            self.end_without_purchase()

    def search(self, brand: int) -> tuple[int, bool]:
        offer = self.offers[brand]
        traits = self.traits.research
        counts = self.model.brands[brand].counts
        counts["searches"] += 1
        for attempt in range(1, MOST_TRIES + 1):
            if self.random.random() < offer.research.findability:
                counts["found"] += 1
                self.pay(brand, "interventions", offer.fees.research)
                return attempt, True
            self.effort += 1.0
            if self.random.random() >= traits.persistence:
                break
        return attempt, False

    def inform(self, brand: int, tie: Tie) -> None:
        offer = self.offers[brand]
        traits = self.traits.research
        tie.expectation += offer.research.clarity * (offer.use.quality + tie.taste - tie.expectation)
        for _ in range(traits.asks if self.friends else 0):
            answer = self.random.choice(self.friends).ties[brand].satisfaction
            if not math.isnan(answer):
                tie.expectation += traits.ask_weight * (answer - tie.expectation)
