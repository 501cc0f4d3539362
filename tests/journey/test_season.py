"""Protects the season: an exact change of time, so that more season never means later, by the same luck."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markets import STATISTICS_ONLY, lived, scenario_from, state_of

from cxsim.analysis.compare.doubt import season_or_shock
from cxsim.engine.journey.season import moment_of, passed_by
from cxsim.engine.measures import Measure
from cxsim.scenario import ScenarioError
from cxsim.scenario.parameter import LONGEST
from cxsim.scenario.season import seasons_of, weekly_factors
from cxsim.scenario.warnings import season_of_no_year

ROUNDING = 1e-6
EVEN = (1.0,) * 52
factors = st.lists(st.floats(0.0, 5.0), min_size=52, max_size=52).filter(lambda season: sum(season) > 1.0)
since = st.floats(-60.0, 200.0)
wait = st.floats(0.0, 300.0)


def table(season, start=""):
    passed = np.zeros(2 * LONGEST + 1)
    passed[1:] = np.cumsum(weekly_factors(tuple(season), start))
    return passed - passed[LONGEST]


def needed(season, since, weeks):
    passed = table(season)
    return moment_of(passed, passed_by(passed, since) + weeks)


@given(factors, factors, since, wait)
def test_a_larger_factor_is_never_later(one, other, since, weeks):
    more = np.maximum(one, other)
    assert needed(more, since, weeks) <= needed(one, since, weeks) + ROUNDING


@given(factors, since, wait, wait)
def test_a_longer_wait_is_never_sooner_and_none_is_none(season, since, weeks, longer):
    assert needed(season, since, weeks) <= needed(season, since, weeks + longer) + ROUNDING
    assert needed(season, since, weeks) >= since - ROUNDING


@given(factors, since, wait)
def test_by_then_so_much_has_passed(season, since, weeks):
    passed = table(season)
    until = passed_by(passed, needed(season, since, weeks))
    assert until - passed_by(passed, since) == pytest.approx(weeks, abs=ROUNDING)


@given(st.floats(-2500.0, 2500.0), wait)
def test_an_even_year_is_no_season_and_beyond_the_table_time_is_even(since, weeks):
    assert needed(EVEN, since, weeks) == pytest.approx(since + weeks, abs=ROUNDING)


def test_whole_years_of_mean_1_add_up_to_themselves():
    season = np.arange(52) / np.arange(52).mean()
    assert table(season)[LONGEST + 52 * np.arange(-3, 4)] == pytest.approx(52.0 * np.arange(-3, 4))


def test_months_are_those_of_the_calendar():
    season = tuple(float(month) for month in range(1, 13))
    by_week = weekly_factors(season, "2027-01-27")[LONGEST:]
    assert by_week[0] == pytest.approx((5 * 1 + 2 * 2) / 7)  # five days of January, two of February
    assert by_week[1] == 2.0
    days = 365 * 8 + 2  # 27 January 2027 to 26 January 2035; 2028 and 2032 have a day more
    added = table(season, "2027-01-27")[LONGEST + days // 7]
    months = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    whole = 8 * sum(month * length for month, length in enumerate(months, 1)) + 2 * 2
    rest = days % 7  # days of January 2035 that are left
    assert added == pytest.approx((whole - rest * 1) / 7)


# ---- whole lives -----------------------------------------------------------------------------------------------------

HALVES = [0.5] * 26 + [1.5] * 26
MARKET = STATISTICS_ONLY


def purchases(*overrides):
    model = lived(scenario_from(MARKET, "market.people=400", "market.horizon_weeks=52", *overrides))
    return model.state.tally[:, 0, Measure.purchases], model


def test_without_a_season_there_is_no_table_and_an_even_one_changes_nothing():
    (_, none), (_, even) = purchases(), purchases(f"need.season={list(EVEN)}")
    assert seasons_of(none.settings).shape == (0, 0)
    np.testing.assert_allclose(none.state.due, even.state.due, rtol=1e-9)
    np.testing.assert_array_equal(none.state.tally, even.state.tally)


@pytest.mark.parametrize("kind", ["repeat", "replacement"])
def test_more_season_is_never_fewer_purchases_person_by_person(kind):
    world = [f"need.kind={kind}", "need.life_scale_weeks=6.0", "loyalty.leave_a=0.01", "loyalty.leave_b=1000.0"]
    seasons = (HALVES, [factor + 0.3 for factor in HALVES])
    less, more = (purchases(*world, f"need.season={season}")[1].state.bonds["purchases"][:, 0] for season in seasons)
    assert np.all(more >= less) and np.any(more > less)


def test_contracts_renew_by_date_and_adoption_has_a_season():
    contracts = ["need.kind=contract", "need.period_weeks=6.0"]
    plain, seasonal = (purchases(*contracts, *season)[1] for season in ([], [f"need.season={HALVES}"]))
    assert state_of(plain) == state_of(seasonal)
    outside = [*contracts, "need.at_entry=false", "need.spontaneous_annual=3.0"]
    early, late = (purchases(*outside, f"need.season={season}")[0] for season in (HALVES[::-1], HALVES))
    assert early[:10].sum() > late[:10].sum() > 0


def test_a_segment_has_a_season_of_its_own():
    two = "\n[segment.young]\nshare = 0.5\n[segment.old]\nshare = 0.5\n"
    own = scenario_from(MARKET + two, f"segment.old.need.season={HALVES}")
    passed = seasons_of(own)
    np.testing.assert_array_equal(passed[0], np.arange(-LONGEST, LONGEST + 1.0))
    assert passed[1, LONGEST + 26] == 13.0 and passed[1, LONGEST + 52] == 52.0


# ---- what is said ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("season", "said"),
    [
        ([1.0] * 13, "it takes twelve factors (months) or fifty-two (weeks), not 13"),
        ([0.0] * 52, "no need would ever arise"),
        ([-1.0] * 52, "greater than or equal to 0"),
        ([1.0] * 12, "only where it is known which day week 0 begins"),
        ("summer", "should be a list of numbers"),
    ],
)
def test_a_wrong_season_is_said_in_words(season, said):
    with pytest.raises(ScenarioError) as error:
        scenario_from(MARKET, f"need.season={season}")
    assert said in str(error.value)


def test_a_year_that_is_not_1_on_average_is_warned_about():
    (said,) = season_of_no_year(scenario_from(MARKET, f"need.season={[1.1] * 52}"))
    assert "10% more" in said
    assert not list(season_of_no_year(scenario_from(MARKET, f"need.season={HALVES}")))


def test_a_plan_with_a_season_of_its_own_is_doubted():
    base, plan = scenario_from(MARKET), scenario_from(MARKET, f"need.season={HALVES}")
    (doubt,) = season_or_shock(base, plan)
    assert doubt.kind == "season" and "need.season" in doubt.sentence
    assert not list(season_or_shock(plan, plan))
