"""The plain Mesa model: choosing among brands, checking out and buying."""

import math

from plain_person import MOST_TRIES, NOTHING, Counts, Person, Tie

from cxsim.engine.state import Cause, Stage


class Buyer(Person):
    """Somebody who knows what there is, and chooses."""

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
                counts["loop_purchases"] += 1
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
