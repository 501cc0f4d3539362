"""Protects what the pages of experiments/replications say about loyalty: the sign, and where known the size, of each verdict.

Runs are short and seeds fixed. Unless a test says otherwise, a sign must hold by four half-widths of a 95% interval over
four replications (more than 12 standard errors with Student t), so another seed would almost never give a false alarm.
"""

from pathlib import Path

import numpy as np
import pytest

from cxsim.analysis.compare.intervals import estimate
from experiments.replications import cohort_retention, recovery, referred_customers, spreadsheet, survey_scores

PAGES = Path(cohort_retention.__file__).parent
REPLICATIONS = 4


def surely_above(value, bound=0.0):
    return value.mean - 4.0 * (value.high - value.mean) > bound


def surely_below(value, bound=0.0):
    return value.mean + 4.0 * (value.high - value.mean) < bound


def agrees(value, expected):
    """Within four standard errors; with three degrees of freedom another seed fails about once in 36 tries."""
    return abs(value.mean - expected) < 4.0 * (value.high - value.mean) / 3.18


def test_every_page_has_its_script_and_stands_in_the_index():
    index = (PAGES / "README.md").read_text(encoding="utf-8")
    pages = [page for page in PAGES.glob("*.md") if page.name != "README.md"]
    assert len(pages) >= 5
    for page in pages:
        assert page.with_suffix(".py").exists(), page.stem
        assert f"({page.name})" in index, page.stem
        assert f"python -m experiments.replications.{page.stem}`" in index, page.stem


@pytest.fixture(scope="module")
def recovered():
    return recovery.results(people=10_000, replications=REPLICATIONS)


def test_recovery_makes_good_for_trivial_first_failures_only(recovered):
    first, second = (recovered[recovery.GOOD, turn, "surveyed"] for turn in (0, 1))
    assert surely_above(first[recovery.TRIVIAL])  # the bonus of .05 outweighs what is left of the failure
    assert surely_below(first[recovery.MILD])
    assert surely_below(second[recovery.TRIVIAL])


def test_a_bonus_of_a_fifth_makes_the_paradox(recovered):
    generous = recovery.results(bonus=0.2, people=10_000, replications=REPLICATIONS)
    assert surely_above(generous[recovery.GOOD, 0, "surveyed"][recovery.MILD])
    assert surely_below(generous[recovery.GOOD, 1, "surveyed"][recovery.MILD])
    for turn in (0, 1):  # ... and acts on nothing else
        same = (found[recovery.GOOD, turn, "stays"] for found in (recovered, generous))
        assert next(same) == next(same)


def test_recovery_never_creates_loyalty_but_limits_the_loss(recovered):
    for turn in (0, 1):
        good, poor = (recovered[what, turn, "stays"][recovery.MILD] for what in (recovery.GOOD, recovery.POOR))
        assert good.high < 0.0  # about eleven standard errors below
        assert surely_below(poor, good.mean)


def test_a_good_recovery_satisfies_more_than_a_poor_one_the_second_time_too():
    """Built in by recovery_satisfaction; without bonus, and with intervals that lie apart."""
    plain = recovery.results(bonus=0.0, people=500, replications=3)
    for episode in (0, 1):
        good, poor = (plain[what, episode, "surveyed"][recovery.MILD] for what in (recovery.GOOD, recovery.POOR))
        assert surely_above(good, poor.high)


@pytest.fixture(scope="module")
def mixture():
    runs = [cohort_retention.lifetimes(number, people=5_000) for number in range(REPLICATIONS)]
    return {key: [estimate(column) for column in np.array([run[key] for run in runs]).T] for key in runs[0]}


def test_constant_chances_make_a_rising_rate(mixture):
    for name, (churn, _) in cohort_retention.CLUSTERS.items():
        for rate in mixture[name][:3]:
            assert agrees(rate, 1.0 - churn), name
    assert surely_above(mixture["all"][4], mixture["all"][0].mean)


def test_a_constant_rate_undervalues_by_more_than_half(mixture):
    """5.6 against 12.4 years in the lecture: -55%."""
    _, averaged, lived, error = mixture["lifetime"]
    assert averaged.mean == pytest.approx(5.65, abs=0.3)
    assert lived.mean == pytest.approx(12.4, abs=0.5)  # our clusters are not wholly homogeneous: 12.6 expected
    assert error.mean == pytest.approx(-0.55, abs=0.03)


@pytest.mark.parametrize("name", cohort_retention.FITTED)
def test_a_base_is_worth_what_the_closed_form_says(name):
    runs = [cohort_retention.base_value(name, number, people=5_000) for number in range(REPLICATIONS)]
    for found, expected in zip(np.array(runs).T, cohort_retention.expected_value(name), strict=True):
        assert agrees(estimate(found), expected)


