"""Protects what is said of a hold-out: what was fitted flatters no figure, a verdict knows the luck of the errors, a season is seen,
and a plausible set at an end of where was looked is called so.
"""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxsim.analysis.calibration.calibrate import calibrate
from cxsim.analysis.calibration.holdout import Holdout, luck_of_gap, summed_over
from cxsim.analysis.calibration.identify import piled_up
from cxsim.analysis.calibration.observed import observe
from cxsim.analysis.calibration.priors import Uncertain
from cxsim.analysis.calibration.report import _verdict
from cxsim.analysis.calibration.season import season_warnings
from cxsim.analysis.closed_forms.bg_nbd import BgNbd
from cxsim.analysis.workers.threads import Silent


def test_what_was_fitted_does_not_flatter_what_was_held_back():
    """1,000 until week 10, then 100 really and 80 forecast: 1.8% off the curve at its end, 20% off in those weeks."""
    real = np.append(np.linspace(100.0, 1000.0, 10), np.linspace(1025.0, 1100.0, 4))
    low = np.append(np.linspace(100.0, 1000.0, 10), np.linspace(1020.0, 1080.0, 4))
    index = pd.RangeIndex(1, 15, name="week")
    curves = pd.DataFrame({"real": real, "simulated": low, "low": low, "high": low, "other": real}, index=index)
    scores = Holdout("purchases", "week", 10, curves, 100, 0.01).scores().set_index("forecast")
    assert scores.loc["simulated", "last_error"] == pytest.approx(-0.0182, abs=1e-4)
    assert scores.loc["simulated", "alone_error"] == pytest.approx(-0.2)
    assert scores.loc["simulated", "alone"] == pytest.approx(80.0)
    assert scores.loc["other", "alone_error"] == 0.0


def test_the_luck_of_a_gap_is_that_of_another_cohort():
    """Cohorts whose every figure is off by one share, 10% (standard deviation), and a forecast 2% above the simulated one: their errors
    differ by 2% at most, so the luck of the gap is far below the 10% of the last level. By plain arithmetic, whole mean and all.
    """
    truth = np.array([100.0, 110.0, 120.0])
    offs = 0.1 * stats.norm.rvs(size=2000, random_state=1)
    found = luck_of_gap(truth * (1.0 + offs[:, None]), truth, [1.02 * truth])
    level, whole = 1.0 + offs, 1.0 + offs.mean()
    assert found == pytest.approx(np.std(np.abs(whole / level - 1.0) - np.abs(1.02 / level - 1.0)), rel=0.05)
    assert 0.01 < found < 0.02
    assert luck_of_gap(truth * (1.0 + offs[:, None]), truth, [truth * 1.0]) < 0.005  # the same forecast: no gap at all


@pytest.mark.parametrize(
    ("simulated", "luck", "words"),
    [
        (0.030, 0.010, "cannot be told apart"),
        (0.030, 0.004, "is not the best of these, BG/NBD is"),
        (0.010, 0.004, "is the best of these"),
        (0.030, float("nan"), "cannot be told apart"),
    ],
)
def test_a_verdict_knows_the_luck_of_the_errors(simulated, luck, words):
    errors = pd.Series({"simulated": simulated, "BG/NBD": 0.02, "last rate held": 0.2})
    assert words in _verdict(errors, luck)


# ---- seasons ---------------------------------------------------------------------------------------------------------------

MODEL = BgNbd(0.6, 8.0, 0.5, 3.0)
FIRST = np.repeat(np.arange(0.0, 26.0), 40)


def weekly(season: np.ndarray) -> np.ndarray:
    """Repeat purchases of two years by week, as the model expects times a factor by month."""
    expected = np.diff(summed_over(FIRST, 104, MODEL.expected_repeats), prepend=0.0)
    months = (pd.Timestamp("2023-01-01") + pd.to_timedelta(7 * np.arange(104) + 3, unit="D")).month
    return np.cumsum(stats.poisson.rvs(expected * season[months - 1], random_state=1))


def test_a_strong_season_is_warned_about_and_luck_is_not():
    """Christmas doubles purchases; Poisson luck alone lies within five standard deviations (a false alarm in a million)."""
    christmas = np.where(np.arange(12) == 11, 2.0, 1.0)
    (said,) = season_warnings(MODEL, FIRST, weekly(christmas), date(2023, 1, 1))
    assert "December" in said and "Hold back whole years" in said and "March" not in said
    assert season_warnings(MODEL, FIRST, weekly(np.ones(12)), date(2023, 1, 1)) == ()


# ---- piles -----------------------------------------------------------------------------------------------------------------


