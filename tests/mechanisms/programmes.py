"""A market with a loyalty programme in which all of it happens, and the programme once more in plain Python.

`golden` is written from the paragraph in docs/model.md alone. It is handed who bought what when, and keeps the cards.
"""

import math
import zlib
from collections import defaultdict

import numpy as np
from markets import EVERYTHING_HAPPENS, scenario_from

from cxsim.engine.luck import uniform
from cxsim.engine.measures import Note

RICH = f"""
mechanisms = ["loyalty_programme"]
{EVERYTHING_HAPPENS}
[brand.focal.loyalty_programme]
join = 0.4
points_per_purchase = 2
points_per_money = 0.03
points_needed = 12
points_given = 2
reward_cost = 6.0
reward_value = 15.0
claimed = 0.7
expires_weeks = 14
silver_from = 4
gold_from = 9
silver_price_off = 0.05
gold_price_off = 0.1
on_time_from = 2
on_time_cost = 1.5
[brand.rival.loyalty_programme]
join = 0.2
points_needed = 5
reward_cost = 3.0
reward_value = 5.0
tier_by_money = true
gold_from = 200
on_time_from = 1
"""
EFFECTS = ("goal_gradient", "post_reward_drop", "points_pressure", "rewarded", "tier_pride", "demotion")
WITHOUT_EFFECTS = [f"loyalty_programme.{name}=0" for name in EFFECTS]
STRONG = [f"loyalty_programme.{name}=0.5" for name in EFFECTS]


def rich(*overrides, people=300, weeks=120):
    """The market, of which everything acts unless overrides say otherwise."""
    settings = [f"market.people={people}", f"market.horizon_weeks={weeks}", "purchase.basket_shape=4", *STRONG]
    return scenario_from(RICH, *settings, *overrides)


class Card:
    """What the firm keeps of a customer."""

    def __init__(self):
        self.member = self.demoted = self.rewarded = False
        self.points = self.cards = self.tier = 0
        self.quarters = [0.0, 0.0, 0.0, 0.0]
        self.bought = -math.inf


class Golden:
    """The programme of every brand, from purchases alone."""

    def __init__(self, scenario, luck):
        self.terms = [brand.loyalty_programme for brand in scenario.brand.values()]
        self.luck, self.cards = luck, defaultdict(Card)
        self.counted = defaultdict(int)  # by week, brand and name
        self.paid_back = defaultdict(float)

    def draw(self, what, person, ordinal, brand):
        return uniform(self.luck, person, zlib.crc32(f"loyalty programme: {what}".encode()), ordinal, brand)

    def deserved(self, brand, bought):
        terms = self.terms[brand]
        return 2 if bought >= terms.gold_from else 1 if bought >= terms.silver_from else 0

    def begin(self, week):
        for (_, brand), card in self.cards.items():
            due = week % 4 == 0
            if (
                due
                and card.member
                and card.points
                and week - float(np.float32(card.bought)) >= self.terms[brand].expires_weeks
            ):
                self.counted[week, brand, "points_expired"] += card.points
                card.points = 0
            if card.member and week % 13 == 0:
                deserved = self.deserved(brand, sum(card.quarters))
                if deserved < card.tier:
                    card.tier, card.demoted = deserved, True
                    self.counted[week, brand, "demoted"] += 1
                card.quarters = [0.0, *card.quarters[:3]]

    def issue(self, week, brand, card, points):
        card.points += points
        self.counted[week, brand, "points_issued"] += points

    def buys(self, week, person, brand, price, purchases, at):
        card, terms = self.cards[person, brand], self.terms[brand]
        card.bought = at
        if not card.member:
            if self.draw("join", person, purchases, brand) >= terms.join:
                return
            card.member = True
            self.counted[week, brand, "joined"] += 1
            self.issue(week, brand, card, terms.points_given)
        off = price * (0.0, terms.silver_price_off, terms.gold_price_off)[card.tier]
        paid = price - off
        self.paid_back[brand] += off
        self.issue(week, brand, card, terms.points_per_purchase + math.floor(terms.points_per_money * paid + 1e-9))
        card.rewarded = False
        while card.points >= terms.points_needed:
            card.points -= terms.points_needed
            self.counted[week, brand, "cards_completed"] += 1
            claimed = self.draw("claim the reward", person, card.cards, brand) < terms.claimed
            self.counted[week, brand, "points_redeemed" if claimed else "points_broken"] += terms.points_needed
            if claimed:
                card.rewarded = True
                self.counted[week, brand, "rewards_claimed"] += 1
            card.cards += 1
            self.issue(week, brand, card, terms.points_given)
        card.quarters[0] += paid if terms.tier_by_money else 1.0
        reached = self.deserved(brand, sum(card.quarters))
        if reached > card.tier:
            card.tier, card.demoted = reached, False
            self.counted[week, brand, "promoted"] += 1

    def stocks(self, week):
        """What there is at the end of the week: members, in tiers, points, and the liability in currency, by brand."""
        for brand, terms in enumerate(self.terms):
            cards = [card for (_, own), card in self.cards.items() if own == brand and card.member]
            self.counted[week, brand, "members"] = len(cards)
            self.counted[week, brand, "in_tiers"] = sum(card.tier > 0 for card in cards)
            points = self.counted[week, brand, "points_outstanding"] = sum(card.points for card in cards)
            redeemed, broken, expired = (
                sum(self.counted[past, brand, name] for past in range(week + 1))
                for name in ("points_redeemed", "points_broken", "points_expired")
            )
            gone = redeemed + broken + expired
            share = redeemed / gone if gone else terms.claimed
            owed = points / terms.points_needed * terms.reward_cost * share
            self.counted[week, brand, "liability_money"] = math.floor(owed * 10_000 + 0.5)


def golden(scenario, luck, notes):
    """The programme that these notes of everybody amount to."""
    programme = Golden(scenario, luck)
    bought = defaultdict(list)
    for note in notes[notes["what"] == Note.BUYS]:
        bought[int(note["at"])].append(note)
    for week in range(scenario.market.horizon_weeks):
        programme.begin(week)
        for note in bought[week]:
            person, brand = int(note["person"]), int(note["brand"])
            programme.buys(week, person, brand, float(note["a"]), int(note["b"]), float(note["at"]))
        programme.stocks(week)
    return programme
