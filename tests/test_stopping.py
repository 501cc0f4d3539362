"""Protects the promise of 95% when the number of replications is not fixed beforehand but found on the way."""

import math
import re
from functools import partial

import numpy as np
import pytest
from scipy import integrate, stats

import cxsim
from cxsim.luck import key_of, normal
from cxsim.study.paired import student_t
from cxsim.study.stopping import Decided, HalfWidth, always_valid, lived_until, replications_for, two_stages

NAME = "plan"


def draws(experiment: int, count: int, mean: float = 0.0, sd: float = 1.0) -> np.ndarray:
    """Independent normal differences, the same for the same experiment."""
    luck = key_of(11, experiment)
    return np.array([mean + sd * normal(luck, pair, 1, 0, 0) for pair in range(count)])


def stopped(until, values, first, most):
    """The values that a rule has lived when it stops, and what it says."""

    def live(count, start):
        return list(values[start : start + count])

    lived, said = lived_until(until, live, lambda _, there: {NAME: np.array(there)}, first, most)
    return np.array(lived), said


@pytest.mark.parametrize("replications", [5, 20, 137])
def test_the_always_valid_interval_ends_where_the_mixture_of_t_ratios_is_twenty(replications):
    t = always_valid(replications) * math.sqrt(replications)
    degrees = replications - 1

    def ratio(effect):
        return stats.nct.pdf(t, degrees, effect * math.sqrt(replications)) * stats.norm.pdf(effect)

    top, _ = integrate.quad(ratio, -6.0, 6.0, limit=200, points=[0.0, t / math.sqrt(replications)])
    assert top / stats.t.pdf(t, degrees) == pytest.approx(20.0, rel=1e-5)


def test_the_price_of_looking_is_what_is_said():
    assert always_valid(4) == math.inf > always_valid(5)
    ratios = [always_valid(count) / student_t(count) for count in (20, 50, 100, 200, 500)]
    assert all(1.6 < ratio < 1.8 for ratio in ratios)


def test_looking_again_and_again_finds_a_difference_of_nothing_in_at_most_one_of_twenty():
    # 400 experiments of up to 300 pairs without a difference. If 5% were decided: Bin(400, .05), above 35 with
    # probability 4e-4. An ordinary interval at the same looks decides about a third of them.
    wrong = naive = 0
    for experiment in range(400):
        values = draws(experiment, 300)
        lived, said = stopped(Decided("net_margin"), values, 5, 300)
        wrong += len(lived) < 300
        assert ("is decided" in said) == (len(lived) < 300)
        looks = [count for count in range(5, 301, 5)]
        naive += any(abs(values[:n].mean()) > student_t(n) * values[:n].std(ddof=1) for n in looks)
    assert wrong <= 35
    assert naive > 80


def test_a_true_difference_is_decided_and_soon():
    counts = [len(stopped(Decided("net_margin"), draws(each, 500, mean=0.5), 10, 500)[0]) for each in range(50)]
    assert max(counts) < 500  # half a standard deviation; the mean of 500 is 11 standard errors away from zero
    assert 30 < np.mean(counts) < 90


def test_two_stages_hold_the_truth_in_nineteen_of_twenty_and_reach_no_farther_than_asked():
    # 1,500 experiments of n0 = 6: coverage is 95% or a little more (N is rounded up). If 95%: sd of hits 8.4; fewer
    # than 95% - 4 sd has probability 3e-5. With s of all N instead of the first stage's it would be short (below).
    hits = short = 0
    numbers = []
    for experiment in range(1500):
        values = draws(experiment, 120, mean=0.3)
        number = min(replications_for(values[:6], 0.5), 120)
        mean, half = two_stages(values[:number], 6)
        numbers.append(number)
        hits += abs(mean - 0.3) <= half
        short += half > 0.5 * (1 + 1e-12)
    assert hits >= 1500 * 0.95 - 4 * 8.4
    assert hits <= 1500 * 0.975
    assert short == sum(number == 120 for number in numbers) < 15
    known = (stats.norm.ppf(0.975) / 0.5) ** 2
    assert np.mean(numbers) / known == pytest.approx((stats.t.ppf(0.975, 5) / 1.96) ** 2, rel=0.05)


def test_stopping_at_the_first_ordinary_interval_that_is_short_enough_would_hold_less():
    """Why there are two stages: the rule that looks after each replication stops when the spread happens to be small."""
    hits = 0
    for experiment in range(1500):
        values = draws(experiment, 120, mean=0.3)
        number = next((n for n in range(6, 120) if student_t(n) * values[:n].std(ddof=1) <= 0.5), 120)
        hits += abs(values[:number].mean() - 0.3) <= 0.5
    assert hits < 1500 * 0.94


def test_replications_with_nothing_to_measure_are_made_up_for():
    values = draws(1, 12)
    holes = np.where(np.arange(12) % 2, np.nan, values)
    known = values[::2]
    wanted = (stats.t.ppf(0.975, 5) * known.std(ddof=1) / 0.1) ** 2
    assert replications_for(holes, 0.1) == math.ceil(2 * wanted)
    mean, half = two_stages(holes, 12)
    assert mean == pytest.approx(known.mean())
    assert half == pytest.approx(stats.t.ppf(0.975, 5) * known.std(ddof=1) / math.sqrt(6))
    assert replications_for(np.full(6, np.nan), 0.1) == 6
    assert math.isnan(two_stages(np.full(6, np.nan), 6)[1])


