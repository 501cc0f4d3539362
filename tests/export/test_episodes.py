"""Protects linked records: each purchase once, in its order, with exactly what the people lived and nothing a firm cannot know."""

import numpy as np
import pandas as pd
import pytest
from markets import EVERYTHING_HAPPENS, scenario_from

from cxsim.analysis.export import export
from cxsim.analysis.export.watched import watch
from cxsim.engine.measures import Measure, Note
from cxsim.engine.outcomes.episodes import Resolved, episodes
from cxsim.engine.state import Outcome

MARKET = scenario_from(EVERYTHING_HAPPENS, "market.people=200")


@pytest.fixture(scope="module")
def market():
    return watch([MARKET], 1, 0)[0]


@pytest.fixture(scope="module")
def rows():
    return export(MARKET)["episodes"]


def tallied(market, *measures):
    return int(sum(market.state.tally[:, 0, measure].sum() for measure in measures))


def test_they_are_the_purchases_in_their_order(rows):
    bought = export(MARKET)["transactions"]
    assert rows["customer_id"].tolist() == bought["customer_id"].tolist()
    assert (rows["ordered"].dt.floor("D") == bought["date"]).all()
    by_customer = rows.groupby("customer_id")
    assert (by_customer.cumcount() + 1).tolist() == rows["sequence"].tolist()
    assert (by_customer["ordered"].diff().dropna() >= pd.Timedelta(0)).all()


def test_what_became_of_them_is_what_was_counted(rows, market):
    """To the last failure, contact and answer: a note that was given to another purchase would be missing here."""
    assert rows["delivered"].notna().sum() == rows["failed"].notna().sum() == tallied(market, Measure.uses)
    assert rows["failed"].sum() == tallied(market, Measure.failures) > 0
    first_contacts = tallied(market, Measure.contacts) - tallied(market, Measure.raised_again)
    assert rows["contact"].notna().sum() == (rows["outcome"] != "none").sum() == first_contacts > 0
    assert (rows["outcome"] == "resolved").sum() == tallied(market, Measure.resolved, Measure.quick) > 0
    assert rows["score"].notna().sum() == tallied(market, Measure.answers) > 0
    late = rows["delivered"] > rows["promised"]
    undelivered = int(rows["delivered"].isna().sum())
    assert 0 < late.sum() <= tallied(market, Measure.late) <= late.sum() + undelivered


def test_an_answer_stands_with_the_purchase_before_it(rows, market):
    answers = market.of_focal(Note.SURVEYED)
    assert sorted(rows["score"].dropna()) == sorted(answers["a"])
    first = rows[rows["sequence"] == 1].set_index("customer_id")["score"].dropna()
    for person, score in first.items():
        assert score == answers["a"][answers["person"] == person][0]


def test_contacts_come_after_the_delivery_and_before_the_next_purchase(rows):
    spoke = rows[rows["contact"].notna()]
    assert (spoke["failed"] == 1).all() and (spoke["contact"] >= spoke["delivered"]).all()
    later = rows.groupby("customer_id")["ordered"].shift(-1)[spoke.index]
    assert (later.isna() | (later >= spoke["contact"])).all()


def test_a_problem_that_is_raised_again_has_one_contact_the_first_and_the_last_outcome():
    again = ("support.raised_again=0.9", "brand.focal.support.capacity=inf", "brand.focal.support.resolve_rate=0.5")
    market = watch([scenario_from(EVERYTHING_HAPPENS, "market.people=200", *again)], 1, 0)[0]
    found, notes = episodes(market.state, 0), market.of_focal(Note.SUPPORT)
    spoke = notes[notes["a"] != Outcome.SILENT]
    assert len(spoke) > np.isfinite(found.contact).sum() > 0
    for person in np.unique(found.person[np.isfinite(found.contact)]):
        mine, contacts = found.person == person, spoke["at"][spoke["person"] == person]
        for ordered, contact in zip(found.ordered[mine], found.contact[mine], strict=True):
            if np.isfinite(contact):
                assert contact == contacts[contacts >= ordered].min()
    ended = np.isin(spoke["a"], (Outcome.RESOLVED, Outcome.QUICK)).sum()
    assert (found.outcome == Resolved.YES).sum() == ended  # one problem is resolved once


def test_what_customers_from_before_live_through_first_belongs_to_no_purchase_that_is_there():
    """Their use is in the log and their purchase is not: nothing may be given to another person's."""
    begun = (
        "market.run_in_weeks=3",
        "brand.focal.use.delivery_weeks=4.0",
        "brand.focal.purchase.customers_at_start=0.5",
    )
    market = watch([scenario_from(EVERYTHING_HAPPENS, "market.people=200", *begun)], 1, 0)[0]
    found, uses = episodes(market.state, 0), market.of_focal(Note.USES)
    assert np.isfinite(found.delivered).sum() < len(uses)
    assert np.nanmin(found.delivered - found.ordered) == pytest.approx(4.0)


def test_nothing_is_in_them_that_a_firm_cannot_know(rows):
    assert list(rows) == [
        "customer_id", "sequence", "ordered", "promised", "delivered", "failed", "contact", "outcome", "score",
    ]  # fmt: skip


def test_what_is_promised_follows_the_terms_that_were_met():
    """Express for those who bought twice before: the kind that people are of at the end is not the one they bought as at first."""
    rule = '[[intervention]]\nname = "express"\nwhen = { purchases = ">= 2" }\neffect = [{ parameter = "use.delivery_weeks", set = 0.125 }]\n'
    market = scenario_from(EVERYTHING_HAPPENS + rule, "market.people=200", "brand.focal.use.delivery_weeks=0.5")
    rows = export(market)["episodes"]
    waited = ((rows["promised"] - rows["ordered"]) / pd.Timedelta(weeks=1)).round(4)
    assert set(waited) == {0.125, 0.5}
    late_by = ((rows["delivered"] - rows["promised"]) / pd.Timedelta(weeks=1)).dropna().round(4)
    assert set(np.unique(late_by)) == {0.0, market.brand["focal"].use.late_weeks}
    assert (waited[rows["sequence"] == 1] == 0.5).all()
