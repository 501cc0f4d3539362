"""Protects the planning of a test: its size is that of the usual formula, arms are one lot, and what spills over is told from what does not."""

import math

import numpy as np
import pytest
from scipy import stats

from cxsim.analysis.experiment import planning
from cxsim.analysis.experiment.arms import as_experiment, treated_in, tried_in
from cxsim.analysis.experiment.planning import plan_experiment
from cxsim.analysis.experiment.power import difference_of_arms, people_per_arm, power_of
from cxsim.analysis.experiment.text import experiment_lines
from cxsim.engine.model import LoyaltyModel
from cxsim.scenario import load

SILENT = """
name = "A shop where nobody talks"
extends = "rhythm-only"
market = { people = 600, horizon_weeks = 40 }
need = { rate_shape = 3.0, rate_scale_weeks = 9.0 }
loyalty = { first_may_leave = true, leave_a = 2.0, leave_b = 18.0 }
support.recovery_weight = 1.5
telling = { base = 0.0, good = 0.0, bad = 0.0, refer_base = -20.0, review_base = -20.0 }
brand.focal.use = { failure_rate = 0.5, severity = 0.9 }
"""
PLAN = """
name = "Sound goods"
extends = "market.toml"
[[intervention]]
name = "sound goods"
start_week = 8.0
effect = [{ parameter = "use.failure_rate", multiply = 0.2 }]
"""


@pytest.fixture
def files(tmp_path):
    def written(plan=PLAN, market=SILENT):
        (tmp_path / "market.toml").write_text(market, encoding="utf-8")
        (tmp_path / "plan.toml").write_text(plan, encoding="utf-8")
        return tmp_path / "market.toml", tmp_path / "plan.toml"

    return written


@pytest.fixture
def scenarios(files):
    return lambda *texts: [load(path) for path in files(*texts)]


# ---- the formula -----------------------------------------------------------------------------------------------------


def test_the_size_is_that_of_the_textbook():
    """A difference of half a standard deviation at 80%: 63 people in each arm (62.8); one of a fifth: 393 (392.4)."""
    assert people_per_arm(0.5, 1.0) == pytest.approx(62.79, abs=0.01)
    assert people_per_arm(0.4, 2.0) == pytest.approx(392.4, abs=0.1)
    assert people_per_arm(0.0, 1.0) == math.inf
    assert power_of(people_per_arm(0.3, 1.0), 0.3, 1.0) == pytest.approx(0.8, abs=1e-3)
    assert power_of(100.0, 0.0, 1.0) == pytest.approx(0.05)


def test_the_error_is_welchs():
    one, other = np.array([1.0, 2.0, 3.0, 6.0]), np.array([0.0, 1.0, 1.0])
    difference, error = difference_of_arms(one, other)
    t = stats.ttest_ind(one, other, equal_var=False)
    assert difference / error == pytest.approx(t.statistic)


# ---- the arms --------------------------------------------------------------------------------------------------------


def test_all_of_a_plan_reaches_the_same_people(scenarios):
    second = '[[intervention]]\nname = "quick parcels"\nstart_week = 8.0\neffect = [{ parameter = "use.quality", add = 0.1 }]\n'
    base, plan = scenarios(PLAN + second)
    half = as_experiment(plan, tried_in(base, plan), 0.5)
    model = LoyaltyModel(half, rng=1, collect=False)
    treated, terms = treated_in(model.state, 0.5), model.state.offers["use"]
    rows = model.state.first_row[10] + model.state.people["kind"]
    failures, quality = (terms[name][rows, half.focal] for name in ("failure_rate", "quality"))
    assert 0.4 < treated.mean() < 0.6  # 600 people: four standard deviations are .08
    assert np.allclose(failures, np.where(treated, 0.1, 0.5)) and len(np.unique(quality)) == 2
    assert (quality == quality.max())[treated].all() and not (quality == quality.max())[~treated].any()


