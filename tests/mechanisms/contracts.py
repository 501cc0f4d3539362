"""Markets with contract terms, and a contract once more in plain Python.

`Golden` is written from the paragraph in docs/model.md alone. It is handed when a contract began and how easily its holder
leaves, and says what is paid when, what is counted, and how it ends.
"""

import math
import zlib
from collections import Counter

import numpy as np
from markets import EVERYTHING_HAPPENS, scenario_from

from cxsim.engine.luck import uniform
from cxsim.engine.state import MONEY_UNIT

RICH = f"""
mechanisms = ["contract_terms"]
{EVERYTHING_HAPPENS}
[brand.focal.contract_terms]
minimum_weeks = 20
notice_weeks = 3
pause_weeks = 5
pause_fee = 0.25
early_fee = 120
downgrade_price = 0.625
downgrade_cost = 0.75
[brand.rival.contract_terms]
minimum_weeks = 12
notice_weeks = 6
pause_weeks = 3
"""
BARE = """
extends = "rhythm-only"
mechanisms = ["contract_terms"]
"""
CONTRACTS = ["need.kind=contract", "need.period_weeks=4"]


def rich(*overrides, people=300, weeks=120):
    """Two brands with contracts in which everything happens, unless overrides say otherwise."""
    idle = [
        "contract_terms.idle_pause=0.05",
        "loyalty.rejoin=0.8",
        "contract_terms.pause_relief=0.3",
        "contract_terms.idle_downgrade=0.04",
    ]
    return scenario_from(
        RICH, *CONTRACTS, *idle, f"market.people={people}", f"market.horizon_weeks={weeks}", *overrides
    )


def bare(*overrides, people=1500, weeks=60, **terms):
    """One brand whose contracts have these terms, and customers whom nothing that they experience moves."""
    written = [f"brand.focal.contract_terms.{name}={value}" for name, value in terms.items()]
    size = [f"market.people={people}", f"market.horizon_weeks={weeks}"]
    return scenario_from(BARE, *CONTRACTS, *size, *written, *overrides)


def units(amount):
    """Of money, in whole parts."""
    return math.floor(amount * MONEY_UNIT + 0.5)


