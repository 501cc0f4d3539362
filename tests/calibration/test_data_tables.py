"""Protects the fits to ready tables: RFM and retention tables that contradict themselves, or could be read in two
ways, are refused with the line and the way out. Nothing here is statistical.
"""

from pathlib import Path

import numpy as np
import pytest
from data_files import FORTY, TODAY, as_csv, written

from cxsim.analysis.calibration.observed import observe, observed_retention
from cxsim.data import (
    DataError,
    Retention,
    Rfm,
    Transactions,
    read,
    read_retention,
    read_rfm,
    read_transactions,
)

RFM_HEADING = "customer_id,frequency,recency,T"
CUSTOMERS = [(f"{i:05d}", i % 3, 1.5 * (i % 3), 30.5 + i) for i in range(40)]
LAST = len(CUSTOMERS) + 2  # the line of a row that is added


def rfm(*added: tuple[object, ...], heading: str = RFM_HEADING) -> str:
    return as_csv([*CUSTOMERS, *added], heading)


def days(whole: bool) -> list[tuple[object, ...]]:
    return [(name, x, 21 * x, round(t * 7) if whole else t * 7) for name, x, _, t in CUSTOMERS]


# name: content, and what the message has to contain
WRONG_RFM: dict[str, tuple[str, list[str]]] = {
    "no age": (as_csv((row[:3] for row in CUSTOMERS), "id,x,t_x"), ["line 1", "no column T"]),
    "no rows": (RFM_HEADING + "\n", ["heading but no rows"]),
    "no id": (rfm(("", 1, 2, 3)), [f"line {LAST}", "customer_id is missing"]),
    "twice": (rfm(("00007", 1, 2, 3)), [f"line {LAST}", "'00007' is there twice"]),
    "a word": (rfm(("7", "often", 2, 3)), [f"line {LAST}", "frequency 'often' is not a number", "0 or more"]),
    "no number": (rfm(("7", 1, "", 3)), [f"line {LAST}", "recency is missing"]),
    "negative": (rfm(("7", 1, 2, -3)), [f"line {LAST}", "T is -3", "0 or more"]),
    "part of a purchase": (rfm(("7", 1.5, 2, 3)), [f"line {LAST}", "frequency is 1.5", "whole numbers"]),
    "recency without repeats": (rfm(("7", 0, 2, 3)), [f"line {LAST}", "frequency is 0, yet recency is 2", "first purchase to the last"]),
    "repeats without recency": (rfm(("7", 1, 0, 3)), [f"line {LAST}", "frequency is 1, yet recency is 0", "subtract 1"]),
    "recency longer than T": (rfm(("7", 1, 3.5, 3)), [f"line {LAST}", "recency 3.5 is longer than T, 3."]),
    "days": (rfm(("7", 1, 3.5, 1041)), [f"line {LAST}", "T is 1041 weeks", "Divide recency and T by 7"]),
    "few": (as_csv(CUSTOMERS[:29], RFM_HEADING), ["only 29 customers"]),
    "two kinds of decimals": (rfm(("7", 1, '"2,5"', 3)), ["two ways", "'2,5' in line"]),
}  # fmt: skip

# name: content, and what the message has to contain
WRONG_RETENTION: dict[str, tuple[str, list[str]]] = {
    "no cohort": ("year\n0\n1\n2\n", ["line 1", "every cohort needs a column"]),
    "a cohort twice": ("year,a,a\n0,1,1\n", ["line 1", "every cohort needs a column with a heading of its own"]),
    "a column without heading": ("year,,a\n0,1,1\n", ["line 1", "every cohort needs a column"]),
    "no rows": ("year,a\n", ["heading but no rows"]),
    "a word": ("year,a\n0,1\n1,most\n2,.5\n", ["line 3", "a 'most' is not a number", "one column a cohort"]),
    "late start": ("year,a\n1,1\n2,.7\n3,.5\n", ["line 2", "period 0 is expected, 1 is given"]),
    "gap": ("year,a\n0,1\n1,.7\n3,.5\n", ["line 4", "period 2 is expected, 3 is given"]),
    "period twice": ("year,a\n0,1\n1,.7\n1,.5\n", ["line 4", "period 2 is expected, 1 is given"]),
    "period missing": ("year,a\n0,1\n1,.7\n,.5\n", ["line 4", "period 2 is expected, nothing is given"]),
    "too short": ("year,a\n0,1\n1,.7\n", ["only 2 periods", "two more"]),
    "all cohorts too short": ("year,a,b\n0,1,1\n1,.7,.7\n2,,\n", ["line 2", "a begins with 1 and has 2 cells"]),
    "an empty cohort": ("year,a\n0,\n1,\n2,\n", ["a is empty"]),
    "coming back": ("year,a\n0,1\n1,.5\n2,.7\n", ["line 4", "a goes from 0.5 to 0.7", "never increasing"]),
    "a hole": ("year,a\n0,1\n1,\n2,.7\n", ["line 3", "a is empty", "only the last cells"]),
    "below nobody": ("year,a\n0,1\n1,.5\n2,-.1\n", ["line 4", "goes from 0.5 to -0.1"]),
    "percent or customers": ("year,a\n0,100\n1,70\n2,50\n", ["line 2", "a begins with 100", "a_pct or a_count"]),
    "neither share nor percent": ("year,a\n0,99.5\n1,70\n2,50\n", ["line 2", "a begins with 99.5", "100 for percent"]),
    "percent that begin with 1": ("year,a_pct\n0,1\n1,.7\n2,.5\n", ["line 2", "a_pct begins with 1", "taken for percent"]),
    "part of a customer": ("year,a\n0,200\n1,70.5\n2,50\n", ["line 2", "taken for customers"]),
    "few": ("year,a\n0,29\n1,20\n2,10\n", ["only 29 customers in a"]),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_RFM)
