"""Protects what a comparison says: every figure of a plan against the base, from golden lives and plain statistics."""

import math
import statistics
from collections import Counter

import pandas as pd
import pytest
from scipy import stats

from cxsim.analysis.compare.comparison import compare
from cxsim.engine.outcomes.figures import FIGURES
from cxsim.engine.outcomes.status import STATUSES
from cxsim.engine.state import Stage
from golden.ledger import discounted, ended, golden_figures, margins, plan_costs, status
from golden.life import golden_life
from golden.scenarios import golden_scenario

SEED = 28
REPLICATIONS = 4
FOCAL = 0
CHANGED = (
    "brand.focal.use.failure_rate=0.1",
    "brand.focal.use.quality=0.8",
    "intervention.kinder desk.cost.once=190",
    "brand.focal.purchase.price=52",
)


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory):
    folder = tmp_path_factory.mktemp("market")
    return [golden_scenario("experience decides", folder, *changed) for changed in ((), CHANGED)]


@pytest.fixture(scope="module")
def comparison(scenarios):
    return compare(*scenarios, replications=REPLICATIONS, seed=SEED, workers=1)


@pytest.fixture(scope="module")
def result(comparison):
    (plan,) = comparison.plans.values()
    return plan


@pytest.fixture(scope="module")
def base_figures(comparison):
    return comparison.base_figures


@pytest.fixture(scope="module")
def lives(scenarios):
    """Golden lives: (base, plan) by replication."""
    return [[golden_life(scenario, SEED, number) for scenario in scenarios] for number in range(REPLICATIONS)]


def interval(values):
    """Mean, and Student's 95% interval."""
    mean = statistics.fmean(values)
    half = stats.t.ppf(0.975, len(values) - 1) * statistics.stdev(values) / math.sqrt(len(values))
    return mean, mean - half, mean + half


def people_interval(values):
    """The same of counts, which are never below 0."""
    mean, low, high = interval(values)
    return mean, max(0.0, low), high


def stories(market):
    """What happened to each person with the focal brand."""
    diary = [entry for entry in market.diary if entry.brand == FOCAL]
    return [[entry for entry in diary if entry.person == me.number] for me in market.people]


def word(story):
    """never, new, line or loop."""
    found = status(story)
    return "line" if isinstance(found, Stage) else found


def changed(lives, before, after):
    """By replication: who was `before` in the base and is `after` in the plan, with both stories."""
    return [
        [(me, one, other) for me, one, other in zip(base.people, stories(base), stories(plan), strict=True)
         if (word(one), word(other)) == (before, after)]
        for base, plan in lives
    ]  # fmt: skip


def mean(values):
    return statistics.fmean(value for value in values if not math.isnan(value))


def test_differences(result, lives, scenarios):
    figures = [[golden_figures(market, scenario, FOCAL) for market, scenario in zip(pair, scenarios, strict=True)]
               for pair in lives]  # fmt: skip
    rows = result.differences.set_index("figure")
    for figure in FIGURES:
        base, plan = ([pair[which][figure.name] for pair in figures] for which in (0, 1))
        assert (rows.loc[figure.name, ["base", "plan_mean"]].tolist()) == pytest.approx(
            [mean(base), mean(plan)], rel=1e-5
        )
        pairs = [pair for pair in zip(base, plan, strict=True) if not any(map(math.isnan, pair))]
        if len(pairs) < 2:
            assert math.isnan(rows.loc[figure.name, "low"])
            continue
        base, plan = zip(*pairs, strict=True)  # without contacts nobody waits: such pairs tell nothing of it
        row, change = rows.loc[figure.name], [after - before for before, after in pairs]
        found = (row["difference"], row["low"], row["high"])
        assert found == pytest.approx(interval(change), rel=1e-5, abs=1e-5), figure.name
        if figure.good:
            assert row["wins"] == pytest.approx(statistics.fmean([each * figure.good > 0 for each in change]))
        apart = statistics.variance(base) + statistics.variance(plan)
        if apart > 1e-9:
            saved = 1.0 - statistics.variance(change) / apart
            assert row["variance_saved"] == pytest.approx(saved, rel=1e-4, abs=1e-5)


