"""The same journey as a plain Mesa model: what a modeller would write without cxsim.

One agent a person with ordinary attributes, one small object for each brand a person may deal with, `model.random`
for luck, `agents.shuffle_do` for the order, friends as lists of agents. It reads the same parameters from the same
`Scenario` and lives the same stages with the same formulas: need, expectation, research, purchase, use, support,
listening, telling, loyalty, with money, ratings and a queue. It is simpler where a plain model may be: news reach
others at once and not at the tick, luck is a single stream (so no two plans share it), no life can be watched, and
only what the scenario needs is built: needs that repeat, departure after use, small-world links.
"""

import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from typing import Any, TypeVar, cast

import mesa
import networkx as nx
import numpy as np

from cxsim.engine.journey.support import MINOR, REPURCHASE_MAJOR, REPURCHASE_MINOR
from cxsim.engine.state import Cause, Outcome, Stage
from cxsim.scenario import Scenario
from cxsim.scenario.parameter import WEEKS_PER_YEAR, Section
from cxsim.scenario.schedule import Strata, build_schedule, partial_interventions
from cxsim.scenario.schema import LinkKind
from cxsim.scenario.stages import Deal, Traits
from cxsim.scenario.stages.loyalty import Departure
from cxsim.scenario.stages.need import NextNeed

MOST_TRIES = 16
NOTHING = -1
COMPLETELY = 0.999999

Counts = defaultdict[str, float]
Schedule = TypeVar("Schedule", bound=Section)


def logistic(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(-logit))


def logit(share: float) -> float:
    return math.log(share / (1.0 - share))


BEST = logit(REPURCHASE_MINOR[Outcome.QUICK - 1])
AFTER_MINOR = {outcome: logit(share) - BEST for outcome, share in enumerate(REPURCHASE_MINOR, start=1)}
AFTER_MAJOR = {outcome: logit(share) - BEST for outcome, share in enumerate(REPURCHASE_MAJOR, start=1)}


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


