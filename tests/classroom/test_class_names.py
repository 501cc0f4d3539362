"""Protects a class from names that nobody can tell apart or see, and from one phone that takes all places."""

import pytest
from classes import classroom

from cxsim.interface.classroom.classroom import MOST_TEAMS_OF_ONE
from cxsim.interface.classroom.rules import RefusedError

ALIKE = {
    "another alphabet": ("Apex", "\u0410\u0440\u0435\u0445"),
    "another alphabet in part": ("Scope", "Sc\u043epe"),
    "Greek": ("Kato", "\u039a\u03b1\u03c4\u03bf"),
    "capitals": ("Team one", "TEAM ONE"),
    "a full stop": ("Team one", "Team one."),
    "spaces": ("Team one", "Teamone"),
    "wide letters": ("Team", "\uff34\uff45\uff41\uff4d"),
    "a one for an l": ("Bella", "Be11a"),
    "a nought for an o": ("Otto", "0tt0"),
}
EMPTY = {
    "nothing": "",
    "spaces": " \u2003 ",
    "a filler": "\u3164",
    "a blank sign": "\u2800\u2800",
    "marks alone": "\u0301",
    "a joiner": "\u200d",
    "dots": "...",
}


@pytest.mark.parametrize("kind", ALIKE)
def test_a_name_that_looks_like_one_that_is_there_is_refused(tmp_path, kind):
    room = classroom(tmp_path)
    first, second = ALIKE[kind]
    room.join(first)
    with pytest.raises(RefusedError, match="looks like it"):
        room.join(second)


@pytest.mark.parametrize("kind", EMPTY)
def test_a_name_that_shows_nothing_is_refused(tmp_path, kind):
    with pytest.raises(RefusedError, match=r"needs a name|letters, digits, signs"):
        classroom(tmp_path).join(EMPTY[kind])


def test_names_of_all_alphabets_are_welcome(tmp_path):
    room = classroom(tmp_path)
    names = [
        "Ren\u00e9e",
        "Renee",
        "\u041a\u043e\u043c\u0430\u043d\u0434\u0430",
        "\u30c1\u30fc\u30e0",
        "\u0641\u0631\u064a\u0642",
        "Team 2",
        "Team 3",
        "\u2665",
        "A",
        "B",
    ]
    for name in names:
        room.join(name)
    assert [team.name for team in room.store.teams()] == names


def test_one_address_has_a_third_of_the_places_until_teams_are_taken_out(tmp_path):
    room = classroom(tmp_path)
    for number in range(MOST_TEAMS_OF_ONE):
        room.join(f"Phone {chr(65 + number)}{chr(65 + number)}", "10.0.0.1")
    with pytest.raises(RefusedError, match="20 teams have joined from this device or network"):
        room.join("One more", "10.0.0.1")
    room.join("Somebody else", "10.0.0.2")
    room.remove("Phone AA")
    room.join("One more", "10.0.0.1")
