"""Channels: customers deal with a brand in its usual way or by its other channel, such as an app, and may change.

Who has not bought yet would take the channel by its share; the first purchase settles it. After each episode some look at
both ways anew, more of them after one that satisfied less than customers here usually are, and take one by the share once
more: so people drift out of a way that serves them badly. What differs in the channel is said by the scenario's `[[channel]]`.
"""

import math
from typing import Any, Final

import numpy as np

from cxsim.engine.compiled import compiled
from cxsim.engine.journey.schedule import row_for
from cxsim.engine.luck import purpose, uniform
from cxsim.engine.state import NO_BRAND, WEEK, Outcome, Small, Stage, State
from cxsim.scenario.channels import ChannelsOffer, ChannelsTraits
from cxsim.scenario.mechanism import Mechanism

FIRST: Final = purpose("channels: the first way")
LOOK: Final = purpose("channels: look at both ways anew")
AGAIN: Final = purpose("channels: the way taken then")
Record = Any  # of terms, whose fields NumPy knows by name


class Way:
    """How a person deals with a brand."""

    settled: bool  # by a purchase
    other: bool  # not the usual way, as last decided
    turning: (
        bool  # that was another way before, and holds when the week of deciding is over: terms are told as one begins
    )
    turned: Small  # that week


class ChannelBooks:
    """What is known of a brand's customers."""

    begun: bool  # the ways of customers from before the first week are settled
    customers: int  # in the other channel, when the week is over


class Channels(Mechanism):
    """Which way people take, and how many."""

    Offer, Traits, Bond, Standing = ChannelsOffer, ChannelsTraits, Way, ChannelBooks
    counts = {
        "channel_purchases": "purchases by the brand's other channel",
        "channel_contacts": "contacts with the desk of customers in the other channel",
        "channel_customers": "customers in the other channel at the end",
        "usual_customers": "customers in the usual way at the end",
        "to_channel": "customers who went over to the other channel",
        "to_usual": "customers who went back to the usual way",
    }
    stocks = ("channel_customers", "usual_customers")
    present_terms_only = True

    @staticmethod
    def channel(state: State, person: int, brand: int) -> float:
        """1 in the other channel from the next week on; of who has not bought, what they would take."""
        way = state.bonds[person, brand].channels
        return 1.0 if (way.other if way.settled else _takes_it(state, person, brand)) else 0.0

    @staticmethod
    def before_week(state: State) -> None:
        """Customers from before the first week have their way already."""
        if not np.all(state.standings["channels"]["begun"]):
            state.standings["channels"]["begun"] = True
            _settle_customers(state)

    @staticmethod
    def after_week(state: State) -> None:
        """Customers by the way they take then."""
        line, taken = state.counted[state.clock[WEEK]], state.standings["channels"]["customers"]
        line["channel_customers"] = taken
        line["usual_customers"] = state.standings["owners"] + state.standings["owners_news"] - taken

    @staticmethod
    def customer_changed(state: State, person: int, brand: int) -> None:
        """The first purchase settles the way."""
        bond = state.bonds[person, brand]
        if not bond.channels.settled:
            _settle(state, person, brand)
        if bond.channels.other:
            state.standings[brand].channels.customers += 1 if bond.customer else -1

    @staticmethod
    def after_purchase(state: State, person: int) -> None:
        """A purchase by the other channel, if it came to one."""
        me = state.people[person]
        if me.stage == Stage.USE and _in_other_channel(state, person, me.target):
            state.counted[state.clock[WEEK], me.target].channel_purchases += 1

    @staticmethod
    def after_support(state: State, person: int) -> None:
        """A contact, if it came to one."""
        me = state.people[person]
        if me.outcome != Outcome.SILENT and _in_other_channel(state, person, me.target):
            state.counted[state.clock[WEEK], me.target].channel_contacts += 1

    @staticmethod
    def after_telling(state: State, person: int) -> None:
        """The episode is over, and may lead to another way from the next week on."""
        me = state.people[person]
        if me.target == NO_BRAND or not _looks_anew(state, person):
            return
        bond = state.bonds[person, me.target]
        share = state.offers[row_for(state, me), me.target].channels.share
        other = uniform(state.luck, person, AGAIN, bond.purchases, me.target) < share
        if other != bond.channels.other:
            _turn(state, person, me.target)


@compiled
def _in_other_channel(state: State, person: int, brand: int) -> bool:
    """This week."""
    way = state.bonds[person, brand].channels
    return bool(way.other != (way.turning and way.turned == state.clock[WEEK]))


@compiled
def _turn(state: State, person: int, brand: int) -> None:
    """Go over to the other way when the week is over; who turns twice in a week has not."""
    bond, week = state.bonds[person, brand], state.clock[WEEK]
    way, line = bond.channels, state.counted[week, brand]
    back = way.turning and way.turned == week
    to_channel = not way.other
    way.other, way.turning, way.turned = to_channel, not back, week
    if bond.customer:
        state.standings[brand].channels.customers += 1 if to_channel else -1
    if to_channel != back:
        line.to_channel += -1 if back else 1
    else:
        line.to_usual += -1 if back else 1


@compiled
def _takes_it(state: State, person: int, brand: int) -> bool:
    """By the share that strangers who come in the usual way are offered."""
    week = min(state.clock[WEEK], state.first_row.shape[0] - 1)  # asked for after the last one too
    row = int(state.first_row[week] + state.people[person].stratum + state.cells[0])
    share = state.offers[row, brand].channels.share
    return bool(share > 0.0 and uniform(state.luck, person, FIRST, 0, brand) < share)


@compiled
def _settle(state: State, person: int, brand: int) -> None:
    state.bonds[person, brand].channels.other = _takes_it(state, person, brand)
    state.bonds[person, brand].channels.settled = True


@compiled
def _settle_customers(state: State) -> None:
    for person in range(state.people.shape[0]):
        for brand in range(state.standings.shape[0]):
            bond = state.bonds[person, brand]
            if bond.purchases > 0:
                _settle(state, person, brand)
            if bond.customer and bond.channels.other:
                state.standings[brand].channels.customers += 1


@compiled
def _looks_anew(state: State, person: int) -> bool:
    me = state.people[person]
    row, bond = row_for(state, me), state.bonds[person, me.target]
    traits = state.traits[row, me.target]
    if state.offers[row, me.target].channels.share == 0.0 and not _in_other_channel(state, person, me.target):
        return False
    chance = chance_to_look(traits.channels, traits.loyalty.satisfaction_reference - me.episode)
    return bool(uniform(state.luck, person, LOOK, bond.purchases, me.target) < chance)


@compiled
def chance_to_look(traits: Record, worse: float) -> float:
    """The usual chance, its logit moved by how much worse this episode was than episodes usually are."""
    odds = traits.reconsider * math.exp(traits.reconsider_worse * worse)
    return float(odds / (1.0 - traits.reconsider + odds))
