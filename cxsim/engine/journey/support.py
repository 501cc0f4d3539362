"""Support: who speaks up, how long the desk lets them wait, how it ends, and what that does to repurchase.

Repurchase shares by outcome follow the TARP studies, interpolated by severity between minor and major problems; they
act as offsets on the logit of staying, measured from the best case, so recovery can limit a loss but never creates
loyalty.
"""

import math
from typing import Final

from cxsim.engine.compiled import compiled
from cxsim.engine.journey.bookkeeping import books_changed, count, count_time, note, pay
from cxsim.engine.journey.neighbours import remember_start_of_week
from cxsim.engine.journey.schedule import logistic, row_for
from cxsim.engine.journey.use import share_of_episode
from cxsim.engine.luck import exponential, purpose, uniform
from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import WEEK, Bond, Cause, Outcome, Person, Stage, State
from cxsim.scenario.stages import Deal, Traits
from cxsim.scenario.stages.need import NextNeed
from cxsim.scenario.stages.support import SupportOffer

CONTACT: Final = purpose("support: make contact")
RESOLVE: Final = purpose("support: resolved")
QUICK: Final = purpose("support: quickly")
PATIENCE: Final = purpose("support: patience of callers")
RAISE: Final = purpose("support: raise the problem again")
MOST_CONTACTS: Final = 16  # about one failure
MOST_USES: Final = 1 << 16  # of one person
MILD: Final = 0.5  # severity below which quick recovery may please
MINOR: Final = 0.2  # severity of the minor problems of the TARP studies

# Share who buy again after a minor (below $5) and a major (above $100) problem: silent, unresolved, resolved, quick.
# TARP (1986), Consumer Complaint Handling in America: An Update Study.
REPURCHASE_MINOR: Final = (0.37, 0.46, 0.70, 0.95)
REPURCHASE_MAJOR: Final = (0.09, 0.19, 0.54, 0.82)


@compiled
def support(state: State, person: int) -> None:
    """After a failure: silence, or contact, a wait and an outcome; an unresolved problem may be raised again."""
    me: Person = state.people[person]
    traits: Traits = state.traits[row_for(state, me), me.target]
    offer: Deal = state.offers[row_for(state, me), me.target]
    me.stage = Stage.LISTENING
    chance = traits.support.raised_again
    if me.raised == 0:
        chance = chance_of_contact(traits, me.severity, offer.support.access_effort)
        if uniform(state.luck, person, CONTACT, me.uses, 0) >= chance:
            me.outcome = Outcome.SILENT
            count(state, me.target, Measure.silent)
            note(state, person, Note.SUPPORT, me.target, me.outcome, 0.0, chance)
            return
    queue = queue_wait(state.standings[me.target].backlog, desk_capacity(offer.support), offer.support.patience_weeks)
    wait = queue + offer.support.handling_weeks
    patience = offer.support.patience_weeks
    if patience < math.inf:
        patience *= exponential(state.luck, person, PATIENCE, luck_of_contact(me), 0)
    renewal = weeks_to_renewal(state, person)
    gives_up = patience < min(queue, renewal)
    falls_due = not gives_up and renewal < wait
    if gives_up or falls_due:
        wait = patience if gives_up else renewal
        me.outcome = Outcome.UNRESOLVED
    else:
        in_time = me.raised == 0 and wait <= offer.support.quick_limit_weeks
        me.outcome = outcome_of_contact(state, person, offer.support.resolve_rate, offer.support.quick_rate, in_time)
    count_contact(state, person, wait)
    if gives_up:
        count(state, me.target, Measure.abandoned)
    else:
        state.bonds[person, me.target].reported_week = state.clock[WEEK]
        books_changed(state, person)
        pay(state, person, me.target, Measure.contacts_money, offer.money.contact_cost)
        pay(state, person, me.target, Measure.interventions_money, offer.fees.support)
    effort = offer.support.access_effort + traits.support.wait_effort * wait
    feel_contact(state, person, traits, effort)
    note(state, person, Note.SUPPORT, me.target, me.outcome, wait, chance, effort)
    state.due[person] += wait
    if not falls_due and raises_again(state, person, traits.support.raised_again):
        me.raised += 1
        me.stage = Stage.SUPPORT


@compiled
def luck_of_contact(me: Person) -> int:
    """Every contact about the same failure has luck of its own; that of the first counts failures alone."""
    return int(me.raised) * MOST_USES + int(me.uses)


@compiled
def raises_again(state: State, person: int, chance: float) -> bool:
    """Whether this person goes on: the problem is unresolved, and they have not tired of it."""
    me: Person = state.people[person]
    if me.outcome != Outcome.UNRESOLVED or me.raised + 1 >= MOST_CONTACTS:
        return False
    return uniform(state.luck, person, RAISE, luck_of_contact(me), 0) < chance


@compiled
def feel_contact(state: State, person: int, traits: Traits, effort: float) -> None:
    """What a contact costs in effort and gives back by its outcome, in this episode and in what is remembered."""
    me: Person = state.people[person]
    bond: Bond = state.bonds[person, me.target]
    remember_start_of_week(bond, state.clock[WEEK])  # a problem may be raised again weeks after the use
    me.effort += effort
    share = share_of_episode(traits, bond.purchases)
    me.episode -= traits.use.effort_weight * effort
    bond.satisfaction -= share * traits.use.effort_weight * effort
    give_back(state, person, share, satisfaction_given_back(me.outcome, traits.support.recovery_satisfaction))
    if me.outcome == Outcome.QUICK and bond.complaints == 1 and me.severity < MILD:
        me.delight = traits.support.paradox_bonus


