"""Protects every figure of a run: recomputed from what happened to a dozen people, in plain Python."""

import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from cxsim.engine.event_log import run_with_log
from cxsim.engine.measures import Measure
from cxsim.engine.outcomes import money as engine_money
from cxsim.engine.outcomes.figures import FIGURES, figures_of_run
from cxsim.engine.outcomes.loop_lengths import loop_lengths, mean_loops
from cxsim.engine.outcomes.referrals import forest, generations, reproduction
from cxsim.engine.outcomes.retention import retention_table
from cxsim.engine.outcomes.status import lines_by_stage_and_cause, outcomes
from cxsim.engine.outcomes.weekly import weekly_table
from cxsim.engine.state import NOBODY, Stage
from golden.ledger import advertising, ended, golden_figures, kaplan_meier, margins, money, of, plan_costs, status
from golden.life import golden_life
from golden.scenarios import VARIANTS, golden_scenario

SINGLE = 1e-6  # times of purchases are kept in single precision
MILLIONTH = 1e-6  # of a week: how times are booked, which shows where only one contact was made


@pytest.fixture(scope="module", params=VARIANTS)
def lived(request, tmp_path_factory):
    """A scenario, the records of the engine and the golden life of it."""
    scenario = golden_scenario(request.param, tmp_path_factory.mktemp("market"))
    return scenario, run_with_log(scenario, 3, 0, NOBODY, 0), golden_life(scenario, 3)


def stories_of(market, brand):
    """What happened to each person with a brand."""
    diary = [entry for entry in market.diary if entry.brand == brand]
    return [[entry for entry in diary if entry.person == me.number] for me in market.people]


@pytest.mark.parametrize("brand", [0, 1, 2])
def test_every_figure(lived, brand):
    scenario, state, market = lived
    figures = figures_of_run(state, scenario, brand, outcomes(state, brand))
    golden = golden_figures(market, scenario, brand)
    assert set(golden) == {figure.name for figure in FIGURES}
    assert figures == pytest.approx(golden, rel=SINGLE, abs=MILLIONTH, nan_ok=True)
    for figure in FIGURES:
        value, (least, most) = figures[figure.name], figure.scale
        assert math.isnan(value) or least <= value <= most, figure.name


def test_money_by_week(lived):
    scenario, state, market = lived
    paid = [Measure.rewards_money, Measure.callbacks_money]
    for brand in range(market.brands):
        weeks = range(scenario.market.horizon_weeks)
        costs = plan_costs(market, scenario, brand)
        ads = advertising(market, scenario, brand)
        outlays = [costs[week] + ads[week] + sum(money(market, brand, each, week) for each in paid) for week in weeks]
        np.testing.assert_allclose(
            engine_money.contribution(state, scenario, brand), margins(market, scenario, brand), atol=1e-9
        )
        np.testing.assert_allclose(engine_money.intervention_costs(state, scenario, brand), costs)
        np.testing.assert_allclose(engine_money.outlays(state, scenario, brand), outlays)


def test_what_each_person_earned_is_what_the_weeks_earned(lived):
    _, state, market = lived
    for brand in range(market.brands):
        earned = sum(me.bonds[brand].margin for me in market.people) / 10_000
        costs = (Measure.goods_money, Measure.contacts_money, Measure.rewards_money, Measure.callbacks_money,
                 Measure.interventions_money)  # fmt: skip
        booked = money(market, brand, Measure.revenue_money) - sum(money(market, brand, cost) for cost in costs)
        assert earned == pytest.approx(booked)
        assert outcomes(state, brand).margin.sum() / 10_000 == pytest.approx(earned)


def test_lines_by_stage_and_cause(lived):
    _, state, market = lived
    for brand in range(market.brands):
        ends = [ended(story) for story in stories_of(market, brand)]
        golden = Counter(end.stage.name.lower() for end in ends if end is not None)
        table = pd.DataFrame(lines_by_stage_and_cause(outcomes(state, brand)))
        assert table.groupby("stage")["people"].sum().to_dict() == dict(golden)
        assert list(table["people"]) == sorted(table["people"], reverse=True)


def test_retention_and_first_loop(lived):
    scenario, state, market = lived
    horizon = scenario.market.horizon_weeks
    for brand in range(market.brands):
        left, still, looped, waiting = [], [], [], []
        for story in stories_of(market, brand):
            sales = of(story, "sale")
            if sales and sales[0].nth == 1:
                start = sales[0].at
                ends = [
                    entry.at
                    for entry in of(story, "line")
                    if entry.at >= start and story.index(entry) > story.index(sales[0])
                ]
                (left if ends else still).append((ends[0] if ends else horizon) - start)
                (looped if len(sales) > 1 else waiting).append((sales[1].at if len(sales) > 1 else horizon) - start)
        table = pd.DataFrame(retention_table(state, brand, horizon))
        kept = [kaplan_meier(left, still, week) for week in table["weeks"]]
        again = [1.0 - kaplan_meier(looped, waiting, week) for week in table["weeks"]]
        np.testing.assert_allclose(table["kept"], kept, rtol=SINGLE)
        np.testing.assert_allclose(table["looped"], again, rtol=SINGLE, atol=1e-12)