def test_first_replications_that_do_not_differ_are_no_certainty():
    mean, half = two_stages(np.full(6, -5.0), 6)
    assert mean == -5.0 and math.isnan(half)
    lived, said = stopped(HalfWidth("net_margin", 2.0), np.full(40, -5.0), 6, 40)
    assert len(lived) == 6 and "-5 give or take an unknown amount" in said


def test_it_ends_at_the_most_and_says_that_it_fell_short():
    lived, said = stopped(HalfWidth("net_margin", 1e-3), draws(1, 40), 10, 40)
    assert len(lived) == 40 and said.endswith("; 0.001 was asked for")
    lived, said = stopped(Decided("net_margin"), np.zeros(40), 10, 40)
    assert len(lived) == 10 and f"no difference at all for {NAME}" in said
    _, said = stopped(Decided("net_margin"), np.tile([1.0, -1.0], 6), 10, 12)
    assert f"not decided for {NAME}" in said


@pytest.mark.parametrize(
    ("rule", "first", "most", "said"),
    [
        (partial(Decided, "net_margins"), 10, 20, "no figure 'net_margins'. Did you mean 'net_margin'?"),
        (partial(HalfWidth, "xyz", 3.0), 10, 20, "no figure 'xyz'. Figures: loops, "),
        (partial(HalfWidth, "loops", 0.0), 10, 20, "half-width is 0; it must be above 0, in the unit of loops"),
        (partial(HalfWidth, "loops", math.inf), 10, 20, "half-width is inf"),
        (partial(Decided, "loops"), 4, 20, "4 replications to begin with; it takes at least 5"),
        (partial(Decided, "loops"), 10, 9, "at most 9 replications, and 10 to begin with"),
    ],
)
def test_a_wrong_rule_is_refused(rule, first, most, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        stopped(rule(), np.ones(20), first, most)


# ---- comparisons ----------------------------------------------------------------------------------------------------

SMALL = ["market.people=300", "market.horizon_weeks=20"]


@pytest.fixture(scope="module")
def scenarios():
    plan = cxsim.load("plans/restaurant-second-cook", [*SMALL])
    return cxsim.load("restaurant", SMALL), plan


def test_a_comparison_to_a_half_width_is_the_comparison_with_so_many_replications(scenarios):
    ten = cxsim.compare(*scenarios, replications=10).plans[scenarios[1].name]
    wide = two_stages((ten.per_replication["plan_loops"] - ten.per_replication["base_loops"]).to_numpy(float), 10)[1]
    found = cxsim.compare(
        *scenarios, replications=10, until=HalfWidth("loops", 1.01 * wide / math.sqrt(2.0)), workers=2
    )
    assert found.replications == 20
    assert found.table().equals(cxsim.compare(*scenarios, replications=20).table())
    assert (
        "two stages" in found.stopped and f"give or take {wide / math.sqrt(2.0):,.4g}" in found.stopped
    )  # ten give wide, twice as many this


def test_a_comparison_until_decided_has_wider_intervals_everywhere(scenarios):
    found = cxsim.compare(*scenarios, replications=10, until=Decided("loops"), most=14)
    same = cxsim.compare(*scenarios, replications=found.replications)
    ours, theirs = found.table(), same.table()
    wider = always_valid(found.replications) / student_t(found.replications)
    apart = (theirs["high"] - theirs["low"]) > 0
    assert apart.any() and ours["difference"].equals(theirs["difference"])
    ratio = ((ours["high"] - ours["low"]) / (theirs["high"] - theirs["low"]))[apart & ours["high"].notna()]
    known = ours["difference"].notna()
    np.testing.assert_allclose(ratio[known], wider, rtol=0.2)  # figures with gaps have fewer replications
    result = found.plans[scenarios[1].name]
    assert result.difference("loops").estimate.low == ours.set_index("figure").loc["loops", "low"]


def test_it_is_typed_as_it_is_documented(cxsim, tmp_path):
    base = ["compare", "restaurant", "plans/restaurant-second-cook", "--set", SMALL[0], "--set", SMALL[1], "-n", 5]
    code, said, _ = cxsim(*base, "--until-decided", "loops", "--most", 6)
    assert code == 0 and "replications the sign of the difference in loops is" in said
    code, said, _ = cxsim(*base, "--until-half-width", "loops 1e9", "-o", tmp_path / "out")
    assert code == 0 and "over the first 5 replications set their number" in said
    assert "over the first 5 replications set their number" in (tmp_path / "out" / "summary.md").read_text()
    for wrong, why in (
        (["--until-half-width", "loops"], '"net_margin 5000"'),
        (["--until-half-width", "loop 3"], "Did you mean 'loops'?"),
        (["--until-half-width", "loops 3", "--until-decided", "loops"], "give either"),
    ):
        code, said, errors = cxsim(*base, *wrong)
        assert code == 2 and why in errors and not said
