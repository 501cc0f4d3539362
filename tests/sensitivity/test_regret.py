"""Protects the regret table: a table worked by hand, pairs as pairs, and no answer from missing runs."""

import itertools
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxsim.analysis.sensitivity import Factor, advantages, regret

MEANS = {"bold": [100.0, 0.0], "careful": [60.0, 50.0], "nothing": [20.0, 20.0]}
WORLDS = ("good", "bad")


def runs(sd=1.0, replications=6, means=MEANS):
    luck = sd * stats.norm.rvs(size=replications, random_state=1)
    luck -= luck.mean()
    rows = [
        (plan, world, r, mean + luck[r])
        for plan, of_plan in means.items()
        for world, mean in zip(WORLDS, of_plan, strict=True)
        for r in range(replications)
    ]
    return pd.DataFrame(rows, columns=["plan", "world", "replication", "net_margin"])


def test_a_table_worked_by_hand():
    result = regret(runs())
    assert result.regrets.loc["bold", ["good", "bad"]].to_list() == pytest.approx([0.0, 50.0])
    assert result.regrets.loc["careful", ["good", "bad"]].to_list() == pytest.approx([40.0, 0.0])
    assert result.plans["max_regret"].to_dict() == pytest.approx({"bold": 50.0, "careful": 40.0, "nothing": 80.0})
    assert result.plans["mean_regret"].to_dict() == pytest.approx({"bold": 25.0, "careful": 20.0, "nothing": 55.0})
    assert result.plans["expected"].to_dict() == pytest.approx({"bold": 50.0, "careful": 55.0, "nothing": 20.0})
    assert (result.minimax, result.best_on_average) == ("careful", "careful")
    assert (result.worlds, result.replications) == (2, 6)


def test_luck_common_to_all_plans_leaves_regrets_sure():
    # Luck ten times as large as any difference, the same for all: regrets do not move, expected values do.
    table = regret(runs(sd=500.0)).plans
    assert table["max_regret_low"].to_numpy() == pytest.approx(table["max_regret_high"].to_numpy())
    assert table.loc["careful", "minimax"] == 1.0
    assert table.loc["careful", "expected_high"] - table.loc["careful", "expected_low"] > 300.0


def test_how_sure_a_choice_is_depends_on_the_worlds():
    table = regret(runs()).plans
    # Two worlds redrawn: bold is best on average when both are good (a quarter), careful otherwise.
    assert table["best_on_average"].to_dict() == pytest.approx(
        {"bold": 0.25, "careful": 0.75, "nothing": 0.0}, abs=0.04
    )
    assert table["best_on_average"].sum() == pytest.approx(1.0)


def test_less_may_be_better():
    costs = regret(runs(means={"dear": [5.0, 9.0], "cheap": [4.0, 3.0]}), good=-1)
    assert costs.minimax == costs.best_on_average == "cheap"
    assert costs.plans["expected"].to_dict() == pytest.approx({"cheap": 3.5, "dear": 7.0})
    assert costs.plans["max_regret"].to_dict() == pytest.approx({"cheap": 0.0, "dear": 6.0})
    assert np.all(costs.plans["expected_low"] <= costs.plans["expected_high"])


def test_the_order_of_runs_does_not_matter():
    assert regret(runs().iloc[::-1]).plans.equals(regret(runs()).plans)


def test_the_interval_of_the_expected_value_covers(monkeypatch):
    monkeypatch.setattr(import_module("cxsim.analysis.sensitivity.regret"), "RESAMPLES", 300)
    # 150 studies of 12 worlds and 8 replications with luck of both kinds: 95% or a little more by theory; at least 88%.
    covered = 0
    for seed in range(150):
        world, common, own = (stats.norm.rvs(size=size, random_state=3 * seed + place)
                              for place, size in enumerate([(12, 1), (1, 8), (12, 8)]))  # fmt: skip
        values = world + common + own
        rows = [(plan, w, r, shift + values[w, r]) for plan, shift in (("a", 0.0), ("b", -1.0))
                for w, r in itertools.product(range(12), range(8))]  # fmt: skip
        row = regret(pd.DataFrame(rows, columns=["plan", "world", "replication", "net_margin"])).plans.loc["a"]
        covered += row["expected_low"] <= 0.0 <= row["expected_high"]
    assert covered >= 132


@pytest.mark.parametrize(
    "broken, message",
    [
        (lambda table: table.iloc[1:], "exactly once"),
        (lambda table: pd.concat([table.iloc[1:], table.iloc[1:2]]), "exactly once"),
        (lambda table: table.assign(net_margin=np.nan), "no number in 36 of 36 runs"),
        (lambda table: table[table["plan"] == "bold"], "at least two plans"),
    ],
)
def test_incomplete_tables_are_refused(broken, message):
    with pytest.raises(ValueError, match=message):
        regret(broken(runs()))


def test_advantages_pair_plan_and_base():
    rows = [
        (
            point,
            plan,
            r,
            0.1 * point,
            10.0 * point + r + (5.0 if plan == "cook" else 0.0),
            3.0 if plan == "cook" else 4.0,
        )
        for point, plan, r in itertools.product(range(4), ("base", "cook"), range(3))
    ]
    table = pd.DataFrame(rows, columns=["point", "plan", "replication", "rate", "net_margin", "lines"])
    points, values = advantages(table.iloc[::-1], [Factor("rate", 0.0, 1.0)], "cook", "base")
    assert points[:, 0] == pytest.approx([0.0, 0.1, 0.2, 0.3])
    assert values == pytest.approx(np.full((4, 3), 5.0))
    _, fewer_lines = advantages(table, [], "cook", "base", "lines")  # fewer lines are better
    assert fewer_lines == pytest.approx(np.ones((4, 3)))
    for broken in (table.iloc[1:], pd.concat([table, table.iloc[:1]]), table[table["plan"] == "cook"]):
        with pytest.raises(ValueError, match="same replications"):
            advantages(broken, [], "cook", "base")
