"""Contracts as firms know them: a minimum term, a notice, a fee for ending early, a pause or a smaller plan for who would go.

A term that binds keeps nobody: who decides to go in it pays on, lives on with the brand, is cross and tells others, and goes
when it is over. So they are bound and not loyal, and count as lines and not as loops. A pause lets people decide once more:
it saves some, and puts the loss of others off while they pay less. A smaller plan is paid less for as long as the contract
lasts, and holds nobody at the next decision.
"""

import math
from typing import Any, Final

from cxsim.engine.compiled import compiled
from cxsim.engine.hooks import after_purchase as after_every_purchase
from cxsim.engine.journey.bookkeeping import count, earn, money_units, pay
from cxsim.engine.journey.loyalty import lasting_failure, look_around_or_leave
from cxsim.engine.journey.need import await_next_need
from cxsim.engine.journey.purchase import buy
from cxsim.engine.journey.schedule import row_for
from cxsim.engine.journey.use import share_of_episode
from cxsim.engine.luck import purpose, uniform
from cxsim.engine.measures import Measure
from cxsim.engine.state import WEEK, Byte, Cause, Stage, State, Whole
from cxsim.scenario.contract_terms import WHOLE_FEE, ContractOffer, ContractTraits, wrong_contract
from cxsim.scenario.mechanism import Mechanism
from cxsim.scenario.stages.need import NextNeed

TAKE: Final = purpose("contract terms: take a pause instead of going")
IDLE: Final = purpose("contract terms: take a pause that is there")
SMALLER: Final = purpose("contract terms: take a smaller plan instead of going")
IDLE_SMALLER: Final = purpose("contract terms: take a smaller plan that is there")
RESUME: Final = purpose("contract terms: go on after a pause")
NO_PAUSE, AGREED, PAUSED = 0, 1, 2  # it begins with the next renewal
JUST_OVER: Final = 1e-9  # of a period: so much is none
Record = Any  # of terms, whose fields NumPy knows by name


class Contract:
    """The contract that a person has at present: what was agreed, and how it ends."""

    agreed: bool
    minimum: float  # weeks
    notice: float
    held: bool  # has decided to go, and is bound or pauses instead
    departs: bool  # goes now
    has_paused: bool  # and decides anew
    has_reduced: bool  # just now, instead of going
    owed: Whole  # periods that who is bound has still to pay
    pausing: Byte
    stage: Byte  # of the decision to go, its cause, and the chance to stay that it was taken against
    cause: Byte
    chance: float


class Plan:
    """What was agreed with a brand in place of its whole plan; nothing beside a contract that runs."""

    less: float  # share of the fee that is given up
    worse: float  # satisfaction that each episode loses


class ContractBooks:
    """Whom the firm has on its list."""

    bound: int
    paused: int
    reduced: int  # who ever took the smaller plan


