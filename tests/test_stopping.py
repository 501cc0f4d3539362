"""Protects the promise of 95% when the number of replications is not fixed beforehand but found on the way."""

import math
import re
from functools import partial

import numpy as np
import pytest
from own_mechanisms import EXAMPLES, PRESENT_TERMS, naming
from scipy import integrate, stats

import cxsim
from cxsim.analysis.compare.intervals import estimate, student_t
from cxsim.analysis.compare.stopping import (
    Decided,
    HalfWidth,
    after_first_stage,
    always_valid,
    intervals_named,
    lived_until,
    replications_for,
    two_stages,
)
from cxsim.engine.luck import key_of, normal
from cxsim.scenario.files import load_together

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


@pytest.mark.parametrize(("first", "narrow"), [(5, 0.922), (10, 0.933), (20, 0.941)])
def test_intervals_of_all_figures_hold_the_truth_when_one_of_them_set_the_number(first, narrow):
    """Of the figure asked about and of one that goes with it (correlation .8), at a half-width that takes some two stages.

    2,000 experiments: one standard error of 95% is .0049, of 92% .0061; four are exceeded once in 16,000 seeds. The ordinary
    interval of all replications covers what is said here (8,000 experiments), and this test finds it there.
    """
    half_width = 1.96 / math.sqrt(2 * first)
    hits = {"student_t": np.zeros(2), "two stages": np.zeros(2)}
    for experiment in range(2000):
        asked, own = draws(2 * experiment, 10 * first), draws(2 * experiment + 1, 10 * first)
        other = 0.8 * asked + 0.6 * own
        number = min(replications_for(asked[:first], half_width), len(asked))
        for factor in (student_t, after_first_stage(first)):
            found = [estimate(values[:number], factor) for values in (asked, other)]
            hits["student_t" if factor is student_t else "two stages"] += [
                each.low <= 0.0 <= each.high for each in found
            ]
    ordinary, ours = hits["student_t"] / 2000, hits["two stages"] / 2000
    assert (np.abs(ours - 0.95) < 4 * 0.0049).all()
    assert abs(ordinary[0] - narrow) < 4 * 0.0061
    assert ordinary[0] < ours[0]


def test_the_names_of_intervals_find_them_again():
    for factor in (student_t, always_valid, after_first_stage(12)):
        assert intervals_named(factor.name) == factor
    with pytest.raises(ValueError, match="no intervals called 'two_stages_x'"):
        intervals_named("two_stages_x")


def test_a_first_stage_without_spread_gives_no_interval():
    rare = np.array([0.0] * 6 + [1.0, 0.0, 0.0, 1.0])
    found = estimate(rare, after_first_stage(6))
    assert (found.mean, found.low, found.high, found.replications) == (0.2, 0.2, 0.2, 6)
    assert not found.decided


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
        (partial(HalfWidth, "loops", 0.0), 10, 20, "half-width is 0; it must be above 0, in the unit of loops"),
        (partial(HalfWidth, "loops", math.inf), 10, 20, "half-width is inf"),
        (partial(Decided, "loops"), 4, 20, "4 replications to begin with; it takes at least 5"),
        (partial(Decided, "loops"), 10, 9, "at most 9 replications, and 10 to begin with"),
    ],
)
def test_a_wrong_rule_is_refused(rule, first, most, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        stopped(rule(), np.ones(20), first, most)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Decided("net_margins"), "no figure 'net_margins'. Did you mean 'net_margin'?"),
        (HalfWidth("xyz", 3.0), "no figure 'xyz'. Figures: loops, "),
        (Decided("points_gven"), "no figure 'points_gven'. Did you mean 'points_given'?"),
    ],
)
def test_a_figure_that_no_scenario_has_is_refused_before_anybody_lives(rule, said):
    base, plan = load_together(["online-retailer", EXAMPLES / "points.toml"], SMALL)
    with pytest.raises(ValueError, match=re.escape(said)):
        cxsim.compare(base, plan, replications=10, until=rule, living=lambda *_: pytest.fail("lived first"))


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
    assert (
        "two stages" in found.stopped and f"give or take {wide / math.sqrt(2.0):,.4g}" in found.stopped
    )  # ten give wide, twice as many this


def test_its_tables_reach_as_far_as_two_stages_do_in_every_figure(scenarios):
    found = cxsim.compare(*scenarios, replications=6, until=HalfWidth("loops", 0.05), most=12)
    plain = cxsim.compare(*scenarios, replications=found.replications)
    assert found.replications == 12
    ours, theirs = (each.table().set_index("figure") for each in (found, plain))
    per = found.plans[scenarios[1].name].per_replication
    measured = 0
    for figure in ours.index:
        differences = (per[f"plan_{figure}"] - per[f"base_{figure}"]).to_numpy(float)
        mean, half = two_stages(differences, 6)
        assert ours["difference"][figure] == pytest.approx(theirs["difference"][figure], nan_ok=True)
        if np.isfinite(half):
            measured += 1
            assert [ours["low"][figure], ours["high"][figure]] == pytest.approx([mean - half, mean + half])
        elif np.isfinite(mean):  # the first replications do not differ, or there are fewer than two
            assert not ours["low"][figure] < ours["high"][figure]
    assert measured > 15
    assert found.plans[scenarios[1].name].difference("loops").estimate.low == ours["low"]["loops"]


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


def test_what_a_mechanism_counts_is_a_figure_to_wait_for(cxsim, tmp_path):
    plan = tmp_path / "points.toml"
    plan.write_text((EXAMPLES / "points.toml").read_text().replace('mechanisms = ["points.py"]', naming(PRESENT_TERMS)))
    base = ["compare", "online-retailer", plan, "--set", SMALL[0], "--set", SMALL[1], "-n", 5]
    code, said, _ = cxsim(
        *base, "--until-decided", "points_given", "--most", 9
    )  # the base has no points, and counts as 0
    assert code == 0 and "the sign of the difference in points_given is decided" in said
    code, said, _ = cxsim(*base, "--until-half-width", "points_given 1e6")
    assert code == 0 and "points_given +" in said
    code, said, errors = cxsim(*base, "--until-decided", "points_gven")
    assert code == 2 and "Did you mean 'points_given'?" in errors and not said


def test_differences_of_rare_events_are_not_called_normal():
    rare = np.array([0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    _, said = stopped(Decided("loops"), rare, 10, 12)
    assert "if differences are about normal" in said
    assert "Careful: the differences of" in said
    assert "simulate more people" in said
    for first in (5, 10):  # as many values as replications are not few, however few these are
        _, said = stopped(Decided("loops"), draws(1, 40, mean=9.0), first, 40)
        assert "is decided" in said and "Careful" not in said
