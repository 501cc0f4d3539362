"""Protects common sense in the rules: what is better never makes anything worse, for the same luck.

The rules are pure functions, tried by Hypothesis over their whole range; the last tests follow each person through
whole runs with the same luck. Nothing here is statistical.
"""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from markets import STATISTICS_ONLY, lived, scenario_from, traits_record

from cxsim.engine.journey.expectation import learned
from cxsim.engine.journey.listening import ease_score, five_point, recommend_score
from cxsim.engine.journey.loyalty import lasting_failure, stay_logit, stay_probability
from cxsim.engine.journey.need import wait_for_next_need
from cxsim.engine.journey.schedule import logistic
from cxsim.engine.journey.support import chance_of_contact, recovery_offset
from cxsim.engine.journey.telling import chance_to_refer, messages_expected
from cxsim.engine.journey.use import satisfaction, valued
from cxsim.engine.state import Outcome, Stage

DEFAULT = traits_record()
CROSS = traits_record(telling={"refer_threshold": -10.0})
KINDS = [traits_record(need={"kind": kind}) for kind in ("repeat", "replacement", "contract")]
ROUNDING = 1e-12

scale = st.floats(-3.0, 3.0)
share = st.floats(0.0, 1.0)
severity = st.floats(1e-6, 1.0)
positive = st.floats(0.0, 20.0)
logit = st.floats(-50.0, 50.0)
luck = st.floats(1e-9, 1 - 1e-9)
lesser_and_greater = st.tuples(scale, scale).map(sorted)


@given(lesser_and_greater, scale, st.floats(-1.0, 1.0), positive)
def test_better_quality_never_lowers_satisfaction(qualities, expected, assimilation, effort):
    def of(quality):
        perceived = quality + assimilation * (expected - quality)
        return satisfaction(DEFAULT, perceived, perceived - expected, effort)

    assert of(qualities[0]) <= of(qualities[1]) + ROUNDING


@given(scale, scale, lesser_and_greater)
def test_effort_never_pleases(perceived, disconfirmation, efforts):
    less, more = (satisfaction(DEFAULT, perceived, disconfirmation, effort) for effort in efforts)
    assert more <= less


@given(lesser_and_greater, st.floats(0.5, 5.0))
def test_the_value_of_a_surprise_rises_with_it(surprises, loss_aversion):
    assert valued(surprises[0], loss_aversion) <= valued(surprises[1], loss_aversion)


@given(st.floats(0.001, 3.0), st.floats(1.0, 5.0))
def test_losses_weigh_at_least_as_much_as_gains(size, loss_aversion):
    assert -valued(-size, loss_aversion) >= valued(size, loss_aversion)


@given(lesser_and_greater, logit, positive, scale, st.sampled_from([0.0, 0.5, 0.82, 1.0, 2.0]))
def test_more_satisfied_people_are_no_less_likely_to_stay(satisfactions, disposition, failures, recovery, hazard_ratio):
    low, high = (
        stay_probability(stay_logit(DEFAULT, disposition, felt, failures, recovery), hazard_ratio)
        for felt in satisfactions
    )
    assert 0.0 <= low <= high <= 1.0


@given(st.tuples(positive, positive).map(sorted), logit, scale)
def test_remembered_failures_never_keep_anybody(failures, disposition, felt):
    fewer, more = (stay_logit(DEFAULT, disposition, felt, memory, 0.0) for memory in failures)
    assert more <= fewer


@given(logit, st.tuples(st.floats(0, 2), st.floats(0, 2)).map(sorted))
def test_a_higher_hazard_never_keeps_anybody(stay, ratios):
    lower, higher = (stay_probability(stay, ratio) for ratio in ratios)
    assert higher <= lower + ROUNDING


@given(logit, logit)
def test_logistic_rises_and_is_a_probability(a, b):
    assert 0.0 <= logistic(min(a, b)) <= logistic(max(a, b)) <= 1.0


@given(severity)
def test_recovery_limits_a_loss_and_never_creates_loyalty(how_bad):
    outcomes = (Outcome.SILENT, Outcome.UNRESOLVED, Outcome.RESOLVED, Outcome.QUICK)
    offsets = [recovery_offset(outcome.value, how_bad) for outcome in outcomes]
    assert offsets == sorted(offsets)
    assert offsets[-1] <= 0.0


@given(st.sampled_from(list(Outcome)[1:]), st.tuples(severity, severity).map(sorted))
def test_a_worse_failure_never_costs_less(outcome, severities):
    milder, worse = (recovery_offset(outcome.value, how_bad) for how_bad in severities)
    assert worse <= milder + ROUNDING
    assert lasting_failure(outcome.value, severities[0]) <= lasting_failure(outcome.value, severities[1])


@given(st.tuples(severity, severity).map(sorted), st.tuples(positive, positive).map(sorted))
def test_worse_failures_and_easier_access_bring_no_fewer_contacts(severities, efforts):
    assert chance_of_contact(DEFAULT, severities[0], efforts[0]) <= chance_of_contact(
        DEFAULT, severities[1], efforts[0]
    )
    assert chance_of_contact(DEFAULT, severities[0], efforts[1]) <= chance_of_contact(
        DEFAULT, severities[0], efforts[0]
    )


