"""Protects the promise of a race: with 95% probability the chosen runner is within the budget, the best within it is
among those left, and the chosen one is behind it by no more than is said.

Each test counts broken promises in 200 races on synthetic normal values. If the promise is broken in exactly 5% of
races, more than 20 breaches come with probability 1 in 700: that is the chance of a false alarm. Bonferroni's
inequality keeps far below 5%, so the races also have to choose well and to end.
"""

import numpy as np
import pytest
from scipy import stats

from cxsim.analysis.portfolio.race import race

RACES, MOST_BREACHES = 200, 20
TOLERANCE, BUDGET = 1.0, 100.0


def field(means, costs, seed, spread=2.0, cost_spread=0.0, shared=0.7):
    """Runners with these means and costs, whose luck is shared to a degree, as `observe` asks for them."""
    count = 2048
    luck = stats.norm.rvs(size=(len(means) + 1, count), random_state=seed)
    bills = stats.norm.rvs(size=(len(means), count), random_state=seed + 1_000_000)
    values = np.array(means)[:, None] + spread * (shared * luck[:1] + (1.0 - shared**2) ** 0.5 * luck[1:])
    paid = np.array(costs)[:, None] + cost_spread * bills
    values[0], paid[0] = means[0], 0.0
    return lambda runners, replications: (values[runners, :replications], paid[runners, :replications])


def breaches(means, costs, **options):
    """How often what a race says is untrue."""
    fair = [mean if cost <= BUDGET else -np.inf for mean, cost in zip(means, costs, strict=True)]
    best = int(np.argmax(fair))
    count, chosen = 0, []
    for seed in range(RACES):
        result = race(field(means, costs, seed, **options), len(means), BUDGET, TOLERANCE, first=10, most_runs=10_000)
        true = (
            costs[result.chosen] <= BUDGET
            and best in result.left
            and means[best] - means[result.chosen] <= result.behind
        )
        count += not true
        chosen.append(result.chosen)
    return count, chosen


@pytest.mark.parametrize("spread", [1.0, 4.0])
def test_the_best_is_never_lost_and_never_far_ahead(spread):
    """The hardest case: nine runners exactly as far behind the best as matters."""
    means = [4.0] + [9.0] * 9 + [10.0]
    count, chosen = breaches(means, [0.0] + [50.0] * 10, spread=spread)
    assert count <= MOST_BREACHES
    assert np.mean([means[runner] >= 9.0 for runner in chosen]) > 0.99


def test_a_good_runner_is_chosen_when_all_are_close():
    """No runner is ahead of the others by what matters, and the promise still holds."""
    means = [9.0, *np.linspace(9.4, 10.0, 8)]
    count, _ = breaches(means, [0.0] + [50.0] * 8)
    assert count <= MOST_BREACHES


def test_what_costs_too_much_is_not_chosen_however_good():
    means, costs = [0.0, 5.0, 8.0, 12.0], [0.0, 90.0, 99.0, 102.0]
    count, chosen = breaches(means, costs, cost_spread=3.0, spread=1.0)
    assert count <= MOST_BREACHES
    assert np.mean(np.array(chosen) == 2) > 0.9


def test_a_cost_on_the_edge_of_the_budget_is_left_open():
    found = race(field([0.0, 5.0, 9.0], [0.0, 50.0, 100.0], 3, cost_spread=5.0), 3, BUDGET, 0.5, 10, 2000)
    assert found.chosen == 1 and found.unclear == [2] and found.left[0] == 1
    assert found.behind > 3.0  # the open one may be better by that


def test_what_certainly_costs_too_much_drops_out():
    found = race(field([0.0, 5.0, 50.0], [0.0, 50.0, 200.0], 1, cost_spread=5.0), 3, BUDGET, TOLERANCE, 10, 2000)
    assert (found.chosen, found.left, found.behind) == (1, [1], 0.0)


def test_a_budget_met_exactly_is_met():
    assert race(field([0.0, 5.0], [0.0, 100.0], 1), 2, BUDGET, TOLERANCE, 10, 2000).chosen == 1


def test_doing_nothing_wins_when_all_else_is_worse():
    found = race(field([0.0, -5.0, -3.0], [0.0, 50.0, 50.0], 1), 3, BUDGET, TOLERANCE, 10, 5000)
    assert (found.chosen, found.left, found.behind) == (0, [0], 0.0)


def test_when_the_runs_are_used_up_it_says_how_far_behind_the_choice_may_be():
    """Equal runners: the limit shrinks as runs are added, and holds the truth, zero."""
    seen = [race(field([0.0, 5.0, 5.0], [0.0, 1.0, 1.0], 7), 3, BUDGET, 0.01, 10, runs) for runs in (100, 1000)]
    assert {*seen[1].left} == {1, 2}
    assert seen[0].behind > seen[1].behind > 0.0
    assert seen[0].replications < seen[1].replications


def test_runners_without_a_number_drop_out():
    observe = field([0.0, 5.0, 9.0], [0.0, 1.0, 1.0], 1)

    def broken(runners, count):
        values, costs = observe(runners, count)
        values = np.where((runners == 2)[:, None], np.nan, values)
        return values, np.where((runners == 2)[:, None], np.nan, costs)

    found = race(broken, 3, BUDGET, TOLERANCE, 10, 2000)
    assert found.chosen == 1 and found.out[2] == 10


def test_too_few_replications_are_refused():
    with pytest.raises(ValueError, match="at least 3"):
        race(field([0.0], [0.0], 1), 1, BUDGET, TOLERANCE, 2, 100)
