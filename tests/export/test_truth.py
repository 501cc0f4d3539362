"""Protects the truth in an export: it is what the people were made of, and what the plan changed for each of them.

One check is statistical: the share of people whom a yearly hazard lets stay, against its closed form, within 5 standard
errors (a false alarm in two million).
"""

import numpy as np
import pandas as pd
import pytest
from markets import EVERYTHING_HAPPENS, STATISTICS_ONLY, scenario_from

import cxsim
from cxsim.analysis.export import export
from cxsim.analysis.export.truth import truth
from cxsim.analysis.export.watched import watch
from cxsim.engine.measures import Note
from cxsim.engine.state import MONEY_UNIT

PLAN_TEXT = """
[[intervention]]
name = "care"
start_week = 10.0
coverage = 0.5
effect = [{parameter = "use.failure_rate", multiply = 0.2}, {parameter = "purchase.price", multiply = 0.9}]
"""
BASE = scenario_from(EVERYTHING_HAPPENS)
PLAN = scenario_from(EVERYTHING_HAPPENS + PLAN_TEXT, 'name="with care"')
STATUSES = ["never", "new", "line", "loop"]


def matrix_of(table):
    counts = pd.crosstab(table["status"], table["plan_status"])
    return counts.reindex(index=STATUSES, columns=STATUSES, fill_value=0).to_numpy()


def test_individual_effects_sum_to_the_paired_comparison_of_the_same_luck():
    compared = cxsim.compare(BASE, PLAN, replications=2, seed=7)
    result = next(iter(compared.plans.values()))
    tables = [export(BASE, PLAN, seed=7, replication=each)["truth"] for each in range(2)]
    assert sum(map(matrix_of, tables)) == pytest.approx(2 * result.matrix.to_numpy())
    people = pd.concat(tables)
    rescued = people[(people["status"] == "line") & (people["plan_status"] == "loop")]
    assert len(rescued) == pytest.approx(2 * result.rescued_people.mean) and len(rescued) > 0
    assert rescued["effect_margin"].sum() == pytest.approx(2 * result.rescued_margin.mean)
    where = rescued.groupby(["stage", "cause"], observed=True).size()
    told = result.rescued.set_index(["stage", "cause"])["people"] * 2
    assert where.sort_index().to_dict() == pytest.approx(told.sort_index().to_dict())
    per = result.per_replication
    assert people["effect_purchases"].sum() == (per["plan_purchases"] - per["base_purchases"]).sum()


def test_the_truth_of_each_world_is_that_world():
    tables = export(BASE, PLAN)
    for mark, market in (("", BASE), ("plan_", PLAN)):
        bonds = watch([market], 1, 0)[0].state.bonds[:, 0]
        assert tables["truth"][f"{mark}purchases"].tolist() == bonds["purchases"].tolist()
        assert tables["truth"][f"{mark}customer"].tolist() == bonds["customer"].tolist()
        np.testing.assert_array_equal(tables["truth"][f"{mark}satisfaction"], bonds["satisfaction"])
        assert tables["truth"][f"{mark}margin"].to_numpy() * MONEY_UNIT == pytest.approx(bonds["margin"])
    bought = tables["transactions_in_plan"].groupby("customer_id").size()
    assert bought.to_dict() == {k: n for k, n in enumerate(tables["truth"]["plan_purchases"]) if n}


def test_stage_and_cause_are_given_for_lines_and_only_for_them():
    table = export(BASE)["truth"]
    line = table["status"] == "line"
    assert table.loc[line, ["stage", "cause"]].notna().all(axis=None)
    assert table.loc[~line, ["stage", "cause"]].isna().all(axis=None)
    assert table.loc[line, "cause"].ne("none").all()


def test_both_worlds_are_one_until_the_plan_starts():
    tables = export(BASE, PLAN)
    start = pd.Timestamp("2005-01-03") + pd.Timedelta(weeks=10)
    before = [
        table[table["time:timestamp"] < start].reset_index(drop=True)
        for table in (tables["events"], tables["events_in_plan"])
    ]
    pd.testing.assert_frame_equal(*before)
    assert not tables["events"].equals(tables["events_in_plan"])


# ---- who is treated --------------------------------------------------------------------------------------------------

