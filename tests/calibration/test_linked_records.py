"""Protects linked records: what is read is what was written, what contradicts itself is refused, and slopes are those that were lived."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxsim.analysis.calibration import calibrate as calibrate_module
from cxsim.analysis.calibration import simulated
from cxsim.analysis.calibration.calibrate import calibrate
from cxsim.analysis.calibration.cohort import live_cohort
from cxsim.analysis.calibration.identify import TOLD
from cxsim.analysis.calibration.linked import Linked, bought_again, how_often, of_cohort, rate, regression, slopes
from cxsim.analysis.calibration.linked_moments import (
    ASSOCIATION,
    RATE,
    SAME,
    LinkedFigure,
    Recipe,
    disagreements,
    figures_of,
    told_by_records,
)
from cxsim.analysis.calibration.observed import observe
from cxsim.analysis.calibration.report import report_text
from cxsim.analysis.calibration.simulated import with_values
from cxsim.analysis.export import export
from cxsim.data import DataError, read_episodes
from cxsim.engine.journey.support import recovery_offset
from cxsim.engine.state import Outcome
from cxsim.scenario import load

SHOP = """
extends = "rhythm-only"
market = { people = 1500, horizon_weeks = 60 }
need = { rate_shape = 5.0, rate_scale_weeks = 20.0 }
loyalty = { first_may_leave = true, leave_a = 4.0, leave_b = 36.0, satisfaction_weight = 0.0, failure_weight = 0.0 }
support = { recovery_weight = 0.0, contact_base = -1.0 }
[brand.focal]
use = { failure_rate = 0.15, late_rate = 0.1, severity = 0.5 }
listening = { survey_rate = 0.5 }
"""
HEADING = "customer_id,sequence,ordered,promised,delivered,failed,contact,outcome,score\n"
PLAIN = "a,1,2024-01-03,2024-01-05,2024-01-06,1,2024-01-07,resolved,9\n"


@pytest.fixture
def written(tmp_path):
    def write(text: str, name: str = "episodes.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    path = tmp_path_factory.mktemp("shop") / "shop.toml"
    path.write_text(SHOP, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(shop, tmp_path_factory):
    folder = tmp_path_factory.mktemp("export") / "out"
    export(load(shop, ["market.people=600"]), folder=folder)
    return folder


# ---- reading ---------------------------------------------------------------------------------------------------------


def test_what_was_exported_is_read_back(folder):
    rows, read = (
        pd.read_csv(folder / "episodes.csv", parse_dates=["ordered", "promised", "delivered"]),
        read_episodes(folder / "episodes.csv"),
    )
    assert read.rows == len(rows) == len(read.ordered)
    assert read.customers[read.customer].tolist() == rows["customer_id"].astype(str).tolist()
    assert np.nansum(read.failed) == rows["failed"].sum() > 0
    assert read.contact.sum() == rows["contact"].notna().sum() > 0
    assert np.nansum(read.resolved) == (rows["outcome"] == "resolved").sum() > 0
    assert np.nansum(read.score) == rows["score"].sum() > 0
    by_the_day = rows["delivered"].dt.floor("D") > rows["promised"].dt.floor("D")
    assert np.nansum(read.late) == by_the_day.sum() > 0


def test_an_event_log_is_read_as_the_same_thing(folder, tmp_path):
    """The export's own log, which has no promise and no answers in words that a log could hold."""
    log = tmp_path / "log.csv"
    (folder / "events.csv").rename(log)
    read, rows = read_episodes(log), read_episodes(folder / "episodes.csv")
    assert read.rows == rows.rows
    assert read.ordered.sum() == rows.ordered.sum()
    assert np.nansum(read.failed) == np.nansum(rows.failed)
    for name in ("contact", "resolved"):
        assert np.nansum(getattr(read, name)) == np.nansum(getattr(rows, name))
    assert np.isnan(read.late).all() and np.isnan(read.score).all()
    assert any("Activities not used" in said for said in read.assumptions)


def test_any_column_but_two_may_be_missing_and_dates_may_be_of_any_kind(written):
    read = read_episodes(written("Customer ID;Order date\n7;31/12/2023\n7;03/01/2024\n8;05/01/2024\n"))
    assert read.customers.tolist() == ["7", "8"] and np.diff(read.ordered).tolist() == [3, 2]
    assert np.isnan(read.failed).all() and np.isnan(read.contact).all()
    one_decides = "customer_id,ordered,promised,delivered\na,03/01/2024,04/01/2024,13/01/2024\n"
    assert read_episodes(written(one_decides)).late.tolist() == [1.0]


