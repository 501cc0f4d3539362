"""Support: who speaks up, how long the desk lets them wait, how it ends, and what that does to repurchase.

Repurchase shares by outcome follow the TARP studies, interpolated by severity between minor and major problems; they
act as offsets on the logit of staying, measured from the best case, so recovery can limit a loss but never creates
loyalty.
"""

import math
from typing import Final

from cxsim.compiled import compiled
from cxsim.journey.bookkeeping import count, count_time, note, pay
from cxsim.journey.terms import logistic, terms_for
from cxsim.journey.use import share_of_episode
from cxsim.luck import purpose, uniform
from cxsim.measures import Measure, Note
from cxsim.records import Bond, Cause, Outcome, Person, Stage, Standing, World
from cxsim.stages import Traits
from cxsim.stages.support import SupportOffer

CONTACT: Final = purpose("support: make contact")
RESOLVE: Final = purpose("support: resolved")
QUICK: Final = purpose("support: quickly")
MILD: Final = 0.5  # severity below which quick recovery may please
MINOR: Final = 0.2  # severity of the minor problems of the TARP studies

# Share who buy again after a minor (below $5) and a major (above $100) problem: silent, unresolved, resolved, quick.
# TARP (1986), Consumer Complaint Handling in America: An Update Study.
REPURCHASE_MINOR: Final = (0.37, 0.46, 0.70, 0.95)
REPURCHASE_MAJOR: Final = (0.09, 0.19, 0.54, 0.82)


@compiled
def support(world: World, person: int) -> None:
    """After a failure: silence, or contact, a wait and an outcome."""
    me: Person = world.people[person]
    brand = me.target
    bond: Bond = world.bonds[person, brand]
    traits: Traits = world.traits[terms_for(world, me)]
    offer: SupportOffer = world.offers[terms_for(world, me), brand].support
    chance = chance_of_contact(traits, me.severity, offer.access_effort)
    me.stage = Stage.LISTENING
    if uniform(world.luck, person, CONTACT, me.uses, 0) >= chance:
        me.outcome = Outcome.SILENT
        count(world, brand, Measure.silent)
        note(world, person, Note.SUPPORT, brand, me.outcome, 0.0, chance)
        return
    wait = queue_wait(world, brand, offer.capacity) + offer.handling_weeks
    me.outcome = outcome_of_contact(
        world, person, offer.resolve_rate, offer.quick_rate, wait <= offer.quick_limit_weeks
    )
    effort = offer.access_effort + traits.support.wait_effort * wait
    me.effort += effort
    share = share_of_episode(traits, bond.purchases)
    me.episode -= traits.use.effort_weight * effort
    bond.satisfaction -= share * traits.use.effort_weight * effort
    give_back(world, person, share, satisfaction_given_back(me.outcome, traits.support.recovery_satisfaction))
    if me.outcome == Outcome.QUICK and bond.complaints == 1 and me.severity < MILD:
        me.delight = traits.support.paradox_bonus
    count_contact(world, brand, me.outcome, wait)
    pay(world, person, brand, Measure.contacts_money, world.offers[terms_for(world, me), brand].money.contact_cost)
    pay(world, person, brand, Measure.interventions_money, world.offers[terms_for(world, me), brand].fees.support)
    note(world, person, Note.SUPPORT, brand, me.outcome, wait, chance, effort)
    world.due[person] += wait


@compiled
def satisfaction_given_back(outcome: int, recovery_satisfaction: float) -> float:
    """Share of the satisfaction that the failure cost which its outcome gives back."""
    if outcome == Outcome.QUICK:
        return 1.0 - (1.0 - recovery_satisfaction) ** 2
    return recovery_satisfaction if outcome == Outcome.RESOLVED else 0.0


@compiled
def give_back(world: World, person: int, share_of_episode: float, given_back: float) -> None:
    """A failure put right leaves less dissatisfaction; what is left of its harm still weighs in the decision to stay."""
    me: Person = world.people[person]
    if share_of_episode > 0.0:
        me.episode += given_back * me.harm / share_of_episode
    world.bonds[person, me.target].satisfaction += given_back * me.harm
    me.harm *= 1.0 - given_back


@compiled
def chance_of_contact(traits: Traits, severity: float, access_effort: float) -> float:
    """Probability that a person with a failure of this severity contacts the firm."""
    support = traits.support
    return logistic(support.contact_base + support.contact_severity * severity - support.contact_effort * access_effort)


@compiled
def queue_wait(world: World, brand: int, capacity: float) -> float:
    """Weeks until the desk has worked off the contacts that waited at the last tick."""
    standing: Standing = world.standings[brand]
    return standing.backlog / capacity


@compiled
def outcome_of_contact(world: World, person: int, resolve_rate: float, quick_rate: float, in_time: bool) -> int:
    """Unresolved, resolved, or (within the time that counts as quick) resolved quickly."""
    me: Person = world.people[person]
    if uniform(world.luck, person, RESOLVE, me.uses, 0) >= resolve_rate:
        return Outcome.UNRESOLVED
    if in_time and uniform(world.luck, person, QUICK, me.uses, 0) < quick_rate:
        return Outcome.QUICK
    return Outcome.RESOLVED


@compiled
def count_contact(world: World, brand: int, outcome: int, wait: float) -> None:
    """Tally a contact and put it in the queue that others will meet from the next tick on."""
    world.standings[brand].contacts += 1
    count(world, brand, Measure.contacts)
    count_time(world, brand, Measure.support_time, wait)
    if outcome == Outcome.UNRESOLVED:
        count(world, brand, Measure.unresolved)
    elif outcome == Outcome.RESOLVED:
        count(world, brand, Measure.resolved)
    else:
        count(world, brand, Measure.quick)


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
