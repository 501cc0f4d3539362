"""Protects the plausible set of a likelihood, and the figures that a few records or plain numbers give, from false precision."""

import numpy as np
import pytest
from scipy import stats

from cxsim.analysis.calibration.cohort import Cohort, live_cohort
from cxsim.analysis.calibration.identify import NOT_TOLD, Finding
from cxsim.analysis.calibration.moments import (
    PLAIN_ERROR,
    moment_of_contacts,
    moments_of_purchases,
    moments_of_retention,
)
from cxsim.analysis.calibration.priors import NARROWEST, WIDEST, Uncertain, allowed, around_rhythm
from cxsim.analysis.calibration.repeat_buying import KEYS
from cxsim.analysis.calibration.simulated import MarketToFit, prices_in_proportion, simulated_moments, with_values
from cxsim.analysis.calibration.survey_moments import told_by
from cxsim.analysis.closed_forms.bg_nbd import BgNbd
from cxsim.analysis.closed_forms.likelihood import LIMITS, LIMITS_OF, fit_repeat_buying
from cxsim.analysis.sweep.parameters import in_every_segment
from cxsim.data.histories import Histories
from cxsim.scenario import load

WEEKLY = Histories(np.full(200, 29.0), np.full(200, 29.0), np.full(200, 29.5))


def test_whatever_is_fitted_can_stand_in_a_scenario():
    """A fit may run to its limit, and so may a draw; neither may leave the range that scenarios allow."""
    for places in KEYS.values():
        for name, key in places.items():
            (low, high), (least, most) = LIMITS_OF.get(name, LIMITS), allowed(key)
            assert least <= low < high <= most, key


def test_customers_who_are_all_alike_are_fitted_at_the_limit_and_no_draw_lies_beyond_it():
    fit = fit_repeat_buying(BgNbd, WEEKLY)
    assert {"r", "alpha"} <= set(fit.at_a_limit)
    draws = fit.plausible(200)
    assert (draws > LIMITS[0]).all()
    assert (draws < LIMITS[1]).all()  # none piled up on the limit itself
    assert 52 * fit.model.r / fit.model.alpha == pytest.approx(52, rel=0.03)


def test_a_likelihood_far_from_normal_still_gives_different_draws():
    """200 customers hardly tell how they differ in leaving: 163 different draws at first, 200 when proposed again."""
    values = {"need.rate_shape": 0.6, "need.rate_scale_weeks": 6.0, "loyalty.leave_a": 0.9, "loyalty.leave_b": 3.0}
    setting = {"loyalty.first_may_leave": False, "market.people": 200, "market.horizon_weeks": 40}
    cohort = live_cohort(with_values("rhythm-only", {**values, **setting}), 36.0, seed=3, replication=0)
    fit = fit_repeat_buying(BgNbd, cohort.histories(np.array([36.0])))
    assert len(np.unique(fit.plausible(200), axis=0)) > 190


def test_the_search_does_not_know_more_than_the_data():
    """Its spread is twice the standard error of the closed form, within limits."""
    errors = np.array([0.05, 0.6, 9.0])
    found = around_rhythm(["loyalty.leave_a"] * 3, np.ones(3), errors)
    spreads = [np.log(each.high / each.low) / 2 for each in found]
    assert spreads == pytest.approx([NARROWEST, 1.2, WIDEST])


def test_what_is_plausible_is_where_nine_in_ten_guesses_begin_and_data_may_lead_beyond():
    """By hand: uniform inside; beyond, exponential with the density of the inside, .9 of the range, and never what is not allowed."""
    weight = Uncertain("support.recovery_weight", 0.4, 1.5)
    ends, middle = weight.value(stats.norm.ppf([0.05, 0.95])), weight.value(stats.norm.ppf([0.275, 0.5]))
    assert ends == pytest.approx([0.4, 1.5]) and middle == pytest.approx([0.4 + 1.1 * 0.25, 0.95])
    further = weight.value(stats.norm.ppf([0.05 / np.e, 1.0 - 0.05 / np.e]))  # 1 / e of those beyond
    assert further == pytest.approx([0.4 - 1.1 * 0.05 / 0.9, 1.5 + 1.1 * 0.05 / 0.9])
    assert weight.value(np.array([-30.0, 30.0])).tolist() == list(allowed("support.recovery_weight"))
    every = weight.value(np.linspace(-9.0, 9.0, 999))
    assert (np.diff(every) >= 0.0).all() and np.abs(np.diff(every)).max() < 0.02
    rate = Uncertain("brand.shop.use.failure_rate", 0.02, 0.3)
    assert rate.value(np.array([-5.0])).tolist() == [0.0]
    assert weight.value_inside(np.array([-30.0, 0.0, 30.0])) == pytest.approx([0.4, 0.95, 1.5])


