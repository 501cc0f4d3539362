"""Protects the comparison of forecasts: peers at their known figures, simulation at its closed forms, the holdout unseen.

Statistical tests allow four standard errors: another seed would give a false alarm once in 16,000 tries for each.
"""

import numpy as np
import pytest

from cxsim.analysis.closed_forms.bass import Bass
from cxsim.analysis.closed_forms.bg_nbd import BgNbd
from cxsim.analysis.closed_forms.pareto_nbd import ParetoNbd
from cxsim.analysis.workers.threads import each_replication
from cxsim.data.histories import Histories
from experiments.forecasts import bass, diffusion, peers, retention
from experiments.forecasts.cdnow import STRUCTURES, inner_errors
from experiments.forecasts.cohorts import SPLIT_WEEK, Cohort, Forecast, cdnow
from experiments.forecasts.lives import SKELETON, live, market
from experiments.forecasts.refit import Cells
from experiments.forecasts.scores import jackknife
from experiments.forecasts.simulated import merged
from experiments.forecasts.twins import expected_of_twins

CDNOW = {"after_use": BgNbd(0.243, 4.414, 0.793, 2.426), "anytime": ParetoNbd(0.553, 10.578, 0.606, 11.669)}
AHEAD = 39


@pytest.fixture(scope="module")
def sample():
    try:
        return cdnow("sample")
    except FileNotFoundError as error:
        pytest.skip(str(error))


def small_cohort(seed_day=0):
    """Six customers and five repeat purchases over 52 weeks."""
    days = np.array([20, 30, 200, 290, 300])
    return Cohort(np.array([0, 3, 7, 7, 14, 21]) + seed_day, np.array([0, 1, 1, 5, 5]), days, 52)


# ---- the wall -------------------------------------------------------------------------------------------------------


def test_a_cohort_cannot_hold_what_comes_after_its_weeks():
    with pytest.raises(ValueError, match="cannot know of later purchases"):
        Cohort(np.array([0]), np.array([0]), np.array([273]), SPLIT_WEEK)


def test_the_split_keeps_every_purchase_on_one_side():
    whole = small_cohort()
    known, sealed = whole.split(SPLIT_WEEK)
    assert known.days.tolist() == [20, 30, 200]
    assert (sealed.first_week, sealed.last_week, sealed.weeks) == (40, 52, 13)
    assert known.cumulative()[-1] + whole.bought_since(SPLIT_WEEK).sum() == len(whole.days)
    assert known.histories().age == pytest.approx((SPLIT_WEEK * 7 - 1 - whole.entered) / 7)


def test_forecasts_are_the_same_whatever_the_sealed_weeks_hold(sample):
    """All purchases of weeks 40-78 taken away: no fit and no forecast notices."""
    kept = sample.days < 7 * SPLIT_WEEK
    emptied = Cohort(sample.entered, sample.buyers[kept], sample.days[kept], sample.weeks)
    known, other = (whole.split(SPLIT_WEEK)[0] for whole in (sample, emptied))
    for one, same in zip(peers.all_peers(known, AHEAD), peers.all_peers(other, AHEAD), strict=True):
        assert np.array_equal(one.cumulative, same.cumulative)
        assert np.array_equal(one.individual, same.individual)
    assert inner_errors(known) == inner_errors(other)


def test_sealed_weeks_answer_nothing_but_scores():
    _, sealed = small_cohort().split(SPLIT_WEEK)
    public = [name for name in dir(sealed) if not name.startswith("_")]
    assert public == ["curve", "first_week", "last_week", "score", "weeks"]
    with pytest.raises(ValueError, match="finished forecasts only"):
        sealed.curve(after=[])
    with pytest.raises(ValueError, match="must forecast 52 weeks and 6 customers"):
        sealed.score(Forecast("short", np.ones(3), np.ones(6)))
    for rest in (retention.SealedYears(np.ones(2)), bass.SealedSales(np.ones(2))):
        with pytest.raises(ValueError, match="must have 2 years"):
            rest.score(np.ones(3))
        with pytest.raises(ValueError, match="finished forecasts only"):
            rest.curve(after=[])


def test_a_perfect_forecast_scores_perfectly():
    whole = small_cohort()
    _, sealed = whole.split(SPLIT_WEEK)
    scores = sealed.score(Forecast("oracle", whole.cumulative(), whole.bought_since(SPLIT_WEEK)))
    assert (scores.curve, scores.last, scores.absolute, scores.squared) == (0.0, 0.0, 0.0, 0.0)
    assert scores.correlation == pytest.approx(1.0)


# ---- the peers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "curve", "last", "absolute", "squared", "correlation"),
    [("BG/NBD", 0.0263, -0.041, 0.785, 1.608, 0.626), ("Pareto/NBD", 0.0131, -0.016, 0.755, 1.603, 0.630)],
)
def test_closed_forms_score_on_the_sample_as_measured_elsewhere(
    sample, name, curve, last, absolute, squared, correlation
):
    known, sealed = sample.split(SPLIT_WEEK)
    kind = {each.NAME: each for each in STRUCTURES.values()}[name]
    scores = sealed.score(peers.closed_form(peers.fitted(kind, known), known, sealed.weeks))
    assert scores.curve == pytest.approx(curve, abs=5e-5)
    assert scores.last == pytest.approx(last, abs=5e-4)
    found = (scores.absolute, scores.squared, scores.correlation)
    assert found == pytest.approx((absolute, squared, correlation), abs=6e-4)


