"""Protects what a price does to one customer: exact arithmetic, and a share against its closed form.

The share of habits that a rise ends is binomial; four standard errors are exceeded once in 16,000 seeds.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markets import lived, notes_of, scenario_from, total

from cxsim.engine.journey.price import MOST_GAP, price_gap
from cxsim.engine.measures import Measure, Note
from cxsim.engine.state import EVERYBODY, Cause, Stage

ALL_KEEP = """
[market]
people = 4000
horizon_weeks = 9
[need]
kind = "contract"
period_weeks = 4.0
at_entry = true
[purchase]
outside = -inf
rise_weight = 5.0
rise_forgiven = 0.0
price_memory = 0.25
[loyalty]
leave_a = 0.01
leave_b = 1000.0
satisfaction_weight = 0.0
failure_weight = 0.0
[support]
recovery_weight = 0.0
[brand.focal]
expectation.awareness = 1.0
research.findability = 1.0
purchase.price = 80.0
purchase.ease = 1.0
use.delivery_weeks = 0.0
use.late_rate = 0.0
use.failure_rate = 0.0
"""
RISE = 'intervention=[{{name="rise", start_week=2, effect=[{{parameter="purchase.price", multiply={}}}]}}]'


@pytest.mark.parametrize(
    ("price", "remembered", "gap"),
    [
        (110.0, 100.0, 0.1),
        (75.0, 100.0, -0.25),
        (0.0, 40.0, -1.0),
        (0.0, 0.0, 0.0),
        (1.0, 0.0, MOST_GAP),
        (9e9, 1.0, MOST_GAP),
    ],
)
def test_the_gap_is_a_share_of_the_price_remembered(price, remembered, gap):
    assert price_gap(price, remembered) == pytest.approx(gap, abs=1e-15)


@given(st.floats(0.0, 1e9), st.floats(0.0, 1e9))
def test_the_gap_is_bounded_and_has_the_sign_of_the_difference(price, remembered):
    gap = price_gap(price, remembered)
    assert -1.0 <= gap <= MOST_GAP
    assert np.sign(gap) == np.sign(price - remembered) or gap == 0.0 or remembered == 0.0


def test_a_rise_ends_the_habits_it_should():
    model = lived(scenario_from(ALL_KEEP, RISE.format(1.2)), weeks=6)
    bonds = model.state.bonds[:, 0]
    renewing = int(total(model, Measure.purchases)) - int(total(model, Measure.first_purchases))
    ended = total(model, Measure.doubts)
    wanted = 1.0 - math.exp(-5.0 * 0.2)
    assert renewing > 3000
    assert abs(ended / renewing - wanted) < 4.0 * math.sqrt(wanted * (1.0 - wanted) / renewing)
    assert total(model, Measure.returns) == ended  # there is nothing else to buy: all come back, by a choice
    assert bonds["reference"][bonds["purchases"] == 2] == pytest.approx(80.0 + 0.25 * 16.0)
    assert bonds["reference"][bonds["purchases"] == 1] == pytest.approx(80.0)


def test_a_price_as_it_was_and_a_lower_one_end_no_habit():
    for factor in (1.0, 0.5):
        assert total(lived(scenario_from(ALL_KEEP, RISE.format(factor))), Measure.doubts) == 0


def test_satisfaction_is_lost_by_the_gap_and_by_a_bill_not_understood():
    same = ["use.value_weight=0.3", "use.loss_aversion=2.0", "purchase.rise_weight=0.0"]
    base = lived(scenario_from(ALL_KEEP, *same), weeks=6).state.people["episode"]
    dearer = lived(scenario_from(ALL_KEEP, RISE.format(1.2), *same), weeks=6).state.people["episode"]
    cheaper = lived(scenario_from(ALL_KEEP, RISE.format(0.8), *same), weeks=6).state.people["episode"]
    twice = lived(scenario_from(ALL_KEEP, *same), weeks=6).state.bonds[:, 0]["purchases"] == 2
    assert (base - dearer)[twice] == pytest.approx(0.3 * 2.0 * 0.2, abs=1e-6)
    assert (cheaper - base)[twice] == pytest.approx(0.3 * 0.2, abs=1e-6)
    understood, misread = (
        lived(
            scenario_from(ALL_KEEP, f"brand.focal.purchase.terms_clarity={clarity}", "use.bill_shock_cost=0.15"),
            weeks=1,
        )
        for clarity in (1.0, 0.0)
    )
    lost = understood.state.people["episode"] - misread.state.people["episode"]
    assert lost[understood.state.bonds[:, 0]["purchases"] == 1] == pytest.approx(0.15, abs=1e-6)


def test_an_announced_rise_ends_habits_before_it_holds_and_fewer_when_it_does():
    told = '{name="told", start_week=2, end_week=6, effect=[{parameter="purchase.announced_change", set=0.2}]}'
    then = '{name="then", start_week=6, effect=[{parameter="purchase.price", multiply=1.2}]}'
    announced = lived(scenario_from(ALL_KEEP, f"intervention=[{told}, {then}]", "purchase.price_memory=0.5"))
    unannounced = lived(scenario_from(ALL_KEEP, f"intervention=[{then}]", "purchase.price_memory=0.5"))
    before, after = (announced.state.tally[weeks, 0, Measure.doubts].sum() for weeks in (slice(0, 6), slice(6, 9)))
    assert before > 1000
    assert unannounced.state.tally[:6, 0, Measure.doubts].sum() == 0
    # Half of the way is behind them: 10 / 90 dearer instead of 20%, so 1 - exp(-.556) against 1 - exp(-1).
    assert after / unannounced.state.tally[6:, 0, Measure.doubts].sum() == pytest.approx(
        (1.0 - math.exp(-5.0 * 8.0 / 88.0)) / (1.0 - math.exp(-1.0)), abs=0.06
    )


def test_who_leaves_over_a_price_is_a_line_in_purchase_for_the_price():
    small = ["market.people=3000", "market.horizon_weeks=60"]
    causes = []
    for factor in (1.0, 1.5):
        dearer = RISE.format(factor).replace("start_week=2", "start_week=20")
        bonds = lived(scenario_from('extends = "restaurant"', *small, dearer)).state.bonds[:, 0]
        lost = (bonds["ended_stage"] == Stage.PURCHASE) & (bonds["ended_cause"] == Cause.PRICE)
        causes.append(int((lost & (bonds["purchases"] > 0)).sum()))
    assert causes[1] > causes[0] + 50


def test_notes_say_why_a_habit_ended():
    model = lived(
        scenario_from(ALL_KEEP, RISE.format(1.2), "market.people=50"), weeks=6, watch=EVERYBODY, room_for_notes=100_000
    )
    doubts = [note for note in notes_of(model) if note["what"] == Note.DOUBTS]
    assert doubts
    assert {int(note["d"]) for note in doubts} == {Cause.PRICE}
    assert all(note["b"] >= note["a"] for note in doubts)