class ContractTerms(Mechanism):
    """A brand's contracts, and what people do about them."""

    Offer, Traits, Person, Bond, Standing = ContractOffer, ContractTraits, Contract, Plan, ContractBooks
    counts = {
        "held_back": "customers who decided to go and were bound by their contract",
        "released": "customers whose contract was over after they had been bound",
        "bound": "customers at the end who have decided to go and still pay: no loops",
        "bound_renewals": "renewals of those bound: purchases, but none by habit",
        "bound_money": "what those bound paid",
        "bought_out": "customers who paid to end a contract early",
        "early_money": "what they paid for it",
        "pauses": "pauses of customers who would have gone",
        "idle_pauses": "pauses of customers who would have stayed",
        "resumed": "customers who would have gone and went on after a pause",
        "lost_after_pause": "customers who went after a pause",
        "paused": "customers in a pause at the end",
        "pause_money": "what was paid during pauses",
        "downgrades": "customers who would have gone and took the smaller plan",
        "idle_downgrades": "customers who would have stayed and took the smaller plan",
        "smaller": "customers on the smaller plan at the end",
        "downgrade_money": "fees given up on the smaller plan",
        "returned": "former customers who began a contract again",
    }
    stocks = ("bound", "paused", "smaller")
    causes = {"choosing": "a smaller plan elsewhere"}
    held_by = "held"
    present_terms_only = True

    @staticmethod
    def wrong(offer: Record, traits: Record) -> str:
        """What cannot be meant about a brand's contracts, in words; empty if nothing."""
        return wrong_contract(offer, traits)

    @staticmethod
    def after_week(state: State) -> None:
        """Whom the firm has on its list at the end of the week."""
        line, books = state.counted[state.clock[WEEK]], state.standings["contract_terms"]
        line["bound"], line["paused"] = books["bound"], books["paused"]
        if books["reduced"].any():
            line["smaller"] = (state.bonds["customer"] & (state.bonds["contract_terms"]["less"] > 0.0)).sum(axis=0)

    @staticmethod
    def after_purchase(state: State, person: int) -> None:
        """A contract begins on the terms of its day; one from before the first week agrees to them with its renewal."""
        me = state.people[person]
        if me.stage != Stage.USE:  # nothing was bought
            return
        own, bond = me.contract_terms, state.bonds[person, me.target]
        if bond.streak == 1 or not own.agreed:
            terms = state.offers[row_for(state, me), me.target].contract_terms
            own.agreed, own.minimum, own.notice = True, terms.minimum_weeks, terms.notice_weeks
        if bond.streak == 1:
            bond.contract_terms.less, bond.contract_terms.worse = 0.0, 0.0
        if bond.streak == 1 and bond.purchases > 1:
            state.counted[state.clock[WEEK], me.target].returned += 1
        if bond.contract_terms.less > 0.0:
            _give_up(state, person, me.target)

    @staticmethod
    def leaving(state: State, person: int, stage: int, cause: int, chance: float) -> bool:
        """Whoever the minimum term does not bind may take a pause; who goes owes the rest of the term, and the notice."""
        me = state.people[person]
        own, row = me.contract_terms, row_for(state, me)
        if own.departs or state.traits[row, me.target].need.kind != NextNeed.contract:
            return False
        owed = _periods_of_term(state, person, row)
        if owed == 0 and not own.has_paused and _takes_pause(state, person, row):
            own.pausing = AGREED
        elif owed == 0 and not own.has_paused and _takes_smaller_plan(state, person, row):
            return True
        else:
            owed = max(owed, _periods_of_notice(state, person, row))
            if owed == 0 or _buys_out(state, person, row, owed):
                return False
            own.owed = owed
            state.counted[state.clock[WEEK], me.target].held_back += 1
            state.standings[me.target].contract_terms.bound += 1
        _hold(state, person, stage, cause, chance)
        return True

    @staticmethod
    def after_need(state: State, person: int) -> None:
        """A contract that binds renews itself; a pause begins, or ends."""
        own = state.people[person].contract_terms
        if own.owed > 0:
            _renew(state, person)
        elif own.pausing == AGREED:
            _begin_pause(state, person)
        elif own.pausing == PAUSED:
            _end_pause(state, person)

    @staticmethod
    def after_use(state: State, person: int) -> None:
        """Being bound is resented, and what the smaller plan leaves out is missed."""
        me = state.people[person]
        bond, traits = state.bonds[person, me.target], state.traits[row_for(state, me), me.target]
        lost = float(bond.contract_terms.worse)
        if me.contract_terms.owed > 0:
            lost += traits.contract_terms.resentment
        if lost > 0.0:
            me.episode -= lost
            bond.satisfaction -= share_of_episode(traits, bond.purchases) * lost

    @staticmethod
    def choosing(state: State, person: int, brand: int) -> float:
        """Who looks around from a smaller plan knows what it costs."""
        bond, row = state.bonds[person, brand], row_for(state, state.people[person])
        if bond.contract_terms.less == 0.0 or not bond.customer:
            return 0.0
        saved = state.offers[row, brand].purchase.price * bond.contract_terms.less
        return float(state.traits[row, brand].purchase.price_weight * saved)

    @staticmethod
    def after_telling(state: State, person: int) -> None:
        """Who is bound has decided already."""
        if state.people[person].contract_terms.owed > 0:
            _live_on(state, person)

    @staticmethod
    def after_loyalty(state: State, person: int) -> None:
        """Who stays may take a pause because it is there, or a smaller plan."""
        me = state.people[person]
        own = me.contract_terms
        if own.has_reduced or me.stage != Stage.NEED or not me.by_habit or own.held:
            own.has_reduced = False
            return
        row = row_for(state, me)
        smaller = state.traits[row, me.target].contract_terms.idle_downgrade
        if _may_reduce(state, person, row) and uniform(state.luck, person, IDLE_SMALLER, me.uses, 0) < smaller:
            _agree_to_less(state, person, row)
            state.counted[state.clock[WEEK], me.target].idle_downgrades += 1
        is_offered = state.offers[row, me.target].contract_terms.pause_weeks > 0.0
        idle = state.traits[row, me.target].contract_terms.idle_pause
        if is_offered and idle > 0.0 and uniform(state.luck, person, IDLE, me.uses, 0) < idle:
            me.contract_terms.pausing = AGREED


