"""Section 7.5: quality met, perception, disconfirmation, satisfaction, and what is learned."""

from typing import Any

from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import Cause, Outcome, Stage
from golden.people import Market, Person
from golden.price import value_lost

LEAST_SEVERITY = 1e-6


def use(market: Market, me: Person) -> None:
    """One episode."""
    bond, traits, offer = me.bonds[me.target], market.traits(me, me.target), market.offer(me, me.target)
    me.severity = severity_of_failure(market, me, offer.use.failure_rate, offer.use.severity)
    delivered = offer.use.quality + bond.taste + offer.use.quality_sd * market.normal(me, "use: quality noise", me.uses)
    late = traits.use.lateness_cost if me.late else 0.0
    misfit = traits.use.mismatch_cost if me.misfit else 0.0
    failure = traits.use.failure_cost * me.severity
    quality = delivered - late - misfit - failure
    expected = bond.expectation
    perceived = quality + traits.use.assimilation * (expected - quality)
    dearer = value_lost(traits, me.gap)
    shock = traits.use.bill_shock_cost if me.misread else 0.0
    me.episode = satisfaction(traits, perceived, perceived - expected, me.effort) - dearer - shock
    market.note(me, Note.USES, me.target, quality, expected, perceived, me.episode)
    costs = {
        Cause.QUALITY: traits.loyalty.satisfaction_reference - satisfaction(traits, delivered, 0.0, 0.0),
        Cause.LATE: late,
        Cause.MISFIT: misfit,
        Cause.FAILURE: failure,
        Cause.DISAPPOINTMENT: -traits.use.surprise_weight * value(traits, perceived - expected),
        Cause.EFFORT: traits.use.effort_weight * me.effort,
        Cause.PRICE: dearer,
        Cause.TERMS: shock,
    }
    me.grievance = max(costs, key=lambda cause: costs[cause]) if max(costs.values()) > 0.0 else Cause.QUALITY
    share = share_of_episode(traits, bond.purchases)
    me.harm = 0.0
    me.delight = 0.0
    if failure > 0.0:
        spared = quality + failure
        perceived_then = spared + traits.use.assimilation * (expected - spared)
        relieved = satisfaction(traits, perceived_then, perceived_then - expected, me.effort) - dearer - shock
        me.harm = share * (relieved - me.episode)
    before = bond.satisfaction if bond.purchases > 1 and share < 1.0 else 0.0
    bond.satisfaction = (1.0 - share) * before + share * me.episode
    me.met += (quality - me.met) / (me.uses + 1)
    rho = 1.0 / (bond.purchases + 1.0) if traits.expectation.average_learning else traits.expectation.learning
    bond.expectation = expected + rho * (quality - expected)
    market.count(me.target, Measure.uses)
    market.book(me, me.target, Measure.interventions_money, offer.fees.use)
    me.outcome = Outcome.NO_FAILURE
    me.raised = 0
    me.stage = Stage.LISTENING
    if me.severity > 0.0:
        bond.complaints += 1
        market.count(me.target, Measure.failures)
        market.note(me, Note.FAILS, me.target, me.severity)
        me.stage = Stage.SUPPORT


def severity_of_failure(market: Market, me: Person, rate: float, mean: float) -> float:
    """0 when nothing fails, else u^((1 - m) / m) of mean m."""
    if market.uniform(me, "use: failure", me.uses) >= rate:
        return 0.0
    return max(LEAST_SEVERITY, market.uniform(me, "use: severity", me.uses) ** ((1.0 - mean) / mean))


def value(traits: Any, d: float) -> float:
    """V(d): losses weigh lambda times."""
    return d if d >= 0.0 else traits.use.loss_aversion * d


def satisfaction(traits: Any, perceived: float, d: float, effort: float) -> float:
    """s = c + beta_P P + beta_D V(d) - beta_e effort."""
    use = traits.use
    return (
        use.satisfaction_base + use.perception_weight * perceived + use.surprise_weight * value(traits, d)
        - use.effort_weight * effort
    )  # fmt: skip


def share_of_episode(traits: Any, purchases: int) -> float:
    """The episode's share of cumulative satisfaction: all the first time, omega later."""
    return 1.0 if purchases == 1 else traits.use.memory