def test_a_plausible_set_at_an_end_is_called_so():
    """Draws as wide as the prior, some near the upper end, some at the lower one: of these 60, the last two are piles."""
    places = np.column_stack(
        [
            np.linspace(0.01, 0.99, 60),
            np.linspace(0.4, 0.85, 60),
            np.linspace(0.75, 0.99, 60),
            np.linspace(0.01, 0.2, 60),
        ]
    )
    keys = [Uncertain(name, 0.0, 2.0) for name in ("wide", "inside", "upper", "lower")]
    found = piled_up(keys, stats.norm.ppf(places))
    assert [(each.key, each.upper) for each in found] == [("upper", True), ("lower", False)]
    assert "upper end of its plausible range, 0 to 2" in found[0].words and "too low" in found[0].words


def test_a_parameter_that_is_told_near_an_end_is_no_pile():
    """All draws in the last tenth of the range, none beyond it: the data say where it is."""
    inside = np.linspace(0.87, 0.945, 60)[:, None]
    assert piled_up([Uncertain("told", 0.0, 1.0)], stats.norm.ppf(inside)) == ()
    beyond = np.linspace(0.87, 0.99, 60)[:, None]
    assert (
        "33% of the plausible set lie beyond it"
        in piled_up([Uncertain("told", 0.0, 1.0)], stats.norm.ppf(beyond))[0].words
    )


def test_few_draws_make_no_pile():
    """Three of ten draws in the last tenth happen by luck once in fourteen times."""
    places = np.append(np.linspace(0.05, 0.8, 7), [0.91, 0.95, 0.99])[:, None]
    assert piled_up([Uncertain("few", 0.0, 1.0)], stats.norm.ppf(places)) == ()


def test_a_rhythm_without_bounds_is_warned_about(cxsim, tmp_path):
    """Nobody ever leaves: the chances to leave run to an end, and that is said on the terminal and in the report."""
    path, rows = tmp_path / "loyal.csv", []
    for person in range(120):
        at, step = person % 20, 5 + 7 * person % 23
        rows += [(person, day) for day in range(at, 400, step)]
    days = pd.DataFrame(rows, columns=["customer_id", "day"])
    days["date"] = (pd.Timestamp("2023-01-01") + pd.to_timedelta(days.pop("day"), unit="D")).dt.date
    days.to_csv(path, index=False)
    code, said, _ = cxsim("calibrate", path, "--draws", 50, "-o", tmp_path / "out")
    assert code == 0
    report = (tmp_path / "out" / "report.md").read_text()
    for text in (" ".join(said.split()), report):
        assert "end of what is allowed" in text
        assert "good hold-out says nothing about plans" in text
    table = pd.read_csv(tmp_path / "out" / "customers.csv")
    assert table["alive"].isna().all() and "`alive` is left empty" in report  # not 1 for all, for no reason


# ---- progress --------------------------------------------------------------------------------------------------------------


class Counts(Silent):
    """What a bar would have been told."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.done = self.closed = 0

    def begin(self, runs: int) -> None:
        self.begun.append(runs)

    def found(self, runs: int) -> None:
        self.done += runs

    def lived(self, runs: int) -> None:
        self.done += runs

    def close(self) -> None:
        self.closed += 1


def test_a_fit_says_once_how_long_it_is_and_comes_to_its_end(monkeypatch, tmp_path):
    """One bar over search, guesses and hold-out: what is said to be done in the end is what was said to be there."""
    counts = Counts()
    monkeypatch.setattr("cxsim.analysis.calibration.calibrate.Progress", lambda _: counts)
    for place, few in (
        ("calibrate.HOLDOUT_RUNS", 4),
        ("fitting.SEARCH_REPLICATIONS", 1),
        ("simulated.MOST_REPLICATIONS", 1),
    ):
        monkeypatch.setattr(f"cxsim.analysis.calibration.{place}", few)
    market, data = tmp_path / "market.toml", tmp_path / "bought.csv"
    market.write_text(
        'extends = "rhythm-only"\nname = "x"\nmarket.people = 300\nloyalty = {first_may_leave = false, satisfaction_weight = 1.0}\n'
    )
    weeks = stats.expon.rvs(scale=6.0, size=(300, 8), random_state=2).cumsum(axis=1)
    rows = [
        (person, int(7 * week))
        for person, row in enumerate(weeks)
        for week in (0.0, *row[: 1 + person % 8])
        if week < 60
    ]
    days = pd.DataFrame(rows, columns=["customer_id", "day"]).drop_duplicates()
    days["date"] = (pd.Timestamp("2023-01-01") + pd.to_timedelta(days.pop("day"), unit="D")).dt.date
    days.to_csv(data, index=False)
    calibrate(observe(data), market, draws=50, progress=True)
    assert len(counts.begun) == 1 and counts.closed == 1
    assert counts.done == counts.begun[0]
