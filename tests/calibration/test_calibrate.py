"""Protects calibration from end to end: it finds what made simulated data, says what it cannot tell, and writes it down."""

import hashlib
import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from own_mechanisms import EXAMPLES, PRESENT_TERMS, naming

from cxsim.analysis.calibration import calibrate as calibrate_module
from cxsim.analysis.calibration import simulated
from cxsim.analysis.calibration.calibrate import RHYTHM_ONLY, calibrate, nothing_but_rhythm
from cxsim.analysis.calibration.cohort import Cohort, live_cohort
from cxsim.analysis.calibration.identify import NOT_TOLD, TOLD
from cxsim.analysis.calibration.moments import moment_of_contacts
from cxsim.analysis.calibration.observed import observe
from cxsim.analysis.calibration.report import report_text, scenario_text, write_calibration
from cxsim.analysis.calibration.simulated import with_values
from cxsim.analysis.calibration.survey_moments import told_by
from cxsim.analysis.compare.runs import run
from cxsim.analysis.sweep.parameters import in_every_segment
from cxsim.engine.event_log import run_with_log
from cxsim.engine.measures import Note
from cxsim.engine.state import EVERYBODY
from cxsim.scenario import Scenario, load
from cxsim.scenario.register import assumptions
from cxsim.scenario.writing import scenario_hash

TRUTH = {"need.rate_shape": 0.6, "need.rate_scale_weeks": 6.0, "loyalty.leave_a": 0.9, "loyalty.leave_b": 3.0}
BG_NBD = {"loyalty.first_may_leave": False, "market.people": 2000, "market.horizon_weeks": 60}
WITH_EXPERIENCE = """
extends = "rhythm-only"
market.people = 600
loyalty = { satisfaction_weight = 2.0, failure_weight = 0.5, first_may_leave = false }
support = { recovery_weight = 0.5 }
telling = { base = 0.1, good = 1.0, bad = 1.5 }
brand.focal.use.failure_rate = 0.15
segment.some = { share = 0.5, need = { rate_shape = 3.0 }, use = { lateness_cost = 0.4 } }
segment.others = { share = 0.5 }
"""


RETENTION = "year,regular_pct\n0,100\n1,63.1\n2,46.8\n3,38.2\n4,32.6\n5,28.9\n6,26.2\n7,24.1\n8,22.3\n"


@pytest.fixture(scope="module", autouse=True)
def save_time():
    """One replication for each guess, whose error then allows for more luck, and fewer markets to forecast with."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulated, "MOST_REPLICATIONS", 1)
        patch.setattr(calibrate_module, "HOLDOUT_RUNS", 30)
        yield


@pytest.fixture(scope="module")
def cohort():
    """A simulated cohort whose parameters are known."""
    return live_cohort(with_values(RHYTHM_ONLY, {**TRUTH, **BG_NBD}), 52.0, seed=11, replication=0)


@pytest.fixture(scope="module")
def summary(cohort, tmp_path_factory):
    """Its RFM table."""
    return as_rfm(cohort, 52.0, tmp_path_factory.mktemp("data") / "customers.csv")


def as_rfm(cohort: Cohort, weeks: float, path: Path) -> Path:
    """The customers as watched for so many weeks, in the layout of an RFM table."""
    histories = cohort.histories(np.array([weeks]))
    table = pd.DataFrame(
        {
            "customer_id": np.arange(len(histories)),
            "frequency": histories.repeats.astype(int),
            "recency": np.where(histories.repeats > 0, np.maximum(histories.last, 0.01), 0.0).round(4),
            "T": histories.age,
        }
    )
    table.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def purchases(tmp_path_factory):
    """The purchases of another one, by the day."""
    path = tmp_path_factory.mktemp("data") / "purchases.csv"
    return as_purchases(with_values(RHYTHM_ONLY, {**TRUTH, **BG_NBD}), path)


def as_purchases(scenario: Scenario, path: Path) -> Path:
    """What the focal brand's customers bought in one run, by the day."""
    bought = run_with_log(scenario, 12, 0, EVERYBODY, 100 * scenario.market.people).log
    bought = bought[(bought["what"] == Note.BUYS) & (bought["brand"] == scenario.focal)]
    days = pd.Timestamp("2023-01-01") + pd.to_timedelta(np.floor(7 * bought["at"]), unit="D")
    pd.DataFrame({"customer_id": bought["person"], "date": days.date, "amount": 20.0}).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def by_likelihood(purchases):
    return calibrate(observe(purchases, until=pd.Timestamp("2023-11-05").date()))