def test_a_wrong_table_of_customers_is_refused(name: str, tmp_path: Path) -> None:
    content, parts = WRONG_RFM[name]
    with pytest.raises(DataError) as refusal:
        read_rfm(written(tmp_path, content))
    for part in parts:
        assert part in str(refusal.value)


@pytest.mark.parametrize("name", WRONG_RETENTION)
def test_a_wrong_retention_table_is_refused(name: str, tmp_path: Path) -> None:
    content, parts = WRONG_RETENTION[name]
    with pytest.raises(DataError) as refusal:
        read_retention(written(tmp_path, content))
    for part in parts:
        assert part in str(refusal.value)


@pytest.mark.parametrize("heading", [RFM_HEADING, "ID,x,t_x,T", "Customer, Frequency, RECENCY, t"])
@pytest.mark.parametrize("comma", [False, True])
def test_a_table_of_customers_gives_their_histories(heading: str, comma: bool, tmp_path: Path) -> None:
    content = rfm(heading=heading)
    table = read_rfm(written(tmp_path, content.replace(",", ";").replace(".", ",") if comma else content))
    got = zip(table.customers, table.histories.repeats, table.histories.last, table.histories.age, strict=True)
    assert list(got) == CUSTOMERS
    assert table.amounts is None and table.rows == 40
    assert "the longest T is 69.5 weeks, 1.3 years" in table.assumptions[-1]


@pytest.mark.parametrize("without_repeats", ["", "0.00"])
def test_money_is_read_and_may_be_missing(without_repeats: str, tmp_path: Path) -> None:
    rows = [(*row, without_repeats if row[1] == 0 else 12.5 * (row[1] - 1)) for row in CUSTOMERS]
    table = read_rfm(written(tmp_path, as_csv(rows, RFM_HEADING + ",monetary_value")))
    np.testing.assert_array_equal(table.amounts, [np.nan if row[1] == 0 else 12.5 * (row[1] - 1) for row in CUSTOMERS])
    said = "14 customers without repeats have monetary_value 0, which is taken for unknown."
    assert (said in table.assumptions) == (without_repeats != "")


def test_three_decimals_are_no_thousands_when_a_nought_tells(tmp_path: Path) -> None:
    rows = [(name, x, f"{t_x:.3f}", f"{t:.3f}") for name, x, t_x, t in CUSTOMERS]
    np.testing.assert_array_equal(
        read_rfm(written(tmp_path, as_csv(rows, RFM_HEADING))).histories.age, [row[3] for row in CUSTOMERS]
    )
    with pytest.raises(DataError, match=r"'1.500' could be read with a decimal point or with a decimal comma"):
        read_rfm(written(tmp_path, as_csv([row for row in rows if row[1]], RFM_HEADING)))


@pytest.mark.parametrize("whole", [True, False])
def test_times_that_look_like_days_are_doubted_unless_the_unit_is_said(whole: bool, tmp_path: Path) -> None:
    in_days = written(tmp_path, as_csv(days(whole), RFM_HEADING))
    assert "if they are days, say so: --time-unit days" in read_rfm(in_days).warnings[0]
    in_weeks = read_rfm(written(tmp_path, as_csv([*CUSTOMERS, ("w", 1, 2 / 7, 3)], RFM_HEADING), "weeks.csv"))
    assert not any("days" in warning for warning in in_weeks.warnings)
    said = read(in_days, time_unit="days")
    assert isinstance(said, Rfm) and not any("days" in warning for warning in said.warnings)
    age = [round(t * 7) / 7 if whole else t for *_, t in CUSTOMERS]
    np.testing.assert_allclose(said.histories.age, age, rtol=1e-15)
    with pytest.raises(DataError, match="Leave --time-unit out"):
        read(written(tmp_path, as_csv(FORTY), "purchases.csv"), TODAY, "days")


