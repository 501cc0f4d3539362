"""Use: what was delivered, what was perceived of it, and the satisfaction it left.

Q = quality + taste + noise - misfit - lateness - failure; perception P = Q + phi (E - Q) (assimilation);
disconfirmation d = P - E valued with loss aversion; episode satisfaction s = c + beta_P P + beta_D V(d) - beta_e effort
- beta_V V(dearer than remembered) - terms not understood
(Oliver 1980; Anderson & Sullivan 1993; Mittal, Ross & Baldasare 1998; Dixon, Freeman & Toman 2010).
"""

from typing import Final

from cxsim.engine.compiled import compiled
from cxsim.engine.journey.bookkeeping import count, note, pay
from cxsim.engine.journey.expectation import learned
from cxsim.engine.journey.neighbours import remember_start_of_week
from cxsim.engine.journey.price import value_lost
from cxsim.engine.journey.schedule import row_for
from cxsim.engine.luck import normal, purpose, uniform
from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import WEEK, Bond, Cause, Outcome, Person, Stage, State
from cxsim.scenario.stages import Deal, Traits

NOISE: Final = purpose("use: quality noise")
FAILURE: Final = purpose("use: failure")
SEVERITY: Final = purpose("use: severity")
LEAST_SEVERITY: Final = 1e-6  # a failure is a failure


@compiled
def use(state: State, person: int) -> None:
    """One episode of use, and what it does to satisfaction and expectation."""
    me: Person = state.people[person]
    bond: Bond = state.bonds[person, me.target]
    offer: Deal = state.offers[row_for(state, me), me.target]
    traits: Traits = state.traits[row_for(state, me), me.target]
    me.severity = severity_of_failure(state, person, offer.use.failure_rate, offer.use.severity)
    noise = offer.use.quality_sd * normal(state.luck, person, NOISE, me.uses, 0)
    delivered = offer.use.quality + bond.taste + noise
    loss_late = traits.use.lateness_cost if me.late else 0.0
    loss_misfit = traits.use.mismatch_cost if me.misfit else 0.0
    loss_failure = traits.use.failure_cost * me.severity
    quality = delivered - loss_late - loss_misfit - loss_failure
    expected = float(bond.expectation)
    perceived = quality + traits.use.assimilation * (expected - quality)
    dearer = value_lost(traits, float(me.gap))
    shock = traits.use.bill_shock_cost if me.misread else 0.0
    me.episode = satisfaction(traits, perceived, perceived - expected, me.effort) - dearer - shock
    note(state, person, Note.USES, me.target, quality, expected, perceived, me.episode)
    me.grievance = heaviest_complaint(
        loss_late,
        loss_misfit,
        loss_failure,
        traits.loyalty.satisfaction_reference - satisfaction(traits, delivered, 0.0, 0.0),
        -traits.use.surprise_weight * valued(perceived - expected, traits.use.loss_aversion),
        traits.use.effort_weight * me.effort,
        dearer,
        shock,
    )
    me.harm = 0.0
    me.delight = 0.0
    if loss_failure > 0.0:
        unharmed = quality + loss_failure
        perceived_unharmed = unharmed + traits.use.assimilation * (expected - unharmed)
        relieved = satisfaction(traits, perceived_unharmed, perceived_unharmed - expected, me.effort) - dearer - shock
        me.harm = share_of_episode(traits, bond.purchases) * (relieved - me.episode)
    remember_episode(state, person, share_of_episode(traits, bond.purchases) * me.episode, traits)
    met = float(me.met)
    me.met = met + (quality - met) / (me.uses + 1.0)
    bond.expectation = learned(
        expected, quality, traits.expectation.learning, traits.expectation.average_learning, bond.purchases
    )
    count(state, me.target, Measure.uses)
    pay(state, person, me.target, Measure.interventions_money, offer.fees.use)
    me.outcome = Outcome.NO_FAILURE
    me.raised = 0
    me.stage = Stage.LISTENING
    if me.severity > 0.0:
        bond.complaints += 1
        count(state, me.target, Measure.failures)
        note(state, person, Note.FAILS, me.target, me.severity)
        me.stage = Stage.SUPPORT


@compiled
def severity_of_failure(state: State, person: int, rate: float, mean: float) -> float:
    """0 when nothing fails; otherwise a severity between 0 and 1 with the given mean, u**((1 - mean) / mean)."""
    me: Person = state.people[person]
    if uniform(state.luck, person, FAILURE, me.uses, 0) >= rate:
        return 0.0
    severity = uniform(state.luck, person, SEVERITY, me.uses, 0) ** ((1.0 - mean) / mean)
    return max(LEAST_SEVERITY, float(severity))


@compiled
def valued(disconfirmation: float, loss_aversion: float) -> float:
    """V(d): a disappointment weighs `loss_aversion` times an equal pleasant surprise."""
    return disconfirmation if disconfirmation >= 0.0 else loss_aversion * disconfirmation


@compiled
def satisfaction(traits: Traits, perceived: float, disconfirmation: float, effort: float) -> float:
    """Satisfaction with one episode."""
    return (
        traits.use.satisfaction_base
        + traits.use.perception_weight * perceived
        + traits.use.surprise_weight * valued(disconfirmation, traits.use.loss_aversion)
        - traits.use.effort_weight * effort
    )


@compiled
def share_of_episode(traits: Traits, purchases: int) -> float:
    """The weight of this episode in cumulative satisfaction: all of it the first time, omega later."""
    return 1.0 if purchases == 1 else traits.use.memory


@compiled
def remember_episode(state: State, person: int, weighted: float, traits: Traits) -> None:
    """S <- (1 - omega) S + omega s, the episode's share being given."""
    me: Person = state.people[person]
    bond: Bond = state.bonds[person, me.target]
    remember_start_of_week(bond, state.clock[WEEK])
    kept = 1.0 - share_of_episode(traits, bond.purchases)
    bond.satisfaction = weighted if kept == 0.0 else kept * bond.satisfaction + weighted


@compiled
def heaviest_complaint(
    late: float,
    misfit: float,
    failure: float,
    dull: float,
    disappointment: float,
    effort: float,
    dearer: float,
    shock: float,
) -> int:
    """The cause that cost this episode the most satisfaction; quality where nothing cost any.

    Who is dissatisfied over time by an episode without a complaint is so for what they remember of the product.
    """
    worst = Cause.QUALITY
    most = max(0.0, dull)
    for cause, cost in (
        (Cause.LATE, late),
        (Cause.MISFIT, misfit),
        (Cause.FAILURE, failure),
        (Cause.DISAPPOINTMENT, disappointment),
        (Cause.EFFORT, effort),
        (Cause.PRICE, dearer),
        (Cause.TERMS, shock),
    ):
        if cost > most:
            worst = cause
            most = cost
    return worst