class Shopper(mesa.Agent):  # type: ignore[misc]  # Mesa ships no types
    """A person who lives one journey after the other."""

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

    # Purchase

    def purchase(self) -> None:
        chosen = self.target if self.by_habit else self.choose()
        while chosen != NOTHING:
            self.model.brands[chosen].counts["chosen"] += 1
            if self.checks_out(chosen):
                self.buy(chosen)
                return
            chosen = self.after_failed_checkout(chosen)
        self.lose_those_in_play(NOTHING)
        self.end_without_purchase()

    def gumbel(self) -> float:
        return -math.log(self.random.expovariate(1.0))

    def talk_balance(self, tie: Tie) -> float:
        return (2.0 * tie.heard_good - tie.heard) / (tie.heard + 1.0)

    def utility(self, brand: int) -> float:
        traits = self.traits.purchase
        offer = self.offers[brand].purchase
        tie = self.ties[brand]
        value = traits.expectation_weight * tie.expectation - traits.price_weight * offer.price + offer.appeal
        if brand == self.last_brand:
            value += traits.inertia
        return value + traits.heard_weight * self.talk_balance(tie)

    def choose(self) -> int:
        best = NOTHING
        best_value = self.traits.purchase.outside + self.gumbel()
        for brand, tie in enumerate(self.ties):
            if tie.in_play:
                value = self.utility(brand) + self.gumbel()
                if value > best_value:
                    best, best_value = brand, value
        return best

    def checks_out(self, brand: int) -> bool:
        ease = self.offers[brand].purchase.ease
        retry = self.traits.purchase.retry
        for _ in range(MOST_TRIES):
            if self.random.random() < ease:
                return True
            self.effort += 1.0
            if self.random.random() >= retry:
                break
        return False

    def after_failed_checkout(self, brand: int) -> int:
        self.ties[brand].in_play = False
        self.end_line(brand, self.ties[brand], Stage.PURCHASE, Cause.CHECKOUT)
        if self.random.random() >= self.traits.purchase.to_rival:
            return NOTHING
        if self.by_habit:
            self.by_habit = False
            for other, tie in enumerate(self.ties):
                if other != brand and tie.aware:
                    self.bring_into_play(other, tie)
        return self.choose()

    def buy(self, brand: int) -> None:
        tie = self.ties[brand]
        offer = self.offers[brand]
        counts = self.model.brands[brand].counts
        tie.margin += offer.purchase.price
        self.model.brands[brand].money["revenue"] += offer.purchase.price
        self.pay(brand, "goods", offer.money.unit_cost)
        self.pay(brand, "interventions", offer.fees.purchase)
        self.lose_those_in_play(brand)
        self.count_sale(brand, tie, counts)
        self.reopen(brand, tie)
        tie.purchases += 1
        tie.last_bought = self.due
        tie.doubt = None
        self.set_customer(brand, tie, True)
        self.target = self.last_brand = brand
        self.bought_at = self.due
        self.misfit = self.random.random() >= offer.purchase.fit
        self.late = self.random.random() < offer.use.late_rate
        delivery = offer.use.delivery_weeks + (offer.use.late_weeks if self.late else 0.0)
        counts["misfits"] += self.misfit
        counts["late"] += self.late
        counts["delivery_weeks"] += delivery
        self.due += delivery
        self.next = self.use

    def count_sale(self, brand: int, tie: Tie, counts: Counts) -> None:
        counts["purchases"] += 1
        if tie.purchases > 0:
            counts["repeat_purchases"] += 1
            counts["loop_weeks"] += self.due - tie.last_bought
            if self.by_habit:
                tie.loops += 1
                counts["loops"] += 1
            else:
                counts["returns"] += 1
            return
        counts["first_purchases"] += 1
        if self.pursuing is not None and self.pursuing[1] == brand:
            tie.referrer = self.pursuing[0]
            counts["referred_purchases"] += 1
            reward = self.pursuing[0].offers[brand].telling.reward
            self.pay(brand, "rewards", reward)

    def lose_those_in_play(self, winner: int) -> None:
        for brand, tie in enumerate(self.ties):
            if brand != winner and (tie.in_play or tie.customer):
                stage, cause = tie.doubt or (Stage.PURCHASE, self.why_not_chosen(tie, brand, winner))
                self.end_line(brand, tie, stage, cause)

    def why_not_chosen(self, tie: Tie, brand: int, winner: int) -> Cause:
        traits = self.traits.purchase
        price = self.offers[brand].purchase.price
        if winner == NOTHING:
            gaps = {
                Cause.LOW_EXPECTATION: traits.expectation_weight * (tie.expectation - 1.0),
                Cause.PRICE: -traits.price_weight * price,
                Cause.BAD_WORD: traits.heard_weight * self.talk_balance(tie),
                Cause.NO_NEED: -max(0.0, traits.outside),
            }
        else:
            chosen = self.ties[winner]
            gaps = {
                Cause.LOW_EXPECTATION: traits.expectation_weight * (tie.expectation - chosen.expectation),
                Cause.PRICE: traits.price_weight * (self.offers[winner].purchase.price - price),
                Cause.BAD_WORD: traits.heard_weight * (self.talk_balance(tie) - self.talk_balance(chosen)),
                Cause.RIVAL: self.offers[brand].purchase.appeal - self.offers[winner].purchase.appeal,
            }
        return min(gaps, key=gaps.__getitem__)

    # A customer, or a line

    def set_customer(self, brand: int, tie: Tie, customer: bool) -> None:
        if tie.customer == customer:
            return
        owned = any(other.customer for other in self.ties)
        tie.customer = customer
        self.model.brands[brand].counts["customers_gained" if customer else "customers_lost"] += 1
        if any(other.customer for other in self.ties) != owned:
            for friend in self.friends:
                friend.owners_near += 1 if customer else -1

    def end_line(self, brand: int, tie: Tie, stage: Stage, cause: Cause) -> None:
        if tie.ended is not None:
            return
        tie.ended = stage, cause
        self.model.brands[brand].counts["lines"] += 1
        self.set_customer(brand, tie, False)
        tie.doubt = None

    def reopen(self, brand: int, tie: Tie) -> None:
        if tie.ended is not None:
            tie.ended = None
            self.model.brands[brand].counts["reopened"] += 1

    def pay(self, brand: int, what: str, amount: float) -> None:
        if amount != 0.0:
            self.model.brands[brand].money[what] += amount
            self.ties[brand].margin -= amount

    # Use

    def use(self) -> None:
        brand = self.target
        tie = self.ties[brand]
        offer = self.offers[brand]
        traits = self.traits.use
        counts = self.model.brands[brand].counts
        self.severity = 0.0
        if self.random.random() < offer.use.failure_rate:
            self.severity = self.random.random() ** ((1.0 - offer.use.severity) / offer.use.severity)
        delivered = offer.use.quality + tie.taste + self.random.gauss(0.0, offer.use.quality_sd)
        late = traits.lateness_cost if self.late else 0.0
        misfit = traits.mismatch_cost if self.misfit else 0.0
        failure = traits.failure_cost * self.severity
        quality = delivered - late - misfit - failure
        expected = tie.expectation
        surprise = self.surprise(quality, expected)
        tired = traits.effort_weight * self.effort
        self.episode = self.satisfaction(quality, expected, surprise)
        complaints = {
            Cause.QUALITY: self.traits.loyalty.satisfaction_reference
            - (traits.satisfaction_base + traits.perception_weight * delivered),
            Cause.LATE: late,
            Cause.MISFIT: misfit,
            Cause.FAILURE: failure,
            Cause.DISAPPOINTMENT: -traits.surprise_weight * surprise,
            Cause.EFFORT: tired,
        }
        self.grievance = max(complaints, key=complaints.__getitem__)
        share = 1.0 if tie.purchases == 1 else traits.memory
        self.harm = self.delight = 0.0
        if failure > 0.0:
            unharmed = quality + failure
            relieved = self.satisfaction(unharmed, expected, self.surprise(unharmed, expected))
            self.harm = share * (relieved - self.episode)
        tie.satisfaction = self.episode if share == 1.0 else (1.0 - share) * tie.satisfaction + share * self.episode
        learning = self.traits.expectation
        rate = 1.0 / (tie.purchases + 1.0) if learning.average_learning else learning.learning
        tie.expectation = expected + rate * (quality - expected)
        counts["uses"] += 1
        self.pay(brand, "interventions", offer.fees.use)
        self.outcome = Outcome.NO_FAILURE
        self.next = self.listen
        if self.severity > 0.0:
            tie.complaints += 1
            counts["failures"] += 1
            self.next = self.support

    def surprise(self, quality: float, expected: float) -> float:
        """Disconfirmation as felt: losses loom larger."""
        traits = self.traits.use
        gap = (1.0 - traits.assimilation) * (quality - expected)
        return gap if gap >= 0.0 else traits.loss_aversion * gap

    def satisfaction(self, quality: float, expected: float, surprise: float) -> float:
        traits = self.traits.use
        perceived = quality + traits.assimilation * (expected - quality)
        total = traits.satisfaction_base + traits.perception_weight * perceived + traits.surprise_weight * surprise
        return total - traits.effort_weight * self.effort

    # Support

    def support(self) -> None:
        brand = self.target
        tie = self.ties[brand]
        offer = self.offers[brand]
        desk = offer.support
        traits = self.traits.support
        public = self.model.brands[brand]
        chance = logistic(
            traits.contact_base + traits.contact_severity * self.severity - traits.contact_effort * desk.access_effort
        )
        self.next = self.listen
        if self.random.random() >= chance:
            self.outcome = Outcome.SILENT
            public.counts["silent"] += 1
            return
        wait = public.backlog / desk.capacity + desk.handling_weeks
        if self.random.random() >= desk.resolve_rate:
            self.outcome = Outcome.UNRESOLVED
        elif wait <= desk.quick_limit_weeks and self.random.random() < desk.quick_rate:
            self.outcome = Outcome.QUICK
        else:
            self.outcome = Outcome.RESOLVED
        effort = desk.access_effort + traits.wait_effort * wait
        share = 1.0 if tie.purchases == 1 else self.traits.use.memory
        self.effort += effort
        self.episode -= self.traits.use.effort_weight * effort
        tie.satisfaction -= share * self.traits.use.effort_weight * effort
        if self.outcome == Outcome.QUICK and tie.complaints == 1 and self.severity < 0.5:
            self.delight = traits.paradox_bonus
        public.contacts += 1
        public.counts["contacts"] += 1
        public.counts["support_weeks"] += wait
        public.counts[self.outcome.name.lower()] += 1
        self.pay(brand, "contacts", offer.money.contact_cost)
        self.pay(brand, "interventions", offer.fees.support)
        self.due += wait

    # Listening

    def listen(self) -> None:
        brand = self.target
        tie = self.ties[brand]
        offer = self.offers[brand]
        counts = self.model.brands[brand].counts
        satisfied, episode = tie.satisfaction + self.delight, self.episode + self.delight
        self.count_scores(counts, "true_", recommend_score(satisfied), five_point(episode))
        counts["satisfaction"] += episode
        self.next = self.tell
        if self.random.random() >= offer.listening.survey_rate:
            return
        counts["surveys"] += 1
        self.pay(brand, "interventions", offer.fees.listening)
        traits = self.traits.listening
        away = satisfied - self.traits.telling.neutral
        answers = traits.response_base + traits.response_extremity * abs(away) + traits.response_valence * away
        if self.random.random() >= logistic(answers):
            return
        score = recommend_score(satisfied + self.random.gauss(0.0, traits.noise_sd))
        stars = five_point(episode + self.random.gauss(0.0, traits.noise_sd))
        counts["answers"] += 1
        self.count_scores(counts, "", score, stars)
        counts["effort_scores"] += max(1, math.floor(7.0 - self.effort + 0.5))
        if score <= 6 and self.random.random() < offer.listening.callback_rate:
            self.relief = offer.listening.callback_lift
            counts["callbacks"] += 1
            self.pay(brand, "callbacks", offer.money.callback_cost)

    def count_scores(self, counts: Counts, whose: str, score: int, stars: int) -> None:
        if score >= 9:
            counts[whose + "promoters"] += 1
        elif score <= 6:
            counts[whose + "detractors"] += 1
        if stars >= 4:
            counts[whose + "satisfied"] += 1

    # Telling

    def tell(self) -> None:
        brand = self.target
        public = self.model.brands[brand]
        self.tell_friends(brand, public)
        self.refer(brand, public)
        self.review(public)
        self.next = self.decide

    def tell_friends(self, brand: int, public: Brand) -> None:
        traits = self.traits.telling
        away = self.episode - traits.neutral
        messages = self.poisson(traits.base + (traits.good * away if away >= 0.0 else -traits.bad * away))
        if messages == 0 or not self.friends:
            return
        for _ in range(messages):
            tie = self.random.choice(self.friends).ties[brand]
            tie.aware = True
            tie.heard += 1
            tie.heard_good += away >= 0.0
            tie.heard_sum += self.episode
        public.counts["messages_good" if away >= 0.0 else "messages_bad"] += messages

    def poisson(self, mean: float) -> int:
        count, product, limit = 0, self.random.random(), math.exp(-mean)
        while product > limit:
            count += 1
            product *= self.random.random()
        return count

    def refer(self, brand: int, public: Brand) -> None:
        traits = self.traits.telling
        offer = self.offers[brand]
        satisfaction = self.ties[brand].satisfaction
        if satisfaction < traits.refer_threshold or not self.friends:
            return
        away = satisfaction - traits.neutral
        if self.random.random() >= logistic(
            traits.refer_base + traits.refer_satisfaction * away + traits.refer_reward * offer.telling.reward
        ):
            return
        friend = self.random.choice(self.friends)
        if friend.next == friend.outside and friend.call is None:
            friend.call = self, brand
        public.counts["referrals"] += 1
        self.pay(brand, "interventions", offer.fees.telling)

    def review(self, public: Brand) -> None:
        traits = self.traits.telling
        away = self.episode - traits.neutral
        if self.random.random() < logistic(
            traits.review_base + traits.review_extremity * abs(away) + traits.review_valence * away
        ):
            stars = five_point(self.episode)
            public.stars += stars
            public.reviews += 1
            public.counts["reviews"] += 1

    # Loyalty

    def decide(self) -> None:
        brand = self.target
        tie = self.ties[brand]
        traits = self.traits.loyalty
        recovery = 0.0
        if self.outcome != Outcome.NO_FAILURE:
            recovery = self.traits.support.recovery_weight * recovery_offset(self.outcome, self.severity)
        felt = tie.satisfaction + min(1.0, self.traits.support.recovery_weight) * self.harm
        unhappy = traits.satisfaction_weight * (felt - traits.satisfaction_reference)
        past = -traits.failure_weight * tie.failures
        chance = logistic(self.disposition + unhappy + past + recovery + self.relief)
        lasting = self.severity if self.outcome in (Outcome.SILENT, Outcome.UNRESOLVED) else 0.0
        tie.failures = traits.failure_memory * tie.failures + lasting
        if tie.referrer is not None and tie.referrer.ties[brand].customer:
            chance **= traits.referred_hazard
        self.uses += 1
        if self.random.random() < chance or (tie.purchases == 1 and not traits.first_may_leave):
            self.by_habit = True
            self.model.brands[brand].counts["stays"] += 1
            self.await_next_need(self.bought_at)
        else:
            self.look_around_or_leave(brand, tie, self.heaviest_term(unhappy, past, recovery))

    def heaviest_term(self, unhappy: float, past: float, recovery: float) -> Cause:
        lowest = min(unhappy, past, recovery, self.disposition, 0.0)
        if lowest == 0.0 or lowest == self.disposition:
            return Cause.OWN_REASONS
        if lowest == unhappy:
            return self.grievance
        if lowest == past:
            return Cause.PAST_FAILURES
        return {
            Outcome.SILENT: Cause.SILENT_FAILURE,
            Outcome.UNRESOLVED: Cause.UNRESOLVED,
            Outcome.RESOLVED: Cause.SLOW_SUPPORT,
        }.get(self.outcome, Cause.FAILURE)

    def look_around_or_leave(self, brand: int, tie: Tie, cause: Cause) -> None:
        self.by_habit = False
        stage = Stage.USE if self.outcome in (Outcome.NO_FAILURE, Outcome.SILENT) else Stage.SUPPORT
        if self.random.random() < self.traits.loyalty.exit:
            self.end_line(brand, tie, stage, cause)
            self.due = math.inf
            return
        self.model.brands[brand].counts["doubts"] += 1
        tie.doubt = stage, cause
        self.await_next_need(self.bought_at)


