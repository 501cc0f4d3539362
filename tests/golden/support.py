"""Section 7.6: contact or silence, the wait, the outcome, what is given back, and the offsets of TARP."""

import math
from typing import Any

from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import Outcome, Stage
from cxsim.scenario.stages.need import NextNeed
from golden.people import Market, Person, logistic, logit
from golden.use import share_of_episode

MINOR = {Outcome.SILENT: 0.37, Outcome.UNRESOLVED: 0.46, Outcome.RESOLVED: 0.70, Outcome.QUICK: 0.95}
MAJOR = {Outcome.SILENT: 0.09, Outcome.UNRESOLVED: 0.19, Outcome.RESOLVED: 0.54, Outcome.QUICK: 0.82}
MEASURE_OF_OUTCOME = {
    Outcome.UNRESOLVED: Measure.unresolved,
    Outcome.RESOLVED: Measure.resolved,
    Outcome.QUICK: Measure.quick,
}


def support(market: Market, me: Person) -> None:
    """After a failure."""
    brand, bond, traits = me.target, me.bonds[me.target], market.traits(me, me.target)
    offer = market.offer(me, brand)
    k = traits.support
    chance = logistic(
        k.contact_base + k.contact_severity * me.severity - k.contact_effort * offer.support.access_effort
    )
    me.stage = Stage.LISTENING
    if me.raised > 0:  # the problem is known to the desk, and unresolved
        chance = k.raised_again
    elif market.uniform(me, "support: make contact", me.uses) >= chance:
        me.outcome = Outcome.SILENT
        market.count(brand, Measure.silent)
        market.note(me, Note.SUPPORT, brand, me.outcome, 0.0, chance)
        return
    queue = queue_wait(market.standings[brand].backlog, offer.support)
    patience = offer.support.patience_weeks
    if patience < math.inf:
        patience *= -math.log(market.uniform(me, "support: patience of callers", this_contact(me)))
    renewal = math.inf
    if traits.need.kind == NextNeed.contract:
        renewal = max(0.0, me.bought_at + traits.need.period_weeks - me.due)
    gives_up = patience < queue and patience < renewal  # once it is their turn they stay
    falls_due = not gives_up and renewal < queue + offer.support.handling_weeks
    if gives_up:
        wait, me.outcome = patience, Outcome.UNRESOLVED
    elif falls_due:
        wait, me.outcome = renewal, Outcome.UNRESOLVED
    else:
        wait = queue + offer.support.handling_weeks
        me.outcome = outcome_of_contact(market, me, offer.support, wait)
    effort = offer.support.access_effort + k.wait_effort * wait
    share = share_of_episode(traits, bond.purchases)
    me.effort += effort
    me.episode -= traits.use.effort_weight * effort
    bond.satisfaction -= share * traits.use.effort_weight * effort
    given_back = share_given_back(me.outcome, k.recovery_satisfaction)
    if share > 0.0:
        me.episode += given_back * me.harm / share
    bond.satisfaction += given_back * me.harm
    me.harm *= 1.0 - given_back
    if me.outcome == Outcome.QUICK and bond.complaints == 1 and me.severity < 0.5:
        me.delight = k.paradox_bonus
    market.news.contacts.append(brand)
    market.count(brand, Measure.contacts)
    market.count(brand, Measure.raised_again, int(me.raised > 0))
    market.count(brand, MEASURE_OF_OUTCOME[me.outcome])
    market.count_time(brand, Measure.support_time, wait)
    if gives_up:
        market.count(brand, Measure.abandoned)
    else:
        bond.reported_week = market.week
        market.book(me, brand, Measure.contacts_money, offer.money.contact_cost)
        market.book(me, brand, Measure.interventions_money, offer.fees.support)
    market.remember("contact", me, brand, gave_up=gives_up, wait=wait)
    market.note(me, Note.SUPPORT, brand, me.outcome, wait, chance, effort)
    me.due += wait
    goes_on = market.uniform(me, "support: raise the problem again", this_contact(me)) < k.raised_again
    if me.outcome == Outcome.UNRESOLVED and not falls_due and me.raised < 15 and goes_on:
        me.raised += 1
        me.stage = Stage.SUPPORT


def this_contact(me: Person) -> int:
    """The ordinal of its luck: contacts about one failure are apart by more than all uses of a life."""
    return me.uses + 65536 * me.raised


def capacity(desk: Any) -> float:
    """Agents times what one of them can handle, where there are any."""
    return desk.agents * desk.agent_contacts if desk.agents > 0.0 else desk.capacity


def queue_wait(backlog: float, desk: Any) -> float:
    """Until those ahead are helped (backlog / capacity), or have given up by then: patience ln(1 + that / patience)."""
    ahead = backlog / capacity(desk)
    return desk.patience_weeks * math.log1p(ahead / desk.patience_weeks) if desk.patience_weeks < math.inf else ahead


def outcome_of_contact(market: Market, me: Person, desk: Any, wait: float) -> Outcome:
    """Resolved with `resolve_rate`; if so quickly with `quick_rate`, provided it is the first contact and soon enough."""
    if market.uniform(me, "support: resolved", this_contact(me)) >= desk.resolve_rate:
        return Outcome.UNRESOLVED
    if me.raised > 0 or wait > desk.quick_limit_weeks:
        return Outcome.RESOLVED
    return Outcome.QUICK if market.uniform(me, "support: quickly", me.uses) < desk.quick_rate else Outcome.RESOLVED


def share_given_back(outcome: int, share: float) -> float:
    """A share of the harm when resolved, the same share of the rest too when resolved quickly."""
    return {Outcome.RESOLVED: share, Outcome.QUICK: 1.0 - (1.0 - share) ** 2}.get(outcome, 0.0)


def recovery_offset(outcome: int, severity: float) -> float:
    """What the outcome takes from the logit of staying: nothing at 0, the minor row at .2, the major row at 1."""
    minor = logit(MINOR[outcome]) - logit(0.95)
    major = logit(MAJOR[outcome]) - logit(0.95)
    if severity < 0.2:
        return minor * severity / 0.2
    return minor + (severity - 0.2) / 0.8 * (major - minor)