@compiled
def _takes_pause(state: State, person: int, row: int) -> bool:
    me = state.people[person]
    if state.offers[row, me.target].contract_terms.pause_weeks == 0.0:
        return False
    return bool(uniform(state.luck, person, TAKE, me.uses, 0) < state.traits[row, me.target].contract_terms.pause_taken)


@compiled
def _may_reduce(state: State, person: int, row: int) -> bool:
    """Whether a smaller plan is offered to somebody who has none."""
    brand = state.people[person].target
    is_offered = state.offers[row, brand].contract_terms.downgrade_price < WHOLE_FEE
    return bool(is_offered and state.bonds[person, brand].contract_terms.less == 0.0)


@compiled
def _takes_smaller_plan(state: State, person: int, row: int) -> bool:
    """Whether they stay for less, and decide anew after the next period."""
    me = state.people[person]
    taken = state.traits[row, me.target].contract_terms.downgrade_taken
    if not _may_reduce(state, person, row) or uniform(state.luck, person, SMALLER, me.uses, 0) >= taken:
        return False
    _agree_to_less(state, person, row)
    state.counted[state.clock[WEEK], me.target].downgrades += 1
    me.contract_terms.has_reduced, me.by_habit = True, True
    await_next_need(state, person, me.bought_at)
    return True


@compiled
def _agree_to_less(state: State, person: int, row: int) -> None:
    """From the next renewal on, on the terms of this day."""
    brand = state.people[person].target
    terms, plan = state.offers[row, brand].contract_terms, state.bonds[person, brand].contract_terms
    plan.less, plan.worse = WHOLE_FEE - terms.downgrade_price, terms.downgrade_quality
    state.standings[brand].contract_terms.reduced += 1


@compiled
def _give_up(state: State, person: int, brand: int) -> None:
    """The part of the fee that the smaller plan does not cost, and what leaving something out saves."""
    offer = state.offers[row_for(state, state.people[person]), brand]
    given = offer.purchase.price * state.bonds[person, brand].contract_terms.less
    earn(state, person, brand, -given)
    pay(state, person, brand, Measure.goods_money, offer.money.unit_cost * (offer.contract_terms.downgrade_cost - 1.0))
    state.counted[state.clock[WEEK], brand].downgrade_money -= money_units(-given)


@compiled
def _fee(state: State, person: int, row: int) -> float:
    """What a period costs this person."""
    brand = state.people[person].target
    share = WHOLE_FEE - state.bonds[person, brand].contract_terms.less
    return float(state.offers[row, brand].purchase.price * share)


@compiled
def _periods_of_term(state: State, person: int, row: int) -> int:
    """Periods beyond those paid for until the minimum term is paid."""
    me = state.people[person]
    agreed = me.contract_terms.minimum / state.traits[row, me.target].need.period_weeks
    return int(max(0, math.ceil(agreed - state.bonds[person, me.target].streak - JUST_OVER)))


@compiled
def _periods_of_notice(state: State, person: int, row: int) -> int:
    """Periods beyond those paid for until a notice given now is over."""
    me, now = state.people[person], state.due[person]
    period = state.traits[row, me.target].need.period_weeks
    beyond = now + me.contract_terms.notice - max(now, me.bought_at + period)
    return int(max(0, math.ceil(beyond / period - JUST_OVER)))


@compiled
def _buys_out(state: State, person: int, row: int, owed: int) -> bool:
    """Whether ending now costs less than what is still owed; then it is paid."""
    brand = state.people[person].target
    offer = state.offers[row, brand]
    fee = offer.contract_terms.early_fee
    if fee >= owed * _fee(state, person, row):
        return False
    earn(state, person, brand, fee)
    state.counted[state.clock[WEEK], brand].bought_out += 1
    state.counted[state.clock[WEEK], brand].early_money += money_units(fee)
    return True