def test_the_closed_forms_are_the_published_ones():
    """A public implementation of Fader & Hardie (2010), eq. 6, gives 7.530 for High End after seven renewals at 10%."""
    left = cohort_retention.survival("High End", np.arange(7.0, 3000.0))
    _, constant, value, _ = cohort_retention.values(0.9, left[1:] / left[0])
    assert constant == pytest.approx(sum((0.9 / 1.1) ** year for year in range(1, 300)))
    assert (1.0 + cohort_retention.DISCOUNT) * value == pytest.approx(7.530, abs=0.005)
    for name, real in cohort_retention.SURVIVORS.items():
        assert 100.0 * cohort_retention.survival(name, np.arange(13.0)) == pytest.approx(real, abs=2.0)


@pytest.mark.parametrize(("ratio", "kept"), [(0.82, (0.76, 0.88)), (1.0, (0.94, 1.06))])
def test_customers_all_alike_give_the_ratio_back(ratio, kept):
    """Standard errors over two replications are about .015: the bounds are four of them away."""
    found = referred_customers.results("customers all alike", ratio, replications=2)
    assert kept[0] < found[2].mean < kept[1]
    assert 0.94 < found[3].mean < 1.06


def test_unlike_customers_hide_part_of_the_effect():
    """.88 instead of .82 while the referrer stays, 1.03 instead of 1 after; standard errors about .01 with three runs."""
    runs = np.array([referred_customers.findings("unlike customers", 0.82, number) for number in range(3)])
    _, together, while_there, afterwards, others, protected, _ = runs.mean(axis=0)
    assert 0.84 < while_there < 0.92
    assert while_there < together < afterwards
    assert protected > 1.1 * others  # sorted less: the reason why


def test_hazard_ratios_are_exact_on_exact_data():
    """Expected numbers of a proportional hazard .1, .2 by age give its ratios back."""
    people = 100_000
    pieces = []
    for age, hazard in enumerate((0.1, 0.2)):
        for group, ratio in ((0, 1.0), (1, 0.5), (2, 1.3)):
            leavers = round(people * -np.expm1(-hazard * ratio))
            left = np.arange(people) < leavers
            pieces.append((np.full(people, age), left, np.full(people, group)))
    age, left, group = (np.concatenate(each) for each in zip(*pieces, strict=True))
    seen = referred_customers.Renewals(age, left, group, np.zeros(len(age)))
    assert referred_customers.hazard_ratios(seen, referred_customers.APART) == pytest.approx([0.5, 1.3], abs=1e-3)


def flattered(way, quality=survey_scores.USUAL_QUALITY):
    return survey_scores.results(way, quality, people=500, replications=REPLICATIONS)


def test_nobody_is_flattered_when_everybody_answers():
    rate, *differences = (value.mean for value in flattered(survey_scores.EVERYBODY_ANSWERS)[:4])
    assert rate == 1.0
    assert differences == [0.0, 0.0, 0.0]


def test_the_fewer_of_the_satisfied_answer_the_more_they_flatter():
    rare, often = (flattered(survey_scores.Answering(base, 0.0, 4.0)) for base in (-2.0, 2.0))
    assert rare[0].mean < often[0].mean
    assert surely_above(often[1])
    assert surely_above(rare[1], often[1].mean)


def test_the_extremes_pull_a_bad_firm_down_and_a_good_one_up():
    extremes = survey_scores.Answering(-1.4, 4.0, 0.0)
    assert surely_below(flattered(extremes, 0.4)[3])
    assert surely_above(flattered(extremes, 0.9)[3])


def test_the_spreadsheet_is_what_it_says():
    """Half stay; two are gained, who cost 1 each and loop once between them; a customer at the start loops for 10."""
    first = spreadsheet.Book(np.array([1, 1, 1, 1, 0, 0], bool), np.array([1.0, 1, 1, 1, 0, 0]), np.zeros(6))
    second = spreadsheet.Book(
        np.array([1, 1, 0, 0, 1, 1], bool), np.array([2.0, 2, 2, 2, 2, 1]), np.array([10.0, 10, 10, 10, -1, -1])
    )
    # 4 customers; in each of two periods 4 + 1 loops and 40 - 2 of margin; half of 4 stay, 2 come: 4 again
    assert spreadsheet.spreadsheet(first, second, 2) == (4.0, 1.0, 10.0, 76.0)


def test_the_spreadsheet_is_right_where_it_should_be():
    """Its errors vary by up to .045 from one replication to the next, the mean of three by .026: four times that."""
    errors = np.array([spreadsheet.errors("all alike, nobody talks", number)[:3] for number in range(3)])
    assert np.abs(errors.mean(axis=0)).max() < 0.104


def test_the_spreadsheet_undervalues_unlike_customers():
    """Expected -.18 for all and -.54 for those it knows; standard errors of two replications .035 and .06."""
    errors = np.array([spreadsheet.errors("unlike customers", number) for number in range(2)]).mean(axis=0)
    assert errors[0] < -0.04
    assert errors[3] < -0.3


def test_the_spreadsheet_overvalues_a_market_near_saturation():
    assert (spreadsheet.errors("imitation, to saturation", 0)[:3] > 0.5).all()
