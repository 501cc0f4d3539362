"""Protects what is counted: statuses, figures, retention, referrals and money, against hand and closed form."""

import numpy as np
import pandas as pd
import pytest
from markets import EVERYTHING_HAPPENS, STATISTICS_ONLY, lived, scenario_from, total
from scipy import stats
from scipy.special import beta

from cxsim.analysis.compare.runs import run
from cxsim.engine.measures import Measure
from cxsim.engine.outcomes.figures import FIGURES, STAGES_OF_LINES, figures_of_run
from cxsim.engine.outcomes.money import COSTS_OF_SERVING, discount_factors, intervention_costs, payback_week
from cxsim.engine.outcomes.referrals import generations, reproduction
from cxsim.engine.outcomes.retention import Durations, kaplan_meier, until_first_loop, until_line_ends
from cxsim.engine.outcomes.status import Status, count_statuses, lines_by_stage_and_cause, outcomes
from cxsim.engine.outcomes.weekly import LINE_MEASURES, weekly_table
from cxsim.engine.state import BEFORE, BOND, MONEY_UNIT, NOBODY, Stage
from cxsim.scenario import load

BRANDS = (0, 1)


@pytest.fixture(scope="module")
def busy():
    return lived(scenario_from(EVERYTHING_HAPPENS))


@pytest.fixture(scope="module")
def figures(busy):
    return figures_of_run(busy.state, busy.settings, 0, outcomes(busy.state, 0))


def world_with(bonds):
    """A world in which these are everybody's bonds with the only brand, other fields zero."""
    records = np.zeros((len(bonds), 1), BOND)
    records["referrer"] = NOBODY
    records["first_lost_at"] = np.nan
    for row, values in enumerate(bonds):
        for key, value in values.items():
            records[key][row] = value
    return lived(scenario_from(f"market.people = {len(bonds)}\n"), weeks=0).state._replace(bonds=records)


# ---- statuses and lines ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("brand", BRANDS)
def test_everybody_is_in_exactly_one_status(busy, brand):
    bonds = busy.state.bonds[:, brand]
    counted = count_statuses(outcomes(busy.state, brand))
    ended = bonds["ended_stage"] != Stage.OUTSIDE
    assert counted.sum() == busy.settings.market.people
    assert min(counted) > 0
    assert counted[Status.line] == ended.sum()
    assert counted[Status.loop] == ((bonds["purchases"] > 1) & ~ended).sum()
    assert counted[Status.never] == (~bonds["considered"]).sum()


def test_a_status_of_each_kind_by_hand():
    world = world_with(
        [
            {},
            {"considered": True},
            {"considered": True, "purchases": 1},
            {"considered": True, "purchases": 2},
            {"considered": True, "purchases": 5, "ended_stage": Stage.USE},
            {"considered": True, "purchases": 5, "ended_stage": BEFORE},
        ]
    )
    found = [Status(int(status)).name for status in outcomes(world, 0).status]
    assert found == ["never", "new", "new", "loop", "line", "never"]


def test_lines_by_stage_and_cause_sum_to_lines(busy, figures):
    outcome = outcomes(busy.state, 0)
    table = pd.DataFrame(lines_by_stage_and_cause(outcome))
    assert table["people"].sum() == figures["lines"]
    assert table["people"].is_monotonic_decreasing
    assert not table.duplicated(["stage", "cause"]).any()
    by_stage = table.groupby("stage")["people"].sum()
    for stage in STAGES_OF_LINES:
        name = stage.name.lower()
        assert figures[f"lines_{name}"] == by_stage.get(name, 0)


def test_lines_can_be_counted_among_some_people_only(busy):
    outcome = outcomes(busy.state, 0)
    first_half = np.arange(busy.settings.market.people) < 300
    halves = [lines_by_stage_and_cause(outcome, among)["people"].sum() for among in (first_half, ~first_half)]
    assert sum(halves) == lines_by_stage_and_cause(outcome)["people"].sum()
    assert min(halves) > 0


def test_the_table_of_lines_is_empty_when_nobody_left():
    assert len(lines_by_stage_and_cause(outcomes(world_with([{}]), 0))["people"]) == 0


# ---- figures --------------------------------------------------------------------------------------------------------


def test_figures_agree_with_the_bonds(busy, figures):
    bonds = busy.state.bonds[:, 0]
    assert figures["purchases"] == bonds["purchases"].sum()
    assert figures["first_purchases"] == (bonds["purchases"] > 0).sum()
    assert figures["loop_purchases"] == bonds["loop_purchases"].sum()
    assert figures["customers"] == bonds["customer"].sum()
    assert figures["referral_r"] == pytest.approx(bonds["converts"].sum() / figures["first_purchases"])
    both = busy.state.bonds["purchases"].sum()
    assert figures["share"] == pytest.approx(figures["purchases"] / both)


