"""Protects what charts say: shapes and words are the numbers of the tables, added up by hand."""

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from fixed import LINES, PAYBACK, buyers, comparison, spread, sweep
from markets import EVERYTHING_HAPPENS, lived, scenario_from
from matplotlib.colors import to_hex
from test_charts import words_of

from cxsim.analysis.compare.intervals import estimate
from cxsim.analysis.compare.waterfall import of_margin
from cxsim.engine.outcomes.figures import figures_of_run
from cxsim.engine.outcomes.loop_lengths import loop_lengths, mean_loops
from cxsim.engine.outcomes.referrals import forest, reproduction
from cxsim.engine.outcomes.status import outcomes
from cxsim.interface import charts
from cxsim.interface.charts.cohorts import kept_shares
from cxsim.interface.charts.heat import heat
from cxsim.interface.charts.look import LINE, LOOP, REFERRAL
from cxsim.interface.charts.survey import by_period


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def market():
    return lived(scenario_from(EVERYTHING_HAPPENS, "telling.refer_base=1.0"))


def said_by(ax):
    return " ".join(text for text, _ in words_of(ax))


# ---- what is counted for them ----------------------------------------------------------------------------------------


def test_loop_lengths_are_the_figure_when_weighted_by_loops(market):
    bonds = market.state.bonds[:, 0]
    loops = bonds["purchases"][bonds["purchases"] > 1] - 1.0
    figures = figures_of_run(market.state, market.settings, 0, outcomes(market.state, 0))
    assert np.average(mean_loops(market.state, 0), weights=loops) == pytest.approx(
        figures["loop_length_weeks"], rel=1e-5
    )


def test_every_repeat_buyer_is_in_one_class_of_loop_lengths(market):
    table = loop_lengths(market.state, 0, market.settings.market.horizon_weeks)
    assert table["people"].sum() == np.count_nonzero(market.state.bonds["purchases"][:, 0] > 1) > 0
    assert set(np.diff(table["weeks"])) == {1.0}


def test_the_forest_has_the_generations_of_the_reproduction_number(market):
    table = forest(market.state, 0)
    assert table.groupby("generation").size().tolist() == reproduction(market.state, 0)["buyers"].tolist()
    week = table.set_index("person")["week"]
    brought = table[table["referrer"] >= 0]
    assert len(brought) > 5
    assert (week.loc[brought["referrer"]].to_numpy() <= brought["week"].to_numpy()).all()


# ---- what is drawn ---------------------------------------------------------------------------------------------------


def test_endings_draw_every_line_once():
    bars = [bar.get_width() for bar in charts.endings(comparison()).patches]
    assert sum(bars) == pytest.approx(comparison().plans["Easy to buy"].figures["lines"].mean())
    many = comparison().base_runs.lines.copy()
    many["cause"] += (many.index % 3).astype(str)  # more causes than there are rows
    runs = comparison().base_runs
    ax = charts.endings(type(runs)(**{**vars(runs), "lines": many}))
    assert sum(bar.get_width() for bar in ax.patches) == pytest.approx(runs.figures["lines"].mean())
    assert f"{3 * len(LINES) - 10} others" in [label.get_text() for label in ax.get_yticklabels()]


def test_endings_say_the_paired_change():
    place = list(LINES).index(("purchase", "checkout"))
    before, after = (np.round(spread(mean, place)) for mean in LINES["purchase", "checkout"])
    change = estimate(after - before)
    assert f"\N{MINUS SIGN}{-change.mean:,.0f} (\N{MINUS SIGN}{-change.low:,.0f} to" in said_by(
        charts.endings(comparison())
    )


def test_retention_says_where_both_curves_end_and_how_far_apart():
    said = said_by(charts.retention(comparison()))
    last = [runs.retention.groupby("weeks")["kept"].mean().iloc[-1] for runs in (comparison().base_runs, plan().runs)]
    assert all(f"{share:.1%}" in said for share in last)
    assert f"paired: {100 * (last[1] - last[0]):+.1f} (" in said


def plan():
    return comparison().plans["Easy to buy"]


def test_money_marks_the_week_of_payback():
    ax = charts.money(comparison())
    assert f"paid back by week {PAYBACK + 1}" in said_by(ax)
    assert ax.get_xlim()[0] == 1.0
    circle = next(line for line in ax.lines if line.get_marker() == "o")
    assert circle.get_xdata()[0] == PAYBACK + 1
    assert circle.get_ydata()[0] == plan().weekly["net"].iloc[PAYBACK] >= 0.0 > plan().weekly["net"].iloc[PAYBACK - 1]


def test_scores_are_promoters_less_detractors():
    curve = next(line for line in charts.scores(comparison().base_runs).lines if line.get_marker() == "o")
    weeks = comparison().base_runs.weeks
    first = weeks[(weeks["brand"] == "focal") & (weeks["week"] < 3)].groupby("replication").sum(numeric_only=True)
    true = 100.0 * (first["true_promoters"] - first["true_detractors"]) / first["episodes"]
    assert curve.get_ydata()[0] == pytest.approx(true.mean())


