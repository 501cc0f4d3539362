"""Protects the promise that with its mechanisms switched off the simulator collapses to the published closed forms.

Every limit is lived 100 times at the seed that `cxsim verify` ships with, in markets of a quarter of their people. A
check allows three standard errors over replications and its computed bias: with another seed a right simulator fails
about one of all these checks by luck (`expected_false_alarms`), so they run at one seed, where they all pass. The
season is lived by all its people: a quarter of them have a curve at that seed that lies 4 standard errors off, which of
seeds 2 to 6 none has.
"""

import numpy as np
import pytest
from scipy import stats

from cxsim.analysis.closed_forms import bg_nbd
from cxsim.analysis.closed_forms.gamma_gamma import GammaGamma, Spending
from cxsim.analysis.verification import LIMITS, Check, expected_false_alarms, verify
from cxsim.analysis.verification.bass import BASS, expected_shares
from cxsim.analysis.verification.bg_nbd import chance_of_repeats, expected_after
from cxsim.analysis.verification.lifetime_value import inequality
from cxsim.analysis.verification.limit import REPLICATIONS, settings_folder
from cxsim.scenario import load

BASE = "base"


@pytest.mark.parametrize("name", LIMITS)
def test_the_simulator_collapses_to_the_closed_form(name):
    limit = LIMITS[name]
    people = load(limit.file).market.people // (1 if name in ("learning", "abandonment", "season") else 4)
    result = verify(limit, people=people)
    assert [check for check in result.checks if not check.passed] == []
    assert all(np.isfinite([check.expected, check.simulated, check.standard_error]).all() for check in result.checks)


def test_every_scenario_of_the_folder_is_a_limit_with_a_story():
    files = {path.stem for path in settings_folder().glob("*.toml")}
    assert files == {*LIMITS, BASE}
    for name in files:
        assert len(load(settings_folder() / f"{name}.toml").story) > 50


