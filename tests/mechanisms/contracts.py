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
    idle = ["contract_terms.idle_pause=0.05", "loyalty.rejoin=0.8", "contract_terms.pause_relief=0.3"]
    return scenario_from(
        RICH, *CONTRACTS, *idle, f"market.people={people}", f"market.horizon_weeks={weeks}", *overrides
    )


def bare(*overrides, people=1500, weeks=60, **terms):
    """One brand whose contracts have these terms, and customers whom nothing that they experience moves."""
    written = [f"brand.focal.contract_terms.{name}={value}" for name, value in terms.items()]
    size = [f"market.people={people}", f"market.horizon_weeks={weeks}"]
    return scenario_from(BARE, *CONTRACTS, *size, *written, *overrides)


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
        self.stands = "with the brand"
        self._live(1.0 / (1.0 + math.exp(-disposition)), began)

    def draw(self, what, ordinal):
        return uniform(self.luck, self.person, zlib.crc32(what.encode()), ordinal, 0)

    def count(self, at, name, amount=1):
        if at < self.horizon:
            self.counted[int(at), name] += amount

    def pay(self, at, amount, name=None):
        if at < self.horizon:
            self.paid.append((at, amount))
            if name:
                self.count(at, name, math.floor(amount * MONEY_UNIT + 0.5))

    def pause(self, at, name):
        """What is paid, and the week in which it is over."""
        self.count(at, name)
        self.pay(at, self.terms.pause_fee * self.price * self.terms.pause_weeks / self.period, "pause_money")
        self.held.append((at, at + self.terms.pause_weeks, "paused"))
        return at + self.terms.pause_weeks

    def _live(self, chance, at):
        uses = purchases = 0
        while at < self.horizon:
            self.pay(at, self.price)
            purchases += 1
            renewal = at + self.period
            if self.draw("loyalty: stay", uses) < chance:
                if self.idles(uses + 1):
                    renewal = self.pause(renewal, "idle_pauses")
                at, uses = renewal, uses + 1
                continue
            self.stands = "going"
            decided = at
            owed = math.ceil(self.terms.minimum_weeks / self.period - purchases)
            if owed <= 0 and self.terms.pause_weeks > 0 and self.takes(uses):
                at = self.pause(renewal, "pauses")
                if at >= self.horizon:
                    return
                odds = chance * math.exp(self.people.pause_relief)
                if self.draw("contract terms: go on after a pause", uses + 1) < odds / (1 - chance + odds):
                    self.count(at, "resumed")
                    self.stands, uses = "with the brand", uses + 1
                    continue
                self.count(at, "lost_after_pause")
                decided, renewal = at, at
            notice = math.ceil((decided + self.terms.notice_weeks - renewal) / self.period)
            self.serve(decided, renewal, max(owed, notice))
            return

    def takes(self, uses):
        return self.draw("contract terms: take a pause instead of going", uses) < self.people.pause_taken

    def idles(self, uses):
        offered = self.terms.pause_weeks > 0
        return offered and self.draw("contract terms: take a pause that is there", uses) < self.people.idle_pause

    def serve(self, decided, renewal, owed):
        """What is left of the contract."""
        if owed <= 0:
            return
        if self.terms.early_fee < owed * self.price:
            self.count(decided, "bought_out")
            self.pay(decided, self.terms.early_fee, "early_money")
            return
        self.count(decided, "held_back")
        over = renewal + (owed - 1) * self.period
        for period in range(owed):
            at = renewal + period * self.period
            self.count(at, "bound_renewals")
            self.pay(at, self.price, "bound_money")
        self.count(over, "released")
        self.held.append((decided, over, "bound"))


def golden(scenario, state):
    """Everybody's contract; all begin in week 0."""
    dispositions = state.people["disposition"].astype(float)
    return [
        Golden(scenario, state.luck, person, value, float(state.bonds["first_bought"][person, 0]))
        for person, value in enumerate(dispositions)
    ]


def share_left(scenario, renewals, taken, relief=0.0, steps=400_001):
    """The share who are still with the brand after so many decisions: the mean of the chance to stay or to come back from a
    pause, over Beta(a, b) chances to leave, by quadrature."""
    from scipy import stats

    leave = stats.beta(scenario.loyalty.leave_a, scenario.loyalty.leave_b).ppf((np.arange(steps) + 0.5) / steps)
    stay = 1.0 - leave
    again = stay * math.exp(relief) / (leave + stay * math.exp(relief))
    return float(np.mean((stay + leave * taken * again) ** renewals))