def test_a_share_of_nobody_is_not_known_exactly():
    assert all(moment.error > 0 for moment in moments_of_purchases(WEEKLY)[1:5])
    assert all(moment.error > 0 for moment in moments_of_retention(np.array([1.0, 1.0, 0.0]), 50, 52.0))
    assert moment_of_contacts(0.0).tolerance > 0
    assert moment_of_contacts(0.5).error == PLAIN_ERROR * 0.5


def test_both_kinds_of_survey_together_name_each_parameter_once(tmp_path):
    files = []
    for heading, scores in (("nps", range(11)), ("csat", range(1, 6))):
        files.append(tmp_path / f"{heading}.csv")
        files[-1].write_text(f"{heading},count\n" + "".join(f"{score},9\n" for score in scores))
    first, second = told_by(files)
    assert first.about == second.about
    assert "listening.response_valence" in first.about  # who answers is not known
    assert first.given != second.given
    assert "99 answers" in first.summary[0]


def test_another_price_moves_all_prices_and_their_weight():
    """Ten times the price, a tenth of its weight: the choice between brands stays as it was."""
    scenario = load("restaurant")
    now = {name: offer.purchase.price for name, offer in scenario.brand.items()}
    moved = prices_in_proportion(scenario, 10 * now["Olive"])
    rival = next(name for name in now if name != "Olive")
    assert moved[f"brand.{rival}.purchase.price"] == pytest.approx(10 * now[rival])
    assert moved["purchase.price_weight"] == pytest.approx(scenario.purchase.price_weight / 10)
    assert moved["segment.office.purchase.price_weight"] == pytest.approx(0.007)
    everywhere = in_every_segment(scenario, moved)
    assert everywhere["segment.office.purchase.price_weight"] == pytest.approx(0.007)  # its own, not that of all


def test_who_does_not_renew_has_left_whenever_the_decision_was_made():
    """Three contracts of four weeks, bought in week 1: one lapses, one is renewed late, one comes back after a gap."""
    bought = np.array([[1] * 14, [1] * 6 + [2] * 4 + [3] * 4, [1] * 8 + [2] * 6], float).T
    cohort = Cohort(np.array([1.0, 1.0, 1.0]), bought, np.zeros_like(bought), None)
    assert [cohort.share_renewed(times, 4.0) for times in range(3)] == pytest.approx([1, 1 / 3, 1 / 3])


def test_a_part_of_a_cohort_is_spread_over_it():
    first = np.arange(10.0)
    cohort = Cohort(first, np.tile(first, (3, 1)), np.zeros((3, 10)), None)
    part = cohort.part(4)
    assert part.first.tolist() == [0, 2, 5, 7]
    assert part.purchases.shape == (3, 4)
    assert cohort.part(99) is cohort


def test_a_small_market_is_lived_more_often_for_each_guess(tmp_path):
    """The same people as one larger market: otherwise the luck of one replication would be fitted."""
    path = tmp_path / "small.toml"
    for people, replications in ((15_000, 1), (5_000, 3), (300, 4)):
        path.write_text(f'extends = "rhythm-only"\nmarket.people = {people}\nmarket.horizon_weeks = 4\n')
        market = MarketToFit(path, load(path), {}, [], 2.0, seed=1)
        assert market.replications == replications
    share = moments_of_purchases(WEEKLY)[1]
    read = [share.simulated(market.cohort(np.zeros(0), replication), 0) for replication in range(4)]
    (mean,) = simulated_moments(market, [share], np.zeros((1, 0)), progress=False)[0]
    assert mean == pytest.approx(np.mean(read))
    assert len(set(read)) > 1


def test_a_value_outside_of_its_own_range_is_said_to_be_where_the_search_ended():
    finding = Finding("loyalty.leave_b", 0.4, 900.0, NOT_TOLD, "all is left")
    assert finding.words_beside(900.0) == finding.words
    assert finding.words_beside(999.99).endswith("the value lies outside, where the search ended**")