def test_the_sequence_says_the_order_that_a_database_lost(written):
    second = PLAIN.replace("a,1,", "a,2,").replace(",1,2024-01-07,resolved,9", ",0,,none,")
    read = read_episodes(written(HEADING + second + PLAIN))
    assert read.failed.tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (PLAIN.replace("2024-01-06", "2024-01-02"), r"delivered lies before ordered in 1 of 2 rows \(50.0%\)"),
        (PLAIN.replace("2024-01-05", "2024-01-02"), "promised lies before ordered"),
        (PLAIN.replace("2024-01-07", ""), r"an outcome without a contact in 1 of 2 rows \(50.0%\)"),
        (PLAIN.replace("resolved", "solved"), "outcome is 'solved'"),
        (PLAIN.replace(",1,2024-01-07", ",maybe,2024-01-07"), "failed is 'maybe'"),
        (PLAIN.replace("2024-01-06", "soon"), "delivered is 'soon', no day"),
        (PLAIN.replace(",9\n", ",11\n"), "score is '11'"),
        (PLAIN, "customer 'a' has the sequence 1 twice"),
        (PLAIN.replace("a,1,", "a,0,").replace("01-0", "02-0"), "goes back in the sequence"),
        (",1,2024-01-03,,,,,,\n", r"1 of 2 rows \(50%\) have no customer_id"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused_with_its_line(written, row, message):
    with pytest.raises(DataError, match=message) as refused:
        read_episodes(written(HEADING + PLAIN + row))
    assert refused.value.line in (2, 3)


def test_answers_that_may_be_from_one_to_five_are_refused(written):
    few = HEADING + PLAIN.replace(",9\n", ",5\n")
    with pytest.raises(DataError, match="may be answers from 1 to 5"):
        read_episodes(written(few))
    assert read_episodes(written(few.replace("score", "nps"))).score.tolist() == [5.0]


def test_a_log_without_purchases_or_of_several_brands_is_refused(written):
    heading = "case:concept:name,concept:name,time:timestamp,brand\n"
    with pytest.raises(DataError, match="no activity is a purchase; there are paid"):
        read_episodes(written(heading + "a,paid,2024-01-03,x\n"))
    with pytest.raises(DataError, match="several brands: x, y"):
        read_episodes(written(heading + "a,order,2024-01-03,x\na,order,2024-01-04,y\n"))


# ---- linking ---------------------------------------------------------------------------------------------------------


def test_records_of_other_customers_or_of_some_purchases_only_are_refused(folder, tmp_path):
    observed, rows = observe(folder / "transactions.csv"), pd.read_csv(folder / "episodes.csv", dtype=str)
    strangers = tmp_path / "strangers.csv"
    rows.assign(customer_id="x" + rows["customer_id"]).to_csv(strangers, index=False)
    with pytest.raises(DataError, match=r"\(100%\) are of customers who are not in the data, the first is 'x"):
        told_by_records(strangers, observed)
    failed = tmp_path / "failed.csv"
    rows[rows["failed"] == "1"].to_csv(failed, index=False)
    with pytest.raises(DataError, match="a sample of their purchases is not"):
        told_by_records(failed, observed)
    bare = tmp_path / "bare.csv"
    rows[["customer_id", "ordered"]].to_csv(bare, index=False)
    with pytest.raises(DataError, match="no column says what became of the purchases"):
        told_by_records(bare, observed)


def test_a_sample_of_customers_will_do_and_rates_are_those_of_the_records(folder, tmp_path):
    rows = pd.read_csv(folder / "episodes.csv", dtype=str)
    some = tmp_path / "some.csv"
    rows[rows["customer_id"].astype(int) % 2 == 0].to_csv(some, index=False)
    told = told_by_records(some, observe(folder / "transactions.csv"))
    found = {moment.name: moment for moment in told.moments}[
        "share of purchases in which something failed (linked records)"
    ]
    assert abs(found.observed - 0.15) < 4.0 * found.error  # one in 16,000 by chance
    assert told.counted["use.failure_rate"][0] < 0.15 < told.counted["use.failure_rate"][1]
    assert {"use.failure_rate", "use.late_rate", "support.contact_base", "support.resolve_rate"} <= set(told.about)
    assert told.needs_notes


# ---- what they say ---------------------------------------------------------------------------------------------------


def by_hand(customer, ordered, until=100.0, **columns):
    many = len(customer)
    blank = {name: np.full(many, np.nan) for name in ("late", "failed", "contact", "resolved", "score")}
    blank |= {name: np.array(values, float) for name, values in columns.items()}
    return Linked(np.array(customer), np.array(ordered, float), np.full(many, until), **blank)


def test_who_bought_again_is_counted_where_the_watch_was_long_enough():
    some = by_hand([1, 1, 1, 2], [0.0, 4.0, 97.0, 5.0])
    again, told = bought_again(some, 8.0)
    assert again.tolist() == [1.0, 0.0, 0.0, 0.0] and told.tolist() == [True, True, False, True]


def test_a_slope_of_one_thing_is_a_difference_of_shares():
    """Of three with a failure one buys again, of four without three: 1/3 - 3/4; within customers by hand as well."""
    some = by_hand([1, 1, 2, 2, 3, 4, 4, 4], [0, 1, 0, 50, 0, 0, 1, 2], failed=[0, 1, 1, 0, 1, 0, 0, 0])
    # bought again: 1, 0 | 0, 0 | 0 | 1, 1, 0
    found = slopes(some, {"a failure": some.failed}, 4.0, within=False)["a failure"]
    assert found.value == pytest.approx(0.0 / 3.0 - 3.0 / 5.0)
    within = slopes(some, {"a failure": some.failed}, 4.0, within=True)["a failure"]
    assert within.value == pytest.approx(-0.5)  # customer 1: 1 without, 0 with it; customer 2: 0 and 0
    assert how_often(some, {"a failure": some.failed}, 4.0) == {"a failure": (3, 2)}


def test_errors_allow_for_purchases_of_one_customer_being_alike():
    """Every row twice is no more data: the clustered error stays, the plain one would shrink by the root of two."""
    customer = np.arange(400)
    x = (customer * 0.618 % 1.0 < 0.5).astype(float)
    y = 0.5 * x + stats.norm.ppf(0.001 + 0.998 * (customer * 0.7321 % 1.0))
    columns = np.column_stack([x, np.ones(400)])
    once = regression(y, columns, customer)[0]
    twice = regression(np.tile(y, 2), np.tile(columns, (2, 1)), np.tile(customer, 2))[0]
    assert twice.value == pytest.approx(once.value) and twice.error == pytest.approx(once.error)
    plain = np.sqrt(((y - columns @ [once.value, y[x == 0].mean()]) ** 2).mean() / (400 * x.var()))
    assert once.error == pytest.approx(plain, rel=0.1)


def test_a_rate_of_none_has_an_error():
    assert rate(np.zeros(98), np.arange(98)).error == pytest.approx(np.sqrt(0.01 * 0.99 / 100))


@pytest.fixture(scope="module")
def slope_of(shop):
    """What follows a failure that nobody reported in a twin with a known weight of failures: share and error, both ways."""

    def found(weight, **values):
        twin = with_values(shop, {"loyalty.failure_weight": weight, **values})
        lived = live_cohort(twin, 50.0, 5, 0, noted=True)
        records = of_cohort(lived, 0, np.array([50.0]))
        recipe = Recipe(
            ("failed", "contact", "resolved"),
            12.0,
            ("a failure that nobody reported",),
            ("a failure that nobody reported",),
        )
        figures = figures_of(records, recipe)
        return {kind: figures[LinkedFigure("a failure that nobody reported", kind)] for kind in (SAME, ASSOCIATION)}

    return found


def test_where_a_failure_does_nothing_the_slope_is_nothing(slope_of):
    """Both within four errors of zero: 1 in 8,000 by chance."""
    for value, error in slope_of(0.0).values():
        assert abs(value) < 4.0 * error < 0.15


def test_where_a_failure_drives_away_the_slope_says_so(slope_of):
    """The more of the published difference acts, the lower; across customers and within the same, each beyond four errors."""
    slight, strong = (
        slope_of(0.0, **{"support.recovery_weight": 0.4}),
        slope_of(0.0, **{"support.recovery_weight": 1.5}),
    )
    for kind in (SAME, ASSOCIATION):
        assert strong[kind].value < -4.0 * strong[kind].error
        assert strong[kind].value < slight[kind].value - 2.0 * slight[kind].error < 0.0


def test_the_size_is_that_of_the_chance_to_stay(shop):
    """Everybody alike, two needs a week, and failures that are nearly all of the highest severity: the share who buy again falls by the
    difference of two chances to stay, within four errors (1 in 16,000).
    """
    values = {
        "loyalty.leave_a": 100.0, "loyalty.leave_b": 900.0, "need.rate_shape": 1000.0, "need.rate_scale_weeks": 500.0,
        "support.recovery_weight": 1.0, "brand.focal.use.severity": 0.98, "support.contact_base": -20.0, "support.contact_severity": 0.0,
        "loyalty.exit": 1.0, "market.people": 2500,
    }  # fmt: skip
    lived = live_cohort(with_values(shop, values), 50.0, 6, 0, noted=True)
    records = of_cohort(lived, 0, np.array([50.0]))
    recipe = Recipe(("failed",), 12.0, ("a failure",), ())
    value, error = figures_of(records, recipe)[LinkedFigure("a failure", ASSOCIATION)]
    severity = ((np.arange(2000) + 0.5) / 2000) ** ((1.0 - 0.98) / 0.98)
    offset = np.array([recovery_offset(Outcome.SILENT, each) for each in severity])
    stays = 1.0 / (1.0 + np.exp(-(np.log(9.0) + offset)))
    assert value == pytest.approx(
        stays.mean() - 0.9, abs=4.0 * error
    )  # who stays buys within 12 weeks: two needs a week
    assert error < 0.02


def test_rates_of_simulated_records_are_those_of_the_scenario(shop):
    """Within four binomial errors each."""
    lived = live_cohort(load(shop), 50.0, 7, 0, noted=True)
    records = of_cohort(lived, 0, np.array([50.0]))
    found = figures_of(records, Recipe(("failed", "late", "contact", "resolved"), 12.0, (), ()))
    for of, truth in (
        ("share of purchases in which something failed", 0.15),
        ("share of purchases delivered late", 0.1),
    ):
        value, error = found[LinkedFigure(of, RATE)]
        assert abs(value - truth) < 4.0 * error < 0.05


# ---- fitted ----------------------------------------------------------------------------------------------------------

WITH_EXPERIENCE = """
extends = "rhythm-only"
market = { people = 500, horizon_weeks = 56 }
need = { rate_shape = 1.5, rate_scale_weeks = 6.0 }
loyalty = { leave_a = 0.8, leave_b = 6.0, satisfaction_weight = 1.0, failure_weight = 0.5, first_may_leave = false }
support = { recovery_weight = 0.9, contact_base = -1.0 }
brand.focal.use.severity = 0.5
"""


def test_a_calibration_learns_from_them_how_often_things_fail_and_what_that_does(tmp_path):
    """Failures of 12% that drive away as strongly as may be (1.5; plausible are .4 to 1.5): the rate is told, and the weight lies in the upper
    half, which in three other seeds it did too; without records nothing is told of either.
    """
    market, out = tmp_path / "market.toml", tmp_path / "out"
    market.write_text(WITH_EXPERIENCE, encoding="utf-8")
    truth = {"support.recovery_weight": 1.5, "brand.focal.use.failure_rate": 0.12}
    export(with_values(market, truth), folder=out)
    observed = observe(out / "transactions.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulated, "MOST_REPLICATIONS", 1)
        patch.setattr(calibrate_module, "HOLDOUT_RUNS", 2)
        result = calibrate(observed, market, [told_by_records(out / "episodes.csv", observed)], draws=50)
    verdicts = {each.key: each.verdict for each in result.fitted.findings}
    assert verdicts["brand.focal.use.failure_rate"] == TOLD
    low, high = result.fitted.plausible["brand.focal.use.failure_rate"].quantile([0.025, 0.975])
    assert low < 0.12 < high
    assert result.fitted.plausible["support.recovery_weight"].median() > 0.95
    report = report_text(result)
    assert "compared within the same customers" in report or "an association across customers" in report


def test_an_association_that_the_market_does_not_give_back_is_warned_about():
    figure = "bought again within 9 weeks, after a failure (association)"
    table = pd.DataFrame(
        {"figure": [figure], "use": ["check"], "observed": [0.1], "error": [0.05], "simulated": [-0.2]}
    )
    assert "Who meets it buys more or less often anyway" in disagreements(table)[0]
    assert disagreements(table.assign(simulated=0.0)) == disagreements(table.assign(use="fit")) == ()