@given(lesser_and_greater, st.tuples(st.floats(0, 500), st.floats(0, 500)).map(sorted))
def test_satisfaction_and_rewards_never_make_referring_less_likely(satisfactions, rewards):
    for traits in (DEFAULT, CROSS):
        base = chance_to_refer(traits, satisfactions[0], rewards[0])
        assert base <= chance_to_refer(traits, satisfactions[1], rewards[0])
        assert base <= chance_to_refer(traits, satisfactions[0], rewards[1])


@given(st.floats(0.0, 2.0))
def test_bad_news_travels_more_than_equally_good_news(distance):
    neutral = 0.5
    assert (
        0.0
        <= messages_expected(DEFAULT, neutral + distance)
        <= messages_expected(DEFAULT, neutral - distance) + ROUNDING
    )


@given(scale, scale, share, st.integers(1, 100), st.booleans())
def test_learning_goes_toward_what_was_met_and_not_beyond(expectation, quality, learning, uses, average):
    after = learned(expectation, quality, learning, average, uses)
    assert min(expectation, quality) - ROUNDING <= after <= max(expectation, quality) + ROUNDING


@given(lesser_and_greater)
def test_survey_scales_rise_and_stay_on_their_scale(felt):
    for scored, least, most in ((recommend_score, 0, 10), (five_point, 1, 5)):
        assert least <= scored(felt[0]) <= scored(felt[1]) <= most
    tries = sorted(abs(each) * 4 for each in felt)
    assert 1 <= ease_score(tries[1]) <= ease_score(tries[0]) <= 7


@given(st.sampled_from(KINDS), st.tuples(st.floats(1e-3, 10), st.floats(1e-3, 10)).map(sorted), luck)
def test_people_with_more_needs_never_wait_longer(traits, rates, u):
    rarely, often = (wait_for_next_need(traits, rate, u) for rate in rates)
    assert 0.0 < often <= rarely


# ---- whole runs, person by person ----------------------------------------------------------------------------------

# Everybody buys once, of the one brand, in the first week; nobody hears of anybody.
FIRST_EPISODE = """
[market]
people = 2000
horizon_weeks = 4
[need]
at_entry = true
rate_scale_weeks = 10000.0
[purchase]
outside = -inf
[telling]
review_base = -50.0
refer_base = -50.0
base = 0.0
good = 0.0
bad = 0.0
[brand.focal]
expectation.awareness = 1.0
research.findability = 1.0
purchase.ease = 1.0
"""


def each_persons(column, *overrides, text=FIRST_EPISODE):
    model = lived(scenario_from(text, *overrides))
    return model.state.bonds[:, 0][column].astype(float)


def test_better_quality_satisfies_everybody_at_least_as_much():
    worse, better = (each_persons("satisfaction", f"brand.focal.use.quality={q}") for q in (0.6, 0.8))
    assert (better >= worse).all()
    assert better.mean() > worse.mean() + 0.1


def test_fewer_failures_satisfy_everybody_at_least_as_much():
    more, fewer = (each_persons("satisfaction", f"brand.focal.use.failure_rate={f}") for f in (0.3, 0.1))
    assert (fewer >= more).all()
    assert (fewer > more).mean() > 0.1


def test_a_smaller_promise_delights_everybody_at_least_as_much():
    loud, modest = (each_persons("satisfaction", f"brand.focal.expectation.promise={p}") for p in (1.0, 0.6))
    assert (modest >= loud).all()


def test_a_higher_hazard_never_means_a_later_first_journey():
    def first_bought(hazard):
        never = "need.at_entry=false", "market.horizon_weeks=60", f"need.spontaneous_annual={hazard}"
        return np.nan_to_num(each_persons("first_bought", *never), nan=np.inf)

    rare, common = first_bought(0.5), first_bought(0.8)
    assert (common <= rare).all()
    assert (common < rare).mean() > 0.3


def test_easier_search_finds_no_later():
    hard, easy = (
        each_persons("first_bought", "research.persistence=0.95", f"brand.focal.research.findability={f}")
        for f in (0.3, 0.6)
    )
    found_both = ~np.isnan(hard)
    assert (easy[found_both] <= hard[found_both]).all()
    assert (easy[found_both] < hard[found_both]).mean() > 0.3


def test_satisfaction_keeps_everybody_who_would_have_stayed_without_it():
    """With the first decision only: whoever stays at the lower quality stays at the higher."""

    def left(quality):
        weight = "loyalty.satisfaction_weight=3.0", "support.recovery_weight=0.0"
        model = lived(
            scenario_from(STATISTICS_ONLY, *weight, "market.people=2000", f"brand.focal.use.quality={quality}"), weeks=1
        )
        once = model.state.people["uses"] == 1
        return once, model.state.people["stage"] == Stage.GONE

    (once_worse, gone_worse), (once_better, gone_better) = left(0.6), left(0.9)
    once = once_worse & once_better
    assert (gone_better[once] <= gone_worse[once]).all()
    assert gone_better[once].sum() < gone_worse[once].sum()
