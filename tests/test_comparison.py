"""Protects the core of the project: the same people with the same luck in two worlds, told apart honestly."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from markets import EVERYTHING_HAPPENS, scenario_from

from cxsim.ledger.figures import FIGURES
from cxsim.ledger.outcomes import STATUSES, Status, cause_name, stage_name
from cxsim.scenario import ScenarioError
from cxsim.study.comparison import compare
from cxsim.study.lived import live
from cxsim.study.paired import Estimate, estimate

REPLICATIONS = 6

BETTER = """
[[intervention]]
name = "better"
start_week = 4.0
effect = [{parameter = "use.failure_rate", multiply = 0.5}]
cost = {once = 200.0, weekly = 20.0, per_use = 0.1}
"""
DEARER = """
[[intervention]]
name = "dearer"
effect = [{parameter = "purchase.price", multiply = 1.2}]
"""


def named(name, text="", *overrides):
    return scenario_from(f"name = {name!r}\n{EVERYTHING_HAPPENS}{text}", *overrides)


@pytest.fixture(scope="module")
def base():
    return named("base")


@pytest.fixture(scope="module")
def plan():
    return named("better", BETTER)


@pytest.fixture(scope="module")
def dearer():
    return named("dearer", DEARER)


@pytest.fixture(scope="module")
def comparison(base, plan):
    return compare(base, plan, replications=REPLICATIONS)


@pytest.fixture(scope="module")
def result(comparison):
    return comparison.plans["better"]


def same(one, other):
    """Whether two comparisons hold the same numbers, bit for bit."""
    pd.testing.assert_frame_equal(one.base_figures, other.base_figures, check_exact=True)
    assert set(one.plans) == set(other.plans)
    for name, ours in one.plans.items():
        theirs = other.plans[name]
        for table in ("figures", "differences", "matrix", "rescued", "broken", "weekly", "per_replication"):
            pd.testing.assert_frame_equal(getattr(ours, table), getattr(theirs, table), check_exact=True)
        assert (ours.payback, ours.roi, ours.rescued_margin) == (theirs.payback, theirs.roi, theirs.rescued_margin)
        assert one.verdict(name) == other.verdict(name)


# ---- what pairs are -------------------------------------------------------------------------------------------------


def test_a_plan_that_changes_nothing_makes_no_difference_anywhere(base):
    nothing = '[[intervention]]\nname = "nothing"\neffect = [{parameter = "use.quality", multiply = 1.0}]\n'
    result = compare(base, named("nothing", nothing), replications=3).plans["nothing"]
    assert (result.differences["difference"] == 0.0).all()
    assert result.matrix.to_numpy().sum() == np.diag(result.matrix).sum() == 600
    assert result.rescued.empty and result.broken.empty
    assert (result.rescued_people.mean, result.broken_people.mean) == (0.0, 0.0)
    assert (result.weekly["net"] == 0.0).all()
    assert result.roi is None and result.payback is None


def test_the_matrix_holds_everybody_and_its_margins_are_the_statuses(comparison, result):
    people = comparison.base.market.people
    assert result.matrix.to_numpy().sum() == pytest.approx(people)
    columns = ["never", "new", "lines", "loops"]
    assert result.matrix.sum(axis=1).tolist() == pytest.approx(comparison.base_figures[columns].mean().tolist())
    assert result.matrix.sum(axis=0).tolist() == pytest.approx(result.figures[columns].mean().tolist())
    assert list(result.matrix.index) == list(result.matrix.columns) == list(STATUSES)


def test_rescued_and_broken_are_cells_of_the_matrix(result):
    assert result.rescued_people.mean == pytest.approx(result.matrix.loc["line", "loop"])
    assert result.broken_people.mean == pytest.approx(result.matrix.loc["loop", "line"])
    assert result.rescued["people"].sum() == pytest.approx(result.rescued_people.mean)
    assert result.broken["people"].sum() == pytest.approx(result.broken_people.mean)
    assert result.rescued_people.mean > 1.0


def test_rescued_lines_are_told_by_where_they_ended_in_the_base(base, plan, result):
    before, after = live(base, 1, 0).outcome, live(plan, 1, 0).outcome
    rescued = (before.status == 2) & (after.status == 3)
    alone = compare(base, plan, replications=1).plans["better"]
    assert alone.rescued["people"].sum() == rescued.sum() > 0
    assert alone.rescued_margin.mean == pytest.approx((after.margin - before.margin)[rescued].sum() / 10_000)


def test_differences_are_those_of_the_replications(comparison, result):
    table = result.differences.set_index("figure")
    change = result.figures["loops"] - comparison.base_figures["loops"]
    row = table.loc["loops"]
    assert (row["difference"], row["low"], row["high"]) == pytest.approx(
        (lambda found: (found.mean, found.low, found.high))(estimate(change.to_numpy()))
    )
    assert result.difference("loops").estimate.mean == row["difference"]
    assert row["plan_mean"] - row["base"] == pytest.approx(row["difference"])


def test_money_over_the_weeks_ends_at_the_figures(comparison, result):
    last = result.weekly.iloc[-1]
    assert len(result.weekly) == comparison.base.market.horizon_weeks
    assert last["gain"] == pytest.approx(result.difference("margin").estimate.mean)
    assert last["cost"] == pytest.approx(result.difference("intervention_cost").estimate.mean)
    assert last["net"] == pytest.approx(result.difference("net_margin").estimate.mean)


def test_return_on_investment_is_gain_less_cost_over_cost(comparison, result):
    gain = result.figures["margin"] - comparison.base_figures["margin"]
    cost = result.figures["intervention_cost"]
    assert (cost > 200.0).all()
    assert result.roi.mean == pytest.approx(((gain - cost) / cost).mean())


# ---- what must not matter -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_the_number_of_workers_changes_nothing(base, plan, comparison, workers):
    same(comparison, compare(base, plan, replications=REPLICATIONS, workers=workers))


def test_the_order_of_the_plans_changes_nothing(base, plan, dearer, comparison):
    one = compare(base, plan, dearer, replications=REPLICATIONS)
    same(one, compare(base, dearer, plan, replications=REPLICATIONS))
    pd.testing.assert_frame_equal(one.plans["better"].differences, comparison.plans["better"].differences)


def test_another_seed_is_other_luck(base, plan, comparison):
    other = compare(base, plan, replications=REPLICATIONS, seed=2)
    assert not other.base_figures.equals(comparison.base_figures)


def test_more_replications_begin_with_the_same_ones(base, plan, comparison):
    fewer = compare(base, plan, replications=2)
    pd.testing.assert_frame_equal(fewer.base_figures, comparison.base_figures.head(2), check_exact=True)


# ---- what pairing is for --------------------------------------------------------------------------------------------


def test_pairing_saves_most_of_the_variance_of_independent_runs(base, plan):
    # Without an effect of pairing the ratio of the variances of 12 against 12 differences is F(11, 11), which falls
    # below 1/5 by chance in 0.6% of all tries. (Luck is keyed: the same numbers every time.)
    before = [live(base, 1, number).figures for number in range(12)]
    paired = [live(plan, 1, number).figures for number in range(12)]
    strangers = [live(plan, 1, number).figures for number in range(100, 112)]
    for figure in ("loops", "purchases", "margin"):
        base_values, own, others = (np.array([run[figure] for run in runs]) for runs in (before, paired, strangers))
        assert np.var(own - base_values) < np.var(others - base_values) / 5.0


# ---- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("override", "key"),
    [
        ("market.people=500", "people"),
        ("market.horizon_weeks=30", "horizon_weeks"),
        ('market.focal="rival"', "focal"),
        ('market.currency="SEK"', "currency"),
        ("market.discount_rate_annual=0.1", "discount_rate_annual"),
        ("brand.third.use.quality=0.5", "brands"),
    ],
)
def test_a_plan_about_another_market_is_refused(base, override, key):
    with pytest.raises(ScenarioError, match=key):
        compare(base, named("other", "", override), replications=1)


def test_comparing_with_nothing_or_never_is_refused(base, plan):
    with pytest.raises(ValueError, match="at least one plan"):
        compare(base)
    with pytest.raises(ValueError, match="at least 1"):
        compare(base, plan, replications=0)


# ---- what is said ---------------------------------------------------------------------------------------------------


def told(comparison, **figures):
    """The verdict if the replications had said this: figure=(values in the base, values in the plan)."""
    plan = comparison.plans["better"]
    table = plan.per_replication.iloc[: len(next(iter(figures.values()))[0])].copy()
    for name, (before, after) in figures.items():
        table[f"base_{name}"], table[f"plan_{name}"] = before, after
    doctored = replace(plan, per_replication=table, roi=Estimate(1.5, 1.0, 2.0), payback=17)
    base = replace(comparison.base_runs, figures=comparison.base_figures.iloc[: len(table)])
    return replace(comparison, plans={"better": doctored}, base_runs=base).verdict()


NO = ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0])
COST = ([0.0, 0.0, 0.0], [100.0, 100.0, 100.0])
LOOPS = ([50.0, 60.0, 55.0], [60.0, 71.0, 64.0])


def test_the_verdict_on_a_plan_that_pays(comparison):
    text = told(comparison, loops=LOOPS, net_margin=([0.0, 0.0, 0.0], [990.0, 1000.0, 1010.0]), intervention_cost=COST)
    assert '"better" turns ' in text
    assert 'there are 10 (8 to 12) more loops than in "base"' in text
    assert "is worth EUR 1,000 (975 to 1,025) of discounted margin after its cost." in text
    assert "It costs EUR 100: each EUR spent brings back 2.50, and all is paid back by week 17." in text
    assert "better on money in 100% of 3 paired replications" in text
    assert "not a forecast" in text


def test_the_verdict_on_a_plan_that_loses(comparison):
    fewer = (LOOPS[1], LOOPS[0])
    text = told(
        comparison, loops=fewer, net_margin=([0.0, 0.0, 0.0], [-990.0, -1000.0, -1010.0]), intervention_cost=COST
    )
    assert 'there are 10 (8 to 12) fewer loops than in "base"' in text
    assert "loses EUR 1,000 (975 to 1,025) of discounted margin" in text
    assert "brings back" not in text
    assert "better on money in 0% of" in text


def test_the_verdict_is_undecided_when_the_interval_holds_zero(comparison):
    text = told(comparison, loops=NO, net_margin=([0.0, 0.0, 0.0], [-50.0, 10.0, 60.0]), intervention_cost=COST)
    assert "it is undecided whether there are more loops (+0 (+0 to +0))" in text
    assert "; whether it pays is undecided (EUR +7 " in text
    assert "more replications would take zero out of the interval, if the difference stays as it is" in text
    assert "is worth" not in text and "loses" not in text


def test_the_verdict_says_when_more_replications_are_pointless(comparison):
    text = told(comparison, loops=LOOPS, net_margin=NO, intervention_cost=COST)
    assert "More replications would hardly tell" in text


def test_the_verdict_of_one_replication_claims_nothing(comparison):
    text = told(comparison, loops=([50.0], [60.0]), net_margin=([0.0], [1e6]), intervention_cost=([0.0], [100.0]))
    assert "it is undecided whether there are more loops (+10 (one replication, no interval))" in text
    assert "It takes at least two replications to tell" in text
    assert "hardly tell" not in text and "100%" not in text


def test_the_verdict_on_a_plan_without_cost_speaks_of_none(base, dearer):
    comparison = compare(base, dearer, replications=2)
    assert comparison.plans["dearer"].roi is None
    assert "cost" not in comparison.verdict() and "brings back" not in comparison.verdict()


def test_the_verdict_says_where_most_rescued_lines_used_to_end(comparison, result):
    by_stage = result.rescued.groupby("stage")["people"].sum()
    share = by_stage.max() / by_stage.sum()
    assert f"{share:.0%} of which used to end in {by_stage.idxmax()}" in comparison.verdict()


# ---- names ----------------------------------------------------------------------------------------------------------


def test_brands_with_spaces_digits_and_dashes_are_told_apart():
    text = EVERYTHING_HAPPENS.replace("brand.focal", 'brand."7 - Up_and Away"').replace("brand.rival", 'brand."7"')
    base = scenario_from('name = "b"\n' + text, 'market.focal="7 - Up_and Away"')
    comparison = compare(base, named_like(base, "p"), replications=1)
    assert comparison.base.focal == 0
    assert comparison.base_figures["purchases"][0] > 0


def named_like(scenario, name):
    return scenario.model_copy(update={"name": name})


def test_two_plans_of_one_name_are_kept_apart(base, plan, dearer):
    comparison = compare(base, plan, named_like(dearer, "better"), named_like(plan, "base"), replications=1)
    assert list(comparison.plans) == ["better", "better (2)", "base (2)"]


def test_the_table_of_a_comparison_names_its_plans(base, plan, dearer):
    table = compare(base, plan, dearer, replications=2).table()
    assert table.columns[0] == "plan"
    assert table.groupby("plan")["figure"].nunique().tolist() == [len(FIGURES), len(FIGURES)]


def test_a_comparison_shows_its_verdict(comparison):
    assert repr(comparison).endswith(comparison.verdict())


def test_lines_are_counted_in_the_replication_in_which_they_ended(comparison, base):
    ended = comparison.base_runs.ended()
    assert len(ended) > 3
    for replication in range(REPLICATIONS):
        outcome = live(base, 1, replication).outcome
        people = Counter(
            (stage_name(stage), cause_name(cause))
            for status, stage, cause in zip(outcome.status, outcome.stage, outcome.cause, strict=True)
            if status == Status.line
        )
        assert {end: counts[replication] for end, counts in ended.items() if counts[replication]} == dict(people)
    assert not ended["use", "nothing of the kind"].any()
