"""Protects the trade's words: each number is plain arithmetic on the tables, said the same everywhere, and money adds up.

Exact: nothing here is statistical.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from markets import EVERYTHING_HAPPENS, STATISTICS_ONLY, scenario_from

from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.funnel import STEPS, funnel_counts, funnel_of, funnel_table
from cxsim.analysis.compare.intervals import Estimate
from cxsim.analysis.compare.trade import (
    active_by_week,
    by_week,
    last_year,
    trade_by_quarter,
    trade_estimates,
    trade_rows,
    trade_values,
)
from cxsim.analysis.compare.waterfall import of_loops, of_margin
from cxsim.analysis.results.trade_text import amount, trade_of_plan, trade_of_runs
from cxsim.analysis.trade_words import OURS, TRADE, WORDS, trade_word
from cxsim.engine.measures import Measure
from cxsim.engine.outcomes.retention import cohort_table
from cxsim.engine.simulate import simulate
from cxsim.interface.cli import cxsim
from cxsim.interface.report.spark import spark

ROOT = Path(__file__).parents[1]
SMALL = ("market.people=200", "market.horizon_weeks=30")
PLAN = """
[[intervention]]
name = "better"
effect = [{parameter = "use.quality", add = 0.2}, {parameter = "telling.reward", add = 5.0}]
cost = {once = 100.0, weekly = 3.0}
"""
DEARER = """
[[intervention]]
name = "dearer"
effect = [{parameter = "purchase.price", multiply = 1.1}]
"""


@pytest.fixture(scope="module")
def comparison():
    base, plan = (
        scenario_from(f'name = "{name}"\n{EVERYTHING_HAPPENS}{more}', *SMALL)
        for name, more in (("base", ""), ("plan", PLAN))
    )
    return compare(base, plan, replications=3, seed=5)


@pytest.fixture(scope="module")
def plan(comparison):
    return comparison.plans["plan"]


def of_focal(runs, replication, columns):
    """Sums of columns over the weeks of the focal brand in one replication."""
    weeks = runs.weeks
    own = weeks[(weeks["brand"] == "focal") & (weeks["replication"] == replication)]
    return [float(own[column].sum()) for column in columns]


# ---- numbers --------------------------------------------------------------------------------------------------------


def test_revenue_churn_and_contact_rate_are_plain_arithmetic(comparison):
    runs, values = comparison.base_runs, trade_values(comparison.base_runs)
    for replication in range(3):
        weeks = runs.weeks[(runs.weeks["brand"] == "focal") & (runs.weeks["replication"] == replication)]
        assert values["revenue"][replication] == pytest.approx(weeks["revenue_money"].sum())
        stock, active = runs.figures["customers_at_start"][replication], []
        for gained, lost in zip(weeks["customers_gained"], weeks["customers_lost"], strict=True):
            stock += gained - lost
            active.append(stock)
        assert active[-1] == runs.figures["customers"][replication] == values["active_customers"][replication]
        mean = np.mean(active[-15:])  # the second half, of less than two years
        assert values["churn"][replication] == pytest.approx(weeks["customers_lost"][-15:].sum() * 52.0 / 15.0 / mean)
        assert values["contact_rate"][replication] == pytest.approx(
            100.0 * weeks["contacts"][-15:].sum() * 52.0 / 15.0 / mean
        )


def test_the_last_year_is_a_year_or_the_second_half():
    assert [last_year(horizon) for horizon in (260, 104, 103, 30, 1)] == [52, 52, 51, 15, 1]


def test_retention_is_the_curve_a_year_after_the_first_purchase_or_at_its_end(comparison):
    runs = comparison.base_runs
    last = runs.retention[runs.retention["weeks"] == 28.0].set_index("replication")["kept"]
    assert trade_values(runs)["retention"].tolist() == pytest.approx(last.tolist(), nan_ok=True)
    longer = runs.retention.assign(weeks=runs.retention["weeks"] * 4.0)  # 0, 16, 32, 48, 64, ...
    at = longer[longer["weeks"] == 48.0].set_index("replication")["kept"]
    assert trade_values(replace(runs, retention=longer))["retention"].tolist() == pytest.approx(
        at.tolist(), nan_ok=True
    )


def test_what_is_a_figure_already_is_that_figure(comparison):
    values, figures = trade_values(comparison.base_runs), comparison.base_figures
    for word, figure in (
        ("nps", "nps_measured"),
        ("csat", "csat_measured"),
        ("clv", "clv"),
        ("cac", "acquisition_cost"),
    ):
        assert values[word].tolist() == pytest.approx(figures[figure].tolist(), nan_ok=True)


def test_changes_are_of_the_pairs(comparison, plan):
    before, after = trade_values(comparison.base_runs), trade_values(plan.runs)
    for row in trade_rows(comparison.base_runs, plan):
        key = row.word.key
        assert row.change.estimate.mean == pytest.approx(np.nanmean(after[key] - before[key]), nan_ok=True)


def test_nobody_buys_leaves_dashes_and_zeros():
    nobody = ("need.spontaneous_annual=0.0", "brand.focal.need.reach_annual=0.0", "brand.rival.need.reach_annual=0.0")
    base = scenario_from(EVERYTHING_HAPPENS, *SMALL, *nobody)
    compared = compare(base, base, replications=2)
    (plan,) = compared.plans.values()
    said = trade_of_plan(compared.base_runs, plan)
    assert "\N{EM DASH}" in said and "nan" not in said
    assert all(np.isnan(step.share.mean) for step in funnel_of(compared.base_runs))
    assert of_margin(compared.base_runs, plan).steps == []


# ---- money adds up --------------------------------------------------------------------------------------------------


def test_the_streams_add_up_to_the_difference(comparison, plan):
    found = of_margin(comparison.base_runs, plan)
    assert len(found.steps) >= 4
    assert sum(step.change.mean for step in found.steps) == pytest.approx(plan.difference("net_margin").estimate.mean)
    assert found.plan.mean - found.base.mean == pytest.approx(found.net.mean)
    cost = next(step.change for step in found.steps if step.name == "cost of the plan")
    assert cost.mean == pytest.approx(-plan.difference("intervention_cost").estimate.mean)


def test_volume_is_counted_at_the_price_of_the_base_week_by_week_discounted():
    """By hand, of a plan that is dearer and sells less."""
    base, dearer = (
        scenario_from(f'name = "{name}"\n{EVERYTHING_HAPPENS}{more}', *SMALL)
        for name, more in (("base", ""), ("dearer", DEARER))
    )
    compared = compare(base, dearer, replications=2)
    (plan,) = compared.plans.values()
    steps = {step.name: step.change.mean for step in of_margin(compared.base_runs, plan).steps}
    rate, expected = 1.0 + base.market.discount_rate_annual, []
    for replication in range(2):
        money, units = [], []
        for runs in (compared.base_runs, plan.runs):
            weeks = runs.weeks[(runs.weeks["brand"] == "focal") & (runs.weeks["replication"] == replication)]
            worth = [rate ** (-week / 52.0) for week in weeks["week"]]
            money.append(sum(worth * (weeks["revenue_money"] - weeks["similar_money"])))
            units.append(sum(worth * weeks["baskets_sum"]))
        expected.append(money[0] / units[0] * (units[1] - units[0]))
    assert steps["volume"] == pytest.approx(np.mean(expected))
    assert steps["price"] > 0.0 and abs(steps["volume"]) > 1.0


def test_the_people_add_up_to_the_difference_in_loops(comparison, plan):
    found = of_loops(comparison.base_runs, plan)
    assert sum(step.change.mean for step in found.steps) == pytest.approx(plan.difference("loops").estimate.mean)


def test_a_price_that_nobody_minds_is_all_price():
    text = STATISTICS_ONLY
    overrides = ("market.people=200", "market.horizon_weeks=40", "purchase.price_weight=0.0")
    base, dearer = (
        scenario_from(f'name = "{name}"\n{text}{more}', *overrides) for name, more in (("base", ""), ("dearer", DEARER))
    )
    compared = compare(base, dearer, replications=2)
    (plan,) = compared.plans.values()
    assert plan.difference("purchases").estimate.mean == 0.0 < plan.figures["purchases"].sum()
    (step,) = of_margin(compared.base_runs, plan).steps
    assert step.name == "price"
    assert step.change.mean == pytest.approx(plan.difference("net_margin").estimate.mean)


# ---- funnel and cohorts ---------------------------------------------------------------------------------------------


def test_the_funnel_counts_what_the_weeks_count(comparison):
    runs = comparison.base_runs
    for replication in range(3):
        considered, searches, found, chosen, bought, uses, failures, again = of_focal(
            runs, replication,
            ["considered", "searches", "found", "chosen", "purchases", "uses", "failures", "repeat_purchases"],
        )  # fmt: skip
        expected = [considered, considered - searches + found, chosen, bought, uses - failures, again]
        assert funnel_counts(runs)[replication].tolist() == expected
        assert considered >= expected[1] >= chosen >= bought >= uses - failures


def test_the_table_of_the_funnel_has_shares_of_one(comparison, plan):
    table = funnel_table(plan.runs, comparison.base_runs).set_index("step")
    assert list(table.index) == list(STEPS)
    assert table.loc[STEPS[0], ["share", "base", "difference"]].tolist() == [1.0, 1.0, 0.0]
    assert (table["share"] - table["base"] - table["difference"]).abs().max() < 1e-12


@pytest.mark.parametrize("horizon", [10, 30, 60])
def test_cohorts_are_counted_person_by_person(horizon):
    state = simulate(
        scenario_from(EVERYTHING_HAPPENS, "market.people=200", f"market.horizon_weeks={horizon}"), 1, 0
    ).state
    step = {10: 1, 30: 4, 60: 13}[horizon]
    table = pd.DataFrame(cohort_table(state, 0, horizon))
    people = {}
    for bond in state.bonds[:, 0]:
        if bond["first_bought"] >= 0.0:
            lasted = bond["first_lost_at"] - bond["first_bought"]
            people.setdefault(int(bond["first_bought"] // step) * step, []).append(
                np.inf if np.isnan(lasted) else lasted
            )
    for cohort, age, size, kept in table.itertuples(index=False):
        lasted = people.get(cohort, [])
        assert size == len(lasted)
        assert kept == sum(1 for each in lasted if each > age or age == 0)
        assert cohort + step + age <= horizon  # everybody of it has reached that age
    assert table["people"].sum() > 0


def test_all_first_purchases_are_in_a_cohort_that_is_whole():
    state = simulate(scenario_from(EVERYTHING_HAPPENS, "market.people=200", "market.horizon_weeks=32"), 1, 0).state
    young = pd.DataFrame(cohort_table(state, 0, 32)).query("weeks == 0")
    assert young["people"].sum() == state.tally[:, 0, Measure.first_purchases].sum()


# ---- the same words everywhere --------------------------------------------------------------------------------------


def test_the_glossary_says_what_the_program_says():
    page = " ".join((ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").split())
    for word in (*TRADE, *OURS):
        assert word.sentence in page, word.key


@pytest.mark.parametrize("word", [*WORDS, "active customers", "CHURN", "net promoter score", "loops", "contact rate"])
def test_explain_answers_each_word_with_its_definition(word):
    result = CliRunner().invoke(cxsim, ["explain", word])
    assert result.exit_code == 0
    assert trade_word(word).sentence in " ".join(result.output.split())


def test_what_moves_a_word_is_said_with_it():
    said = CliRunner().invoke(cxsim, ["explain", "churn"]).output
    assert "loyalty.leave_a" in said


def test_run_and_compare_print_every_word_with_the_number_of_the_tables(comparison, plan):
    for said in (trade_of_runs(comparison.base_runs), trade_of_plan(comparison.base_runs, plan)):
        assert all(word.name in said for word in TRADE)
    for word, value in trade_estimates(comparison.base_runs):
        assert amount(word, value) in trade_of_runs(comparison.base_runs)


def test_shares_are_percent_and_what_is_not_there_a_dash():
    assert amount(WORDS["churn"], Estimate(0.1234, 0.1, 0.15, 3)) == "12.3 (10.0 to 15.0)"
    assert amount(WORDS["nps"], Estimate(float("nan"), float("nan"), float("nan"))) == "\N{EM DASH}"


def test_weeks_that_older_folders_do_not_know_are_zeros(comparison):
    runs = comparison.base_runs
    old = replace(runs, weeks=runs.weeks.drop(columns=["similar_money", "baskets_sum"]))
    assert by_week(old, "similar_money").sum() == 0.0
    assert active_by_week(old).shape == (3, 30)


# ---- quarters -------------------------------------------------------------------------------------------------------


def test_quarters_add_up_to_the_whole_and_end_with_the_stock(comparison):
    runs = comparison.base_runs
    revenue, active = (trade_by_quarter(runs, word) for word in ("revenue", "active_customers"))
    assert len(revenue) == 10  # eighths of 30 weeks are 3 weeks each
    assert revenue.sum() == pytest.approx(trade_values(runs)["revenue"].mean())
    assert active[-1] == pytest.approx(runs.figures["customers"].mean())
    assert trade_by_quarter(runs, "clv") is None


def test_a_small_curve_goes_up_where_its_numbers_do_and_has_gaps():
    drawn = spark(np.array([1.0, np.nan, 3.0, 2.0]), np.array([2.0, 2.0, 2.0, 2.0]), 'a "word"')
    assert drawn.count("<path") == 2 and "&#34;word&#34;" in drawn
    assert "M1.5 14.5M" in drawn and "47.5 1.5L70.5 8.0" in drawn  # lowest, gap, highest, middle
    assert spark(np.array([1.0]), np.array([1.0]), "x") == spark(None, None, "x") == ""