@compiled
def _hold(state: State, person: int, stage: int, cause: int, chance: float) -> None:
    """They go on for now, with the decision in mind."""
    me = state.people[person]
    own = me.contract_terms
    own.held = True
    own.stage, own.cause, own.chance = stage, cause, chance
    _doubt(state, person)
    me.by_habit = True
    await_next_need(state, person, me.bought_at)


@compiled
def _doubt(state: State, person: int) -> None:
    """What to record of this line, now and when it ends."""
    me = state.people[person]
    bond = state.bonds[person, me.target]
    bond.doubt_stage = me.contract_terms.stage
    bond.doubt_cause = me.contract_terms.cause


@compiled
def _depart(state: State, person: int) -> None:
    """The decision is carried out."""
    own = state.people[person].contract_terms
    own.held, own.departs = False, True
    look_around_or_leave(state, person, own.stage, own.cause, own.chance, 1.0)
    own.departs = False


@compiled
def _renew(state: State, person: int) -> None:
    """Paid because it has to be: nothing is searched, chosen or checked out, and no habit makes a loop of it."""
    me = state.people[person]
    brand = me.target
    buy(state, person, brand)
    count(state, brand, Measure.loop_purchases, -1)
    state.bonds[person, brand].loop_purchases -= 1
    _doubt(state, person)
    line = state.counted[state.clock[WEEK], brand]
    line.bound_renewals += 1
    line.bound_money += money_units(state.offers[row_for(state, me), brand].purchase.price)
    given_up = line.downgrade_money
    after_every_purchase(state, person)
    line.bound_money -= line.downgrade_money - given_up


@compiled
def _live_on(state: State, person: int) -> None:
    """Another period is over, in which nothing was decided."""
    me = state.people[person]
    bond, traits = state.bonds[person, me.target], state.traits[row_for(state, me), me.target]
    bond.failures = traits.loyalty.failure_memory * bond.failures + lasting_failure(me.outcome, me.severity)
    me.contract_terms.owed -= 1
    if me.contract_terms.owed > 0:
        await_next_need(state, person, me.bought_at)
    else:
        state.standings[me.target].contract_terms.bound -= 1
        state.counted[state.clock[WEEK], me.target].released += 1
        _depart(state, person)
    me.uses += 1


@compiled
def _begin_pause(state: State, person: int) -> None:
    """Instead of the renewal; what is paid for it falls due now."""
    me = state.people[person]
    brand = me.target
    row = row_for(state, me)
    offer, line = state.offers[row, brand], state.counted[state.clock[WEEK], brand]
    weeks = offer.contract_terms.pause_weeks
    fee = offer.contract_terms.pause_fee * _fee(state, person, row) * weeks / state.traits[row, brand].need.period_weeks
    earn(state, person, brand, fee)
    line.pause_money += money_units(fee)
    if me.contract_terms.held:
        line.pauses += 1
    else:
        line.idle_pauses += 1
    state.standings[brand].contract_terms.paused += 1
    me.contract_terms.pausing = PAUSED
    me.stage = Stage.NEED
    state.due[person] += weeks


@compiled
def _end_pause(state: State, person: int) -> None:
    """Who would have gone decides once more, at the chance of then; who goes on renews, and who goes gives notice."""
    me = state.people[person]
    own, brand = me.contract_terms, me.target
    own.pausing = NO_PAUSE
    state.standings[brand].contract_terms.paused -= 1
    if not own.held:
        return
    bond, line = state.bonds[person, brand], state.counted[state.clock[WEEK], brand]
    odds = own.chance * math.exp(state.traits[row_for(state, me), brand].contract_terms.pause_relief)
    if uniform(state.luck, person, RESUME, me.uses, 0) < odds / (1.0 - own.chance + odds):
        own.held = False
        bond.doubt_stage = Stage.OUTSIDE
        bond.doubt_cause = Cause.NONE
        line.resumed += 1
        return
    line.lost_after_pause += 1
    own.held, own.has_paused = False, True
    look_around_or_leave(state, person, own.stage, own.cause, own.chance, 1.0)
    own.has_paused = False