class Golden:
    """One customer of the one brand, from the first renewal to the end."""

    def __init__(self, scenario, luck, person, disposition, began):
        self.terms = scenario.brand["focal"].contract_terms
        self.people = scenario.contract_terms
        self.price = scenario.brand["focal"].purchase.price
        self.period, self.horizon = scenario.need.period_weeks, scenario.market.horizon_weeks
        self.luck, self.person = luck, person
        self.counted = Counter()  # by week and name
        self.paid = []  # when and how much
        self.held = []  # from when to when, and why
        self.less = self.since = 0.0  # the share of the fee that a smaller plan does not cost, and since when
        self.stands = "with the brand"
        over = self._live(1.0 / (1.0 + math.exp(-disposition)), began)
        if self.less > 0.0:
            self.held.append((self.since, over, "smaller"))

    def draw(self, what, ordinal):
        return uniform(self.luck, self.person, zlib.crc32(what.encode()), ordinal, 0)

    def count(self, at, name, amount=1):
        if at < self.horizon:
            self.counted[int(at), name] += amount

    def pay(self, at, amount, name=None):
        if at < self.horizon:
            self.paid.append((at, amount))
            if name:
                self.count(at, name, units(amount))

    def pause(self, at, name):
        """What is paid, and the week in which it is over."""
        self.count(at, name)
        fee = (1.0 - self.less) * self.price
        self.pay(at, self.terms.pause_fee * fee * self.terms.pause_weeks / self.period, "pause_money")
        self.held.append((at, at + self.terms.pause_weeks, "paused"))
        return at + self.terms.pause_weeks

    def renew(self, at):
        """The whole fee, less what the smaller plan does not cost."""
        self.pay(at, self.price)
        if self.less > 0.0:
            self.pay(at, -self.less * self.price)
            self.count(at, "downgrade_money", -units(-self.less * self.price))

    def reduce(self, at, name):
        self.count(at, name)
        self.less, self.since = 1.0 - self.terms.downgrade_price, at

    def _live(self, chance, at):
        """Until when the contract runs."""
        uses = purchases = 0
        while at < self.horizon:
            self.renew(at)
            purchases += 1
            renewal = at + self.period
            if self.draw("loyalty: stay", uses) < chance:
                if self.reduces("take a smaller plan that is there", uses + 1, self.people.idle_downgrade):
                    self.reduce(at, "idle_downgrades")
                if self.idles(uses + 1):
                    renewal = self.pause(renewal, "idle_pauses")
                at, uses = renewal, uses + 1
                continue
            decided = at
            owed = math.ceil(self.terms.minimum_weeks / self.period - purchases)
            pauses = owed <= 0 and self.terms.pause_weeks > 0 and self.takes(uses)
            instead = "take a smaller plan instead of going"
            if owed <= 0 and not pauses and self.reduces(instead, uses, self.people.downgrade_taken):
                self.reduce(at, "downgrades")
                at, uses = renewal, uses + 1
                continue
            self.stands = "going"
            if pauses:
                at = self.pause(renewal, "pauses")
                if at >= self.horizon:
                    return math.inf
                odds = chance * math.exp(self.people.pause_relief)
                if self.draw("contract terms: go on after a pause", uses + 1) < odds / (1 - chance + odds):
                    self.count(at, "resumed")
                    self.stands, uses = "with the brand", uses + 1
                    continue
                self.count(at, "lost_after_pause")
                decided, renewal = at, at
            notice = math.ceil((decided + self.terms.notice_weeks - renewal) / self.period)
            return self.serve(decided, renewal, max(owed, notice))
        return math.inf

    def reduces(self, what, uses, chance):
        """Whether a smaller plan is offered to who has none, and taken."""
        offered = self.terms.downgrade_price < 1.0 and self.less == 0.0
        return offered and self.draw(f"contract terms: {what}", uses) < chance

    def takes(self, uses):
        return self.draw("contract terms: take a pause instead of going", uses) < self.people.pause_taken

    def idles(self, uses):
        offered = self.terms.pause_weeks > 0
        return offered and self.draw("contract terms: take a pause that is there", uses) < self.people.idle_pause

    def serve(self, decided, renewal, owed):
        """What is left of the contract, and until when it runs."""
        if owed <= 0:
            return decided
        if self.terms.early_fee < owed * (1.0 - self.less) * self.price:
            self.count(decided, "bought_out")
            self.pay(decided, self.terms.early_fee, "early_money")
            return decided
        self.count(decided, "held_back")
        over = renewal + (owed - 1) * self.period
        for period in range(owed):
            at = renewal + period * self.period
            self.count(at, "bound_renewals")
            self.renew(at)
            self.count(at, "bound_money", units(self.price) + (units(-self.less * self.price) if self.less else 0))
        self.count(over, "released")
        self.held.append((decided, over, "bound"))
        return over


def golden(scenario, state):
    """Everybody's contract; all begin in week 0."""
    dispositions = state.people["disposition"].astype(float)
    return [
        Golden(scenario, state.luck, person, value, float(state.bonds["first_bought"][person, 0]))
        for person, value in enumerate(dispositions)
    ]


def chances_to_leave(scenario, steps=400_001):
    """Of Beta(a, b), at the middles of equal shares of people."""
    from scipy import stats

    return stats.beta(scenario.loyalty.leave_a, scenario.loyalty.leave_b).ppf((np.arange(steps) + 0.5) / steps)


def share_left_for_less(scenario, renewals, taken):
    """The share left after so many decisions where a smaller plan is taken once, instead of going, with this chance: those
    who never went, and those who did at one of the decisions, took it, and stayed at all the others."""
    leave = chances_to_leave(scenario)
    once = renewals * taken * leave * (1.0 - leave) ** (renewals - 1)
    return float(np.mean((1.0 - leave) ** renewals + once))


def share_left(scenario, renewals, taken, relief=0.0):
    """The share who are still with the brand after so many decisions: the mean of the chance to stay or to come back from a
    pause, over Beta(a, b) chances to leave, by quadrature."""
    leave = chances_to_leave(scenario)
    stay = 1.0 - leave
    again = stay * math.exp(relief) / (leave + stay * math.exp(relief))
    return float(np.mean((stay + leave * taken * again) ** renewals))
