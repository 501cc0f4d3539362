"""Protects what the pages on diffusion claim: Bass on networks, weak against strong ties, the cost of bad news.

The runs are small versions of the experiments. What is said of a mean over replications must hold for the whole of its
99.9% Student t interval, so a true statement fails with one seed in a thousand or fewer.
"""

import itertools

import numpy as np
import pytest
from markets import lived as lived_market
from markets import scenario_from
from scipy import stats

from cxsim.engine.journey.neighbours import hear_news_of_people, share_who_own, tell_neighbours_of_ownership
from cxsim.engine.luck import key_of
from cxsim.engine.state import WEEK
from experiments.replications import bad_news, bass_on_a_network, weak_ties
from experiments.replications.bad_news import Case

WEEKLY_STEP = 0.002  # news are known only from the next week on, which makes adoption a little slower


def interval(values):
    """The 99.9% interval of a mean over replications."""
    half = stats.t.ppf(0.9995, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values))
    return np.mean(values) - half, np.mean(values) + half


@pytest.fixture(scope="module")
def curves():
    return {
        name: bass_on_a_network.adoptions(bass_on_a_network.NETWORKS[name], people=8000, replications=10)
        for name in (
            "everybody talks to everybody",
            "small world, 8 friends, one link in ten anywhere",
            "ring, 2 nearest",
        )
    }


@pytest.mark.parametrize("years", [5, 10])
@pytest.mark.parametrize(
    ("network", "closed_form"),
    [("everybody talks to everybody", bass_on_a_network.bass), ("ring, 2 nearest", bass_on_a_network.ring)],
)
def test_two_networks_follow_their_closed_forms(curves, network, closed_form, years):
    low, high = interval(curves[network][:, 52 * years - 1])
    expected = closed_form(np.array(float(years)))
    assert low - WEEKLY_STEP < expected < high + WEEKLY_STEP
    assert high - low < 0.04  # narrow enough to notice a wrong formula


def test_a_small_world_lies_between_the_two(curves):
    low, high = interval(curves["small world, 8 friends, one link in ten anywhere"][:, 519])
    assert bass_on_a_network.ring(np.array(10.0)) < low
    assert high < bass_on_a_network.bass(np.array(10.0)) - WEEKLY_STEP


def test_a_bass_fit_is_exact_on_a_bass_curve_and_too_low_in_q_on_a_small_world(curves):
    p, q, final = bass_on_a_network.fitted(bass_on_a_network.bass(bass_on_a_network.WEEKLY))
    assert (p, q, final) == pytest.approx((bass_on_a_network.P, bass_on_a_network.Q, 1.0), rel=1e-4)
    small_world = curves["small world, 8 friends, one link in ten anywhere"]
    _, high = interval(np.array([bass_on_a_network.fitted(curve)[1] for curve in small_world]))
    assert high < 0.9 * bass_on_a_network.Q


def test_a_link_that_an_edge_list_names_twice_counts_twice(tmp_path):
    (tmp_path / "edges.csv").write_text("0,1\n0,1\n0,2\n", encoding="utf-8")
    links = 'links = {kind = "file", edges = "edges.csv"}'
    scenario = scenario_from(f"[market]\npeople = 3\nhorizon_weeks = 1\n{links}\n", folder=tmp_path)
    world = lived_market(scenario, weeks=0).state
    tell_neighbours_of_ownership(world, 1, 1)
    world.clock[WEEK] = 1
    for person in range(3):
        hear_news_of_people(world.people[person], 1)
    assert [share_who_own(world, person) for person in range(3)] == [pytest.approx(2 / 3), 0.0, 0.0]


def test_ties_are_as_many_and_as_strong_as_the_design_says():
    pairs = weak_ties.edges(key_of(1, 0), (5, 17, 0.04, 0.015), people=720)
    same_group = pairs[:, 0] // 6 == pairs[:, 1] // 6
    links = np.bincount(pairs.ravel(), minlength=720)
    assert (links <= 5 * 8 + 17 * 3).all() and (links == 5 * 8 + 17 * 3).mean() > 0.9  # ties to oneself are left out
    _, times = np.unique(np.sort(pairs[same_group], axis=1), axis=0, return_counts=True)
    assert np.median(times) == 8
    assert np.array_equal(pairs, weak_ties.edges(key_of(1, 0), (5, 17, 0.04, 0.015), people=720))


@pytest.fixture(scope="module")
def ties():
    signs = [signs for signs in itertools.product((0, 2), repeat=5) if sum(signs) % 4 == 0]  # half of the corners
    levels = weak_ties.LEVELS | {"advertising": (0.005, 0.0, 0.01)}  # enough of it that 720 people start on time
    points = [tuple(level[sign] for level, sign in zip(levels.values(), row, strict=True)) for row in signs]
    theirs = np.array([weak_ties.relived(points, number, people=720) for number in range(24)])
    ours = np.array([weak_ties.lived(points, number, people=720) for number in range(8)])
    return points, theirs, ours


def test_fixed_ties_are_as_fast_as_ties_redrawn(ties):
    _, theirs, ours = ties
    low, high = interval((ours / theirs.mean(axis=0))[:, :, 1].mean(axis=1))
    assert low > 0.85 and high < 1.2  # news of a week are known in the next, and some markets need only eight


def test_which_ties_are_stronger_depends_on_the_yardstick(ties):
    points, *both = ties
    few = [place for place, point in enumerate(points) if point[0] == 5]
    for many in both:
        per_unit = [weak_ties.weak_over_strong(points, times[:, 1], by_percent=False) for times in many]
        small = [weak_ties.weak_over_strong([points[place] for place in few], times[few, 1]) for times in many]
        effects = np.array([weak_ties.effects(points, times[:, 1]) for times in many])
        assert interval(np.array(per_unit))[0] > 1.0
        assert interval(np.array(small))[0] > 1.0
        assert interval(effects[:, 2] - effects[:, 3])[1] < 0.0  # strong ties, over the ranges of the design


def paired_losses(model, cases, replications):
    """Percent lost in each case, and through talk, replication by replication; shape (2, cases, replications)."""
    every = [kind for case in cases for kind in (case.all_satisfied(), case.silent(), case)]
    values = np.array([model(every, number) for number in range(replications)]).T.reshape(len(cases), 3, -1)
    return 100 * np.array([1 - values[:, 2] / values[:, 0], (values[:, 1] - values[:, 2]) / values[:, 0]])


def test_bad_news_cost_far_more_by_the_original_rules_than_in_the_simulator():
    cases = [Case(0.1), Case(0.1, weak=0)]
    (rules, apart), talk = paired_losses(lambda cases, number: bad_news.relived(cases, True, number, 990), cases, 24)
    assert interval(rules)[0] > 30.0 and interval(talk[0])[0] > 30.0
    assert interval(rules - apart)[0] > 10.0  # weak ties spread the harm
    silent = paired_losses(lambda cases, number: bad_news.relived(cases, False, number, 990), cases[:1], 24)[0, 0]
    assert interval(silent)[0] > 5.0 and interval(silent)[1] < interval(rules)[0]
    (ours, ours_apart), talk = paired_losses(lambda cases, number: bad_news.lived(cases, True, number, 990), cases, 12)
    assert interval(talk[0])[0] > 0.0 and interval(ours)[1] < 10.0  # less than the share dissatisfied
    assert interval(ours - ours_apart)[1] < 1.0  # weak ties do not add to it