def test_referrals_are_referred_buyers_for_each_buyer():
    ax = charts.referrals(comparison().base_runs)
    table = comparison().base_runs.referrals
    first = table[table["generation"] == 0]
    assert f"{first['referred'].sum() / first['buyers'].sum():.3g}" in said_by(ax)
    assert f"{first['buyers'].mean():,.0f} buyers" in said_by(ax)


def test_the_forest_draws_a_line_to_everybody_who_was_brought():
    (lines,) = charts.forest(buyers()).collections
    assert len(lines.get_segments()) == (buyers()["referrer"] >= 0).sum() == 8
    assert to_hex(lines.get_colors()[0]).upper() == REFERRAL
    assert "the 4 largest of 4 trees. Of 32 buyers 8 were brought (25.0%)" in said_by(charts.forest(buyers())).replace(
        "\n", " "
    )


def test_the_ring_has_a_dot_for_so_many_people():
    ax = charts.ring(comparison().base_runs)
    dots = sum(len(collection.get_offsets()) for collection in ax.collections)
    figures = comparison().base_runs.figures[["loops", "new", "lines"]].mean().sum()
    assert "One dot: 20 people" in said_by(ax)
    assert dots == pytest.approx(figures / 20, abs=3)


# ---- the map of a sweep ----------------------------------------------------------------------------------------------


def colours_of(ax):
    tiles = [patch for patch in ax.patches if patch.get_fill()]
    return {tuple(np.floor(tile.get_xy()).astype(int)): np.array(tile.get_facecolor()[:3]) for tile in tiles}


def toward(colour):
    return np.array([int(colour[place : place + 2], 16) / 255.0 for place in (1, 3, 5)]) - 1.0


@pytest.mark.parametrize(("figure", "better"), [("net_margin", 1), ("lines", -1)])
def test_the_map_is_green_where_the_plan_is_better(figure, better):
    runs = sweep().rename(columns={"net_margin": figure})
    tiles = colours_of(heat(runs, "late rate", "cost a week", figure))
    gain, loss = tiles[3, 0] - 1.0, tiles[0, 2] - 1.0
    wins, loses = (LOOP, LINE) if better > 0 else (LINE, LOOP)
    assert np.dot(gain, toward(wins)) / np.linalg.norm(gain) / np.linalg.norm(toward(wins)) == pytest.approx(1.0)
    assert np.dot(loss, toward(loses)) / np.linalg.norm(loss) / np.linalg.norm(toward(loses)) == pytest.approx(1.0)


def test_the_map_of_a_count_says_more_and_less_and_not_better():
    said = said_by(
        heat(sweep().rename(columns={"net_margin": "points_given"}), "late rate", "cost a week", "points_given")
    )
    assert "points given (in count)" in said and "Green: more; orange: less" in said and "better" not in said


def test_undecided_cells_are_hatched():
    ax = heat(sweep(), "late rate", "cost a week")
    hatched = {tuple(np.floor(patch.get_xy()).astype(int)) for patch in ax.patches if patch.get_hatch()}
    assert hatched == {(0, 0), (1, 1), (2, 2)}  # where 20,000 x late rate is 20 x cost


def test_without_a_plan_the_map_is_the_figure():
    runs = sweep()
    ax = heat(runs[runs["plan"] == "base"], "late rate", "cost a week")
    assert "9,550" in said_by(ax)  # 10,000 - 9,000 x 0.05


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda runs: runs.drop(columns="cost a week"), "no column 'cost a week'"),
        (lambda runs: runs.assign(**{"cost a week": range(len(runs))}), "too many for a map"),
        (
            lambda runs: runs.assign(plan=[f"{name} {at % 2}" for at, name in enumerate(runs["plan"])]),
            "which one to draw",
        ),
        (lambda runs: runs[runs["plan"] != "base"], "no plan 'base'"),
    ],
)
def test_a_map_that_cannot_be_drawn_says_why(change, message):
    with pytest.raises(ValueError, match=message):
        heat(change(sweep()), "late rate", "cost a week")


# ---- money, journeys, cohorts and surveys ----------------------------------------------------------------------------


def test_the_waterfall_prints_each_stream_and_ends_where_the_plan_does():
    ax, table = charts.waterfall(comparison()), of_margin(comparison().base_runs, plan()).table().set_index("bar")
    said = said_by(ax).replace("\n", " ")
    for name in ("volume", "price", "cost of goods", "cost of the plan"):
        assert name in said
        mean = table.loc[name, "mean"]
        assert f"{'+' if mean > 0 else chr(0x2212)}{abs(mean):,.0f}" in said
    change, plans = (table.loc["plan", "mean"] - table.loc["base", "mean"], table.loc["plan", "mean"])
    assert f"{'+' if change > 0 else chr(0x2212)}{abs(change):,.0f}" in said and f"{plans:,.0f}" in said
    rows = {text.get_text(): place for text, place in zip(ax.get_yticklabels(), ax.get_yticks(), strict=True)}
    *streams, last = ax.patches
    assert rows["change"] == last.get_y() + 0.5 * last.get_height()  # no bar is drawn at what it does not measure
    ends = [bar.get_x() + bar.get_width() for bar in streams]
    assert (
        ends[-1]
        == pytest.approx(last.get_width())
        == pytest.approx(table.loc["plan", "mean"] - table.loc["base", "mean"])
    )
    assert [bar.get_x() for bar in streams] == pytest.approx([0.0, *ends[:-1]])


