"""Protects how a firm's figures are read: one meaning for each way of writing, and nothing impossible passes."""

import pytest

from cxsim.data.figures import BY_KEY, contradiction, understood


@pytest.mark.parametrize("given", ["5%", "5", 5, 0.05, "0.05", "5 %"])
def test_a_share_is_the_same_in_every_way_of_writing(given):
    assert understood(BY_KEY["margin"], given) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("given", "a_year"),
    [("3% a month", 1 - 0.97**12), ("3 per month", 1 - 0.97**12), ("5%/quarter", 1 - 0.95**4), ("20% a year", 0.2)],
)
def test_churn_of_a_month_is_that_of_a_year(given, a_year):
    assert understood(BY_KEY["churn"], given) == pytest.approx(a_year)


def test_amounts_and_names_are_read_as_people_write_them():
    assert understood(BY_KEY["customers"], "12,000") == 12_000
    assert understood(BY_KEY["price"], "EUR".replace("EUR", "€") + "19,90") == pytest.approx(19.9)
    assert understood(BY_KEY["rivals"], "Old Mill 30, Bistro 21: 25%") == {"Old Mill": 0.3, "Bistro 21": 0.25}
    assert understood(BY_KEY["billing"], "monthly") == "month"


def test_figures_that_agree_are_no_contradiction():
    agreeing = {
        "customers": 100.0,
        "price": 10.0,
        "billing": "month",
        "revenue": 12_400.0,
        "share": 0.4,
        "rivals": {"A": 0.6},
    }
    assert contradiction(agreeing) is None
    assert "sum to 110%" in str(contradiction(agreeing | {"share": 0.5}))