@compiled
def satisfaction_given_back(outcome: int, recovery_satisfaction: float) -> float:
    """Share of the satisfaction that the failure cost which its outcome gives back."""
    if outcome == Outcome.QUICK:
        return 1.0 - (1.0 - recovery_satisfaction) ** 2
    return recovery_satisfaction if outcome == Outcome.RESOLVED else 0.0


@compiled
def give_back(state: State, person: int, share_of_episode: float, given_back: float) -> None:
    """A failure put right leaves less dissatisfaction; what is left of its harm still weighs in the decision to stay."""
    me: Person = state.people[person]
    if share_of_episode > 0.0:
        me.episode += given_back * me.harm / share_of_episode
    state.bonds[person, me.target].satisfaction += given_back * me.harm
    me.harm *= 1.0 - given_back


@compiled
def chance_of_contact(traits: Traits, severity: float, access_effort: float) -> float:
    """Probability that a person with a failure of this severity contacts the firm."""
    support = traits.support
    return logistic(support.contact_base + support.contact_severity * severity - support.contact_effort * access_effort)


@compiled
def desk_capacity(offer: SupportOffer) -> float:
    """Contacts the desk can handle in a week."""
    return offer.agents * offer.agent_contacts if offer.agents > 0.0 else float(offer.capacity)


@compiled
def queue_wait(backlog: float, capacity: float, patience_weeks: float) -> float:
    """Weeks until it is the turn of who comes now: those ahead are helped, or give up at a rate of 1 / patience."""
    if patience_weeks == math.inf:
        return backlog / capacity
    return patience_weeks * math.log1p(backlog / (capacity * patience_weeks))


@compiled
def queue_after_a_week(backlog: float, contacts: float, capacity: float, patience_weeks: float) -> float:
    """The queue a week on, Q' = contacts - capacity - Q / patience: it settles at (contacts - capacity) * patience."""
    if patience_weeks == math.inf:
        return max(0.0, backlog + contacts - capacity)
    level = (contacts - capacity) * patience_weeks
    return max(0.0, level + (backlog - level) * math.exp(-1.0 / patience_weeks))


@compiled
def weeks_to_renewal(state: State, person: int) -> float:
    """Weeks until a contract falls due, whatever the desk does by then; without contracts nothing does."""
    me: Person = state.people[person]
    traits: Traits = state.traits[row_for(state, me), me.target]
    if traits.need.kind != NextNeed.contract:
        return math.inf
    return float(max(0.0, me.bought_at + traits.need.period_weeks - state.due[person]))


@compiled
def outcome_of_contact(state: State, person: int, resolve_rate: float, quick_rate: float, in_time: bool) -> int:
    """Unresolved, resolved, or (within the time that counts as quick) resolved quickly."""
    contact = luck_of_contact(state.people[person])
    if uniform(state.luck, person, RESOLVE, contact, 0) >= resolve_rate:
        return Outcome.UNRESOLVED
    if in_time and uniform(state.luck, person, QUICK, contact, 0) < quick_rate:
        return Outcome.QUICK
    return Outcome.RESOLVED


@compiled
def count_contact(state: State, person: int, wait: float) -> None:
    """Tally a contact and put it in the queue that others will meet from the next tick on."""
    me: Person = state.people[person]
    brand = me.target
    state.standings[brand].contacts += 1
    count(state, brand, Measure.contacts)
    count_time(state, brand, Measure.support_time, wait)
    if me.raised > 0:
        count(state, brand, Measure.raised_again)
    if me.outcome == Outcome.UNRESOLVED:
        count(state, brand, Measure.unresolved)
    elif me.outcome == Outcome.RESOLVED:
        count(state, brand, Measure.resolved)
    else:
        count(state, brand, Measure.quick)


@compiled
def recovery_offset(outcome: int, severity: float) -> float:
    """What a failure that ended so takes from the logit of staying; 0 for the best case, never positive.

    From nothing at severity 0 to the minor row at MINOR, and on to the major row at 1: a failure hardly noticed hardly
    counts.
    """
    best = _logit(REPURCHASE_MINOR[Outcome.QUICK - 1])
    minor = _logit(REPURCHASE_MINOR[outcome - 1]) - best
    major = _logit(REPURCHASE_MAJOR[outcome - 1]) - best
    if severity < MINOR:
        return minor * severity / MINOR
    return minor + (severity - MINOR) / (1.0 - MINOR) * (major - minor)


@compiled
def _logit(share: float) -> float:
    return math.log(share / (1.0 - share))


@compiled
def cause_of_outcome(outcome: int) -> int:
    """What to name when the way a failure ended weighs most."""
    if outcome == Outcome.SILENT:
        return Cause.SILENT_FAILURE.value
    if outcome == Outcome.UNRESOLVED:
        return Cause.UNRESOLVED.value
    return Cause.SLOW_SUPPORT.value if outcome == Outcome.RESOLVED else Cause.FAILURE.value