def test_the_waterfall_of_loops_prints_rescued_and_broken():
    said = said_by(charts.waterfall(comparison(), of="loops")).replace("\n", " ")
    assert "+365" in said and "\N{MINUS SIGN}120" in said and "1,340" in said


def test_the_funnel_is_in_percent_of_what_is_considered():
    said = said_by(charts.funnel(comparison()))
    assert "52.0% \N{RIGHTWARDS ARROW} 56.9%" in said  # 52 of 100 journeys, 58 of 102
    assert "92.0% \N{RIGHTWARDS ARROW} 93.1%" in said  # who need not search has found
    assert "46.0% \N{RIGHTWARDS ARROW} 52.0%" in said  # used without trouble
    assert "4,080 journeys" in said  # 102 a week


def test_a_cell_of_the_cohort_map_is_kept_of_people():
    ax, table = charts.cohorts(comparison()), plan().runs.cohorts
    cell = table[(table["cohort"] == 0) & (table["weeks"] == 10)]
    share = (cell["kept"] / cell["people"]).mean()
    assert f"{share:.0%}" in said_by(ax)
    assert len(ax.patches) == 3 + 2 + 1  # of the cohort of four people none
    assert "from week 1\n" in " ".join(label.get_text() for label in ax.get_yticklabels())


def test_few_cohorts_are_drawn_however_many_there_are():
    runs = comparison().base_runs
    table = pd.DataFrame(
        [
            (number, cohort, age, 100, 100 - age)
            for number in range(6)
            for cohort in range(40)
            for age in range(0, 40 - cohort)
        ],
        columns=["replication", "cohort", "weeks", "people", "kept"],
    )
    shares = kept_shares(replace(runs, cohorts=table))
    assert {cohort for cohort, _ in shares} <= set(range(0, 40, 5))
    assert all(age % 5 == 0 and shares[cohort, age] == pytest.approx(1.0 - age / 100.0) for cohort, age in shares)


def test_a_period_in_which_few_answer_is_a_gap():
    runs = comparison().base_runs
    weeks = runs.weeks.copy()
    weeks.loc[weeks["week"].between(8, 11), "answers"] = 2  # of a period of four weeks
    at, values, answers = by_period(replace(runs, weeks=weeks), "nps", 4)
    assert np.isnan(values[:, 2]).all() and answers[2] == 8.0 and at[2] == 10.5
    assert np.isfinite(np.delete(values, 2, axis=1)).all()
    ax = charts.survey(replace(runs, weeks=weeks))
    assert "Gaps: fewer than 10 answer" in said_by(ax).replace("\n", " ")
    curve = next(line for line in ax.lines if line.get_marker() == "o")
    assert np.isnan(curve.get_ydata()[2])


def test_the_survey_draws_promoters_less_detractors_and_says_how_many_answered():
    ax = charts.survey(comparison().base_runs)
    weeks = comparison().base_runs.weeks
    first = weeks[(weeks["brand"] == "focal") & (weeks["week"] < 4)].groupby("replication").sum(numeric_only=True)
    curve = next(line for line in ax.lines if line.get_marker() == "o")
    expected = 100.0 * ((first["promoters"] - first["detractors"]) / first["answers"]).mean()
    assert curve.get_ydata()[0] == pytest.approx(expected)
    assert "n 80" in said_by(ax)


# ---- the flow of the difference --------------------------------------------------------------------------------------


def test_the_changed_flow_is_plan_less_base_column_by_column():
    """Bars are differences of means written above; a bar is coloured where its interval leaves zero out, better or worse."""
    compared = comparison()
    plan = next(iter(compared.plans.values()))
    ax = charts.changed_flow(compared)
    keys = ("research", "purchase", "use", "support")
    change = {key: (plan.figures[key] - compared.base_figures[key]).mean() for key in ("loops", "new", "lines")}
    lines = {key: (plan.figures[f"lines_{key}"] - compared.base_figures[f"lines_{key}"]).mean() for key in keys}
    expected = [sum(change.values()), *lines.values(), change["new"], change["loops"]]
    assert [bar.get_height() for bar in ax.patches] == pytest.approx(expected)
    colours = [to_hex(bar.get_facecolor()).upper() for bar in ax.patches]
    assert colours[1] == colours[2] == colours[-1] == LOOP and colours[3] == LINE
    heights = [band.get_paths()[0].vertices[:, 1] for band in ax.collections]
    left = [float(ends[np.abs(ends).argmax()]) for ends in heights]  # who is still on the way, from column to column
    assert left == pytest.approx(list(expected[0] - np.cumsum([0.0, *lines.values()])))
    assert left[-1] == pytest.approx(change["new"] + change["loops"])
