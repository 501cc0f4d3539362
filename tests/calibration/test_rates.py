"""Protects what a firm counts itself: rates that it gives are what is fitted, and values that its file sets stay."""

from dataclasses import replace

import numpy as np
import pytest

from cxsim.analysis.calibration import simulated
from cxsim.analysis.calibration.calibrate import calibrate
from cxsim.analysis.calibration.cohort import live_cohort
from cxsim.analysis.calibration.fitting import _of_experience
from cxsim.analysis.calibration.identify import TOLD
from cxsim.analysis.calibration.observed import observe
from cxsim.analysis.calibration.priors import around_share, plausible
from cxsim.analysis.calibration.simulated import with_values
from cxsim.analysis.calibration.survey_moments import told_by
from cxsim.scenario import load
from cxsim.scenario.own_values import sets_itself

FAILURES = "brand.focal.use.failure_rate"
MARKET = """
extends = "rhythm-only"
market = { people = 500, horizon_weeks = 56 }
loyalty = { first_may_leave = false, satisfaction_weight = 2.0, failure_weight = 0.5 }
support.recovery_weight = 0.5
"""
RHYTHM = {"need.rate_shape": 1.2, "need.rate_scale_weeks": 8.0, "loyalty.leave_a": 0.8, "loyalty.leave_b": 3.0}


@pytest.fixture
def file(tmp_path):
    def written(more="", name="market.toml"):
        path = tmp_path / name
        path.write_text(MARKET + more, encoding="utf-8")
        return path

    return written


def uncertain(path, **figures):
    return {each.key: each for each in _of_experience(path, load(path), told_by(**figures))}


def test_a_rate_that_is_given_is_fitted_wherever_others_have_theirs(file, tmp_path):
    """Failures of 1%, half of the least that is plausible: found within four of the errors that are given."""
    twin = with_values(file(f"{FAILURES} = 0.01\n", "twin.toml"), RHYTHM)
    histories = live_cohort(twin, 40.0, 1, 0).histories(np.array([40.0]))
    rows = [
        f"{number},{repeats:.0f},{max(last, 0.01) if repeats else 0:.4f},{age}"
        for number, (repeats, last, age) in enumerate(
            zip(histories.repeats, histories.last, histories.age, strict=True)
        )
    ]
    customers = tmp_path / "customers.csv"
    customers.write_text("customer_id,frequency,recency,T\n" + "\n".join(rows), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulated, "MOST_REPLICATIONS", 1)
        found = calibrate(observe(customers), file(), told_by(failure_rate=(0.01, 0.002)), draws=50)
    low, high = found.fitted.plausible[FAILURES].quantile([0.025, 0.975])
    assert plausible("use.failure_rate")[0] == 0.02
    assert 0.002 < low < 0.01 < high < 0.02
    verdicts = {each.key: each.verdict for each in found.fitted.findings}
    assert verdicts[FAILURES] == TOLD
    assert next(each.given for each in found.told) == "0.01+-0.002"


def test_what_a_firm_counts_stays_as_its_own_file_says_and_guesses_stay_guesses(file):
    assert FAILURES in uncertain(file())
    there = uncertain(file(f"{FAILURES} = 0.05\n"))
    assert FAILURES not in there and "loyalty.failure_weight" in there
    backed = '[evidence]\n"loyalty.failure_weight" = { evidence = "fitted", source = "our trial of May 2025, 4,000 customers" }\n'
    assert "loyalty.failure_weight" not in uncertain(file(backed))


def test_a_figure_beside_a_value_of_the_file_is_refused(file):
    with pytest.raises(
        ValueError, match=r"sets brand\.focal\.use\.failure_rate, and share of uses that fail is given too"
    ):
        uncertain(file(f"{FAILURES} = 0.05\n"), failure_rate=(0.08, None))


def test_beside_records_the_value_of_the_file_stays(file):
    (figure,) = told_by(failure_rate=(0.08, None))
    of_records = replace(figure, needs_notes=True)
    path = file(f"{FAILURES} = 0.05\n")
    assert FAILURES not in {each.key for each in _of_experience(path, load(path), [of_records])}


def test_what_two_figures_tell_is_refused(file):
    twice = [*told_by(failure_rate=(0.08, None)), *told_by(failure_rate=(0.09, None))]
    with pytest.raises(ValueError, match=r"both tell use\.failure_rate: the same data would count twice"):
        _of_experience(file(), load(file()), twice)


def test_only_what_is_given_is_varied_beside_what_always_is(file):
    late = "brand.focal.use.late_rate"
    assert late not in uncertain(file())
    assert (uncertain(file(), late_rate=(0.1, 0.01))[late].low, around_share(0.1, 0.01)) == (
        0.04,
        (0.04, pytest.approx(0.21)),
    )
    assert around_share(0.001, 0.005)[0] == 0.0


def test_a_file_of_ones_own_is_told_from_a_ready_market(tmp_path):
    ready = load("online-retailer")
    key = f"brand.{ready.market.focal}.use.failure_rate"
    assert not sets_itself("online-retailer", key)
    parent, child = tmp_path / "parent.toml", tmp_path / "child.toml"
    parent.write_text(f'extends = "online-retailer"\n{key} = 0.05\n', encoding="utf-8")
    child.write_text('extends = "parent.toml"\nuse.taste_sd = 0.1\n', encoding="utf-8")
    assert sets_itself(child, key) and sets_itself(child, "use.taste_sd")
    assert not sets_itself(parent, "use.taste_sd") and not sets_itself(child, "use.failure_cost")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("8", "8 in a hundred are .08"),
        ("8%", "is no share"),
        (".08+-0", "a standard error of a share is above 0"),
        (".08+-", "is no share"),
        ("nan", "a share lies between 0 and 1"),
    ],
)
def test_a_share_that_is_none_is_refused_in_words(cxsim, tmp_path, given, message):
    data = tmp_path / "purchases.csv"
    data.write_text("customer_id,date\n", encoding="utf-8")
    for option in ("--failure-rate", "--late-rate"):
        code, _, error = cxsim("calibrate", data, option, given, "-o", tmp_path / "out")
        assert code == 2 and message in error and "Traceback" not in error
    assert not (tmp_path / "out").exists()