def test_figures_agree_with_the_tally(busy, figures):
    assert figures["lines"] == total(busy, *LINE_MEASURES) - total(busy, Measure.reopened)
    assert figures["customers"] == total(busy, Measure.customers_gained) - total(busy, Measure.customers_lost)
    assert figures["contacts"] == total(busy, Measure.contacts)


def test_money_earned_person_by_person_sums_to_the_money_of_the_brand(busy):
    for brand in BRANDS:
        costs = total(busy, *COSTS_OF_SERVING, Measure.interventions_money, brand=brand)
        earned = total(busy, Measure.revenue_money, brand=brand) - costs
        assert outcomes(busy.state, brand).margin.sum() == earned


def test_every_figure_declared_is_calculated_and_no_other(figures):
    assert list(figures) == [figure.name for figure in FIGURES]
    assert all(np.isfinite(value) for value in figures.values())


def test_what_never_happened_is_nan_and_not_zero():
    model = lived(scenario_from("need.spontaneous_annual = 0.0\nbrand.focal.need.reach_annual = 0.0\n"), weeks=3)
    figures = figures_of_run(model.state, model.settings, 0, outcomes(model.state, 0))
    for name in ("share", "satisfaction", "nps_measured", "clv", "loop_length_weeks"):
        assert np.isnan(figures[name])
    assert figures["purchases"] == 0.0


def test_the_weekly_table_has_natural_units(busy):
    table = pd.DataFrame(weekly_table(busy.state, busy.settings.brands))
    focal = table[table["brand"] == "focal"]
    price = busy.settings.brand["focal"].purchase.price
    assert len(table) == busy.settings.market.horizon_weeks * 2
    assert focal["revenue_money"].sum() == pytest.approx(focal["purchases"].sum() * price)
    assert 0.3 < focal["satisfaction_sum"].sum() / focal["uses"].sum() < 1.0
    waits = focal["loop_weeks"].sum() / focal["repeat_purchases"].sum()
    assert 0.0 < waits < busy.settings.market.horizon_weeks


# ---- retention ------------------------------------------------------------------------------------------------------


def test_kaplan_meier_by_hand():
    # Five people: events in weeks 1, 2, 4; censored in weeks 2 and 3. At risk: 5, 4, 1.
    table = kaplan_meier(
        Durations(np.array([1.0, 2.0, 4.0]), np.array([2.0, 3.0])), np.array([0.5, 1.0, 2.0, 3.9, 4.0])
    )
    assert table["share"].tolist() == pytest.approx([1.0, 4 / 5, 4 / 5 * 3 / 4, 4 / 5 * 3 / 4, 0.0])
    assert (table["low"] <= table["share"]).all() and (table["share"] <= table["high"]).all()


def test_kaplan_meier_and_its_interval_are_those_of_scipy():
    event, censored = np.array([1.0, 2.0, 2.0, 4.0, 7.0, 7.5]), np.array([2.0, 3.0, 6.0, 9.0, 9.0])
    weeks = np.array([1.0, 2.0, 5.0, 7.0, 8.0])
    table = kaplan_meier(Durations(event, censored), weeks)
    theirs = stats.ecdf(stats.CensoredData(uncensored=event, right=censored)).sf
    interval = theirs.confidence_interval(0.95, method="log-log")
    assert table["share"].tolist() == pytest.approx(theirs.evaluate(weeks))
    assert table["low"].tolist() == pytest.approx(interval.low.evaluate(weeks), rel=1e-5)
    assert table["high"].tolist() == pytest.approx(interval.high.evaluate(weeks), rel=1e-5)


def test_kaplan_meier_with_nobody_lost_and_with_nobody_at_all():
    weeks = np.array([1.0, 5.0])
    nobody_lost = kaplan_meier(Durations(np.array([]), np.array([4.0, 9.0])), weeks)
    assert nobody_lost["share"].tolist() == [1.0, 1.0]
    assert np.isnan(kaplan_meier(Durations(np.array([]), np.array([])), weeks)["share"]).all()


def test_those_whose_line_ended_stay_in_the_denominator_of_the_first_loop():
    world = world_with(
        [
            {"purchases": 2, "first_bought": 1.0, "looped_at": 4.0},
            {"purchases": 1, "first_bought": 2.0, "ended_stage": Stage.USE, "first_lost_at": 3.0},
            {"purchases": 1, "first_bought": 5.0},
            {"purchases": 0, "first_bought": np.nan},
            {"purchases": 3, "first_bought": -2.0, "looped_at": 1.0},  # in the run-in, so that nobody saw it
        ]
    )
    durations = until_first_loop(world, 0, 10.0)
    assert durations.event.tolist() == [3.0]
    assert sorted(durations.censored) == [5.0, 8.0]
    lines = until_line_ends(world, 0, 10.0)
    assert lines.event.tolist() == [1.0]
    assert sorted(lines.censored) == [5.0, 9.0]


