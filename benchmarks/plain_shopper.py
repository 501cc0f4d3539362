"""The plain Mesa model: what comes after a purchase, use, support, listening, telling, and whether to stay."""

import math

from plain_person import Brand, Counts, Tie, logistic, logit
from plain_purchase import Buyer

from cxsim.engine.journey.support import MINOR, REPURCHASE_MAJOR, REPURCHASE_MINOR
from cxsim.engine.state import Cause, Outcome, Stage

BEST = logit(REPURCHASE_MINOR[Outcome.QUICK - 1])
AFTER_MINOR = {outcome: logit(share) - BEST for outcome, share in enumerate(REPURCHASE_MINOR, start=1)}
AFTER_MAJOR = {outcome: logit(share) - BEST for outcome, share in enumerate(REPURCHASE_MAJOR, start=1)}


class Shopper(Buyer):
    """A person who lives one journey after the other."""

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
