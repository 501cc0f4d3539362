"""Switching cost: what it takes a brand's customer to choose another one, in money and in effort.

It counts when somebody looks around, not before: habit is not to look, inertia is to like what one has, and a switching
cost is to see something better and stay, since going costs too much. Who buys nothing at all pays none.
"""

import math
from typing import Final

from cxsim.engine.compiled import compiled
from cxsim.engine.journey.purchase import CHOICE, utility
from cxsim.engine.journey.schedule import row_for
from cxsim.engine.luck import uniform
from cxsim.engine.state import NO_BRAND, WEEK, Stage, State
from cxsim.scenario.mechanism import Mechanism
from cxsim.scenario.switching_cost import SwitchingOffer

LOOKED_AROUND: Final = 2  # purchases in a row, at least, of who was a customer when choosing


class SwitchingCost(Mechanism):
    """What stands between a brand's customers and its rivals."""

    Offer = SwitchingOffer
    counts = {"captive": "purchases by customers who looked around and stayed only because of the cost of switching"}
    causes = {"choosing": "cost of switching"}
    present_terms_only = True

    @staticmethod
    def choosing(state: State, person: int, brand: int) -> float:
        """What another brand than one's own costs on top of its price."""
        me = state.people[person]
        own = me.last_brand
        if own == NO_BRAND:
            return 0.0
        if own == brand or not state.bonds[person, own].customer:
            return 0.0
        row = row_for(state, me)
        return float(-_cost(state, row, own, brand))

    @staticmethod
    def after_purchase(state: State, person: int) -> None:
        """With the same luck and no cost of switching, would it have been another?"""
        me = state.people[person]
        if me.stage != Stage.USE or me.by_habit or state.bonds[person, me.target].streak < LOOKED_AROUND:
            return
        row, own = row_for(state, me), me.target
        if state.offers[row, own].switching_cost.money == 0.0 and state.offers[row, own].switching_cost.effort == 0.0:
            return  # which can keep nobody
        kept = utility(state, person, own) + _luck(state, person, own)
        for brand in range(state.standings.shape[0]):
            if brand != own and state.bonds[person, brand].in_play:
                without = utility(state, person, brand) + _cost(state, row, own, brand)
                if without + _luck(state, person, brand) > kept:
                    state.counted[state.clock[WEEK], own].captive += 1
                    return


@compiled
def _cost(state: State, row: int, own: int, brand: int) -> float:
    """In utility; money weighs as a price of the brand chosen does."""
    cost = state.offers[row, own].switching_cost
    return float(cost.effort + state.traits[row, brand].purchase.price_weight * cost.money)


@compiled
def _luck(state: State, person: int, brand: int) -> float:
    """Of a brand in the choice just made."""
    ordinal = int(state.people[person].choices) - 1
    return float(-math.log(-math.log(uniform(state.luck, person, CHOICE, ordinal, brand))))
