"""Protects what `cxsim sensitivity` says of the drivers of an outcome: a formula put them into the runs, and comes out again."""

import re

import numpy as np
import pytest
from folders import FAILURE, LUCK, QUALITY, TALK, factor, studied_by, told
from formulas import FIRST, TOTAL, VARIANCE, ishigami
from scipy import stats

UNIT = factor(FAILURE, 0.0, 1.0) + factor(TALK, 1.0, 3.0) + factor(QUALITY, 0.0, 1.0)


def ishigami_of_a_run(plan, values, replication):
    share = np.array([[values[FAILURE], (values[TALK] - 1.0) / 2.0, values[QUALITY]]])
    moves = LUCK[replication] * (1.0 + 0.3 * values[TALK])
    return float(ishigami(np.pi * (2.0 * share - 1.0))[0]) + 100.0 + moves


def test_sobol_indices_of_a_study_are_those_of_ishigami(tmp_path):
    text = f'replications = 5\n[design]\nkind = "sobol_indices"\npoints = 256\n{UNIT}'
    said, tables = told(studied_by(tmp_path, text, ishigami_of_a_run))
    table = tables["sobol"].set_index("key").loc[[FAILURE, TALK, QUALITY]]
    assert table["first"].to_numpy() == pytest.approx(FIRST, abs=0.08)
    assert table["total"].to_numpy() == pytest.approx(TOTAL, abs=0.08)
    assert (table["first_low"] <= FIRST).all() and (table["first_high"] >= FIRST).all()
    assert (table["total_low"] <= TOTAL).all() and (table["total_high"] >= TOTAL).all()
    # LUCK is common to all points but for its slope: of one run's variance it is about this share.
    moves = np.var(LUCK[:5], ddof=1) * (1.6**2 + 0.3**2 / 3.0)
    assert f"Luck is {moves / (moves + VARIANCE):.0%} (" in said
    assert "Indices tell how much, not which way." in said


def test_one_replication_cannot_set_luck_apart(tmp_path):
    text = f'replications = 1\n[design]\nkind = "sobol_indices"\npoints = 64\n{UNIT}'
    said, _ = told(studied_by(tmp_path, text, ishigami_of_a_run))
    assert "With one replication luck counts as if factors acted together: totals are too large." in said
    assert "Luck is" not in said


@pytest.mark.parametrize(("points", "replications"), [(8, 1), (16, 5), (32, 5)])
def test_no_share_is_made_of_too_few_rows(tmp_path, points, replications):
    """8 rows gave "82% by itself, 58% with its interactions", 16 rows "255% of the variance by itself"."""
    text = f'replications = {replications}\n[design]\nkind = "sobol_indices"\npoints = {points}\n{UNIT}'
    said, tables = told(studied_by(tmp_path, text, ishigami_of_a_run))
    assert f"It cannot be told from {points} rows of the design" in said
    assert "take at least 64 complete rows of 5 points" in said
    assert "of the variance by itself" not in said and "sobol" not in tables


def test_a_share_is_said_with_an_interval_that_leaves_nothing_and_all_inside_or_not_at_all(tmp_path):
    text = 'replications = 5\n[design]\nkind = "sobol_indices"\npoints = 64\n' + UNIT

    def of_size(size):
        def drowned(plan, values, replication):
            luck = np.sin(1e4 * sum(values.values()) + 977.0 * replication)  # of every run its own
            return ishigami_of_a_run(plan, values, replication) + size * luck

        said, _ = told(studied_by(tmp_path / str(size), text, drowned))
        said = said.partition("What goes with")[0]
        shares = [int(share) for share in re.findall(r"(-?\d+)%", said)]
        assert min(shares) >= 0 and max(shares) <= 100
        return said

    assert len(re.findall(r"\d+% \(\d+% to \d+%\) of the variance by itself", of_size(0.0))) >= 2
    assert re.search(r"its share cannot be told \(\d+% to 100% with its interactions\); take more rows", of_size(3.0))
    assert of_size(6.0).count("its share cannot be told; take more rows") == 3  # some resamples show nothing but luck
    assert "Nothing but luck is seen to move the result." in of_size(75.0)


def test_morris_finds_the_effects_of_a_sum_on_any_scale(tmp_path):
    def formula(plan, values, replication):
        scores = {"low": 0.0, "typical": 50.0, "high": 100.0}
        worth = 80.0 * values[FAILURE] - 40.0 * np.log10(values["brand.ours.use.delivery_weeks"])
        return LUCK[replication] + (worth + scores[values["intervention.Check.level"]] if plan else 0.0)

    text = (
        'replications = 3\n[design]\nkind = "morris"\ntrajectories = 6\n'
        + factor(FAILURE, 0.0, 0.5)
        + factor("brand.ours.use.delivery_weeks", 0.1, 10.0, 'scale = "log"')
        + '[[factor]]\nkey = "intervention.Check.level"\nvalues = ["low", "typical", "high"]\n'
        + factor(QUALITY, 0.0, 1.0)
    )
    said, tables = told(studied_by(tmp_path, text, formula, ["Check"]))
    table = tables["morris-check"].set_index("key")
    assert table.loc[FAILURE, ["mu", "mu_star"]].to_list() == pytest.approx([40.0, 40.0])
    assert table.loc["brand.ours.use.delivery_weeks", ["mu", "mu_star"]].to_list() == pytest.approx(
        [-80.0, 80.0], rel=1e-4
    )
    assert table.loc["intervention.Check.level", "mu"] == pytest.approx(100.0)
    assert table["sigma"].max() < 1e-3
    assert (
        "Use delivery weeks of ours: over its whole range it moves the result by 80 (80 to 80) EUR, downwards." in said
    )
    assert "No more than luck would show: use quality of ours." in said


