"""Protects the count of what intervals hold: twins lie where they should, and shares and rows are those of made-up results."""

import numpy as np
import pytest

from cxsim.analysis.calibration.priors import allowed, of_experience
from cxsim.analysis.calibration.simulated import with_values
from cxsim.scenario import load
from experiments import coverage
from experiments.coverage import Held, of_effects, of_parameters, share, truth_of


def test_a_twin_is_the_same_every_time_and_may_lie_beyond_what_is_plausible():
    twins = [truth_of(number) for number in range(200)]
    assert twins[7] == truth_of(7)
    for each in of_experience(load("rhythm-only"), []):
        values, (least, most) = [twin[each.key] for twin in twins], allowed(each.key)
        slack = coverage.WIDER * (each.high - each.low)
        assert max(least, each.low - slack) <= min(values) <= max(values) <= min(most, each.high + slack)
        inside = np.mean([each.low <= value <= each.high for value in values])
        room = min(most, each.high + slack) - max(least, each.low - slack)
        # 200 draws: a share lies within .14 of its mean but for one in 10,000.
        assert inside == pytest.approx((each.high - each.low) / room, abs=0.14)


def test_each_kind_of_records_is_what_a_firm_would_hand_over(tmp_path):
    """Of one twin: what is told beside the purchases, and that the experiment's purchases are those of the firm that made it."""
    market, plan = tmp_path / "market.toml", tmp_path / "plan.toml"
    market.write_text(coverage.EXPERIENCE.format(quality=coverage.TRUE_QUALITY), encoding="utf-8")
    plan.write_text(coverage.PLAN, encoding="utf-8")
    twin = with_values(market, {**truth_of(0), "market.people": 200})
    told = {
        "purchases": set(),
        "purchases and scores": {"scores.csv"},
        "purchases and failure rate": {"share of uses that fail"},
        "linked records and an experiment": {"episodes.csv", "arms.csv"},
    }
    hashes = {}
    for name, names in told.items():
        observed, found = coverage.observed_and_told(twin, coverage.KINDS[name], market, plan, 0)
        assert {each.name for each in found} == names
        assert isinstance(observed.held_back, str)  # all of it is used
        hashes[name] = observed.sha256
    assert len({hashes[name] for name in list(told)[:3]}) == 1 and len({*hashes.values()}) == 2


def test_shares_have_the_interval_of_wilson():
    held = [np.array([place < 8]) for place in range(10)]
    assert share(held, 0) == "80% (49% to 94%)"  # Wilson (1927), by hand: (8 + 1.92 -+ 1.96 * sqrt(1.6 + .96)) / 13.84
    assert share([], 0) == "none"


def test_levels_are_those_of_students_t():
    assert coverage._of_level(0.95) == pytest.approx(1.0)
    assert coverage._of_level(0.5) == pytest.approx(0.6876 / 2.0930, abs=1e-4)  # t of 19 degrees, from a table


def test_rows_count_each_twin_once_and_tell_the_plausible_from_the_rest():
    yes, no = np.array([False, True, True]), np.array([False, False, True])
    one = Held({"a": yes, "b": no}, {"b"}, {"loops": yes}, {"loops": 10.0}, {"b"})
    other = Held({"a": no, "b": no}, set(), {"loops": no}, {"loops": 30.0}, {"a"})
    parameters = of_parameters({"purchases": [one, other]}).splitlines()
    assert parameters[2].split(" | ")[1:4] == ["a", "0% (0% to 66%)", "50% (9% to 91%)"]
    assert "plausible** | 0% (0% to 56%) | 33% (6% to 79%) | 100%" in parameters[4]
    assert "beyond** | 0% (0% to 79%) | 0% (0% to 79%) | 100%" in parameters[5]
    effects = of_effects({"purchases": [one, other], "more": [one]}).splitlines()
    assert effects[2].endswith("| 20 | 1.00 |") and effects[3].endswith("| 10 | 0.50 |")
    warned = coverage.of_warnings({"purchases": [one, other]}).splitlines()
    assert (
        warned[2] == "| purchases | 100% (21% to 100%) | 33% (6% to 79%) |"
    )  # b beyond in one, of the other three a once