def test_how_many_more_pairs_would_decide(result, base_figures):
    for _, row in result.differences.iterrows():
        pair = result.difference(row["figure"])
        if math.isnan(pair.estimate.low):
            continue  # fewer than two pairs in which there was anything to measure
        undecided = pair.estimate.low <= 0.0 <= pair.estimate.high
        if undecided and row["difference"] != 0.0 and pd.notna(row["more_replications"]):
            seen = sum(not math.isnan(each) for each in result.figures[row["figure"]] - base_figures[row["figure"]])
            enough = seen + row["more_replications"]
            for pairs, decides in ((enough, True), (enough - 1, False)):
                half = stats.t.ppf(0.975, pairs - 1) * pair.sd / math.sqrt(pairs)
                assert (half < abs(row["difference"])) == decides
        elif not undecided:
            assert row["more_replications"] == 0


def test_matrix(result, lives):
    cells = Counter(
        (word(one), word(other))
        for base, plan in lives
        for one, other in zip(stories(base), stories(plan), strict=True)
    )
    for before in STATUSES:
        for after in STATUSES:
            assert result.matrix.loc[before, after] == pytest.approx(cells[before, after] / REPLICATIONS)


def test_rescued_and_broken(result, lives):
    rescued, broken = changed(lives, "line", "loop"), changed(lives, "loop", "line")
    assert any(rescued), "nobody is rescued: the test would say nothing"
    assert any(broken), "no loop breaks: the test would say nothing"
    for estimate, found in ((result.rescued_people, rescued), (result.broken_people, broken)):
        wanted = people_interval([len(each) for each in found])
        assert (estimate.mean, estimate.low, estimate.high) == pytest.approx(wanted)
    for table, ends in (
        (result.rescued, [[ended(one).stage for _, one, _ in each] for each in rescued]),
        (result.broken, [[ended(other).stage for _, _, other in each] for each in broken]),
    ):
        by_stage = Counter(stage.name.lower() for each in ends for stage in each)
        mean = {stage: people / REPLICATIONS for stage, people in by_stage.items()}
        assert table.groupby("stage")["people"].sum().to_dict() == pytest.approx(mean)
        assert table["people"].is_monotonic_decreasing


def test_what_the_rescued_earned_more_and_who_is_shown(result, lives):
    rescued = changed(lives, "line", "loop")
    more = []
    for (base, plan), found in zip(lives, rescued, strict=True):
        pairs = [
            (base.people[me.number].bonds[FOCAL].margin, plan.people[me.number].bonds[FOCAL].margin)
            for me, _, _ in found
        ]
        more.append(sum(after - before for before, after in pairs) / 10_000)
    estimate = result.rescued_margin
    assert (estimate.mean, estimate.low, estimate.high) == pytest.approx(interval(more))
    plan = lives[0][1]
    purchases = {me.number: sum(bond.purchases for bond in plan.people[me.number].bonds) for me, _, _ in rescued[0]}
    assert result.rescued_persons == sorted(purchases, key=lambda person: purchases[person])


def test_weekly_money_payback_and_return(result, lives, scenarios):
    gains, costs = [], []
    for pair in lives:
        (margin, cost), (margin_plan, cost_plan) = (
            (margins(market, scenario, FOCAL), plan_costs(market, scenario, FOCAL))
            for market, scenario in zip(pair, scenarios, strict=True)
        )
        gains.append([after - before for before, after in zip(margin, margin_plan, strict=True)])
        costs.append([after - before for before, after in zip(cost, cost_plan, strict=True)])
    for week in (0, 9, 29):
        gain = [discounted(scenarios[0], each[: week + 1]) for each in gains]
        cost = [discounted(scenarios[0], each[: week + 1]) for each in costs]
        net = [more - less for more, less in zip(gain, cost, strict=True)]
        row = result.weekly.loc[week]
        assert (row["week"], row["gain"], row["cost"]) == pytest.approx(
            (week, statistics.fmean(gain), statistics.fmean(cost)), abs=1e-9
        )
        assert (row["net"], row["net_low"], row["net_high"]) == pytest.approx(interval(net), abs=1e-9)
    returns = [(more - less) / less for more, less in zip(gain, cost, strict=True)]
    assert min(cost) > 0.0
    assert (result.roi.mean, result.roi.low, result.roi.high) == pytest.approx(interval(returns))
    covered = [
        statistics.fmean(discounted(scenarios[0], more[: week + 1]) - discounted(scenarios[0], less[: week + 1])
                         for more, less in zip(gains, costs, strict=True)) >= 0.0
        for week in range(30)
    ]  # fmt: skip
    behind = [week for week, enough in enumerate(covered) if not enough]
    assert result.payback == (None if 29 in behind else max(behind, default=-1) + 1)
