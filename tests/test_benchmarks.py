"""Protects the comparison with a plain Mesa model: it goes on reading our scenarios, and does about the same work.

It is simpler where a plain model may be; over four seeds its sums are 0.97 to 1.13 of ours. The seed is fixed, so luck alone raises no
alarm; a rule that is gone moves sums by more than the quarter that is allowed.
"""

from pathlib import Path

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def test_the_plain_model_lives_the_scenario_of_the_benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    import engine_peers as engines

    scenario = engines.load(engines.SCENARIO, ["market.people=4000", "market.horizon_weeks=26"])
    ours, _ = engines.lived(scenario, "compiled")
    plain, _ = engines.lived_plainly(scenario)
    sums, theirs = engines.sums(ours), engines.plain_sums(plain)
    assert set(engines.COMPARED) <= sums.keys() and all(theirs[name] > 0.0 for name in engines.COMPARED[:11])
    for name in ("considered", "purchases", "loop_purchases"):
        assert abs(theirs[name] / sums[name] - 1.0) < 0.25, name


def test_none_of_its_files_is_too_long_to_hold_in_mind():
    assert not [file.name for file in BENCHMARKS.glob("*.py") if len(file.read_text().splitlines()) > 400]