WORDS = '[[factor]]\nkey = "market.links.kind"\nvalues = ["small_world", "complete", "communities"]\n'


def test_morris_ranks_no_words_without_an_order(tmp_path):
    worth = {"small_world": 0.0, "complete": 90.0, "communities": 10.0}
    text = 'replications = 3\n[design]\nkind = "morris"\ntrajectories = 6\n' + factor(FAILURE, 0.0, 0.5) + WORDS
    text += '[[factor]]\nkey = "need.at_entry"\nvalues = [false, true]\n'
    said, tables = told(
        studied_by(tmp_path, text, lambda plan, values, own: LUCK[own] + worth[values["market.links.kind"]]
                   + 40.0 * values[FAILURE] + 5.0 * values["need.at_entry"])
    )  # fmt: skip
    assert set(tables["morris"]["key"]) == {FAILURE, "need.at_entry"}
    assert "Nothing is said of market links kind: Morris measures along a scale" in said
    assert "Need at entry: from false to true it moves the result by 5 (" in said and "upwards" in said


def test_where_words_lose_is_said_word_by_word(tmp_path):
    def formula(plan, values, replication):
        return LUCK[replication] + (10.0 if plan and values["market.links.kind"] != "complete" else -10.0 * bool(plan))

    text = 'replications = 3\n[design]\nkind = "sobol"\npoints = 64\n' + factor(FAILURE, 0.0, 0.5) + WORDS
    said, _ = told(studied_by(tmp_path, text, formula, ["Check"]))
    assert (
        "Market links kind: it loses in 0% of cases with small_world, 100% of cases with complete and 0% of cases"
        in said
    )
    assert "No condition is looked for on market links kind: these words have no order." in said
    assert "lie above" not in said


def test_one_at_a_time_finds_where_the_decision_flips(tmp_path):
    def formula(plan, values, replication):
        advantage = 1000.0 - 5000.0 * values[FAILURE] + 100.0 * LUCK[replication]
        return 7.0 * LUCK[replication] + (advantage if plan else 0.0)

    text = (
        'replications = 8\n[design]\nkind = "one_at_a_time"\n' + factor(FAILURE, 0.0, 0.4) + factor(QUALITY, 0.1, 0.9)
    )
    said, tables = told(studied_by(tmp_path, text, formula, ["Check"]))
    row = tables["tornado-check"].set_index("key").loc[FAILURE]
    flips = 0.2 + 0.02 * LUCK[:8].mean()
    assert row["flips_at"] == pytest.approx(flips, abs=1e-3) and row["flips"] == 1
    half = stats.t.ppf(0.975, 7) * 0.02 * LUCK[:8].std(ddof=1) / np.sqrt(8)
    assert [row["flips_at_low"], row["flips_at_high"]] == pytest.approx([flips - half, flips + half], abs=1e-3)
    assert row["swing"] == pytest.approx(-2000.0)
    assert f"The decision flips at {100 * flips:.3g}% (" in said
    assert (
        "Use quality of ours from 0.1 to 0.9 quality" in said
        and "Does not flip in the range, the plan wins throughout." in said
    )


def test_without_a_plan_there_is_no_decision_to_flip(tmp_path):
    text = 'replications = 4\n[design]\nkind = "one_at_a_time"\n' + factor(FAILURE, 0.0, 0.4)
    said, tables = told(studied_by(tmp_path, text, lambda plan, values, own: LUCK[own] - 50.0 * values[FAILURE]))
    assert tables["tornado"]["swing"].to_list() == pytest.approx([-20.0])
    assert "Use failure rate of ours from 0% to 40%: -20 (no spread seen) EUR." in said
    assert "flip" not in said and "advantage" not in said


def test_a_study_whose_spread_set_its_number_says_what_its_intervals_are(tmp_path):
    text = 'replications = 5\n{}[design]\nkind = "one_at_a_time"\n' + factor(FAILURE, 0.0, 0.4)
    until = '[until]\nfigure = "net_margin"\nhalf_width = 0.5\nmost = 12\n'
    for more, said_so in ((until, True), ("", False)):
        said, _ = told(studied_by(tmp_path / str(said_so), text.format(more), lambda plan, values, own: LUCK[own]))
        assert ("spread of the first 5 set it" in said and "precision.csv" in said) == said_so


def test_a_factorial_gives_means_and_what_is_left_to_combinations(tmp_path):
    def formula(plan, values, replication):
        one, other = values[FAILURE] > 0.1, values["market.links.kind"] == "communities"
        return 10.0 * one + 10.0 * (one and other)

    text = (
        'replications = 2\n[design]\nkind = "factorial"\n[[factor]]\nkey = "market.links.kind"\n'
        f'values = ["small_world", "communities"]\n{factor(FAILURE, 0.0, 0.4)}'
    )
    _, tables = told(studied_by(tmp_path, text, formula))
    table = tables["factorial"].set_index(["key", "value"])["mean"]
    assert table[FAILURE].to_list() == [0.0, 15.0] and table["market.links.kind"].to_dict() == {
        "small_world": 5.0,
        "communities": 10.0,
    }
    shares = tables["factorial"].groupby("key")["share"].first()
    assert shares[FAILURE] == pytest.approx(0.8182, abs=1e-4) and shares.sum() == pytest.approx(0.9091, abs=1e-4)