def recovery_offset(outcome: Outcome, severity: float) -> float:
    minor, major = AFTER_MINOR[outcome], AFTER_MAJOR[outcome]
    if severity < MINOR:
        return minor * severity / MINOR
    return minor + (severity - MINOR) / (1.0 - MINOR) * (major - minor)


def recommend_score(satisfaction: float) -> int:
    return min(10, max(0, math.floor(10.0 * satisfaction + 0.5)))


def five_point(satisfaction: float) -> int:
    return min(5, max(1, math.floor(1.0 + 4.0 * satisfaction + 0.5)))


def as_section(section: type[Schedule], record: Any) -> Schedule:
    """A section of the scenario as an object with plain Python numbers, from a row of the week's terms."""
    values: dict[str, Any] = {}
    for name, info in section.model_fields.items():
        kind = info.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            values[name] = as_section(kind, record[name])
        else:
            values[name] = record[name].item()
    return cast(Schedule, section.model_construct(**values))


class PlainMarket(mesa.Model):  # type: ignore[misc]  # Mesa ships no types
    """A market of `Shopper`s; one week a step.

    Raises:
        ValueError: if the scenario asks for what this plain version leaves out.
    """

    traits: list[Traits]  # of this week, by kind
    offers: list[list[Deal]]

    def __init__(self, scenario: Scenario, seed: int = 1) -> None:
        super().__init__(seed=seed)
        traits = [trait for _, trait in scenario.segments().values()]
        repeat = all(trait.need.kind == NextNeed.repeat for trait in traits)
        after_use = all(trait.loyalty.departure == Departure.after_use for trait in traits)
        everybody_at_once = scenario.market.entry_step_weeks == 0.0
        small_world = scenario.market.links.kind == LinkKind.small_world
        if not (repeat and after_use and everybody_at_once and small_world):
            raise ValueError("the plain model knows repeat needs, departure after use, one entry and small worlds only")
        self.week = 0
        self.brands = [Brand() for _ in scenario.brand]
        self._prepare_terms(scenario)
        shares = [share for share, _ in scenario.segments().values()]
        coverages = [scenario.intervention[place].coverage for place in partial_interventions(scenario)]
        for _ in range(scenario.market.people):
            segment = self.random.choices(range(len(shares)), shares)[0]
            kind = sum(1 << place for place, coverage in enumerate(coverages) if self.random.random() < coverage)
            kind = kind * len(shares) + segment
            Shopper(self, kind, self._weeks[0][0][kind], self._weeks[0][1][kind])
        shoppers = list(self.agents)
        wanted = scenario.market.links
        graph = nx.watts_strogatz_graph(len(shoppers), wanted.neighbours, wanted.rewiring, seed=seed)
        for shopper, friends in zip(shoppers, graph.adjacency(), strict=True):
            shopper.friends = [shoppers[friend] for friend in friends[1]]

    def _prepare_terms(self, scenario: Scenario) -> None:
        """The week's terms for each kind of person, as objects with plain numbers."""
        schedule = build_schedule(scenario)
        combinations = np.array(list(product([False, True], repeat=len(schedule.partial))), bool)[:, ::-1]
        segments = len(schedule.shares)
        strata = Strata(np.tile(np.arange(segments), len(combinations)), np.repeat(combinations, segments, axis=0))
        terms, kinds = schedule.terms(strata), segments * len(combinations)
        periods = [
            (
                [as_section(Traits, terms.traits[row, -1]) for row in range(first, first + kinds)],
                [[as_section(Deal, offer) for offer in terms.offers[row]] for row in range(first, first + kinds)],
            )
            for first in range(0, len(terms.traits), kinds)
        ]
        self._weeks = [periods[first // kinds] for first in terms.first_row]
        self.traits, self.offers = self._weeks[0]

    def step(self) -> None:
        """One week."""
        self.traits, self.offers = self._weeks[self.week]
        self.agents.shuffle_do("step")
        for number, brand in enumerate(self.brands):
            capacity = self.offers[0][number].support.capacity
            brand.backlog = max(0.0, brand.backlog + brand.contacts - capacity)
            brand.contacts = 0
        self.week += 1
