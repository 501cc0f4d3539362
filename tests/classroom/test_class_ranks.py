"""Protects the order on the board: luck alone may set a team ahead of another in at most 5% of boards, ties included."""

import numpy as np
import pytest
from classes import entry

from cxsim.engine.luck import key_of, normal, purpose
from cxsim.interface.classroom.board import SHOWN, board_of
from cxsim.interface.classroom.ranks import standings, surely_ahead

LUCK = purpose("tests: ranks")
TEAMS, WORLDS, BOARDS = 6, 8, 300


def boards():
    """Boards of teams that are all equally good, in worlds that move all of them together."""
    for board in range(BOARDS):
        key = key_of(board, 0)
        noise = [[normal(key, team, LUCK, world, 0) for world in range(WORLDS)] for team in range(TEAMS + 1)]
        yield np.array(noise[:TEAMS]) + 5.0 * np.array(noise[TEAMS])


def test_luck_alone_sets_hardly_anybody_ahead():
    # Expected in at most 5% of 300 boards: 15. More than 27 would come by chance once in a thousand times.
    assert sum(surely_ahead(values, figures_shown=1).any() for values in boards()) <= 27


def test_an_uncorrected_comparison_would_fail_that_test():
    assert sum(surely_ahead(values, figures_shown=1 / 15).any() for values in boards()) > 27  # 15 pairs


def test_true_places_lie_within_those_given():
    truth = np.arange(TEAMS)[::-1] * 0.7  # the first row is best
    missed = 0
    for values in boards():
        given = standings(values + truth[:, None], figures_shown=1)
        missed += any(not each.best <= place + 1 <= each.worst for place, each in enumerate(given))
    assert missed <= 27


def test_a_large_difference_is_seen():
    values = next(boards()) + 20.0 * np.arange(TEAMS)[:, None]
    given = standings(values, figures_shown=3)
    assert [(each.best, each.worst) for each in given] == [(6, 6), (5, 5), (4, 4), (3, 3), (2, 2), (1, 1)]
    assert [each.level_with_leader for each in given] == [False] * 5 + [True]
    assert [each.firsts for each in given] == [0] * 5 + [WORLDS]


def test_the_same_plan_is_never_ahead_of_itself_and_a_sure_cost_always_counts():
    once = next(boards())[0]
    given = standings(np.array([once, once, once - 1.0]), figures_shown=3)
    assert [(each.best, each.worst) for each in given] == [(1, 2), (1, 2), (3, 3)]
    assert [each.firsts for each in given] == [WORLDS, WORLDS, 0]


def test_a_board_does_not_depend_on_the_order_of_teams():
    values = next(boards())
    entries = [entry(f"team {number}", row) for number, row in enumerate(values)]
    assert board_of(entries) == board_of(entries[::-1])


def test_one_team_stands_alone():
    line = board_of([entry("only", [1.0, 2.0])]).lines[0]
    assert {(each.best, each.worst, each.level_with_leader) for each in line.figures.values()} == {(1, 1, True)}
    assert tuple(line.figures) == SHOWN


@pytest.mark.parametrize("shape", [(0, 5), (3, 1)])
def test_a_board_needs_teams_and_worlds(shape):
    with pytest.raises(ValueError, match="needs a team and two worlds"):
        standings(np.zeros(shape), figures_shown=1)
