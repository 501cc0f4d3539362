"""Protects why lines end: the terms of every choice, recomputed with the luck of that very choice.

Own reasons and grievances are compared with all other numbers in test_golden_life; here are the lines that ended
because a rival, or nothing, was worth more, in a larger market.
"""

import pytest

from cxsim.engine.event_log import run_with_log
from cxsim.engine.measures import Note
from cxsim.engine.state import EVERYBODY, Stage
from golden.comparison import CHOSEN_AGAINST, notes_of
from golden.life import golden_life
from golden.people import Noted
from golden.scenarios import golden_scenario

LARGER = ("market.people=60", "market.links.kind=small_world", "market.links.edges=", "purchase.outside=0.5")


@pytest.fixture(scope="module")
def lives(tmp_path_factory):
    """The notes of engine and golden life on a market in which some buy nothing after all."""
    scenario = golden_scenario("doubt to buy at all", tmp_path_factory.mktemp("market"), *LARGER)
    return notes_of(run_with_log(scenario, 4, 0, EVERYBODY, 20_000)), golden_life(scenario, 4).notes


def lines_in_choice(notes: list[Noted], bought: bool) -> list[Noted]:
    """The lines that ended in choosing, when something else (or nothing) was bought."""
    sales = {(note.person, note.at) for note in notes if note.what == Note.BUYS}
    return [
        note
        for note in notes
        if note.what == Note.LINE_ENDS
        and note.numbers[0] == Stage.PURCHASE
        and note.numbers[1] in CHOSEN_AGAINST
        and ((note.person, note.at) in sales) == bought
    ]


@pytest.mark.parametrize("bought", [True, False])
def test_there_are_lines_to_explain(lives, bought):
    assert len({note.numbers[1] for note in lines_in_choice(lives[1], bought)}) >= 3
    assert len(lines_in_choice(lives[1], bought)) > 50


def test_why_a_rival_was_bought(lives):
    engine, golden = (lines_in_choice(notes, bought=True) for notes in lives)
    assert engine == golden


def test_why_nothing_was_bought(lives):
    engine, golden = (lines_in_choice(notes, bought=False) for notes in lives)
    assert engine == golden
