"""Protects codes to type: they are easy to read, they die, and nobody finds one by trying."""

import itertools

import pytest

from cxsim.interface.classroom.codes import LENGTH, LETTERS, MOST_WRONG, MOST_WRONG_OF_ALL, SECONDS, Codes, TooManyError
from cxsim.interface.classroom.rules import RefusedError


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def codes(clock):
    return Codes(clock)


def wrong(codes, address):
    with pytest.raises(RefusedError, match="No team shows this code"):
        codes.key_of("not a code", address)


def test_a_code_is_easy_to_read_and_to_type(codes):
    code = codes.code_for("1.secret")
    assert len(code) == LENGTH and set(code) <= set(LETTERS)
    assert not set(LETTERS) & set("AEIOUL01")
    for typed in (code, code.lower(), f" {code[:3]} {code[3:]} ", f"{code[:3]}-{code[3:]}"):
        assert codes.key_of(typed, "here") == "1.secret"


def test_keys_have_codes_of_their_own_and_keep_them(codes):
    assert codes.code_for("1.a") == codes.code_for("1.a") != codes.code_for("2.b")


def test_a_code_dies_unless_it_is_shown_again(codes, clock):
    code = codes.code_for("1.a")
    clock.now = SECONDS - 1.0
    assert codes.code_for("1.a") == code
    clock.now = 2.0 * SECONDS - 2.0
    assert codes.key_of(code, "here") == "1.a"
    clock.now = 2.0 * SECONDS
    with pytest.raises(RefusedError):
        codes.key_of(code, "here")
    assert codes.code_for("1.a") != code


def test_who_guesses_is_stopped_and_others_are_not(codes, clock):
    code = codes.code_for("1.a")
    for _ in range(MOST_WRONG):
        wrong(codes, "guesser")
    with pytest.raises(TooManyError):
        codes.key_of(code, "guesser")
    assert codes.key_of(code, "somebody else") == "1.a"
    clock.now = SECONDS - 1.0
    codes.code_for("1.a")
    clock.now = SECONDS + 1.0
    assert codes.key_of(code, "guesser") == "1.a"  # the guesses are forgotten


def test_many_who_guess_are_stopped_together(codes):
    code = codes.code_for("1.a")
    for number in range(MOST_WRONG_OF_ALL):
        wrong(codes, f"guesser {number}")
    with pytest.raises(TooManyError):
        codes.key_of(code, "one more")


def test_the_chance_to_guess_is_what_the_file_says(codes):
    teams = 60
    chance = MOST_WRONG_OF_ALL * teams / len(LETTERS) ** LENGTH
    assert 1.0 / chance == pytest.approx(3900, rel=0.01)
    shown = [codes.code_for(f"{number}.key") for number in range(teams)]
    assert all(a != b for a, b in itertools.combinations(shown, 2))
