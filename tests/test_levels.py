"""Protects the levels that `check` states: each against plain arithmetic, and the reference of satisfaction."""

import math

import numpy as np
import pytest
from markets import scenario_from

import cxsim
from cxsim.analysis.compare.intervals import Estimate
from cxsim.analysis.compare.runs import run
from cxsim.analysis.levels import Level, levels_of, reference_told, satisfaction_at_decisions, told
from cxsim.analysis.phrases import whole
from experiments.prices import MARKETS

SMALL = {"market.people": 800, "market.horizon_weeks": 130}


def test_every_level_is_what_plain_arithmetic_says():
    runs = run(cxsim.load("restaurant", SMALL), replications=3)
    beside, revenue, lost, nps, contacts, referred, cac = (level.value.mean for level in levels_of(runs))
    by_hand = []
    for number in range(3):
        weeks = runs.weeks[(runs.weeks["replication"] == number) & (runs.weeks["brand"] == "Olive")]
        at_start = runs.figures["customers_at_start"][number]
        stock = at_start + (weeks["customers_gained"] - weeks["customers_lost"]).cumsum().to_numpy()
        customers, year = stock[-52:].mean(), weeks.iloc[-52:]
        counted = [year[name].sum() / customers for name in ("revenue_money", "customers_lost", "contacts")]
        by_hand.append([*counted, stock[51] / at_start])
    expected = np.mean(by_hand, axis=0)
    assert at_start > 100
    assert (revenue, lost, contacts / 100, beside) == pytest.approx(tuple(expected))
    assert nps == pytest.approx(runs.figures["nps_measured"].mean())
    assert referred == pytest.approx(runs.figures["referral_r"].mean())
    assert cac == pytest.approx((runs.figures["acquisition_cost"] / runs.figures["clv"]).mean())


@pytest.mark.parametrize("market", MARKETS)
def test_no_ready_market_is_unusual(market):
    """And none whose satisfaction as such makes people stay or leave (to .03; the error of the mean is below .01)."""
    assert not [level for level in levels_of(run(cxsim.load(market), replications=2)) if not level.is_usual]
    assert reference_told(cxsim.load(market)) is None


def test_what_is_unusual_is_said_with_what_it_was_held_against():
    gloomy = cxsim.load("restaurant", SMALL | {"market.people": 2000, "brand.Olive.use.quality": 0.2})
    (line,) = [told(level) for level in levels_of(run(gloomy, replications=4)) if level.name == "NPS"]
    assert "unusual (held against: 20 to 60 for services that are liked)" in line


def test_a_level_that_one_replication_alone_has_is_said_without_an_interval():
    assert told(Level("NPS", Estimate(0.0, math.nan, math.nan, 1), (20.0, 60.0), "", whole)) == "NPS: 0 (no interval)"


def test_a_reference_far_from_what_people_decide_with_is_said_and_the_found_one_is_not():
    low = cxsim.load("restaurant", SMALL | {"loyalty.satisfaction_reference": 0.5})
    said = reference_told(low)
    found = satisfaction_at_decisions(low).mean
    assert "makes people stay here" in said and f"Set it to {found:.2f}" in said
    assert reference_told(cxsim.load("restaurant", SMALL | {"loyalty.satisfaction_reference": round(found, 2)})) is None
    assert reference_told(cxsim.load("restaurant", SMALL | {"loyalty.satisfaction_weight": 0.0})) is None


def test_a_market_without_customers_has_no_levels_and_no_doubts():
    nobody = scenario_from("[brand.focal]\npurchase.ease = 0.0\n[market]\npeople = 50\nhorizon_weeks = 8\n")
    levels = levels_of(run(nobody, replications=2))
    assert all(level.is_usual for level in levels)
    assert all(math.isnan(level.value.mean) or level.value.mean == 0.0 for level in levels)
    assert told(levels[0]).endswith(": none")
    assert reference_told(nobody) is None