@pytest.mark.parametrize(("recency", "age"), [("59.7142857142857153", "59.7142857142857082"), ("59.72", "59.714")])
def test_rounding_is_no_contradiction(recency: str, age: str, tmp_path: Path) -> None:
    table = read_rfm(written(tmp_path, rfm(("r", 1, recency, age))))
    assert table.histories.last[-1] == table.histories.age[-1] == float(age)
    assert any("in 1 rows: rounding; T is taken" in said for said in table.assumptions)
    for wrong in (("r", 1, "59.73", "59.714"), ("r", 1, "60", "59"), ("r", 1, "60", "59.714")):
        with pytest.raises(DataError, match=f"recency {wrong[2]} is longer than T, {wrong[3]}"):
            read_rfm(written(tmp_path, rfm(wrong)))


def test_ids_written_in_two_ways_are_one_customer(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="'7' is there twice"):
        read_rfm(written(tmp_path, rfm(("7", 1, 2.5, 3), ("7.0", 1, 2.5, 3))))


def test_a_cohort_too_short_to_be_judged_does_not_block_the_others(tmp_path: Path) -> None:
    table = read_retention(written(tmp_path, "month,Jan,Feb,Mar\n0,412,390,433\n1,292,265,320\n2,239,,NaN\n"))
    assert [cohort.name for cohort in table.cohorts] == ["Jan"] and list(table.left_out) == ["Feb", "Mar"]
    assert "Left out, watched for fewer than two periods: Feb, Mar." in table.assumptions
    jan, feb = (
        (lambda: observed_retention(table, None, 4.0, "Jan")),
        (lambda: observed_retention(table, None, 4.0, "Feb")),
    )
    assert jan().period == "months 0 to 2 of 'Jan'"
    with pytest.raises(DataError, match="Feb begins with 390 and has 2 cells"):
        feb()


@pytest.mark.parametrize(
    ("heading", "weeks"), [("Month", 52 / 12), ("quarter", 13), ("week", 1), ("year", 52), ("period", 52)]
)
def test_a_period_is_as_long_as_its_column_says(heading: str, weeks: float, tmp_path: Path) -> None:
    path = written(tmp_path, f"{heading},a\n0,400\n1,300\n2,250\n3,220\n")
    assert observe(path).facts["need.period_weeks"][0] == pytest.approx(weeks)
    assert observe(path, period_weeks=7.0).facts["need.period_weeks"][0] == 7.0


KINDS = {
    "shares": ("year,a\n0,1\n1,.5\n2,.25\n", None),
    "percent by decimals": ("month,a\n0,100.0\n1,50\n2,25.0\n".replace("50", "50.0000001"), None),
    "percent by heading": ("period;a_pct\n0;100\n1;50\n2;25\n", None),
    "percent by sign": ("year,a\n0,100%\n1,50%\n2,25%\n", None),
    "customers": ("Week,a\n0,400\n1,200\n2,100\n", 400),
    "a hundred customers": ("year,a customers\n0,100\n1,50\n2,25\n", 100),
    "any order": ("year,a\n2,100\n0,400\n1,200\n", 400),
}


@pytest.mark.parametrize("name", KINDS)
def test_survivors_are_shares_percent_or_customers(name: str, tmp_path: Path) -> None:
    content, customers = KINDS[name]
    (cohort,) = read_retention(written(tmp_path, content)).cohorts
    np.testing.assert_allclose(cohort.survivors, [1.0, 0.5, 0.25], rtol=1e-8)
    assert cohort.customers == customers
    if customers is None:
        assert cohort.counts is None
    else:
        np.testing.assert_array_equal(cohort.counts, [customers, customers / 2, customers / 4])


def test_cohorts_stand_side_by_side_and_may_be_younger(tmp_path: Path) -> None:
    table = read_retention(written(tmp_path, "year,old_count,new_pct\n0,400,100\n1,400,50\n2,400,25\n3,400,\n"))
    assert [(cohort.name, len(cohort.survivors)) for cohort in table.cohorts] == [("old_count", 4), ("new_pct", 3)]
    assert table.period == "year" and table.rows == 4
    assert "Nobody leaves in old_count" in table.warnings[0] and "without the number of customers" in table.warnings[1]
    assert "old_count is taken for customers." in table.assumptions


def test_the_heading_tells_the_three_layouts_apart(tmp_path: Path) -> None:
    purchases = written(tmp_path, as_csv(FORTY), "purchases.csv")
    customers = written(tmp_path, rfm(), "customers.csv")
    survivors = written(tmp_path, KINDS["shares"][0], "survivors.csv")
    kinds = [type(read(path, TODAY)) for path in (purchases, customers, survivors)]
    assert kinds == [Transactions, Rfm, Retention]
    assert read(purchases, TODAY).treatment == read_transactions(purchases, TODAY).treatment


@pytest.mark.parametrize("content", ["a,b\n1,2\n", "customer_id,amount\n1,2\n", "4,2024-01-01,3\n"])
def test_a_heading_of_no_layout_is_refused_with_all_three(content: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as refusal:
        read(written(tmp_path, "\n" + content))
    for part in ("line 2", "customer_id,date[,amount]", "customer_id,frequency,recency,T", "period,cohort_pct"):
        assert part in str(refusal.value)