# ---- what made the data is found ------------------------------------------------------------------------------------


def test_the_truth_lies_in_the_plausible_set(summary):
    """Four parameters, each within the middle 99.8% of 500 draws: false alarm in one cohort in 125."""
    result = calibrate(observe(summary), draws=500)
    assert result.rhythm.chosen.model.NAME == "BG/NBD"
    for key, value in TRUTH.items():
        low, high = np.quantile(result.fitted.plausible[key], [0.001, 0.999])
        assert low < value < high, key


def test_what_was_held_back_is_forecast(by_likelihood):
    """Made by the very model: the last real figure lies within the range of 95% of simulated markets (seed chosen once)."""
    assert by_likelihood.holdout.covered()
    scores = by_likelihood.holdout.scores().set_index("forecast")
    assert scores.loc["simulated", "mean_absolute_error"] < 0.05
    assert list(scores.index) == ["simulated", "BG/NBD", "Pareto/NBD", "last rate held"]


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    """A small market in which failures, dissatisfaction and talk act."""
    path = tmp_path_factory.mktemp("market") / "market.toml"
    path.write_text(WITH_EXPERIENCE)
    return path


@pytest.fixture(scope="module")
def told_in_full(market, tmp_path_factory):
    """A calibration of that market on customers of its own, with its own contact rate."""
    values = {**TRUTH, "market.people": 2500, "market.horizon_weeks": 60}
    truth = with_values(market, in_every_segment(load(market), values))
    cohort = live_cohort(truth, 40.0, seed=13, replication=0)
    contacts = moment_of_contacts(0.0).simulated(cohort, 0)
    path = as_rfm(cohort, 40.0, tmp_path_factory.mktemp("full") / "customers.csv")
    return contacts, calibrate(observe(path), market, told_by(contact_rate=contacts), draws=50)


def test_the_data_tell_the_rhythm_and_the_desk_but_not_how_experience_acts(told_in_full):
    _, result = told_in_full
    verdicts = {finding.key: finding.verdict for finding in result.fitted.findings}
    assert verdicts["need.rate_shape"] == TOLD
    assert verdicts["loyalty.satisfaction_weight"] == NOT_TOLD
    assert "loyalty.satisfaction_weight" in report_text(result).partition("cannot tell")[2]
    backed = {row.key: row.evidence for row in assumptions(_loaded(result)) if row.set_here}
    assert backed["need.rate_shape"] == "fitted"
    assert backed["loyalty.satisfaction_weight"] == "assumed"


def test_every_plausible_guess_reproduces_every_figure(told_in_full):
    _, result = told_in_full
    moments = result.fitted.moments[result.fitted.moments["use"] == "fit"]
    away = np.abs(moments[["low", "high"]].to_numpy().T - moments["observed"].to_numpy())
    assert (away <= 3.0 * moments["error"].to_numpy() + 1e-12).all()
    assert len(result.fitted.plausible) <= result.fitted.tried == 50


def test_what_the_closed_form_knows_draws_the_guesses_and_the_rest_is_shown_beside_it(told_in_full):
    """The closed form's score and the figure told are fitted; plain counts of purchases are checks."""
    _, result = told_in_full
    moments = result.fitted.moments.set_index("figure")["use"]
    name = result.rhythm.chosen.model.NAME
    assert (moments[[f"score of {name}, direction {number} of 4" for number in (1, 2, 3, 4)]] == "fit").all()
    assert moments["contacts with support per purchase"] == "fit"
    assert moments["repeat purchases per customer"] == "check"