def test_retention_does_not_depend_on_how_long_one_watched():
    # The same lives, watched twice as long: what is known of the first weeks after a purchase may not change much.
    # Only the people entering later are added, so the curves agree within a few standard errors (about .01 each).
    curves = [
        kaplan_meier(
            until_line_ends(
                lived(load("restaurant", ["market.people=2000", f"market.horizon_weeks={weeks}"])).state, 0, weeks
            ),
            np.array([4.0, 13.0, 26.0]),
        )["share"]
        for weeks in (52, 104)
    ]
    assert (np.abs(curves[0] - curves[1]) < 0.06).all()


def assert_within_four_standard_errors(table, expected):
    """A false alarm has chance 6e-5 a point; the interval is 3.92 standard errors wide."""
    error = (table["high"] - table["low"]) / 3.92
    assert (error > 0.0).all()
    assert (np.abs(table["share"] - expected) < 4.0 * error).all()


def test_retention_under_contracts_is_that_of_sbg():
    # Leaving is decided at weeks 0, 13, 26 and 39: after decision k, S = B(a, b + k) / B(a, b) (Fader & Hardie 2007).
    contract = 'market.people = 4000\nneed.kind = "contract"\nneed.period_weeks = 13.0\nloyalty.leave_a = 0.8\n'
    model = lived(scenario_from(STATISTICS_ONLY, *contract.split("\n")[:-1], "loyalty.leave_b=2.4"))
    table = kaplan_meier(until_line_ends(model.state, 0, 52.0), np.array([1.0, 14.0, 27.0, 40.0]))
    decisions = np.arange(1, 5)
    assert_within_four_standard_errors(table, beta(0.8, 2.4 + decisions) / beta(0.8, 2.4))


def test_time_to_the_first_loop_under_bg_nbd_is_pareto_and_censoring_does_not_bias_it():
    # Needs ~ Exp(rate), rates ~ Gamma(r, alpha): P(no second purchase by t) = (alpha / (alpha + t))**r. People enter
    # over 40 of 52 weeks, so most of them are censored before week 40.
    entry = ["market.people=4000", "market.entry_step_weeks=1.0", f"market.entry_counts={[1] * 40}"]
    needs = ["need.rate_shape=0.6", "need.rate_scale_weeks=6.0", "loyalty.first_may_leave=false"]
    model = lived(scenario_from(STATISTICS_ONLY, *entry, *needs))
    durations = until_first_loop(model.state, 0, 52.0)
    weeks = np.array([2.0, 10.0, 25.0, 45.0])
    assert (durations.censored < 40.0).mean() > 0.3
    assert_within_four_standard_errors(kaplan_meier(durations, weeks), (6.0 / (6.0 + weeks)) ** 0.6)


# ---- referrals ------------------------------------------------------------------------------------------------------


def test_generations_of_a_small_forest_by_hand():
    #   0 -> 1 -> 3 -> 6        4 came alone; 5 was told by 0 and never bought
    #   0 -> 2
    referrers = [NOBODY, 0, 0, 1, NOBODY, NOBODY, 3]
    world = world_with([{"purchases": int(person != 5), "referrer": who} for person, who in enumerate(referrers)])
    assert generations(world, 0).tolist() == [0, 1, 1, 2, 0, -1, 3]
    table = pd.DataFrame(reproduction(world, 0))
    assert table["buyers"].tolist() == [2, 2, 1, 1]
    assert table["referred"].tolist() == [2, 1, 1, 0]
    assert table["reproduction_number"].tolist() == [1.0, 0.5, 1.0, 0.0]
    overall = table["referred"].sum() / table["buyers"].sum()
    assert table["buyers"].sum() == pytest.approx(table["buyers"][0] / (1.0 - overall))  # 1 / (1 - R) for each who came


def test_the_referral_forest_of_a_market_is_acyclic_and_agrees_with_the_tally(busy):
    for brand in BRANDS:
        bonds, depth = busy.state.bonds[:, brand], generations(busy.state, brand)
        referred = np.flatnonzero(bonds["referrer"] != NOBODY)
        referrer = bonds["referrer"][referred]
        assert len(referred) > 20
        assert (bonds["first_bought"][referrer] < bonds["first_bought"][referred]).all()
        assert (depth[referred] == depth[referrer] + 1).all()
        table = pd.DataFrame(reproduction(busy.state, brand))
        assert table["buyers"].sum() == total(busy, Measure.first_purchases, brand=brand)
        assert table["referred"].sum() == total(busy, Measure.referred_purchases, brand=brand)
        assert np.bincount(referrer, minlength=600).tolist() == bonds["converts"].tolist()