def test_loop_lengths(lived):
    scenario, state, market = lived
    for brand in range(market.brands):
        golden = []
        for story in stories_of(market, brand):
            (before,), times = of(story, "before"), [sale.at for sale in of(story, "sale")]
            bought = before.purchases + len(times)
            if times and bought > 1:
                golden.append((times[-1] - (before.first_bought if before.purchases else times[0])) / (bought - 1))
        np.testing.assert_allclose(mean_loops(state, brand), golden, rtol=1e-5)
        table = pd.DataFrame(loop_lengths(state, brand, scenario.market.horizon_weeks))
        assert table["people"].to_list() == [sum(week <= each < week + 1 for each in golden) for week in table["weeks"]]


def test_referral_forest(lived):
    _, state, market = lived
    for brand in range(market.brands):
        first = [sale for sale in of(market.diary, "sale") if sale.brand == brand and sale.nth == 1]
        brought_by = {sale.person: sale.referrer for sale in first}
        depth = [NOBODY] * len(market.people)
        for story in stories_of(market, brand):
            before = of(story, "before")[0]
            if before.purchases > 0 and (not before.over or of(story, "reopened")):
                brought_by[before.person] = NOBODY
        for person in brought_by:
            ancestor, steps = brought_by[person], 0
            while ancestor != NOBODY:
                ancestor, steps = brought_by.get(ancestor, NOBODY), steps + 1
            depth[person] = steps
        assert generations(state, brand).tolist() == depth
        table = pd.DataFrame(reproduction(state, brand))
        assert table["buyers"].to_list() == [depth.count(each) for each in range(len(table))]
        referred = [depth.count(each + 1) for each in range(len(table))]
        assert table["referred"].to_list() == referred
        ratios = [more / max(1, few) for more, few in zip(referred, table["buyers"], strict=True)]
        assert table["reproduction_number"].to_list() == pytest.approx(ratios)
        trees = forest(state, brand)
        trees = trees[trees["week"] >= 0.0]
        by_week = sorted(first, key=lambda sale: (np.float32(sale.at), sale.person))
        assert trees["person"].to_list() == [sale.person for sale in by_week]
        assert trees["referrer"].to_list() == [sale.referrer for sale in by_week]
        assert trees["generation"].to_list() == [depth[sale.person] for sale in by_week]
        assert trees["week"].to_list() == pytest.approx([sale.at for sale in by_week], rel=SINGLE)


def test_weeks_in_natural_units(lived):
    scenario, state, market = lived
    table = pd.DataFrame(weekly_table(state, scenario.brands))
    for row in (7, 40):
        week, brand = divmod(row, market.brands)
        assert (table["week"][row], table["brand"][row]) == (week, scenario.brands[brand])
        count = {name: market.tally.get((week, brand, Measure[name]), 0) for name in Measure.__members__}
        assert table["purchases"][row] == count["purchases"]
        assert table["revenue_money"][row] == pytest.approx(count["revenue_money"] / 10_000)
        assert table["research_weeks"][row] == pytest.approx(count["research_time"] / 1e6)
        assert table["satisfaction_sum"][row] == pytest.approx(count["satisfaction_sum"] / 1e6)


def test_statuses_of_everybody(lived):
    _, state, market = lived
    for brand in range(market.brands):
        outcome = outcomes(state, brand)
        golden = [status(story) for story in stories_of(market, brand)]
        assert [Stage(stage) for stage in outcome.stage] == [
            each if isinstance(each, Stage) else Stage.OUTSIDE for each in golden
        ]


@pytest.mark.parametrize(
    ("gain", "cost", "week"),
    [
        ([0.0, 5.0, 0.0], [3.0, 0.0, 0.0], 1),
        ([4.0, 0.0, 4.0], [3.0, 3.0, 0.0], 2),  # covered at first, then not, then for good
        ([3.0, 0.0, 0.0], [3.0, 0.0, 0.0], 0),
        ([0.0, 3.0, 0.0], [0.0, 3.0, 0.0], 1),
        ([0.0, 1.0, 1.0], [3.0, 0.0, 0.0], None),
        ([1.0, 1.0, 1.0], [0.0, 0.0, 0.0], None),  # nothing to pay back
    ],
)
def test_payback_is_the_week_from_which_the_gain_covers_the_cost_for_good(gain, cost, week):
    assert engine_money.payback_week(np.array(gain), np.array(cost)) == week


def test_discounting_is_of_weeks(lived):
    scenario, _, _ = lived
    factors = engine_money.discount_factors(scenario)
    assert factors[0] == 1.0
    assert factors[13] == pytest.approx(math.sqrt(math.sqrt(1.0 / 1.3)))
