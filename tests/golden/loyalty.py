"""Section 7.7: a loop, a look around, or a line; and its cause."""

import math
from typing import Any

from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import Cause, Outcome, Stage
from cxsim.scenario.stages.loyalty import Departure
from golden.lines import end_line
from golden.need import await_next_need, go_outside, something_similar
from golden.people import Bond, Market, Person, logistic
from golden.support import recovery_offset

CAUSE_OF_OUTCOME = {
    Outcome.SILENT: Cause.SILENT_FAILURE,
    Outcome.UNRESOLVED: Cause.UNRESOLVED,
    Outcome.RESOLVED: Cause.SLOW_SUPPORT,
    Outcome.QUICK: Cause.FAILURE,
}


def loyalty(market: Market, me: Person) -> None:
    """eta + beta_S (S + w harm - S_ref) - beta_F F + recovery_weight offset + relief."""
    bond, traits = me.bonds[me.target], market.traits(me, me.target)
    terms, weight = traits.loyalty, traits.support.recovery_weight
    recovery = weight * recovery_offset(me.outcome, me.severity) if me.outcome != Outcome.NO_FAILURE else 0.0
    felt = bond.satisfaction + min(1.0, weight) * me.harm
    happy = terms.satisfaction_weight * (felt - terms.satisfaction_reference)
    past = -terms.failure_weight * bond.failures
    latent = latent_loyalty(terms, me, bond)
    total = latent + happy + past + (recovery + me.relief)
    cause = cause_of_experience(me, happy, past, recovery)
    bond.grudge = max(0.0, latent - total)
    failed_for_good = me.outcome in (Outcome.SILENT, Outcome.UNRESOLVED)
    bond.failures = terms.failure_memory * bond.failures + (me.severity if failed_for_good else 0.0)
    with_referrer = bond.referrer >= 0 and market.seen[bond.referrer][me.target].customer
    ratio = terms.referred_hazard if with_referrer else 1.0
    if terms.departure == Departure.after_use:
        decide_after_use(market, me, latent, total, ratio, cause)
    else:
        decide_when_to_lapse(market, me, latent, total, ratio, cause)
    me.uses += 1


def latent_loyalty(terms: Any, me: Person, bond: Bond) -> float:
    """eta; with a tenure shape c a person who stays once with chance p stays through n decisions with p^(n^c)."""
    c = terms.tenure_shape
    if c == 1.0 or terms.departure != Departure.after_use:
        return me.disposition
    n = bond.streak if terms.first_may_leave else max(1, bond.streak - 1)
    log_chance = (n**c - (n - 1) ** c) * -math.log1p(math.exp(-me.disposition))
    return log_chance - math.log(-math.expm1(log_chance))


def cause_of_experience(me: Person, happy: float, past: float, recovery: float) -> int:
    """The most negative of satisfaction (then the grievance), past failures and the recovery offset."""
    terms = {me.grievance: happy} | {Cause.PAST_FAILURES: past, CAUSE_OF_OUTCOME.get(me.outcome): recovery}
    if me.grievance == CAUSE_OF_OUTCOME.get(me.outcome):
        terms[me.grievance] = min(happy, recovery)
    worst = min(terms, key=lambda cause: terms[cause])
    return worst if terms[worst] < 0.0 else Cause.OWN_REASONS


def decide_after_use(market: Market, me: Person, latent: float, total: float, ratio: float, cause: int) -> None:
    """Stay with logistic(sum), to the power of the hazard ratio; own reasons when the same luck had left anyway."""
    terms, bond = market.traits(me, me.target).loyalty, me.bonds[me.target]
    chance = logistic(total) ** ratio
    u = market.uniform(me, "loyalty: stay", me.uses)
    if u < chance or (bond.purchases == 1 and not terms.first_may_leave):
        stay(market, me, chance, u)
        return
    if u >= logistic(latent) ** ratio:
        cause = Cause.OWN_REASONS
    at_the_desk = me.outcome in (Outcome.UNRESOLVED, Outcome.RESOLVED, Outcome.QUICK)
    look_around_or_leave(market, me, Stage.SUPPORT if at_the_desk else Stage.USE, cause, chance, u)


def decide_when_to_lapse(market: Market, me: Person, latent: float, total: float, ratio: float, cause: int) -> None:
    """A lifetime Exp(1) exp(sum) / ratio runs from the purchase; if it ends before the next need, the person lapses."""
    luck = -math.log(market.uniform(me, "loyalty: lifetime between purchases", me.uses)) / ratio
    now = me.due
    stay(market, me, 1.0, 0.0)
    next_need = me.due
    if me.bought_at + luck * math.exp(total) < next_need:
        would_have_lapsed = me.bought_at + luck * math.exp(latent) < next_need
        me.bonds[me.target].doubt_cause = Cause.OWN_REASONS if would_have_lapsed else cause
        me.due = max(now, me.bought_at + luck * math.exp(total))
        me.stage = Stage.LAPSE


def lapse(market: Market, me: Person) -> None:
    """Leaving between purchases."""
    look_around_or_leave(market, me, Stage.LOYALTY, me.bonds[me.target].doubt_cause, 0.0, 0.0)


def stay(market: Market, me: Person, chance: float, u: float) -> None:
    """The next need is met by habit."""
    me.by_habit = True
    market.count(me.target, Measure.stays)
    market.note(me, Note.STAYS, me.target, chance, u, me.bonds[me.target].satisfaction)
    something_similar(market, me)
    await_next_need(market, me, me.bought_at)


def look_around_or_leave(market: Market, me: Person, stage: Stage, cause: int, chance: float, u: float) -> None:
    """With `exit` out of the category, a line now; else a customer until the next need, with a doubt to record then."""
    bond = me.bonds[me.target]
    me.by_habit = False
    leaves = market.uniform(me, "loyalty: leave the category", me.uses) < market.traits(me, me.target).loyalty.exit
    what = Note.LEAVES if leaves else Note.DOUBTS
    market.note(me, what, me.target, chance, u, bond.satisfaction, cause)
    if leaves:
        end_line(market, me, me.target, stage, cause)
        if market.uniform(me, "loyalty: may come back", me.uses) < market.traits(me, me.target).loyalty.rejoin:
            me.left = True
            go_outside(market, me)
        else:
            me.due, me.stage = math.inf, Stage.GONE
        return
    market.count(me.target, Measure.doubts)
    bond.doubt_stage, bond.doubt_cause = stage, cause
    await_next_need(market, me, me.bought_at)