def test_nobody_bought_means_no_generation():
    assert reproduction(world_with([{}]), 0)["buyers"].sum() == 0


# ---- money ----------------------------------------------------------------------------------------------------------


def test_customer_lifetime_value_is_the_closed_form():
    # Margin m a period, retention r, rate i a period, first margin at once: m (1 + i) / (1 + i - r). Beta(1000, 1000) is
    # nearly constant retention (bias .04%), and 20 periods are nearly for ever (bias 1e-6). With 4,000 people the
    # standard error is about 1.2%; 4 of them: false alarm 6e-5.
    keys = ["market.people=4000", "market.horizon_weeks=260", 'need.kind="contract"', "need.period_weeks=13.0"]
    keys += [
        "loyalty.leave_a=1000.0",
        "loyalty.leave_b=1000.0",
        "money.unit_cost=20.0",
        "market.discount_rate_annual=0.2",
    ]
    keys = [key.replace("money.", "brand.focal.money.") for key in keys]
    model = lived(scenario_from(STATISTICS_ONLY, *keys))
    clv = figures_of_run(model.state, model.settings, 0, outcomes(model.state, 0))["clv"]
    margin = model.settings.brand["focal"].purchase.price - 20.0
    keep, rate = 0.5, 1.2**0.25 - 1.0
    exact = margin * (1.0 + rate) / (1.0 + rate - keep)
    spread = outcomes(model.state, 0).margin.std() / MONEY_UNIT  # undiscounted, so rather too large
    assert abs(clv - exact) < 4.0 * spread / np.sqrt(4000)
    assert 4.0 * spread / np.sqrt(4000) < 0.06 * exact


def test_money_is_worth_its_discounted_value():
    factors = discount_factors(scenario_from("market.horizon_weeks = 105\nmarket.discount_rate_annual = 0.1\n"))
    assert factors[[0, 52, 104]].tolist() == pytest.approx([1.0, 1 / 1.1, 1 / 1.21])


COSTLY = """
[market]
people = 200
horizon_weeks = 10
[need]
at_entry = true
[brand.focal]
expectation.awareness = 1.0
[brand.rival]
expectation.awareness = 1.0
[[intervention]]
name = "ours"
start_week = 2.5
end_week = 6.0
effect = [{parameter = "use.quality", add = 0.0}]
cost = {once = 100.0, weekly = 7.0, per_use = 0.5}
[[intervention]]
name = "theirs"
brand = "rival"
effect = [{parameter = "use.quality", add = 0.0}]
cost = {once = 1000.0}
"""


def test_interventions_cost_once_weekly_and_per_use():
    model = lived(scenario_from(COSTLY))
    costs = intervention_costs(model.state, model.settings, 0)
    uses = model.state.tally[:, 0, Measure.uses]
    running = np.isin(np.arange(10), [3, 4, 5])
    assert uses[running].sum() > 0
    assert costs.tolist() == pytest.approx((running * (7.0 + 0.5 * uses) + 100.0 * (np.arange(10) == 3)).tolist())
    assert intervention_costs(model.state, model.settings, 1).tolist() == [1000.0] + [0.0] * 9


@pytest.mark.parametrize(
    ("gain", "cost", "week"),
    [
        ([0, 5, 5, 5], [8, 0, 0, 0], 2),  # accumulated: -8, -3, 2, 7
        ([0, 5, 2, 0], [8, 0, 0, 0], None),  # never
        ([9, 0, 0, 5], [8, 0, 3, 0], 3),  # covered, then behind, then for good
        ([9, 0, 0, 0], [8, 0, 0, 0], 0),  # at once
        ([0, 0, 9, 0], [0, 0, 8, 0], 2),  # at once, and not before anything was spent
        ([0, 0, 8, 0], [8, 0, 0, 0], 2),  # exactly even is paid back
        ([5, 5, 5, 5], [0, 0, 0, 0], None),  # nothing was spent, so nothing is paid back
    ],
)
def test_payback_is_the_first_week_from_which_gain_covers_cost_for_good(gain, cost, week):
    assert payback_week(np.array(gain, float), np.array(cost, float)) == week


def test_runs_say_who_was_kept_who_looped_and_who_was_referred():
    runs = run(scenario_from(EVERYTHING_HAPPENS, "market.people=300"), replications=2)
    first = runs.retention[runs.retention["replication"] == 0]
    assert first["kept"].iloc[0] >= first["kept"].iloc[-1] and first["looped"].is_monotonic_increasing
    assert (
        (runs.retention["kept_low"] <= runs.retention["kept"]) & (runs.retention["kept"] <= runs.retention["kept_high"])
    ).all()
    buyers = runs.referrals.groupby("replication")["buyers"].sum()
    assert buyers.tolist() == runs.figures["first_purchases"].tolist()