def test_a_market_with_experience_forecasts_purchases_made_in_it(market, tmp_path):
    """What is held back of 2,500 customers is within the range of 95% of simulated markets, and forecast about as well
    as by the closed form, which saw the same weeks (seed chosen once; another one fails once in twenty).
    """
    values = {**TRUTH, "market.people": 2500, "market.horizon_weeks": 78}
    path = as_purchases(with_values(market, in_every_segment(load(market), values)), tmp_path / "purchases.csv")
    result = calibrate(observe(path, until=pd.Timestamp("2023-10-01").date()), market, draws=50)
    scores = result.holdout.scores().set_index("forecast")["mean_absolute_error"]
    assert result.holdout.covered()
    assert scores["simulated"] < scores[result.rhythm.chosen.model.NAME] + 0.04


def test_figures_that_cannot_be_are_refused_in_words(market, summary):
    with pytest.raises(ValueError, match="too few to call any of them plausible"):
        calibrate(observe(summary), market, told_by(contact_rate=0.99), draws=50)


def _loaded(result):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calibrated.toml"
        path.write_text(scenario_text(result), encoding="utf-8")
        return load(path)


def test_figures_of_experience_need_a_market_with_experience(summary):
    with pytest.raises(ValueError, match="no experience acts"):
        calibrate(observe(summary), told=told_by(contact_rate=0.1))


@pytest.mark.parametrize("ready", ["durable", "subscription"])
def test_purchases_are_refused_where_needs_arise_in_another_way(summary, ready):
    with pytest.raises(ValueError, match=r"needs arise by .* and the data are purchases at any time"):
        calibrate(observe(summary), ready)


def test_contracts_are_refused_where_needs_arise_at_any_time(retention):
    with pytest.raises(ValueError, match="needs arise by repeat, and the data are a retention table"):
        calibrate(observe(retention), "online-retailer")


def test_a_figure_that_nobody_in_the_market_could_give_is_refused(market, summary):
    """No survey is sent and no review written there, so neither can be held against one."""
    with pytest.raises(ValueError, match="nothing to hold against your mean rating"):
        calibrate(observe(summary), market, told_by(rating=4.2), draws=50)


def test_a_segment_that_sets_the_rhythm_itself_gets_the_fitted_one(told_in_full):
    """The data are of all customers, so they cannot tell segments apart; left alone, these people would not be fitted."""
    _, result = told_in_full
    scenario = _loaded(result)
    fitted = result.fitted.best["need.rate_shape"]
    assert scenario.need.rate_shape == scenario.segment["some"].need.rate_shape == fitted
    assert scenario.evidence["segment.some.need.rate_shape"].evidence == "fitted"
    assert scenario.segment["some"].use.lateness_cost == 0.4  # what was not fitted stays


def test_the_closed_form_is_exact_only_where_nothing_else_acts():
    assert nothing_but_rhythm(load(RHYTHM_ONLY))
    for change in ("loyalty.satisfaction_weight=0.1", "loyalty.exit=0.9", "purchase.outside=0.0"):
        assert not nothing_but_rhythm(load(RHYTHM_ONLY, [change]))
    assert not nothing_but_rhythm(load(RHYTHM_ONLY, [naming(PRESENT_TERMS)]))  # no closed form knows what it does


def test_a_market_with_mechanisms_is_fitted_by_simulation_and_keeps_them(summary, tmp_path):
    own = f"{naming(PRESENT_TERMS)}\nbrand.focal.points.each = 1.0\nbrand.focal.points.needed = 60.0\n"
    file = tmp_path / "market.toml"
    file.write_text(f'extends = "rhythm-only"\n{own}market.people = 600\nloyalty.first_may_leave = false\n')
    result = calibrate(observe(summary), file, draws=50)
    assert result.fitted.moments is not None and set(TRUTH) <= set(result.fitted.best)
    write_calibration(result, tmp_path / "out")
    scenario = load(tmp_path / "out" / "calibrated.toml")
    assert [each.name for each in scenario.own] == ["points", "season", "pausing"]
    assert scenario.brand["focal"].points.needed == 60.0
    assert run(scenario).figures["points_given"].sum() > 0
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["market_sha256"] == scenario_hash(load(file))
    text = (EXAMPLES / "points.py").read_bytes()
    assert manifest["mechanisms"]["points"] == hashlib.sha256(text).hexdigest()


