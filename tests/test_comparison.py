"""Protects the core of the project: the same people with the same luck in base and plan, told apart honestly."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from markets import BETTER, DEARER, EVERYTHING_HAPPENS, named, scenario_from

from cxsim.analysis.compare.comparison import compare
from cxsim.analysis.compare.intervals import estimate
from cxsim.engine.outcomes.figures import FIGURES
from cxsim.engine.outcomes.status import STATUSES, Status, cause_name, stage_name
from cxsim.engine.simulate import simulate
from cxsim.scenario import ScenarioError

REPLICATIONS = 6


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
    before, after = simulate(base, 1, 0).outcome, simulate(plan, 1, 0).outcome
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
    before = [simulate(base, 1, number).figures for number in range(12)]
    paired = [simulate(plan, 1, number).figures for number in range(12)]
    strangers = [simulate(plan, 1, number).figures for number in range(100, 112)]
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
        outcome = simulate(base, 1, replication).outcome
        people = Counter(
            (stage_name(stage), cause_name(cause))
            for status, stage, cause in zip(outcome.status, outcome.stage, outcome.cause, strict=True)
            if status == Status.line
        )
        assert {end: counts[replication] for end, counts in ended.items() if counts[replication]} == dict(people)
    assert not ended["use", "nothing of the kind"].any()
