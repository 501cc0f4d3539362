"""Purchases that are possible at given times only: at each, who is still there buys with a chance of their own, once.

At the end of an episode it is drawn at which of the coming opportunities a person would buy, and staying means to be still there
then: through as many chances to leave as opportunities pass. So a purchase that happens happens as if people had been asked each time.
"""

import math

import numpy as np
from scipy import special

from cxsim.mechanism import Mechanism, Section, compiled, parameter, purpose, uniform

CHANCE = purpose("opportunities: how readily this person buys")
SKIPPED = purpose("opportunities: at which one they buy next")
FARTHEST = 1e6  # opportunities: longer than any run


@compiled
def next_one(state, person):
    """How many opportunities from now this person would buy: geometric, with their own chance."""
    me = state.people[person]
    u = uniform(state.luck, person, SKIPPED, me.uses, 0)
    return min(FARTHEST, 1.0 + math.floor(math.log(u) / math.log1p(-me.opportunities.chance)))


class Opportunities(Mechanism):
    """A contract period is the time from one opportunity to the next; `loyalty.leave_a` and `leave_b` are of one opportunity."""

    class Traits(Section):
        """How readily people buy at an opportunity: Beta(a, b) across them."""

        a: float = parameter(1.0, "First parameter of the chances to buy.", "number", 0.01, 1000, "assumed", "Even.")
        b: float = parameter(1.0, "Second parameter of the chances to buy.", "number", 0.01, 1000, "assumed", "Even.")

    class Person:
        """Chance of this person to buy at an opportunity; 0: not drawn yet."""

        chance: float

    @staticmethod
    def before_week(state):
        """Draw what is not drawn yet; in this market there is one kind of people, so one row of terms."""
        chances, traits = state.people["opportunities"]["chance"], state.traits["opportunities"][0, 0]
        for person in np.flatnonzero(chances == 0.0).tolist():
            u = uniform(state.luck, person, CHANCE, 0, 0)
            chances[person] = np.clip(special.betaincinv(traits["a"], traits["b"], u), 1e-9, 1.0 - 1e-9)

    @staticmethod
    def waiting(state, person, since, weeks):
        """The next need comes at the opportunity at which they buy."""
        return weeks * next_one(state, person)

    @staticmethod
    def staying(state, person, brand):
        """Through as many chances to leave as opportunities pass until then: p becomes p ** k."""
        me = state.people[person]
        log_chance = -next_one(state, person) * math.log1p(math.exp(-me.disposition))
        return log_chance - math.log(-math.expm1(log_chance)) - me.disposition