def test_zero_for_everybody_has_the_mean_absolute_error_it_is_famous_for(sample):
    known, sealed = sample.split(SPLIT_WEEK)
    scores = sealed.score(peers.nobody_buys(known, sealed.weeks))
    assert scores.absolute == pytest.approx(0.80, abs=0.005)
    assert np.isnan(scores.correlation)


def test_the_six_series_are_split_by_the_rule():
    for known, sealed in bass.read():
        assert len(known.sales) >= 5
        assert sealed.score(np.zeros(bass.SEALED_YEARS)) >= 1.0  # zero misses by at least the mean


def test_plausible_curves_lie_around_the_known_sales():
    known = next(known for known, _ in bass.read() if known.series.startswith("Room AC"))
    edges = np.arange(len(known.sales) + 1.0)
    total = [np.diff(model.adopted(edges)).sum() for model in bass.plausible(known, 50)]
    assert np.mean(total) == pytest.approx(known.sales.sum(), rel=0.05)


# ---- simulation against closed forms --------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=list(CDNOW))
def simulated(request):
    """A structure's closed form, a cohort that enters as CDNOW's did, and four runs of the skeleton."""
    model = CDNOW[request.param]
    entered = np.repeat(np.arange(84), 28)
    known = Cohort(entered, np.empty(0, np.int64), np.empty(0, np.int64), SPLIT_WEEK)
    scenario = market(SKELETON, model, known, 25_000, SPLIT_WEEK + AHEAD)
    return model, known, each_replication(lambda run: live(scenario, run, SPLIT_WEEK), 4)


def test_the_skeleton_tracks_the_closed_form(simulated):
    """Within four standard errors of the mean over people, in five weeks."""
    model, known, runs = simulated
    lives = merged(runs)
    for week in (13, 26, 39, 52, 78):
        expected = peers.expected_by(model, known, week) / len(known)
        error = np.sqrt(lives.variance[week - 1] / len(lives))
        assert abs(lives.cumulative[week - 1] - expected) < 4 * error


def test_simulated_customers_are_as_old_as_the_real_ones(simulated):
    """To the day, and as many of each age."""
    _, known, runs = simulated
    days = np.rint(7 * runs[0].histories.age).astype(int)
    real = np.rint(7 * known.histories().age).astype(int)
    shares = np.bincount(days, minlength=300) / len(days)
    assert shares == pytest.approx(np.bincount(real, minlength=300) / len(real), abs=0.001)


def test_twins_agree_with_the_closed_form(simulated):
    """Over people of one count the mean of their twins' purchases is within Monte Carlo error of the expectation.

    The error is that of the mean of all twins behind a count, had each been used once; twins are shared, so it is
    doubled. Windows in time and count may add 2%.
    """
    model, _, runs = simulated
    asked, lives = runs[0].histories, runs[1:]
    chosen = np.linspace(0, len(asked) - 1, 1000).astype(int)
    real = Histories(asked.repeats[chosen], asked.last[chosen], asked.age[chosen])
    forecast = expected_of_twins(real, lives, twins=30).mean(axis=0)
    exact = model.expected_more(real, float(AHEAD))
    pooled = merged(lives)
    for low, high in ((0, 0), (1, 1), (2, 3), (4, 8)):
        mine = (real.repeats >= low) & (real.repeats <= high)
        theirs = (pooled.histories.repeats >= low) & (pooled.histories.repeats <= high)
        error = np.std(pooled.after[theirs]) / np.sqrt(min(theirs.sum(), 90 * mine.sum()))
        assert abs(forecast[mine].mean() - exact[mine].mean()) < 8 * error + 0.02 * exact[mine].mean()
    assert np.corrcoef(forecast, exact)[0, 1] > 0.98


def test_imitation_alone_is_bass():
    """Four runs; the mean cumulative share may differ by four standard errors estimated from them, and .01."""
    model, years = Bass(0.03, 0.5), 8
    runs = diffusion.yearly_sales([diffusion.skeleton(model, years)] * 4).cumsum(axis=1)
    error = runs.std(axis=0, ddof=1) / 2
    assert (np.abs(runs.mean(axis=0) - model.adopted(np.arange(1.0, years + 1))) < 4 * error + 0.01).all()


# ---- scores and intervals ------------------------------------------------------------------------------------------


def test_cells_count_everybody_once(sample):
    histories = sample.split(SPLIT_WEEK)[0].histories()
    shares = Cells.of(histories).shares(histories)
    assert shares.sum() == pytest.approx(1.0)
    assert shares[0] == pytest.approx(np.mean(histories.repeats == 0))


def test_the_jackknife_of_a_mean_is_its_standard_interval():
    runs = np.array([[1.0], [2.0], [4.0], [7.0]])
    found = jackknife(runs, lambda forecast: float(forecast[0]))
    assert found.mean == pytest.approx(3.5)
    assert found.high - found.mean == pytest.approx(3.1824 * runs.std(ddof=1) / 2, rel=1e-4)
