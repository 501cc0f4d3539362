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
from cxsim.engine.state import NO_BRAND, WEEK, Outcome, Stage, State
from cxsim.scenario.channels import ChannelsOffer, ChannelsTraits
from cxsim.scenario.mechanism import Mechanism

FIRST: Final = purpose("channels: the first way")
LOOK: Final = purpose("channels: look at both ways anew")
AGAIN: Final = purpose("channels: the way taken then")
Record = Any  # of terms, whose fields NumPy knows by name


class Way:
    """How a person deals with a brand."""

    settled: bool  # by a purchase
    other: bool  # not the usual way
    changes: bool  # when the week is over, for terms are told as one begins


class ChannelBooks:
    """Whether the ways of customers from before the first week are settled."""

    begun: bool


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
        """1 in the other channel; of who has not bought, what they would take."""
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
        """Who goes over, and customers by the way they take then."""
        _go_over(state)
        _count_customers(state)

    @staticmethod
    def after_purchase(state: State, person: int) -> None:
        """The first purchase settles the way."""
        me = state.people[person]
        if me.stage != Stage.USE:  # nothing was bought
            return
        if not state.bonds[person, me.target].channels.settled:
            _settle(state, person, me.target)
        if state.bonds[person, me.target].channels.other:
            state.counted[state.clock[WEEK], me.target].channel_purchases += 1

    @staticmethod
    def after_support(state: State, person: int) -> None:
        """A contact, if it came to one."""
        me = state.people[person]
        if me.outcome != Outcome.SILENT and state.bonds[person, me.target].channels.other:
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
        bond.channels.changes = other != bond.channels.other


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
            if state.bonds[person, brand].purchases > 0:
                _settle(state, person, brand)


@compiled
def _go_over(state: State) -> None:
    for person in range(state.bonds.shape[0]):
        for brand in range(state.standings.shape[0]):
            way = state.bonds[person, brand].channels
            if way.changes:
                way.other, way.changes = not way.other, False
                line = state.counted[state.clock[WEEK], brand]
                line.to_channel += int(way.other)
                line.to_usual += int(not way.other)


@compiled
def _count_customers(state: State) -> None:
    for brand in range(state.standings.shape[0]):
        other = 0
        usual = 0
        for person in range(state.bonds.shape[0]):
            bond = state.bonds[person, brand]
            taken = bond.channels.other
            other += int(bond.customer and taken)
            usual += int(bond.customer and not taken)
        line = state.counted[state.clock[WEEK], brand]
        line.channel_customers = other
        line.usual_customers = usual


@compiled
def _looks_anew(state: State, person: int) -> bool:
    me = state.people[person]
    row, bond = row_for(state, me), state.bonds[person, me.target]
    traits = state.traits[row, me.target]
    if state.offers[row, me.target].channels.share == 0.0 and not bond.channels.other:
        return False
    chance = chance_to_look(traits.channels, traits.loyalty.satisfaction_reference - me.episode)
    return bool(uniform(state.luck, person, LOOK, bond.purchases, me.target) < chance)


@compiled
def chance_to_look(traits: Record, worse: float) -> float:
    """The usual chance, its logit moved by how much worse this episode was than episodes usually are."""
    odds = traits.reconsider * math.exp(traits.reconsider_worse * worse)
    return float(odds / (1.0 - traits.reconsider + odds))