PUBLISHED = {  # series, at, value: for the three models of purchase as computed from parameters before rounding
    "bass": (("share who have adopted", "years 5", 0.3312), ("share who have adopted", "years 10", 0.8128)),
    "bg-nbd": (
        ("repeat purchases per customer", "week 39", 1.195),
        ("repeat purchases per customer", "week 78", 1.858),
    ),
    "pareto-nbd": (
        ("repeat purchases per customer", "week 39", 1.2135),
        ("repeat purchases per customer", "week 78", 1.9100),
    ),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_closed_form_has_the_values_that_are_known(name):
    """To .2%: the scenarios hold the published parameters, which are rounded to three places."""
    expected = {(check.quantity, check.at): check.expected for check in verify(LIMITS[name], 10, people=500).checks}
    for quantity, at, value in PUBLISHED[name]:
        assert expected[quantity, at] == pytest.approx(value, rel=2e-3)


OTHER = {
    "bass": ("need.spontaneous_annual=0.1", "need.imitation_annual=0.2"),
    "bg-nbd": ("need.rate_shape=1.2", "loyalty.leave_a=1.5"),
    "pareto-nbd": ("need.rate_shape=1.2", "loyalty.hazard_shape=1.4"),
    "sbg": ("loyalty.leave_a=2.0", "loyalty.leave_b=3.0"),
    "logit": ("purchase.price_weight=0.01", "segment.may pass.purchase.outside=2.0"),
    "gamma-gamma": ("purchase.basket_shape=0.7", "brand.focal.purchase.price=70.0"),
    "clv": ("brand.focal.purchase.price=70.0", "market.discount_rate_annual=0.3"),
}


@pytest.mark.parametrize("name", OTHER)
def test_the_closed_form_is_that_of_the_very_parameters(name):
    """At other parameters the closed form is another one, and simulation follows it."""
    usual = LIMITS[name].series(load(LIMITS[name].file))[0].expected
    result = verify(LIMITS[name], replications=30, people=500, overrides=OTHER[name])
    assert not np.allclose(result.series[0].expected[1:], usual[1:], rtol=0.02)
    assert result.passed


def test_a_scenario_in_which_the_closed_form_does_not_hold_fails():
    """When buyers may leave after their first purchase, BG/NBD as published overstates what they buy."""
    assert not verify(LIMITS["bg-nbd"], 20, people=1000, overrides=["loyalty.first_may_leave=true"]).passed


# ---- what the checks are made of ------------------------------------------------------------------------------------


def test_a_check_allows_three_standard_errors_and_the_bias():
    inside = Check("q", "x", expected=1.0, simulated=1.39, standard_error=0.1, bias=0.1)
    outside = Check("q", "x", expected=1.0, simulated=1.41, standard_error=0.1, bias=0.1)
    assert inside.passed and inside.z == pytest.approx(2.9)
    assert not outside.passed and outside.z == pytest.approx(3.1)
    assert Check("q", "x", 1.0, 0.5, 0.0, 0.4).z == -np.inf
    assert not Check("q", "x", 1.0, np.nan, 0.1, 0.1).passed


def test_standard_errors_are_those_of_replications():
    result = verify(LIMITS["nbd"], replications=12, people=50)
    first = result.checks[0]
    assert first.simulated == result.values[:, 0].mean()
    assert first.standard_error == pytest.approx(stats.sem(result.values[:, 0]))
    assert expected_false_alarms([result]) == pytest.approx(len(result.checks) * 2 * stats.t.sf(3, 11))


def test_too_few_replications_or_people_are_refused():
    with pytest.raises(ValueError, match="at least 10"):
        verify(LIMITS["nbd"], replications=9)
    with pytest.raises(ValueError, match="too few to measure"):
        verify(LIMITS["pareto-nbd"], replications=10, people=1)
    with pytest.raises(ValueError, match="horizon_weeks is 40, but the limit looks at"):
        verify(LIMITS["bg-nbd"], replications=10, overrides=["market.horizon_weeks=40"])


def test_limits_have_luck_of_their_own():
    firsts = sorted(limit.first_replication for limit in LIMITS.values())
    assert min(np.diff(firsts)) > 1000 * REPLICATIONS
    assert firsts[-1] < 2**31


def test_the_weekly_recursion_of_few_people_is_exact_to_second_order():
    """Against the whole distribution of owners, week by week, for 30 and 60 people; the error falls as 1/N ** 2."""
    worst = []
    for people in (30, 60):
        scenario = load(BASS.file, [f"market.people={people}", "market.horizon_weeks=780"])
        p, q = (value / 52 for value in (scenario.need.spontaneous_annual, scenario.need.imitation_annual))
        owners = np.arange(people + 1)
        chance = -np.expm1(-(p + q * owners / (people - 1)))
        step = stats.binom.pmf(owners[None, :] - owners[:, None], people - owners[:, None], chance[:, None])
        distribution, exact = np.eye(people + 1)[0], []
        for _ in range(780):
            distribution = distribution @ step
            exact.append(distribution @ owners / people)
        worst.append(np.abs(expected_shares(scenario) - exact).max())
    assert worst[1] < 0.004
    assert worst[1] < 0.4 * worst[0]


def test_shares_and_forecasts_of_bg_nbd_add_up():
    """P(X = x) sums to 1 with mean E X; forecasts given x, weighted, are E X(78) - E X(39)."""
    model, x = bg_nbd.BgNbd(0.243, 4.414, 0.793, 2.426), np.arange(400.0)
    chances = chance_of_repeats(model, 39.0, x)
    half, whole = (float(model.expected_repeats(np.array(weeks))) for weeks in (39.0, 78.0))
    assert chances.sum() == pytest.approx(1.0, abs=1e-6)
    assert chances @ x == pytest.approx(half, abs=1e-4)
    assert chances @ expected_after(model, 39.0, 39.0, x) == pytest.approx(whole - half, abs=1e-4)
    assert chances[0] == pytest.approx(float(model.chance_of_none(np.array(39.0))))


def test_what_is_expected_of_a_buyer_of_cdnow_is_what_is_published():
    """Estimates and the first two customers of Fader & Hardie (2013): 35.17 on average, 24.66 after two of 22.35."""
    model = GammaGamma(6.25, 3.74, 15.44)
    assert model.mean == pytest.approx(35.2, abs=0.03)
    expected = model.expected_amount(Spending(np.array([2.0, 1.0]), np.array([22.35, 11.77])))
    assert expected == pytest.approx([24.66, 18.91], abs=0.02)
    assert model.expected_amount(Spending(np.zeros(1), np.zeros(1))) == pytest.approx([model.mean])


def test_inequality_of_chances_is_what_it_is_said_to_be():
    """The variance of Beta(300, 700) is all that two renewals add to r ** 2."""
    scenario = load(LIMITS["spreadsheet"].file)
    assert inequality(scenario, np.array([0.0, 1.0])) == pytest.approx([0.0, 0.0], abs=1e-12)
    assert inequality(scenario, np.array([2.0])) == pytest.approx(stats.beta(700, 300).var(), rel=1e-6)