def test_it_can_start_another_week_as_a_whole(scenarios):
    base, plan = scenarios(
        PLAN
        + '[[intervention]]\nname = "later"\nstart_week = 10.0\neffect = [{ parameter = "use.quality", add = 0.1 }]\n'
    )
    moved = as_experiment(base, tried_in(base, plan), 0.25, start_week=3.0)
    assert [(item.start_week, item.coverage) for item in moved.intervention] == [(3.0, 0.25), (5.0, 0.25)]


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (
            PLAN.replace("use.failure_rate", "support.capacity").replace("multiply = 0.2", "set = 9"),
            "shared by all customers",
        ),
        (PLAN + "[brand.focal.purchase]\nprice = 9.0\n", "brand: differs from the base for everybody"),
        ('extends = "market.toml"\nname = "Nothing"\n', "the plan does nothing"),
        (PLAN.replace("8.0", "40.0"), "nothing is left to watch"),
    ],
)
def test_what_cannot_be_tried_on_some_is_said_in_words(cxsim, files, plan, message):
    code, _, error = cxsim("experiment", *files(plan))
    assert code == 2 and message in error and "Traceback" not in error


def test_a_market_with_nobody_to_take_part_is_refused(scenarios):
    with pytest.raises(ValueError, match=r"there are 2 people for each arm|there are 3 people for each arm"):
        plan_experiment(*scenarios(PLAN, SILENT.replace("600", "5")), tests=20)


# ---- what comes of it ------------------------------------------------------------------------------------------------


def test_without_word_of_mouth_nothing_spills_over_and_the_power_is_the_formulas(scenarios):
    """300 tests: the power lies within four binomial errors of the formula, and of how well the difference is known (1 in 10,000)."""
    found = plan_experiment(*scenarios(), tests=300)
    for each in found.lengths:
        assert each.left_out.mean == each.left_out.low == each.left_out.high == 0.0
        assert each.difference.mean == pytest.approx(
            each.everybody.mean, abs=3.0 * (each.difference.high - each.difference.low)
        )
    chosen = found.chosen
    assert chosen is not None and chosen.difference.low > 0.0
    assert found.people == math.ceil(chosen.people) <= found.there
    ends = [power_of(found.people, end, chosen.spread) for end in (chosen.difference.low, chosen.difference.high)]
    slack = 4.0 * math.sqrt(0.8 * 0.2 / 300)
    assert min(ends) - slack < found.decided / 300 < max(ends) + slack
    assert found.by_formula == pytest.approx(0.8, abs=0.02)
    text = "\n".join(experiment_lines(found))
    assert "nothing that the others meet reaches them" in text and f"{found.decided} decided" in text


def test_word_of_mouth_reaches_those_who_are_left_out(scenarios, monkeypatch):
    """A market of talkers with a rival: what people hear makes those buy more who got nothing (seed chosen once)."""
    monkeypatch.setattr(planning, "MARKETS", 8)
    talk = SILENT.replace("base = 0.0, good = 0.0, bad = 0.0", "base = 0.3, good = 2.0, bad = 4.0")
    talk = talk.replace("leave_b = 18.0", "leave_b = 18.0, exit = 0.0") + "[brand.rival]\nuse.quality = 0.6\n"
    found = plan_experiment(*scenarios(PLAN, talk), tests=20)
    longest = found.lengths[-1]
    assert longest.left_out.mean != 0.0
    assert "the plan changes their purchases by" in "\n".join(experiment_lines(found))


def test_a_plan_that_changes_nothing_is_decided_by_no_test(scenarios, monkeypatch):
    monkeypatch.setattr(planning, "MARKETS", 3)
    found = plan_experiment(*scenarios(PLAN.replace("multiply = 0.2", "multiply = 1.0")), tests=20)
    assert found.chosen is None
    assert "no test of purchases can decide this plan" in "\n".join(experiment_lines(found))


def test_the_command_prints_the_table_and_the_answer(cxsim, files):
    code, said, error = cxsim("experiment", *files(), "--tests", 20)
    assert (code, error) == (0, "")
    words = " ".join(said.split())
    assert "people in each arm" in words and "a power of" in words and "the usual formula says 80%" in words
