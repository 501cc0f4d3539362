"""Loyalty: the end of an episode meets the beginning of the next (a loop), a search among rivals, or a line.

Staying has probability logistic(eta_i + beta_S (S - S_ref) - beta_F F + recovery offset + call back), eta_i such that
with every effect off the chance to leave is Beta(a, b) across people: BG/NBD (Fader, Hardie & Lee 2005) and, with
contracts, sBG (Fader & Hardie 2007), or with `tenure_shape` beta-discrete-Weibull (Fader et al. 2018). With `anytime`, leaving is a hazard, Gamma across people: Pareto/NBD
(Schmittlein, Morrison & Colombo 1987).
"""

import math
from typing import Final

from cxsim.engine.compiled import compiled
from cxsim.engine.hooks import leaving, staying, staying_cause
from cxsim.engine.journey.bookkeeping import count, note
from cxsim.engine.journey.need import await_next_need, buy_something_similar, go_outside
from cxsim.engine.journey.neighbours import was_customer
from cxsim.engine.journey.relation import end_line
from cxsim.engine.journey.schedule import logistic, row_for
from cxsim.engine.journey.support import cause_of_outcome, recovery_offset
from cxsim.engine.luck import exponential, purpose, uniform
from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import (
    NEVER,
    NOBODY,
    WEEK,
    Bond,
    Cause,
    Outcome,
    Person,
    Stage,
    State,
)
from cxsim.scenario.stages import Traits
from cxsim.scenario.stages.loyalty import Departure

STAY: Final = purpose("loyalty: stay")
LIFETIME: Final = purpose("loyalty: lifetime between purchases")
EXIT: Final = purpose("loyalty: leave the category")
REJOIN: Final = purpose("loyalty: may come back")


@compiled
def loyalty(state: State, person: int) -> None:
    """Stay (wait for the next need and buy the same), look around, or leave."""
    me: Person = state.people[person]
    bond: Bond = state.bonds[person, me.target]
    traits: Traits = state.traits[row_for(state, me), me.target]
    recovery = 0.0
    if me.outcome != Outcome.NO_FAILURE:
        recovery = traits.support.recovery_weight * recovery_offset(me.outcome, me.severity)
    # What became of the failure counts instead of the dissatisfaction it caused, not on top of it.
    felt = bond.satisfaction + min(1.0, traits.support.recovery_weight) * me.harm
    latent = latent_loyalty(traits, me, bond)
    own = staying(state, person, me.target)
    logit = stay_logit(traits, latent, felt, bond.failures, recovery + me.relief) + own
    cause = heaviest_term(traits, me, felt, bond.failures, recovery)
    if own < lowest_term(traits, felt, bond.failures, recovery):
        cause = staying_cause(state, person, me.target)
    bond.grudge = max(0.0, latent - logit)
    bond.failures = traits.loyalty.failure_memory * bond.failures + lasting_failure(me.outcome, me.severity)
    hazard_ratio = traits.loyalty.referred_hazard if referrer_stayed(state, person) else 1.0
    if traits.loyalty.departure == Departure.after_use:
        decide_after_use(state, person, latent, logit, hazard_ratio, cause)
    else:
        decide_when_to_lapse(state, person, latent, logit, hazard_ratio, cause)
    me.uses += 1


@compiled
def latent_loyalty(traits: Traits, me: Person, bond: Bond) -> float:
    """Logit of staying (for `anytime`: minus the log of the leaving hazard) if experience counted for nothing.

    A person who stays through one decision with chance p stays through n of them with chance p ** (n ** c), c the
    `tenure_shape`: the beta-discrete-Weibull. At c = 1 it is sBG, and the chance never changes.
    """
    shape = traits.loyalty.tenure_shape
    if shape == 1.0 or traits.loyalty.departure != Departure.after_use:
        return float(me.disposition)
    decision = float(bond.streak) if traits.loyalty.first_may_leave else max(1.0, bond.streak - 1.0)
    share_of_log = decision**shape - (decision - 1.0) ** shape
    log_chance = -share_of_log * math.log1p(math.exp(-me.disposition))
    return float(log_chance - math.log(-math.expm1(log_chance)))


@compiled
def stay_logit(traits: Traits, disposition: float, satisfaction: float, failures: float, recovery: float) -> float:
    """Logit of staying (for `anytime`: minus the log of the leaving hazard per week)."""
    return disposition + dissatisfaction(traits, satisfaction) + past_failures(traits, failures) + recovery


@compiled
def lasting_failure(outcome: int, severity: float) -> float:
    """What is added to the failure memory: the severity, unless the failure was resolved."""
    return severity if outcome == Outcome.SILENT or outcome == Outcome.UNRESOLVED else 0.0


@compiled
def heaviest_term(traits: Traits, me: Person, felt: float, failures: float, recovery: float) -> int:
    """The cause to name should experience make this person leave: the largest negative term of their own sum."""
    lowest = lowest_term(traits, felt, failures, recovery)
    if lowest == 0.0:
        return Cause.OWN_REASONS.value
    if lowest == dissatisfaction(traits, felt):
        return me.grievance
    return Cause.PAST_FAILURES.value if lowest == past_failures(traits, failures) else cause_of_outcome(me.outcome)


