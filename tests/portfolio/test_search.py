"""Protects the search: halving keeps the best where luck does not hide it, climbing solves what can be checked by trying all."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cxsim.analysis.portfolio.front import on_front, outline
from cxsim.analysis.portfolio.menu import Option, PlanMenu
from cxsim.analysis.portfolio.plans import affordable, nothing
from cxsim.analysis.portfolio.search import Search
from cxsim.analysis.portfolio.trials import SEARCH
from cxsim.analysis.portfolio.work import KEPT

AIM, COST = KEPT.index("loops"), KEPT.index("cost")


class Additive:
    """Trials whose plans bring the sum of what their options bring, plus luck."""

    def __init__(self, benefits, costs, luck=0.0, touching=0.0):
        self.benefits, self.costs, self.luck, self.touching = benefits, costs, luck, touching
        options = {
            str(item): tuple(
                Option(f"{item}/{place}", {}, cost, "fixed", frozenset()) for place, cost in enumerate(own)
            )
            for item, own in enumerate(costs)
        }
        self.menu, self.worlds, self.found, self.runs = PlanMenu(options, {}), [{}], {}, 0

    def mean(self, plan):
        """The true means of a plan; each pair of interventions takes something from each other."""
        taken = [
            (self.benefits[item][choice - 1], self.costs[item][choice - 1])
            for item, choice in enumerate(plan)
            if choice
        ]
        pairs = len(taken) * (len(taken) - 1) / 2
        return sum(benefit for benefit, _ in taken) - self.touching * pairs, sum(cost for _, cost in taken)

    def observe(self, plans, at):
        rows = np.zeros((len(plans), len(at), len(KEPT)))
        for place, plan in enumerate(plans):
            benefit, cost = self.mean(plan)
            for number, (_, replication) in enumerate(at):
                new = replication not in self.found.setdefault(plan, {})
                self.runs += new
                seed = abs(hash((plan, replication))) % 2**32
                noise = self.luck * stats.norm.rvs(random_state=seed) if self.luck and any(plan) else 0.0
                rows[place, number, [AIM, COST]] = benefit + noise, cost
                self.found[plan][replication] = rows[place, number]
        return rows

    def seen(self, plan, before):
        return np.array([row for replication, row in sorted(self.found[plan].items()) if replication < before])


def problem(items, seed, **options):
    """A knapsack of items with two options each."""
    drawn = stats.uniform.rvs(size=(items, 2, 2), random_state=seed)
    return Additive((10.0 * drawn[:, :, 0]).tolist(), (1.0 + 9.0 * drawn[:, :, 1]).tolist(), **options)


def test_halving_keeps_the_best_and_takes_the_runs_it_says():
    trials = problem(4, 1)
    plans = affordable(trials.menu, 1000.0, most=100)
    assert len(plans) == 81
    kept = Search(trials, AIM, 1000.0, 10_000).halve(plans, 6)
    best = sorted(plans, key=lambda plan: trials.mean(plan)[0], reverse=True)[:6]
    assert kept == best  # no luck, so the order is the true one
    assert trials.runs == 81 * 2 + 41 * 2 + 21 * 4 + 11 * 8


def test_halving_drops_what_the_budget_cannot_hold():
    trials = problem(4, 2)
    plans = list(itertools.product(range(3), repeat=4))
    kept = Search(trials, AIM, 15.0, 10_000).halve(plans, 3)
    assert all(trials.mean(plan)[1] <= 15.0 for plan in kept)


@pytest.mark.parametrize("seed", range(5))
def test_climbing_comes_near_the_best_that_trying_all_finds(seed):
    """Six interventions in two sizes that touch each other: 729 plans, of which it looks at a part."""
    trials = problem(6, seed, luck=0.5, touching=0.3)
    best = max(trials.mean(plan)[0] for plan in affordable(trials.menu, 20.0, most=1000))
    search = Search(trials, AIM, 20.0, 800)
    search.climb()
    chosen = search.shortlist(12)
    assert chosen[0] == nothing(trials.menu) and len(chosen) == 12
    assert all(trials.mean(plan)[1] <= 20.0 for plan in chosen)
    assert max(trials.mean(plan)[0] for plan in chosen) >= 0.97 * best
    assert len(trials.found) < 300 and trials.runs < 1000


def test_climbing_ends_when_no_step_is_left():
    trials = problem(2, 1)
    Search(trials, AIM, 1000.0, 100_000).climb()
    assert {*trials.found} == {*itertools.product(range(3), repeat=2)} - {(0, 0)}


def test_a_search_uses_luck_of_its_own():
    trials = problem(3, 1)
    Search(trials, AIM, 20.0, 300).climb()
    assert all(SEARCH <= replication < 1_000_000 for found in trials.found.values() for replication in found)


def test_where_nothing_can_be_had_only_nothing_is_left():
    trials = SimpleNamespace(menu=problem(2, 1).menu, found={}, worlds=[{}], runs=0)
    assert Search(trials, AIM, 0.5, 100).shortlist(5) == [(0, 0)]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12))
def test_the_front_is_what_nothing_dominates(points):
    costs, benefits = np.array(points, float).T

    def dominated(i):
        return any(
            costs[k] <= costs[i] and benefits[k] >= benefits[i] and (costs[k], benefits[k]) != (costs[i], benefits[i])
            for k in range(len(points))
        )

    assert on_front(costs, benefits).tolist() == [not dominated(i) for i in range(len(points))]


def test_a_long_front_is_told_by_the_plans_that_show_its_shape():
    """A steep rise, a plateau and a second rise: five of forty plans leave hardly any of the area out."""
    costs = np.arange(1.0, 41.0)
    benefits = np.where(costs < 5, 20.0 * costs, np.where(costs < 30, 100.0 + 0.01 * costs, 150.0 + 0.01 * costs))
    few = outline(range(40), costs, benefits, 5)
    assert len(few) == 5 and few == sorted(few)
    reached = [max([benefits[place] for place in few if costs[place] <= cost], default=0.0) for cost in costs]
    assert sum(reached) >= 0.98 * benefits.sum()
    assert outline([3, 1], costs, benefits, 5) == [1, 3]