ALONE = (
    STATISTICS_ONLY
    + "[segment.a]\nshare = 0.3\n[segment.b]\nshare = 0.7\n[telling]\nbase = 0.0\ngood = 0.0\nbad = 0.0\n"
)


def cheaper(name, **keys):
    lines = "".join(f"{key} = {value}\n" for key, value in keys.items())
    return f'[[intervention]]\nname = "{name}"\n{lines}effect = [{{parameter = "purchase.price", multiply = 0.5}}]\n'


@pytest.mark.parametrize(
    ("text", "share"),
    [
        (cheaper("some", coverage=0.5), 0.5),
        (cheaper("a few", coverage=0.2) + cheaper("some", coverage=0.5), 0.6),
        (cheaper("segment", segment='"a"'), 0.3),
        (cheaper("segment", segment='"a"', coverage=0.5), 0.15),
        (cheaper("all"), 1.0),
    ],
)
def test_where_people_do_not_talk_the_plan_changes_those_it_treats_and_nobody_else(text, share):
    small = ("market.people=2000", "market.horizon_weeks=20")
    base, plan = scenario_from(ALONE, *small), scenario_from(ALONE + text, *small)
    table = truth(*watch([base, plan], 1, 0))
    changed = table["effect_margin"] != 0.0
    assert changed.equals(table["treated"])  # everybody buys once at least, and a lower price shows in every margin
    assert abs(table["treated"].mean() - share) < 5 * np.sqrt(0.25 / 2000)


def test_what_the_base_does_already_is_no_treatment():
    small = ("market.people=300", "market.horizon_weeks=5")
    base = scenario_from(ALONE + cheaper("all"), *small)
    plan = scenario_from(ALONE + cheaper("all") + cheaper("more", coverage=0.5), *small)
    table = truth(*watch([base, plan], 1, 0))
    assert (table["effect_margin"] != 0.0).equals(table["treated"])


# ---- who people are --------------------------------------------------------------------------------------------------


def test_the_chance_to_stay_is_the_one_that_decides_when_experience_counts_for_nothing():
    market = watch([scenario_from(STATISTICS_ONLY, "market.people=500")], 1, 0)[0]
    decided = market.notes[np.isin(market.notes["what"], (Note.STAYS, Note.LEAVES))]
    chance = truth(market)["chance_to_stay"].to_numpy()[decided["person"]]
    assert len(decided) > 500
    assert chance == pytest.approx(decided["a"], abs=1e-6)


def test_the_mean_basket_is_what_purchases_are_around():
    """Each of 5 purchases or more is Gamma(400): their mean lies within 5 / sqrt(400 * 5) of it in all people."""
    market = scenario_from(
        EVERYTHING_HAPPENS, "need.rate_shape=4", "purchase.basket_evenness=3", "purchase.basket_shape=400"
    )
    tables = export(market)
    mean = tables["rfm"].merge(tables["truth"], on="customer_id").query("frequency >= 4")
    assert len(mean) > 50
    assert (mean["monetary_value"] / 50.0 / mean["mean_basket"]).to_numpy() == pytest.approx(1.0, abs=5 / np.sqrt(2000))


def test_where_people_may_leave_at_any_time_it_is_the_chance_to_stay_for_a_year():
    shape, scale = 0.6, 12.0
    settings = ("loyalty.departure=anytime", f"loyalty.hazard_shape={shape}", f"loyalty.hazard_scale_weeks={scale}")
    market = watch([scenario_from(STATISTICS_ONLY, *settings, "market.horizon_weeks=1")], 1, 0)[0]
    chance = truth(market)["chance_to_stay"]
    expected = (scale / (scale + 52.0)) ** shape  # the mean of exp(-52 h), h ~ Gamma(shape, scale)
    assert abs(chance.mean() - expected) < 5 * chance.std() / np.sqrt(len(chance))


def test_need_rates_segments_and_entries_are_those_of_the_people():
    market = scenario_from(EVERYTHING_HAPPENS + "[segment.a]\nshare = 0.3\n[segment.b]\nshare = 0.7\n")
    table, people = export(market)["truth"], watch([market], 1, 0)[0].state.people
    assert table["need_rate"].tolist() == people["rate"].tolist()
    assert table["entry_week"].tolist() == people["entry"].tolist()
    assert (table["segment"] == "b").tolist() == people["segment"].tolist()