@compiled
def dissatisfaction(traits: Traits, felt: float) -> float:
    """What satisfaction adds to the logit of staying; negative below the reference."""
    return traits.loyalty.satisfaction_weight * (felt - traits.loyalty.satisfaction_reference)


@compiled
def past_failures(traits: Traits, failures: float) -> float:
    """What remembered failures add to the logit of staying, never more than nothing."""
    return -traits.loyalty.failure_weight * failures


@compiled
def lowest_term(traits: Traits, felt: float, failures: float, recovery: float) -> float:
    """The largest negative term of experience; 0 if none is negative."""
    return min(dissatisfaction(traits, felt), past_failures(traits, failures), recovery, 0.0)


@compiled
def referrer_stayed(state: State, person: int) -> bool:
    """Whether this person came by referral and the referrer was still a customer at the start of the week."""
    me: Person = state.people[person]
    referrer = state.bonds[person, me.target].referrer
    return referrer != NOBODY and was_customer(state.bonds[referrer, me.target], state.clock[WEEK])


@compiled
def stay_probability(logit: float, hazard_ratio: float) -> float:
    """Probability of staying; a hazard ratio h turns a chance p of staying into p**h."""
    chance = logistic(logit)
    return chance if hazard_ratio == 1.0 else float(chance**hazard_ratio)


@compiled
def stage_of_episode(me: Person) -> Stage:
    """Where a line that ends with this episode ends: at the support desk if it got there, else in use."""
    if me.outcome == Outcome.NO_FAILURE or me.outcome == Outcome.SILENT:
        return Stage.USE
    return Stage.SUPPORT


@compiled
def decide_after_use(state: State, person: int, latent: float, logit: float, hazard_ratio: float, cause: int) -> None:
    """The decision at the end of an episode."""
    me: Person = state.people[person]
    bond: Bond = state.bonds[person, me.target]
    traits: Traits = state.traits[row_for(state, me), me.target]
    chance = stay_probability(logit, hazard_ratio)
    u = uniform(state.luck, person, STAY, me.uses, 0)
    if u < chance or (bond.purchases == 1 and not traits.loyalty.first_may_leave):
        stay(state, person, chance, u)
        await_next_need(state, person, me.bought_at)
    else:
        if u >= stay_probability(latent, hazard_ratio):
            cause = Cause.OWN_REASONS.value  # with the same luck they would have left without any of it
        look_around_or_leave(state, person, stage_of_episode(me), cause, chance, u)


@compiled
def decide_when_to_lapse(
    state: State, person: int, latent: float, logit: float, hazard_ratio: float, cause: int
) -> None:
    """A lifetime runs from the purchase; if it ends before the next need, the customer lapses then."""
    me: Person = state.people[person]
    bond: Bond = state.bonds[person, me.target]
    bought_at = me.bought_at
    now = state.due[person]
    luck = exponential(state.luck, person, LIFETIME, me.uses, 0) / hazard_ratio
    lifetime = luck * math.exp(logit)
    stay(state, person, 1.0, 0.0)
    await_next_need(state, person, bought_at)
    if bought_at + lifetime < state.due[person]:
        if bought_at + luck * math.exp(latent) < state.due[person]:
            cause = Cause.OWN_REASONS.value
        state.due[person] = max(now, bought_at + lifetime)
        bond.doubt_cause = cause
        me.stage = Stage.LAPSE


@compiled
def lapse(state: State, person: int) -> None:
    """A customer leaves between purchases."""
    me: Person = state.people[person]
    cause = state.bonds[person, me.target].doubt_cause
    look_around_or_leave(state, person, Stage.LOYALTY, cause, 0.0, 0.0)


@compiled
def stay(state: State, person: int, chance: float, u: float) -> None:
    """The next purchase will be by habit; something similar may be bought at once."""
    me: Person = state.people[person]
    me.by_habit = True
    count(state, me.target, Measure.stays)
    note(state, person, Note.STAYS, me.target, chance, u, state.bonds[person, me.target].satisfaction)
    buy_something_similar(state, person)


@compiled
def leave_the_category(state: State, person: int) -> None:
    """Gone for good, or outside again: a potential customer as before the first purchase."""
    me: Person = state.people[person]
    if uniform(state.luck, person, REJOIN, me.uses, 0) < state.traits[row_for(state, me), me.target].loyalty.rejoin:
        me.left = True
        go_outside(state, person)
        return
    state.due[person] = NEVER
    me.stage = Stage.GONE


@compiled
def look_around_or_leave(state: State, person: int, stage: int, cause: int, chance: float, u: float) -> None:
    """Not staying: out of the category (the line ends now), or open to all at the next need (it may end then)."""
    if leaving(state, person, stage, cause, chance):  # something holds them; they go another time
        return
    me: Person = state.people[person]
    brand = me.target
    bond: Bond = state.bonds[person, brand]
    me.by_habit = False
    if uniform(state.luck, person, EXIT, me.uses, 0) < state.traits[row_for(state, me), me.target].loyalty.exit:
        note(state, person, Note.LEAVES, brand, chance, u, bond.satisfaction, cause)
        end_line(state, person, brand, stage, cause)
        leave_the_category(state, person)
        return
    note(state, person, Note.DOUBTS, brand, chance, u, bond.satisfaction, cause)
    count(state, brand, Measure.doubts)
    bond.doubt_stage = stage
    bond.doubt_cause = cause
    await_next_need(state, person, me.bought_at)