# ---- retention tables -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def retention(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "retention.csv"
    path.write_text(RETENTION)
    return path


def test_a_retention_table_becomes_a_contract_market(retention):
    result = calibrate(observe(retention, until=6), draws=60)
    scenario = _loaded(result)
    assert (scenario.need.kind.name, scenario.need.period_weeks) == ("contract", 52.0)
    assert result.holdout.curves["simulated"].iloc[0] == 1.0
    assert result.holdout.curves["simulated"].iloc[1] == pytest.approx(0.631, abs=0.03)
    report = report_text(result)
    assert report.count("precision is taken to be that of 1,000 customers") == 1
    assert "purchases" not in report.partition("cannot tell")[2]


def test_a_cohort_that_dies_out_is_judged_while_somebody_is_left(tmp_path):
    path = tmp_path / "retention.csv"
    path.write_text("month,count\n0,60\n1,30\n2,15\n3,6\n4,3\n5,0\n6,0\n")
    holdout = calibrate(observe(path, until=3, period_weeks=4.0), draws=50).holdout
    assert holdout.curves.index[-1] == 4
    assert np.isfinite(holdout.scores()["mean_absolute_error"]).all()


def test_nobody_leaving_is_refused(tmp_path):
    path = tmp_path / "retention.csv"
    path.write_text("year,count\n0,600\n1,600\n2,600\n3,500\n")
    with pytest.raises(ValueError, match="nobody leaves in the 2 periods to fit"):
        calibrate(observe(path, until=2))


# ---- what is left behind --------------------------------------------------------------------------------------------


def test_the_scenario_says_fitted_with_the_datas_fingerprint_and_lives(by_likelihood, tmp_path):
    write_calibration(by_likelihood, tmp_path / "out")
    scenario = load(tmp_path / "out" / "calibrated.toml")
    assert scenario.evidence["need.rate_shape"].evidence == "fitted"
    assert by_likelihood.observed.sha256[:16] in scenario.evidence["need.rate_shape"].source
    assert scenario.brand["focal"].purchase.price == pytest.approx(20.0, rel=0.03)  # two on one day are one purchase
    lived = run(scenario, replications=2)
    assert (lived.figures["loops"] > 0).all()
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["sha256"] == by_likelihood.observed.sha256
    assert {"calibrated.toml", "report.md", "plausible.csv", "holdout.csv", "weekly.csv"} <= set(manifest["files"])
    plausible = pd.read_csv(tmp_path / "out" / "plausible.csv", index_col="draw")
    assert list(plausible.columns) == by_likelihood.rhythm.keys
    assert len(plausible) == 200
    margin = scenario.brand["focal"]
    assert margin.money.unit_cost / margin.purchase.price == pytest.approx(0.6, rel=1e-3)  # as in the market itself


def test_the_report_counts_what_was_dropped_and_claims_no_more_than_it_may(purchases, tmp_path):
    text = purchases.read_text() + "x1,2023-02-01,-5\n,2023-02-01,5\n"
    path = tmp_path / "with returns.csv"
    path.write_text(text)
    report = report_text(calibrate(observe(path), draws=50))
    assert "1 rows dropped" in report or "1 row dropped" in report
    assert "It is no posterior" in report
    assert "Anything about experience" in report.partition("cannot tell")[2]


def test_the_same_data_and_seed_give_the_same_result(purchases, by_likelihood):
    again = calibrate(observe(purchases, until=pd.Timestamp("2023-11-05").date()))
    assert again.fitted.plausible.equals(by_likelihood.fitted.plausible)
    assert again.holdout.curves.equals(by_likelihood.holdout.curves)
